// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

enum { THREE_DAYS = 259200 };

static const int64_t inside_at = 1693922400; // INSIDE

static int ask(struct fixture *fixture, int64_t by, int64_t team, int64_t person) {
  return fixture_call(fixture, by, METHOD_POST, NULL, SAMPLE "/teams/%lld/members/%lld/question", (long long)team,
                      (long long)person);
}

static int answer(struct fixture *fixture, int64_t by, int64_t team, int64_t person) {
  return fixture_call(fixture, by, METHOD_POST, NULL, SAMPLE "/teams/%lld/members/%lld/answer", (long long)team,
                      (long long)person);
}

static void leaving_hands_the_contact_to_the_longest_standing_member(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t zed = fixture_student(fixture, "Zed"), ada = fixture_student(fixture, "Ada"),
          ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ben, "One");
  add_member(fixture, ben, team, zed);
  add_member(fixture, ben, team, ada);
  remove_member(fixture, ben, team, ben);
  fixture_expect(fixture, 204);
  show_team(fixture, ada, team);
  assert_int_equal(fixture_int(fixture, "contact"), zed);
  assert_int_equal(json_array_size(fixture_json(fixture, "members")), 2);
  assert_non_null(strstr(fixture_last_words(fixture, ada), "Ben is no longer in One. Zed is now the contact of One."));
  assert_int_equal(fixture_messages(fixture, ben, "member left"), 0);
  found_team(fixture, ben, "Two");
  fixture_check(fixture);
  fixture_free(fixture);
}

static void the_last_one_to_leave_dissolves_a_forming_team(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ada, "One");
  invite(fixture, ada, team, ben);
  remove_member(fixture, ada, team, ada);
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, ben, "invitation withdrawn"), 1);
  show_team(fixture, ben, team);
  assert_string_equal(fixture_text(fixture, "state"), "dissolved");
  found_team(fixture, ben, "ONE");
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_member_is_removed_three_days_after_an_unanswered_question(void **state) {
  (void)state;
  static const struct {
    int64_t after;
    int status;
    const char *why;
  } cases[] = {{THREE_DAYS - 1, 409, "the second before"},
               {THREE_DAYS, 204, "exactly three days"},
               {THREE_DAYS + 1, 204, "the second after"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
            cy = fixture_student(fixture, "Cy");
    fixture_person(fixture, "Pat Professor", ROLE_INSTRUCTOR);
    int64_t team = found_team(fixture, ada, "One");
    add_member(fixture, ada, team, ben);
    add_member(fixture, ada, team, cy);
    remove_member(fixture, ada, team, ben);
    fixture_refused(fixture, 409, "member_active"); // not asked yet
    ask(fixture, ada, team, ben);
    fixture_expect(fixture, 200);
    assert_int_equal(fixture_messages(fixture, ben, "member question"), 1);
    fixture_at_seconds(fixture, inside_at + 1000);
    ask(fixture, ada, team, ben); // not anew
    assert_string_equal(fixture_text(fixture, "asked_at"), INSIDE);
    assert_int_equal(fixture_messages(fixture, ben, "member question"), 1);
    fixture_at_seconds(fixture, inside_at + cases[i].after);
    remove_member(fixture, cy, team, ben);
    fixture_refused(fixture, 403, "not_contact");
    remove_member(fixture, ada, team, ben);
    if (fixture->answer.status != cases[i].status)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
    if (cases[i].status == 409) {
      fixture_refused(fixture, 409, "member_active");
    } else {
      assert_int_equal(fixture_messages(fixture, ben, "removed from team"), 1);
      assert_non_null(strstr(fixture_last_words(fixture, ben), "ask the course's staff (Pat Professor)"));
      assert_int_equal(fixture_messages(fixture, cy, "member left"), 1);
    }
    fixture_check(fixture);
    fixture_free(fixture);
  }
}

static void an_answer_keeps_the_member_and_a_new_question_starts_anew(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  answer(fixture, ben, team, ben);
  fixture_refused(fixture, 404, "not_found");
  ask(fixture, ada, team, ben);
  answer(fixture, ada, team, ben);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_at_seconds(fixture, inside_at + THREE_DAYS);
  answer(fixture, ben, team, ben); // first in the writer's order
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, ada, "member answer"), 1);
  remove_member(fixture, ada, team, ben);
  fixture_refused(fixture, 409, "member_active");
  ask(fixture, ada, team, ben);
  remove_member(fixture, ada, team, ben);
  fixture_refused(fixture, 409, "member_active");
  fixture_at_seconds(fixture, inside_at + 2 * THREE_DAYS);
  remove_member(fixture, ada, team, ben);
  fixture_expect(fixture, 204);
  add_member(fixture, ada, team, ben);
  remove_member(fixture, ada, team, ben); // the old question does not count for who joined again
  fixture_refused(fixture, 409, "member_active");
  ask(fixture, ben, team, ada);
  fixture_refused(fixture, 403, "not_contact");
  ask(fixture, ada, team, ada);
  fixture_refused(fixture, 409, "conflict");
  fixture_free(fixture);
}

