// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/institution.h"

#include "server/accounts/login.h"
#include "server/accounts/services.h"
#include "server/accounts/sign_in.h"
#include "server/http/http.h"
#include "server/http/peer.h"

enum err institution_sign_in(struct request *request) {
  const struct peer_rules *rules = request->http->peers;
  if (rules == NULL || rules->sign_in_header == NULL)
    return problem_raise(&request->problem, PROBLEM_NOT_FOUND,
                         "This server has no sign-in by the institution. Ask for a link by mail, or use a password.");
  const char *name = peer_sign_in_name(request);
  if (name == NULL)
    return problem_raise(&request->problem, PROBLEM_NOT_SIGNED_IN,
                         "The institution did not say who you are. Begin at its sign-in page.");
  struct db *db = request->act.db;
  struct person person = {.is_disabled = true};
  int64_t id = 0;
  enum err err = login_find(db, request->arena, name, request_services(request)->mail_domain, &id);
  if (err == ERR_OK)
    err = person_get(db, request->arena, id, &person);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  if (err == ERR_NOT_FOUND || person.is_disabled)
    return problem_raise(&request->problem, PROBLEM_UNKNOWN_LOGIN,
                         "Your institution has signed you in, but no account here that may sign in has your login. "
                         "Ask the course's staff to import the roster with its SIS Login ID.");
  return sign_in_open(request, id);
}
