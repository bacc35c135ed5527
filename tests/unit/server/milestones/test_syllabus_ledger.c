// SPDX-License-Identifier: AGPL-3.0-or-later
// Whatever is edited in the file, one after the other: the ledger that the plans left behind is the one that is
// computed from scratch, and each plan's costs are the difference between the ledgers before and after.
#include "tests/unit/server/milestones/syllabus_helpers.h"

#include <stdlib.h>

#include "server/courses/course_library.h"
#include "server/milestones/penalty.h"
#include "server/milestones/penalty_store.h"

enum { ROUNDS = 300, SEEDS = 3, LEDGER_MAX = 256 };

struct ledger {
  struct penalty_current *rows; // by person, then milestone
  size_t count;
};

static uint32_t state_of_chance;

static uint32_t chance(uint32_t below) { // xorshift: the same edits each time
  state_of_chance ^= state_of_chance << 13;
  state_of_chance ^= state_of_chance >> 17;
  state_of_chance ^= state_of_chance << 5;
  return state_of_chance % below;
}

static int by_person_and_milestone(const void *a, const void *b) {
  const struct penalty_current *one = a, *other = b;
  if (one->person != other->person)
    return one->person < other->person ? -1 : 1;
  return strcmp(one->milestone, other->milestone);
}

static struct ledger ledger_of(const struct act *act, int64_t course) {
  struct ledger ledger = {0};
  assert_int_equal(ERR_OK, penalty_store_current(act, course, NULL, 0, &ledger.rows, &ledger.count));
  qsort(ledger.rows, ledger.count, sizeof *ledger.rows, by_person_and_milestone);
  return ledger;
}

static struct act act_of(struct house *house, struct problem *problem) {
  problem_init(problem, house->fixture->arena);
  return (struct act){.db = app_db(house->fixture->app),
                      .arena = house->fixture->arena,
                      .now = clock_now(&house->fixture->clock),
                      .cause = "test",
                      .problem = problem};
}

static struct ledger stored_ledger(struct house *house) {
  struct problem problem;
  struct act act = act_of(house, &problem);
  return ledger_of(&act, house->fixture->course);
}

// All rows thrown away and every milestone judged by the stored file, in a transaction that is rolled back.
static struct ledger fresh_ledger(struct house *house) {
  struct problem problem;
  struct act act = act_of(house, &problem);
  const struct course_view *course = NULL;
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  assert_int_equal(ERR_OK, db_exec(act.db, "delete from penalties"));
  assert_int_equal(ERR_OK,
                   course_open(&act, app_services(house->fixture->app)->library, house->fixture->course, &course));
  for (size_t i = 0; i < course->file->milestone_count; i++)
    assert_int_equal(ERR_OK, penalty_recompute_all(&act, course, &course->file->milestones[i], "test"));
  struct ledger ledger = ledger_of(&act, course->id);
  db_rollback(act.db);
  return ledger;
}

static void expect_same(const struct ledger *a, const struct ledger *b, const char *text) {
  bool is_same = a->count == b->count;
  for (size_t i = 0; is_same && i < a->count; i++)
    is_same = by_person_and_milestone(&a->rows[i], &b->rows[i]) == 0 && a->rows[i].points == b->rows[i].points &&
              a->rows[i].due == b->rows[i].due && a->rows[i].submission == b->rows[i].submission;
  if (!is_same)
    fail_msg("another ledger from scratch, by this file:\n%s", text);
}

