// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/milestones/slot_helpers.h"

static struct house start(void **state) {
  static struct house house;
  house = house_new(&autumn);
  house_at(&house, OPENS);
  *state = &house;
  return house;
}

static int stop(void **state) {
  struct house *house = *state;
  fixture_check(house->fixture);
  house_free(house);
  return 0;
}

// The task of this kind in the person's list, or "" when there is none; else its member.
static const char *task(struct house *house, int64_t person, const char *kind, const char *member) {
  struct fixture *fixture = house->fixture;
  fixture_call(fixture, person, METHOD_GET, NULL, SAMPLE "/tasks");
  fixture_expect(fixture, 200);
  for (size_t i = 0; i < json_array_size(fixture_json(fixture, "tasks")); i++)
    if (strcmp(kind, fixture_text(fixture, arena_format(fixture->arena, "tasks.%zu.kind", i))) == 0)
      return arena_text(fixture->arena, fixture_text(fixture, arena_format(fixture->arena, "tasks.%zu.%s", i, member)));
  return "";
}

static bool has_task(struct house *house, int64_t person, const char *kind) {
  return task(house, person, kind, "kind")[0] != '\0';
}

static void slots_are_to_be_offered_once_it_is_open_until_somebody_does(void **state) {
  struct house house = start(state);
  house_at(&house, OPENS - 1);
  assert_false(has_task(&house, house.staff, "offer slots"));
  house_at(&house, OPENS);
  assert_string_equal(instant(&house, DUE_AT), task(&house, house.staff, "offer slots", "due"));
  assert_true(has_task(&house, house.instructor, "offer slots"));
  assert_false(has_task(&house, house.ann, "offer slots"));
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  assert_false(has_task(&house, house.instructor, "offer slots"));
  cancel(&house, house.staff, slot);
  assert_true(has_task(&house, house.instructor, "offer slots"));
  house_at(&house, DUE_AT + 1);
  assert_false(has_task(&house, house.instructor, "offer slots"));
}

static void a_slot_is_to_be_booked_once_some_are_offered_until_one_is(void **state) {
  struct house house = start(state);
  assert_false(has_task(&house, house.ann, "book a slot")); // nothing to choose from
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  assert_string_equal(instant(&house, DUE_AT), task(&house, house.ann, "book a slot", "due"));
  assert_string_equal("/courses/cs8803-smr-2023fa/milestones/check-in/slots",
                      task(&house, house.bob, "book a slot", "link"));
  assert_false(has_task(&house, house.fay, "book a slot"));
  assert_false(has_task(&house, house.gus, "book a slot"));
  booked(&house, house.bob, slot);
  assert_false(has_task(&house, house.ann, "book a slot"));
  assert_non_null(strstr(task(&house, house.dan, "book a slot", "words"), "None is free now"));
  cancel(&house, house.staff, slot);
  offered(&house, house.staff, DUE_AT + DAY, "");
  house_at(&house, DUE_AT);
  assert_string_equal("open", task(&house, house.ann, "book a slot", "state"));
  house_at(&house, DUE_AT + 1);
  assert_string_equal("overdue", task(&house, house.ann, "book a slot", "state"));
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.ann, "excused"));
  assert_false(has_task(&house, house.ann, "book a slot"));
  assert_true(has_task(&house, house.bob, "book a slot"));
}

static void the_update_is_to_be_written_until_the_slot_begins(void **state) {
  struct house house = start(state);
  house_at(&house, OPENS - 1);
  assert_false(has_task(&house, house.ann, "write the update"));
  house_at(&house, OPENS);
  assert_string_equal(instant(&house, DUE_AT), task(&house, house.ann, "write the update", "due"));
  booked(&house, house.ann, offered(&house, house.staff, OPENS + FIRST, ""));
  assert_string_equal(instant(&house, OPENS + FIRST), task(&house, house.cyd, "write the update", "due"));
  fixture_call(house.fixture, house.bob, METHOD_PUT, "{\"done\":\"It\",\"next\":\"More\"}",
               MILESTONES "/check-in/update");
  fixture_expect(house.fixture, 200);
  assert_false(has_task(&house, house.cyd, "write the update"));
  assert_true(has_task(&house, house.dan, "write the update"));
}

