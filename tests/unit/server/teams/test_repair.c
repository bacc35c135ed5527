// SPDX-License-Identifier: AGPL-3.0-or-later
// Moves of people by staff: placed, taken out, swapped, undone. What is done to whole teams: test_repair_reshape.c.
#include "tests/unit/server/teams/repair_helpers.h"

struct scene {
  struct fixture *fixture;
  int64_t pat;    // staff
  int64_t red[4]; // a team of three
  int64_t blue[4];
  int64_t reds;
  int64_t blues; // a team of two
  int64_t zoe;   // nowhere
};

static struct scene *new_scene(void) {
  struct scene *scene = calloc(1, sizeof *scene);
  assert_non_null(scene);
  scene->fixture = sample_at(INSIDE);
  scene->pat = fixture_person(scene->fixture, "Pat Doe", ROLE_STAFF);
  scene->reds = team_with(scene->fixture, "Red", scene->red, 3);
  scene->blues = team_with(scene->fixture, "Blue", scene->blue, 2);
  scene->zoe = fixture_student(scene->fixture, "Zoe");
  return scene;
}

static int set_up(void **state) {
  *state = new_scene();
  return 0;
}

static int tear_down(void **state) {
  struct scene *scene = *state;
  fixture_check(scene->fixture);
  fixture_free(scene->fixture);
  free(scene);
  return 0;
}

static void a_placed_student_leaves_the_old_team_and_everybody_concerned_is_told_once(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  put_into(fixture, scene->pat, scene->red[0], scene->blues);
  fixture_expect(fixture, 200);
  assert_true(json_is_false(fixture_json(fixture, "dry_run")));
  assert_string_equal(fixture_text(fixture, "moved.0.words"), "Red 1 leaves Red for Blue.");
  assert_int_equal(count_of(fixture, "told"), 5); // two reds stay, two blues were there, and the one who moves
  assert_int_equal(team_of(fixture, scene->red[0]), scene->blues);
  assert_int_equal(fixture_messages(fixture, scene->red[0], "moved by staff"), 1);
  const char *words = fixture_last_words(fixture, scene->red[0]);
  assert_non_null(strstr(words, "Pat Doe, of the course's staff, moved you from Red to Blue. " SAID));
  assert_non_null(strstr(words, "ask the course's staff (Pat Doe)"));
  assert_int_equal(fixture_messages(fixture, scene->red[1], "team changed by staff"), 1);
  words = fixture_last_words(fixture, scene->red[1]);
  assert_non_null(strstr(words, "took Red 1 out of Red. " SAID));
  assert_non_null(strstr(words, "Red 2 is now the contact of Red."));
  assert_null(strstr(words, "Blue")); // where else they are now is not said
  assert_non_null(strstr(fixture_last_words(fixture, scene->blue[0]), "put Red 1 into Blue."));
  assert_int_equal(fixture_messages(fixture, scene->zoe, ""), 0);
  show_team(fixture, scene->red[1], scene->reds);
  assert_int_equal(fixture_int(fixture, "contact"), scene->red[1]);
}

static void the_reason_is_in_the_history_and_not_in_the_audit(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  put_into(fixture, scene->pat, scene->red[0], scene->blues);
  int64_t found = 0;
  assert_int_equal(db_get_int(app_db(fixture->app), &found,
                              "select count(*) from audit_details where coalesce(before, '') || coalesce(after, '') "
                              "like '%asked for it%'"),
                   ERR_OK);
  assert_int_equal(found, 0);
  assert_int_equal(
      db_get_int(app_db(fixture->app), &found,
                 "select count(*) from audit a join audit_details d on d.course_id = a.course_id and d.seq "
                 "= a.seq where a.kind = 'student placed' and d.before = "
                 "'{\"team\":1,\"seated\":false}' and d.after = '{\"team\":2,\"seated\":false}'"),
      ERR_OK);
  assert_int_equal(found, 1);
  fixture_call(fixture, scene->red[0], METHOD_GET, NULL, SAMPLE "/placements/%lld", (long long)scene->red[0]);
  fixture_expect(fixture, 200);
  assert_int_equal(count_of(fixture, "places"), 2);
  assert_string_equal(fixture_text(fixture, "places.0.reason_out"), "They asked for it.");
  assert_string_equal(fixture_text(fixture, "places.1.name"), "Blue");
  assert_true(json_is_null(fixture_json(fixture, "places.1.until")));
  fixture_call(fixture, scene->pat, METHOD_GET, NULL, SAMPLE "/placements/%lld", (long long)scene->red[0]);
  fixture_expect(fixture, 200);
  fixture_call(fixture, scene->red[1], METHOD_GET, NULL, SAMPLE "/placements/%lld", (long long)scene->red[0]);
  fixture_refused(fixture, 403, "not_allowed");
}

