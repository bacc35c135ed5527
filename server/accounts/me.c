// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/me.h"

#include <string.h>

#include "common/base/text.h"
#include "server/accounts/me_store.h"
#include "server/accounts/password.h"
#include "server/accounts/person_store.h"
#include "server/accounts/session.h"
#include "server/accounts/tries.h"
#include "server/outbound/outbox.h"

enum { MESSAGES_DEFAULT = 50, MESSAGES_MAX = 100 };

struct me_change {
  const char *preferred_name;
  bool has_preferred_name;
};

struct password_change {
  const char *current;
  const char *new_password;
};

struct message_query {
  int64_t after;
  int64_t limit;
};

static const struct field me_change_fields[] = {
    {"preferred_name", SHAPE_TEXT, OPTIONAL, PERSON_NAME_MAX, offsetof(struct me_change, preferred_name),
     offsetof(struct me_change, has_preferred_name), NULL, NULL,
     "The name that everybody sees; empty: the registrar's"},
};
const struct shape me_change_shape = {"MeChange",
                                      MEDIA_JSON,
                                      4096,
                                      sizeof(struct me_change),
                                      me_change_fields,
                                      sizeof me_change_fields / sizeof *me_change_fields};

static const struct field password_change_fields[] = {
    {"current", SHAPE_SECRET, REQUIRED, PASSWORD_MAX, offsetof(struct password_change, current), NO_PRESENT, NULL, NULL,
     "The password as it is"},
    {"new", SHAPE_SECRET, REQUIRED, PASSWORD_MAX, offsetof(struct password_change, new_password), NO_PRESENT, NULL,
     NULL, "The password as it shall be: 10 to 200 characters"},
};
const struct shape password_change_shape = {"PasswordChange",
                                            MEDIA_JSON,
                                            4096,
                                            sizeof(struct password_change),
                                            password_change_fields,
                                            sizeof password_change_fields / sizeof *password_change_fields};

static const struct field message_query_fields[] = {
    {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct message_query, after), NO_PRESENT, NULL, NULL,
     "The `next` of the page before: older messages follow"},
    {"limit", SHAPE_NATURAL, OPTIONAL, MESSAGES_MAX, offsetof(struct message_query, limit), NO_PRESENT, NULL, NULL,
     "How many at most; 50 when left out"},
};
const struct shape message_query_shape = {"MessageQuery",
                                          MEDIA_JSON,
                                          0,
                                          sizeof(struct message_query),
                                          message_query_fields,
                                          sizeof message_query_fields / sizeof *message_query_fields};

// By the names of server/courses/enrolment.h, which stands to the right of accounts.
static const char *const role_words[] = {"student", "staff", "instructor", NULL};
static const char *const credit_words[] = {"credit", "audit", "pass-fail", NULL};

