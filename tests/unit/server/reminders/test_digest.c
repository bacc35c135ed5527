// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/reminders/reminder_helpers.h"

#include "common/course/calendar.h"
#include "server/db/agenda.h"
#include "server/outbound/outbox.h"
#include "server/reminders/fold.h"

static int64_t at_of(const char *text) {
  int64_t at = 0;
  assert_true(instant_parse(text, &at));
  return at;
}

static int64_t next_daily(struct fixture *fixture) {
  return number(fixture, "select at from agenda where kind = 'daily mail' and course_id = $1", fixture->course);
}

static void the_daily_mail_is_at_half_past_seven_whatever_the_clocks_do(void **state) {
  (void)state;
  static const struct {
    const char *zone, *after, *is, *why;
  } cases[] = {
      {"America/New_York", "2023-09-05T14:00:00Z", "2023-09-06T11:30:00Z", "past it today: tomorrow"},
      {"America/New_York", "2023-09-06T11:29:59Z", "2023-09-06T11:30:00Z", "a second before"},
      {"America/New_York", "2023-09-06T11:30:00Z", "2023-09-07T11:30:00Z", "at it: the next"},
      {"America/New_York", "2023-11-04T11:30:00Z", "2023-11-05T12:30:00Z", "the night has an hour more"},
      {"America/New_York", "2024-03-09T12:30:00Z", "2024-03-10T11:30:00Z", "the night has an hour less"},
      {"Asia/Kolkata", "2023-09-05T02:00:00Z", "2023-09-06T02:00:00Z", "no clock changes"},
      {"Pacific/Apia", "2011-12-29T18:00:00Z", "2011-12-30T10:00:00Z",
       "a day that is left out: the first instant after"},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct calendar *calendar = NULL;
    assert_int_equal(ERR_OK, calendar_open(arena, cases[i].zone, &calendar));
    if (fold_daily_mail(calendar, at_of(cases[i].after)) != at_of(cases[i].is)) {
      char got[21];
      instant_format(fold_daily_mail(calendar, at_of(cases[i].after)), got);
      fail_msg("%s: %s", cases[i].why, got);
    }
  }
}

// A day's mail of the sample course; the planner sets it when it first sees the course.
static struct class daily_class(void) {
  struct class class = class_of(sample_at(INSIDE));
  clock_to(class.fixture, at_of("2023-11-03T20:01:00Z"));
  plan_now(class.fixture);
  assert_int_equal(at_of("2023-11-04T11:30:00Z"), next_daily(class.fixture));
  return class;
}

static void morning(struct class *class, const char *at) {
  clock_to(class->fixture, at_of(at) + 2);
  fixture_run_duties(class->fixture);
}

static void staff_get_it_when_something_changed_and_only_then(void **state) {
  (void)state;
  struct class class = daily_class();
  struct fixture *fixture = class.fixture;
  morning(&class, "2023-11-04T11:30:00Z");
  // Somebody has no place, a team is not registered: that is the instructor's and the staff's.
  assert_int_equal(1, fixture_messages(fixture, class.instructor, "daily tasks"));
  assert_int_equal(1, fixture_messages(fixture, class.staff, "daily tasks"));
  assert_int_equal(0, fixture_messages(fixture, class.cyd, "daily tasks"));
  assert_non_null(strstr(fixture_last_words(fixture, class.staff), "neither a team nor a lab seat"));
  assert_int_equal(at_of("2023-11-05T12:30:00Z"), next_daily(fixture)); // the clocks went back
  morning(&class, "2023-11-05T12:30:00Z");
  assert_int_equal(1, fixture_messages(fixture, class.staff, "daily tasks"));
  fixture_call(fixture, class.cyd, METHOD_POST,
               "{\"kind\":\"lab seat\",\"message\":\"I was ill for two weeks and would like a seat.\"}",
               SAMPLE "/requests");
  fixture_expect(fixture, 201);
  morning(&class, "2023-11-06T12:30:00Z");
  assert_int_equal(2, fixture_messages(fixture, class.staff, "daily tasks"));
  const char *words = fixture_last_words(fixture, class.staff);
  assert_non_null(strstr(words, "Answer a request"));
  assert_null(strstr(words, "neither a team nor a lab seat")); // no news any more
  end_class(&class);
}

