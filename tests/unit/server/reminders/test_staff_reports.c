// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/reminders/reminder_helpers.h"

#include "server/reminders/forecast.h"

#define REPORTS "select count(*) from outbox where person_id = $1 and kind = 'staff reminder'"

// A registered team whose proposal is filled in and not submitted, seen at the instant.
static struct class drafted_class(void) {
  struct class class = class_of(sample_at(INSIDE));
  register_team(class.fixture, class.ann, class.team, "{}");
  fixture_expect(class.fixture, 200);
  fill_in(&class);
  return class;
}

static void change_file(struct fixture *fixture, const char *from, const char *to) {
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app),
                                   "update courses set syllabus = replace(syllabus, $2, $3), syllabus_version = "
                                   "syllabus_version + 1 where id = $1 and instr(syllabus, $2) > 0",
                                   db_int(fixture->course), db_text(from), db_text(to)));
  assert_int_equal(1, db_changes(app_db(fixture->app)));
}

static void morning(struct class *class, int64_t at) {
  clock_to(class->fixture, at + 2);
  plan_now(class->fixture);
  fixture_run_duties(class->fixture);
}

// The words of the one report of the proposal that the person has.
static const char *report(struct fixture *fixture, int64_t person) {
  struct db_rows rows DB_SCOPE =
      db_query(app_db(fixture->app),
               "select subject || ': ' || words from outbox where person_id = $1 and kind = 'staff reminder' and "
               "subject like 'Research project proposal%'",
               db_int(person));
  assert_true(db_next(&rows));
  const char *words = db_column_text(&rows, 0, fixture->arena);
  assert_false(db_next(&rows));
  return words;
}

#define MORNING (PROPOSAL_DUE + 27060) // 07:30 after a due at 23:59

static void a_report_says_what_holds_when_the_daily_mail_is_made(void **state) {
  (void)state;
  struct class class = drafted_class();
  struct fixture *fixture = class.fixture;
  plan_at(fixture, PROPOSAL_DUE + HOUR - 1);
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "delete from outbox where kind = 'staff reminder'"));
  plan_at(fixture, PROPOSAL_DUE + HOUR);
  assert_non_null(strstr(report(fixture, class.staff), "Handed in: 0 of 1 teams"));
  clock_to(fixture, PROPOSAL_DUE + 3 * HOUR);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  morning(&class, MORNING);
  const int64_t people[] = {class.staff, class.instructor};
  for (size_t i = 0; i < 2; i++) {
    assert_non_null(strstr(report(fixture, people[i]), "Handed in: 1 of 1 teams."));
    assert_int_equal(1, number(fixture, REPORTS " and deliver_at is not null", people[i]));
    assert_int_equal(MORNING + 2, number(fixture,
                                         "select max(at) from outbox where person_id = $1 and kind = "
                                         "'staff reminder'",
                                         people[i]));
    assert_int_equal(2, reminded(fixture, people[i], "milestone proposal"));
  }
  // What a mail has been made of stays.
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update outbox set words = 'as it left' where kind = 'staff "
                                                         "reminder'"));
  morning(&class, MORNING + DAY);
  assert_non_null(strstr(report(fixture, class.staff), "as it left"));
  end_class(&class);
}

static void a_report_whose_instant_moved_meanwhile_is_taken_back(void **state) {
  (void)state;
  struct class class = drafted_class();
  struct fixture *fixture = class.fixture;
  plan_at(fixture, PROPOSAL_DUE - DAY);
  assert_non_null(strstr(report(fixture, class.staff), "Handed in: 0 of 1 teams"));
  change_file(fixture, "due: 2023-09-22 23:59", "due: 2023-09-26 23:59");
  morning(&class, MORNING - DAY);
  assert_int_equal(0, number(fixture, REPORTS " and subject like 'Research project proposal%'", class.staff));
  assert_int_equal(1, in_ledger(fixture, class.staff, "milestone proposal", "skipped"));
  assert_int_equal(0, reminded(fixture, class.staff, "milestone proposal"));
  // Of the new due it is another report.
  plan_at(fixture, PROPOSAL_DUE + 3 * DAY);
  assert_int_equal(1, reminded(fixture, class.staff, "milestone proposal"));
  end_class(&class);
}

static void of_two_reports_of_one_subject_the_daily_mail_has_the_latest_as_the_forecast_says(void **state) {
  (void)state;
  struct class class = drafted_class();
  struct fixture *fixture = class.fixture;
  change_file(fixture, "staff: [-1d, +1h]", "staff: [-1d, -20h, +1h]");
  plan_at(fixture, PROPOSAL_DUE - DAY - HOUR);
  struct problem problem;
  struct act act = system_act(fixture, &problem);
  struct plan plan;
  const struct forecast_mail *mails = NULL;
  size_t count = 0, lines = 0;
  assert_int_equal(ERR_OK, plan_load(&act, view_of(fixture, &act), &plan));
  assert_int_equal(ERR_OK, forecast(&plan, act.now, PROPOSAL_DUE - 20 * HOUR, &mails, &count));
  for (size_t i = 0; i < count; i++)
    if (mails[i].person == class.staff && mails[i].at == MORNING - DAY)
      for (size_t k = 0; k < mails[i].count; k++)
        lines += strcmp(mails[i].lines[k]->key, "milestone proposal") == 0;
  assert_int_equal(1, lines);
  plan_at(fixture, PROPOSAL_DUE - DAY);
  plan_at(fixture, PROPOSAL_DUE - 20 * HOUR);
  morning(&class, MORNING - DAY);
  assert_non_null(report(fixture, class.staff)); // one
  assert_int_equal(1, reminded(fixture, class.staff, "milestone proposal"));
  assert_int_equal(1, in_ledger(fixture, class.staff, "milestone proposal", "skipped"));
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_report_says_what_holds_when_the_daily_mail_is_made),
      cmocka_unit_test(a_report_whose_instant_moved_meanwhile_is_taken_back),
      cmocka_unit_test(of_two_reports_of_one_subject_the_daily_mail_has_the_latest_as_the_forecast_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
