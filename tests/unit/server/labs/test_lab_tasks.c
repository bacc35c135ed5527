// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/courses/petition_helpers.h"

// Seats of the sample course: 20, until 2023-09-06 23:59 in New York; offers of 24 h.
enum { CAPACITY = 20 };

struct lab {
  struct fixture *fixture;
  int64_t kim;                 // staff
  int64_t first_in, first_out; // seated first, waits first
};

static struct lab start_full(void **state) {
  struct fixture *fixture = sample_at(INSIDE);
  *state = fixture;
  struct lab lab = {.fixture = fixture, .kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF)};
  for (int i = 0; i < CAPACITY; i++) {
    int64_t person = fixture_student(fixture, arena_format(fixture->arena, "Student %d", i));
    lab.first_in = i == 0 ? person : lab.first_in;
    take_seat(fixture, person);
  }
  lab.first_out = fixture_student(fixture, "Zoe Invented");
  take_seat(fixture, lab.first_out);
  return lab;
}

static int stop(void **state) {
  if (*state != NULL) {
    fixture_check(*state);
    fixture_free(*state);
  }
  *state = NULL;
  return 0;
}

static void an_offer_is_a_task_until_it_is_taken_or_has_lapsed(void **state) {
  struct lab lab = start_full(state);
  assert_false(has_task(lab.fixture, lab.first_out, "take the lab seat"));
  fixture_call(lab.fixture, lab.first_in, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  assert_string_equal(task_text(lab.fixture, lab.first_out, "take the lab seat", "due"), "2023-09-06T14:00:00Z");
  fixture_at(lab.fixture, "2023-09-06T14:00:00Z");
  assert_string_equal(task_text(lab.fixture, lab.first_out, "take the lab seat", "state"), "open");
  fixture_at(lab.fixture, "2023-09-06T14:00:02Z");
  fixture_run_duties(lab.fixture);
  assert_false(has_task(lab.fixture, lab.first_out, "take the lab seat"));
}

static void a_taken_offer_is_no_task_any_more(void **state) {
  struct lab lab = start_full(state);
  fixture_call(lab.fixture, lab.first_in, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  take_seat(lab.fixture, lab.first_out);
  assert_false(has_task(lab.fixture, lab.first_out, "take the lab seat"));
}

static void free_seats_beside_people_who_waited_are_a_task_of_staff_after_the_day_of_decision(void **state) {
  struct lab lab = start_full(state);
  fixture_at(lab.fixture, "2023-09-07T03:59:02Z"); // the list ends
  fixture_run_duties(lab.fixture);
  assert_false(has_task(lab.fixture, lab.kim, "free lab seats")); // none is free
  fixture_call(lab.fixture, lab.first_in, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  assert_non_null(strstr(task_text(lab.fixture, lab.kim, "free lab seats", "title"), "Free lab seats: 1"));
  assert_false(has_task(lab.fixture, lab.first_out, "free lab seats"));
  found_team(lab.fixture, lab.first_out, "Descenders"); // found another place
  assert_false(has_task(lab.fixture, lab.kim, "free lab seats"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(an_offer_is_a_task_until_it_is_taken_or_has_lapsed, stop),
      cmocka_unit_test_teardown(a_taken_offer_is_no_task_any_more, stop),
      cmocka_unit_test_teardown(free_seats_beside_people_who_waited_are_a_task_of_staff_after_the_day_of_decision,
                                stop),
  };
  return cmocka_run_group_tests_name("lab_tasks", tests, NULL, NULL);
}
