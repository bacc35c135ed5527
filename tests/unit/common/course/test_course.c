// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/course/course.h"

static const struct named topics[] = {{"lifecycle", "Lifecycle"}, {"serving", "Serving"}};
static const struct track tracks[] = {{.id = "project"}, {.id = "labs", .capacity = 20}};
static const int64_t turns[] = {100, 200, 200, 300};

static const struct course course = {
    .levels = {{.id = "none"}, {.id = "novice"}, {.id = "project"}},
    .level_count = 3,
    .skills = {{.id = "ml"}, {.id = "systems"}},
    .skill_count = 2,
    .topics = topics,
    .topic_count = 2,
    .tracks = tracks,
    .track_count = 2,
    .turning_points = turns,
    .turning_point_count = 4,
};

static void ids_are_found_where_they_stand(void **state) {
  (void)state;
  assert_int_equal(course_skill(&course, "ml"), 0);
  assert_int_equal(course_skill(&course, "systems"), 1);
  assert_int_equal(course_level(&course, "project"), 2);
  assert_int_equal(course_topic(&course, "serving"), 1);
  assert_int_equal(course_track(&course, "labs"), 1);
}

static void an_unknown_id_has_no_index(void **state) {
  (void)state;
  assert_int_equal(course_skill(&course, "project"), NO_INDEX);
  assert_int_equal(course_skill(&course, "m"), NO_INDEX);
  assert_int_equal(course_level(&course, "ml"), NO_INDEX);
  assert_int_equal(course_topic(&course, ""), NO_INDEX);
  assert_int_equal(course_track(&course, "Labs"), NO_INDEX);
}

static void the_lab_track_is_the_one_with_seats(void **state) {
  (void)state;
  assert_ptr_equal(course_lab_track(&course), &tracks[1]);
  struct course without = course;
  without.track_count = 1;
  assert_null(course_lab_track(&without));
}

static void a_turning_point_is_passed_at_its_own_second(void **state) {
  (void)state;
  static const struct {
    int64_t at;
    size_t passed;
  } cases[] = {{INT64_MIN, 0}, {99, 0}, {100, 1}, {199, 1}, {200, 3}, {299, 3}, {300, 4}, {INT64_MAX, 4}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(course_turns_passed(&course, cases[i].at), cases[i].passed);
  struct course without = course;
  without.turning_points = NULL;
  without.turning_point_count = 0;
  assert_int_equal(course_turns_passed(&without, 500), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ids_are_found_where_they_stand),
      cmocka_unit_test(an_unknown_id_has_no_index),
      cmocka_unit_test(the_lab_track_is_the_one_with_seats),
      cmocka_unit_test(a_turning_point_is_passed_at_its_own_second),
  };
  return cmocka_run_group_tests_name("course", tests, NULL, NULL);
}
