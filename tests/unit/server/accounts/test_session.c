// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/server/accounts/fixture.h"

static struct session_opened open_session(struct fixture *f, int64_t person, const char *user_agent) {
  struct act act = fixture_act(f);
  struct session_opened opened;
  assert_int_equal(ERR_OK, session_open(&act, person, user_agent, &opened));
  return opened;
}

static size_t count_sessions(struct fixture *f, int64_t person) {
  struct session *sessions;
  size_t count;
  assert_int_equal(ERR_OK, session_list(f->db, f->arena, person, clock_now(&f->clock), &sessions, &count));
  return count;
}

static void a_session_ends_exactly_thirty_days_after_sign_in(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  assert_int_equal(START_AT + SESSION_SECONDS, opened.expires_at);
  static const struct {
    int64_t at;
    int status;
    const char *why;
  } cases[] = {
      {START_AT + SESSION_SECONDS - 1, 200, "the second before"},
      {START_AT + SESSION_SECONDS, 401, "at its end"},
      {START_AT + SESSION_SECONDS + 1, 401, "the second after"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    clock_set(&f->clock, cases[i].at);
    int status = get_me(f, opened.token);
    if (status != cases[i].status)
      fail_msg("%s: %d", cases[i].why, status);
  }
}

static void using_a_session_does_not_prolong_it(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  clock_set(&f->clock, START_AT + SESSION_SECONDS - 1);
  assert_int_equal(
      200, fixture_call(
               f, &(struct call){.method = METHOD_PATCH, .target = "/api/v1/me", .body = "{}", .token = opened.token})
               .status);
  clock_set(&f->clock, START_AT + SESSION_SECONDS);
  assert_int_equal(401, get_me(f, opened.token));
}

static void disabling_ends_the_sessions_for_good(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  struct act act = fixture_act(f);
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, true));
  assert_int_equal(401, get_me(f, opened.token));
  assert_int_equal(ERR_OK, person_set_disabled(&act, f->ada, false));
  assert_int_equal(401, get_me(f, opened.token));
}

static void a_disabled_person_is_nobody_even_if_a_session_were_left(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  assert_int_equal(ERR_OK, db_exec(f->db, "update people set is_disabled = 1 where id = $1", db_int(f->ada)));
  assert_int_equal(401, get_me(f, opened.token));
}

static void signing_out_ends_this_session_and_takes_the_cookie_away(void **state) {
  struct fixture *f = *state;
  struct session_opened mine = open_session(f, f->ada, NULL), other = open_session(f, f->ada, NULL);
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_DELETE, .target = "/api/v1/session", .token = mine.token});
  assert_int_equal(204, answer.status);
  assert_contains(answer.cookie, "tandem_session=; Max-Age=0;");
  assert_int_equal(401, get_me(f, mine.token));
  assert_int_equal(200, get_me(f, other.token));
}

static void signing_out_everywhere_ends_this_session_as_well_and_nobody_elses(void **state) {
  struct fixture *f = *state;
  int64_t grace = fixture_person(f, "Grace Hopper", "grace@example.edu");
  struct session_opened first = open_session(f, f->ada, NULL), second = open_session(f, f->ada, NULL);
  struct session_opened of_grace = open_session(f, grace, NULL);
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_DELETE, .target = "/api/v1/me/sessions", .token = first.token});
  assert_int_equal(200, answer.status);
  assert_string_equal("{\"ended\":2}", answer.body);
  assert_contains(answer.cookie, "Max-Age=0;");
  assert_int_equal(401, get_me(f, first.token));
  assert_int_equal(401, get_me(f, second.token));
  assert_int_equal(200, get_me(f, of_grace.token));
}

static void one_session_is_ended_by_its_number_only_by_whose_it_is(void **state) {
  struct fixture *f = *state;
  int64_t grace = fixture_person(f, "Grace Hopper", "grace@example.edu");
  struct session_opened mine = open_session(f, f->ada, NULL), old = open_session(f, f->ada, NULL);
  struct session_opened of_grace = open_session(f, grace, NULL);
  const char *of_old = arena_format(f->arena, "/api/v1/me/sessions/%lld", (long long)old.id);
  assert_int_equal(
      404, fixture_call(f, &(struct call){.method = METHOD_DELETE, .target = of_old, .token = of_grace.token}).status);
  assert_int_equal(200, get_me(f, old.token));
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_DELETE, .target = of_old, .token = mine.token});
  assert_int_equal(204, answer.status);
  assert_null(answer.cookie);
  assert_int_equal(401, get_me(f, old.token));
  assert_int_equal(
      404, fixture_call(f, &(struct call){.method = METHOD_DELETE, .target = of_old, .token = mine.token}).status);
  const char *of_mine = arena_format(f->arena, "/api/v1/me/sessions/%lld", (long long)mine.id);
  assert_contains(
      fixture_call(f, &(struct call){.method = METHOD_DELETE, .target = of_mine, .token = mine.token}).cookie,
      "Max-Age=0;");
}

