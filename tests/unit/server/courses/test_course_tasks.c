// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/courses/petition_helpers.h"

static struct fixture *start(void **state, const char *now) {
  struct fixture *fixture = sample_at(now);
  *state = fixture;
  return fixture;
}

static int stop(void **state) {
  if (*state != NULL) {
    fixture_check(*state);
    fixture_free(*state);
  }
  *state = NULL;
  return 0;
}

static void finding_a_place_is_a_task_from_the_opening_until_one_is_found(void **state) {
  struct fixture *fixture = start(state, "2023-08-22T00:00:00Z");
  int64_t zoe = fixture_student(fixture, "Zoe Invented"), ada = fixture_student(fixture, "Ada Invented");
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  fixture_at_seconds(fixture, OPENS_AT - 1);
  assert_false(has_task(fixture, zoe, "find a place"));
  fixture_at_seconds(fixture, OPENS_AT);
  assert_string_equal(task_text(fixture, zoe, "find a place", "state"), "open");
  assert_string_equal(task_text(fixture, zoe, "find a place", "due"), "2023-09-12T03:59:00Z");
  assert_false(has_task(fixture, kim, "find a place"));
  fixture_at(fixture, INSIDE);
  take_seat(fixture, zoe);
  found_team(fixture, ada, "Descenders");
  assert_false(has_task(fixture, zoe, "find a place"));
  assert_false(has_task(fixture, ada, "find a place"));
}

#define LABS_DECIDED INT64_C(1694059140) // 2023-09-07T03:59:00Z

static void the_words_name_only_what_is_still_open(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  fixture_at_seconds(fixture, LABS_DECIDED);
  assert_non_null(
      strstr(task_text(fixture, zoe, "find a place", "words"), "Or ask for a lab seat by Wed 6 Sep 2023 23:59 EDT"));
  fixture_at_seconds(fixture, LABS_DECIDED + 1);
  const char *words = task_text(fixture, zoe, "find a place", "words");
  assert_null(strstr(words, "ask for a lab seat by"));
  assert_non_null(strstr(words, "Found a team or join one"));
  assert_non_null(strstr(words, "now only the staff give one"));
  fixture_at_seconds(fixture, CLOSES_AT + 1);
  assert_non_null(strstr(task_text(fixture, zoe, "find a place", "words"), "\"late join\" or \"lab seat\""));
}

// Who may neither register nor take a seat is not asked to, and is not among those whom staff are to place.
static void an_auditor_is_asked_for_a_place_once_approved(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  int64_t pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR);
  fixture_call(fixture, pat, METHOD_PUT, "{\"role\":\"student\",\"credit\":\"audit\"}", SAMPLE "/roster/%lld",
               (long long)zoe);
  fixture_expect(fixture, 200);
  assert_false(has_task(fixture, zoe, "find a place"));
  fixture_at_seconds(fixture, CLOSES_AT + 1);
  assert_false(has_task(fixture, kim, "people without a place"));
  fixture_call(fixture, pat, METHOD_PUT, "{\"role\":\"student\",\"credit\":\"audit\",\"audit_approved\":true}",
               SAMPLE "/roster/%lld", (long long)zoe);
  fixture_expect(fixture, 200);
  assert_true(has_task(fixture, zoe, "find a place"));
  assert_true(has_task(fixture, kim, "people without a place"));
}

static void without_a_place_it_is_overdue_after_the_close_and_then_staff_have_one_task_for_all(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t zoe = fixture_student(fixture, "Zoe Invented"), ada = fixture_student(fixture, "Ada Invented");
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  fixture_at_seconds(fixture, CLOSES_AT);
  assert_string_equal(task_text(fixture, zoe, "find a place", "state"), "open");
  assert_false(has_task(fixture, kim, "people without a place"));
  fixture_at_seconds(fixture, CLOSES_AT + 1);
  assert_string_equal(task_text(fixture, zoe, "find a place", "state"), "overdue");
  assert_non_null(strstr(task_text(fixture, kim, "people without a place", "title"), "2 students"));
  fixture_call(fixture, kim, METHOD_PUT, "{\"reason\":\"Asked in person\"}", SAMPLE "/labs/seats/%lld", (long long)zoe);
  fixture_expect(fixture, 200);
  assert_non_null(strstr(task_text(fixture, kim, "people without a place", "title"), "1 student "));
  fixture_drop(fixture, ada);
  assert_false(has_task(fixture, kim, "people without a place"));
  fixture_at(fixture, "2023-12-16T00:00:00Z"); // the term is over
  int64_t late = fixture_student(fixture, "Late Invented"), lou = fixture_person(fixture, "Lou Invented", ROLE_STAFF);
  assert_false(has_task(fixture, late, "find a place"));
  assert_false(has_task(fixture, lou, "people without a place"));
}

