// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/api_token.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/accounts/api_token_store.h"
#include "server/accounts/session.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"

static const struct {
  const char *name;
  enum api_scope scope;
} scope_rows[] = {{"read", SCOPE_READ}, {"write", SCOPE_WRITE}, {"staff", SCOPE_STAFF}};
enum { SCOPE_ROWS = sizeof scope_rows / sizeof *scope_rows };

static bool digest_of(const char *text, uint8_t out[static DIGEST_BYTES]);
static enum err audit(const struct act *act, const char *kind, int64_t person, const char *before, const char *after);
static const char *token_json(struct arena *arena, const struct api_token *token);
static enum err tell(const struct act *act, const struct api_token *token);

unsigned api_scope_parse(const char *name) {
  for (size_t i = 0; i < SCOPE_ROWS; i++)
    if (strcmp(scope_rows[i].name, name) == 0)
      return scope_rows[i].scope;
  return 0;
}

const char *api_scope_name(enum api_scope scope) {
  for (size_t i = 0; i < SCOPE_ROWS; i++)
    if (scope_rows[i].scope == scope)
      return scope_rows[i].name;
  return "?";
}

bool api_token_reaches(const struct route *route, unsigned scopes, const char **missing) {
  switch (route->access) {
  case ACCESS_PUBLIC:
  case ACCESS_LOOPBACK:
    return true;
  case ACCESS_UNSET:
  case ACCESS_ACCOUNT:
  case ACCESS_OPERATOR:
    *missing = "No API token reaches this; sign in instead.";
    return false;
  case ACCESS_SIGNED_IN:
  case ACCESS_COURSE:
  case ACCESS_STUDENT:
  case ACCESS_TEAM:
  case ACCESS_STAFF:
  case ACCESS_INSTRUCTOR:
    break;
  }
  enum api_scope needed = route->method == METHOD_GET ? SCOPE_READ : SCOPE_WRITE;
  bool is_of_staff = route->access == ACCESS_STAFF || route->access == ACCESS_INSTRUCTOR;
  if ((scopes & needed) == 0)
    *missing =
        needed == SCOPE_READ ? "This needs a token with the scope read." : "This needs a token with the scope write.";
  else if (is_of_staff && (scopes & SCOPE_STAFF) == 0)
    *missing = "This needs a token with the scope staff as well.";
  else
    return true;
  return false;
}

enum err api_token_make(const struct act *act, struct api_token *token, char text[static API_TOKEN_TEXT_BYTES]) {
  int64_t count = 0;
  enum err err = api_token_store_prune(act->db, act->now);
  if (err != ERR_OK || (err = api_token_store_count(act->db, token->person, &count)) != ERR_OK)
    return err;
  if (count >= API_TOKENS_A_PERSON_MAX)
    return problem_raise(act->problem, PROBLEM_TOO_MANY_TOKENS,
                         "You have %" PRId64 " API tokens, and may have %d. Revoke one that is not used any more.",
                         count, API_TOKENS_A_PERSON_MAX);
  memcpy(text, API_TOKEN_PREFIX, sizeof API_TOKEN_PREFIX);
  secret_token(text + sizeof API_TOKEN_PREFIX - 1);
  uint8_t digest[DIGEST_BYTES];
  digest_bytes(text, API_TOKEN_TEXT_BYTES - 1, digest);
  token->id = session_random_id();
  token->created_at = act->now;
  if ((err = api_token_store_insert(act->db, token, digest)) != ERR_OK || (err = tell(act, token)) != ERR_OK)
    return err;
  return audit(act, "API token made", token->person, NULL, token_json(act->arena, token));
}

enum err api_token_find(const struct act *act, const char *text, struct api_token *out) {
  uint8_t digest[DIGEST_BYTES];
  return digest_of(text, digest) ? api_token_store_find(act->db, digest, act->now, out) : ERR_NOT_FOUND;
}

enum err api_token_touch(const struct act *act, const struct api_token *token) {
  return act->now - token->seen_at < SESSION_TOUCH_SECONDS ? ERR_OK
                                                           : api_token_store_touch(act->db, token->id, act->now);
}

enum err api_token_list(struct db *db, struct arena *arena, int64_t person, int64_t now, struct api_token **out,
                        size_t *count) {
  return api_token_store_list(db, arena, person, now, out, count);
}

enum err api_token_revoke(const struct act *act, int64_t person, int64_t id) {
  enum err err = api_token_store_delete(act->db, person, id);
  if (err != ERR_OK)
    return err;
  return audit(act, "API token revoked", person, NULL, NULL);
}

// Anything else cannot be one of ours and need not cost a query.
static bool digest_of(const char *text, uint8_t out[static DIGEST_BYTES]) {
  if (strlen(text) != API_TOKEN_TEXT_BYTES - 1 || !text_starts(text, API_TOKEN_PREFIX))
    return false;
  digest_bytes(text, API_TOKEN_TEXT_BYTES - 1, out);
  return true;
}

static enum err audit(const struct act *act, const char *kind, int64_t person, const char *before, const char *after) {
  return audit_write(act, AUDIT_INSTALLATION, kind, arena_format(act->arena, "person %" PRId64, person), before, after);
}

static const char *token_json(struct arena *arena, const struct api_token *token) {
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_text(&json, "name", token->name);
  json_array_in(&json, "scopes");
  for (size_t i = 0; i < SCOPE_ROWS; i++)
    if ((token->scopes & scope_rows[i].scope) != 0)
      json_text(&json, NULL, scope_rows[i].name);
  json_end(&json);
  json_instant(&json, "expires_at", token->expires_at);
  json_end(&json);
  return json_get(&json);
}

// A stolen session must not leave a quiet door behind.
static enum err tell(const struct act *act, const struct api_token *token) {
  const struct message message = {
      .person = token->person,
      .kind = "API token",
      .subject = "A new API token for your Tandem account",
      .words = arena_format(act->arena,
                            "An API token named \"%s\" was made for your account. If that was not you, revoke it, "
                            "change your password and sign out everywhere.\n",
                            token->name),
      .link = "/account",
  };
  return outbox_put(act, &message);
}
