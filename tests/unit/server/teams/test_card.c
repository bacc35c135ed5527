// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

static int put_card(struct fixture *fixture, int64_t person, const char *body) {
  return fixture_call(fixture, person, METHOD_PUT, body, SAMPLE "/info-card");
}

static void a_card_starts_empty_and_comes_back_as_put(void **state) {
  (void)state;
  struct fixture *fixture = sample_at("2023-08-21T12:00:00Z"); // cards need no window
  int64_t ada = fixture_student(fixture, "Ada");
  fixture_auditor(fixture, ada, false); // not even an approval
  fixture_call(fixture, ada, METHOD_GET, NULL, SAMPLE "/info-card");
  fixture_expect(fixture, 200);
  assert_true(json_is_false(fixture_json(fixture, "is_filled_in")));
  assert_string_equal(fixture_text(fixture, "skills.1.level"), "none");
  assert_int_equal(fixture_int(fixture, "version"), 0);
  put_card(fixture, ada,
           "{\"skills\":[{\"skill\":\"systems\",\"level\":\"project\",\"evidence\":\"Wrote a file system\"}],"
           "\"topics\":[\"serving\",\"lifecycle\",\"serving\"],\"availability\":\"evenings\\nand "
           "Sundays\",\"about\":\"I like C\",\"seeking\":true}");
  fixture_expect(fixture, 200);
  fixture_call(fixture, ada, METHOD_GET, NULL, SAMPLE "/info-card");
  assert_true(json_is_true(fixture_json(fixture, "is_filled_in")));
  assert_string_equal(fixture_text(fixture, "skills.0.level"), "none"); // left out
  assert_string_equal(fixture_text(fixture, "skills.1.level"), "project");
  assert_string_equal(fixture_text(fixture, "skills.1.counted_level"), "project");
  assert_string_equal(fixture_text(fixture, "skills.1.evidence"), "Wrote a file system");
  assert_string_equal(fixture_text(fixture, "topics.0"), "lifecycle");
  assert_string_equal(fixture_text(fixture, "topics.1"), "serving");
  assert_int_equal(json_array_size(fixture_json(fixture, "topics")), 2);
  assert_string_equal(fixture_text(fixture, "availability"), "evenings\nand Sundays");
  assert_true(json_is_true(fixture_json(fixture, "seeking")));
  assert_non_null(strstr(fixture_text(fixture, "seeking_shows"), "everybody in this course sees your name"));
  assert_int_equal(fixture_int(fixture, "version"), 1);
  put_card(fixture, ada, "{\"skills\":[]}");
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "skills.1.level"), "none");
  assert_int_equal(json_array_size(fixture_json(fixture, "topics")), 0);
  assert_int_equal(fixture_int(fixture, "version"), 2);
  fixture_free(fixture);
}

static void every_fault_of_a_card_is_told_at_once_with_what_is_known(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada");
  const char *before = fixture_dump(fixture);
  put_card(fixture, ada,
           "{\"skills\":[{\"skill\":\"mll\",\"level\":\"none\"},{\"skill\":\"ml\",\"level\":\"godlike\"},"
           "{\"skill\":\"systems\",\"level\":\"project\"}],\"topics\":[\"serving\",\"cooking\"]}");
  fixture_refused(fixture, 422, "invalid_fields");
  static const struct {
    const char *field;
    const char *message;
  } expected[] = {{"skills[0].skill", "known: ml, systems"},
                  {"skills[1].level", "known: none, novice, course, project, research"},
                  {"skills[2].evidence", "is needed above None"},
                  {"topics[1]", "known: lifecycle"}};
  assert_int_equal(json_array_size(fixture_json(fixture, "errors")), 4);
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal(fixture_text(fixture, arena_format(fixture->arena, "errors.%zu.field", i)), expected[i].field);
    assert_non_null(
        strstr(fixture_text(fixture, arena_format(fixture->arena, "errors.%zu.message", i)), expected[i].message));
  }
  put_card(fixture, ada, "{\"skills\":[{\"skill\":\"ml\",\"level\":\"none\"},{\"skill\":\"ml\",\"level\":\"none\"}]}");
  assert_string_equal(fixture_text(fixture, "errors.0.field"), "skills[1].skill");
  put_card(fixture, ada, "{}");
  fixture_expect(fixture, 422);
  assert_string_equal(fixture_dump(fixture), before);
  fixture_free(fixture);
}

static void a_card_that_changes_nothing_writes_nothing(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada");
  fixture_card(fixture, ada, "project", "none", true);
  const char *before = fixture_dump(fixture);
  fixture_card(fixture, ada, "project", "none", true);
  assert_string_equal(fixture_dump(fixture), before);
  fixture_free(fixture);
}

