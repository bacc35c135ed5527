// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

static void founding_makes_the_founder_contact_and_first_member(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Lovelace");
  fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"  Gradient   Descenders \",\"looking_for\":\"a kernel hacker\"}",
               SAMPLE "/teams");
  fixture_expect(fixture, 201);
  assert_string_equal(fixture_text(fixture, "name"), "Gradient Descenders");
  assert_string_equal(fixture_text(fixture, "state"), "forming");
  assert_string_equal(fixture_text(fixture, "looking_for"), "a kernel hacker");
  assert_int_equal(fixture_int(fixture, "contact"), ada);
  assert_int_equal(fixture_int(fixture, "members.0.person"), ada);
  assert_int_equal(fixture_int(fixture, "places_left"), 3);
  assert_int_equal(fixture_int(fixture, "version"), 1);
  assert_string_equal(local_answer_header(&fixture->answer, "Location"), SAMPLE "/teams/1");
  fixture_call(fixture, ada, METHOD_GET, NULL, SAMPLE);
  assert_int_equal(fixture_int(fixture, "you.team"), 1);
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_team_is_founded_only_inside_the_window(void **state) {
  (void)state;
  static const struct {
    int64_t at;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {OPENS_AT - 1, 409, "not_open", "the second before it opens"},
      {OPENS_AT, 201, "", "the second in which it opens"},
      {OPENS_AT + 1, 201, "", "the second after"},
      {CLOSES_AT - 1, 201, "", "the second before it closes"},
      {CLOSES_AT, 201, "", "23:59 is 23:59:00, and it still counts"},
      {CLOSES_AT + 1, 409, "deadline_passed", "teams have no grace"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada");
    fixture_at_seconds(fixture, cases[i].at);
    fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"Early Birds\"}", SAMPLE "/teams");
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
    if (cases[i].status != 201)
      assert_non_null(strstr(fixture_text(fixture, "detail"),
                             cases[i].at < OPENS_AT ? "Mon 28 Aug 2023 09:00 EDT" : "Mon 11 Sep 2023 23:59 EDT"));
    fixture_free(fixture);
  }
}

static void names_are_the_same_whatever_their_case_and_width(void **state) {
  (void)state;
  static const struct {
    const char *first;
    const char *second;
    int status;
    const char *why;
  } cases[] = {
      {"Straße", "STRASSE", 409, "sharp s folds to ss"},
      {"Tensor", "Ｔｅｎｓｏｒ", 409, "full width is compatibility equivalent"},
      {"Cafe\xCC\x81", "Café", 409, "composed and decomposed"},
      {"Big  Team", "big team", 409, "inner space is squeezed"},
      {"Team 1", "Team 2", 201, "another name"},
      {"resume", "résumé", 201, "accents count"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct fixture *fixture = sample_at(INSIDE);
    int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
    found_team(fixture, ada, cases[i].first);
    const char *before = fixture_dump(fixture);
    fixture_call(fixture, ben, METHOD_POST, arena_format(fixture->arena, "{\"name\":\"%s\"}", cases[i].second),
                 SAMPLE "/teams");
    if (fixture->answer.status != cases[i].status)
      fail_msg("%s: %s", cases[i].why, fixture->answer.body);
    if (cases[i].status == 409) {
      fixture_refused(fixture, 409, "name_taken");
      assert_string_equal(fixture_dump(fixture), before);
    }
    fixture_free(fixture);
  }
}

static void a_name_with_a_character_that_nobody_sees_is_refused_where_it_stands(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = found_team(fixture, ada, "Descenders");
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, ben, METHOD_POST, "{\"name\":\"Desc\\u200benders\"}", SAMPLE "/teams");
  fixture_expect(fixture, 422);
  assert_string_equal(fixture_text(fixture, "errors.0.field"), "name");
  assert_string_equal(fixture_text(fixture, "errors.0.message"),
                      "has a character that nobody can see, U+200B ZERO WIDTH SPACE: the 5th, behind \"Desc\"; delete "
                      "it there, or type the text again");
  fixture_call(fixture, ada, METHOD_PATCH, "{\"name\":\"\\u202esrednecseD\"}", SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 422);
  assert_string_equal(fixture_dump(fixture), before);
  // An emoji may have one, and is the same name with and without it.
  found_team(fixture, ben, "\u2764\uFE0F");
  fixture_call(fixture, ada, METHOD_PATCH, "{\"name\":\"\u2764\"}", SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 409, "name_taken");
  fixture_free(fixture);
}

// Names that were taken before this rule.
static void a_stored_name_with_such_a_character_stays_until_it_is_changed(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada");
  int64_t team = found_team(fixture, ada, "Descenders");
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update teams set name = $1", db_text("Desc\u200Benders")));
  fixture_call(fixture, ada, METHOD_PATCH, "{\"looking_for\":\"a kernel hacker\"}", SAMPLE "/teams/%lld",
               (long long)team);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "name"), "Desc\u200Benders");
  fixture_free(fixture);
}

