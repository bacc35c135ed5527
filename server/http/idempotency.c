// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/idempotency.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/secret.h"
#include "server/db/agenda.h"
#include "server/http/answer.h"
#include "server/http/idempotency_store.h"
#include "server/http/reply.h"
#include "server/http/router.h"
#include "server/http/shape.h"

#define KEY_WORDS "The Idempotency-Key must be 1 to 128 visible ASCII characters, in quotes or not, and stand once. "

enum {
  EXPIRED_AT_ONCE = 500,
  EXPIRY_EVERY_SECONDS = 3600, // no answer outlives its day by more
};

// What is known of a request's key: worked out once, whichever thread asks first.
struct idempotency {
  bool has_body_hash;
  const char *key;
  uint8_t key_hash[DIGEST_BYTES];
  uint8_t body_hash[DIGEST_BYTES];
};

static bool has_secret(const struct shape *shape);
static bool is_wanted(const struct request *request);
static enum err take_key(struct request *request);
static const char *read_key(struct arena *arena, const char *value);
static const char *unquoted(struct arena *arena, const char *value);
static void hash_body(struct request *request, const uint8_t sha256[static SHA256_BYTES]);
static void replay(struct request *request, const struct kept_answer *answer);
static const char *request_line(const struct request *request);
static const char *header_lines(const struct request *request);
static enum err check_room(struct request *request, size_t bytes);

bool idempotency_is_kept(const struct route *route) {
  if (route->method == METHOD_GET || route->handle == NULL)
    return false;
  // Kept beside the digest of its body, a password could be guessed without the cost of its own hash.
  return !(route->answer != NULL && route->answer->is_secret) && !has_secret(route->body);
}

enum err idempotency_find(struct request *request) {
  if (!is_wanted(request))
    return ERR_OK;
  enum err err = request->idempotency == NULL ? take_key(request) : ERR_OK;
  if (err != ERR_OK || !request->idempotency->has_body_hash)
    return err;
  const struct idempotency *own = request->idempotency;
  struct kept_answer answer;
  err = idempotency_store_find(request->act.db, request->arena, request->who.person, own->key_hash,
                               request->act.now - IDEMPOTENCY_SECONDS, &answer);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  if (memcmp(answer.body_hash, own->body_hash, DIGEST_BYTES) != 0)
    return problem_raise(&request->problem, PROBLEM_IDEMPOTENCY_KEY_REUSED,
                         "This Idempotency-Key stood with another body within the last 24 hours, and that change was "
                         "made. Nothing was changed now: send another change with a new key.");
  replay(request, &answer);
  return ERR_OK;
}

enum err idempotency_keep(struct request *request) {
  const struct idempotency *own = request->idempotency;
  if (!is_wanted(request) || own == NULL || !own->has_body_hash)
    return ERR_OK;
  const struct reply *reply = &request->reply;
  struct kept_answer answer = {.request = request_line(request),
                               .status = reply->status,
                               .content_type = reply->content_type,
                               .headers = header_lines(request),
                               .body = text_get(&reply->json.text),
                               .body_size = reply->json.text.size};
  memcpy(answer.key_hash, own->key_hash, DIGEST_BYTES);
  memcpy(answer.body_hash, own->body_hash, DIGEST_BYTES);
  struct db *db = request->act.db;
  int64_t now = request->act.now;
  enum err err = check_room(request, answer.body_size + strlen(answer.headers));
  if (err == ERR_OK)
    err = idempotency_store_put(db, request->who.person, &answer, now);
  return err != ERR_OK ? err : agenda_set_if_none(db, AGENDA_ANSWERS_EXPIRE, 0, 0, now + IDEMPOTENCY_SECONDS);
}

void idempotency_body_is(struct request *request, const uint8_t sha256[static SHA256_BYTES]) {
  if (request->idempotency != NULL)
    hash_body(request, sha256);
}

enum err idempotency_expire(const struct act *act) {
  int64_t oldest_at = 0;
  enum err err = idempotency_store_expire(act->db, act->now - IDEMPOTENCY_SECONDS, EXPIRED_AT_ONCE, &oldest_at);
  if (err != ERR_OK || oldest_at == 0)
    return err;
  int64_t next = oldest_at + IDEMPOTENCY_SECONDS;
  if (next > act->now && next < act->now + EXPIRY_EVERY_SECONDS)
    next = act->now + EXPIRY_EVERY_SECONDS;
  return agenda_set(act->db, AGENDA_ANSWERS_EXPIRE, 0, 0, next);
}

static bool has_secret(const struct shape *shape) {
  for (size_t i = 0; shape != NULL && i < shape->count; i++)
    if (shape->fields[i].type == SHAPE_SECRET)
      return true;
  return false;
}

static bool is_wanted(const struct request *request) {
  return request->who.person != 0 && idempotency_is_kept(request->route) &&
         request_header(request, "idempotency-key") != NULL;
}