static void after_registration_only_staff_change_who_is_in_the_team(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  fixture_expect(fixture, 200);
  remove_member(fixture, ben, team, ben);
  fixture_refused(fixture, 409, "team_registered");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "Pat"));
  remove_member(fixture, ada, team, ben);
  fixture_refused(fixture, 409, "team_registered");
  ask(fixture, ada, team, ben);
  fixture_refused(fixture, 409, "team_registered");
  remove_member(fixture, pat, team, ben);
  fixture_refused(fixture, 409, "conflict"); // a repair, with its reason
  fixture_call(fixture, pat, METHOD_PUT, "{\"team\":null,\"reason\":\"He asked.\"}", SAMPLE "/placements/%lld",
               (long long)ben);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), 1);
  assert_int_equal(fixture_messages(fixture, pat, "team too small"), 1);
  assert_int_not_equal(team_column(fixture, team, "gap_since"), 0);
  fixture_call(fixture, pat, METHOD_PUT, "{\"team\":null,\"reason\":\"She asked.\"}", SAMPLE "/placements/%lld",
               (long long)ada); // even the last: nothing dissolves by itself
  fixture_expect(fixture, 200);
  show_team(fixture, pat, team);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
  fixture_free(fixture);
}

static void a_drop_holds_the_place_hands_the_contact_on_and_tells_the_team_no_reason(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  fixture_drop(fixture, ada);
  show_team(fixture, ben, team);
  assert_int_equal(fixture_int(fixture, "contact"), ben);
  assert_int_equal(json_array_size(fixture_json(fixture, "members")), 2);
  assert_null(fixture_json(fixture, "members.0.is_active"));
  assert_true(json_is_false(fixture_json(fixture, "coverage.is_covered")));
  assert_int_not_equal(team_column(fixture, team, "gap_since"), 0);
  assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), 1);
  assert_int_equal(fixture_messages(fixture, ben, "team contact"), 1);
  assert_null(strstr(fixture_last_words(fixture, ben), "drop"));
  show_team(fixture, pat, team);
  assert_true(json_is_false(fixture_json(fixture, "members.0.is_active")));
  fixture_check(fixture);
  fixture_at_seconds(fixture, inside_at + 72 * 3600 + 5);
  fixture_run_duties(fixture);
  show_team(fixture, ben, team);
  assert_int_equal(json_array_size(fixture_json(fixture, "members")), 1);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
  assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), 1); // told once
  (void)cy;
  fixture_check(fixture);
  fixture_free(fixture);
}

static void who_comes_back_within_the_hold_closes_the_gap(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  fixture_drop(fixture, ben);
  assert_int_not_equal(team_column(fixture, team, "gap_since"), 0);
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)ben);
  fixture_expect(fixture, 200);
  assert_int_equal(team_column(fixture, team, "gap_since"), 0);
  assert_int_equal(fixture_messages(fixture, ada, "coverage gap closed"), 1);
  fixture_free(fixture);
}

static void who_comes_back_finds_card_and_what_is_open(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy");
  int64_t team = found_team(fixture, ada, "One"), other = found_team(fixture, cy, "Two");
  fixture_card(fixture, ben, "project", "course", true);
  int64_t invitation = invite(fixture, ada, team, ben), request = ask_to_join(fixture, ben, other);
  fixture_drop(fixture, ben);
  assert_int_equal(fixture_messages(fixture, ada, ""), 0); // a drop is nobody else's business
  fixture_call(fixture, ada, METHOD_GET, NULL, SAMPLE "/seekers");
  assert_int_equal(json_array_size(fixture_json(fixture, "seekers")), 0);
  accept_request(fixture, cy, request);
  fixture_refused(fixture, 409, "already_answered");
  accept(fixture, ben, invitation);
  fixture_refused(fixture, 403, "not_enrolled");
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)ben);
  fixture_expect(fixture, 200);
  fixture_call(fixture, ben, METHOD_GET, NULL, SAMPLE "/info-card");
  assert_true(json_is_true(fixture_json(fixture, "seeking")));
  accept(fixture, ben, invitation);
  fixture_expect(fixture, 200);
  fixture_check(fixture);
  fixture_free(fixture);
}

static void what_is_open_ends_with_the_hold(void **state) {
  (void)state;
  struct fixture *fixture = sample_at("2023-08-29T14:00:00Z");
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = found_team(fixture, ada, "One");
  fixture_card(fixture, ben, "project", "course", true);
  add_member(fixture, ada, team, ben);
  invite(fixture, cy, found_team(fixture, cy, "Two"), ben);
  fixture_drop(fixture, ben);
  fixture_call(fixture, pat, METHOD_DELETE, NULL, SAMPLE "/roster/%lld/hold", (long long)ben);
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, cy, "invitation declined"), 1);
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)ben);
  fixture_call(fixture, ben, METHOD_GET, NULL, SAMPLE "/info-card");
  assert_true(json_is_false(fixture_json(fixture, "seeking")));
  fixture_free(fixture);
}

