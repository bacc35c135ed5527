// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/courses/petition_helpers.h"
#include "tests/unit/server/proposals/proposal_helpers.h"

static void an_unwritten_proposal_is_a_task_once_its_milestone_is_open(void **state) {
  (void)state;
  struct class class = registered_class("2023-09-05T12:59:59Z");
  assert_false(has_task(class.fixture, class.ann, "write the proposal"));
  fixture_at_seconds(class.fixture, PROPOSAL_OPENS);
  assert_string_equal(task_text(class.fixture, class.ann, "write the proposal", "due"), "2023-09-23T03:59:00Z");
  assert_false(has_task(class.fixture, class.staff, "write the proposal"));
  assert_false(has_task(class.fixture, class.ann, "hand in"));
  end_class(&class);
}

static void a_draft_is_told_as_saved_not_submitted_with_what_is_missing(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  struct fixture *fixture = class.fixture;
  saved(&class, class.ann, "title", "\"Caches\"");
  const char *words = task_text(fixture, class.bob, "submit the proposal", "words");
  assert_non_null(strstr(words, "saved, NOT submitted"));
  assert_non_null(strstr(words, "Missing: hypothesis, refutation, methodology, topics, parts, ai-use."));
  assert_non_null(strstr(words, "not registered"));
  register_team(fixture, class.ann, class.team, "{}");
  fill_in(&class);
  words = task_text(fixture, class.bob, "submit the proposal", "words");
  assert_non_null(strstr(words, "NOT submitted. Nothing is missing"));
  assert_null(strstr(words, "not registered"));
  fixture_at_seconds(fixture, PROPOSAL_DUE + 1);
  assert_string_equal(task_text(fixture, class.bob, "submit the proposal", "state"), "overdue");
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  assert_false(has_task(fixture, class.bob, "submit the proposal"));
  assert_false(has_task(fixture, class.bob, "write the proposal"));
  end_class(&class);
}

static void requested_changes_and_a_refusal_are_tasks_until_their_day(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  decide(&class, PROPOSAL_REQUEST_CHANGES);
  assert_string_equal(task_text(fixture, class.bob, "revise the proposal", "due"), "2023-09-12T14:00:00Z");
  assert_non_null(strstr(task_text(fixture, class.bob, "revise the proposal", "words"), "NOT submitted"));
  submit_proposal(&class, class.ann, "");
  assert_false(has_task(fixture, class.bob, "revise the proposal"));
  assert_int_equal(ERR_OK, move_as(&class, class.instructor, PROPOSAL_DECLINE, PROPOSAL_DUE + 10 * DAY));
  assert_string_equal(task_text(fixture, class.bob, "propose anew", "due"), "2023-10-03T03:59:00Z");
  begin_anew(&class, class.ann);
  assert_false(has_task(fixture, class.bob, "propose anew"));
  assert_string_equal(task_text(fixture, class.bob, "submit the proposal", "due"), "2023-10-03T03:59:00Z");
  end_class(&class);
}

static void what_closed_before_it_was_submitted_says_what_is_left_to_do(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fixture_at_seconds(fixture, PROPOSAL_DUE + 9 * DAY);
  assert_non_null(strstr(task_text(fixture, class.bob, "write the proposal", "words"), "Nothing is saved yet."));
  fixture_at_seconds(fixture, PROPOSAL_DUE + 9 * DAY + 1);
  assert_string_equal(
      "It closed on Sun 1 Oct 2023 23:59 EDT, and nothing was saved. Ask the course's staff for more time.",
      task_text(fixture, class.bob, "write the proposal", "words"));
  saved(&class, class.ann, "title", "\"Caches\"");
  const char *closed =
      "It is saved, NOT submitted. It closed on Sun 1 Oct 2023 23:59 EDT. Ask the course's staff: they "
      "can give more time, or count what was saved in time.";
  assert_string_equal(closed, task_text(fixture, class.bob, "submit the proposal", "words"));
  submit_proposal(&class, class.ann, "?dry_run=true");
  fixture_refused(fixture, 409, "deadline_passed");
  end_class(&class);
}

static void a_revision_whose_time_is_over_is_not_said_to_be_in_time(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  decide(&class, PROPOSAL_REQUEST_CHANGES); // until 12 September 14:00
  const struct {
    int64_t at;
    const char *words;
  } cases[] = {
      {INT64_C(1694527200), "Until then a revision is never late."},
      {INT64_C(1694527201), "The time for it is over: what is submitted now is judged by now."},
      {PROPOSAL_DUE + 9 * DAY + 1, "The time for it is over: ask the course's staff for more."},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fixture_at_seconds(fixture, cases[i].at);
    const char *words = task_text(fixture, class.bob, "revise the proposal", "words");
    if (strstr(words, cases[i].words) == NULL)
      fail_msg("%zu: %s", i, words);
  }
  end_class(&class);
}

static void who_is_excused_is_asked_for_nothing(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fixture_call(
      fixture, class.staff, METHOD_POST,
      arena_format(fixture->arena, "{\"person\":%lld,\"excused\":true,\"reason\":\"Ill.\"}", (long long)class.bob),
      SAMPLE "/milestones/proposal/excusals");
  fixture_expect(fixture, 201);
  assert_false(has_task(fixture, class.bob, "write the proposal"));
  assert_true(has_task(fixture, class.ann, "write the proposal"));
  saved(&class, class.ann, "title", "\"Caches\"");
  assert_false(has_task(fixture, class.bob, "submit the proposal"));
  assert_true(has_task(fixture, class.ann, "submit the proposal"));
  // A round anew is everybody's.
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  assert_int_equal(ERR_OK, move_as(&class, class.instructor, PROPOSAL_DECLINE, PROPOSAL_DUE + 10 * DAY));
  assert_true(has_task(fixture, class.bob, "propose anew"));
  begin_anew(&class, class.ann);
  assert_true(has_task(fixture, class.bob, "submit the proposal"));
  end_class(&class);
}

// Their work stays with the team that handed it in.
static void who_comes_from_a_team_that_has_submitted_is_asked_for_nothing(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  int64_t eve = fixture_student(fixture, "Eve Invented");
  int64_t team = found_team(fixture, eve, "Others");
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update placements set team_id = $1 where person_id = $2",
                                   db_int(team), db_int(class.bob)));
  assert_true(has_task(fixture, eve, "write the proposal"));
  assert_false(has_task(fixture, class.bob, "write the proposal"));
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_unwritten_proposal_is_a_task_once_its_milestone_is_open),
      cmocka_unit_test(a_draft_is_told_as_saved_not_submitted_with_what_is_missing),
      cmocka_unit_test(requested_changes_and_a_refusal_are_tasks_until_their_day),
      cmocka_unit_test(what_closed_before_it_was_submitted_says_what_is_left_to_do),
      cmocka_unit_test(who_comes_from_a_team_that_has_submitted_is_asked_for_nothing),
      cmocka_unit_test(who_is_excused_is_asked_for_nothing),
      cmocka_unit_test(a_revision_whose_time_is_over_is_not_said_to_be_in_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
