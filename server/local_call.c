// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/local_call.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/text.h"

static void fill_request(struct request *request, const struct local_call *call);
static void copy_answer(const struct request *request, struct arena *arena, struct local_answer *out);

void local_call(const struct app *app, struct arena *arena, const struct local_call *call, struct local_answer *out) {
  struct request *request = request_new(app_http(app), arena_new());
  fill_request(request, call);
  http_perform(request, app_db(app));
  copy_answer(request, arena, out);
  request_free(request);
}

const char *local_answer_header(const struct local_answer *answer, const char *name) {
  for (size_t i = 0; i < answer->header_count; i++)
    if (strcasecmp(answer->headers[i].name, name) == 0)
      return answer->headers[i].value;
  return NULL;
}

static void fill_request(struct request *request, const struct local_call *call) {
  struct arena *arena = request->arena;
  request->method = call->method;
  const char *query = strchr(call->target, '?');
  request->path = query == NULL ? arena_text(arena, call->target)
                                : arena_text_n(arena, call->target, (size_t)(query - call->target));
  request->query = query == NULL ? NULL : arena_text(arena, query + 1);
  request->body_size = call->body == NULL ? 0 : call->size != 0 ? call->size : strlen(call->body);
  request->body = call->body == NULL ? NULL : arena_text_n(arena, call->body, request->body_size);
  request->peer = "local";
  request->is_loopback = true;
  request->is_control = call->is_operator;
  struct header *headers = arena_array(arena, call->header_count + 3, sizeof *headers);
  size_t count = 0;
  headers[count++] = (struct header){"host", "localhost"};
  if (call->body != NULL)
    headers[count++] =
        (struct header){"content-type", call->content_type == NULL ? "application/json" : call->content_type};
  if (call->token != NULL)
    headers[count++] = (struct header){"authorization", arena_format(arena, "Bearer %s", call->token)};
  for (size_t i = 0; i < call->header_count; i++)
    headers[count++] = call->headers[i];
  request->headers = headers;
  request->header_count = count;
}

// Of a file what is in it now; nothing when it cannot be read.
static void copy_file(const struct reply *reply, struct arena *arena, struct local_answer *out) {
  char *bytes = arena_alloc(arena, (size_t)reply->file_size + 1);
  ssize_t count = pread(reply->file, bytes, (size_t)reply->file_size, reply->file_offset);
  out->body = bytes;
  out->size = count < 0 ? 0 : (size_t)count;
}

static void copy_answer(const struct request *request, struct arena *arena, struct local_answer *out) {
  const struct reply *reply = &request->reply;
  struct header *headers = arena_array(arena, reply->header_count, sizeof *headers);
  for (size_t i = 0; i < reply->header_count; i++)
    headers[i] = (struct header){arena_text(arena, reply->headers[i].name), arena_text(arena, reply->headers[i].value)};
  *out = (struct local_answer){
      .status = reply->status,
      .content_type = arena_text(arena, reply->content_type),
      .size = reply->json.text.size,
      .body = arena_text_n(arena, text_get(&reply->json.text), reply->json.text.size),
      .headers = headers,
      .header_count = reply->header_count,
  };
  if (reply->has_file)
    copy_file(reply, arena, out);
}