#define LATER (DUE_AT + 2 * DAY)

// The whole list as it leaves the server.
static const char *tasks_of(struct house *house, int64_t person) {
  fixture_call(house->fixture, person, METHOD_GET, NULL, SAMPLE "/tasks");
  fixture_expect(house->fixture, 200);
  return arena_text(house->fixture->arena, house->fixture->answer.body);
}

static void more_time_moves_the_tasks_of_those_whom_it_is_given_to(void **state) {
  static const char *const task_kinds[] = {"book a slot", "write the update"};
  static const struct {
    const char *scope;
    bool is_ann, is_bob, is_dan; // whose due it moves
  } cases[] = {{"person", true, false, false}, {"team", true, true, false}, {"everyone", true, true, true}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&autumn);
    house_at(&house, OPENS);
    offered(&house, house.staff, LATER + DAY + 1, "");
    int64_t whom[] = {house.ann, house.team, 0};
    grant(&house, house.staff, "check-in", until(&house, cases[i].scope, whom[i], LATER));
    fixture_expect(house.fixture, 200);
    const int64_t people[] = {house.ann, house.bob, house.dan};
    const bool is_later[] = {cases[i].is_ann, cases[i].is_bob, cases[i].is_dan};
    const int64_t instants[] = {DUE_AT, DUE_AT + 1, LATER, LATER + 1};
    for (size_t at = 0; at < 4; at++) {
      house_at(&house, instants[at]);
      for (size_t p = 0; p < 3; p++)
        for (size_t k = 0; k < 2; k++) {
          int64_t due = is_later[p] ? LATER : DUE_AT;
          const char *is = instants[at] > due ? "overdue" : "open";
          if (strcmp(instant(&house, due), task(&house, people[p], task_kinds[k], "due")) != 0 ||
              strcmp(is, task(&house, people[p], task_kinds[k], "state")) != 0)
            fail_msg("%s, instant %zu, person %zu, %s: %s", cases[i].scope, at, p, task_kinds[k],
                     task(&house, people[p], task_kinds[k], "due"));
        }
    }
    house_free(&house);
  }
}

