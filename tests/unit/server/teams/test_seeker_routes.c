// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

struct scene {
  struct fixture *fixture;
  int64_t ada, ben, cy, placed, seated, silent, hidden, gone, pat;
};

static struct scene scene_new(void) {
  struct scene scene = {.fixture = sample_at(INSIDE)};
  struct fixture *fixture = scene.fixture;
  scene.ada = fixture_student(fixture, "Ada");
  scene.ben = fixture_student(fixture, "Ben");
  scene.cy = fixture_student(fixture, "Cy");
  scene.placed = fixture_student(fixture, "Placed");
  scene.seated = fixture_student(fixture, "Seated");
  scene.silent = fixture_student(fixture, "Silent");
  scene.hidden = fixture_student(fixture, "Hidden");
  scene.gone = fixture_student(fixture, "Gone");
  scene.pat = fixture_person(fixture, "Pat", ROLE_STAFF);
  fixture_card(fixture, scene.ada, "research", "none", true);
  fixture_card(fixture, scene.ben, "novice", "project", true);
  fixture_call(
      fixture, scene.cy, METHOD_PUT,
      "{\"skills\":[],\"topics\":[\"serving\"],\"availability\":\"mornings\",\"about\":\"Hello\",\"seeking\":true}",
      SAMPLE "/info-card");
  fixture_card(fixture, scene.placed, "research", "research", true);
  fixture_card(fixture, scene.seated, "research", "research", true);
  fixture_card(fixture, scene.silent, "research", "research", false);
  fixture_card(fixture, scene.hidden, "research", "research", true);
  fixture_card(fixture, scene.gone, "research", "research", true);
  found_team(fixture, scene.placed, "One");
  take_seat(fixture, scene.seated);
  fixture_confidential(fixture, scene.hidden);
  fixture_drop(fixture, scene.gone);
  return scene;
}

static void expect_seekers(struct scene *scene, int64_t viewer, const char *query, const int64_t *people,
                           size_t count) {
  fixture_call(scene->fixture, viewer, METHOD_GET, NULL, SAMPLE "/seekers%s", query);
  fixture_expect(scene->fixture, 200);
  bool is_same = json_array_size(fixture_json(scene->fixture, "seekers")) == count;
  for (size_t i = 0; is_same && i < count; i++)
    is_same = fixture_int(scene->fixture, arena_format(scene->fixture->arena, "seekers.%zu.person", i)) == people[i];
  if (!is_same)
    fail_msg("\"%s\": %s", query, scene->fixture->answer.body);
}

static void seekers_are_those_who_ticked_it_and_are_placed_nowhere(void **state) {
  (void)state;
  struct scene scene = scene_new();
  expect_seekers(&scene, scene.silent, "", (int64_t[]){scene.ada, scene.ben, scene.cy}, 3);
  assert_string_equal(fixture_text(scene.fixture, "seekers.0.skills.0.level"), "research");
  assert_string_equal(fixture_text(scene.fixture, "seekers.2.topics.0"), "serving");
  assert_string_equal(fixture_text(scene.fixture, "seekers.2.availability"), "mornings");
  assert_string_equal(fixture_text(scene.fixture, "seekers.2.about"), "Hello");
  assert_null(strstr(scene.fixture->answer.body, "@"));                  // never an address
  assert_null(strstr(scene.fixture->answer.body, "What I did with it")); // nor the evidence
  expect_seekers(&scene, scene.pat, "", (int64_t[]){scene.ada, scene.ben, scene.cy, scene.hidden}, 4);
  fixture_free(scene.fixture);
}

static void seekers_are_filtered_by_skill_level_and_topic(void **state) {
  (void)state;
  struct scene scene = scene_new();
  expect_seekers(&scene, scene.silent, "?skill=ml", (int64_t[]){scene.ada, scene.ben}, 2);
  expect_seekers(&scene, scene.silent, "?skill=ml&level=novice", (int64_t[]){scene.ada, scene.ben}, 2);
  expect_seekers(&scene, scene.silent, "?skill=ml&level=course", (int64_t[]){scene.ada}, 1);
  expect_seekers(&scene, scene.silent, "?skill=systems&level=project", (int64_t[]){scene.ben}, 1);
  expect_seekers(&scene, scene.silent, "?skill=systems&level=research", NULL, 0);
  expect_seekers(&scene, scene.silent, "?skill=ml&level=none", (int64_t[]){scene.ada, scene.ben, scene.cy}, 3);
  expect_seekers(&scene, scene.silent, "?topic=serving", (int64_t[]){scene.cy}, 1);
  expect_seekers(&scene, scene.silent, "?topic=serving&skill=ml", NULL, 0);
  fixture_free(scene.fixture);
}

static void pages_of_seekers_follow_each_other(void **state) {
  (void)state;
  struct scene scene = scene_new();
  expect_seekers(&scene, scene.silent, "?limit=2", (int64_t[]){scene.ada, scene.ben}, 2);
  assert_int_equal(fixture_int(scene.fixture, "next"), scene.ben);
  expect_seekers(&scene, scene.silent, arena_format(scene.fixture->arena, "?limit=2&after=%lld", (long long)scene.ben),
                 (int64_t[]){scene.cy}, 1);
  assert_null(fixture_json(scene.fixture, "next"));
  fixture_free(scene.fixture);
}

static void an_unknown_filter_is_refused_with_what_is_known(void **state) {
  (void)state;
  struct scene scene = scene_new();
  static const struct {
    const char *query;
    const char *field;
    const char *known;
  } cases[] = {{"skill=cooking", "skill", "ml, systems"},
               {"skill=ml&level=godlike", "level", "none, novice"},
               {"level=novice", "level", "needs a skill"},
               {"topic=cooking", "topic", "lifecycle"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fixture_call(scene.fixture, scene.ada, METHOD_GET, NULL, SAMPLE "/seekers?%s", cases[i].query);
    fixture_refused(scene.fixture, 422, "invalid_fields");
    assert_string_equal(fixture_text(scene.fixture, "errors.0.field"), cases[i].field);
    assert_non_null(strstr(fixture_text(scene.fixture, "errors.0.message"), cases[i].known));
  }
  fixture_free(scene.fixture);
}

static void only_the_course_sees_seekers(void **state) {
  (void)state;
  struct scene scene = scene_new();
  fixture_call(scene.fixture, 0, METHOD_GET, NULL, SAMPLE "/seekers");
  fixture_refused(scene.fixture, 401, "not_signed_in");
  fixture_call(scene.fixture, scene.gone, METHOD_GET, NULL, SAMPLE "/seekers");
  fixture_refused(scene.fixture, 403, "not_enrolled");
  fixture_free(scene.fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(seekers_are_those_who_ticked_it_and_are_placed_nowhere),
      cmocka_unit_test(seekers_are_filtered_by_skill_level_and_topic),
      cmocka_unit_test(pages_of_seekers_follow_each_other),
      cmocka_unit_test(an_unknown_filter_is_refused_with_what_is_known),
      cmocka_unit_test(only_the_course_sees_seekers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
