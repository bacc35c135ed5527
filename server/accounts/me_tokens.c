// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/me_tokens.h"

#include <inttypes.h>

#include "server/accounts/api_token.h"
#include "server/accounts/me.h"

enum { SECONDS_A_DAY = 24 * 3600, SCOPES_MAX = 3 };

struct api_token_new {
  const char *name;
  struct text_list scopes;
  int64_t days;
  bool has_days;
};

static const struct field api_token_new_fields[] = {
    {"name", SHAPE_TEXT, REQUIRED, API_TOKEN_NAME_MAX, offsetof(struct api_token_new, name), NO_PRESENT, NULL, NULL,
     "What it is for, so that you know it again"},
    {"scopes", SHAPE_TEXT_LIST, REQUIRED, SCOPES_MAX, offsetof(struct api_token_new, scopes), NO_PRESENT, NULL, NULL,
     "read: GET; write: everything else; staff: besides, what only staff and instructors may"},
    {"days", SHAPE_NATURAL, OPTIONAL, API_TOKEN_DAYS_MAX, offsetof(struct api_token_new, days),
     offsetof(struct api_token_new, has_days), NULL, NULL, "How long it lasts, 1 to 365; 90 when left out"},
};
const struct shape api_token_new_shape = {"ApiTokenNew",
                                          MEDIA_JSON,
                                          4096,
                                          sizeof(struct api_token_new),
                                          api_token_new_fields,
                                          sizeof api_token_new_fields / sizeof *api_token_new_fields};

// clang-format off
#define TOKEN_FIELDS \
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The token's number"}, \
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "What it is for"}, \
  {"scopes", ANSWER_TEXT_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "What it reaches: read, write, staff"}, \
  {"created_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it was made"}, \
  {"seen_at", ANSWER_INSTANT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "When it was last used"}, \
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it ends by itself"}
static const struct answer_field api_token_answer_fields[] = {
  TOKEN_FIELDS,
};
static const struct answer api_token_answer = {"ApiToken", NULL, false, api_token_answer_fields, sizeof api_token_answer_fields / sizeof *api_token_answer_fields};
static const struct answer_field api_tokens_answer_fields[] = {
  {"tokens", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &api_token_answer, "Those that have not expired"},
};
const struct answer api_tokens_answer = {"ApiTokens", NULL, false, api_tokens_answer_fields, sizeof api_tokens_answer_fields / sizeof *api_tokens_answer_fields};
static const struct answer_field api_token_made_answer_fields[] = {
  {"token", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Send it as a bearer; shown this once"},
  TOKEN_FIELDS,
};
const struct answer api_token_made_answer = {"ApiTokenMade", NULL, true, api_token_made_answer_fields, sizeof api_token_made_answer_fields / sizeof *api_token_made_answer_fields};
// clang-format on

static enum err read_scopes(struct request *request, unsigned *out);
static void write_token(struct json *json, const struct api_token *token);

enum err me_tokens_list(struct request *request) {
  struct api_token *tokens;
  size_t count;
  enum err err = me_check(request);
  if (err != ERR_OK || (err = api_token_list(request->act.db, request->arena, request->who.person, request->act.now,
                                             &tokens, &count)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "tokens");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    write_token(json, &tokens[i]);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

enum err me_tokens_create(struct request *request) {
  const struct api_token_new *input = request->input;
  enum err err = me_check(request);
  struct api_token token = {.person = request->who.person, .name = input->name};
  if (err != ERR_OK || (err = read_scopes(request, &token.scopes)) != ERR_OK)
    return err;
  token.expires_at = request->act.now + (input->has_days ? input->days : API_TOKEN_DAYS) * SECONDS_A_DAY;
  char text[API_TOKEN_TEXT_BYTES];
  if ((err = api_token_make(&request->act, &token, text)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_created(request, "/me/tokens/%" PRId64, token.id);
  json_text(json, "token", text);
  write_token(json, &token);
  return ERR_OK;
}

enum err me_tokens_revoke(struct request *request) {
  enum err err = me_check(request);
  if (err != ERR_OK)
    return err;
  err = api_token_revoke(&request->act, request->who.person, request_id(request, "token"));
  if (err == ERR_NOT_FOUND)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND,
                         "You have no such token. GET /api/v1/me/tokens lists those that are valid.");
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

static enum err read_scopes(struct request *request, unsigned *out) {
  const struct api_token_new *input = request->input;
  unsigned scopes = 0;
  for (size_t i = 0; i < input->scopes.count; i++) {
    unsigned scope = api_scope_parse(input->scopes.items[i]);
    if (scope == 0)
      return problem_field(&request->problem, "scopes", "has \"%s\"; the scopes are read, write and staff",
                           input->scopes.items[i]);
    scopes |= scope;
  }
  if ((scopes & (SCOPE_READ | SCOPE_WRITE)) == 0)
    return problem_field(&request->problem, "scopes", "needs read or write, or the token reaches nothing");
  *out = scopes;
  return ERR_OK;
}

static void write_token(struct json *json, const struct api_token *token) {
  static const enum api_scope scopes[] = {SCOPE_READ, SCOPE_WRITE, SCOPE_STAFF};
  json_int(json, "id", token->id);
  json_text(json, "name", token->name);
  json_array_in(json, "scopes");
  for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
    if ((token->scopes & scopes[i]) != 0)
      json_text(json, NULL, api_scope_name(scopes[i]));
  json_end(json);
  json_instant(json, "created_at", token->created_at);
  json_instant_or_null(json, "seen_at", token->seen_at);
  json_instant(json, "expires_at", token->expires_at);
}
