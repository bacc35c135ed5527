// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/api_token.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/server/accounts/fixture.h"

enum { DAY = 24 * 3600 };

static struct reply_copy ask(struct fixture *f, enum method method, const char *target, const char *body,
                             const char *token) {
  return fixture_call(f, &(struct call){.method = method, .target = target, .body = body, .token = token});
}

static struct reply_copy make(struct fixture *f, const char *session, const char *body) {
  return ask(f, METHOD_POST, "/api/v1/me/tokens", body, session);
}

static const char *make_token(struct fixture *f, const char *scopes) {
  struct reply_copy answer =
      make(f, ada_signs_in(f), arena_format(f->arena, "{\"name\":\"script\",\"scopes\":[%s]}", scopes));
  assert_int_equal(201, answer.status);
  return answer_text(f, &answer, "token");
}

static void a_token_is_shown_once_and_the_store_has_its_digest(void **state) {
  struct fixture *f = *state;
  const char *session = ada_signs_in(f);
  struct reply_copy answer =
      make(f, session, "{\"name\":\"Nightly export\",\"scopes\":[\"read\",\"staff\"],\"days\":30}");
  assert_int_equal(201, answer.status);
  const char *token = answer_text(f, &answer, "token");
  assert_int_equal(0, strncmp(token, "tandem_", 7));
  assert_int_equal(50, strlen(token));
  assert_contains(answer.body, "\"scopes\":[\"read\",\"staff\"]");
  assert_contains(answer.body, "\"expires_at\":\"2023-10-06T11:33:20Z\"");
  assert_lacks(dump(f), token + 7);
  struct reply_copy list = ask(f, METHOD_GET, "/api/v1/me/tokens", NULL, session);
  assert_contains(list.body, "\"name\":\"Nightly export\"");
  assert_contains(list.body, "\"seen_at\":null");
  assert_lacks(list.body, token + 7);
  struct reply_copy messages = ask(f, METHOD_GET, "/api/v1/me/messages", NULL, session);
  assert_contains(messages.body, "Nightly export"); // whoever made it, its owner is told
}