static void a_team_takes_people_up_to_its_size_and_not_one_more(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  put_into(fixture, scene->pat, scene->zoe, scene->reds); // the fourth of four
  fixture_expect(fixture, 200);
  const char *before = fixture_dump(fixture);
  put_into(fixture, scene->pat, scene->blue[0], scene->reds);
  fixture_refused(fixture, 409, "team_full");
  assert_string_equal(fixture_dump(fixture), before);
  put_into(fixture, scene->pat, scene->zoe, scene->reds); // there already
  fixture_expect(fixture, 200);
  assert_int_equal(count_of(fixture, "moved") + count_of(fixture, "told"), 0);
  assert_true(json_is_null(fixture_json(fixture, "repair")));
  assert_string_equal(fixture_dump(fixture), before);
}

static void a_placement_is_refused_for_what_is_wrong_with_it(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  int64_t gone = fixture_student(fixture, "Gone");
  fixture_drop(fixture, gone);
  fixture_call(fixture, scene->blue[0], METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)scene->blues);
  const char *before = fixture_dump(fixture);
  struct {
    int64_t by;
    int64_t person;
    const char *body;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {scene->red[0], scene->zoe, "{\"team\":1," WHY "}", 403, "not_allowed", "a student"},
      {scene->pat, scene->zoe, "{\"team\":1}", 422, "invalid_fields", "no reason"},
      {scene->pat, scene->zoe, "{\"team\":1,\"reason\":\" \\n \"}", 422, "invalid_fields", "an empty reason"},
      {scene->pat, scene->zoe, "{" WHY "}", 422, "invalid_fields", "no team"},
      {scene->pat, scene->zoe, "{\"team\":99," WHY "}", 404, "not_found", "no such team"},
      {scene->pat, 99, "{\"team\":1," WHY "}", 404, "not_found", "nobody"},
      {scene->pat, scene->pat, "{\"team\":1," WHY "}", 404, "not_found", "no student"},
      {scene->pat, gone, "{\"team\":1," WHY "}", 404, "not_found", "dropped"},
      {scene->pat, scene->zoe, "{\"team\":2," WHY "}", 409, "team_not_forming", "dissolved"},
      {scene->pat, scene->zoe, "{\"team\":null," WHY "}", 404, "not_found", "taken out of nothing"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fixture_call(fixture, cases[i].by, METHOD_PUT, cases[i].body, SAMPLE "/placements/%lld",
                 (long long)cases[i].person);
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
    assert_string_equal(fixture_dump(fixture), before);
  }
  char long_reason[1100] = "";
  memset(long_reason, 'x', 1001);
  fixture_call(fixture, scene->pat, METHOD_PUT,
               arena_format(fixture->arena, "{\"team\":1,\"reason\":\"%s\"}", long_reason), SAMPLE "/placements/%lld",
               (long long)scene->zoe);
  fixture_refused(fixture, 422, "invalid_fields");
  long_reason[1000] = '\0';
  fixture_call(fixture, scene->pat, METHOD_PUT,
               arena_format(fixture->arena, "{\"team\":1,\"reason\":\"%s\"}", long_reason), SAMPLE "/placements/%lld",
               (long long)scene->zoe);
  fixture_expect(fixture, 200);
}