static void what_waits_for_the_daily_mail_leaves_with_it(void **state) {
  (void)state;
  struct class class = daily_class();
  struct fixture *fixture = class.fixture;
  morning(&class, "2023-11-04T11:30:00Z");
  plan_at(fixture, at_of("2023-11-09T22:00:00Z"));
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {.db = app_db(fixture->app),
                    .arena = fixture->arena,
                    .now = clock_now(&fixture->clock),
                    .cause = "test",
                    .problem = &problem};
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  assert_int_equal(ERR_OK, outbox_put(&act, &(struct message){.course = fixture->course,
                                                              .person = class.staff,
                                                              .kind = "staff reminder",
                                                              .subject = "It was due",
                                                              .words = "Handed in: 1 of 2."}));
  assert_int_equal(ERR_OK, db_commit(act.db));
  static const char waiting[] = "select count(*) from outbox where person_id = $1 and deliver_at is null";
  assert_true(number(fixture, waiting, class.staff) > 1); // the planner's too
  assert_true(number(fixture, waiting, class.instructor) > 0);
  morning(&class, "2023-11-10T12:30:00Z");
  assert_int_equal(0, number(fixture, waiting, class.staff));
  assert_int_equal(0, number(fixture, waiting, class.instructor));
  end_class(&class);
}

static void the_daily_mail_follows_its_course_into_another_zone(void **state) {
  (void)state;
  struct class class = daily_class();
  struct fixture *fixture = class.fixture;
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app),
                                   "update courses set syllabus = replace(syllabus, 'America/New_York', "
                                   "'America/Los_Angeles'), syllabus_version = syllabus_version + 1 where id = $1",
                                   db_int(fixture->course)));
  clock_to(fixture, at_of("2023-11-03T20:02:00Z"));
  plan_now(fixture);
  assert_int_equal(at_of("2023-11-04T14:30:00Z"), next_daily(fixture));
  // One that has come is sent, not put off.
  clock_to(fixture, at_of("2023-11-04T14:30:01Z"));
  plan_now(fixture);
  assert_int_equal(at_of("2023-11-04T14:30:00Z"), next_daily(fixture));
  morning(&class, "2023-11-04T14:30:00Z");
  assert_int_equal(1, fixture_messages(fixture, class.staff, "daily tasks"));
  assert_int_equal(at_of("2023-11-05T15:30:00Z"), next_daily(fixture)); // the clocks went back
  end_class(&class);
}

static void what_is_overdue_is_news_once(void **state) {
  (void)state;
  struct class class = submitted_class();
  struct fixture *fixture = class.fixture;
  clock_to(fixture, SUBMITTED_AT + 5 * DAY);
  plan_now(fixture);
  int64_t first = next_daily(fixture);
  for (int day = 0; day < 3; day++) {
    // Reports that wait would make a mail of their own.
    assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "delete from outbox where deliver_at is null"));
    clock_to(fixture, first + day * DAY + 2);
    fixture_run_duties(fixture);
    assert_int_equal(1, fixture_messages(fixture, class.instructor, "daily tasks"));
  }
  assert_non_null(
      strstr(fixture_last_words(fixture, class.instructor), "Decide on the proposal of Descenders (overdue"));
  end_class(&class);
}

static void a_proposal_that_nobody_reviews_waits_too_long_for_who_decides(void **state) {
  (void)state;
  struct class class = submitted_class();
  fixture_at_seconds(class.fixture, SUBMITTED_AT + 5 * DAY);
  assert_string_equal("open", task_text(class.fixture, class.instructor, "decide on a proposal", "state"));
  fixture_at_seconds(class.fixture, SUBMITTED_AT + 5 * DAY + 1);
  assert_string_equal("overdue", task_text(class.fixture, class.instructor, "decide on a proposal", "state"));
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_daily_mail_is_at_half_past_seven_whatever_the_clocks_do),
      cmocka_unit_test(staff_get_it_when_something_changed_and_only_then),
      cmocka_unit_test(what_waits_for_the_daily_mail_leaves_with_it),
      cmocka_unit_test(the_daily_mail_follows_its_course_into_another_zone),
      cmocka_unit_test(what_is_overdue_is_news_once),
      cmocka_unit_test(a_proposal_that_nobody_reviews_waits_too_long_for_who_decides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
