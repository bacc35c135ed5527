// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/milestones/submission_helpers.h"

#include "server/courses/course_view.h"
#include "server/milestones/check_in_lack.h"

// Who is found, as "poster 2, poster 3": the milestone and the team.
static const char *slotless(struct term *term, int64_t team) {
  struct fixture *fixture = term->fixture;
  struct problem problem;
  const struct course_view *course = NULL;
  const struct check_in_holding *list = NULL;
  size_t count = 0;
  problem_init(&problem, fixture->arena);
  struct act act = {
      .db = app_db(fixture->app), .arena = fixture->arena, .now = clock_now(&fixture->clock), .problem = &problem};
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  assert_int_equal(ERR_OK, check_in_slotless_all(&act, course, &(struct holder){.team = team}, &list, &count));
  const char *words = "";
  for (size_t i = 0; i < count; i++)
    words = arena_format(fixture->arena, "%s%s%s %lld", words, i == 0 ? "" : ", ", list[i].milestone,
                         (long long)list[i].holder.team);
  return words;
}

// The files are what tells them apart: of a PDF nobody asks for a slot.
static void only_what_is_handed_in_as_a_demo_is_nothing_without_its_slot(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  fixture_at(fixture, INSIDE);
  int64_t dan = fixture_student(fixture, "Dan Qi"), eve = fixture_student(fixture, "Eve Ro");
  int64_t team = covered_team(fixture, dan, eve, "Schedulers");
  register_team(fixture, dan, team, "{}");
  term_at(term, INT64_C(1701777600)); // 2023-12-05T12:00:00Z
  fixture_call(fixture, term->staff, METHOD_POST, "{\"starts\":\"2023-12-11T16:20:00Z\",\"place\":\"The hall\"}",
               MILESTONES "poster/slots");
  fixture_expect(fixture, 201);
  int64_t slot = fixture_int(fixture, "ids.0");
  fixture_call(fixture, dan, METHOD_PUT, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
  hand_in(term, dan, "poster", "{\"statement\":\"none\"}");
  fixture_expect(fixture, 200);
  hand_in(term, term->ann, "poster",
          arena_format(fixture->arena, "{\"statement\":\"none\",\"files\":[%lld]}",
                       (long long)upload(term, term->ann, "poster.pdf")));
  fixture_expect(fixture, 200);
  assert_string_equal("", slotless(term, 0));
  fixture_call(fixture, term->staff, METHOD_POST, "{\"reason\":\"The hall is closed.\"}",
               SAMPLE "/slots/%lld/cancellation", (long long)slot);
  fixture_expect(fixture, 201);
  const char *found = arena_format(fixture->arena, "poster %lld", (long long)team);
  assert_string_equal(found, slotless(term, 0));
  assert_string_equal(found, slotless(term, team));
  assert_string_equal("", slotless(term, term->team));
  hand_in(term, eve, "poster",
          arena_format(fixture->arena, "{\"statement\":\"none\",\"files\":[%lld]}",
                       (long long)upload(term, eve, "poster.pdf")));
  fixture_expect(fixture, 200);
  assert_string_equal("", slotless(term, 0)); // what counts is a PDF now
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(only_what_is_handed_in_as_a_demo_is_nothing_without_its_slot, term_setup,
                                      term_teardown),
  };
  return cmocka_run_group_tests_name("check_in_lack", tests, NULL, NULL);
}
