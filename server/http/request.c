// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/request.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "server/http/stream.h"

static const struct param *find_param(const struct request *request, const char *name);

struct request *request_new(const struct http *http, struct arena *arena) {
  struct request *request = arena_alloc(arena, sizeof *request);
  request->http = http;
  request->arena = arena;
  request->path = "/";
  request->body = "";
  request->peer = "";
  problem_init(&request->problem, arena);
  request->act.arena = arena;
  request->act.problem = &request->problem;
  reply_reset(request);
  return request;
}

void request_free(struct request *request) {
  if (request == NULL)
    return;
  stream_free(request->stream);
  arena_free(request->arena); // the request lives in its own
}

const char *request_header(const struct request *request, const char *lower_case_name) {
  for (size_t i = 0; i < request->header_count; i++)
    if (strcmp(request->headers[i].name, lower_case_name) == 0)
      return request->headers[i].value;
  return NULL;
}

const char *request_list(const struct request *request, const char *lower_case_name) {
  const char *list = NULL;
  for (size_t i = 0; i < request->header_count; i++) {
    const char *value = request->headers[i].value;
    if (strcmp(request->headers[i].name, lower_case_name) == 0)
      list = list == NULL ? value : arena_format(request->arena, "%s, %s", list, value);
  }
  return list;
}

int64_t request_id(const struct request *request, const char *param) {
  const struct param *found = find_param(request, param);
  assert(found != NULL && found->id > 0);
  return found == NULL ? 0 : found->id;
}

const char *request_text(const struct request *request, const char *param) {
  const struct param *found = find_param(request, param);
  assert(found != NULL);
  return found == NULL ? "" : found->text;
}

const char *request_cookie(const struct request *request, const char *name) {
  const char *rest = request_header(request, "cookie");
  size_t name_size = strlen(name);
  while (rest != NULL) {
    rest += strspn(rest, " \t;");
    size_t size = strcspn(rest, ";");
    if (size > name_size && rest[name_size] == '=' && memcmp(rest, name, name_size) == 0) {
      const char *value = rest + name_size + 1;
      size -= name_size + 1;
      while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
        size--;
      if (size >= 2 && value[0] == '"' && value[size - 1] == '"')
        return arena_text_n(request->arena, value + 1, size - 2);
      return arena_text_n(request->arena, value, size);
    }
    rest = rest[size] == '\0' ? NULL : rest + size;
  }
  return NULL;
}

const char *request_bearer(const struct request *request) {
  const char *value = request_header(request, "authorization");
  if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0)
    return NULL;
  value += 7;
  value += strspn(value, " ");
  // token68, RFC 9110 11.2
  size_t size = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");
  size_t padding = strspn(value + size, "=");
  if (size == 0 || value[size + padding] != '\0')
    return NULL;
  return arena_text_n(request->arena, value, size + padding);
}

static const struct param *find_param(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->param_count; i++)
    if (strcmp(request->params[i].name, name) == 0)
      return &request->params[i];
  return NULL;
}