static void a_name_has_1_to_60_visible_characters(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada");
  static const char *const bad[] = {"", "   ", "\\u200b\\u00ad", "a\\nb",
                                    "1234567890123456789012345678901234567890123456789012345678901"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    fixture_call(fixture, ada, METHOD_POST, arena_format(fixture->arena, "{\"name\":\"%s\"}", bad[i]), SAMPLE "/teams");
    if (fixture->answer.status != 422 && fixture->answer.status != 400)
      fail_msg("name %zu: %s", i, fixture->answer.body);
    assert_string_equal(fixture_text(fixture, "errors.0.field"), "name");
  }
  found_team(fixture, ada,
             "ÄÖÜ456789012345678901234567890123456789012345678901234567890"); // 60 code points, more bytes
  fixture_free(fixture);
}

static void who_is_placed_founds_no_team(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  found_team(fixture, ada, "One");
  take_seat(fixture, ben);
  fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"Two\"}", SAMPLE "/teams");
  fixture_refused(fixture, 409, "in_team");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "One"));
  fixture_call(fixture, ben, METHOD_POST, "{\"name\":\"Two\"}", SAMPLE "/teams");
  fixture_refused(fixture, 409, "in_lab");
  fixture_call(fixture, pat, METHOD_POST, "{\"name\":\"Two\"}", SAMPLE "/teams");
  fixture_refused(fixture, 403, "not_allowed");
  fixture_free(fixture);
}

static void founding_declines_the_founders_open_invitations_and_tells_those_teams(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t one = found_team(fixture, ada, "One");
  int64_t invitation = invite(fixture, ada, one, ben);
  found_team(fixture, ben, "Two");
  assert_int_equal(fixture_messages(fixture, ada, "invitation declined"), 1);
  accept(fixture, ben, invitation);
  fixture_refused(fixture, 409, "in_team");
  fixture_check(fixture);
  fixture_free(fixture);
}

static void members_change_name_and_words_and_only_the_contact_hands_over(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy");
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  fixture_call(fixture, ben, METHOD_PATCH, "{\"name\":\"Uno\",\"looking_for\":\"C people\"}", SAMPLE "/teams/%lld",
               (long long)team);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "name"), "Uno");
  assert_int_equal(fixture_int(fixture, "version"), 2);
  assert_int_equal(fixture_messages(fixture, ada, "team renamed"), 1);
  assert_int_equal(fixture_messages(fixture, ben, "team renamed"), 0);
  const char *to_ben = arena_format(fixture->arena, "{\"contact\":%lld}", (long long)ben);
  fixture_call(fixture, ben, METHOD_PATCH, to_ben, SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 403, "not_contact");
  fixture_call(fixture, cy, METHOD_PATCH, to_ben, SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 403, "not_your_team");
  fixture_call(fixture, ada, METHOD_PATCH, arena_format(fixture->arena, "{\"contact\":%lld}", (long long)cy),
               SAMPLE "/teams/%lld", (long long)team);
  assert_string_equal(fixture_text(fixture, "errors.0.field"), "contact");
  fixture_call(fixture, ada, METHOD_PATCH, to_ben, SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "contact"), ben);
  assert_int_equal(fixture_messages(fixture, ben, "team contact"), 1);
  fixture_check(fixture);
  fixture_free(fixture);
}

static int rename_to(struct fixture *fixture, int64_t by, int64_t team, const char *name) {
  return fixture_call(fixture, by, METHOD_PATCH, arena_format(fixture->arena, "{\"name\":\"%s\"}", name),
                      SAMPLE "/teams/%lld", (long long)team);
}