static void the_list_tells_which_session_is_this_one(void **state) {
  struct fixture *f = *state;
  struct session_opened old = open_session(f, f->ada, "Netscape\t4\xE9");
  clock_set(&f->clock, START_AT + 60);
  struct session_opened mine = open_session(f, f->ada, NULL);
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_GET, .target = "/api/v1/me/sessions", .token = mine.token});
  assert_string_equal(arena_format(f->arena,
                                   "{\"sessions\":[{\"id\":%lld,\"current\":true,\"user_agent\":null,"
                                   "\"created_at\":\"2023-09-06T11:34:20Z\",\"seen_at\":\"2023-09-06T11:34:20Z\","
                                   "\"expires_at\":\"2023-10-06T11:34:20Z\"},"
                                   "{\"id\":%lld,\"current\":false,\"user_agent\":\"Netscape?4?\","
                                   "\"created_at\":\"2023-09-06T11:33:20Z\",\"seen_at\":\"2023-09-06T11:33:20Z\","
                                   "\"expires_at\":\"2023-10-06T11:33:20Z\"}]}",
                                   (long long)mine.id, (long long)old.id),
                      answer.body);
}

static void a_user_agent_is_cut_at_two_hundred_characters(void **state) {
  struct fixture *f = *state;
  char longer[SESSION_USER_AGENT_MAX + 50];
  memset(longer, 'x', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  open_session(f, f->ada, longer);
  struct session *sessions;
  size_t count;
  assert_int_equal(ERR_OK, session_list(f->db, f->arena, f->ada, START_AT, &sessions, &count));
  assert_int_equal(SESSION_USER_AGENT_MAX, strlen(sessions[0].user_agent));
}

static struct request *request_with(struct fixture *f, const char *name, const char *value) {
  struct request *request = request_new(&f->http, arena_new());
  struct header *header = arena_alloc(request->arena, sizeof *header);
  *header = (struct header){name, value};
  request->headers = header;
  request->header_count = 1;
  request->act.db = f->db;
  request->act.now = clock_now(&f->clock);
  return request;
}

static void to_authenticate_costs_one_statement_and_a_malformed_token_none(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  const struct {
    const char *name;
    const char *value;
    bool is_known;
    uint64_t statements;
    const char *why;
  } cases[] = {
      {"authorization", arena_format(f->arena, "Bearer %s", opened.token), true, 1, "bearer"},
      {"cookie", arena_format(f->arena, "a=b; tandem_session=%s", opened.token), true, 1, "cookie"},
      {"authorization", "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false, 1, "a token of nobody"},
      {"authorization", arena_format(f->arena, "Bearer %.42s", opened.token), false, 0, "too short"},
      {"authorization", arena_format(f->arena, "Bearer %sA", opened.token), false, 0, "too long"},
      {"cookie", arena_format(f->arena, "tandem_session=%.42s'", opened.token), false, 0, "a character of no token"},
      {"cookie", arena_format(f->arena, "session=%s", opened.token), false, 0, "another cookie"},
      {"authorization", arena_format(f->arena, "Basic %s", opened.token), false, 0, "another scheme"},
      {"x-nothing", "", false, 0, "nothing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct request *request = request_with(f, cases[i].name, cases[i].value);
    uint64_t before = db_statement_count(f->db);
    assert_int_equal(ERR_OK, account_authenticate(request, i % 2 == 0));
    if (db_statement_count(f->db) - before != cases[i].statements)
      fail_msg("%s: %d statements", cases[i].why, (int)(db_statement_count(f->db) - before));
    if (request->who.person != (cases[i].is_known ? f->ada : 0) || request->act.actor != request->who.person)
      fail_msg("%s", cases[i].why);
    if (request->who.is_by_cookie != (cases[i].is_known && i == 1))
      fail_msg("%s: by cookie", cases[i].why);
    assert_false(request->who.is_operator);
    request_free(request);
  }
}

static void to_authenticate_a_read_never_writes(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  clock_set(&f->clock, START_AT + 2 * SESSION_TOUCH_SECONDS);
  static const uint64_t statements[] = {[false] = 1, [true] = 2};
  for (int is_writing = 0; is_writing <= 1; is_writing++) {
    struct request *request = request_with(f, "authorization", arena_format(f->arena, "Bearer %s", opened.token));
    uint64_t before = db_statement_count(f->db);
    assert_int_equal(ERR_OK, account_authenticate(request, is_writing));
    assert_int_equal(statements[is_writing], db_statement_count(f->db) - before);
    request_free(request);
  }
}

static void a_bearer_token_goes_before_the_cookie(void **state) {
  struct fixture *f = *state;
  int64_t grace = fixture_person(f, "Grace Hopper", "grace@example.edu");
  struct session_opened of_ada = open_session(f, f->ada, NULL), of_grace = open_session(f, grace, NULL);
  struct reply_copy answer =
      fixture_call(f, &(struct call){.method = METHOD_GET,
                                     .target = "/api/v1/me",
                                     .token = of_grace.token,
                                     .cookie = arena_format(f->arena, "tandem_session=%s", of_ada.token)});
  assert_contains(answer.body, "Grace Hopper");
}

static void the_control_socket_is_the_operator_whatever_else_is_sent(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  struct request *request = request_with(f, "authorization", arena_format(f->arena, "Bearer %s", opened.token));
  request->is_control = true;
  assert_int_equal(ERR_OK, account_authenticate(request, true));
  assert_true(request->who.is_operator);
  assert_int_equal(0, request->who.person);
  assert_string_equal("operator", request->act.cause);
  request_free(request);
}

static int64_t seen_at(struct fixture *f) {
  int64_t at;
  assert_int_equal(ERR_OK, db_get_int(f->db, &at, "select seen_at from sessions"));
  return at;
}

static void seen_at_moves_at_most_hourly_and_only_when_something_is_written(void **state) {
  struct fixture *f = *state;
  struct session_opened opened = open_session(f, f->ada, NULL);
  const struct call reads = {.method = METHOD_GET, .target = "/api/v1/me", .token = opened.token};
  const struct call writes = {.method = METHOD_PATCH, .target = "/api/v1/me", .body = "{}", .token = opened.token};
  clock_set(&f->clock, START_AT + SESSION_TOUCH_SECONDS - 1);
  assert_int_equal(200, fixture_call(f, &writes).status);
  assert_int_equal(START_AT, seen_at(f));
  clock_set(&f->clock, START_AT + SESSION_TOUCH_SECONDS);
  assert_int_equal(200, fixture_call(f, &reads).status);
  assert_int_equal(START_AT, seen_at(f));
  assert_int_equal(200, fixture_call(f, &writes).status);
  assert_int_equal(START_AT + SESSION_TOUCH_SECONDS, seen_at(f));
}

static void a_new_session_clears_away_what_is_expired(void **state) {
  struct fixture *f = *state;
  int64_t grace = fixture_person(f, "Grace Hopper", "grace@example.edu");
  open_session(f, grace, NULL);
  clock_set(&f->clock, START_AT + SESSION_SECONDS);
  open_session(f, f->ada, NULL);
  int64_t count;
  assert_int_equal(ERR_OK, db_get_int(f->db, &count, "select count(*) from sessions"));
  assert_int_equal(1, count);
}

static void beyond_fifty_sessions_the_one_used_least_recently_makes_room(void **state) {
  struct fixture *f = *state;
  int64_t grace = fixture_person(f, "Grace Hopper", "grace@example.edu");
  struct session_opened of_grace = open_session(f, grace, NULL);
  struct session_opened first = open_session(f, f->ada, NULL);
  clock_set(&f->clock, START_AT + 1);
  struct session_opened second = open_session(f, f->ada, NULL);
  for (int i = 2; i < SESSIONS_A_PERSON_MAX; i++) {
    clock_set(&f->clock, START_AT + i);
    open_session(f, f->ada, NULL);
  }
  assert_int_equal(SESSIONS_A_PERSON_MAX, count_sessions(f, f->ada));
  struct session_opened last = open_session(f, f->ada, NULL);
  assert_int_equal(SESSIONS_A_PERSON_MAX, count_sessions(f, f->ada));
  assert_int_equal(401, get_me(f, first.token));
  assert_int_equal(200, get_me(f, second.token));
  assert_int_equal(200, get_me(f, last.token));
  assert_int_equal(200, get_me(f, of_grace.token));
}

#define with_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with_fixture(a_session_ends_exactly_thirty_days_after_sign_in),
      with_fixture(using_a_session_does_not_prolong_it),
      with_fixture(disabling_ends_the_sessions_for_good),
      with_fixture(a_disabled_person_is_nobody_even_if_a_session_were_left),
      with_fixture(signing_out_ends_this_session_and_takes_the_cookie_away),
      with_fixture(signing_out_everywhere_ends_this_session_as_well_and_nobody_elses),
      with_fixture(one_session_is_ended_by_its_number_only_by_whose_it_is),
      with_fixture(the_list_tells_which_session_is_this_one),
      with_fixture(a_user_agent_is_cut_at_two_hundred_characters),
      with_fixture(to_authenticate_costs_one_statement_and_a_malformed_token_none),
      with_fixture(to_authenticate_a_read_never_writes),
      with_fixture(a_bearer_token_goes_before_the_cookie),
      with_fixture(the_control_socket_is_the_operator_whatever_else_is_sent),
      with_fixture(seen_at_moves_at_most_hourly_and_only_when_something_is_written),
      with_fixture(a_new_session_clears_away_what_is_expired),
      with_fixture(beyond_fifty_sessions_the_one_used_least_recently_makes_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