// Every changed cost is in the plan, and no other.
static void expect_plan(struct fixture *fixture, const struct ledger *before, const struct ledger *after) {
  size_t planned = 0, changed = 0, index, row;
  json_t *move, *cost;
  json_array_foreach(fixture_json(fixture, "moves"), index, move) {
    const char *milestone = json_string_value(json_object_get(move, "milestone"));
    json_array_foreach(json_object_get(move, "costs"), row, cost) {
      const struct penalty_current key = {.person = json_integer_value(json_object_get(cost, "person")),
                                          .milestone = milestone};
      const struct penalty_current *was =
          bsearch(&key, before->rows, before->count, sizeof key, by_person_and_milestone);
      const struct penalty_current *is = bsearch(&key, after->rows, after->count, sizeof key, by_person_and_milestone);
      assert_true(was != NULL && is != NULL && was->points != is->points);
      assert_int_equal(was->points, json_integer_value(json_object_get(cost, "cost_before")));
      assert_int_equal(is->points, json_integer_value(json_object_get(cost, "cost")));
      planned++;
    }
  }
  assert_int_equal(before->count, after->count);
  for (size_t i = 0; i < after->count; i++)
    changed += before->rows[i].points != after->rows[i].points;
  assert_int_equal(changed, planned);
}

// A file of the house's form with dates, closings and late policies thrown anew for some of its milestones.
static const char *shaken(struct house *house, const char *text) {
  struct fixture *fixture = house->fixture;
  for (size_t i = 0; i < sizeof work_kinds / sizeof *work_kinds; i++) {
    if (chance(2) == 0)
      continue;
    const char *more = "";
    if (chance(3) == 0)
      more =
          arena_format(fixture->arena, "    late_policy: { points_per_day: %u, grace: %um }\n", chance(30), chance(60));
    if (chance(3) == 0)
      more = arena_format(fixture->arena, "%s    closes: 2023-11-%02u 10:00\n", more, 7 + chance(20));
    const char *due = arena_format(fixture->arena, "due: 2023-%s%u %02u:%02u\n%s    hand_in",
                                   chance(2) == 0 ? "10-2" : "11-0", 1 + chance(5), chance(24), chance(60), more);
    text = edited_in(fixture, text, work_kinds[i], "due: 2023-10-25 09:30   # after the lecture\n    hand_in", due);
  }
  if (chance(4) == 0)
    text =
        edited(fixture, text, "late_policy: { points_per_day: 10, grace: 5m }",
               arena_format(fixture->arena, "late_policy: { points_per_day: %u, grace: %um }", chance(40), chance(90)));
  return text;
}

static void hand_everything_in(struct house *house) {
  house_at(house, OPENS);
  grant(house, house->staff, "report", until(house, "person", house->bob, DUE_AT + 3 * DAY));
  grant(house, house->staff, "lab", until(house, "person", house->fay, DUE_AT + DAY / 2));
  grant(house, house->staff, "artifact", until(house, "team", house->other, DUE_AT + 2 * DAY));
  for (int64_t at = DUE_AT - 4 * DAY; at < DUE_AT + 8 * DAY; at += (int64_t)(3 + chance(12)) * HOUR) {
    house_at(house, at);
    const char *kind = work_kinds[chance(4)];
    int64_t who = strcmp(kind, "lab") == 0 ? house->fay : chance(2) == 0 ? house->ann : house->eve;
    submit(house, who, kind);
    fixture_expect(house->fixture, 200);
  }
}

static void recomputing_after_a_plan_equals_computing_from_scratch(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= SEEDS; seed++) {
    state_of_chance = seed * 2654435761U;
    struct house house = house_new(&commented);
    const char *first = stored_file(house.fixture, house.instructor);
    hand_everything_in(&house);
    size_t moved = 0;
    for (int round = 0; round < ROUNDS / SEEDS; round++) {
      house_at(&house, OPENS + (int64_t)chance(30) * DAY);
      const char *text = shaken(&house, first);
      struct ledger before = stored_ledger(&house);
      apply_file(house.fixture, house.instructor, text, true);
      struct ledger after = stored_ledger(&house), fresh = fresh_ledger(&house);
      moved += size_of(house.fixture, "moves");
      expect_plan(house.fixture, &before, &after);
      expect_same(&after, &fresh, text);
      assert_in_range(after.count, 4, LEDGER_MAX);
    }
    assert_in_range(moved, ROUNDS / SEEDS, 100000); // the edits do move something
    house_free(&house);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(recomputing_after_a_plan_equals_computing_from_scratch)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
