// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "server/http/idempotency.h"
#include "tests/support/app_fixture.h"

#define NOW "2023-09-05T14:00:00Z"
#define TEAM "{\"name\":\"Kernel Panic\"}"
#define OTHER "{\"name\":\"Late Bind\"}"

static int set_up(void **state) {
  *state = fixture_new(SAMPLE_COURSE, NOW);
  return 0;
}

static int tear_down(void **state) {
  fixture_free(*state);
  return 0;
}

// A request with the key as the header's whole value; NULL: none. `person` 0 is the operator.
static struct local_answer send_as(struct fixture *f, int64_t person, enum method method, const char *target,
                                   const char *body, const char *key) {
  const struct header headers[] = {{"idempotency-key", key}};
  const struct local_call call = {.method = method,
                                  .target = target,
                                  .body = body,
                                  .is_operator = person == 0,
                                  .token = person == 0 ? NULL : f->tokens[person],
                                  .headers = headers,
                                  .header_count = key == NULL ? 0 : 1};
  struct local_answer answer;
  local_call(f->app, f->arena, &call, &answer);
  return answer;
}

static struct local_answer found_team(struct fixture *f, int64_t person, const char *body, const char *key) {
  return send_as(f, person, METHOD_POST, SAMPLE "/teams", body, key);
}

static bool is_replayed(const struct local_answer *answer) {
  return text_equal(local_answer_header(answer, "Idempotency-Replayed"), "true");
}

static bool has_code(const struct local_answer *answer, const char *code) {
  char wanted[80];
  snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
  return strstr(answer->body, wanted) != NULL;
}

static int64_t count_of(struct fixture *f, const char *table) {
  int64_t count = -1;
  if (text_equal(table, "teams"))
    assert_int_equal(db_get_int(app_db(f->app), &count, "select count(*) from teams"), ERR_OK);
  else
    assert_int_equal(db_get_int(app_db(f->app), &count, "select count(*) from idempotency_keys"), ERR_OK);
  return count;
}

// Status, type, body, and every header but the one that tells of the repeat.
static void assert_same(const struct local_answer *first, const struct local_answer *second) {
  assert_int_equal(second->status, first->status);
  assert_true(text_equal(second->content_type, first->content_type));
  assert_int_equal(second->size, first->size);
  assert_memory_equal(second->body, first->body, first->size);
  assert_int_equal(second->header_count, first->header_count + 1);
  for (size_t i = 0; i < first->header_count; i++) {
    assert_string_equal(second->headers[i].name, first->headers[i].name);
    assert_string_equal(second->headers[i].value, first->headers[i].value);
  }
  assert_false(is_replayed(first));
  assert_true(is_replayed(second));
}

static void a_repeat_changes_nothing_and_answers_the_same(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  struct local_answer first = found_team(f, ada, TEAM, "one");
  assert_int_equal(first.status, 201);
  assert_non_null(local_answer_header(&first, "Location"));
  const char *dump = fixture_dump(f);
  struct local_answer second = found_team(f, ada, TEAM, "one");
  assert_same(&first, &second);
  assert_string_equal(fixture_dump(f), dump);
}