// clang-format off
static const struct answer_field account_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The person's number"},
  {"name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "As everybody sees it: the preferred name, or else the registrar's"},
  {"full_name", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "As the registrar has it"},
  {"preferred_name", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "What the person chose to be called"},
  {"email", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "The primary address"},
  {"login", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "What the institution calls the account; signs in through its proxy"},
  {"has_password", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether there is a password; without one, links sign in"},
  {"disabled", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether the account may not sign in"},
};
const struct answer account_answer = {"Account", NULL, false, account_answer_fields, sizeof account_answer_fields / sizeof *account_answer_fields};
static const struct answer_field my_enrolment_answer_fields[] = {
  {"course", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "The course's id in paths"},
  {"title", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "Its title"},
  {"role", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_SELF, role_words, NULL, "What the person is in it"},
  {"credit", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_SELF, credit_words, NULL, "How they take it"},
  {"audit_approved", ANSWER_FLAG, ANSWER_SOMETIMES, AUDIENCE_SELF, NULL, NULL, "Of an auditor: whether the instructor approved"},
};
const struct answer my_enrolment_answer = {"MyEnrolment", NULL, false, my_enrolment_answer_fields, sizeof my_enrolment_answer_fields / sizeof *my_enrolment_answer_fields};
static const struct answer_field me_answer_fields[] = {
  {"person", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &account_answer, "The account"},
  {"enrolments", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &my_enrolment_answer, "The courses the person is in"},
};
const struct answer me_answer = {"Me", NULL, false, me_answer_fields, sizeof me_answer_fields / sizeof *me_answer_fields};
static const struct answer_field my_session_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The session's number"},
  {"current", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "Whether it is the one that asks"},
  {"user_agent", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "What the browser called itself"},
  {"created_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it was opened"},
  {"seen_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it was last used"},
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it ends by itself"},
};
static const struct answer my_session_answer = {"Session", NULL, false, my_session_answer_fields, sizeof my_session_answer_fields / sizeof *my_session_answer_fields};
static const struct answer_field my_sessions_answer_fields[] = {
  {"sessions", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &my_session_answer, "Those that are open"},
};
const struct answer my_sessions_answer = {"Sessions", NULL, false, my_sessions_answer_fields, sizeof my_sessions_answer_fields / sizeof *my_sessions_answer_fields};
static const struct answer_field sessions_ended_answer_fields[] = {
  {"ended", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "How many were ended"},
};
const struct answer sessions_ended_answer = {"SessionsEnded", NULL, false, sessions_ended_answer_fields, sizeof sessions_ended_answer_fields / sizeof *sessions_ended_answer_fields};
static const struct answer_field message_answer_fields[] = {
  {"id", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "The message's number"},
  {"course", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "The course it is about"},
  {"kind", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "What it is about, in a word or two"},
  {"subject", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "As the mail's subject"},
  {"words", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "What it says"},
  {"link", ANSWER_TEXT, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "Where to act on it: a path of the web pages"},
  {"at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, NULL, "When it was written"},
};
static const struct answer message_answer = {"Message", NULL, false, message_answer_fields, sizeof message_answer_fields / sizeof *message_answer_fields};
static const struct answer_field messages_answer_fields[] = {
  {"next", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_SELF, NULL, NULL, "`after` of the next page; null on the last one"},
  {"messages", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_SELF, NULL, &message_answer, "Newest first"},
};
const struct answer messages_answer = {"Messages", NULL, false, messages_answer_fields, sizeof messages_answer_fields / sizeof *messages_answer_fields};
// clang-format on

static void write_messages(struct json *json, const struct message_row *messages, size_t count);

enum err me_get(struct request *request) {
  enum err err = me_check(request);
  return err != ERR_OK ? err : me_write(request, reply_object(request), request->who.person);
}

enum err me_patch(struct request *request) {
  const struct me_change *input = request->input;
  enum err err = me_check(request);
  if (err == ERR_OK && input->has_preferred_name)
    err = person_rename(&request->act, request->who.person, NULL, input->preferred_name);
  return err != ERR_OK ? err : me_write(request, reply_object(request), request->who.person);
}

enum err me_password_prepare(struct request *request) {
  const struct password_change *input = request->input;
  enum err err = me_check(request);
  if (err != ERR_OK || (err = password_check(&request->problem, "new", input->new_password)) != ERR_OK)
    return err;
  struct credentials credentials;
  err = person_store_credentials(request->act.db, request->arena, request->who.person, &credentials);
  if (err != ERR_OK)
    return err;
  struct password_work *work = arena_alloc(request->arena, sizeof *work);
  *work = (struct password_work){.person = request->who.person, .proven_hash = credentials.password_hash};
  bool is_right = false;
  err = password_prove(request, tries_account(request->arena, work->person), credentials.password_hash, input->current,
                       &is_right);
  if (err != ERR_OK)
    return err;
  if (!is_right)
    return problem_field(&request->problem, "current", "is not your password");
  request->prepared = work;
  return password_make(request, input->new_password, &work->new_hash);
}

enum err me_password_handle(struct request *request) {
  const struct password_work *work = request->prepared;
  struct act *act = &request->act;
  struct credentials credentials;
  enum err err = person_store_credentials(act->db, act->arena, work->person, &credentials);
  if (err != ERR_OK)
    return err;
  if (!text_equal(credentials.password_hash, work->proven_hash))
    return problem_field(act->problem, "current", "is not your password any more: it was changed a moment ago");
  err = password_set(act, work->person, work->new_hash, request->who.session);
  if (err == ERR_OK)
    reply_no_content(request);
  return err;
}

enum err me_sessions_list(struct request *request) {
  enum err err = me_check(request);
  struct session *sessions;
  size_t count;
  if (err != ERR_OK || (err = session_list(request->act.db, request->arena, request->who.person, request->act.now,
                                           &sessions, &count)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  json_array_in(json, "sessions");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "id", sessions[i].id);
    json_flag(json, "current", sessions[i].id == request->who.session);
    json_text(json, "user_agent", sessions[i].user_agent);
    json_instant(json, "created_at", sessions[i].created_at);
    json_instant(json, "seen_at", sessions[i].seen_at);
    json_instant(json, "expires_at", sessions[i].expires_at);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

enum err me_sessions_end_all(struct request *request) {
  enum err err = me_check(request);
  int64_t ended;
  if (err != ERR_OK || (err = session_end_all(request->act.db, request->who.person, 0, &ended)) != ERR_OK)
    return err;
  reply_cookie(request, SESSION_COOKIE, "", 0);
  json_int(reply_object(request), "ended", ended);
  return ERR_OK;
}

enum err me_sessions_end(struct request *request) {
  enum err err = me_check(request);
  if (err != ERR_OK)
    return err;
  int64_t session = request_id(request, "session");
  err = session_end(request->act.db, request->who.person, session);
  if (err == ERR_NOT_FOUND)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND,
                         "You have no such session. GET /api/v1/me/sessions lists those that are open.");
  if (err != ERR_OK)
    return err;
  if (session == request->who.session)
    reply_cookie(request, SESSION_COOKIE, "", 0);
  reply_no_content(request);
  return ERR_OK;
}

enum err me_messages_list(struct request *request) {
  const struct message_query *query = request->query_input;
  int64_t limit = query->limit > 0 ? query->limit : MESSAGES_DEFAULT;
  int64_t below = query->after > 0 ? query->after : INT64_MAX;
  enum err err = me_check(request);
  struct message_row *messages;
  size_t count;
  // One more than shown: whether there is a next page.
  if (err != ERR_OK || (err = outbox_list(request->act.db, request->arena, request->who.person, below, limit + 1,
                                          &messages, &count)) != ERR_OK)
    return err;
  bool has_more = (int64_t)count > limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_int_or_null(json, "next", has_more ? messages[count - 1].id : 0);
  write_messages(json, messages, count);
  return ERR_OK;
}

enum err me_check(struct request *request) {
  if (request->who.person > 0)
    return ERR_OK;
  return problem_raise(&request->problem, PROBLEM_NOT_SIGNED_IN,
                       "This is about the account of whoever is signed in; the operator has none.");
}

enum err me_write(struct request *request, struct json *json, int64_t id) {
  struct db *db = request->act.db;
  struct person person;
  struct my_enrolment *enrolments;
  size_t count;
  enum err err = person_get(db, request->arena, id, &person);
  if (err != ERR_OK || (err = me_store_enrolments(db, request->arena, id, &enrolments, &count)) != ERR_OK)
    return err;
  json_object_in(json, "person");
  person_write(json, &person);
  json_end(json);
  json_array_in(json, "enrolments");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_text(json, "course", enrolments[i].course);
    json_text(json, "title", enrolments[i].title);
    json_text(json, "role", enrolments[i].role);
    json_text(json, "credit", enrolments[i].credit);
    if (strcmp(enrolments[i].credit, "audit") == 0)
      json_flag(json, "audit_approved", enrolments[i].is_audit_approved);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

void person_write(struct json *json, const struct person *person) {
  json_int(json, "id", person->id);
  json_text(json, "name", person->name);
  json_text(json, "full_name", person->full_name);
  json_text(json, "preferred_name", person->preferred_name);
  json_text(json, "email", person->email);
  json_text(json, "login", person->login);
  json_flag(json, "has_password", person->has_password);
  json_flag(json, "disabled", person->is_disabled);
}

static void write_messages(struct json *json, const struct message_row *messages, size_t count) {
  json_array_in(json, "messages");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    json_int(json, "id", messages[i].id);
    json_text(json, "course", messages[i].course);
    json_text(json, "kind", messages[i].kind);
    json_text(json, "subject", messages[i].subject);
    json_text(json, "words", messages[i].words);
    json_text(json, "link", messages[i].link);
    json_instant(json, "at", messages[i].at);
    json_end(json);
  }
  json_end(json);
}