static void a_dry_run_says_what_would_be_and_changes_nothing(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  register_team(fixture, scene->blue[0], scene->blues, NULL);
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, scene->pat, METHOD_PUT, "{\"team\":1," WHY "}", SAMPLE "/placements/%lld?dry_run=true",
               (long long)scene->blue[0]);
  fixture_expect(fixture, 200);
  assert_true(json_is_true(fixture_json(fixture, "dry_run")));
  assert_string_equal(fixture_text(fixture, "teams.0.name"), "Blue");
  assert_true(json_is_true(fixture_json(fixture, "teams.0.is_too_small")));
  assert_true(json_is_false(fixture_json(fixture, "teams.0.is_covered")));
  assert_string_equal(fixture_text(fixture, "teams.0.state"), "registered");
  assert_non_null(strstr(fixture_text(fixture, "teams.0.words"),
                         "Blue has 1 of at most 4 members. It is below its least size of 2. It does not cover all "
                         "skills: nobody at Machine learning level"));
  assert_int_equal(count_of(fixture, "told"), 6); // staff hear of the gap
  assert_string_equal(fixture_dump(fixture), before);
  fixture_call(fixture, scene->pat, METHOD_PUT, "{\"team\":99," WHY "}", SAMPLE "/placements/%lld?dry_run=true",
               (long long)scene->zoe);
  fixture_refused(fixture, 404, "not_found");
  assert_string_equal(fixture_dump(fixture), before);
}

static void a_registered_team_stays_registered_and_is_marked(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  register_team(fixture, scene->blue[0], scene->blues, NULL);
  take_out(fixture, scene->pat, scene->blue[1]);
  fixture_expect(fixture, 200);
  show_team(fixture, scene->pat, scene->blues);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
  assert_int_not_equal(team_column(fixture, scene->blues, "gap_since"), 0);
  assert_int_equal(fixture_messages(fixture, scene->pat, "team coverage gap"), 1);
  assert_int_equal(fixture_messages(fixture, scene->pat, "team too small"), 1);
  assert_int_equal(fixture_messages(fixture, scene->blue[0], "coverage gap"), 0); // it is in the one message
  assert_non_null(strstr(fixture_last_words(fixture, scene->blue[0]), "no longer covers all skills"));
  take_out(fixture, scene->pat, scene->blue[0]);
  fixture_expect(fixture, 200);
  assert_non_null(strstr(fixture_text(fixture, "teams.0.words"), "Nobody is left in Blue. It stays"));
  show_team(fixture, scene->pat, scene->blues);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
  put_into(fixture, scene->pat, scene->zoe, scene->blues);
  show_team(fixture, scene->pat, scene->blues);
  assert_int_equal(fixture_int(fixture, "contact"), scene->zoe); // a team that is found again has a contact again
}

static void placing_answers_the_open_questions_of_the_student(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  int64_t by_red = invite(fixture, scene->red[0], scene->reds, scene->zoe);
  ask_to_join(fixture, scene->zoe, scene->blues);
  put_into(fixture, scene->pat, scene->zoe, scene->blues);
  fixture_expect(fixture, 200);
  accept(fixture, scene->zoe, by_red);
  fixture_refused(fixture, 409, "in_team");
  int64_t open = 0;
  assert_int_equal(db_get_int(app_db(fixture->app), &open,
                              "select count(*) from invitations where person_id = $1 and state = 'open'",
                              db_int(scene->zoe)),
                   ERR_OK);
  assert_int_equal(open, 0);
  assert_int_equal(fixture_messages(fixture, scene->red[1], "invitation declined"), 1);
  assert_int_equal(fixture_messages(fixture, scene->blue[1], "join request withdrawn"), 0); // they have joined
}

