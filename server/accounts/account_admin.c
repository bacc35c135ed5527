// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/account_admin.h"

#include <inttypes.h>

#include "server/accounts/login.h"
#include "server/accounts/me.h"
#include "server/accounts/password.h"

enum { ACCOUNTS_DEFAULT = 50, ACCOUNTS_MAX = 100 };

struct account_query {
  int64_t after;
  int64_t limit;
  const char *q;
  const char *email;
};

struct account_new {
  const char *name;
  const char *email;
};

struct account_change {
  const char *name;
  const char *preferred_name;
  const char *email;
  const char *login;
  bool is_disabled;
  bool has_name;
  bool has_preferred_name;
  bool has_email;
  bool has_login;
  bool has_is_disabled;
};

struct password_new {
  const char *password;
};

static const struct field account_query_fields[] = {
    {"after", SHAPE_INTEGER, OPTIONAL, INT64_MAX, offsetof(struct account_query, after), NO_PRESENT, NULL, NULL,
     "The `next` of the page before"},
    {"limit", SHAPE_NATURAL, OPTIONAL, ACCOUNTS_MAX, offsetof(struct account_query, limit), NO_PRESENT, NULL, NULL,
     "How many at most; 50 when left out"},
    {"q", SHAPE_TEXT, OPTIONAL, PERSON_NAME_MAX, offsetof(struct account_query, q), NO_PRESENT, NULL, NULL,
     "Only those in whose names or primary address this occurs"},
    {"email", SHAPE_TEXT, OPTIONAL, PERSON_ADDRESS_MAX, offsetof(struct account_query, email), NO_PRESENT, NULL, NULL,
     "Only whoever has exactly this address"},
};
const struct shape account_query_shape = {"AccountQuery",
                                          MEDIA_JSON,
                                          0,
                                          sizeof(struct account_query),
                                          account_query_fields,
                                          sizeof account_query_fields / sizeof *account_query_fields};

static const struct field account_new_fields[] = {
    {"name", SHAPE_TEXT, REQUIRED, PERSON_NAME_MAX, offsetof(struct account_new, name), NO_PRESENT, NULL, NULL,
     "As the registrar has it"},
    {"email", SHAPE_TEXT, REQUIRED, PERSON_ADDRESS_MAX, offsetof(struct account_new, email), NO_PRESENT, NULL, NULL,
     "The primary address"},
};
const struct shape account_new_shape = {"AccountNew",
                                        MEDIA_JSON,
                                        4096,
                                        sizeof(struct account_new),
                                        account_new_fields,
                                        sizeof account_new_fields / sizeof *account_new_fields};

static const struct field account_change_fields[] = {
    {"name", SHAPE_TEXT, OPTIONAL, PERSON_NAME_MAX, offsetof(struct account_change, name),
     offsetof(struct account_change, has_name), NULL, NULL, "As the registrar has it"},
    {"preferred_name", SHAPE_TEXT, OPTIONAL, PERSON_NAME_MAX, offsetof(struct account_change, preferred_name),
     offsetof(struct account_change, has_preferred_name), NULL, NULL, "What everybody sees; empty: the registrar's"},
    {"email", SHAPE_TEXT, OPTIONAL, PERSON_ADDRESS_MAX, offsetof(struct account_change, email),
     offsetof(struct account_change, has_email), NULL, NULL, "Becomes the primary address; older ones stay valid"},
    {"login", SHAPE_TEXT, OPTIONAL, LOGIN_MAX, offsetof(struct account_change, login),
     offsetof(struct account_change, has_login), NULL, NULL,
     "The institution's name for them, for sign-in through its proxy; empty: none"},
    {"disabled", SHAPE_FLAG, OPTIONAL, 0, offsetof(struct account_change, is_disabled),
     offsetof(struct account_change, has_is_disabled), NULL, NULL, "True ends the sessions and lets nobody sign in"},
};
const struct shape account_change_shape = {"AccountChange",
                                           MEDIA_JSON,
                                           4096,
                                           sizeof(struct account_change),
                                           account_change_fields,
                                           sizeof account_change_fields / sizeof *account_change_fields};

static const struct field password_new_fields[] = {
    {"password", SHAPE_SECRET, REQUIRED, PASSWORD_MAX, offsetof(struct password_new, password), NO_PRESENT, NULL, NULL,
     "10 to 200 characters"},
};
const struct shape password_new_shape = {"PasswordNew",
                                         MEDIA_JSON,
                                         4096,
                                         sizeof(struct password_new),
                                         password_new_fields,
                                         sizeof password_new_fields / sizeof *password_new_fields};