static void a_request_is_a_task_for_those_who_can_answer_it_now(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t eve = fixture_student(fixture, "Eve Invented"), moe = fixture_student(fixture, "Moe Invented");
  register_team(fixture, ada, covered_team(fixture, ada, bob, "Descenders"), "{}");
  register_team(fixture, eve, covered_team(fixture, eve, moe, "Climbers"), "{}");
  int64_t request = asked(fixture, ada, "leave", "");
  assert_true(has_task(fixture, kim, "answer a request"));
  assert_non_null(strstr(task_text(fixture, kim, "answer a request", "words"), "Tue 5 Sep 2023 10:00 EDT")); // its age
  assert_false(has_task(fixture, bob, "answer a request"));
  answer_it(fixture, kim, request, DECLINE);
  assert_false(has_task(fixture, kim, "answer a request"));
  // A swap waits for the other one first.
  request = asked(fixture, ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)moe));
  assert_false(has_task(fixture, kim, "answer a request"));
  assert_true(has_task(fixture, moe, "consent to a request"));
  assert_false(has_task(fixture, eve, "consent to a request"));
  say(fixture, moe, request, true);
  assert_false(has_task(fixture, moe, "consent to a request"));
  assert_true(has_task(fixture, kim, "answer a request"));
  answer_it(fixture, kim, request, DECLINE);
  assert_false(has_task(fixture, kim, "answer a request"));
  assert_true(fixture_messages(fixture, pat, "request") > 0);
}

static void an_auditor_is_one_task_of_instructors_whether_they_ask_or_not(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF), aud = fixture_student(fixture, "Aud Invented");
  fixture_auditor(fixture, aud, false);
  assert_true(has_task(fixture, pat, "approve an auditor"));
  assert_false(has_task(fixture, kim, "approve an auditor"));
  int64_t request = asked(fixture, aud, "audit", "");
  assert_false(has_task(fixture, pat, "approve an auditor"));
  assert_true(has_task(fixture, pat, "answer a request"));
  assert_false(has_task(fixture, kim, "answer a request"));
  answer_it(fixture, pat, request, DECLINE);
  assert_true(has_task(fixture, pat, "approve an auditor"));
  fixture_auditor(fixture, aud, true);
  assert_false(has_task(fixture, pat, "approve an auditor"));
}

static void a_held_place_is_a_task_until_the_hold_ends(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF), zoe = fixture_student(fixture, "Zoe Invented");
  int64_t gone = fixture_student(fixture, "Gone Invented");
  take_seat(fixture, zoe);
  fixture_drop(fixture, gone); // had no place
  assert_false(has_task(fixture, kim, "hold ends"));
  fixture_drop(fixture, zoe);
  assert_string_equal(task_text(fixture, kim, "hold ends", "due"), "2023-09-08T14:00:00Z");
  fixture_at(fixture, "2023-09-08T14:00:02Z");
  fixture_run_duties(fixture);
  assert_false(has_task(fixture, kim, "hold ends"));
}

static void tasks_come_by_due_and_are_never_from_a_cache(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t zoe = fixture_student(fixture, "Zoe Invented"), ada = fixture_student(fixture, "Ada Invented");
  invite(fixture, ada, found_team(fixture, ada, "Descenders"), zoe);
  fixture_call(fixture, zoe, METHOD_GET, NULL, SAMPLE "/tasks");
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "tasks.0.kind"), "fill in the info card"); // 2 September: overdue
  assert_string_equal(fixture_text(fixture, "tasks.0.state"), "overdue");
  assert_string_equal(fixture_text(fixture, "tasks.1.kind"), "answer an invitation"); // 8 September
  assert_string_equal(fixture_text(fixture, "tasks.2.kind"), "find a place");         // 11 September
  assert_null(local_answer_header(&fixture->answer, "ETag"));
}

static void tasks_cost_the_same_in_a_course_of_any_size(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR);
  uint64_t counts[2];
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 20 * round; i++) {
      int64_t aud = fixture_student(fixture, arena_format(fixture->arena, "Aud %d", i));
      fixture_auditor(fixture, aud, false);
      if (i % 2 == 0)
        asked(fixture, aud, "audit", "");
    }
    has_task(fixture, pat, "");
    uint64_t before = db_statement_count(app_db(fixture->app));
    has_task(fixture, pat, "");
    counts[round] = db_statement_count(app_db(fixture->app)) - before;
  }
  assert_int_equal(counts[0], counts[1]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(finding_a_place_is_a_task_from_the_opening_until_one_is_found, stop),
      cmocka_unit_test_teardown(the_words_name_only_what_is_still_open, stop),
      cmocka_unit_test_teardown(an_auditor_is_asked_for_a_place_once_approved, stop),
      cmocka_unit_test_teardown(without_a_place_it_is_overdue_after_the_close_and_then_staff_have_one_task_for_all,
                                stop),
      cmocka_unit_test_teardown(a_request_is_a_task_for_those_who_can_answer_it_now, stop),
      cmocka_unit_test_teardown(an_auditor_is_one_task_of_instructors_whether_they_ask_or_not, stop),
      cmocka_unit_test_teardown(a_held_place_is_a_task_until_the_hold_ends, stop),
      cmocka_unit_test_teardown(tasks_come_by_due_and_are_never_from_a_cache, stop),
      cmocka_unit_test_teardown(tasks_cost_the_same_in_a_course_of_any_size, stop),
  };
  return cmocka_run_group_tests_name("course_tasks", tests, NULL, NULL);
}