static void many_are_placed_at_once_and_one_bad_row_changes_nothing(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  int64_t amy = fixture_student(fixture, "Amy");
  struct {
    int64_t person[3];
    int64_t team[3];
    int status;
    const char *field;
    const char *why;
  } cases[] = {
      {{scene->zoe, amy, scene->blue[0]}, {1, 1, 2}, 409, "placements[1].team", "the second is one too many"},
      {{scene->zoe, 99, amy}, {2, 2, 2}, 404, "placements[1].person", "nobody"},
      {{scene->zoe, amy, scene->zoe}, {2, 2, 1}, 422, "placements[2].person", "twice"},
      {{scene->zoe, amy, scene->blue[0]}, {2, 2, 99}, 404, "placements[2].team", "no team"},
      {{scene->zoe, amy, scene->red[0]}, {1, 1, 2}, 200, "", "who leaves makes room"},
  };
  const char *before = fixture_dump(fixture);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *body =
        arena_format(fixture->arena,
                     "{\"placements\":[{\"person\":%lld,\"team\":%lld},{\"person\":%lld,\"team\":%lld},{\"person\":"
                     "%lld,\"team\":%lld}]," WHY "}",
                     (long long)cases[i].person[0], (long long)cases[i].team[0], (long long)cases[i].person[1],
                     (long long)cases[i].team[1], (long long)cases[i].person[2], (long long)cases[i].team[2]);
    fixture_call(fixture, scene->pat, METHOD_POST, body, SAMPLE "/placements");
    fixture_expect(fixture, cases[i].status);
    if (cases[i].status == 200)
      continue;
    assert_string_equal(fixture_text(fixture, "errors.0.field"), cases[i].field);
    assert_string_equal(fixture_dump(fixture), before);
  }
  assert_int_equal(team_of(fixture, amy), scene->reds);
  assert_int_equal(team_of(fixture, scene->red[0]), scene->blues);
  assert_int_equal(fixture_messages(fixture, scene->red[1], "team changed by staff"), 1); // one for three changes
  assert_non_null(
      strstr(fixture_last_words(fixture, scene->red[1]), "put Zoe and Amy into Red and took Red 1 out of it"));
}

static void two_full_teams_swap_and_so_do_a_team_and_a_seat(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  set_size(fixture, scene->pat, scene->reds, "3");
  set_size(fixture, scene->pat, scene->blues, "2");
  fixture_expect(fixture, 200);
  swap(fixture, scene->pat, scene->red[0], scene->blue[0]);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->red[0]), scene->blues);
  assert_int_equal(team_of(fixture, scene->blue[0]), scene->reds);
  fixture_check(fixture);
  take_seat(fixture, scene->zoe);
  swap(fixture, scene->pat, scene->zoe, scene->blue[0]);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->zoe), scene->reds);
  assert_int_equal(team_of(fixture, scene->blue[0]), SEATED);
  assert_non_null(strstr(fixture_last_words(fixture, scene->zoe), "moved you from your lab seat to Red"));
  assert_non_null(strstr(fixture_last_words(fixture, scene->blue[0]), "moved you from Red to a lab seat"));
  int64_t amy = fixture_student(fixture, "Amy");
  const char *before = fixture_dump(fixture);
  swap(fixture, scene->pat, amy, scene->zoe);
  fixture_refused(fixture, 409, "conflict");
  swap(fixture, scene->pat, scene->red[1], scene->red[2]);
  fixture_refused(fixture, 409, "conflict");
  swap(fixture, scene->pat, scene->zoe, scene->zoe);
  fixture_refused(fixture, 422, "invalid_fields");
  swap(fixture, scene->zoe, scene->zoe, scene->blue[1]);
  fixture_refused(fixture, 403, "not_allowed");
  assert_string_equal(fixture_dump(fixture), before);
}

static void a_wrong_join_is_undone_as_if_it_had_not_been(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  add_member(fixture, scene->blue[0], scene->blues, scene->zoe);
  undo(fixture, scene->pat, scene->zoe);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->zoe), NOWHERE);
  undo(fixture, scene->pat, scene->zoe);
  fixture_refused(fixture, 404, "not_found");
  put_into(fixture, scene->pat, scene->red[0], scene->blues);
  undo(fixture, scene->pat, scene->red[0]);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->red[0]), scene->reds);
  show_team(fixture, scene->pat, scene->reds);
  assert_int_equal(fixture_int(fixture, "members.0.person"), scene->red[0]); // with the old standing
  fixture_call(fixture, scene->pat, METHOD_GET, NULL, SAMPLE "/placements/%lld", (long long)scene->red[0]);
  assert_true(json_is_true(fixture_json(fixture, "places.1.undone")));
  assert_true(json_is_null(fixture_json(fixture, "places.0.until")));
  put_into(fixture, scene->pat, scene->red[0], scene->blues); // and once more
  undo(fixture, scene->pat, scene->red[0]);
  assert_int_equal(team_of(fixture, scene->red[0]), scene->reds);
}

