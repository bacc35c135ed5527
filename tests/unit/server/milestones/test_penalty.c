// SPDX-License-Identifier: AGPL-3.0-or-later
// What lateness costs whom, and that the ledger always says what computing it from scratch would say.
#include "tests/unit/server/milestones/milestone_helpers.h"

#include "server/milestones/penalty.h"

enum { STEPS = 400, PEOPLE_MAX = 16 };

static int history(struct house *house, int64_t by, const char *milestone) {
  return fixture_call(house->fixture, by, METHOD_GET, NULL, MILESTONES "/%s/penalties", milestone);
}

static void waive(struct house *house, int64_t person, const char *milestone) {
  fixture_call(house->fixture, house->staff, METHOD_POST,
               arena_format(house->fixture->arena, "{\"person\":%lld," BECAUSE "}", (long long)person),
               MILESTONES "/%s/penalty-waivers", milestone);
}

static void each_member_pays_by_their_own_due(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + 2 * DAY));
  grant(&house, house.staff, "report", until(&house, "person", house.bob, DUE_AT + DAY));
  submit_at(&house, house.cyd, "report", DUE_AT + DAY + GRACE + 1);
  assert_int_equal(20, fixture_int(house.fixture, "cost.yours"));
  assert_int_equal(0, cost_of(&house, house.ann, "report"));
  assert_int_equal(10, cost_of(&house, house.bob, "report"));
  assert_int_equal(20, cost_of(&house, house.cyd, "report"));
  house_free(&house);
}

// The work is taken while anybody's own close is to come; whose own is past pays all of it.
static void whose_own_close_is_past_pays_all_unless_staff_waive_it(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + 5 * DAY));
  submit_at(&house, house.bob, "report", DUE_AT + 10 * DAY);
  assert_int_equal(50, cost_of(&house, house.ann, "report"));
  assert_int_equal(100, cost_of(&house, house.bob, "report"));
  waive(&house, house.bob, "report");
  fixture_expect(house.fixture, 201);
  assert_int_equal(2, json_array_size(fixture_json(house.fixture, "penalties")));
  assert_int_equal(0, cost_of(&house, house.bob, "report"));
  assert_true(json_is_true(fixture_json(house.fixture, "you.waived")));
  assert_int_equal(100, cost_of(&house, house.cyd, "report"));
  assert_int_equal(1, fixture_messages(house.fixture, house.bob, "penalty waived"));
  assert_int_equal(0, fixture_messages(house.fixture, house.cyd, "penalty waived"));
  waive(&house, house.bob, "report");
  fixture_refused(house.fixture, 409, "conflict");
  waive(&house, house.dan, "report");
  fixture_refused(house.fixture, 409, "conflict"); // nothing is handed in
  house_free(&house);
}

static void the_ledger_keeps_every_row_and_the_newest_holds(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.fay, "lab", DUE_AT + DAY + 1);
  house_at(&house, DUE_AT + 2 * DAY);
  grant(&house, house.staff, "lab", until(&house, "person", house.fay, DUE_AT + DAY / 2));
  fixture_expect(house.fixture, 200);
  grant(&house, house.staff, "lab", until(&house, "person", house.fay, DUE_AT + 3 * DAY));
  fixture_expect(house.fixture, 200);
  history(&house, house.fay, "lab");
  fixture_expect(house.fixture, 200);
  assert_int_equal(3, json_array_size(fixture_json(house.fixture, "penalties")));
  static const int64_t points[] = {0, 10, 20};
  static const char *const causes[] = {"extension", "extension", "handed in"};
  for (size_t i = 0; i < 3; i++) {
    struct arena *arena = house.fixture->arena;
    assert_int_equal(points[i], fixture_int(house.fixture, arena_format(arena, "penalties.%zu.points", i)));
    assert_string_equal(causes[i], fixture_text(house.fixture, arena_format(arena, "penalties.%zu.cause", i)));
    assert_int_equal(i == 0, json_is_true(fixture_json(house.fixture, arena_format(arena, "penalties.%zu.holds", i))));
  }
  house_free(&house);
}

static void one_sees_ones_own_history_and_staff_everybodys(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", DUE_AT + DAY);
  history(&house, house.bob, "report");
  assert_int_equal(1, json_array_size(fixture_json(house.fixture, "penalties")));
  assert_int_equal(house.bob, fixture_int(house.fixture, "penalties.0.person"));
  history(&house, house.dan, "report");
  assert_int_equal(0, json_array_size(fixture_json(house.fixture, "penalties")));
  history(&house, house.staff, "report");
  assert_int_equal(3, json_array_size(fixture_json(house.fixture, "penalties")));
  waive(&house, house.bob, "no-such");
  fixture_refused(house.fixture, 404, "not_found");
  waive(&house, 4711, "report");
  fixture_refused(house.fixture, 422, "invalid_fields");
  fixture_call(house.fixture, house.bob, METHOD_POST,
               arena_format(house.fixture->arena, "{\"person\":%lld," BECAUSE "}", (long long)house.bob),
               MILESTONES "/report/penalty-waivers");
  fixture_refused(house.fixture, 403, "not_allowed");
  house_free(&house);
}

