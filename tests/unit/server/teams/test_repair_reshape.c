// SPDX-License-Identifier: AGPL-3.0-or-later
// Teams merged, split, founded and resized by staff; auditors approved.
#include "tests/unit/server/teams/repair_helpers.h"

#include "common/base/text.h"

struct scene {
  struct fixture *fixture;
  int64_t pat;  // staff
  int64_t prof; // instructor
  int64_t red[4];
  int64_t blue[4];
  int64_t reds;  // of two
  int64_t blues; // of two
  int64_t zoe;   // nowhere
};

static int set_up(void **state) {
  struct scene *scene = calloc(1, sizeof *scene);
  assert_non_null(scene);
  scene->fixture = sample_at(INSIDE);
  scene->pat = fixture_person(scene->fixture, "Pat Doe", ROLE_STAFF);
  scene->prof = fixture_person(scene->fixture, "Prof Poe", ROLE_INSTRUCTOR);
  scene->reds = team_with(scene->fixture, "Red", scene->red, 2);
  scene->blues = team_with(scene->fixture, "Blue", scene->blue, 2);
  scene->zoe = fixture_student(scene->fixture, "Zoe");
  *state = scene;
  return 0;
}

static int tear_down(void **state) {
  struct scene *scene = *state;
  fixture_check(scene->fixture);
  fixture_free(scene->fixture);
  free(scene);
  return 0;
}

static int of_people(struct fixture *fixture, int64_t by, const char *where, const int64_t *people, size_t count) {
  struct text body;
  text_init(&body, fixture->arena);
  text_add(&body, "{\"name\":\"Green\"," WHY ",\"people\":[");
  for (size_t i = 0; i < count; i++)
    text_add_format(&body, "%s%lld", i == 0 ? "" : ",", (long long)people[i]);
  text_add(&body, "]}");
  return fixture_call(fixture, by, METHOD_POST, text_get(&body), SAMPLE "%s", where);
}

static void a_merger_that_exactly_fits_moves_everybody_and_ends_the_team(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  register_team(fixture, scene->red[0], scene->reds, NULL);
  int64_t invitation = invite(fixture, scene->blue[0], scene->blues, scene->zoe);
  merge(fixture, scene->pat, scene->blues, scene->reds);
  fixture_expect(fixture, 200);
  assert_int_equal(count_of(fixture, "moved"), 2);
  assert_int_equal(count_of(fixture, "teams"), 2);
  assert_string_equal(fixture_text(fixture, "teams.0.words"), "Blue is dissolved.");
  assert_int_equal(fixture_int(fixture, "teams.1.members"), 4);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(team_of(fixture, scene->blue[i]), scene->reds);
    assert_int_equal(fixture_messages(fixture, scene->blue[i], "moved by staff"), 1);
    assert_int_equal(fixture_messages(fixture, scene->red[i], "team changed by staff"), 1);
  }
  show_team(fixture, scene->pat, scene->reds);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
  assert_int_equal(fixture_int(fixture, "contact"), scene->red[0]);
  show_team(fixture, scene->pat, scene->blues);
  assert_string_equal(fixture_text(fixture, "state"), "dissolved");
  accept(fixture, scene->zoe, invitation);
  fixture_refused(fixture, 409, "already_answered");
}

static void a_merger_that_does_not_fit_or_makes_no_sense_changes_nothing(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  put_into(fixture, scene->pat, scene->zoe, scene->blues);
  const char *before = fixture_dump(fixture);
  struct {
    int64_t by, team, into;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {scene->pat, scene->blues, scene->reds, 409, "team_full", "five in four places"},
      {scene->pat, scene->reds, scene->reds, 422, "invalid_fields", "with itself"},
      {scene->pat, scene->reds, 99, 422, "invalid_fields", "no such team"},
      {scene->pat, 99, scene->reds, 404, "not_found", "no such team"},
      {scene->red[0], scene->reds, scene->blues, 403, "not_allowed", "by a student"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    merge(fixture, cases[i].by, cases[i].team, cases[i].into);
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
    assert_string_equal(fixture_dump(fixture), before);
  }
}

static void a_place_that_is_held_goes_along_in_a_merger(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  fixture_drop(fixture, scene->blue[0]);
  size_t told = fixture_messages(fixture, scene->blue[0], "");
  merge(fixture, scene->pat, scene->blues, scene->reds);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->blue[0]), scene->reds);
  assert_int_equal(fixture_messages(fixture, scene->blue[0], ""), told); // gone: not written to
  put_into(fixture, scene->pat, scene->zoe, scene->reds);
  fixture_refused(fixture, 409, "team_full");
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)scene->blue[0]);
  assert_int_equal(team_of(fixture, scene->blue[0]), scene->reds);
}

