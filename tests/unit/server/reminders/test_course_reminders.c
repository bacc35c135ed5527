// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/reminders/reminder_helpers.h"

static uint64_t statements_of_a_plan(struct fixture *fixture) {
  struct problem problem;
  struct act act = system_act(fixture, &problem);
  struct plan plan;
  assert_int_equal(ERR_OK, db_begin_read(act.db));
  const struct course_view *course = view_of(fixture, &act);
  uint64_t before = db_statement_count(act.db);
  assert_int_equal(ERR_OK, plan_load(&act, course, &plan));
  uint64_t count = db_statement_count(act.db) - before;
  db_rollback(act.db);
  return count;
}

static void a_plan_takes_as_many_queries_for_a_large_course_as_for_a_small_one(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  uint64_t few = statements_of_a_plan(fixture);
  for (int i = 0; i < 12; i++) {
    int64_t first = fixture_student(fixture, arena_format(fixture->arena, "First %d", i));
    int64_t second = fixture_student(fixture, arena_format(fixture->arena, "Second %d", i));
    int64_t team = found_team(fixture, first, arena_format(fixture->arena, "Team %d", i));
    invite(fixture, first, team, second);
    extend(&crew, first);
  }
  assert_int_equal(few, statements_of_a_plan(fixture));
  end_class(&crew.class);
}

// What the plan says at the start is what the ledger holds in the end, whenever the server was killed and for how long.
static void random_kills_lose_nothing_and_double_nothing(void **state) {
  (void)state;
  for (unsigned seed = 1; seed <= 6; seed++) {
    srandom(seed);
    struct crew crew = crew_new();
    struct fixture *fixture = crew.class.fixture;
    struct problem problem;
    struct act act = system_act(fixture, &problem);
    struct plan plan;
    struct plan_list list;
    int64_t ends = INT64_C(1702875600); // 2023-12-18
    assert_int_equal(ERR_OK, db_begin_read(act.db));
    assert_int_equal(ERR_OK, plan_load(&act, view_of(fixture, &act), &plan));
    db_rollback(act.db);
    plan_between(&plan, BEGINS, ends, &list);
    assert_true(list.count > 60);
    for (int64_t at = BEGINS; at < ends;) {
      // Mostly running, sometimes away for up to four days.
      at += random() % 10 == 0 ? random() % (4 * DAY) : 600 + random() % (6 * HOUR);
      fixture_at_seconds(fixture, at);
      if (random() % 2 == 0) {
        plan_now(fixture);
      } else {
        // Killed before the commit: nothing of the run is kept.
        const struct planner_options options = {.services = app_services(fixture->app), .clock = &fixture->clock};
        assert_int_equal(ERR_OK, planner_run_due(&options, app_db(fixture->app), at - random() % DAY));
        catch_up(fixture);
      }
    }
    plan_at(fixture, ends);
    assert_int_equal(list.count, number(fixture, "select count(*) from reminders where id > $1", 0));
    for (size_t i = 0; i < list.count; i++) {
      int64_t rows = 0;
      assert_int_equal(ERR_OK,
                       db_get_int(app_db(fixture->app), &rows,
                                  "select count(*) from reminders where person_id = $1 and subject = $2 and due = $3 "
                                  "and at = $4 and offset_days = $5 and offset_seconds = $6",
                                  db_int(list.items[i].person), db_text(list.items[i].key), db_int(list.items[i].due),
                                  db_int(list.items[i].at), db_int(list.items[i].offset.days),
                                  db_int(list.items[i].offset.seconds)));
      assert_int_equal(1, rows);
    }
    end_class(&crew.class);
  }
}

// Its file cannot be read any more: the courses after it are reminded all the same.
static void a_course_that_cannot_be_opened_keeps_no_other_from_its_reminders(void **state) {
  (void)state;
  struct crew crew = crew_new();
  struct fixture *fixture = crew.class.fixture;
  struct db *db = app_db(fixture->app);
  struct db_rows rows = db_query(db, "select syllabus from courses where id = $1", db_int(fixture->course));
  assert_true(db_next(&rows));
  char *text = arena_text(fixture->arena, db_column_peek(&rows, 0));
  db_rows_end(&rows);
  memcpy(strstr(text, "cs8803-smr-2023fa"), "zs8803", 6);
  fixture_send(
      fixture, -1,
      &(struct local_call){
          .method = METHOD_POST, .target = "/api/v1/courses", .content_type = "application/yaml", .body = text});
  fixture_expect(fixture, 201);
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", "/api/v1/courses/zs8803-smr-2023fa/roster/%lld",
               (long long)crew.class.cyd);
  fixture_expect(fixture, 200);
  assert_int_equal(ERR_OK, db_exec(db,
                                   "update courses set syllabus = 'nothing', syllabus_version = syllabus_version + 1 "
                                   "where id = $1",
                                   db_int(fixture->course)));
  clock_to(fixture, CARD_DUE - 6 * HOUR + PLANNER_DELAY_SECONDS);
  const struct planner_options options = {.services = app_services(fixture->app), .clock = &fixture->clock};
  assert_int_not_equal(ERR_OK, planner_run_due(&options, db, INT64_MAX));
  assert_int_equal(1, number(fixture,
                             "select count(*) from reminders where subject = 'info card' and state = 'sent' "
                             "and course_id <> $1",
                             fixture->course));
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plan_takes_as_many_queries_for_a_large_course_as_for_a_small_one),
      cmocka_unit_test(random_kills_lose_nothing_and_double_nothing),
      cmocka_unit_test(a_course_that_cannot_be_opened_keeps_no_other_from_its_reminders),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