// Each by an act of their own, if within one second.
static void who_left_one_team_and_then_joined_another_does_not_go_back(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  add_member(fixture, scene->blue[0], scene->blues, scene->zoe);
  fixture_call(fixture, scene->zoe, METHOD_DELETE, NULL, SAMPLE "/teams/%lld/members/%lld", (long long)scene->blues,
               (long long)scene->zoe);
  assert_int_equal(team_of(fixture, scene->zoe), NOWHERE);
  add_member(fixture, scene->red[0], scene->reds, scene->zoe);
  assert_int_equal(team_of(fixture, scene->zoe), scene->reds);
  undo(fixture, scene->pat, scene->zoe);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->zoe), NOWHERE);
}

static void who_cannot_go_back_is_left_without_a_place(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  put_into(fixture, scene->pat, scene->red[0], scene->blues);
  set_size(fixture, scene->pat, scene->reds, "2"); // full by now
  fixture_expect(fixture, 200);
  undo(fixture, scene->pat, scene->red[0]);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->red[0]), NOWHERE);
}

static void who_left_a_seat_for_a_team_gets_it_back_when_it_is_free(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  take_seat(fixture, scene->zoe);
  put_into(fixture, scene->pat, scene->zoe, scene->blues);
  fixture_expect(fixture, 200);
  undo(fixture, scene->pat, scene->zoe);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->zoe), SEATED);
  fixture_call(fixture, scene->zoe, METHOD_GET, NULL, SAMPLE "/placements/%lld", (long long)scene->zoe);
  assert_true(json_is_null(fixture_json(fixture, "places.0.until"))); // the same seat goes on
  put_into(fixture, scene->pat, scene->zoe, scene->blues);
  for (int i = 0; i < 20; i++)
    take_seat(fixture, fixture_student(fixture, arena_format(fixture->arena, "Crowd %d", i)));
  undo(fixture, scene->pat, scene->zoe);
  fixture_expect(fixture, 200);
  assert_int_equal(team_of(fixture, scene->zoe), NOWHERE);
}

static void a_seat_that_a_placement_frees_is_offered_to_the_first_in_line(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  for (int i = 0; i < 20; i++)
    take_seat(fixture, fixture_student(fixture, arena_format(fixture->arena, "Crowd %d", i)));
  take_seat(fixture, scene->zoe); // waits
  put_into(fixture, scene->pat, scene->zoe + 1, scene->blues);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_messages(fixture, scene->zoe, "lab seat"), 1);
  fixture_call(fixture, scene->zoe, METHOD_GET, NULL, SAMPLE "/labs");
  assert_string_equal(fixture_text(fixture, "you.state"), "offered");
}

static void after_the_window_staff_place_and_register(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  int64_t one = fixture_student(fixture, "One");
  fixture_card(fixture, one, "project", "project", false);
  int64_t team = found_team(fixture, one, "Alone");
  fixture_at_seconds(fixture, CLOSES_AT + 5);
  fixture_run_duties(fixture);
  show_team(fixture, one, team);
  assert_string_equal(fixture_text(fixture, "state"), "incomplete");
  put_into(fixture, scene->pat, scene->zoe, team);
  fixture_expect(fixture, 200);
  show_team(fixture, one, team);
  assert_string_equal(fixture_text(fixture, "state"), "incomplete"); // nothing is registered by a repair
  register_team(fixture, one, team, NULL);
  fixture_refused(fixture, 409, "deadline_passed");
  register_team(fixture, scene->pat, team, NULL);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "registered");
}

