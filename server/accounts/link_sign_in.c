// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/link_sign_in.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "server/accounts/password.h"
#include "server/accounts/person.h"
#include "server/accounts/services.h"
#include "server/accounts/sign_in.h"
#include "server/accounts/sign_in_link.h"
#include "server/accounts/tries.h"
#include "server/db/audit.h"
#include "server/http/http.h"

struct link_wish {
  const char *email;
};

struct link_wish_work {
  int64_t person; // 0: nobody has the address
  const char *account;
  struct sign_in_link link;
};

struct link_sign_in {
  const char *link;
  const char *email;
  const char *code;
  const char *password;
};

struct link_sign_in_work {
  struct sign_in_link_found found;
  const char *new_hash; // NULL: the password stays
};

static const struct field link_wish_fields[] = {
    {"email", SHAPE_TEXT, REQUIRED, PERSON_ADDRESS_MAX, offsetof(struct link_wish, email), NO_PRESENT, NULL, NULL,
     "Any of your addresses, in any case; the mail goes to the primary one"},
};
const struct shape link_wish_shape = {"SignInLinkWish",         MEDIA_JSON,       4096,
                                      sizeof(struct link_wish), link_wish_fields, 1};

static const struct field link_sign_in_fields[] = {
    {"link", SHAPE_SECRET, OPTIONAL, 2 * TOKEN_TEXT_BYTES, offsetof(struct link_sign_in, link), NO_PRESENT, NULL, NULL,
     "What stands behind the # of the mailed link; or else email and code"},
    {"email", SHAPE_TEXT, OPTIONAL, PERSON_ADDRESS_MAX, offsetof(struct link_sign_in, email), NO_PRESENT, NULL, NULL,
     "The address that the mail was asked for"},
    {"code", SHAPE_SECRET, OPTIONAL, LINK_CODE_INPUT_MAX, offsetof(struct link_sign_in, code), NO_PRESENT, NULL, NULL,
     "The eight characters of the mail, with or without the hyphen"},
    {"password", SHAPE_SECRET, OPTIONAL, PASSWORD_MAX, offsetof(struct link_sign_in, password), NO_PRESENT, NULL, NULL,
     "A new password to set: 10 to 200 characters; it ends every other session"},
};
const struct shape link_sign_in_shape = {"LinkSignIn",
                                         MEDIA_JSON,
                                         4096,
                                         sizeof(struct link_sign_in),
                                         link_sign_in_fields,
                                         sizeof link_sign_in_fields / sizeof *link_sign_in_fields};

// clang-format off
static const struct answer_field link_wish_answer_fields[] = {
  {"words", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "What happens now, to be shown; the same for every address"},
  {"minutes", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "For how long the link works"},
  {"mail", ANSWER_TEXT, ANSWER_SOMETIMES, AUDIENCE_CALLER, NULL, NULL, "That mail is not being sent, while that is so"},
};
const struct answer link_wish_answer = {"SignInLinkAsked", NULL, false, link_wish_answer_fields, sizeof link_wish_answer_fields / sizeof *link_wish_answer_fields};
static const struct answer_field sign_in_link_answer_fields[] = {
  {"link", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "The address to open"},
  {"code", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "What else signs in, together with an address of the person"},
  {"expires_at", ANSWER_INSTANT, ANSWER_ALWAYS, AUDIENCE_OPERATOR, NULL, NULL, "When both end"},
};
const struct answer sign_in_link_answer = {"SignInLink", NULL, true, sign_in_link_answer_fields, sizeof sign_in_link_answer_fields / sizeof *sign_in_link_answer_fields};
// clang-format on

static enum err find_person(struct request *request, const char *email, int64_t *person, const char **account);
static enum err check_form(struct request *request);
static enum err find_link(struct request *request, struct sign_in_link_found *out);
static enum err refuse(struct request *request, enum err err);

enum err link_wish_prepare(struct request *request) {
  const struct link_wish *input = request->input;
  struct link_wish_work *work = arena_alloc(request->arena, sizeof *work);
  enum err err = find_person(request, input->email, &work->person, &work->account);
  if (err != ERR_OK || (err = tries_take(request, THROTTLE_MAIL, work->account)) != ERR_OK)
    return err;
  sign_in_link_make(&work->link);
  request->prepared = work;
  return ERR_OK;
}

