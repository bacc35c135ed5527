// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

struct scene {
  struct fixture *fixture;
  int64_t ada, ben, other, pat, team;
};

// Ada and the confidential Ben; nobody at Systems; one invitation and one request are open.
static struct scene scene_new(void) {
  struct scene scene = {.fixture = sample_at(INSIDE)};
  struct fixture *fixture = scene.fixture;
  scene.ada = fixture_student(fixture, "Ada");
  scene.ben = fixture_student(fixture, "Ben");
  scene.other = fixture_student(fixture, "Other");
  scene.pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  int64_t invited = fixture_student(fixture, "Invited"), asking = fixture_student(fixture, "Asking");
  fixture_card(fixture, scene.ada, "project", "none", false);
  fixture_card(fixture, scene.ben, "course", "none", false);
  fixture_card(fixture, scene.other, "none", "research", true);
  scene.team = found_team(fixture, scene.ada, "One");
  add_member(fixture, scene.ada, scene.team, scene.ben);
  fixture_confidential(fixture, scene.ben);
  invite(fixture, scene.ada, scene.team, invited);
  ask_to_join(fixture, asking, scene.team);
  return scene;
}

static void each_viewer_sees_what_the_table_of_fields_allows(void **state) {
  (void)state;
  struct scene scene = scene_new();
  struct fixture *fixture = scene.fixture;
  const struct {
    int64_t viewer;
    size_t members;
    bool is_insider;
    bool is_staff;
    const char *why;
  } cases[] = {
      {scene.ada, 2, true, false, "a team mate"},    {scene.ben, 2, true, false, "the confidential member"},
      {scene.pat, 2, true, true, "staff"},           {-1, 2, true, true, "the operator"},
      {scene.other, 1, false, false, "a classmate"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    show_team(fixture, cases[i].viewer, scene.team);
    fixture_expect(fixture, 200);
    bool is_right = json_array_size(fixture_json(fixture, "members")) == cases[i].members &&
                    (fixture_json(fixture, "members.0.email") != NULL) == cases[i].is_insider &&
                    (fixture_json(fixture, "members.0.skills") != NULL) == cases[i].is_insider &&
                    (fixture_json(fixture, "members.0.is_active") != NULL) == cases[i].is_staff &&
                    (fixture_json(fixture, "invitations.0.id") != NULL) == cases[i].is_insider &&
                    (fixture_json(fixture, "join_requests.0.id") != NULL) == cases[i].is_insider &&
                    (fixture_json(fixture, "coverage.waiver_reason") != NULL) == cases[i].is_staff &&
                    (strstr(fixture->answer.body, "Ben") != NULL) == cases[i].is_insider &&
                    (strstr(fixture->answer.body, "example.edu") != NULL) == cases[i].is_insider;
    if (!is_right)
      fail_msg("%s: %s", cases[i].why, fixture->answer.body);
    assert_string_equal(fixture_text(fixture, "coverage.words"),
                        "nobody at Systems level Project work or above; 1 classmate who looks for a team is");
    assert_int_equal(fixture_int(fixture, "coverage.requirements.0.have"), 1);
    assert_int_equal(fixture_int(fixture, "places_left"), 2);
  }
  fixture_free(scene.fixture);
}

static void a_confidential_contact_is_named_to_insiders_only(void **state) {
  (void)state;
  struct scene scene = scene_new();
  struct fixture *fixture = scene.fixture;
  fixture_confidential(fixture, scene.ada);
  show_team(fixture, scene.other, scene.team);
  assert_true(json_is_null(fixture_json(fixture, "contact")));
  assert_int_equal(json_array_size(fixture_json(fixture, "members")), 0);
  fixture_call(fixture, scene.other, METHOD_GET, NULL, SAMPLE "/teams");
  assert_true(json_is_null(fixture_json(fixture, "teams.0.contact")));
  assert_int_equal(json_array_size(fixture_json(fixture, "teams.0.members")), 0);
  assert_int_equal(fixture_int(fixture, "teams.0.places_left"), 2);
  fixture_call(fixture, scene.ben, METHOD_GET, NULL, SAMPLE "/teams");
  assert_int_equal(json_array_size(fixture_json(fixture, "teams.0.members")), 2);
  assert_int_equal(fixture_int(fixture, "teams.0.contact"), scene.ada);
  fixture_free(scene.fixture);
}

static void the_list_shows_every_team_with_its_members_and_no_more(void **state) {
  (void)state;
  struct scene scene = scene_new();
  struct fixture *fixture = scene.fixture;
  int64_t cy = fixture_student(fixture, "Cy"), di = fixture_student(fixture, "Di"), ed = fixture_student(fixture, "Ed");
  int64_t empty = found_team(fixture, cy, "Empty");
  fixture_call(fixture, cy, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)empty);
  int64_t two = found_team(fixture, di, "Two"), three = found_team(fixture, ed, "Three");
  fixture_call(fixture, scene.other, METHOD_GET, NULL, SAMPLE "/teams");
  assert_int_equal(json_array_size(fixture_json(fixture, "teams")), 3); // not the dissolved one
  assert_int_equal(fixture_int(fixture, "teams.1.id"), two);
  assert_string_equal(fixture_text(fixture, "teams.1.members.0.name"), "Di");
  assert_null(strstr(fixture->answer.body, "@"));
  assert_null(strstr(fixture->answer.body, "skills"));
  fixture_call(fixture, scene.other, METHOD_GET, NULL, SAMPLE "/teams?limit=2");
  assert_int_equal(fixture_int(fixture, "next"), two);
  fixture_call(fixture, scene.other, METHOD_GET, NULL, SAMPLE "/teams?limit=2&after=%lld", (long long)two);
  assert_int_equal(fixture_int(fixture, "teams.0.id"), three);
  assert_null(fixture_json(fixture, "next"));
  fixture_free(scene.fixture);
}

