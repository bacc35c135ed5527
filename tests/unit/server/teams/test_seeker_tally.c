// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/seeker_tally.h"

#include "tests/unit/server/teams/team_helpers.h"

struct scene {
  struct fixture *fixture;
  int64_t ada, bo, cy;
  int64_t team; // Ada's: nobody in it has Systems at Project work
};

static struct scene scene_new(void) {
  struct scene scene = {.fixture = sample_at(INSIDE)};
  scene.ada = fixture_student(scene.fixture, "Ada");
  scene.bo = fixture_student(scene.fixture, "Bo");
  scene.cy = fixture_student(scene.fixture, "Cy");
  fixture_card(scene.fixture, scene.ada, "project", "none", false);
  fixture_card(scene.fixture, scene.bo, "none", "project", true);
  fixture_card(scene.fixture, scene.cy, "none", "project", true);
  scene.team = found_team(scene.fixture, scene.ada, "One");
  return scene;
}

static int64_t shown(const struct scene *scene) {
  show_team(scene->fixture, -1, scene->team);
  fixture_expect(scene->fixture, 200);
  assert_string_equal(fixture_text(scene->fixture, "coverage.requirements.1.skill"), "systems");
  return fixture_int(scene->fixture, "coverage.requirements.1.seekers");
}

static void stops_looking(const struct scene *scene) {
  fixture_card(scene->fixture, scene->cy, "none", "project", false);
}

static void looks_again(const struct scene *scene) {
  fixture_card(scene->fixture, scene->cy, "none", "research", true);
}

static void says_less(const struct scene *scene) { fixture_card(scene->fixture, scene->cy, "none", "course", true); }

static void becomes_confidential(const struct scene *scene) { fixture_confidential(scene->fixture, scene->cy); }

static void drops(const struct scene *scene) { fixture_drop(scene->fixture, scene->cy); }

static void founds_a_team(const struct scene *scene) { found_team(scene->fixture, scene->cy, "Two"); }

static void takes_a_seat(const struct scene *scene) { take_seat(scene->fixture, scene->cy); }

static void becomes_staff(const struct scene *scene) {
  fixture_call(scene->fixture, -1, METHOD_PUT, "{\"role\":\"staff\"}", SAMPLE "/roster/%lld", (long long)scene->cy);
  fixture_expect(scene->fixture, 200);
}

// It is noted among the accounts' changes, not the course's.
static void is_erased(const struct scene *scene) {
  fixture_at(scene->fixture, "2024-01-05T12:00:00Z"); // the term is over
  fixture_call(scene->fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)scene->cy);
  fixture_expect(scene->fixture, 200);
}

static void the_count_follows_whatever_moves_it(void **state) {
  (void)state;
  const struct {
    void (*change)(const struct scene *scene);
    int64_t left; // of Bo and Cy
    const char *why;
  } cases[] = {
      {stops_looking, 1, "no longer looking"},   {says_less, 1, "the level is not enough any more"},
      {becomes_confidential, 1, "confidential"}, {drops, 1, "dropped"},
      {founds_a_team, 1, "in a team"},           {takes_a_seat, 1, "in a seat"},
      {becomes_staff, 1, "staff now"},           {looks_again, 2, "more than enough is enough"},
      {is_erased, 1, "their card is erased"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct scene scene = scene_new();
    assert_int_equal(shown(&scene), 2); // kept from here on
    cases[i].change(&scene);
    int64_t left = shown(&scene);
    if (left != cases[i].left)
      fail_msg("%s: %lld", cases[i].why, (long long)left);
    assert_int_equal(shown(&scene), cases[i].left); // from what is kept now
    fixture_free(scene.fixture);
  }
}

static struct act act_of(struct fixture *fixture) {
  return (struct act){.db = app_db(fixture->app), .arena = fixture->arena, .now = clock_now(&fixture->clock)};
}

static struct course_view view_of(const struct scene *scene, const struct act *act) {
  const struct course_view *view = NULL;
  struct course_library *library = app_services(scene->fixture->app)->library;
  assert_int_equal(course_open_as(act, library, scene->fixture->course, scene->ada, &view), ERR_OK);
  assert_true(view->changes > 0);
  return *view;
}

static int counted(const struct scene *scene, const struct act *act, const struct course_view *course) {
  int counts[SKILL_MAX][LEVEL_MAX + 1];
  assert_int_equal(seeker_tally_counts(app_services(scene->fixture->app)->seekers, act, course, counts), ERR_OK);
  int sum = 0;
  for (int skill = 0; skill < SKILL_MAX; skill++)
    for (int level = 1; level <= LEVEL_MAX; level++)
      sum += counts[skill][level];
  return sum;
}

// It moves the counter only when it is audited, and takes it back when it is undone.
static void a_change_that_is_undone_is_seen_by_its_own_transaction_and_leaves_nothing(void **state) {
  (void)state;
  struct scene scene = scene_new();
  const struct act act = act_of(scene.fixture);
  assert_int_equal(shown(&scene), 2);
  assert_int_equal(db_begin_write(act.db), ERR_OK);
  const struct course_view view = view_of(&scene, &act);
  assert_int_equal(counted(&scene, &act, &view), 2);
  assert_int_equal(db_exec(act.db, "update info_cards set is_seeking = 0 where person_id = $1", db_int(scene.cy)),
                   ERR_OK);
  assert_int_equal(counted(&scene, &act, &view), 1);
  db_rollback(act.db);
  assert_int_equal(shown(&scene), 2);
  fixture_free(scene.fixture);
}

static void each_course_has_its_own_count_and_counts_once(void **state) {
  (void)state;
  struct scene scene = scene_new();
  const struct act act = act_of(scene.fixture);
  assert_int_equal(db_begin_read(act.db), ERR_OK);
  const struct course_view one = view_of(&scene, &act);
  struct course_view other = one;
  other.id++;
  for (int round = 0; round < 2; round++) {
    uint64_t before = db_statement_count(act.db);
    assert_int_equal(counted(&scene, &act, &one), 2);
    assert_int_equal(counted(&scene, &act, &other), 0);
    assert_int_equal(db_statement_count(act.db) - before, round == 0 ? 2 : 0);
  }
  db_rollback(act.db);
  fixture_free(scene.fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_count_follows_whatever_moves_it),
      cmocka_unit_test(a_change_that_is_undone_is_seen_by_its_own_transaction_and_leaves_nothing),
      cmocka_unit_test(each_course_has_its_own_count_and_counts_once),
  };
  return cmocka_run_group_tests_name("seeker_tally", tests, NULL, NULL);
}