static void a_waiver_stays_whatever_is_judged_later(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", DUE_AT + DAY);
  waive(&house, house.bob, "report");
  fixture_expect(house.fixture, 201);
  submit_at(&house, house.ann, "report", DUE_AT + 2 * DAY); // the last late one counts
  assert_int_equal(20, cost_of(&house, house.ann, "report"));
  assert_int_equal(0, cost_of(&house, house.bob, "report"));
  assert_int_equal(0, fixture_int(house.fixture, "preview.yours"));
  house_free(&house);
}

static void what_was_handed_in_keeps_its_price_when_a_grant_is_taken_back(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "everyone", 0, DUE_AT + 2 * DAY));
  int64_t id = json_integer_value(fixture_json(house.fixture, "extensions.0"));
  submit_at(&house, house.ann, "report", DUE_AT + DAY);
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld", (long long)id);
  fixture_expect(house.fixture, 200);
  assert_int_equal(0, cost_of(&house, house.ann, "report"));
  submit_at(&house, house.dan, "report", DUE_AT + DAY + 1);
  assert_int_equal(20, cost_of(&house, house.dan, "report"));
  house_free(&house);
}

static void a_withdrawn_version_costs_nothing(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  submit_at(&house, house.ann, "report", OPENS + 1);
  int64_t id = fixture_int(house.fixture, "submission.id");
  fixture_call(house.fixture, house.ann, METHOD_DELETE, NULL, MILESTONES "/report/submissions/%lld", (long long)id);
  fixture_expect(house.fixture, 204);
  assert_string_equal("open", state_of(&house, house.ann, "report"));
  assert_null(fixture_json(house.fixture, "you.cost"));
  history(&house, house.ann, "report");
  assert_int_equal(2, json_array_size(fixture_json(house.fixture, "penalties")));
  assert_true(json_is_null(fixture_json(house.fixture, "penalties.0.submission")));
  house_free(&house);
}

// Who left before the version that counts is judged by the one that they had a part in.
static void who_left_is_judged_by_what_they_were_in(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", DUE_AT + DAY);
  fixture_call(house.fixture, house.staff, METHOD_PUT, "{\"team\":null," BECAUSE "}", SAMPLE "/placements/%lld",
               (long long)house.cyd);
  fixture_expect(house.fixture, 200);
  submit_at(&house, house.ann, "report", DUE_AT + 3 * DAY);
  assert_int_equal(30, cost_of(&house, house.bob, "report"));
  history(&house, house.cyd, "report");
  assert_int_equal(10, fixture_int(house.fixture, "penalties.0.points"));
  grant(&house, house.staff, "report", until(&house, "team", house.team, DUE_AT + 2 * DAY));
  fixture_expect(house.fixture, 200);
  assert_int_equal(10, cost_of(&house, house.bob, "report"));
  history(&house, house.cyd, "report");
  assert_int_equal(0, fixture_int(house.fixture, "penalties.0.points"));
  house_free(&house);
}

static void the_version_that_staff_choose_is_the_one_that_costs(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", OPENS);
  submit_at(&house, house.ann, "report", DUE_AT + DAY);
  int64_t late = fixture_int(house.fixture, "submission.id");
  assert_int_equal(0, cost_of(&house, house.bob, "report")); // the one in time counts
  fixture_call(house.fixture, house.staff, METHOD_PUT, "{" BECAUSE "}", MILESTONES "/report/submissions/%lld/counting",
               (long long)late);
  fixture_expect(house.fixture, 200);
  assert_int_equal(10, cost_of(&house, house.bob, "report"));
  house_free(&house);
}

// Of two teams' versions the one of the team that somebody was in when it was due.
static void who_changed_teams_is_judged_with_the_team_of_the_due(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", DUE_AT + DAY);
  fixture_call(house.fixture, house.staff, METHOD_PUT,
               arena_format(house.fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)house.other),
               SAMPLE "/placements/%lld", (long long)house.cyd);
  fixture_expect(house.fixture, 200);
  submit_at(&house, house.dan, "report", DUE_AT + 3 * DAY);
  assert_int_equal(30, cost_of(&house, house.eve, "report"));
  assert_int_equal(10, cost_of(&house, house.cyd, "report"));
  house_free(&house);
}

