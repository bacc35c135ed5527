// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/incoming.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/http/upload.h"

enum {
  FRAMING_BYTES_MIN = 4096, // of chunk headers, beside an eighth of the body
  FRAMING_SHARE = 8,
  BODY_FIRST_BYTES = 16 * 1024,
};

// Offsets into the block, which GATE_HEADER_BYTES_MAX keeps in 16 bits.
struct field_span {
  uint16_t name_at;
  uint16_t name_size;
  uint16_t value_at;
  uint16_t value_size;
};

struct incoming_head {
  char *block; // the request's own copy
  size_t count;
  bool has_value; // of the last field
  struct field_span fields[GATE_HEADERS_MAX];
};

// Outside the arena, because an arena keeps every outgrown copy: a client that announces megabytes gets them only as
// they arrive.
struct incoming_body {
  char *bytes;
  size_t size;
  size_t capacity;
};

static int on_header_field(llhttp_t *parser, const char *at, size_t size);
static int on_header_value(llhttp_t *parser, const char *at, size_t size);
static int on_headers_complete(llhttp_t *parser);
static int on_chunk_header(llhttp_t *parser);
static int on_body(llhttp_t *parser, const char *at, size_t size);
static int on_message_complete(llhttp_t *parser);

static const llhttp_settings_t settings = {
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_chunk_header = on_chunk_header,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

static void fill_method(struct incoming *incoming);
static void fill_target(struct request *request, char *block, const struct gate_result *gate);
static void fill_headers(struct request *request, const struct incoming_head *head);
static bool framing_is_sound(const struct incoming *incoming, const char *end);
static void body_reserve(struct incoming_body *body, size_t capacity);
static void body_release(void *subject);

bool incoming_take_head(struct incoming *incoming, struct request *request, const char *block,
                        const struct gate_result *gate) {
  struct incoming_head head = {.block = arena_text_n(request->arena, block, gate->block_bytes)};
  *incoming = (struct incoming){.request = request, .head = &head};
  llhttp_init(&incoming->parser, HTTP_REQUEST, &settings);
  incoming->parser.data = incoming;
  llhttp_errno_t code = llhttp_execute(&incoming->parser, head.block, gate->block_bytes);
  incoming->head = NULL;
  // Two readers of the same bytes must agree on every count, or one of them can be deceived.
  bool has_body = gate->is_chunked || gate->length > 0;
  if (code != (has_body ? HPE_OK : HPE_PAUSED) || !incoming->is_head_done || incoming->is_done == has_body ||
      head.count != gate->field_count)
    return false;
  incoming->keeps_alive = incoming->keeps_alive && !gate->is_http_10;
  fill_method(incoming);
  fill_target(request, head.block, gate);
  fill_headers(request, &head);
  return true;
}

void incoming_expect_body(struct incoming *incoming, size_t cap_bytes, size_t length) {
  struct arena *arena = incoming->request->arena;
  incoming->cap_bytes = cap_bytes;
  incoming->body = arena_alloc(arena, sizeof *incoming->body);
  arena_defer(arena, body_release, incoming->body);
  body_reserve(incoming->body, length > 0 && length < BODY_FIRST_BYTES ? length : BODY_FIRST_BYTES);
}

void incoming_expect_upload(struct incoming *incoming, struct upload *upload) {
  incoming->cap_bytes = upload->cap_bytes;
  incoming->upload = upload;
}

enum incoming_verdict incoming_take_body(struct incoming *incoming, const char *bytes, size_t size, size_t *used) {
  incoming->fed = bytes;
  llhttp_errno_t code = llhttp_execute(&incoming->parser, bytes, size);
  const char *end = code == HPE_OK ? bytes + size : llhttp_get_error_pos(&incoming->parser);
  *used = (size_t)(end - bytes);
  if (!framing_is_sound(incoming, end))
    return INCOMING_BAD;
  if (code != HPE_OK && !(code == HPE_PAUSED && incoming->is_done))
    return incoming->is_too_large ? INCOMING_TOO_LARGE : incoming->is_lost ? INCOMING_LOST : INCOMING_BAD;
  incoming->fed_bytes += *used;
  if (!incoming->is_done)
    return INCOMING_MORE;
  if (incoming->upload != NULL)
    return INCOMING_DONE;
  struct incoming_body *body = incoming->body;
  body->bytes[body->size] = '\0';
  incoming->request->body = body->bytes;
  incoming->request->body_size = body->size;
  return INCOMING_DONE;
}

static int on_header_field(llhttp_t *parser, const char *at, size_t size) {
  struct incoming *incoming = parser->data;
  struct incoming_head *head = incoming->head;
  if (head == NULL) // a trailer
    return HPE_USER;
  if (head->count == GATE_HEADERS_MAX)
    return HPE_USER;
  head->fields[head->count++] =
      (struct field_span){.name_at = (uint16_t)(at - head->block), .name_size = (uint16_t)size};
  head->has_value = false;
  return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t size) {
  struct incoming *incoming = parser->data;
  struct incoming_head *head = incoming->head;
  // A second span for one value would be a fold, which the gate does not let through.
  if (head == NULL || head->count == 0 || head->has_value)
    return HPE_USER;
  struct field_span *field = &head->fields[head->count - 1];
  while (size > 0 && (at[size - 1] == ' ' || at[size - 1] == '\t'))
    size--;
  field->value_at = (uint16_t)(at - head->block);
  field->value_size = (uint16_t)size;
  head->has_value = true;
  return 0;
}

static int on_headers_complete(llhttp_t *parser) {
  struct incoming *incoming = parser->data;
  incoming->is_head_done = true;
  incoming->keeps_alive = llhttp_should_keep_alive(parser) != 0;
  parser->upgrade = 0; // else llhttp would hand the body to another protocol
  return 0;
}

static int on_chunk_header(llhttp_t *parser) {
  struct incoming *incoming = parser->data;
  // Said as soon as the chunk is announced, not when it has been sent.
  incoming->is_too_large = parser->content_length > incoming->cap_bytes - incoming->body_bytes;
  return incoming->is_too_large ? HPE_USER : 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t size) {
  struct incoming *incoming = parser->data;
  if (!framing_is_sound(incoming, at))
    return HPE_USER;
  incoming->is_too_large = size > incoming->cap_bytes - incoming->body_bytes;
  incoming->body_bytes += size;
  if (incoming->is_too_large)
    return HPE_USER;
  if (incoming->upload != NULL) {
    incoming->is_lost = upload_take(incoming->upload, at, size) != ERR_OK;
    return incoming->is_lost ? HPE_USER : 0;
  }
  struct incoming_body *body = incoming->body;
  if (body->capacity - body->size < size) {
    size_t needed = body->size + size;
    body_reserve(body, needed > 2 * body->capacity ? needed : 2 * body->capacity);
  }
  memcpy(body->bytes + body->size, at, size);
  body->size += size;
  return 0;
}

// The parser stops here, so that it never sees a byte of the next request before the gate has.
static int on_message_complete(llhttp_t *parser) {
  struct incoming *incoming = parser->data;
  incoming->is_done = true;
  return HPE_PAUSED;
}

static void fill_method(struct incoming *incoming) {
  static const struct {
    uint8_t from;
    enum method to;
  } rows[] = {
      {HTTP_GET, METHOD_GET}, {HTTP_HEAD, METHOD_GET},    {HTTP_POST, METHOD_POST},
      {HTTP_PUT, METHOD_PUT}, {HTTP_PATCH, METHOD_PATCH}, {HTTP_DELETE, METHOD_DELETE},
  };
  struct request *request = incoming->request;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].from == incoming->parser.method)
      request->method = rows[i].to;
  request->is_head = incoming->parser.method == HTTP_HEAD;
}

