// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/accounts/sign_in.h"
#include "tests/unit/server/accounts/fixture.h"

static void signing_in_gives_a_cookie_a_token_and_who_one_is(void **state) {
  struct fixture *f = *state;
  struct reply_copy answer = fixture_call(f, &(struct call){.method = METHOD_POST,
                                                            .target = "/api/v1/session",
                                                            .body = sign_in_body(f, " ADA@Example.edu", ADA_PASSWORD),
                                                            .user_agent = "curl/7.88"});
  assert_int_equal(201, answer.status);
  const char *token = answer_text(f, &answer, "token");
  assert_int_equal(TOKEN_TEXT_BYTES - 1, strlen(token));
  assert_contains(answer.body, "\"expires_at\":\"2023-10-06T11:33:20Z\"");
  assert_contains(answer.body, "\"email\":\"ada@example.edu\"");
  assert_contains(answer.body, "\"enrolments\":[]");
  assert_string_equal(
      arena_format(f->arena, "tandem_session=%s; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax", token),
      answer.cookie);
  assert_int_equal(200, get_me(f, token));
  struct call by_cookie = {
      .method = METHOD_GET, .target = "/api/v1/me", .cookie = arena_format(f->arena, "tandem_session=%s", token)};
  assert_int_equal(200, fixture_call(f, &by_cookie).status);
  int64_t kept;
  assert_int_equal(ERR_OK, db_get_int(f->db, &kept, "select count(*) from sessions where user_agent = 'curl/7.88'"));
  assert_int_equal(1, kept);
}

static void the_store_holds_neither_token_nor_password(void **state) {
  struct fixture *f = *state;
  const char *token = ada_signs_in(f);
  try_sign_in(f, ADA_ADDRESS, "a wrong password");
  assert_lacks(dump(f), token);
  assert_lacks(dump(f), ADA_PASSWORD);
  assert_lacks(dump(f), "a wrong password");
}

static void whoever_may_not_sign_in_gets_one_and_the_same_answer(void **state) {
  struct fixture *f = *state;
  fixture_person(f, "No Password", "none@example.edu");
  int64_t gone = fixture_person(f, "Gone Away", "gone@example.edu");
  fixture_set_password(f, gone, ADA_PASSWORD);
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, gone, true));
  static const struct {
    const char *email;
    const char *password;
    const char *why;
  } cases[] = {
      {ADA_ADDRESS, "wrong horse battery", "a wrong password"},
      {"nobody@example.edu", ADA_PASSWORD, "an unknown address"},
      {"not an address", ADA_PASSWORD, "no address"},
      {"none@example.edu", ADA_PASSWORD, "an account without a password"},
      {"gone@example.edu", ADA_PASSWORD, "a disabled account"},
      {ADA_ADDRESS, "Correct horse battery", "the case of a password counts"},
      {ADA_ADDRESS, " correct horse battery", "so does its white space"},
  };
  const char *before = dump(f);
  const char *first = NULL;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reply_copy answer = try_sign_in(f, cases[i].email, cases[i].password);
    if (answer.status != 401 || answer.cookie || (first && strcmp(first, answer.body) != 0))
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
    first = answer.body;
  }
  assert_contains(first, "\"code\":\"wrong_credentials\"");
  assert_string_equal(before, dump(f));
}

static void bodies_that_are_not_as_they_should_be_are_refused(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *body;
    int status;
    const char *part;
    const char *why;
  } cases[] = {
      {"{\"email\":\"a@example.edu\",\"password\":\"x\",\"remember\":true}", 422, "\"field\":\"remember\"",
       "unknown field"},
      {"{\"email\":\"a@example.edu\"}", 422, "\"field\":\"password\"", "no password"},
      {"{\"email\":7,\"password\":\"x\"}", 422, "\"field\":\"email\"", "an address that is a number"},
      {"{\"email\":\"a@example.edu\",\"password\":\"\"}", 422, "\"field\":\"password\"", "an empty password"},
      {"{\"email\":\"\xFF\",\"password\":\"x\"}", 400, "invalid_json", "not UTF-8"},
      {"[]", 400, "invalid_json", "no object"},
      {"", 400, "invalid_json", "nothing"},
  };
  const char *before = dump(f);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct reply_copy answer =
        fixture_call(f, &(struct call){.method = METHOD_POST, .target = "/api/v1/session", .body = cases[i].body});
    if (answer.status != cases[i].status || !strstr(answer.body, cases[i].part))
      fail_msg("%s: %d %s", cases[i].why, answer.status, answer.body);
  }
  assert_string_equal(before, dump(f));
}