// They can ask staff for one more until it is due for them, and not after.
static void without_a_free_slot_booking_is_a_task_until_ones_own_due(void **state) {
  struct house house = start(state);
  booked(&house, house.dan, offered(&house, house.staff, LATER + DAY, ""));
  grant(&house, house.staff, "check-in", until(&house, "person", house.ann, LATER));
  fixture_expect(house.fixture, 200);
  static const struct {
    int64_t at;
    bool is_anns, is_bobs;
  } cases[] = {{DUE_AT, true, true}, {DUE_AT + 1, true, false}, {LATER, true, false}, {LATER + 1, false, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    house_at(&house, cases[i].at);
    assert_int_equal(cases[i].is_anns, has_task(&house, house.ann, "book a slot"));
    assert_int_equal(cases[i].is_bobs, has_task(&house, house.bob, "book a slot"));
    if (cases[i].is_anns)
      assert_non_null(strstr(task(&house, house.ann, "book a slot", "words"), "None is free now"));
  }
  offered(&house, house.staff, LATER + 2 * DAY, "");
  assert_true(has_task(&house, house.ann, "book a slot"));
  assert_true(has_task(&house, house.bob, "book a slot"));
}

// A slot is booked until 24 hours before, but by those whose booking staff cancelled until it begins.
static void a_slot_that_is_too_near_is_none_but_for_whom_staff_left_without(void **state) {
  struct house house = start(state);
  int64_t cancelled = offered(&house, house.staff, OPENS + FIRST, "");
  booked(&house, house.bob, cancelled);
  cancel(&house, house.staff, cancelled);
  offered(&house, house.staff, DUE_AT + DAY, "");
  static const struct {
    int64_t at;
    bool is_anns, is_dans, is_free; // dan may book it
  } cases[] = {{DUE_AT, true, true, true},
               {DUE_AT + 1, true, false, false},
               {DUE_AT + DAY - 1, true, false, false},
               {DUE_AT + DAY, false, false, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    house_at(&house, cases[i].at);
    assert_int_equal(cases[i].is_anns, has_task(&house, house.ann, "book a slot"));
    assert_int_equal(cases[i].is_dans, has_task(&house, house.dan, "book a slot"));
    if (cases[i].is_anns)
      assert_null(strstr(task(&house, house.ann, "book a slot", "words"), "None is free now"));
  }
  // What they chose after that, and gave up, was theirs to give up.
  house_at(&house, OPENS + 1);
  int64_t next = offered(&house, house.staff, DUE_AT + 5 * DAY, "");
  booked(&house, house.bob, next);
  give_up(&house, house.bob, next);
  fixture_expect(house.fixture, 204);
  cancel(&house, house.staff, next);
  house_at(&house, DUE_AT + 1);
  assert_false(has_task(&house, house.ann, "book a slot"));
}

static void a_mates_tasks_are_the_same_with_and_without_anothers_extension(void **state) {
  (void)state;
  struct house houses[2] = {house_new(&autumn), house_new(&autumn)};
  for (int is_given = 0; is_given < 2; is_given++) {
    house_at(&houses[is_given], OPENS);
    offered(&houses[is_given], houses[is_given].staff, LATER + DAY, "");
  }
  grant(&houses[1], houses[1].staff, "check-in", until(&houses[1], "person", houses[1].ann, LATER));
  fixture_expect(houses[1].fixture, 200);
  static const int64_t instants[] = {OPENS, DUE_AT, DUE_AT + 1, LATER, LATER + 1};
  for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
    house_at(&houses[0], instants[i]);
    house_at(&houses[1], instants[i]);
    assert_string_equal(tasks_of(&houses[0], houses[0].bob), tasks_of(&houses[1], houses[1].bob));
    assert_string_not_equal(tasks_of(&houses[0], houses[0].ann), tasks_of(&houses[1], houses[1].ann));
  }
  house_free(&houses[0]);
  house_free(&houses[1]);
}

static void slots_are_to_be_offered_until_the_due_that_everybody_has(void **state) {
  struct house house = start(state);
  grant(&house, house.staff, "check-in", until(&house, "team", house.team, LATER + DAY));
  grant(&house, house.staff, "check-in", until(&house, "everyone", 0, LATER));
  fixture_expect(house.fixture, 200);
  house_at(&house, LATER);
  assert_string_equal(instant(&house, LATER), task(&house, house.staff, "offer slots", "due"));
  house_at(&house, LATER + 1);
  assert_false(has_task(&house, house.staff, "offer slots"));
}

static void a_booked_slot_is_the_holders_task_until_it_is_recorded(void **state) {
  struct house house = start(state);
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  house_at(&house, OPENS + FIRST - 2 * DAY);
  assert_false(has_task(&house, house.staff, "hold a slot")); // nobody has booked
  booked(&house, house.ann, slot);
  house_at(&house, OPENS + FIRST - 2 * DAY - 1);
  assert_false(has_task(&house, house.staff, "hold a slot")); // not soon
  house_at(&house, OPENS + FIRST - 2 * DAY);
  assert_string_equal(instant(&house, OPENS + FIRST), task(&house, house.staff, "hold a slot", "due"));
  assert_false(has_task(&house, house.instructor, "hold a slot"));
  house_at(&house, OPENS + FIRST + QUARTER - 1);
  assert_false(has_task(&house, house.staff, "record a check-in"));
  house_at(&house, OPENS + FIRST + QUARTER);
  assert_false(has_task(&house, house.staff, "hold a slot"));
  assert_string_equal(instant(&house, OPENS + FIRST + QUARTER + DAY),
                      task(&house, house.staff, "record a check-in", "due"));
  assert_false(has_task(&house, house.instructor, "record a check-in"));
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.ann, "held"));
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.bob, "missed"));
  assert_true(has_task(&house, house.staff, "record a check-in"));
  move_into(&house, house.gus, house.team); // was not there then
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.cyd, "excused"));
  assert_false(has_task(&house, house.staff, "record a check-in"));
}