static enum err take_key(struct request *request) {
  size_t count = 0;
  for (size_t i = 0; i < request->header_count; i++)
    count += strcmp(request->headers[i].name, "idempotency-key") == 0;
  const char *key = count == 1 ? read_key(request->arena, request_header(request, "idempotency-key")) : NULL;
  if (key == NULL)
    return problem_raise(&request->problem, PROBLEM_BAD_REQUEST,
                         KEY_WORDS "A random UUID, a new one for each change, is a good one.");
  struct idempotency *own = arena_alloc(request->arena, sizeof *own);
  own->key = key;
  const char *line = request_line(request);
  const struct digest_part parts[] = {{line, strlen(line)}, {key, strlen(key)}};
  digest_parts(parts, sizeof parts / sizeof *parts, own->key_hash);
  request->idempotency = own;
  if (request->route->kind == ROUTE_UPLOAD)
    return ERR_OK;
  struct sha256 hash;
  uint8_t sha256[SHA256_BYTES];
  sha256_begin(&hash);
  sha256_add(&hash, request->body, request->body_size);
  sha256_end(&hash, sha256);
  hash_body(request, sha256);
  return ERR_OK;
}

// A structured field's string (RFC 8941 3.3.3), or the bare characters that most clients send. NULL: neither.
static const char *read_key(struct arena *arena, const char *value) {
  const char *key = value[0] == '"' ? unquoted(arena, value) : value;
  if (key == NULL)
    return NULL;
  size_t size = strlen(key);
  if (size == 0 || size > IDEMPOTENCY_KEY_MAX)
    return NULL;
  for (size_t i = 0; i < size; i++) {
    bool is_visible = key[i] > ' ' && key[i] <= '~';
    // A bare comma is how two fields look that a proxy has joined.
    bool is_bare = key == value && (key[i] == ',' || key[i] == '"' || key[i] == '\\');
    if (!is_visible || is_bare)
      return NULL;
  }
  return key;
}

static const char *unquoted(struct arena *arena, const char *value) {
  size_t size = strlen(value);
  char *key = arena_text_n(arena, value, size);
  size_t used = 0;
  size_t at = 1;
  while (at < size && value[at] != '"') {
    if (value[at] == '\\' && value[++at] != '"' && value[at] != '\\')
      return NULL;
    key[used++] = value[at++];
  }
  key[used] = '\0';
  return at + 1 == size ? key : NULL;
}

// Under the key, so that whoever reads the store cannot try bodies against the digest.
static void hash_body(struct request *request, const uint8_t sha256[static SHA256_BYTES]) {
  struct idempotency *own = request->idempotency;
  const struct digest_part parts[] = {{own->key, strlen(own->key)}, {sha256, SHA256_BYTES}};
  digest_parts(parts, sizeof parts / sizeof *parts, own->body_hash);
  own->has_body_hash = true;
}

static void replay(struct request *request, const struct kept_answer *answer) {
  reply_reset(request);
  struct reply *reply = &request->reply;
  if (answer->content_type != NULL)
    text_add_n(reply_text(request, answer->content_type), answer->body, answer->body_size);
  reply->status = answer->status;
  for (const char *line = answer->headers; *line != '\0';) {
    size_t size = strcspn(line, "\n");
    size_t name_size = strcspn(line, ":");
    reply_header(request, arena_text_n(request->arena, line, name_size),
                 arena_text_n(request->arena, line + name_size + 2, size - name_size - 2));
    line += size + 1;
  }
  reply_header(request, "Idempotency-Replayed", "true");
  reply->is_replay = true;
}

static const char *request_line(const struct request *request) {
  const char *query = request->query == NULL ? "" : request->query;
  return arena_format(request->arena, "%s %s%s%s", method_text(request->method), request->path,
                      query[0] == '\0' ? "" : "?", query);
}

static const char *header_lines(const struct request *request) {
  struct text lines;
  text_init(&lines, request->arena);
  for (size_t i = 0; i < request->reply.header_count; i++)
    text_add_format(&lines, "%s: %s\n", request->reply.headers[i].name, request->reply.headers[i].value);
  return text_get(&lines);
}

static enum err check_room(struct request *request, size_t bytes) {
  struct kept_usage usage;
  int64_t since = request->act.now - IDEMPOTENCY_SECONDS;
  enum err err = idempotency_store_usage(request->act.db, request->who.person, since, &usage);
  if (err != ERR_OK || (usage.count < IDEMPOTENCY_ANSWERS_MAX && usage.bytes + (int64_t)bytes <= IDEMPOTENCY_BYTES_MAX))
    return err;
  reply_header(request, "Retry-After", arena_format(request->arena, "%" PRId64, usage.oldest_at - since));
  return problem_raise(&request->problem, PROBLEM_TOO_MANY_KEYS,
                       "The answers to %" PRId64 " of your changes are kept already, for 24 hours each. Nothing was "
                       "changed now: send the change without Idempotency-Key, or wait.",
                       usage.count);
}
