// SPDX-License-Identifier: AGPL-3.0-or-later
// What the planner says to staff.
#include "tests/unit/server/reminders/reminder_helpers.h"

static void staff_hear_at_once_of_what_is_theirs_and_due_within_a_day_else_with_the_daily_mail(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  fixture_call(fixture, crew.class.instructor, METHOD_PUT,
               arena_format(fixture->arena, "{\"person\":%lld}", (long long)crew.class.staff),
               SAMPLE "/teams/%lld/mentor", (long long)crew.class.team);
  assert_in_range(fixture->answer.status, 200, 204);
  plan_at(fixture, PROPOSAL_DUE - 2 * DAY);
  size_t urgent = fixture_messages(fixture, crew.class.staff, "urgent for staff");
  plan_at(fixture, PROPOSAL_DUE - DAY);
  assert_int_equal(urgent + 1, fixture_messages(fixture, crew.class.staff, "urgent for staff"));
  assert_non_null(strstr(fixture_last_words(fixture, crew.class.staff), "Descenders (yours)"));
  assert_int_equal(0, fixture_messages(fixture, crew.class.instructor, "urgent for staff"));
  assert_int_equal(1, number(fixture,
                             "select count(*) from outbox where person_id = $1 and kind = 'staff reminder' "
                             "and deliver_at is null and subject like 'Research project proposal%'",
                             crew.class.instructor));
  // After the due it is no more urgent.
  plan_at(fixture, PROPOSAL_DUE + HOUR);
  assert_int_equal(urgent + 1, fixture_messages(fixture, crew.class.staff, "urgent for staff"));
  end_class(&crew.class);
}

static void staff_hear_which_seats_are_free_and_which_teams_are_not_registered(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("capacity: 20", "capacity: 2", INSIDE);
  int64_t uma = fixture_person(fixture, "Uma Invented", ROLE_STAFF);
  int64_t fay = fixture_student(fixture, "Fay Invented"), gus = fixture_student(fixture, "Gus Invented");
  int64_t hal = fixture_student(fixture, "Hal Invented");
  take_seat(fixture, fay);
  fixture_call(fixture, hal, METHOD_POST, "{\"name\":\"Loners\"}", SAMPLE "/teams");
  fixture_expect(fixture, 201);
  clock_to(fixture, LABS_DECIDED - HOUR);
  plan_now(fixture);
  plan_at(fixture, LABS_DECIDED + HOUR);
  const char *words = fixture_last_words(fixture, uma);
  assert_non_null(strstr(words, "With neither a team nor a lab seat: 1 of 3. Gus Invented."));
  assert_non_null(strstr(words, "\nFree seats in Four labs: 1 of 2."));
  assert_null(strstr(words, "not registered"));
  plan_at(fixture, CLOSES_AT - 2 * DAY);
  words = fixture_last_words(fixture, uma);
  assert_non_null(strstr(words, "\nTeams that are not registered: Loners (1 of at least 2 members)."));
  assert_non_null(strstr(words, "\nFree seats in Four labs: 1 of 2."));
  fixture_call(fixture, uma, METHOD_PUT, "{\"reason\":\"They asked late.\"}", SAMPLE "/labs/seats/%lld",
               (long long)gus);
  assert_in_range(fixture->answer.status, 200, 204);
  plan_at(fixture, CLOSES_AT + HOUR);
  words = fixture_last_words(fixture, uma);
  assert_non_null(strstr(words, "\nFree seats in Four labs: 0 of 2."));
  fixture_free(fixture);
}

static void a_seat_held_by_an_offer_is_not_free_whoever_holds_it(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("capacity: 20", "capacity: 1", INSIDE);
  int64_t uma = fixture_person(fixture, "Uma Invented", ROLE_STAFF);
  int64_t fay = fixture_student(fixture, "Fay Invented"), gus = fixture_student(fixture, "Gus Invented");
  take_seat(fixture, fay);
  fixture_call(fixture, gus, METHOD_PUT, "{}", SAMPLE "/labs/seat");    // waits
  fixture_call(fixture, fay, METHOD_DELETE, NULL, SAMPLE "/labs/seat"); // offered to gus, who then is on no roll
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update enrolments set state = 'dropped' where person_id = $1",
                                   db_int(gus)));
  assert_int_equal(1,
                   number(fixture, "select count(*) from lab_queue where state = 'offered' and person_id = $1", gus));
  clock_to(fixture, LABS_DECIDED - HOUR);
  plan_now(fixture);
  plan_at(fixture, LABS_DECIDED + HOUR);
  assert_non_null(strstr(fixture_last_words(fixture, uma), "\nFree seats in Four labs: 0 of 1."));
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(staff_hear_at_once_of_what_is_theirs_and_due_within_a_day_else_with_the_daily_mail),
      cmocka_unit_test(staff_hear_which_seats_are_free_and_which_teams_are_not_registered),
      cmocka_unit_test(a_seat_held_by_an_offer_is_not_free_whoever_holds_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