static void an_answer_without_a_body_is_repeated_too(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  fixture_call(f, ada, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  struct local_answer first = send_as(f, ada, METHOD_DELETE, SAMPLE "/labs/seat", NULL, "gone");
  assert_true(first.status == 200 || first.status == 204);
  struct local_answer second = send_as(f, ada, METHOD_DELETE, SAMPLE "/labs/seat", NULL, "gone");
  assert_same(&first, &second);
}

static void another_body_with_the_key_is_refused(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  assert_int_equal(found_team(f, ada, TEAM, "one").status, 201);
  const char *dump = fixture_dump(f);
  struct local_answer answer = found_team(f, ada, OTHER, "one");
  assert_int_equal(answer.status, 422);
  assert_true(has_code(&answer, "idempotency_key_reused"));
  assert_string_equal(fixture_dump(f), dump);
}

static void a_key_belongs_to_its_person_method_path_and_query(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  int64_t ben = fixture_student(f, "Ben");
  int64_t eve = fixture_person(f, "Eve", ROLE_INSTRUCTOR);
  assert_int_equal(found_team(f, ada, TEAM, "k").status, 201);
  assert_int_equal(found_team(f, ben, OTHER, "k").status, 201);
  struct local_answer put = send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{\"preferred_name\":\"Ada L\"}", "k");
  assert_int_equal(put.status, 200);
  const char *dry = SAMPLE "/welcome?dry_run=true";
  struct local_answer preview = send_as(f, eve, METHOD_POST, dry, NULL, "k");
  struct local_answer real = send_as(f, eve, METHOD_POST, SAMPLE "/welcome", NULL, "k");
  assert_true(preview.status / 100 == 2 && real.status / 100 == 2);
  assert_false(is_replayed(&real));
  assert_int_equal(count_of(f, "keys"), 5);
}

static void a_refusal_is_not_kept(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  int64_t ben = fixture_student(f, "Ben");
  assert_int_equal(found_team(f, ada, TEAM, NULL).status, 201);
  const char *dump = fixture_dump(f);
  assert_int_equal(found_team(f, ben, TEAM, "again").status, 409);
  assert_string_equal(fixture_dump(f), dump);
  fixture_call(f, ada, METHOD_PATCH, "{\"name\":\"Renamed\"}", SAMPLE "/teams/1");
  fixture_expect(f, 200);
  struct local_answer answer = found_team(f, ben, TEAM, "again");
  assert_int_equal(answer.status, 201);
  assert_false(is_replayed(&answer));
}

static void a_key_is_checked(void **state) {
  static const char k128[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
                             "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  const struct {
    const char *key;
    bool is_sound;
    const char *why;
  } cases[] = {
      {"", false, "empty"},
      {"\"\"", false, "empty between its quotes"},
      {"a b", false, "a space"},
      {"\"a b\"", false, "a space between quotes"},
      {"a,b", false, "two fields that a proxy has joined"},
      {"\"a", false, "a quote that does not end"},
      {"\"a\"b", false, "something behind the quotes"},
      {"\"a\\b\"", false, "an escape of something that needs none"},
      {"\"a\\", false, "an escape at the end"},
      {"\"", false, "only a quote"},
      {"a\"b", false, "a quote inside"},
      {"\xc3\xa9", false, "not ASCII"},
      {"a\x7f", false, "a control character"},
      {arena_format(f->arena, "%sx", k128), false, "129 characters"},
      {arena_format(f->arena, "\"%sx\"", k128), false, "129 characters between quotes"},
      {k128, true, "128 characters"},
      {arena_format(f->arena, "\"%s\"", k128), true, "128 characters between quotes"},
      {"!#$%&'()*+-./:;<=>?@[]^_`{|}~", true, "whatever is visible"},
      {"\"a\\\"\\\\\"", true, "escapes between quotes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct local_answer answer = send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{}", cases[i].key);
    int status = cases[i].is_sound ? 200 : 400;
    if (answer.status != status)
      print_error("%s: %d %s\n", cases[i].why, answer.status, answer.body);
    assert_int_equal(answer.status, status);
  }
}

static void quotes_are_no_part_of_the_key(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  struct local_answer first = found_team(f, ada, TEAM, "\"k\"");
  struct local_answer second = found_team(f, ada, TEAM, "k");
  assert_same(&first, &second);
}

static void a_key_that_stands_twice_is_refused(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  const struct header headers[] = {{"idempotency-key", "a"}, {"idempotency-key", "a"}};
  const struct local_call call = {.method = METHOD_POST,
                                  .target = SAMPLE "/teams",
                                  .body = TEAM,
                                  .token = f->tokens[ada],
                                  .headers = headers,
                                  .header_count = 2};
  struct local_answer answer;
  local_call(f->app, f->arena, &call, &answer);
  assert_int_equal(answer.status, 400);
  assert_int_equal(count_of(f, "teams"), 0);
}

static void an_answer_is_kept_for_24_hours(void **state) {
  static const struct {
    int64_t later;
    bool is_kept;
    const char *why;
  } cases[] = {
      {0, true, "at once"},
      {IDEMPOTENCY_SECONDS - 1, true, "the last second of the 24 hours"},
      {IDEMPOTENCY_SECONDS, false, "24 hours have passed"},
  };
  (void)state;
  int64_t now = 0;
  assert_true(instant_parse(NOW, &now));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture *f = fixture_new(SAMPLE_COURSE, NOW);
    int64_t ada = fixture_student(f, "Ada");
    assert_int_equal(found_team(f, ada, TEAM, "k").status, 201);
    fixture_at_seconds(f, now + cases[i].later);
    struct local_answer answer = found_team(f, ada, TEAM, "k");
    if (is_replayed(&answer) != cases[i].is_kept)
      print_error("%s: %d %s\n", cases[i].why, answer.status, answer.body);
    assert_int_equal(answer.status, cases[i].is_kept ? 201 : 409); // the second time Ada is in a team
    assert_int_equal(is_replayed(&answer), cases[i].is_kept);
    fixture_free(f);
  }
}