enum err link_wish_handle(struct request *request) {
  const struct link_wish_work *work = request->prepared;
  struct act *act = &request->act;
  // A disabled person's link is written too, and opens nothing.
  struct person person = {0};
  enum err err = person_get(act->db, act->arena, work->person, &person);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  int64_t to = err == ERR_OK && !person.is_disabled ? person.id : 0;
  if ((err = sign_in_link_keep(act, work->account, to, &work->link)) != ERR_OK ||
      (err = sign_in_link_mail(act, to, &work->link)) != ERR_OK)
    return err;
  struct json *json = reply_object(request);
  reply_status(request, 202);
  json_text(json, "words",
            "If somebody with this address may sign in, a mail with a link and a code is on its way. "
            "Either works once and for 60 minutes.");
  json_int(json, "minutes", LINK_SECONDS / 60);
  if (!request_services(request)->is_mail_sent)
    json_text(json, "mail", MAIL_NOT_SENT);
  return ERR_OK;
}

enum err link_sign_in_prepare(struct request *request) {
  const struct link_sign_in *input = request->input;
  enum err err = check_form(request);
  if (err == ERR_OK && input->password)
    err = password_check(&request->problem, "password", input->password);
  if (err != ERR_OK)
    return err;
  struct link_sign_in_work *work = arena_alloc(request->arena, sizeof *work);
  if ((err = find_link(request, &work->found)) != ERR_OK)
    return refuse(request, err);
  request->prepared = work;
  return input->password ? password_make(request, input->password, &work->new_hash) : ERR_OK;
}

enum err link_sign_in_handle(struct request *request) {
  const struct link_sign_in_work *work = request->prepared;
  enum err err = sign_in_link_spend(&request->act, &work->found);
  if (err != ERR_OK)
    return refuse(request, err);
  if (work->new_hash) {
    request->act.actor = work->found.person; // whoever has the link is they
    request->act.cause = NULL;
    err = password_set(&request->act, work->found.person, work->new_hash, 0);
  }
  return err != ERR_OK ? err : sign_in_open(request, work->found.person);
}

enum err link_for_operator(struct request *request) {
  struct act *act = &request->act;
  int64_t id = request_id(request, "person");
  struct person person;
  enum err err = person_get(act->db, act->arena, id, &person);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no person with the number %" PRId64 ".", id);
  if (err != ERR_OK)
    return err;
  if (person.is_disabled)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "The account is disabled. Enable it first.");
  struct sign_in_link link;
  sign_in_link_make(&link);
  if ((err = sign_in_link_keep(act, tries_account(act->arena, id), id, &link)) != ERR_OK ||
      (err = audit_write(act, AUDIT_INSTALLATION, "sign-in link made", arena_format(act->arena, "person %" PRId64, id),
                         NULL, NULL)) != ERR_OK)
    return err;
  const char *public_url = request->http->public_url;
  struct json *json = reply_object(request);
  reply_status(request, 201);
  json_text(json, "link",
            arena_format(act->arena, "%s%s", public_url ? public_url : "", sign_in_link_path(act->arena, &link)));
  json_text(json, "code", sign_in_link_code_words(act->arena, &link));
  json_instant(json, "expires_at", act->now + LINK_SECONDS);
  return ERR_OK;
}

// ERR_OK with person 0 when the address is nobody's. *account: whose tries these are.
static enum err find_person(struct request *request, const char *email, int64_t *person, const char **account) {
  struct person found;
  enum err err = person_find(request->act.db, request->arena, email, &found);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  *person = err == ERR_OK ? found.id : 0;
  *account = err == ERR_OK ? tries_account(request->arena, found.id) : tries_stranger(request->arena, email);
  return ERR_OK;
}

static enum err check_form(struct request *request) {
  const struct link_sign_in *input = request->input;
  if (input->link && (input->email || input->code))
    return problem_field(&request->problem, "link", "stands alone; leave email and code out");
  if (input->link)
    return ERR_OK;
  if (!input->email)
    return problem_field(&request->problem, "email", "is missing; send link, or email and code");
  return input->code ? ERR_OK : problem_field(&request->problem, "code", "is missing; send link, or email and code");
}

static enum err find_link(struct request *request, struct sign_in_link_found *out) {
  const struct link_sign_in *input = request->input;
  struct db *db = request->act.db;
  const char *account = NULL;
  int64_t person = 0;
  enum err err = input->link ? ERR_OK : find_person(request, input->email, &person, &account);
  if (err != ERR_OK || (err = tries_take(request, THROTTLE_LINK, account)) != ERR_OK)
    return err;
  err = input->link ? sign_in_link_find(db, input->link, request->act.now, out)
                    : sign_in_link_find_code(db, account, input->code, request->act.now, out);
  if (err == ERR_OK)
    tries_clear(request, THROTTLE_LINK, account);
  return err;
}

static enum err refuse(struct request *request, enum err err) {
  return err != ERR_NOT_FOUND
             ? err
             : problem_raise(&request->problem, PROBLEM_LINK_NOT_VALID,
                             "A link or code works once and for 60 minutes, and a code only with the address that it "
                             "was asked for. Ask for a new mail.");
}