// A small generator of one's own: the same steps on every machine.
static uint32_t next_random(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

struct held {
  int64_t person, submission, points, due;
  char milestone[16];
};

static size_t read_held(struct house *house, struct held *out) {
  struct db_rows rows DB_SCOPE =
      db_query(app_db(house->fixture->app),
               "select person_id, coalesce(submission_id, 0), points, due, milestone from penalties p where not exists "
               "(select 1 "
               "from penalties n where n.person_id = p.person_id and n.milestone = p.milestone and n.id > p.id) "
               "order by person_id, milestone");
  size_t count = 0;
  while (db_next(&rows)) {
    assert_true(count < (size_t)PEOPLE_MAX * 6);
    out[count] = (struct held){db_column_int(&rows, 0), db_column_int(&rows, 1), db_column_int(&rows, 2),
                               db_column_int(&rows, 3), ""};
    snprintf(out[count++].milestone, sizeof out->milestone, "%s", db_column_peek(&rows, 4));
  }
  return count;
}

// Empties the ledger and fills it at once, in a transaction that is rolled back.
static size_t compute_from_scratch(struct house *house, struct held *out) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct db *db = app_db(house->fixture->app);
  struct problem problem;
  problem_init(&problem, arena);
  const struct act act = {
      .db = db, .arena = arena, .now = clock_now(&house->fixture->clock), .cause = "test", .problem = &problem};
  const struct course_view *course = NULL;
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK,
                   course_open(&act, app_services(house->fixture->app)->library, house->fixture->course, &course));
  assert_int_equal(ERR_OK, db_exec(db, "delete from penalties"));
  for (size_t i = 0; i < course->file->milestone_count; i++)
    assert_int_equal(ERR_OK, penalty_recompute_all(&act, course, &course->file->milestones[i], "extension"));
  size_t count = read_held(house, out);
  db_rollback(db);
  return count;
}

static void step(struct house *house, uint32_t *seed) {
  struct arena *arena = house->fixture->arena;
  const int64_t people[] = {house->ann, house->bob, house->cyd, house->dan, house->eve};
  const char *milestone = work_kinds[next_random(seed) % 3];
  int64_t person = people[next_random(seed) % 5], team = next_random(seed) % 2 ? house->team : house->other;
  int64_t due = DUE_AT + (int64_t)(next_random(seed) % (12 * DAY));
  unsigned days = 1 + next_random(seed) % 12;
  switch (next_random(seed) % 8) {
  case 0:
    grant(house, house->staff, milestone, until(house, "person", person, due));
    break;
  case 1:
    grant(house, house->staff, milestone, until(house, "team", team, due));
    break;
  case 2:
    grant(house, house->staff, milestone, until(house, "everyone", 0, DUE_AT + (due - DUE_AT) / 6));
    break;
  case 3:
    fixture_call(house->fixture, house->staff, METHOD_POST,
                 arena_format(arena, "{\"scope\":\"person\",\"person\":%lld,\"days\":%u," BECAUSE "}",
                              (long long)person, 1 + days / 3),
                 SAMPLE "/extensions");
    break;
  case 4:
  case 5:
    submit(house, person, milestone);
    break;
  case 6:
    submit(house, house->fay, "lab");
    grant(house, house->staff, "lab", until(house, "person", house->fay, due));
    break;
  default:
    fixture_call(house->fixture, house->staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%u",
                 1 + next_random(seed) % 40);
  }
}

static void recomputing_after_each_change_equals_computing_from_scratch(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  static struct held before[PEOPLE_MAX * 6], held[PEOPLE_MAX * 6], scratch[PEOPLE_MAX * 6];
  uint32_t seed = 20231025;
  size_t before_count = 0, done = 0;
  for (int i = 0; i < STEPS; i++) {
    house_at(&house, OPENS + i * (int64_t)(16 * DAY / STEPS));
    step(&house, &seed);
    bool is_grant = house.fixture->answer.status == 200 && fixture_json(house.fixture, "changes") != NULL;
    done += house.fixture->answer.status < 300;
    size_t count = read_held(&house, held), scratch_count = compute_from_scratch(&house, scratch);
    assert_int_equal(scratch_count, count);
    for (size_t j = 0; j < count; j++)
      if (memcmp(&held[j], &scratch[j], sizeof held[j]) != 0)
        fail_msg("step %d: %s of %lld: %lld points, from scratch %lld", i, held[j].milestone, (long long)held[j].person,
                 (long long)held[j].points, (long long)scratch[j].points);
    for (size_t j = 0; is_grant && j < before_count; j++)
      assert_true(held[j].points <= before[j].points); // neither a grant nor its end ever raises a cost
    memcpy(before, held, sizeof before);
    before_count = count;
  }
  assert_true(done > STEPS / 4);
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_member_pays_by_their_own_due),
      cmocka_unit_test(whose_own_close_is_past_pays_all_unless_staff_waive_it),
      cmocka_unit_test(the_ledger_keeps_every_row_and_the_newest_holds),
      cmocka_unit_test(one_sees_ones_own_history_and_staff_everybodys),
      cmocka_unit_test(a_waiver_stays_whatever_is_judged_later),
      cmocka_unit_test(what_was_handed_in_keeps_its_price_when_a_grant_is_taken_back),
      cmocka_unit_test(a_withdrawn_version_costs_nothing),
      cmocka_unit_test(who_left_is_judged_by_what_they_were_in),
      cmocka_unit_test(the_version_that_staff_choose_is_the_one_that_costs),
      cmocka_unit_test(who_changed_teams_is_judged_with_the_team_of_the_due),
      cmocka_unit_test(recomputing_after_each_change_equals_computing_from_scratch),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