static void after_registration_a_lowered_level_counts_at_once_and_a_raised_one_once_confirmed(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  fixture_expect(fixture, 200);

  fixture_card(fixture, ben, "none", "course", false); // was project
  assert_int_equal(team_column(fixture, team, "gap_since"), 1693922400);
  assert_int_equal(fixture_messages(fixture, pat, "card edited"), 1);
  assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), 1);
  assert_non_null(strstr(fixture_last_words(fixture, pat), "nobody at Systems level Project work or above"));

  fixture_card(fixture, ben, "none", "research", false);
  assert_string_equal(fixture_text(fixture, "skills.1.level"), "research");
  assert_string_equal(fixture_text(fixture, "skills.1.counted_level"), "course");
  assert_true(json_is_true(fixture_json(fixture, "awaits_confirmation")));
  assert_int_not_equal(team_column(fixture, team, "gap_since"), 0);
  assert_non_null(strstr(fixture_last_words(fixture, pat),
                         "Systems: Research level, before Course work. It counts as Course work until"));

  fixture_call(fixture, ben, METHOD_POST, "{}", SAMPLE "/info-cards/%lld/confirmation", (long long)ben);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, pat, METHOD_POST, "{\"version\":1}", SAMPLE "/info-cards/%lld/confirmation", (long long)ben);
  fixture_refused(fixture, 412, "version_conflict"); // not what staff saw
  fixture_call(fixture, pat, METHOD_POST, NULL, SAMPLE "/info-cards/%lld/confirmation", (long long)ben);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "skills.1.counted_level"), "research");
  assert_int_equal(team_column(fixture, team, "gap_since"), 0);
  assert_int_equal(fixture_messages(fixture, ben, "card confirmed"), 1);
  assert_int_equal(fixture_messages(fixture, ada, "coverage gap closed"), 1);
  assert_int_equal(fixture_messages(fixture, pat, "team coverage gap"), 1);
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, pat, METHOD_POST, NULL, SAMPLE "/info-cards/%lld/confirmation", (long long)ben);
  assert_string_equal(fixture_dump(fixture), before); // nothing was left to confirm
  fixture_free(fixture);
}

static void raising_in_small_steps_gains_nothing(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben");
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  fixture_card(fixture, ben, "novice", "project", false);
  fixture_card(fixture, ben, "course", "project", false);
  assert_string_equal(fixture_text(fixture, "skills.0.counted_level"), "none");
  fixture_card(fixture, ben, "none", "none", false);
  fixture_card(fixture, ben, "none", "project", false);
  assert_string_equal(fixture_text(fixture, "skills.1.counted_level"), "none");
  fixture_free(fixture);
}

static void a_forming_teams_member_raises_levels_freely(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  found_team(fixture, ada, "One");
  fixture_card(fixture, ada, "novice", "none", false);
  fixture_card(fixture, ada, "research", "none", true);
  assert_string_equal(fixture_text(fixture, "skills.0.counted_level"), "research");
  assert_int_equal(fixture_messages(fixture, pat, ""), 0);
  fixture_free(fixture);
}

static void looking_for_a_team_ends_with_registration_or_a_seat(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          cy = fixture_student(fixture, "Cy");
  int64_t team = covered_team(fixture, ada, ben, "One");
  register_team(fixture, ada, team, NULL);
  put_card(fixture, ada, "{\"skills\":[],\"seeking\":true}");
  fixture_refused(fixture, 422, "invalid_fields");
  assert_string_equal(fixture_text(fixture, "errors.0.field"), "seeking");
  fixture_card(fixture, cy, "project", "none", true);
  take_seat(fixture, cy);
  fixture_call(fixture, cy, METHOD_GET, NULL, SAMPLE "/info-card");
  assert_true(json_is_false(fixture_json(fixture, "seeking")));
  put_card(fixture, cy, "{\"skills\":[],\"seeking\":true}");
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_free(fixture);
}

static void only_the_person_and_staff_read_a_card(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  int64_t ada = fixture_student(fixture, "Ada"), ben = fixture_student(fixture, "Ben"),
          pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  fixture_card(fixture, ada, "project", "none", true);
  fixture_call(fixture, ben, METHOD_GET, NULL, SAMPLE "/info-cards/%lld", (long long)ada);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, pat, METHOD_GET, NULL, SAMPLE "/info-cards/%lld", (long long)ada);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "name"), "Ada");
  assert_string_equal(fixture_text(fixture, "skills.0.evidence"), "What I did with it");
  fixture_call(fixture, pat, METHOD_GET, NULL, SAMPLE "/info-cards/%lld", (long long)pat);
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, pat, METHOD_POST, NULL, SAMPLE "/info-cards/%lld/confirmation", (long long)ben);
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, pat, METHOD_PUT, "{\"skills\":[]}", SAMPLE "/info-card");
  fixture_refused(fixture, 403, "not_allowed");
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_card_starts_empty_and_comes_back_as_put),
      cmocka_unit_test(every_fault_of_a_card_is_told_at_once_with_what_is_known),
      cmocka_unit_test(a_card_that_changes_nothing_writes_nothing),
      cmocka_unit_test(after_registration_a_lowered_level_counts_at_once_and_a_raised_one_once_confirmed),
      cmocka_unit_test(raising_in_small_steps_gains_nothing),
      cmocka_unit_test(a_forming_teams_member_raises_levels_freely),
      cmocka_unit_test(looking_for_a_team_ends_with_registration_or_a_seat),
      cmocka_unit_test(only_the_person_and_staff_read_a_card),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
