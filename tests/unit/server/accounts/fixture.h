// SPDX-License-Identifier: AGPL-3.0-or-later
// For the tests of accounts: their route table over a store in memory, a clock and a throttle's clock that the test
// sets, one person. Include after cmocka.h. Knows no course.
#pragma once

#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/accounts/accounts_routes.h"
#include "server/accounts/password.h"
#include "server/accounts/person.h"
#include "server/accounts/services.h"
#include "server/accounts/session.h"
#include "server/accounts/throttle.h"
#include "server/http/http.h"
#include "server/http/router.h"
#include "tests/support/answer_check.h"

#define START_AT 1694000000
#define ADA_ADDRESS "ada@example.edu"
#define ADA_PASSWORD "correct horse battery"

struct fixture {
  struct db *db;
  struct arena *arena;
  struct clock clock;
  struct clock throttle_clock;
  struct services services;
  struct http http;
  struct problem problem;
  int64_t ada;
};

struct reply_copy {
  int status;
  const char *body;
  const char *cookie;      // Set-Cookie or NULL
  const char *retry_after; // or NULL
};

struct call {
  enum method method;
  const char *target;
  const char *body;
  const char *token;  // as bearer
  const char *cookie; // the whole Cookie header
  const char *peer;   // NULL: 192.0.2.1
  const char *user_agent;
  bool is_control;
  struct header extra[2]; // more headers; without a name: none
};

// As course_admit does for the rows that know no course.
__attribute__((unused)) static enum err fixture_admit(struct request *request) {
  enum access access = request->route->access;
  if (access == ACCESS_PUBLIC || request->who.is_operator)
    return ERR_OK;
  if (access == ACCESS_OPERATOR)
    return problem_raise(&request->problem, PROBLEM_NOT_ALLOWED, "For the operator.");
  return request->who.person != 0 ? ERR_OK : problem_raise(&request->problem, PROBLEM_NOT_SIGNED_IN, "Sign in.");
}

__attribute__((unused)) static struct act fixture_act(struct fixture *f) {
  problem_init(&f->problem, f->arena);
  return (struct act){
      .db = f->db, .arena = f->arena, .now = clock_now(&f->clock), .cause = "operator", .problem = &f->problem};
}

__attribute__((unused)) static void fixture_set_password(struct fixture *f, int64_t person, const char *password) {
  const char *hash;
  assert_int_equal(ERR_OK, password_hash(f->arena, password, true, &hash));
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, password_set(&act, person, hash, 0));
}

__attribute__((unused)) static int64_t fixture_person(struct fixture *f, const char *name, const char *address) {
  struct act act = fixture_act(f);
  int64_t id;
  assert_int_equal(ERR_OK, person_create(&act, name, address, &id));
  return id;
}

__attribute__((unused)) static int fixture_setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  assert_int_equal(ERR_OK, secret_init());
  assert_int_equal(ERR_OK, db_open(":memory:", &(struct db_options){.mode = DB_READ_WRITE}, &f->db));
  assert_int_equal(ERR_OK, db_migrate(f->db));
  f->arena = arena_new();
  f->clock = clock_fixed(START_AT);
  f->throttle_clock = clock_fixed(1000);
  f->services = (struct services){.throttle = throttle_new(&f->throttle_clock), .has_cheap_passwords = true};
  f->http = (struct http){
      .tables = &accounts_routes,
      .table_count = 1,
      .router = router_new(f->arena, &accounts_routes, 1),
      .clock = &f->clock,
      .services = &f->services,
      .authenticate = account_authenticate,
      .admit = fixture_admit,
  };
  assert_int_equal(ERR_OK, http_check(&f->http));
  f->ada = fixture_person(f, "Ada Lovelace", ADA_ADDRESS);
  fixture_set_password(f, f->ada, ADA_PASSWORD);
  *state = f;
  return 0;
}

__attribute__((unused)) static int fixture_teardown(void **state) {
  struct fixture *f = *state;
  throttle_free(f->services.throttle);
  db_close(f->db);
  arena_free(f->arena);
  free(f);
  return 0;
}

static const char *fixture_reply_header(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcmp(request->reply.headers[i].name, name) == 0)
      return request->reply.headers[i].value;
  return NULL;
}