// clang-format off
static const struct answer_field accounts_answer_fields[] = {
  {"next", ANSWER_INTEGER, ANSWER_NULLABLE, AUDIENCE_OPERATOR, NULL, NULL, "`after` of the next page; null on the last one"},
  {"accounts", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, &account_answer, "By number"},
};
const struct answer accounts_answer = {"Accounts", NULL, false, accounts_answer_fields, sizeof accounts_answer_fields / sizeof *accounts_answer_fields};
// clang-format on

static enum err refuse_unknown(struct request *request, enum err err);

enum err accounts_list(struct request *request) {
  const struct account_query *query = request->query_input;
  struct db *db = request->act.db;
  int64_t limit = query->limit > 0 ? query->limit : ACCOUNTS_DEFAULT;
  struct person one, *people = &one;
  size_t count = 1;
  enum err err;
  if (query->email) {
    err = person_find(db, request->arena, query->email, &one);
    if (err == ERR_NOT_FOUND) {
      count = 0;
      err = ERR_OK;
    }
  } else
    err = person_list(db, request->arena, query->after, limit + 1, query->q, &people, &count);
  if (err != ERR_OK)
    return err;
  bool has_more = (int64_t)count > limit;
  count = has_more ? (size_t)limit : count;
  struct json *json = reply_object(request);
  json_int_or_null(json, "next", has_more ? people[count - 1].id : 0);
  json_array_in(json, "accounts");
  for (size_t i = 0; i < count; i++) {
    json_begin_object(json);
    person_write(json, &people[i]);
    json_end(json);
  }
  json_end(json);
  return ERR_OK;
}

enum err accounts_create(struct request *request) {
  const struct account_new *input = request->input;
  int64_t id;
  enum err err = person_create(&request->act, input->name, input->email, &id);
  struct person person;
  if (err != ERR_OK || (err = person_get(request->act.db, request->arena, id, &person)) != ERR_OK)
    return err;
  person_write(reply_object(request), &person);
  reply_created(request, "/accounts/%" PRId64, id);
  return ERR_OK;
}

enum err accounts_get(struct request *request) {
  struct person person;
  enum err err = person_get(request->act.db, request->arena, request_id(request, "person"), &person);
  if (err != ERR_OK)
    return refuse_unknown(request, err);
  person_write(reply_object(request), &person);
  return ERR_OK;
}

enum err accounts_patch(struct request *request) {
  const struct account_change *input = request->input;
  const struct act *act = &request->act;
  int64_t id = request_id(request, "person");
  enum err err = ERR_OK;
  if (input->has_name || input->has_preferred_name)
    err = person_rename(act, id, input->has_name ? input->name : NULL,
                        input->has_preferred_name ? input->preferred_name : NULL);
  if (err == ERR_OK && input->has_email)
    err = person_set_address(act, id, input->email);
  if (err == ERR_OK && input->has_login)
    err = login_set(act, id, input->login);
  if (err == ERR_OK && input->has_is_disabled)
    err = person_set_disabled(act, id, input->is_disabled);
  return err != ERR_OK ? err : accounts_get(request);
}

enum err accounts_password_prepare(struct request *request) {
  const struct password_new *input = request->input;
  struct password_work *work = arena_alloc(request->arena, sizeof *work);
  work->person = request_id(request, "person");
  struct person person;
  enum err err = person_get(request->act.db, request->arena, work->person, &person);
  if (err != ERR_OK)
    return refuse_unknown(request, err);
  if ((err = password_check(&request->problem, "password", input->password)) != ERR_OK)
    return err;
  request->prepared = work;
  return password_make(request, input->password, &work->new_hash);
}

enum err accounts_password_handle(struct request *request) {
  const struct password_work *work = request->prepared;
  enum err err = password_set(&request->act, work->person, work->new_hash, 0);
  if (err != ERR_OK)
    return refuse_unknown(request, err);
  reply_no_content(request);
  return ERR_OK;
}

static enum err refuse_unknown(struct request *request, enum err err) {
  return err != ERR_NOT_FOUND
             ? err
             : problem_raise(&request->problem, PROBLEM_NOT_FOUND, "There is no person with the number %" PRId64 ".",
                             request_id(request, "person"));
}