static uint64_t statements_of(struct fixture *fixture, int64_t viewer, const char *path) {
  uint64_t before = db_statement_count(app_db(fixture->app));
  fixture_call(fixture, viewer, METHOD_GET, NULL, SAMPLE "%s", path);
  fixture_expect(fixture, 200);
  return db_statement_count(app_db(fixture->app)) - before;
}

// "/courses/{course}" runs authenticate and admit, and no statement of its own.
static void reading_a_team_takes_at_most_six_statements(void **state) {
  (void)state;
  struct scene scene = scene_new();
  struct fixture *fixture = scene.fixture;
  const char *path = arena_format(fixture->arena, "/teams/%lld", (long long)scene.team);
  uint64_t base = statements_of(fixture, scene.ada, "");
  assert_int_equal(statements_of(fixture, scene.ada, path) - base,
                   6); // team, members, seekers, invitations, proposal, what is handed in
  assert_int_equal(statements_of(fixture, scene.ada, path) - base, 5);   // the seekers were counted already
  assert_int_equal(statements_of(fixture, scene.other, path) - base, 2); // none of the team's own
  fixture_card(fixture, scene.ben, "course", "project", false);
  assert_int_equal(statements_of(fixture, scene.ada, path) - base, 5); // covered: nobody asks for seekers
  uint64_t with_two = statements_of(fixture, scene.other, "/teams") - base;
  assert_int_equal(with_two, 2);
  for (int i = 0; i < 5; i++)
    found_team(fixture, fixture_student(fixture, arena_format(fixture->arena, "More %d", i)),
               arena_format(fixture->arena, "More %d", i));
  assert_int_equal(statements_of(fixture, scene.other, "/teams") - base, with_two);
  assert_int_equal(statements_of(fixture, scene.other, "/seekers") - base, 3);
  fixture_free(scene.fixture);
}

static void a_team_of_nobody_is_not_found(void **state) {
  (void)state;
  struct scene scene = scene_new();
  show_team(scene.fixture, scene.ada, 4711);
  fixture_refused(scene.fixture, 404, "not_found");
  show_team(scene.fixture, 0, scene.team);
  fixture_refused(scene.fixture, 401, "not_signed_in");
  fixture_free(scene.fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_viewer_sees_what_the_table_of_fields_allows),
      cmocka_unit_test(a_confidential_contact_is_named_to_insiders_only),
      cmocka_unit_test(the_list_shows_every_team_with_its_members_and_no_more),
      cmocka_unit_test(reading_a_team_takes_at_most_six_statements),
      cmocka_unit_test(a_team_of_nobody_is_not_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