static void a_split_makes_some_members_a_team_of_their_own(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  merge(fixture, scene->pat, scene->blues, scene->reds);
  register_team(fixture, scene->red[0], scene->reds, NULL);
  const char *target = arena_format(fixture->arena, "/teams/%lld/split", (long long)scene->reds);
  const char *before = fixture_dump(fixture);
  of_people(fixture, scene->pat, target, (int64_t[]){scene->blue[1], scene->zoe}, 2);
  fixture_refused(fixture, 422, "invalid_fields"); // Zoe is no member
  assert_string_equal(fixture_text(fixture, "errors.0.field"), "people[1]");
  of_people(fixture, scene->pat, target, (int64_t[]){scene->blue[1], scene->blue[1]}, 2);
  fixture_refused(fixture, 422, "invalid_fields");
  of_people(fixture, scene->pat, target, (int64_t[]){scene->blue[0], scene->blue[1], scene->red[0], scene->red[1]}, 4);
  fixture_refused(fixture, 422, "invalid_fields"); // everybody
  of_people(fixture, scene->pat, target, NULL, 0);
  fixture_refused(fixture, 422, "invalid_fields");
  of_people(fixture, scene->pat, arena_format(fixture->arena, "%s?dry_run=true", target), scene->blue, 2);
  fixture_expect(fixture, 200);
  assert_true(json_is_null(fixture_json(fixture, "moved.0.to_team"))); // it has no number yet
  assert_null(fixture_json(fixture, "team"));
  assert_string_equal(fixture_dump(fixture), before);
  of_people(fixture, scene->pat, target, (int64_t[]){scene->blue[1], scene->red[0]}, 2);
  fixture_expect(fixture, 200);
  int64_t green = fixture_int(fixture, "team");
  show_team(fixture, scene->pat, green);
  assert_string_equal(fixture_text(fixture, "state"), "forming"); // staff register it
  assert_int_equal(fixture_int(fixture, "contact"), scene->blue[1]);
  show_team(fixture, scene->pat, scene->reds);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
  assert_int_equal(fixture_int(fixture, "contact"), scene->red[1]);
  of_people(fixture, scene->pat, target, scene->red + 1, 1);
  fixture_refused(fixture, 409, "name_taken");
}

static void staff_found_a_team_after_the_window_from_wherever_people_are(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  int64_t amy = fixture_student(fixture, "Amy");
  take_seat(fixture, amy);
  fixture_at_seconds(fixture, CLOSES_AT + 5);
  fixture_run_duties(fixture);
  const int64_t people[] = {scene->zoe, amy, scene->red[0], scene->blue[0], scene->blue[1]};
  const char *before = fixture_dump(fixture);
  of_people(fixture, scene->pat, "/staff-teams", people, 5);
  fixture_refused(fixture, 409, "team_full");
  of_people(fixture, scene->zoe, "/staff-teams", people, 4);
  fixture_refused(fixture, 403, "not_allowed");
  of_people(fixture, scene->pat, "/staff-teams", (int64_t[]){scene->zoe, scene->pat}, 2);
  fixture_refused(fixture, 404, "not_found");
  assert_string_equal(fixture_dump(fixture), before);
  of_people(fixture, scene->pat, "/staff-teams", people, 4);
  fixture_expect(fixture, 200);
  int64_t green = fixture_int(fixture, "team");
  for (int i = 0; i < 4; i++)
    assert_int_equal(team_of(fixture, people[i]), green);
  show_team(fixture, scene->pat, green);
  assert_string_equal(fixture_text(fixture, "state"), "incomplete"); // the window is over
  assert_int_equal(fixture_int(fixture, "contact"), scene->zoe);
  register_team(fixture, scene->pat, green, PLAN);
  fixture_expect(fixture, 200);
}

