// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

static void a_covered_team_is_registered_and_everyone_is_told(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), di = fixture_student(fixture, "Di");
  int64_t team = covered_team(fixture, ada, ben, "One");
  fixture_card(fixture, ada, "project", "none", true);
  int64_t invitation = invite(fixture, ada, team, cy), request = ask_to_join(fixture, di, team);
  register_team(fixture, ben, team, NULL);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
  assert_string_equal(fixture_text(fixture, "registered_at"), INSIDE);
  assert_int_equal(fixture_int(fixture, "places_left"), 0);
  assert_int_equal(json_array_size(fixture_json(fixture, "invitations")), 0);
  assert_int_equal(fixture_messages(fixture, ada, "team registered"), 1);
  assert_int_equal(fixture_messages(fixture, ben, "team registered"), 1);
  assert_int_equal(fixture_messages(fixture, cy, "invitation withdrawn"), 1);
  assert_int_equal(fixture_messages(fixture, di, "join request declined"), 1);
  accept(fixture, cy, invitation);
  fixture_refused(fixture, 409, "already_answered");
  accept_request(fixture, ada, request);
  fixture_refused(fixture, 409, "already_answered");
  fixture_call(fixture, cy, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)team);
  fixture_refused(fixture, 409, "team_registered");
  fixture_call(fixture, ada, METHOD_GET, NULL, SAMPLE "/info-card");
  assert_true(json_is_false(fixture_json(fixture, "seeking")));
  register_team(fixture, ada, team, NULL);
  fixture_refused(fixture, 409, "team_registered");
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_team_is_registered_only_inside_the_window(void **state) {
  (void)state;
  static const struct {
    int64_t at;
    int status;
    const char *code;
  } cases[] = {
      {OPENS_AT - 1, 409, "not_open"},         {OPENS_AT, 200, ""}, {CLOSES_AT - 1, 200, ""}, {CLOSES_AT, 200, ""},
      {CLOSES_AT + 1, 409, "deadline_passed"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
    int64_t team = covered_team(fixture, ada, ben, "One");
    fixture_at_seconds(fixture, cases[i].at);
    register_team(fixture, ada, team, "{}");
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("at %lld: %d %s", (long long)cases[i].at, fixture->answer.status, fixture->answer.body);
    fixture_free(fixture);
  }
}

static void a_team_that_is_too_small_is_told_how_many_are_missing(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("size: { min: 2, max: 4 }", "size: { min: 3, max: 4 }", INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  fixture_card(fixture, ada, "research", "research", false);
  int64_t team = found_team(fixture, ada, "One");
  register_team(fixture, ada, team, NULL);
  fixture_refused(fixture, 409, "team_too_small");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "1 of at least 3 members: 2 more are needed"));
  add_member(fixture, ada, team, ben);
  register_team(fixture, ada, team, NULL);
  fixture_refused(fixture, 409, "team_too_small");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "1 more is needed"));
  fixture_free(fixture);
}

static void an_auditor_registers_once_approved(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  fixture_auditor(fixture, ada, false);
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  fixture_refused(fixture, 403, "auditor_not_approved");
  fixture_auditor(fixture, ada, true);
  register_team(fixture, ada, team, NULL);
  fixture_expect(fixture, 200);
  fixture_free(fixture);
}

static void only_members_and_staff_register(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, cy, team, NULL);
  fixture_refused(fixture, 403, "not_your_team");
  fixture_at_seconds(fixture, CLOSES_AT + 1000);
  register_team(fixture, pat, team, NULL); // late, for the team
  fixture_expect(fixture, 200);
  fixture_free(fixture);
}

static void a_gap_that_warns_needs_a_plan_and_names_who_would_close_it(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          sys = fixture_student(fixture, "Sybil Seeker"), ml = fixture_student(fixture, "Melvin Other"),
          hid = fixture_student(fixture, "Hidden Helper"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  fixture_card(fixture, sys, "none", "research", true);
  fixture_card(fixture, ml, "project", "course", true);
  fixture_card(fixture, hid, "none", "project", true);
  fixture_confidential(fixture, hid);
  fixture_card(fixture, ada, "project", "none", false);
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  register_team(fixture, ada, team, NULL);
  fixture_refused(fixture, 409, "gap_plan_needed");
  const char *detail = fixture_text(fixture, "detail");
  assert_non_null(strstr(detail, "nobody at Systems level Project work or above; 1 classmate who looks for a team is"));
  assert_non_null(strstr(detail, "Sybil Seeker"));
  assert_null(strstr(detail, "Melvin"));
  assert_null(strstr(detail, "Hidden"));
  register_team(fixture, ada, team, "{\"gap_plan\":\"  We will cope,  yes \"}"); // 18 characters when squeezed
  fixture_refused(fixture, 409, "gap_plan_needed");
  register_team(fixture, ada, team, PLAN);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "coverage.gap_plan"), "Two of us take the systems course this term.");
  assert_string_equal(fixture_text(fixture, "coverage.gap_due"), "2023-09-12T14:00:00Z");
  assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), 1);
  assert_non_null(strstr(fixture_last_words(fixture, pat), "Two of us take the systems course"));
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_gap_that_blocks_needs_somebody_or_a_waiver(void **state) {
  (void)state;
  struct fixture *fixture = sample_with("gap: warn", "gap: block", INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  fixture_card(fixture, ada, "project", "none", false);
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  register_team(fixture, ada, team, PLAN);
  fixture_refused(fixture, 409, "skills_not_covered");
  assert_non_null(
      strstr(fixture_text(fixture, "detail"), "nobody at Systems level Project work or above; no classmate"));
  fixture_call(fixture, ada, METHOD_POST, "{\"reason\":\"please\"}", SAMPLE "/teams/%lld/coverage-waiver",
               (long long)team);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, pat, METHOD_POST, "{\"reason\":\"A private matter\"}", SAMPLE "/teams/%lld/coverage-waiver",
               (long long)team);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "coverage.waiver_reason"), "A private matter");
  assert_int_equal(fixture_messages(fixture, ada, "coverage waived"), 1);
  fixture_call(fixture, pat, METHOD_GET, NULL, SAMPLE "/audit");
  assert_null(strstr(fixture->answer.body, "private matter"));
  fixture_call(fixture, pat, METHOD_DELETE, NULL, SAMPLE "/teams/%lld/coverage-waiver", (long long)team);
  fixture_expect(fixture, 200);
  register_team(fixture, ada, team, NULL);
  fixture_refused(fixture, 409, "skills_not_covered");
  fixture_call(fixture, pat, METHOD_POST, "{\"reason\":\"Again\"}", SAMPLE "/teams/%lld/coverage-waiver",
               (long long)team);
  register_team(fixture, ada, team, NULL);
  fixture_expect(fixture, 200);
  assert_int_equal(team_column(fixture, team, "gap_since"), 0);
  assert_null(fixture_json(fixture, "coverage.waiver_reason")); // for staff
  fixture_free(fixture);
}

