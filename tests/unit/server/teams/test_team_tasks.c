// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/courses/petition_helpers.h"

static struct fixture *start(void **state, const char *now) {
  struct fixture *fixture = sample_at(now);
  *state = fixture;
  return fixture;
}

static int stop(void **state) {
  if (*state != NULL) {
    fixture_check(*state);
    fixture_free(*state);
  }
  *state = NULL;
  return 0;
}

static void the_info_card_is_a_task_until_it_is_there(void **state) {
  struct fixture *fixture = start(state, "2023-08-22T00:00:00Z");
  int64_t zoe = fixture_student(fixture, "Zoe Invented"), kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  fixture_at(fixture, "2023-09-02T03:59:00Z");
  assert_string_equal(task_text(fixture, zoe, "fill in the info card", "state"), "open");
  assert_string_equal(task_text(fixture, zoe, "fill in the info card", "due"), "2023-09-02T03:59:00Z");
  fixture_at(fixture, "2023-09-02T03:59:01Z");
  assert_string_equal(task_text(fixture, zoe, "fill in the info card", "state"), "overdue");
  assert_false(has_task(fixture, kim, "fill in the info card"));
  fixture_card(fixture, zoe, "none", "none", false);
  assert_false(has_task(fixture, zoe, "fill in the info card"));
}

static void a_forming_team_is_its_members_task_with_what_is_missing(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t team = found_team(fixture, ada, "Descenders");
  const char *words = task_text(fixture, ada, "register the team", "words");
  assert_non_null(strstr(words, "1 of at least 2 members"));
  assert_non_null(strstr(words, "nobody at"));
  assert_string_equal(task_text(fixture, ada, "register the team", "due"), "2023-09-12T03:59:00Z");
  add_member(fixture, ada, team, bob);
  fixture_card(fixture, ada, "project", "project", false);
  assert_non_null(strstr(task_text(fixture, bob, "register the team", "words"), "Nothing is missing"));
  register_team(fixture, ada, team, "{}");
  assert_false(has_task(fixture, ada, "register the team"));
}

static void a_registered_team_that_shrank_is_a_task_of_staff(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, bob, "Descenders");
  register_team(fixture, ada, team, "{}");
  assert_false(has_task(fixture, kim, "team too small"));
  fixture_drop(fixture, bob);
  assert_non_null(strstr(task_text(fixture, kim, "team too small", "words"), "1 of at least 2 members"));
  assert_false(has_task(fixture, ada, "team too small"));
}

static void an_incomplete_team_is_overdue_for_members_and_a_task_of_staff(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  found_team(fixture, ada, "Descenders");
  fixture_at_seconds(fixture, CLOSES_AT);
  assert_string_equal(task_text(fixture, ada, "register the team", "state"), "open");
  assert_false(has_task(fixture, kim, "incomplete team"));
  fixture_at_seconds(fixture, CLOSES_AT + 3);
  fixture_run_duties(fixture);
  assert_string_equal(task_text(fixture, ada, "register the team", "state"), "overdue");
  assert_non_null(strstr(task_text(fixture, ada, "register the team", "words"), "Ask the course's staff"));
  assert_true(has_task(fixture, kim, "incomplete team"));
  assert_false(has_task(fixture, ada, "incomplete team"));
}