static void what_a_token_reaches_follows_from_the_row(void **state) {
  (void)state;
  static const struct {
    enum method method;
    enum access access;
    bool reached[8]; // by the scopes 0 to 7
    const char *why;
  } cases[] = {
      {METHOD_GET, ACCESS_SIGNED_IN, {0, 1, 0, 1, 0, 1, 0, 1}, "reading"},
      {METHOD_GET, ACCESS_COURSE, {0, 1, 0, 1, 0, 1, 0, 1}, "reading a course"},
      {METHOD_GET, ACCESS_TEAM, {0, 1, 0, 1, 0, 1, 0, 1}, "reading a team"},
      {METHOD_GET, ACCESS_STAFF, {0, 0, 0, 0, 0, 1, 0, 1}, "reading as staff"},
      {METHOD_GET, ACCESS_INSTRUCTOR, {0, 0, 0, 0, 0, 1, 0, 1}, "reading as instructor"},
      {METHOD_PATCH, ACCESS_SIGNED_IN, {0, 0, 1, 1, 0, 0, 1, 1}, "changing oneself"},
      {METHOD_POST, ACCESS_STUDENT, {0, 0, 1, 1, 0, 0, 1, 1}, "acting as a student"},
      {METHOD_DELETE, ACCESS_TEAM, {0, 0, 1, 1, 0, 0, 1, 1}, "acting in a team"},
      {METHOD_PUT, ACCESS_STAFF, {0, 0, 0, 0, 0, 0, 1, 1}, "acting as staff"},
      {METHOD_POST, ACCESS_INSTRUCTOR, {0, 0, 0, 0, 0, 0, 1, 1}, "acting as instructor"},
      {METHOD_GET, ACCESS_ACCOUNT, {0}, "the account, reading"},
      {METHOD_PUT, ACCESS_ACCOUNT, {0}, "the account"},
      {METHOD_GET, ACCESS_OPERATOR, {0}, "the operator's, reading"},
      {METHOD_POST, ACCESS_OPERATOR, {0}, "the operator's"},
      {METHOD_GET, ACCESS_UNSET, {0}, "a row without access"},
      {METHOD_POST, ACCESS_PUBLIC, {1, 1, 1, 1, 1, 1, 1, 1}, "what anybody may"},
      {METHOD_GET, ACCESS_LOOPBACK, {1, 1, 1, 1, 1, 1, 1, 1}, "what the address decides"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct route route = {.method = cases[i].method, .access = cases[i].access};
    for (unsigned scopes = 0; scopes < 8; scopes++) {
      const char *missing = NULL;
      bool is_reached = api_token_reaches(&route, scopes, &missing);
      if (is_reached != cases[i].reached[scopes] || is_reached != (missing == NULL))
        fail_msg("%s, scopes %u", cases[i].why, scopes);
    }
  }
}

static void a_token_opens_what_it_reaches_and_nothing_of_the_account(void **state) {
  struct fixture *f = *state;
  const char *reader = make_token(f, "\"read\"");
  const char *writer = make_token(f, "\"write\"");
  static const char new_name[] = "{\"preferred_name\":\"Countess\"}";
  static const char password[] = "{\"current\":\"" ADA_PASSWORD "\",\"new\":\"another long password\"}";
  static const char token[] = "{\"name\":\"x\",\"scopes\":[\"read\"]}";
  static const struct {
    enum method method;
    const char *target;
    const char *body;
    int by_reader;
    int by_writer;
  } cases[] = {
      {METHOD_GET, "/api/v1/me", NULL, 200, 403},
      {METHOD_GET, "/api/v1/me/messages", NULL, 200, 403},
      {METHOD_PATCH, "/api/v1/me", new_name, 403, 200},
      {METHOD_PUT, "/api/v1/me/password", password, 403, 403},
      {METHOD_GET, "/api/v1/me/sessions", NULL, 403, 403},
      {METHOD_DELETE, "/api/v1/me/sessions", NULL, 403, 403},
      {METHOD_DELETE, "/api/v1/me/sessions/1", NULL, 403, 403},
      {METHOD_GET, "/api/v1/me/tokens", NULL, 403, 403},
      {METHOD_POST, "/api/v1/me/tokens", token, 403, 403},
      {METHOD_DELETE, "/api/v1/me/tokens/1", NULL, 403, 403},
      {METHOD_DELETE, "/api/v1/session", NULL, 403, 403},
      {METHOD_GET, "/api/v1/accounts", NULL, 403, 403},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *before = dump(f);
    struct reply_copy answer = ask(f, cases[i].method, cases[i].target, cases[i].body, reader);
    if (answer.status != cases[i].by_reader || (answer.status == 403 && !strstr(answer.body, "\"token_scope\"")))
      fail_msg("%s by read: %d %s", cases[i].target, answer.status, answer.body);
    if (answer.status == 403)
      assert_string_equal(before, dump(f));
    answer = ask(f, cases[i].method, cases[i].target, cases[i].body, writer);
    if (answer.status != cases[i].by_writer)
      fail_msg("%s by write: %d %s", cases[i].target, answer.status, answer.body);
  }
}

static void a_token_ends_when_it_expires_is_revoked_or_its_person_is_disabled(void **state) {
  struct fixture *f = *state;
  const char *token = make_token(f, "\"read\""); // 90 days
  clock_set(&f->clock, START_AT + 90 * DAY - 1);
  assert_int_equal(200, get_me(f, token));
  clock_set(&f->clock, START_AT + 90 * DAY);
  assert_int_equal(401, get_me(f, token));

  const char *session = ada_signs_in(f);
  struct reply_copy made = make(f, session, "{\"name\":\"x\",\"scopes\":[\"read\"],\"days\":1}");
  token = answer_text(f, &made, "token");
  const char *own = arena_format(f->arena, "/api/v1/me/tokens/%lld", (long long)answer_int(f, &made, "id"));
  fixture_set_password(f, fixture_person(f, "Eve", "eve@example.edu"), ADA_PASSWORD);
  struct reply_copy eve = try_sign_in(f, "eve@example.edu", ADA_PASSWORD);
  assert_int_equal(404, ask(f, METHOD_DELETE, own, NULL, answer_text(f, &eve, "token")).status);
  assert_int_equal(200, get_me(f, token));
  assert_int_equal(204, ask(f, METHOD_DELETE, own, NULL, session).status);
  assert_int_equal(401, get_me(f, token));
  assert_int_equal(404, ask(f, METHOD_DELETE, own, NULL, session).status);

  token = make_token(f, "\"read\"");
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, true));
  assert_int_equal(401, get_me(f, token));
}