static void after_ten_failures_even_the_right_password_has_to_wait(void **state) {
  struct fixture *f = *state;
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_address(&act, f->ada, "countess@example.edu"));
  for (int i = 0; i < THROTTLE_ACCOUNT_TRIES; i++) // by either address: it is one account
    assert_int_equal(401, try_sign_in(f, i % 2 ? ADA_ADDRESS : "countess@example.edu", "wrong").status);
  struct reply_copy answer = try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD);
  assert_int_equal(429, answer.status);
  assert_string_equal("900", answer.retry_after);
  assert_contains(answer.body, "\"code\":\"too_many_tries\"");
  clock_set(&f->throttle_clock, 1000 + THROTTLE_WINDOW_SECONDS - 1);
  answer = try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD);
  assert_int_equal(429, answer.status);
  assert_string_equal("1", answer.retry_after);
  clock_set(&f->throttle_clock, 1000 + THROTTLE_WINDOW_SECONDS);
  assert_int_equal(201, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
}

static void unknown_addresses_are_throttled_like_known_ones(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < THROTTLE_ACCOUNT_TRIES; i++)
    assert_int_equal(401, try_sign_in(f, i % 2 ? "nobody@example.edu" : "Nobody@Example.edu", "wrong").status);
  assert_int_equal(429, try_sign_in(f, "nobody@example.edu", "wrong").status);
  assert_int_equal(201, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
}

static void the_right_password_of_a_disabled_account_is_no_success(void **state) {
  struct fixture *f = *state;
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, true));
  for (int i = 0; i < THROTTLE_ACCOUNT_TRIES; i++)
    assert_int_equal(401, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
  assert_int_equal(429, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
}

static void a_success_forgets_the_failures_before_it(void **state) {
  struct fixture *f = *state;
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < THROTTLE_ACCOUNT_TRIES - 1; i++)
      assert_int_equal(401, try_sign_in(f, ADA_ADDRESS, "wrong").status);
    assert_int_equal(201, try_sign_in(f, ADA_ADDRESS, ADA_PASSWORD).status);
  }
}

// Between prepare and handle, on two threads, others may have written.
static struct request *prepare_by_hand(struct fixture *f) {
  struct request *request = request_new(&f->http, arena_new());
  void *input;
  const char *body = sign_in_body(f, ADA_ADDRESS, ADA_PASSWORD);
  assert_int_equal(ERR_OK,
                   shape_bind_json(&sign_in_shape, body, strlen(body), request->arena, &request->problem, &input));
  request->input = input;
  request->act.db = f->db;
  request->act.now = START_AT;
  assert_int_equal(ERR_OK, sign_in_prepare(request));
  return request;
}

static void a_password_changed_meanwhile_signs_nobody_in(void **state) {
  struct fixture *f = *state;
  struct request *request = prepare_by_hand(f);
  fixture_set_password(f, f->ada, ADA_PASSWORD); // the same words, another hash
  const char *before = dump(f);
  assert_int_equal(ERR_UNAUTHENTICATED, sign_in_handle(request));
  assert_int_equal(PROBLEM_WRONG_CREDENTIALS, request->problem.code);
  assert_string_equal(before, dump(f));
  request_free(request);
}

static void an_account_disabled_meanwhile_signs_nobody_in(void **state) {
  struct fixture *f = *state;
  struct request *request = prepare_by_hand(f);
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, true));
  assert_int_equal(ERR_UNAUTHENTICATED, sign_in_handle(request));
  assert_int_equal(PROBLEM_WRONG_CREDENTIALS, request->problem.code);
  request_free(request);
}

static void prepare_holds_no_snapshot_while_it_hashes(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, db_begin_read(f->db));
  struct request *request = prepare_by_hand(f);
  assert_false(db_in_transaction(f->db));
  request_free(request);
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with_fixture(signing_in_gives_a_cookie_a_token_and_who_one_is),
      with_fixture(the_store_holds_neither_token_nor_password),
      with_fixture(whoever_may_not_sign_in_gets_one_and_the_same_answer),
      with_fixture(bodies_that_are_not_as_they_should_be_are_refused),
      with_fixture(after_ten_failures_even_the_right_password_has_to_wait),
      with_fixture(unknown_addresses_are_throttled_like_known_ones),
      with_fixture(the_right_password_of_a_disabled_account_is_no_success),
      with_fixture(a_success_forgets_the_failures_before_it),
      with_fixture(a_password_changed_meanwhile_signs_nobody_in),
      with_fixture(an_account_disabled_meanwhile_signs_nobody_in),
      with_fixture(prepare_holds_no_snapshot_while_it_hashes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
