// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/course_export_ask.h"

#include <stdarg.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/http/http.h"

enum { PAGE = 200, STATUS_OK = 200, STATUS_NOT_FOUND = 404, STATUS_CONFLICT = 409 };

static enum err ask(const struct export_source *source, struct arena *arena, const char *path, const char **body);
static enum err parse(struct arena *arena, const char *path, const char *body, json_t **out);
static void release(void *subject);

enum err export_ask(const struct export_source *source, struct arena *arena, json_t **out, const char *path, ...) {
  va_list args;
  va_start(args, path);
  const char *full = arena_format_v(arena, path, args);
  va_end(args);
  const char *body = NULL;
  enum err err = ask(source, arena, full, &body);
  *out = NULL;
  return err != ERR_OK || body == NULL ? err : parse(arena, full, body, out);
}

enum err export_ask_all(const struct export_source *source, struct arena *arena, const char *list, json_t **out,
                        const char *path, ...) {
  va_list args;
  va_start(args, path);
  const char *full = arena_format_v(arena, path, args);
  va_end(args);
  json_t *all = json_array();
  arena_defer(arena, release, all);
  const char *joint = strchr(full, '?') == NULL ? "?" : "&";
  for (int64_t after = 0;;) {
    const char *paged = after == 0
                            ? arena_format(arena, "%s%slimit=%d", full, joint, PAGE)
                            : arena_format(arena, "%s%slimit=%d&after=%lld", full, joint, PAGE, (long long)after);
    json_t *page = NULL;
    enum err err = export_ask(source, arena, &page, "%s", paged);
    if (err != ERR_OK)
      return err;
    if (page != NULL && json_array_extend(all, json_object_get(page, list)) != 0)
      abort();
    int64_t next = page == NULL ? 0 : export_number(page, "next");
    if (next == 0 || next == after)
      break;
    after = next;
  }
  *out = all;
  return ERR_OK;
}

enum err export_ask_text(const struct export_source *source, struct arena *arena, const char *path, const char **out) {
  const char *body = NULL;
  enum err err = ask(source, arena, path, &body);
  if (err == ERR_OK && body != NULL)
    *out = body;
  return err == ERR_OK && body == NULL ? ERR_INTERNAL : err;
}

const char *export_cell(struct arena *arena, const json_t *object, const char *member) {
  const json_t *value = json_object_get(object, member);
  if (json_is_string(value))
    return json_string_value(value);
  if (json_is_integer(value))
    return arena_format(arena, "%lld", (long long)json_integer_value(value));
  return json_is_boolean(value) ? json_is_true(value) ? "yes" : "no" : "";
}

int64_t export_number(const json_t *object, const char *member) {
  return json_integer_value(json_object_get(object, member));
}

// *body is NULL when there is no such thing.
static enum err ask(const struct export_source *source, struct arena *arena, const char *path, const char **body) {
  const struct request *of = source->request;
  struct request *request = request_new(of->http, arena_new());
  const char *query = strchr(path, '?');
  size_t size = query == NULL ? strlen(path) : (size_t)(query - path);
  request->method = METHOD_GET;
  request->path = arena_format(request->arena, "%s%.*s", source->base, (int)size, path);
  request->query = query == NULL ? NULL : arena_text(request->arena, query + 1);
  request->peer = of->peer;
  request->is_loopback = request->is_control = true; // the export's row is the operator's
  request->act.now = of->act.now;
  http_read_within(request, of->act.db);
  int status = request->reply.status;
  const struct text *answer = &request->reply.json.text;
  bool is_none = status == STATUS_NOT_FOUND || status == STATUS_CONFLICT;
  if (status != STATUS_OK && !is_none)
    log_line(LOG_ERROR, "export", "GET %s answered %d: %s", request->path, status, text_get(answer));
  *body = status == STATUS_OK ? arena_text_n(arena, text_get(answer), answer->size) : NULL;
  request_free(request);
  return status == STATUS_OK || is_none ? ERR_OK : status == 503 ? ERR_UNAVAILABLE : ERR_INTERNAL;
}

static enum err parse(struct arena *arena, const char *path, const char *body, json_t **out) {
  json_error_t error;
  json_t *json = json_loads(body, 0, &error);
  if (json == NULL) {
    log_line(LOG_ERROR, "export", "%s: %s", path, error.text);
    return ERR_INTERNAL;
  }
  arena_defer(arena, release, json);
  *out = json;
  return ERR_OK;
}

static void release(void *subject) { json_decref(subject); }
