// SPDX-License-Identifier: AGPL-3.0-or-later
// What is to be handed in, as a task: whose, from when, until when, in which words.
#include "tests/unit/server/milestones/milestone_helpers.h"

// The task of handing this in, or NULL.
static json_t *task_of(struct house *house, int64_t by, const char *milestone) {
  fixture_call(house->fixture, by, METHOD_GET, NULL, SAMPLE "/tasks");
  fixture_expect(house->fixture, 200);
  const char *link = arena_format(house->fixture->arena, "/courses/cs8803-smr-2023fa/milestones/%s", milestone);
  size_t index;
  json_t *one;
  json_array_foreach(fixture_json(house->fixture, "tasks"), index, one) {
    if (strcmp(json_string_value(json_object_get(one, "kind")), "hand in") == 0 &&
        strcmp(json_string_value(json_object_get(one, "link")), link) == 0)
      return one;
  }
  return NULL;
}

static const char *member(json_t *task, const char *name) {
  assert_non_null(task);
  return json_string_value(json_object_get(task, name));
}

static void what_is_open_is_a_task_until_it_is_in_or_closed(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  static const struct {
    int64_t at;
    const char *state; // NULL: no task
    const char *words;
    const char *why;
  } cases[] = {
      {OPENS - 1, NULL, NULL, "not open yet"},
      {OPENS, "open", "It is due Wed 25 Oct 2023 09:30 EDT. Lateness costs 10 points of 100 for each day begun",
       "opens"},
      {DUE_AT, "open", "It is due", "due"},
      {DUE_AT + 1, "overdue", "Until Wed 25 Oct 2023 09:35 EDT it costs nothing, then 10 points", "in the grace"},
      {DUE_AT + GRACE + 1, "overdue", "until Thu 26 Oct 2023 09:30 EDT it costs 10 points of 100, then 20", "late"},
      {DUE_AT + 9 * DAY, "overdue", "it costs 90 points of 100, then 100", "the last second"},
      {DUE_AT + 9 * DAY + 1, NULL, NULL, "closed"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    house_at(&house, cases[i].at);
    for (size_t j = 0; j < sizeof work_kinds / sizeof *work_kinds; j++) {
      bool is_lab = strcmp(work_kinds[j], "lab") == 0;
      json_t *task = task_of(&house, is_lab ? house.fay : house.bob, work_kinds[j]);
      if ((task != NULL) != (cases[i].state != NULL))
        fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
      if (task == NULL)
        continue;
      assert_string_equal(cases[i].state, member(task, "state"));
      if (strstr(member(task, "words"), cases[i].words) == NULL)
        fail_msg("%s: %s", cases[i].why, member(task, "words"));
    }
    assert_null(task_of(&house, house.bob, "check-in")); // nothing is handed in for it
    assert_null(task_of(&house, house.bob, "lab"));
    assert_null(task_of(&house, house.fay, "report"));
    assert_null(task_of(&house, house.gus, "report"));
    assert_null(task_of(&house, house.staff, "report"));
  }
  house_free(&house);
}

static void it_is_done_for_the_whole_team_when_one_hands_in(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", OPENS);
  assert_null(task_of(&house, house.ann, "report"));
  assert_null(task_of(&house, house.bob, "report"));
  assert_non_null(task_of(&house, house.dan, "report"));
  fixture_call(house.fixture, house.staff, METHOD_POST,
               arena_format(house.fixture->arena, "{\"person\":%lld," BECAUSE "}", (long long)house.dan),
               MILESTONES "/report/excusals");
  fixture_expect(house.fixture, 201);
  assert_null(task_of(&house, house.dan, "report"));
  assert_non_null(task_of(&house, house.eve, "report"));
  house_free(&house);
}

static void who_held_a_presentation_or_missed_it_still_owes_its_slides(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, DUE_AT + DAY);
  fixture_call(house.fixture, house.staff, METHOD_POST,
               arena_format(house.fixture->arena,
                            "{\"team\":%lld,\"members\":[{\"person\":%lld,\"state\":\"held\"},"
                            "{\"person\":%lld,\"state\":\"missed\"},{\"person\":%lld,\"state\":\"excused\"}]}",
                            (long long)house.team, (long long)house.ann, (long long)house.bob, (long long)house.cyd),
               MILESTONES "/presentation/check-ins");
  fixture_expect(house.fixture, 201);
  assert_string_equal("held", state_of(&house, house.ann, "presentation"));
  assert_string_equal("overdue", member(task_of(&house, house.ann, "presentation"), "state"));
  assert_string_equal("overdue", member(task_of(&house, house.bob, "presentation"), "state"));
  assert_null(task_of(&house, house.cyd, "presentation"));
  submit(&house, house.bob, "presentation");
  fixture_expect(house.fixture, 200);
  assert_null(task_of(&house, house.ann, "presentation"));
  assert_null(task_of(&house, house.bob, "presentation"));
  assert_string_equal("missed", state_of(&house, house.bob, "presentation"));
  house_free(&house);
}

static void each_has_their_own_due(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + DAY));
  fixture_expect(house.fixture, 200);
  assert_string_equal("2023-10-26T13:30:00Z", member(task_of(&house, house.ann, "report"), "due"));
  assert_string_equal("2023-10-25T13:30:00Z", member(task_of(&house, house.bob, "report"), "due"));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_open_is_a_task_until_it_is_in_or_closed),
      cmocka_unit_test(it_is_done_for_the_whole_team_when_one_hands_in),
      cmocka_unit_test(who_held_a_presentation_or_missed_it_still_owes_its_slides),
      cmocka_unit_test(each_has_their_own_due),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
