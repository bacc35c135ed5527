// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/milestones/milestone_helpers.h"

#include "server/milestones/extension.h"
#include "server/milestones/milestone_facts.h"

// Field by field: what stands between them is nobody's.
static void expect_equal(const struct milestone_facts *a, const struct milestone_facts *b) {
  assert_int_equal(a->submission, b->submission);
  assert_int_equal(a->version, b->version);
  assert_int_equal(a->submitted_at, b->submitted_at);
  assert_int_equal(a->is_on_time, b->is_on_time);
  assert_int_equal(a->is_accepted, b->is_accepted);
  assert_int_equal(a->is_held, b->is_held);
  assert_int_equal(a->is_missed, b->is_missed);
  assert_int_equal(a->is_excused, b->is_excused);
}

// Whatever happened: what the whole course's query says of each is what their own says.
static void expect_alike(struct house *house) {
  struct fixture *fixture = house->fixture;
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {.db = app_db(fixture->app),
                    .arena = fixture->arena,
                    .now = clock_now(&fixture->clock),
                    .cause = "test",
                    .problem = &problem};
  const struct course_view *course = NULL;
  const struct milestone_person *people = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, db_begin_read(act.db));
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  uint64_t before = db_statement_count(act.db);
  assert_int_equal(ERR_OK, milestone_everyone(&act, course, &people, &count));
  assert_int_equal(5, db_statement_count(act.db) - before);
  assert_int_equal(7, count);
  for (size_t i = 0; i < count; i++) {
    const struct milestone_facts *facts = NULL;
    const struct terms *terms = NULL;
    assert_int_equal(ERR_OK, milestone_facts_all(&act, course, people[i].person, &facts));
    assert_int_equal(ERR_OK, extension_terms_all(&act, course, people[i].person, &terms));
    for (size_t m = 0; m < course->file->milestone_count; m++) {
      expect_equal(&facts[m], &people[i].facts[m]);
      assert_int_equal(terms[m].due, people[i].terms[m].due);
      assert_int_equal(terms[m].closes, people[i].terms[m].closes);
    }
  }
  db_rollback(act.db);
}

static void everybody_at_once_is_as_each_alone(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  expect_alike(&house);
  submit_at(&house, house.ann, "report", OPENS + HOUR);
  submit_at(&house, house.fay, "lab", OPENS + HOUR);
  expect_alike(&house);
  const char *const grants[] = {until(&house, "person", house.bob, DUE_AT + 3 * DAY),
                                until(&house, "team", house.other, DUE_AT + 2 * DAY),
                                until(&house, "everyone", 0, DUE_AT + DAY)};
  for (size_t i = 0; i < sizeof grants / sizeof *grants; i++) {
    grant(&house, house.instructor, "report", grants[i]);
    fixture_expect(house.fixture, 200);
    expect_alike(&house);
  }
  struct db *db = app_db(house.fixture->app);
  // Somebody moves to another team after a due, after handing in with the first; staff say that another owes nothing.
  assert_int_equal(ERR_OK, db_exec(db, "update placements set until_at = $2 where person_id = $1 and until_at is null",
                                   db_int(house.cyd), db_int(DUE_AT + DAY)));
  expect_alike(&house);
  assert_int_equal(ERR_OK, db_exec(db,
                                   "insert into placements (course_id, person_id, team_id, from_at) "
                                   "select course_id, person_id, $2, until_at from placements where person_id = $1",
                                   db_int(house.cyd), db_int(house.other)));
  expect_alike(&house);
  submit_at(&house, house.dan, "artifact", DUE_AT - HOUR);
  submit_at(&house, house.dan, "report", DUE_AT - HOUR);
  expect_alike(&house);
  assert_int_equal(ERR_OK, db_exec(db,
                                   "insert into excusals (course_id, milestone, person_id, team_id, is_excused, "
                                   "reason, at) values ($1, 'presentation', null, $2, 1, 'x', 1), "
                                   "($1, 'presentation', $3, null, 0, 'x', 1), ($1, 'artifact', $3, null, 0, 'x', 1)",
                                   db_int(house.fixture->course), db_int(house.other), db_int(house.cyd)));
  assert_int_equal(ERR_OK, db_exec(db,
                                   "insert into check_in_results (course_id, milestone, person_id, state, at) values "
                                   "($1, 'check-in', $2, 'held', 1), ($1, 'check-in', $3, 'missed', 1), "
                                   "($1, 'presentation', $3, 'excused', 1)",
                                   db_int(house.fixture->course), db_int(house.dan), db_int(house.cyd)));
  expect_alike(&house);
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everybody_at_once_is_as_each_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