// The answer against what its row promises.
static void fixture_hold(const struct request *request) {
  const struct reply *reply = &request->reply;
  json_t *body = json_loadb(text_get(&reply->json.text), reply->json.text.size, 0, NULL);
  const struct answer_reader reader = {.is_operator = request->is_control, .person = request->who.person};
  const struct answered answered = {.route = request->route,
                                    .params = request->params,
                                    .param_count = request->param_count,
                                    .status = reply->status,
                                    .content_type = reply->content_type,
                                    .body = body};
  const char *fault = answer_fault(request->arena, &answered, &reader);
  json_decref(body);
  if (fault != NULL)
    fail_msg("%s %s: %s", method_text(request->method), request->path, fault);
}

__attribute__((unused)) static struct reply_copy fixture_call(struct fixture *f, const struct call *call) {
  struct request *request = request_new(&f->http, arena_new());
  struct header headers[8];
  size_t count = 0;
  headers[count++] = (struct header){"host", "localhost"};
  headers[count++] = (struct header){"sec-fetch-site", "same-origin"};
  if (call->body)
    headers[count++] = (struct header){"content-type", "application/json"};
  if (call->token)
    headers[count++] = (struct header){"authorization", arena_format(request->arena, "Bearer %s", call->token)};
  if (call->cookie)
    headers[count++] = (struct header){"cookie", call->cookie};
  if (call->user_agent)
    headers[count++] = (struct header){"user-agent", call->user_agent};
  for (size_t i = 0; i < sizeof call->extra / sizeof *call->extra; i++)
    if (call->extra[i].name)
      headers[count++] = call->extra[i];
  const char *query = strchr(call->target, '?');
  request->method = call->method;
  request->path = query ? arena_text_n(request->arena, call->target, (size_t)(query - call->target)) : call->target;
  request->query = query ? query + 1 : NULL;
  request->headers = headers;
  request->header_count = count;
  request->body = call->body ? call->body : "";
  request->body_size = strlen(request->body);
  request->peer = call->peer ? call->peer : "192.0.2.1";
  request->is_control = call->is_control;
  http_perform(request, f->db);
  fixture_hold(request);
  struct reply_copy answer = {
      .status = request->reply.status,
      .body = arena_text(f->arena, text_get(&request->reply.json.text)),
      .cookie = arena_text(f->arena, fixture_reply_header(request, "Set-Cookie")),
      .retry_after = arena_text(f->arena, fixture_reply_header(request, "Retry-After")),
  };
  request_free(request);
  return answer;
}

__attribute__((unused)) static const char *sign_in_body(struct fixture *f, const char *email, const char *password) {
  return arena_format(f->arena, "{\"email\":\"%s\",\"password\":\"%s\"}", email, password);
}

__attribute__((unused)) static struct reply_copy try_sign_in(struct fixture *f, const char *email,
                                                             const char *password) {
  return fixture_call(
      f, &(struct call){.method = METHOD_POST, .target = "/api/v1/session", .body = sign_in_body(f, email, password)});
}

// What stands between `before` and the next quote of the answer.
__attribute__((unused)) static const char *answer_text(struct fixture *f, const struct reply_copy *answer,
                                                       const char *name) {
  const char *start = strstr(answer->body, arena_format(f->arena, "\"%s\":\"", name));
  if (!start)
    fail_msg("no text \"%s\" in %s", name, answer->body);
  start += strlen(name) + 4;
  return arena_text_n(f->arena, start, strcspn(start, "\""));
}

__attribute__((unused)) static int64_t answer_int(struct fixture *f, const struct reply_copy *answer,
                                                  const char *name) {
  const char *start = strstr(answer->body, arena_format(f->arena, "\"%s\":", name));
  if (!start)
    fail_msg("no number \"%s\" in %s", name, answer->body);
  return strtoll(start + strlen(name) + 3, NULL, 10);
}

__attribute__((unused)) static const char *ada_signs_in(struct fixture *f) {
  struct reply_copy answer = try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD);
  assert_int_equal(201, answer.status);
  return answer_text(f, &answer, "token");
}

__attribute__((unused)) static int get_me(struct fixture *f, const char *token) {
  return fixture_call(f, &(struct call){.method = METHOD_GET, .target = "/api/v1/me", .token = token}).status;
}

__attribute__((unused)) static const char *dump(struct fixture *f) { return db_dump(f->db, f->arena); }

#define assert_contains(text, part)                                                                                    \
  do {                                                                                                                 \
    if (!strstr((text), (part)))                                                                                       \
      fail_msg("\"%s\" is not in: %s", (part), (text));                                                                \
  } while (0)
#define assert_lacks(text, part)                                                                                       \
  do {                                                                                                                 \
    if (strstr((text), (part)))                                                                                        \
      fail_msg("\"%s\" is in: %s", (part), (text));                                                                    \
  } while (0)