static void a_size_of_its_own_is_what_every_rule_goes_by(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  const char *before = fixture_dump(fixture);
  set_size(fixture, scene->pat, scene->reds, "1");
  fixture_refused(fixture, 422, "invalid_fields"); // below its members
  set_size(fixture, scene->pat, scene->reds, "21");
  fixture_refused(fixture, 422, "invalid_fields");
  set_size(fixture, scene->pat, scene->reds, "0"); // not what null is
  fixture_refused(fixture, 422, "invalid_fields");
  assert_string_equal("size_max", fixture_text(fixture, "errors.0.field"));
  set_size(fixture, scene->red[0], scene->reds, "5");
  fixture_refused(fixture, 403, "not_allowed");
  assert_string_equal(fixture_dump(fixture), before);
  set_size(fixture, scene->pat, scene->reds, "3");
  fixture_expect(fixture, 200);
  show_team(fixture, scene->zoe, scene->reds);
  assert_int_equal(fixture_int(fixture, "size_max"), 3);
  assert_int_equal(fixture_int(fixture, "places_left"), 1);
  fixture_call(fixture, scene->zoe, METHOD_GET, NULL, SAMPLE "/teams");
  assert_int_equal(fixture_int(fixture, "teams.0.places_left"), 1);
  assert_int_equal(fixture_int(fixture, "teams.1.places_left"), 2);
  int64_t amy = fixture_student(fixture, "Amy");
  int64_t invitation = invite(fixture, scene->red[0], scene->reds, amy);
  add_member(fixture, scene->red[0], scene->reds, scene->zoe);
  assert_non_null(strstr(fixture_last_words(fixture, scene->red[1]), "The team is full."));
  accept(fixture, amy, invitation);
  fixture_refused(fixture, 409, "team_full");
  fixture_call(fixture, scene->blue[0], METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)scene->blues);
  fixture_call(fixture, scene->blue[0], METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)scene->reds);
  fixture_refused(fixture, 409, "team_full");
  put_into(fixture, scene->pat, amy, scene->reds);
  fixture_refused(fixture, 409, "team_full");
  set_size(fixture, scene->pat, scene->reds, "5");
  fixture_expect(fixture, 200);
  assert_non_null(strstr(fixture_last_words(fixture, scene->zoe),
                         "Pat Doe, of the course's staff, let Red have at most 5 members. " SAID));
  put_into(fixture, scene->pat, amy, scene->reds);
  put_into(fixture, scene->pat, scene->blue[0], scene->reds);
  fixture_expect(fixture, 200); // five, beyond the course's four
  fixture_check(fixture);
  set_size(fixture, scene->pat, scene->reds, "null");
  fixture_refused(fixture, 422, "invalid_fields"); // the course's four are too few by now
  take_out(fixture, scene->pat, amy);
  set_size(fixture, scene->pat, scene->reds, "null");
  fixture_expect(fixture, 200);
  show_team(fixture, scene->pat, scene->reds);
  assert_int_equal(fixture_int(fixture, "size_max"), 4);
}

static void an_auditor_is_approved_by_the_instructor_and_told(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  fixture_auditor(fixture, scene->zoe, false);
  fixture_call(fixture, scene->zoe, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_refused(fixture, 403, "auditor_not_approved");
  fixture_call(fixture, scene->pat, METHOD_PUT, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)scene->zoe);
  fixture_refused(fixture, 403, "auditor_not_approved");
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, scene->pat, METHOD_POST, "{" WHY "}", SAMPLE "/roster/%lld/audit-approval",
               (long long)scene->zoe);
  fixture_refused(fixture, 403, "not_allowed"); // staff, but no instructor
  fixture_call(fixture, scene->prof, METHOD_POST, "{" WHY "}", SAMPLE "/roster/%lld/audit-approval",
               (long long)scene->red[0]);
  fixture_refused(fixture, 409, "conflict"); // who does not audit
  fixture_call(fixture, scene->prof, METHOD_POST, "{}", SAMPLE "/roster/%lld/audit-approval", (long long)scene->zoe);
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_call(fixture, scene->prof, METHOD_POST, "{" WHY "}", SAMPLE "/roster/%lld/audit-approval?dry_run=true",
               (long long)scene->zoe);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "told.0.person"), scene->zoe);
  assert_string_equal(fixture_dump(fixture), before);
  fixture_call(fixture, scene->prof, METHOD_POST, "{" WHY "}", SAMPLE "/roster/%lld/audit-approval",
               (long long)scene->zoe);
  fixture_expect(fixture, 200);
  assert_non_null(strstr(fixture_last_words(fixture, scene->zoe), "approved that you audit the course."));
  fixture_call(fixture, scene->prof, METHOD_DELETE, "{" WHY "}", SAMPLE "/roster/%lld/audit-approval",
               (long long)scene->zoe);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_messages(fixture, scene->zoe, "audit approval"), 2);
  fixture_call(fixture, scene->zoe, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_refused(fixture, 403, "auditor_not_approved");
}

int main(void) {
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      SCENE(a_merger_that_exactly_fits_moves_everybody_and_ends_the_team),
      SCENE(a_merger_that_does_not_fit_or_makes_no_sense_changes_nothing),
      SCENE(a_place_that_is_held_goes_along_in_a_merger),
      SCENE(a_split_makes_some_members_a_team_of_their_own),
      SCENE(staff_found_a_team_after_the_window_from_wherever_people_are),
      SCENE(a_size_of_its_own_is_what_every_rule_goes_by),
      SCENE(an_auditor_is_approved_by_the_instructor_and_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
