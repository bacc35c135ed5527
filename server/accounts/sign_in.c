// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/sign_in.h"

#include "common/base/text.h"
#include "server/accounts/me.h"
#include "server/accounts/password.h"
#include "server/accounts/person_store.h"
#include "server/accounts/session.h"
#include "server/accounts/tries.h"

struct sign_in {
  const char *email;
  const char *password;
};

static const struct field sign_in_fields[] = {
    {"email", SHAPE_TEXT, REQUIRED, PERSON_ADDRESS_MAX, offsetof(struct sign_in, email), NO_PRESENT, NULL, NULL,
     "Any of your addresses, in any case"},
    {"password", SHAPE_SECRET, REQUIRED, PASSWORD_MAX, offsetof(struct sign_in, password), NO_PRESENT, NULL, NULL,
     "Your password"},
};
const struct shape sign_in_shape = {
    "SignIn", MEDIA_JSON, 4096, sizeof(struct sign_in), sign_in_fields, sizeof sign_in_fields / sizeof *sign_in_fields};

// clang-format off
static const struct answer_field signed_in_answer_fields[] = {
  {"token", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Signs in as a bearer too; shown once"},
  {"session", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The session's number"},
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it ends by itself"},
  {"person", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &account_answer, "Who is signed in"},
  {"enrolments", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &my_enrolment_answer, "The courses they are in"},
};
const struct answer signed_in_answer = {"SignedIn", NULL, true, signed_in_answer_fields, sizeof signed_in_answer_fields / sizeof *signed_in_answer_fields};
// clang-format on

static enum err refuse(struct request *request);
static enum err write_reply(struct request *request, int64_t person, const struct session_opened *opened);

enum err sign_in_prepare(struct request *request) {
  const struct sign_in *input = request->input;
  struct arena *arena = request->arena;
  struct db *db = request->act.db;
  struct person person;
  struct credentials credentials = {0};
  enum err err = person_find(db, arena, input->email, &person);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  bool is_known = err == ERR_OK;
  if (is_known && (err = person_store_credentials(db, arena, person.id, &credentials)) != ERR_OK)
    return err;
  const char *account = is_known ? tries_account(arena, person.id) : tries_stranger(arena, input->email);
  bool is_right = false;
  err = password_prove(request, account, credentials.is_disabled ? NULL : credentials.password_hash, input->password,
                       &is_right);
  if (err != ERR_OK)
    return err;
  if (!is_right)
    return refuse(request);
  struct password_work *work = arena_alloc(arena, sizeof *work);
  *work = (struct password_work){.person = person.id, .proven_hash = credentials.password_hash};
  request->prepared = work;
  return ERR_OK;
}

enum err sign_in_handle(struct request *request) {
  const struct password_work *work = request->prepared;
  struct act *act = &request->act;
  struct credentials credentials;
  enum err err = person_store_credentials(act->db, act->arena, work->person, &credentials);
  if (err != ERR_OK)
    return err == ERR_NOT_FOUND ? refuse(request) : err;
  // The password was proven a moment ago on another thread; what it proves must still hold in this transaction.
  if (credentials.is_disabled || !text_equal(credentials.password_hash, work->proven_hash))
    return refuse(request);
  return sign_in_open(request, work->person);
}

enum err sign_in_open(struct request *request, int64_t person) {
  struct session_opened opened;
  enum err err = session_open(&request->act, person, request_header(request, "user-agent"), &opened);
  if (err != ERR_OK)
    return err;
  reply_cookie(request, SESSION_COOKIE, opened.token, SESSION_SECONDS);
  return write_reply(request, person, &opened);
}

enum err sign_out_handle(struct request *request) {
  enum err err = me_check(request);
  if (err != ERR_OK)
    return err;
  err = session_end(request->act.db, request->who.person, request->who.session);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  reply_cookie(request, SESSION_COOKIE, "", 0);
  reply_no_content(request);
  return ERR_OK;
}

static enum err refuse(struct request *request) {
  return problem_raise(
      &request->problem, PROBLEM_WRONG_CREDENTIALS,
      "No account that may sign in has this address and this password. Check both, or ask the course's staff.");
}

static enum err write_reply(struct request *request, int64_t person, const struct session_opened *opened) {
  struct json *json = reply_object(request);
  reply_status(request, 201);
  json_text(json, "token", opened->token);
  json_int(json, "session", opened->id);
  json_instant(json, "expires_at", opened->expires_at);
  return me_write(request, json, person);
}
