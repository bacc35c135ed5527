// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/session.h"

#include <string.h>

#include "common/base/text.h"
#include "server/accounts/api_token.h"
#include "server/accounts/session_store.h"

static enum err authenticate_program(struct request *request, const char *text, bool is_writing);
static const char *token_of(const struct request *request, bool *is_by_cookie);
static bool has_token_shape(const char *token);
static void digest_token(const char *token, uint8_t digest[static DIGEST_BYTES]);
static const char *clean_user_agent(struct arena *arena, const char *user_agent);

enum err account_authenticate(struct request *request, bool is_writing) {
  request->who = (struct identity){0};
  if (request->is_control) {
    request->who.is_operator = true;
    request->act.cause = "operator";
    return ERR_OK;
  }
  bool is_by_cookie;
  const char *token = token_of(request, &is_by_cookie);
  if (token && !is_by_cookie && text_starts(token, API_TOKEN_PREFIX))
    return authenticate_program(request, token, is_writing);
  if (!token || !has_token_shape(token))
    return ERR_OK;
  uint8_t digest[DIGEST_BYTES];
  digest_token(token, digest);
  struct session_found found;
  enum err err = session_store_find(request->act.db, digest, request->act.now, &found);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  if (is_writing && request->act.now - found.seen_at >= SESSION_TOUCH_SECONDS &&
      (err = session_store_touch(request->act.db, digest, request->act.now)) != ERR_OK)
    return err;
  request->who = (struct identity){.person = found.person, .session = found.id, .is_by_cookie = is_by_cookie};
  request->act.actor = found.person;
  request->act.cause = NULL;
  return ERR_OK;
}

enum err session_open(const struct act *act, int64_t person, const char *user_agent, struct session_opened *out) {
  enum err err = session_store_prune(act->db, person, act->now, SESSIONS_A_PERSON_MAX - 1);
  if (err != ERR_OK)
    return err;
  struct session_opened opened = {.id = session_random_id(), .expires_at = act->now + SESSION_SECONDS};
  secret_token(opened.token);
  uint8_t digest[DIGEST_BYTES];
  digest_token(opened.token, digest);
  const struct session session = {
      .id = opened.id,
      .person = person,
      .user_agent = clean_user_agent(act->arena, user_agent),
      .created_at = act->now,
      .seen_at = act->now,
      .expires_at = opened.expires_at,
  };
  if ((err = session_store_insert(act->db, &session, digest)) != ERR_OK)
    return err;
  *out = opened;
  return ERR_OK;
}

int64_t session_random_id(void) {
  uint64_t random;
  secret_random(&random, sizeof random);
  return (int64_t)(random >> 12) + 1;
}

enum err session_list(struct db *db, struct arena *arena, int64_t person, int64_t now, struct session **out,
                      size_t *count) {
  return session_store_list(db, arena, person, now, out, count);
}

enum err session_end(struct db *db, int64_t person, int64_t session) {
  return session_store_delete(db, person, session);
}

enum err session_end_all(struct db *db, int64_t person, int64_t except, int64_t *ended) {
  enum err err = session_store_delete_all(db, person, except);
  if (err == ERR_OK)
    *ended = db_changes(db);
  return err;
}

static enum err authenticate_program(struct request *request, const char *text, bool is_writing) {
  struct api_token token;
  const char *missing;
  enum err err = api_token_find(&request->act, text, &token);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? ERR_OK : err;
  if (!api_token_reaches(request->route, token.scopes, &missing))
    return problem_raise(&request->problem, PROBLEM_TOKEN_SCOPE, "%s", missing);
  if (is_writing && (err = api_token_touch(&request->act, &token)) != ERR_OK)
    return err;
  request->who =
      (struct identity){.person = token.person, .token = token.id, .lacks_staff = (token.scopes & SCOPE_STAFF) == 0};
  request->act.actor = token.person;
  request->act.cause = NULL;
  return ERR_OK;
}

static const char *token_of(const struct request *request, bool *is_by_cookie) {
  const char *bearer = request_bearer(request);
  *is_by_cookie = !bearer;
  return bearer ? bearer : request_cookie(request, SESSION_COOKIE);
}

// Anything else cannot be one of ours and need not cost a query.
static bool has_token_shape(const char *token) {
  size_t size = strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  return size == TOKEN_TEXT_BYTES - 1 && token[size] == '\0';
}

static void digest_token(const char *token, uint8_t digest[static DIGEST_BYTES]) {
  digest_bytes(token, TOKEN_TEXT_BYTES - 1, digest);
}

// Browsers send ASCII (RFC 9110 5.5); other bytes would spoil the JSON of the list.
static const char *clean_user_agent(struct arena *arena, const char *user_agent) {
  if (!user_agent || user_agent[0] == '\0')
    return NULL;
  char *clean = arena_text_n(arena, user_agent, strnlen(user_agent, SESSION_USER_AGENT_MAX));
  for (char *c = clean; *c; c++)
    if (*c < ' ' || *c > '~')
      *c = '?';
  return clean;
}