static void a_key_can_be_used_anew_after_its_day(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  int64_t now = 0;
  assert_true(instant_parse(NOW, &now));
  assert_int_equal(send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{\"preferred_name\":\"A\"}", "k").status, 200);
  fixture_at_seconds(f, now + IDEMPOTENCY_SECONDS);
  struct local_answer first = send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{\"preferred_name\":\"B\"}", "k");
  assert_int_equal(first.status, 200);
  struct local_answer second = send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{\"preferred_name\":\"B\"}", "k");
  assert_same(&first, &second);
  assert_int_equal(count_of(f, "keys"), 1);
}

static void the_duty_removes_what_is_older_than_a_day(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  int64_t now = 0;
  assert_true(instant_parse(NOW, &now));
  assert_int_equal(send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{}", "early").status, 200);
  fixture_at_seconds(f, now + 600);
  assert_int_equal(send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{}", "late").status, 200);
  fixture_at_seconds(f, now + IDEMPOTENCY_SECONDS + 1);
  fixture_run_duties(f);
  assert_int_equal(count_of(f, "keys"), 2); // a duty runs two seconds after its instant
  fixture_at_seconds(f, now + IDEMPOTENCY_SECONDS + 2);
  fixture_run_duties(f);
  assert_int_equal(count_of(f, "keys"), 1);
  fixture_at_seconds(f, now + IDEMPOTENCY_SECONDS + 3605);
  fixture_run_duties(f);
  assert_int_equal(count_of(f, "keys"), 0);
  fixture_run_duties(f);
  int64_t left = -1;
  assert_int_equal(db_get_int(app_db(f->app), &left, "select count(*) from agenda where kind = 'kept answers expire'"),
                   ERR_OK);
  assert_int_equal(left, 0);
}

static void a_repeat_is_authorized_anew(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  assert_int_equal(found_team(f, ada, TEAM, "k").status, 201);
  fixture_drop(f, ada);
  struct local_answer dropped = found_team(f, ada, TEAM, "k");
  assert_int_equal(dropped.status, 403);
  assert_true(has_code(&dropped, "not_enrolled"));
  memset(f->tokens[ada], 'A', TOKEN_TEXT_BYTES - 1);
  assert_int_equal(found_team(f, ada, TEAM, "k").status, 401);
}

static void the_operator_has_no_keys(void **state) {
  struct fixture *f = *state;
  const char *body = "{\"name\":\"New\",\"email\":\"new@example.edu\"}";
  assert_int_equal(send_as(f, 0, METHOD_POST, "/api/v1/accounts", body, "k").status, 201);
  assert_int_equal(send_as(f, 0, METHOD_POST, "/api/v1/accounts", body, "k").status, 409);
  assert_int_equal(count_of(f, "keys"), 0);
}

static void a_secret_is_never_kept(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  const char *body = "{\"name\":\"script\",\"scopes\":[\"read\"],\"days\":7}";
  struct local_answer first = send_as(f, ada, METHOD_POST, "/api/v1/me/tokens", body, "k");
  struct local_answer second = send_as(f, ada, METHOD_POST, "/api/v1/me/tokens", body, "k");
  if (first.status != 201)
    print_error("%s\n", first.body);
  assert_int_equal(first.status, 201);
  assert_int_equal(second.status, 201);
  assert_string_not_equal(first.body, second.body);
  assert_int_equal(count_of(f, "keys"), 0);
}

static void rows_with_a_secret_keep_no_answer(void **state) {
  static const struct {
    enum method method;
    const char *path;
    bool is_kept;
  } cases[] = {
      {METHOD_POST, "/me/tokens", false}, {METHOD_PUT, "/me/password", false}, {METHOD_POST, "/session", false},
      {METHOD_PATCH, "/me", true},        {METHOD_GET, "/me", false},
  };
  struct fixture *f = *state;
  const struct http *http = app_http(f->app);
  size_t seen = 0;
  for (size_t i = 0; i < http->table_count; i++)
    for (size_t j = 0; j < http->tables[i].count; j++)
      for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const struct route *route = &http->tables[i].rows[j];
        if (route->method != cases[k].method || strcmp(route->path, cases[k].path) != 0)
          continue;
        seen++;
        assert_int_equal(idempotency_is_kept(route), cases[k].is_kept);
      }
  assert_int_equal(seen, sizeof cases / sizeof *cases);
}

static void a_key_does_nothing_to_a_read(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  assert_int_equal(send_as(f, ada, METHOD_GET, "/api/v1/me", NULL, "a b").status, 200);
  assert_int_equal(count_of(f, "keys"), 0);
}

static void work_is_not_prepared_again(void **state) {
  struct fixture *f = *state;
  int64_t eve = fixture_person(f, "Eve", ROLE_INSTRUCTOR);
  const char *csv = "name,email\nBen Ames,ben@example.edu\nCy Diaz,cy@example.edu\n";
  const struct header headers[] = {{"idempotency-key", "k"}};
  const struct local_call call = {.method = METHOD_POST,
                                  .target = SAMPLE "/roster",
                                  .content_type = "text/csv",
                                  .body = csv,
                                  .token = f->tokens[eve],
                                  .headers = headers,
                                  .header_count = 1};
  struct local_answer first, second;
  local_call(f->app, f->arena, &call, &first);
  assert_int_equal(first.status / 100, 2);
  uint64_t before = db_statement_count(app_db(f->app));
  local_call(f->app, f->arena, &call, &second);
  assert_same(&first, &second);
  // The session, the course, the answer: one transaction, no second authorization on a worker or the writer.
  assert_in_range(db_statement_count(app_db(f->app)) - before, 1, 6);
}

static void a_person_keeps_at_most_so_many_answers(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  int64_t now = 0;
  assert_true(instant_parse(NOW, &now));
  for (int i = 0; i < IDEMPOTENCY_ANSWERS_MAX - 1; i++)
    assert_int_equal(
        db_exec(app_db(f->app),
                "insert into idempotency_keys (person_id, key_hash, body_hash, request, status, headers, body, bytes, "
                "at) values ($1, $2, x'00', 'POST /', 204, '', '', 0, $3)",
                db_int(ada), db_blob(&i, sizeof i), db_int(now - 100)),
        ERR_OK);
  assert_int_equal(send_as(f, ada, METHOD_PATCH, "/api/v1/me", "{}", "last").status, 200);
  const char *dump = fixture_dump(f);
  struct local_answer answer = found_team(f, ada, TEAM, "one-too-many");
  assert_int_equal(answer.status, 429);
  assert_true(has_code(&answer, "too_many_keys"));
  assert_string_equal(local_answer_header(&answer, "Retry-After"), "86300");
  assert_string_equal(fixture_dump(f), dump);
  assert_int_equal(found_team(f, ada, TEAM, NULL).status, 201);
}

static void a_person_keeps_at_most_so_many_bytes(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  int64_t now = 0;
  assert_true(instant_parse(NOW, &now));
  assert_int_equal(db_exec(app_db(f->app),
                           "insert into idempotency_keys (person_id, key_hash, body_hash, request, status, headers, "
                           "body, bytes, at) values ($1, x'00', x'00', 'POST /', 204, '', '', $2, $3)",
                           db_int(ada), db_int(IDEMPOTENCY_BYTES_MAX), db_int(now)),
                   ERR_OK);
  assert_int_equal(found_team(f, ada, TEAM, "k").status, 429);
  assert_int_equal(count_of(f, "teams"), 0);
}

static void an_erased_person_is_in_nobodys_kept_answer(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada"), zeb = fixture_student(f, "Zebulon Quagmire");
  int64_t pat = fixture_person(f, "Pat", ROLE_STAFF);
  struct local_answer team = found_team(f, ada, TEAM, "found");
  const char *location = local_answer_header(&team, "Location");
  const char *ask = arena_format(f->arena, "%s/join-requests", location);
  struct local_answer asked = send_as(f, zeb, METHOD_POST, ask, "{}", "ask");
  const char *request = local_answer_header(&asked, "Location");
  struct local_answer joined =
      send_as(f, ada, METHOD_POST, arena_format(f->arena, "%s/acceptance", request), NULL, "accept");
  assert_int_equal(joined.status / 100, 2);
  assert_non_null(strstr(joined.body, "Quagmire"));
  assert_int_equal(count_of(f, "keys"), 3);
  fixture_drop(f, zeb);
  fixture_call(f, pat, METHOD_DELETE, NULL, SAMPLE "/roster/%lld/hold", (long long)zeb);
  fixture_call(f, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)zeb);
  fixture_expect(f, 200);
  assert_int_equal(count_of(f, "keys"), 1); // that Ada founded the team
  struct local_answer again = found_team(f, ada, TEAM, "found");
  assert_true(is_replayed(&again));
}

