// SPDX-License-Identifier: AGPL-3.0-or-later
// A course of which nothing is due costs no write of its own: how far it was looked at is kept for all together.
#include "tests/unit/server/reminders/reminder_helpers.h"

#include "server/db/agenda.h"
#include "server/reminders/course_reminders.h"

#define UNTIL "select planned_until from reminder_plans where course_id = $1"

static struct course_outlook look(struct fixture *fixture) {
  struct problem problem;
  struct act act = system_act(fixture, &problem);
  struct course_outlook outlook = {0};
  assert_int_equal(ERR_OK, db_begin_read(act.db));
  assert_int_equal(ERR_OK, course_reminders_look(&act, app_services(fixture->app), fixture->course, &outlook));
  db_rollback(act.db);
  assert_true(outlook.is_sound);
  return outlook;
}

static int64_t kept(struct fixture *fixture, int64_t until, int64_t counter) {
  const struct course_handled handled = {fixture->course, until, counter};
  assert_int_equal(ERR_OK, course_reminders_keep(app_db(fixture->app), &handled));
  return number(fixture, UNTIL, fixture->course);
}

static void a_course_with_nothing_due_has_nothing_to_write(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  clock_to(fixture, BEGINS + 10);
  assert_true(look(fixture).has_due); // its daily mail is not set yet
  plan_now(fixture);
  fixture_at_seconds(fixture, BEGINS + 300);
  assert_false(look(fixture).has_due);
  assert_int_equal(ERR_OK, agenda_set(app_db(fixture->app), AGENDA_DAILY_MAIL, fixture->course, 0, BEGINS + 999));
  assert_true(look(fixture).has_due); // at another hour than its zone's
  plan_now(fixture);
  assert_false(look(fixture).has_due);
  fixture_at_seconds(fixture, CARD_DUE - 6 * HOUR + PLANNER_DELAY_SECONDS);
  assert_true(look(fixture).has_due); // a reminder
  end_class(&crew.class);
}

// Of a course that changes all the time nothing is kept with the heartbeat: the writer does it now and then.
static void how_far_a_busy_course_is_handled_lags_five_minutes_at_most(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  plan_at(fixture, BEGINS + 10);
  fixture_at_seconds(fixture, BEGINS + 10 + 300 + PLANNER_DELAY_SECONDS);
  assert_false(look(fixture).has_due);
  fixture_at_seconds(fixture, BEGINS + 10 + 301 + PLANNER_DELAY_SECONDS);
  assert_true(look(fixture).has_due);
  plan_now(fixture);
  assert_int_equal(BEGINS + 311, number(fixture, UNTIL, fixture->course));
  assert_false(look(fixture).has_due);
  end_class(&crew.class);
}

static void what_was_looked_at_is_kept_forward_and_only_while_nothing_has_changed(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  plan_at(fixture, BEGINS + 10);
  fixture_at_seconds(fixture, BEGINS + 600);
  struct course_outlook outlook = look(fixture);
  assert_int_equal(BEGINS + 10, kept(fixture, outlook.until, outlook.counter - 1)); // it was looked at before a change
  assert_int_equal(BEGINS + 598, kept(fixture, outlook.until, outlook.counter));
  assert_int_equal(BEGINS + 598, kept(fixture, outlook.until - 100, outlook.counter));
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update reminder_plans set planned_until = 0"));
  assert_int_equal(0, kept(fixture, outlook.until, outlook.counter)); // not begun: the planner begins it
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "delete from reminder_plans"));
  assert_int_equal(BEGINS + 598, kept(fixture, outlook.until, outlook.counter));
  end_class(&crew.class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_course_with_nothing_due_has_nothing_to_write),
      cmocka_unit_test(how_far_a_busy_course_is_handled_lags_five_minutes_at_most),
      cmocka_unit_test(what_was_looked_at_is_kept_forward_and_only_while_nothing_has_changed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