static void fill_target(struct request *request, char *block, const struct gate_result *gate) {
  if (gate->target_size == 0) // an absolute target without a path
    return;
  char *target = block + gate->target_at;
  target[gate->target_size] = '\0'; // over the space before the version
  request->path = target;
  char *mark = strchr(target, '?');
  if (mark == NULL)
    return;
  *mark = '\0';
  request->query = mark + 1;
}

// In place: the NULs go where colons, white space and CRs were.
static void fill_headers(struct request *request, const struct incoming_head *head) {
  struct header *headers = arena_array(request->arena, head->count, sizeof *headers);
  for (size_t i = 0; i < head->count; i++) {
    const struct field_span *field = &head->fields[i];
    char *name = head->block + field->name_at;
    char *value = head->block + field->value_at;
    name[field->name_size] = '\0';
    for (char *c = name; *c != '\0'; c++)
      if (*c >= 'A' && *c <= 'Z')
        *c = (char)(*c - 'A' + 'a');
    if (field->value_size > 0)
      value[field->value_size] = '\0';
    headers[i] = (struct header){name, field->value_size > 0 ? value : ""};
  }
  request->headers = headers;
  request->header_count = head->count;
}

// Chunk headers may be as long as llhttp likes; here they may not. Asked at the end of each run of them, so that the
// answer does not hang on how the bytes were cut.
static bool framing_is_sound(const struct incoming *incoming, const char *end) {
  size_t framing_bytes = incoming->fed_bytes + (size_t)(end - incoming->fed) - incoming->body_bytes;
  return framing_bytes <= incoming->body_bytes / FRAMING_SHARE + FRAMING_BYTES_MIN;
}

static void body_reserve(struct incoming_body *body, size_t capacity) {
  body->bytes = realloc(body->bytes, capacity + 1);
  if (body->bytes == NULL)
    abort();
  body->capacity = capacity;
}

static void body_release(void *subject) {
  struct incoming_body *body = subject;
  free(body->bytes);
}