static void neither_key_nor_body_can_be_read_from_the_store(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada");
  assert_int_equal(found_team(f, ada, TEAM, "a-key-that-nobody-guesses").status, 201);
  assert_null(strstr(fixture_dump(f), "a-key-that-nobody-guesses"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_repeat_changes_nothing_and_answers_the_same),
      TEST(an_answer_without_a_body_is_repeated_too),
      TEST(another_body_with_the_key_is_refused),
      TEST(a_key_belongs_to_its_person_method_path_and_query),
      TEST(a_refusal_is_not_kept),
      TEST(a_key_is_checked),
      TEST(quotes_are_no_part_of_the_key),
      TEST(a_key_that_stands_twice_is_refused),
      TEST(an_answer_is_kept_for_24_hours),
      TEST(a_key_can_be_used_anew_after_its_day),
      TEST(the_duty_removes_what_is_older_than_a_day),
      TEST(a_repeat_is_authorized_anew),
      TEST(the_operator_has_no_keys),
      TEST(a_secret_is_never_kept),
      TEST(rows_with_a_secret_keep_no_answer),
      TEST(a_key_does_nothing_to_a_read),
      TEST(work_is_not_prepared_again),
      TEST(a_person_keeps_at_most_so_many_answers),
      TEST(a_person_keeps_at_most_so_many_bytes),
      TEST(an_erased_person_is_in_nobodys_kept_answer),
      TEST(neither_key_nor_body_can_be_read_from_the_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