static void a_waiver_opens_and_closes_the_gap_of_a_registered_team(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  register_team(fixture, ada, team, PLAN);
  fixture_expect(fixture, 200);
  assert_int_not_equal(team_column(fixture, team, "gap_since"), 0);
  fixture_call(fixture, pat, METHOD_POST, "{\"reason\":\"They are strong\"}", SAMPLE "/teams/%lld/coverage-waiver",
               (long long)team);
  fixture_expect(fixture, 200);
  assert_int_equal(team_column(fixture, team, "gap_since"), 0);
  fixture_call(fixture, pat, METHOD_DELETE, NULL, SAMPLE "/teams/%lld/coverage-waiver", (long long)team);
  assert_int_not_equal(team_column(fixture, team, "gap_since"), 0);
  assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), 2); // once an opening
  fixture_free(fixture);
}

static void at_the_windows_close_teams_that_qualify_are_registered_and_the_others_told_why(void **state) {
  (void)state;
  static const char *const rules[] = {"gap: warn", "gap: block"};
  for (size_t rule = 0; rule < 2; rule++) {
    bool is_blocked = rule == 1;
    struct fixture *fixture = sample_with("gap: warn", rules[rule], INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
            cy = fixture_student(fixture, "Cy"), di = fixture_student(fixture, "Di"),
            ed = fixture_student(fixture, "Ed"), fay = fixture_student(fixture, "Fay"),
            gus = fixture_student(fixture, "Gus"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
    int64_t covered = covered_team(fixture, ada, ben, "Covered");
    int64_t gap = found_team(fixture, cy, "Gap");
    add_member(fixture, cy, gap, di);
    int64_t small = found_team(fixture, ed, "Small");
    int64_t waived = found_team(fixture, fay, "Waived");
    add_member(fixture, fay, waived, gus);
    fixture_call(fixture, pat, METHOD_POST, "{\"reason\":\"Fine\"}", SAMPLE "/teams/%lld/coverage-waiver",
                 (long long)waived);
    fixture_at_seconds(fixture, CLOSES_AT);
    fixture_run_duties(fixture);
    show_team(fixture, ada, covered);
    assert_string_equal(fixture_text(fixture, "state"), "forming");
    fixture_at_seconds(fixture, CLOSES_AT + 5);
    fixture_run_duties(fixture);
    show_team(fixture, ada, covered);
    assert_string_equal(fixture_text(fixture, "state"), "registered");
    assert_int_equal(fixture_messages(fixture, ada, "team registered"), 1);
    show_team(fixture, cy, gap);
    assert_string_equal(fixture_text(fixture, "state"), is_blocked ? "incomplete" : "registered");
    assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), is_blocked ? 0 : 1);
    if (is_blocked)
      assert_non_null(
          strstr(fixture_last_words(fixture, di), "nobody at Machine learning level Project work or above"));
    show_team(fixture, ed, small);
    assert_string_equal(fixture_text(fixture, "state"), "incomplete");
    assert_non_null(strstr(fixture_last_words(fixture, ed), "it has 1 of at least 2 members"));
    show_team(fixture, fay, waived);
    assert_string_equal(fixture_text(fixture, "state"), "registered");
    fixture_call(fixture, cy, METHOD_GET, NULL, SAMPLE);
    const char *before = fixture_dump(fixture);
    fixture_run_duties(fixture);
    assert_string_equal(fixture_dump(fixture), before);
    fixture_check(fixture);
    fixture_free(fixture);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_covered_team_is_registered_and_everyone_is_told),
      cmocka_unit_test(a_team_is_registered_only_inside_the_window),
      cmocka_unit_test(a_team_that_is_too_small_is_told_how_many_are_missing),
      cmocka_unit_test(an_auditor_registers_once_approved),
      cmocka_unit_test(only_members_and_staff_register),
      cmocka_unit_test(a_gap_that_warns_needs_a_plan_and_names_who_would_close_it),
      cmocka_unit_test(a_gap_that_blocks_needs_somebody_or_a_waiver),
      cmocka_unit_test(a_waiver_opens_and_closes_the_gap_of_a_registered_team),
      cmocka_unit_test(at_the_windows_close_teams_that_qualify_are_registered_and_the_others_told_why),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