static void members_rename_a_team_three_times_in_24_hours_and_staff_as_they_must(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = found_team(fixture, ada, "Zero"), other = found_team(fixture, cy, "Other");
  add_member(fixture, ada, team, ben);
  int64_t start = OPENS_AT + 86400;
  fixture_at_seconds(fixture, start);
  assert_int_equal(rename_to(fixture, ada, team, "One"), 200);
  assert_int_equal(rename_to(fixture, ada, team, "One"), 200); // no other name: not counted
  fixture_at_seconds(fixture, start + 60);
  assert_int_equal(rename_to(fixture, ben, team, "Two"), 200);
  for (int i = 0; i < 4; i++)
    assert_int_equal(rename_to(fixture, pat, team, i % 2 ? "By Staff" : "By Staff Again"), 200);
  assert_int_equal(rename_to(fixture, ada, team, "Three"), 200);

  const char *before = fixture_dump(fixture);
  assert_int_equal(rename_to(fixture, ben, team, "Four"), 409);
  fixture_refused(fixture, 409, "too_many_names");
  assert_string_equal(fixture_text(fixture, "detail"),
                      "Three has been renamed 3 times within 24 hours, and everybody in it was told each time. Its "
                      "next name can come on Wed 30 Aug 2023 09:00 EDT, or at once from the course's staff.");
  assert_string_equal(fixture_dump(fixture), before);
  fixture_call(fixture, ben, METHOD_PATCH, "{\"looking_for\":\"a kernel hacker\"}", SAMPLE "/teams/%lld",
               (long long)team);
  fixture_expect(fixture, 200);
  assert_int_equal(rename_to(fixture, cy, other, "Another"), 200); // each team by itself
  assert_int_equal(rename_to(fixture, pat, team, "Chosen by Staff"), 200);

  fixture_at_seconds(fixture, start + 86399);
  assert_int_equal(rename_to(fixture, ada, team, "Four"), 409);
  fixture_at_seconds(fixture, start + 86400);
  assert_int_equal(rename_to(fixture, ada, team, "Four"), 200);
  assert_int_equal(rename_to(fixture, ada, team, "Five"), 409); // the second's 24 hours are not over
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_change_that_changes_nothing_writes_nothing(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada");
  int64_t team = found_team(fixture, ada, "One");
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, ada, METHOD_PATCH,
               arena_format(fixture->arena, "{\"name\":\"One\",\"contact\":%lld}", (long long)ada),
               SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 200);
  fixture_call(fixture, ada, METHOD_PATCH, "{}", SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_dump(fixture), before);
  fixture_free(fixture);
}

static void the_contact_dissolves_a_forming_team_and_everybody_is_free(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy"), di = fixture_student(fixture, "Di");
  int64_t team = found_team(fixture, ada, "One");
  add_member(fixture, ada, team, ben);
  int64_t invitation = invite(fixture, ada, team, cy);
  int64_t request = ask_to_join(fixture, di, team);
  fixture_call(fixture, ben, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 403, "not_contact");
  fixture_call(fixture, ada, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, ben, "team dissolved"), 1);
  assert_int_equal(fixture_messages(fixture, cy, "invitation withdrawn"), 1);
  assert_int_equal(fixture_messages(fixture, di, "join request declined"), 1);
  accept(fixture, cy, invitation);
  fixture_refused(fixture, 409, "already_answered");
  accept_request(fixture, ben, request);
  fixture_refused(fixture, 404, "not_found");
  found_team(fixture, ben, "One"); // the name is free again
  fixture_call(fixture, ada, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 403, "not_your_team");
  fixture_call(fixture, ben, METHOD_GET, NULL, SAMPLE "/teams");
  assert_int_equal(json_array_size(fixture_json(fixture, "teams")), 1);
  fixture_check(fixture);
  fixture_free(fixture);
}

static void a_registered_team_is_dissolved_by_staff_only(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  fixture_expect(fixture, 200);
  fixture_call(fixture, ada, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 409, "team_registered");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "Pat"));
  fixture_call(fixture, pat, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 422, "invalid_fields"); // no reason
  static const char because[] = "{\"reason\":\"Both left the course.\"}";
  fixture_call(fixture, pat, METHOD_DELETE, because, SAMPLE "/teams/%lld", (long long)team);
  fixture_expect(fixture, 204);
  assert_int_equal(fixture_messages(fixture, ada, "team dissolved"), 1);
  fixture_call(fixture, pat, METHOD_DELETE, because, SAMPLE "/teams/%lld", (long long)team);
  fixture_refused(fixture, 409, "team_not_forming");
  fixture_check(fixture);
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(founding_makes_the_founder_contact_and_first_member),
      cmocka_unit_test(a_team_is_founded_only_inside_the_window),
      cmocka_unit_test(names_are_the_same_whatever_their_case_and_width),
      cmocka_unit_test(a_name_with_a_character_that_nobody_sees_is_refused_where_it_stands),
      cmocka_unit_test(a_stored_name_with_such_a_character_stays_until_it_is_changed),
      cmocka_unit_test(a_name_has_1_to_60_visible_characters),
      cmocka_unit_test(who_is_placed_founds_no_team),
      cmocka_unit_test(founding_declines_the_founders_open_invitations_and_tells_those_teams),
      cmocka_unit_test(members_change_name_and_words_and_only_the_contact_hands_over),
      cmocka_unit_test(members_rename_a_team_three_times_in_24_hours_and_staff_as_they_must),
      cmocka_unit_test(a_change_that_changes_nothing_writes_nothing),
      cmocka_unit_test(the_contact_dissolves_a_forming_team_and_everybody_is_free),
      cmocka_unit_test(a_registered_team_is_dissolved_by_staff_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