static void who_comes_back_after_the_hold_finds_no_place_though_no_duty_has_run(void **state) {
  (void)state;
  static const struct {
    int64_t after;
    bool has_place;
    const char *why;
  } cases[] = {{HOLD_SECONDS - 1, true, "a second before"},
               {HOLD_SECONDS, true, "the last second"},
               {HOLD_SECONDS + 1, false, "a second after"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct fixture *fixture = sample_at("2023-08-29T14:00:00Z");
    int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
    int64_t team = found_team(fixture, ada, "One");
    add_member(fixture, ada, team, ben);
    fixture_drop(fixture, ben);
    fixture_at_seconds(fixture, clock_now(&fixture->clock) + cases[i].after);
    fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)ben);
    fixture_expect(fixture, 200);
    show_team(fixture, ada, team);
    if ((json_array_size(fixture_json(fixture, "members")) == 2) != cases[i].has_place)
      fail_msg("%s: %zu members", cases[i].why, json_array_size(fixture_json(fixture, "members")));
    assert_int_equal(0, fixture_run_duties(fixture));
    fixture_check(fixture);
    fixture_free(fixture);
  }
}

static void a_held_place_is_taken_until_the_hold_is_over(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("size: { min: 2, max: 4 }", "size: { min: 2, max: 2 }", INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, ben, "One");
  int64_t invitation = invite(fixture, ada, team, cy);
  fixture_drop(fixture, ben);
  accept(fixture, cy, invitation);
  fixture_refused(fixture, 409, "team_full");
  register_team(fixture, ada, team, PLAN);
  fixture_refused(fixture, 409, "team_too_small"); // active members count
  fixture_call(fixture, pat, METHOD_DELETE, NULL, SAMPLE "/roster/%lld/hold", (long long)ben);
  fixture_expect(fixture, 204);
  accept(fixture, cy, invitation);
  fixture_expect(fixture, 200);
  fixture_check(fixture);
  fixture_free(fixture);
}

static void the_first_to_come_back_is_the_contact_while_the_others_are_away(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = covered_team(fixture, ada, ben, "One");
  fixture_drop(fixture, ada);
  show_team(fixture, ben, team);
  assert_int_equal(fixture_int(fixture, "contact"), ben);
  fixture_drop(fixture, ben);
  fixture_call(fixture, -1, METHOD_PUT, "{}", SAMPLE "/roster/%lld", (long long)ada);
  fixture_expect(fixture, 200);
  show_team(fixture, ada, team);
  assert_int_equal(fixture_int(fixture, "contact"), ada);
  assert_non_null(strstr(fixture_last_words(fixture, ada), "contact"));
  fixture_check(fixture);
  fixture_free(fixture);
}

static void leaving_for_a_seat_names_the_consequences_first(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = covered_team(fixture, ada, ben, "One");
  fixture_call(fixture, ben, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_refused(fixture, 409, "in_team");
  assert_non_null(strstr(fixture_text(fixture, "detail"),
                         "You would leave One, which is left with 1 of at least 2 members; its skills would "
                         "not be covered: nobody at Systems level Project work or above."));
  fixture_call(fixture, ben, METHOD_PUT, "{\"leave_team\":true}", SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_messages(fixture, ada, "member left"), 1);
  show_team(fixture, ada, team);
  assert_int_equal(json_array_size(fixture_json(fixture, "members")), 1);
  fixture_check(fixture);
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(leaving_hands_the_contact_to_the_longest_standing_member),
      cmocka_unit_test(the_last_one_to_leave_dissolves_a_forming_team),
      cmocka_unit_test(a_member_is_removed_three_days_after_an_unanswered_question),
      cmocka_unit_test(an_answer_keeps_the_member_and_a_new_question_starts_anew),
      cmocka_unit_test(after_registration_only_staff_change_who_is_in_the_team),
      cmocka_unit_test(a_drop_holds_the_place_hands_the_contact_on_and_tells_the_team_no_reason),
      cmocka_unit_test(who_comes_back_within_the_hold_closes_the_gap),
      cmocka_unit_test(who_comes_back_finds_card_and_what_is_open),
      cmocka_unit_test(what_is_open_ends_with_the_hold),
      cmocka_unit_test(who_comes_back_after_the_hold_finds_no_place_though_no_duty_has_run),
      cmocka_unit_test(a_held_place_is_taken_until_the_hold_is_over),
      cmocka_unit_test(the_first_to_come_back_is_the_contact_while_the_others_are_away),
      cmocka_unit_test(leaving_for_a_seat_names_the_consequences_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