static void a_follow_up_is_the_mentors_task_or_else_of_who_noted_it(void **state) {
  struct house house = start(state);
  record(&house, house.staff, "check-in", house.team, ",\"follow_ups\":[\"The GPU\"]");
  assert_string_equal("The GPU", task(&house, house.staff, "follow up", "words"));
  assert_false(has_task(&house, house.instructor, "follow up"));
  fixture_call(house.fixture, house.staff, METHOD_PUT,
               arena_format(house.fixture->arena, "{\"person\":%lld}", (long long)house.instructor),
               SAMPLE "/teams/%lld/mentor", (long long)house.team);
  fixture_expect(house.fixture, 200);
  assert_false(has_task(&house, house.staff, "follow up"));
  assert_true(has_task(&house, house.instructor, "follow up"));
  int64_t id = rows_of(&house, "select max(id) from follow_ups where id > $1", 0);
  fixture_call(house.fixture, house.instructor, METHOD_POST, NULL, SAMPLE "/follow-ups/%lld/closing", (long long)id);
  assert_false(has_task(&house, house.instructor, "follow up"));
}

static void what_somebody_leaves_undone_who_leaves_the_staff_is_the_instructors(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t other = fixture_person(fixture, "Uma Ray", ROLE_STAFF);
  int64_t past = offered(&house, house.staff, OPENS + FIRST, ""),
          coming = offered(&house, house.staff, OPENS + FIRST + DAY, "");
  booked(&house, house.ann, past);
  booked(&house, house.dan, coming);
  record(&house, house.staff, "check-in", house.other, ",\"follow_ups\":[\"The GPU\"]");
  fixture_expect(fixture, 201);
  fixture_call(fixture, house.instructor, METHOD_PUT,
               arena_format(fixture->arena, "{\"person\":%lld}", (long long)house.staff), SAMPLE "/teams/%lld/mentor",
               (long long)house.other);
  house_at(&house, OPENS + FIRST + QUARTER);
  static const char *const kinds[] = {"record a check-in", "hold a slot", "follow up"};
  for (size_t i = 0; i < 3; i++) {
    assert_true(has_task(&house, house.staff, kinds[i]));
    assert_false(has_task(&house, house.instructor, kinds[i]));
  }
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)house.staff);
  fixture_expect(fixture, 200);
  for (size_t i = 0; i < 3; i++) {
    assert_true(has_task(&house, house.instructor, kinds[i]));
    assert_false(has_task(&house, other, kinds[i]));
    assert_false(has_task(&house, house.staff, kinds[i]));
  }
  fixture_call(fixture, house.dan, METHOD_GET, NULL, SAMPLE "/teams/%lld/mentor", (long long)house.other);
  assert_true(json_is_null(fixture_json(fixture, "person")));
  fixture_call(fixture, house.instructor, METHOD_GET, NULL, MILESTONES "/check-in/board");
  assert_true(json_is_null(fixture_json(fixture, "holders.1.mentor")));
}

#define HOUSE_TEST(name) cmocka_unit_test_teardown(name, stop)
int main(void) {
  const struct CMUnitTest tests[] = {
      HOUSE_TEST(slots_are_to_be_offered_once_it_is_open_until_somebody_does),
      HOUSE_TEST(a_slot_is_to_be_booked_once_some_are_offered_until_one_is),
      HOUSE_TEST(the_update_is_to_be_written_until_the_slot_begins),
      cmocka_unit_test(more_time_moves_the_tasks_of_those_whom_it_is_given_to),
      HOUSE_TEST(a_slot_that_is_too_near_is_none_but_for_whom_staff_left_without),
      HOUSE_TEST(without_a_free_slot_booking_is_a_task_until_ones_own_due),
      cmocka_unit_test(a_mates_tasks_are_the_same_with_and_without_anothers_extension),
      HOUSE_TEST(slots_are_to_be_offered_until_the_due_that_everybody_has),
      HOUSE_TEST(a_booked_slot_is_the_holders_task_until_it_is_recorded),
      HOUSE_TEST(a_follow_up_is_the_mentors_task_or_else_of_who_noted_it),
      HOUSE_TEST(what_somebody_leaves_undone_who_leaves_the_staff_is_the_instructors),
  };
  return cmocka_run_group_tests_name("check_in_tasks", tests, NULL, NULL);
}
