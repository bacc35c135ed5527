// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/reply.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "server/http/http.h"

static void add_tag_headers(struct request *request);

struct json *reply_object(struct request *request) {
  struct reply *reply = &request->reply;
  assert(reply->content_type == NULL && reply->json.text.size == 0);
  reply->content_type = "application/json";
  json_begin_object(&reply->json);
  return &reply->json;
}

void reply_status(struct request *request, int status) { request->reply.status = status; }

void reply_created(struct request *request, const char *location_format, ...) {
  va_list args;
  va_start(args, location_format);
  const char *path = arena_format_v(request->arena, location_format, args);
  va_end(args);
  assert(path[0] == '/');
  request->reply.status = 201;
  reply_header(request, "Location", arena_format(request->arena, "/api/v1%s", path));
}

void reply_no_content(struct request *request) {
  assert(request->reply.content_type == NULL);
  request->reply.status = 204;
}

void reply_header(struct request *request, const char *name, const char *value) {
  struct reply *reply = &request->reply;
  // A line break would let a value write headers of its own.
  assert(strpbrk(name, "\r\n: ") == NULL && strpbrk(value, "\r\n") == NULL);
  assert(reply->header_count < REPLY_HEADER_MAX);
  if (reply->header_count < REPLY_HEADER_MAX)
    reply->headers[reply->header_count++] = (struct header){name, value};
}

void reply_cookie(struct request *request, const char *name, const char *value, int64_t max_age_seconds) {
  // cookie-octet, RFC 6265 4.1.1
  assert(strpbrk(value, " \t\r\n\",;\\") == NULL);
  const char *url = request->http->public_url;
  bool is_secure = request->is_https || (url != NULL && strncasecmp(url, "https://", 8) == 0);
  reply_header(request, "Set-Cookie",
               arena_format(request->arena, "%s=%s; Max-Age=%" PRId64 "; Path=/; HttpOnly; SameSite=Lax%s", name, value,
                            max_age_seconds, is_secure ? "; Secure" : ""));
}

struct text *reply_text(struct request *request, const char *content_type) {
  struct reply *reply = &request->reply;
  assert(reply->content_type == NULL && reply->json.text.size == 0);
  reply->content_type = content_type;
  return &reply->json.text;
}

void reply_reset(struct request *request) {
  struct reply *reply = &request->reply;
  reply->status = 200;
  reply->content_type = NULL;
  reply->header_count = 0;
  reply->has_file = false;
  reply->is_replay = false;
  json_init(&reply->json, request->arena);
}

void reply_complete(struct request *request) {
  struct reply *reply = &request->reply;
  while (reply->json.depth > 0)
    json_end(&reply->json);
  if (reply->status == 200 && reply->content_type == NULL)
    reply->status = 204;
  bool is_tagged =
      request->tag[0] != '\0' && request->method == METHOD_GET && (reply->status == 200 || reply->status == 206);
  if (is_tagged)
    add_tag_headers(request);
  else if (!reply_has_header(request, "Cache-Control"))
    reply_header(request, "Cache-Control", "no-store");
}

void reply_not_modified(struct request *request) {
  reply_reset(request);
  request->reply.status = 304;
  add_tag_headers(request);
}

bool reply_has_header(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcasecmp(request->reply.headers[i].name, name) == 0)
      return true;
  return false;
}

static void add_tag_headers(struct request *request) {
  reply_header(request, "ETag", request->tag);
  if (!reply_has_header(request, "Cache-Control"))
    reply_header(request, "Cache-Control", "private, no-cache");
  reply_header(request, "Vary", "Cookie, Authorization");
}