// A seat is a place without a team; it must not be had by naming none.
static void team_0_is_no_team_and_no_way_into_a_lab_seat(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  const int64_t people[] = {scene->zoe, scene->red[0]};
  for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
    const char *before = fixture_dump(fixture);
    put_into(fixture, scene->pat, people[i], 0);
    fixture_refused(fixture, 422, "invalid_fields");
    fixture_call(
        fixture, scene->pat, METHOD_POST,
        arena_format(fixture->arena, "{\"placements\":[{\"person\":%lld,\"team\":0}]," WHY "}", (long long)people[i]),
        SAMPLE "/placements");
    fixture_refused(fixture, 422, "invalid_fields");
    assert_string_equal(fixture_dump(fixture), before);
  }
}

static void who_joins_a_team_that_staff_have_emptied_is_its_contact(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  int64_t invitation = invite(fixture, scene->blue[0], scene->blues, scene->zoe);
  for (size_t i = 0; i < 2; i++) {
    take_out(fixture, scene->pat, scene->blue[i]);
    fixture_expect(fixture, 200);
  }
  accept(fixture, scene->zoe, invitation);
  fixture_expect(fixture, 200);
  show_team(fixture, scene->zoe, scene->blues);
  assert_int_equal(fixture_int(fixture, "contact"), scene->zoe);
}

static void an_erased_person_is_in_no_reason(void **state) {
  struct scene *scene = *state;
  struct fixture *fixture = scene->fixture;
  int64_t zeb = fixture_student(fixture, "Zebulon Quagmire");
  fixture_call(fixture, scene->pat, METHOD_PUT, "{\"team\":1,\"reason\":\"A long story of one.\"}",
               SAMPLE "/placements/%lld", (long long)zeb);
  fixture_expect(fixture, 200);
  fixture_call(fixture, scene->pat, METHOD_POST,
               arena_format(fixture->arena,
                            "{\"first\":%lld,\"second\":%lld,\"reason\":\"Zebulon Quagmire and another one.\"}",
                            (long long)zeb, (long long)scene->blue[0]),
               SAMPLE "/placement-swaps");
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_GET, NULL, "/api/v1/people/%lld/data", (long long)zeb);
  fixture_expect(fixture, 200);
  assert_non_null(strstr(fixture->answer.body, "A long story of one."));
  fixture_at(fixture, "2024-06-01T12:00:00Z");
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)zeb);
  fixture_expect(fixture, 200);
  assert_null(strstr(fixture_dump(fixture), "Quagmire"));
  int64_t left = 0, kept = 0;
  assert_int_equal(db_get_int(app_db(fixture->app), &left,
                              "select count(*) from repairs where person_id = $1 and reason <> ''", db_int(zeb)),
                   ERR_OK);
  assert_int_equal(left, 0);
  assert_int_equal(db_get_int(app_db(fixture->app), &kept,
                              "select count(*) from repairs where instr(reason, ' and another one.') > 0"),
                   ERR_OK);
  assert_int_equal(kept, 1);
}

int main(void) {
#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      SCENE(a_placed_student_leaves_the_old_team_and_everybody_concerned_is_told_once),
      SCENE(the_reason_is_in_the_history_and_not_in_the_audit),
      SCENE(a_team_takes_people_up_to_its_size_and_not_one_more),
      SCENE(a_placement_is_refused_for_what_is_wrong_with_it),
      SCENE(a_dry_run_says_what_would_be_and_changes_nothing),
      SCENE(a_registered_team_stays_registered_and_is_marked),
      SCENE(placing_answers_the_open_questions_of_the_student),
      SCENE(many_are_placed_at_once_and_one_bad_row_changes_nothing),
      SCENE(two_full_teams_swap_and_so_do_a_team_and_a_seat),
      SCENE(a_wrong_join_is_undone_as_if_it_had_not_been),
      SCENE(who_left_one_team_and_then_joined_another_does_not_go_back),
      SCENE(who_cannot_go_back_is_left_without_a_place),
      SCENE(who_left_a_seat_for_a_team_gets_it_back_when_it_is_free),
      SCENE(a_seat_that_a_placement_frees_is_offered_to_the_first_in_line),
      SCENE(after_the_window_staff_place_and_register),
      SCENE(team_0_is_no_team_and_no_way_into_a_lab_seat),
      SCENE(who_joins_a_team_that_staff_have_emptied_is_its_contact),
      SCENE(an_erased_person_is_in_no_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
