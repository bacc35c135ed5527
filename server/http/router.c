// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/router.h"

#include <assert.h>
#include <string.h>

#include "server/http/percent.h"

struct leaf {
  const struct route *route;
  const char *names[PARAM_MAX]; // of the parameters, without braces
  bool is_text[PARAM_MAX];
  size_t count;
};

struct node {
  const char *segment; // NULL for a parameter
  size_t size;
  struct node *next; // sibling
  struct node *first;
  struct node *param; // the child that takes any segment
  struct leaf leaves[METHOD_COUNT];
};

struct router {
  struct node root;
};

struct span {
  const char *start;
  size_t size;
};

// The segments that parameters have taken so far on the way down.
struct walk {
  struct span taken[PARAM_MAX];
  size_t count;
};

static const char *const method_names[METHOD_COUNT] = {
    [METHOD_GET] = "GET",     [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
    [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
};

static const char *const access_names[] = {
    [ACCESS_UNSET] = "unset",           [ACCESS_PUBLIC] = "public",     [ACCESS_LOOPBACK] = "loopback",
    [ACCESS_SIGNED_IN] = "signed in",   [ACCESS_ACCOUNT] = "account",   [ACCESS_COURSE] = "course",
    [ACCESS_STUDENT] = "student",       [ACCESS_TEAM] = "team",         [ACCESS_STAFF] = "staff",
    [ACCESS_INSTRUCTOR] = "instructor", [ACCESS_OPERATOR] = "operator",
};

static const char *const kind_names[] = {[ROUTE_READ] = "read",
                                         [ROUTE_WRITE] = "write",
                                         [ROUTE_WORK] = "work",
                                         [ROUTE_UPLOAD] = "upload",
                                         [ROUTE_STREAM] = "stream"};

static void insert(struct arena *arena, struct node *root, const struct route *route);
static struct node *child_for(struct arena *arena, struct node *parent, struct span segment);
static struct span next_segment(const char **rest);
static const struct node *descend(const struct node *node, const char *rest, struct walk *walk);
static bool has_rows(const struct node *node);
static const struct leaf *some_leaf(const struct node *node, enum method method);
static bool take_params(struct request *request, const struct leaf *leaf, const struct walk *walk);
static const char *decode_param(struct arena *arena, struct span raw);
static void list_methods(const struct node *node, char allow[static ROUTER_METHODS_TEXT_BYTES]);

const struct router *router_new(struct arena *arena, const struct route_table *tables, size_t table_count) {
  struct router *router = arena_alloc(arena, sizeof *router);
  for (size_t i = 0; i < table_count; i++)
    for (size_t j = 0; j < tables[i].count; j++)
      if (tables[i].rows[j].path != NULL) // http_check may come afterwards, and says so
        insert(arena, &router->root, &tables[i].rows[j]);
  return router;
}

enum err router_match(struct request *request, char allow[static ROUTER_METHODS_TEXT_BYTES]) {
  const struct http *http = request->http;
  const struct router *router =
      http->router != NULL ? http->router : router_new(request->arena, http->tables, http->table_count);
  struct walk walk = {.count = 0};
  if (request->path[0] != '/')
    return ERR_NOT_FOUND;
  const struct node *node = descend(&router->root, request->path, &walk);
  if (node == NULL)
    return ERR_NOT_FOUND;
  const struct leaf *leaf = some_leaf(node, request->method);
  if (leaf == NULL || !take_params(request, leaf, &walk))
    return ERR_NOT_FOUND;
  if (leaf->route->method != request->method) {
    list_methods(node, allow);
    return ERR_METHOD;
  }
  request->route = leaf->route;
  return ERR_OK;
}

const char *method_text(enum method method) { return method < METHOD_COUNT ? method_names[method] : "?"; }

const char *access_text(enum access access) { return access <= ACCESS_OPERATOR ? access_names[access] : "?"; }

const char *route_kind_text(enum route_kind kind) { return kind <= ROUTE_STREAM ? kind_names[kind] : "?"; }

char *route_full_path(struct arena *arena, const struct route *route) {
  if (text_starts(route->path, "//"))
    return arena_text(arena, route->path + 1);
  return arena_format(arena, "/api/v1%s", route->path);
}

bool route_param_is_text(const char *name, size_t size) {
  static const char *const texts[] = {"course", "milestone", "secret"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (strlen(texts[i]) == size && memcmp(name, texts[i], size) == 0)
      return true;
  return false;
}

static void insert(struct arena *arena, struct node *root, const struct route *route) {
  const char *rest = route_full_path(arena, route);
  struct node *node = root;
  struct leaf leaf = {.route = route};
  while (*rest == '/') {
    struct span segment = next_segment(&rest);
    node = child_for(arena, node, segment);
    if (node->segment == NULL && leaf.count < PARAM_MAX) {
      leaf.names[leaf.count] = arena_text_n(arena, segment.start + 1, segment.size - 2);
      leaf.is_text[leaf.count] = route_param_is_text(segment.start + 1, segment.size - 2);
      leaf.count++;
    }
  }
  if (route->method < METHOD_COUNT)
    node->leaves[route->method] = leaf;
}

static struct node *child_for(struct arena *arena, struct node *parent, struct span segment) {
  bool is_param = segment.size > 2 && segment.start[0] == '{';
  if (is_param && parent->param != NULL)
    return parent->param;
  for (struct node *child = is_param ? NULL : parent->first; child != NULL; child = child->next)
    if (child->size == segment.size && memcmp(child->segment, segment.start, segment.size) == 0)
      return child;
  struct node *child = arena_alloc(arena, sizeof *child);
  if (is_param) {
    parent->param = child;
    return child;
  }
  child->segment = arena_text_n(arena, segment.start, segment.size);
  child->size = segment.size;
  // In the order of the tables, so that the rows asked for most may be put first.
  struct node **end = &parent->first;
  while (*end != NULL)
    end = &(*end)->next;
  *end = child;
  return child;
}

// Expects a slash at *rest, which is moved to the next slash or the end.
static struct span next_segment(const char **rest) {
  const char *start = *rest + 1;
  size_t size = strcspn(start, "/");
  *rest = start + size;
  return (struct span){start, size};
}

static const struct node *descend(const struct node *node, const char *rest, struct walk *walk) {
  if (*rest == '\0')
    return has_rows(node) ? node : NULL;
  struct span segment = next_segment(&rest);
  if (segment.size == 0)
    return NULL;
  for (const struct node *child = node->first; child != NULL; child = child->next) {
    if (child->size != segment.size || memcmp(child->segment, segment.start, segment.size) != 0)
      continue;
    size_t count = walk->count;
    const struct node *found = descend(child, rest, walk);
    if (found != NULL)
      return found;
    walk->count = count;
    break;
  }
  if (node->param == NULL || walk->count == PARAM_MAX)
    return NULL;
  walk->taken[walk->count++] = segment;
  return descend(node->param, rest, walk);
}

static bool has_rows(const struct node *node) {
  for (int method = 0; method < METHOD_COUNT; method++)
    if (node->leaves[method].route != NULL)
      return true;
  return false;
}

// The row of the method, or any other of the path: its parameters tell whether the path exists at all.
static const struct leaf *some_leaf(const struct node *node, enum method method) {
  if (method < METHOD_COUNT && node->leaves[method].route != NULL)
    return &node->leaves[method];
  for (int other = 0; other < METHOD_COUNT; other++)
    if (node->leaves[other].route != NULL)
      return &node->leaves[other];
  return NULL;
}

static bool take_params(struct request *request, const struct leaf *leaf, const struct walk *walk) {
  assert(leaf->count == walk->count);
  for (size_t i = 0; i < leaf->count; i++) {
    struct param *param = &request->params[i];
    param->name = leaf->names[i];
    param->id = 0;
    param->text = decode_param(request->arena, walk->taken[i]);
    if (param->text == NULL)
      return false;
    // One spelling for each id: no sign, no leading zero.
    bool is_id = param->text[0] >= '1' && param->text[0] <= '9' && int64_parse(param->text, &param->id);
    if (!leaf->is_text[i] && !is_id)
      return false;
  }
  request->param_count = leaf->count;
  return true;
}

// NULL when an escape is broken or hides a slash or a control character: no such thing can exist.
static const char *decode_param(struct arena *arena, struct span raw) {
  if (memchr(raw.start, '%', raw.size) == NULL)
    return arena_text_n(arena, raw.start, raw.size);
  const char *decoded = percent_decode(arena, raw.start, raw.size, false);
  bool is_name = decoded != NULL && strchr(decoded, '/') == NULL && !text_has_control(decoded, false);
  return is_name ? decoded : NULL;
}

static void list_methods(const struct node *node, char allow[static ROUTER_METHODS_TEXT_BYTES]) {
  size_t size = 0;
  for (int method = 0; method < METHOD_COUNT; method++) {
    if (node->leaves[method].route == NULL)
      continue;
    const char *name = method == METHOD_GET ? "GET, HEAD" : method_names[method];
    size_t length = strlen(name);
    assert(size + length + 3 <= ROUTER_METHODS_TEXT_BYTES);
    if (size > 0) {
      allow[size++] = ',';
      allow[size++] = ' ';
    }
    memcpy(allow + size, name, length);
    size += length;
  }
  allow[size] = '\0';
}
