// SPDX-License-Identifier: AGPL-3.0-or-later
#include <string.h>

#include "common/base/log.h"
#include "server/http/answer.h"
#include "server/http/http.h"
#include "server/http/router.h"
#include "server/http/shape.h"

static bool check_row(const struct http *http, struct arena *arena, size_t table, size_t row);
static bool check_answers(const struct route *route, const char *where, struct arena *arena, struct answer_list *known);
static const char *fault_of_row(const struct route *route);
static const char *fault_of_handlers(const struct route *route);
static const char *fault_of_success(const struct route *route);
static const char *fault_of_path(const char *path);
static bool has_param(const char *path, const char *braced);
static bool stands_before(const struct http *http, size_t table, size_t row);
static bool is_same_path(const char *a, const char *b);

enum err http_check(const struct http *http) {
  struct arena *arena SCOPED_ARENA = arena_new();
  bool is_sound = http->clock != NULL && http->authenticate != NULL && http->admit != NULL;
  if (!is_sound)
    log_line(LOG_ERROR, "http", "clock, authenticate and admit must be given");
  struct answer_list answers = {0};
  for (size_t i = 0; i < http->table_count; i++)
    for (size_t j = 0; j < http->tables[i].count; j++) {
      const struct route *route = &http->tables[i].rows[j];
      if (!check_row(http, arena, i, j) || !check_answers(route, http->tables[i].feature, arena, &answers))
        is_sound = false;
    }
  return is_sound ? ERR_OK : ERR_INTERNAL;
}

static bool check_row(const struct http *http, struct arena *arena, size_t table, size_t row) {
  const struct route *route = &http->tables[table].rows[row];
  const char *where = arena_format(arena, "%s: %s %s", http->tables[table].feature, method_text(route->method),
                                   route->path == NULL ? "(no path)" : route->path);
  const char *fault = fault_of_row(route);
  if (fault == NULL && stands_before(http, table, row))
    fault = "the method and path stand twice";
  if (fault != NULL)
    log_line(LOG_ERROR, "http", "%s: %s", where, fault);
  bool is_sound = fault == NULL;
  if (route->query != NULL && !shape_check(route->query, true, where))
    is_sound = false;
  if (route->body != NULL && !shape_check(route->body, false, where))
    is_sound = false;
  return is_sound;
}

// One table a name: the name is the schema's in OpenAPI.
static bool check_answers(const struct route *route, const char *where, struct arena *arena,
                          struct answer_list *known) {
  size_t before = known->count;
  bool is_sound = true;
  if (route->answer != NULL)
    answer_collect(arena, route->answer, known);
  for (size_t i = before; i < known->count; i++) {
    if (!answer_check(known->items[i], where))
      is_sound = false;
    for (size_t j = 0; j < i; j++) {
      if (!text_equal(known->items[i]->name, known->items[j]->name))
        continue;
      log_line(LOG_ERROR, "http", "%s: two answers are called %s", where, known->items[i]->name);
      is_sound = false;
    }
  }
  return is_sound;
}

static const char *fault_of_row(const struct route *route) {
  if (route->method >= METHOD_COUNT)
    return "no such method";
  if (route->access <= ACCESS_UNSET || route->access > ACCESS_OPERATOR)
    return "the access is not set";
  const char *fault = route->path == NULL ? "no path" : fault_of_path(route->path);
  if (fault == NULL)
    fault = fault_of_handlers(route);
  if (fault != NULL)
    return fault;
  if (route->method == METHOD_GET && route->body != NULL)
    return "GET takes no body";
  bool is_of_course = route->access >= ACCESS_COURSE && route->access <= ACCESS_INSTRUCTOR;
  if (is_of_course && !has_param(route->path, "{course}"))
    return "the access needs {course} in the path";
  if (route->access == ACCESS_TEAM && !has_param(route->path, "{team}"))
    return "the access needs {team} in the path";
  if (route->summary == NULL || route->summary[0] == '\0')
    return "no summary";
  return fault_of_success(route);
}

static const char *fault_of_success(const struct route *route) {
  if (route->success != 200 && route->success != 201 && route->success != 202 && route->success != 204)
    return "the success is 200, 201, 202 or 204";
  if ((route->success == 204) != (route->answer == NULL))
    return "204 has no answer, and every other success has one";
  return NULL;
}

static const char *fault_of_handlers(const struct route *route) {
  switch (route->kind) {
  case ROUTE_READ:
  case ROUTE_STREAM:
    if (route->method != METHOD_GET)
      return "only GET is a read: the others need an origin and are not cached";
    return route->handle == NULL || route->prepare != NULL ? "a read has handle and no prepare" : NULL;
  case ROUTE_WRITE:
    if (route->method == METHOD_GET)
      return "GET changes nothing";
    return route->handle == NULL || route->prepare != NULL ? "a write has handle and no prepare" : NULL;
  case ROUTE_WORK:
    if (route->method == METHOD_GET && route->handle != NULL)
      return "GET changes nothing";
    return route->prepare == NULL ? "work has prepare" : NULL;
  case ROUTE_UPLOAD:
    if (route->method == METHOD_GET)
      return "GET changes nothing";
    if (route->body != NULL)
      return "an upload's body is bytes, not a shape";
    return route->prepare == NULL || route->handle == NULL ? "an upload has prepare and handle" : NULL;
  }
  return "no such kind";
}

static const char *fault_of_path(const char *path) {
  size_t params = 0;
  const char *rest = text_starts(path, "//") ? path + 1 : path;
  if (*rest != '/')
    return "the path must begin with a slash";
  while (*rest == '/') {
    const char *segment = rest + 1;
    size_t size = strcspn(segment, "/");
    rest = segment + size;
    bool is_param = segment[0] == '{' && size > 2 && segment[size - 1] == '}';
    if (size == 0 || (!is_param && strcspn(segment, "{}%?#") < size))
      return "the path has an empty or odd segment";
    if (!is_param)
      continue;
    params++;
    if (memmem(rest, strlen(rest), segment, size) != NULL)
      return "a parameter stands twice";
  }
  return params > PARAM_MAX ? "the path has too many parameters" : NULL;
}

static bool has_param(const char *path, const char *braced) { return strstr(path, braced) != NULL; }

static bool stands_before(const struct http *http, size_t table, size_t row) {
  const struct route *route = &http->tables[table].rows[row];
  for (size_t i = 0; i <= table; i++) {
    size_t count = i == table ? row : http->tables[i].count;
    for (size_t j = 0; j < count; j++) {
      const struct route *other = &http->tables[i].rows[j];
      if (other->method == route->method && other->path != NULL && is_same_path(other->path, route->path))
        return true;
    }
  }
  return false;
}

// Two parameters are one place, whatever their names.
static bool is_same_path(const char *a, const char *b) {
  while (*a != '\0' && *b != '\0') {
    if (*a == '{' && *b == '{') {
      a += strcspn(a, "/");
      b += strcspn(b, "/");
      continue;
    }
    if (*a++ != *b++)
      return false;
  }
  return *a == *b;
}