static void what_is_no_token_is_nobody(void **state) {
  struct fixture *f = *state;
  const char *token = make_token(f, "\"read\"");
  const char *const wrong[] = {"tandem_", "tandem_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", token + 7,
                               arena_format(f->arena, "%sx", token), arena_format(f->arena, "Tandem_%s", token + 7)};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (get_me(f, wrong[i]) != 401)
      fail_msg("%s", wrong[i]);
  struct call by_cookie = {
      .method = METHOD_GET, .target = "/api/v1/me", .cookie = arena_format(f->arena, "tandem_session=%s", token)};
  assert_int_equal(401, fixture_call(f, &by_cookie).status);
}

static void asking_for_a_token_is_checked(void **state) {
  struct fixture *f = *state;
  const char *session = ada_signs_in(f);
  static const struct {
    const char *body;
    int status;
    const char *why;
  } cases[] = {
      {"{\"name\":\"x\",\"scopes\":[\"read\"],\"days\":365}", 201, "a year"},
      {"{\"name\":\"x\",\"scopes\":[\"read\"],\"days\":366}", 422, "more than a year"},
      {"{\"name\":\"x\",\"scopes\":[\"read\"],\"days\":0}", 422, "no day"},
      {"{\"name\":\"x\",\"scopes\":[]}", 422, "no scope"},
      {"{\"name\":\"x\",\"scopes\":[\"staff\"]}", 422, "reaches nothing"},
      {"{\"name\":\"x\",\"scopes\":[\"admin\"]}", 422, "no such scope"},
      {"{\"name\":\"\",\"scopes\":[\"read\"]}", 422, "no name"},
      {"{\"name\":\"x\"}", 422, "scopes left out"},
      {"{\"name\":\"x\",\"scopes\":[\"read\",\"read\",\"write\",\"staff\"]}", 422, "more scopes than there are"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reply_copy answer = make(f, session, cases[i].body);
    if (answer.status != cases[i].status)
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
  }
  for (int i = 1; i < API_TOKENS_A_PERSON_MAX; i++)
    assert_int_equal(201, make(f, session, "{\"name\":\"x\",\"scopes\":[\"read\"]}").status);
  struct reply_copy answer = make(f, session, "{\"name\":\"x\",\"scopes\":[\"read\"]}");
  assert_int_equal(409, answer.status);
  assert_contains(answer.body, "too_many_tokens");
}

static void a_request_by_token_costs_as_many_statements_as_by_session(void **state) {
  struct fixture *f = *state;
  const char *token = make_token(f, "\"read\""), *session = ada_signs_in(f);
  uint64_t before = db_statement_count(f->db);
  get_me(f, session);
  uint64_t by_session = db_statement_count(f->db) - before;
  before = db_statement_count(f->db);
  get_me(f, token);
  assert_int_equal(by_session, db_statement_count(f->db) - before);
}

static void a_change_keeps_when_the_token_was_used(void **state) {
  struct fixture *f = *state;
  const char *token = make_token(f, "\"write\"");
  assert_int_equal(200, ask(f, METHOD_PATCH, "/api/v1/me", "{\"preferred_name\":\"A\"}", token).status);
  struct reply_copy list = ask(f, METHOD_GET, "/api/v1/me/tokens", NULL, ada_signs_in(f));
  assert_contains(list.body, "\"seen_at\":\"2023-09-06T11:33:20Z\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_token_is_shown_once_and_the_store_has_its_digest),
      TEST(what_a_token_reaches_follows_from_the_row),
      TEST(a_token_opens_what_it_reaches_and_nothing_of_the_account),
      TEST(a_token_ends_when_it_expires_is_revoked_or_its_person_is_disabled),
      TEST(what_is_no_token_is_nobody),
      TEST(asking_for_a_token_is_checked),
      TEST(a_request_by_token_costs_as_many_statements_as_by_session),
      TEST(a_change_keeps_when_the_token_was_used),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