static void a_gap_is_a_task_of_the_team_and_of_staff_until_it_is_closed(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, bob, "Descenders");
  register_team(fixture, ada, team, "{}");
  assert_false(has_task(fixture, ada, "close the gap"));
  assert_false(has_task(fixture, kim, "team with a gap"));
  fixture_card(fixture, bob, "none", "novice", false); // opens it
  assert_string_equal(task_text(fixture, ada, "close the gap", "due"), "2023-09-12T14:00:00Z");
  assert_string_equal(task_text(fixture, kim, "team with a gap", "state"), "open");
  fixture_at(fixture, "2023-09-12T14:00:01Z");
  assert_string_equal(task_text(fixture, ada, "close the gap", "state"), "overdue");
  assert_string_equal(task_text(fixture, kim, "team with a gap", "state"), "overdue");
  // A raise waits for staff, then closes it.
  fixture_card(fixture, bob, "none", "project", false);
  assert_true(has_task(fixture, ada, "close the gap"));
  assert_non_null(strstr(task_text(fixture, kim, "confirm levels", "words"), "Bob Invented, of Descenders"));
  assert_false(has_task(fixture, bob, "confirm levels"));
  fixture_call(fixture, kim, METHOD_POST, "{}", SAMPLE "/info-cards/%lld/confirmation", (long long)bob);
  assert_false(has_task(fixture, kim, "confirm levels"));
  assert_false(has_task(fixture, kim, "team with a gap"));
  assert_false(has_task(fixture, ada, "close the gap"));
}

static void an_invitation_is_a_task_to_its_last_second(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), zoe = fixture_student(fixture, "Zoe Invented");
  int64_t invitation = invite(fixture, ada, found_team(fixture, ada, "Descenders"), zoe);
  int at = task_at(fixture, zoe, "answer an invitation");
  assert_true(at >= 0);
  assert_int_equal(fixture_int(fixture, arena_format(fixture->arena, "tasks.%d.subject", at)), invitation);
  assert_false(has_task(fixture, ada, "answer an invitation"));
  fixture_at(fixture, "2023-09-08T14:00:00Z");
  assert_string_equal(task_text(fixture, zoe, "answer an invitation", "state"), "open");
  fixture_at(fixture, "2023-09-08T14:00:01Z"); // lapsed, though its timer runs two seconds later
  assert_false(has_task(fixture, zoe, "answer an invitation"));
}

static void a_join_request_is_a_task_of_every_member(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  int64_t team = covered_team(fixture, ada, bob, "Descenders");
  int64_t request = ask_to_join(fixture, zoe, team);
  assert_non_null(strstr(task_text(fixture, ada, "answer a join request", "words"), "Zoe Invented"));
  assert_true(has_task(fixture, bob, "answer a join request"));
  assert_false(has_task(fixture, zoe, "answer a join request"));
  accept_request(fixture, bob, request);
  assert_false(has_task(fixture, ada, "answer a join request"));
}

static void the_contacts_question_is_a_task_until_it_is_answered(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t team = covered_team(fixture, ada, bob, "Descenders");
  assert_false(has_task(fixture, bob, "answer the contact"));
  fixture_call(fixture, ada, METHOD_POST, NULL, SAMPLE "/teams/%lld/members/%lld/question", (long long)team,
               (long long)bob);
  assert_string_equal(task_text(fixture, bob, "answer the contact", "due"), "2023-09-08T14:00:00Z");
  fixture_at(fixture, "2023-09-08T14:00:01Z");
  assert_string_equal(task_text(fixture, bob, "answer the contact", "state"), "overdue");
  fixture_call(fixture, bob, METHOD_POST, NULL, SAMPLE "/teams/%lld/members/%lld/answer", (long long)team,
               (long long)bob);
  assert_false(has_task(fixture, bob, "answer the contact"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(the_info_card_is_a_task_until_it_is_there, stop),
      cmocka_unit_test_teardown(a_forming_team_is_its_members_task_with_what_is_missing, stop),
      cmocka_unit_test_teardown(a_registered_team_that_shrank_is_a_task_of_staff, stop),
      cmocka_unit_test_teardown(an_incomplete_team_is_overdue_for_members_and_a_task_of_staff, stop),
      cmocka_unit_test_teardown(a_gap_is_a_task_of_the_team_and_of_staff_until_it_is_closed, stop),
      cmocka_unit_test_teardown(an_invitation_is_a_task_to_its_last_second, stop),
      cmocka_unit_test_teardown(a_join_request_is_a_task_of_every_member, stop),
      cmocka_unit_test_teardown(the_contacts_question_is_a_task_until_it_is_answered, stop),
  };
  return cmocka_run_group_tests_name("team_tasks", tests, NULL, NULL);
}
