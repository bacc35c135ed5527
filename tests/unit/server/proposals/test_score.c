// SPDX-License-Identifier: AGPL-3.0-or-later
// Points by the course file's rubric: who gives them, on what, and when the team sees them.
#include "tests/unit/server/proposals/review_helpers.h"

#define RUBRIC                                                                                                         \
  "proposals:\n  rubric:\n"                                                                                            \
  "    - { id: novelty, title: Novelty, points: 10, means: \"It has not been done\" }\n"                               \
  "    - { id: plan, title: The plan, points: 5 }\n"
#define FULL                                                                                                           \
  "{\"scores\":[{\"item\":\"plan\",\"points\":5},{\"item\":\"novelty\",\"points\":7,\"words\":\"New to me.\"}]}"

static struct class rubric_class(void) { return judged_class(sample_with("proposals:\n", RUBRIC, INSIDE)); }

static int give(struct class *class, int64_t person, const char *body) {
  return fixture_call(class->fixture, person, METHOD_PUT, body, SAMPLE "/teams/%lld/proposal/scores",
                      (long long)class->team);
}

static size_t scores_seen(struct class *class, int64_t reader) {
  show_of(class, reader, "/scores");
  fixture_expect(class->fixture, 200);
  return json_array_size(fixture_json(class->fixture, "scores"));
}

static void staff_see_points_at_once_and_the_team_with_the_decision_it_is_told(void **state) {
  (void)state;
  struct class class = rubric_class();
  struct fixture *fixture = class.fixture;
  give(&class, class.staff, FULL);
  fixture_expect(fixture, 200);
  assert_string_equal("Novelty", fixture_text(fixture, "rubric.0.title"));
  assert_string_equal("It has not been done", fixture_text(fixture, "rubric.0.means"));
  assert_true(json_is_null(fixture_json(fixture, "rubric.1.means")));
  give(&class, class.instructor, "{\"scores\":[{\"item\":\"novelty\",\"points\":0}]}");
  assert_int_equal(3, scores_seen(&class, class.staff));
  // In the rubric's order.
  assert_string_equal("novelty", fixture_text(fixture, "scores.1.item"));
  assert_string_equal("plan", fixture_text(fixture, "scores.2.item"));
  assert_string_equal("Kim Invented", fixture_text(fixture, "scores.2.by_name"));
  assert_int_equal(5, fixture_int(fixture, "scores.2.most"));

  assert_int_equal(0, scores_seen(&class, class.ann));
  assert_int_equal(2, json_array_size(fixture_json(fixture, "rubric")));
  const char *before = arena_text(fixture->arena, fixture->answer.body);
  judged(&class, class.instructor, CONDITIONS);
  assert_int_equal(0, scores_seen(&class, class.bob));
  assert_string_equal(before, fixture->answer.body);
  told(&class);
  assert_int_equal(3, scores_seen(&class, class.bob));
  assert_null(fixture_json(fixture, "scores.0.by"));
  assert_null(strstr(fixture->answer.body, "Kim"));
  assert_non_null(strstr(fixture->answer.body, "New to me."));
  show_of(&class, class.cyd, "/scores");
  fixture_refused(fixture, 403, "not_your_team");
  end_class(&class);
}

static void ones_points_are_replaced_as_a_whole_and_are_on_one_submission(void **state) {
  (void)state;
  struct class class = rubric_class();
  struct fixture *fixture = class.fixture;
  give(&class, class.staff, FULL);
  give(&class, class.staff, "{\"scores\":[{\"item\":\"plan\",\"points\":1}]}");
  assert_int_equal(1, scores_seen(&class, class.staff));
  assert_int_equal(1, fixture_int(fixture, "scores.0.points"));
  judged(&class, class.instructor, CHANGES);
  told(&class);
  assert_int_equal(1, scores_seen(&class, class.ann));
  answer_all(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  // Of the new submission nobody has judged; the team still reads what it was told.
  assert_int_equal(0, scores_seen(&class, class.staff));
  assert_int_equal(1, scores_seen(&class, class.ann));
  give(&class, class.staff,
       "{\"submitted_at\":\"2023-09-14T14:00:00Z\",\"scores\":[{\"item\":\"plan\",\"points\":4}]}");
  fixture_refused(fixture, 412, "version_conflict");
  give(&class, class.staff, "{\"scores\":[{\"item\":\"plan\",\"points\":4}]}");
  assert_int_equal(4, fixture_int(fixture, "scores.0.points"));
  assert_int_equal(1, scores_seen(&class, class.ann));
  assert_int_equal(1, fixture_int(fixture, "scores.0.points"));
  end_class(&class);
}

static const struct {
  const char *why;
  const char *body;
  const char *field;
} wrong[] = {
    {"more than the item gives", "{\"scores\":[{\"item\":\"plan\",\"points\":6}]}", "scores[0].points"},
    {"no such item", "{\"scores\":[{\"item\":\"style\",\"points\":1}]}", "scores[0].item"},
    {"twice", "{\"scores\":[{\"item\":\"plan\",\"points\":1},{\"item\":\"plan\",\"points\":2}]}", "scores[1].item"},
};

static void what_the_rubric_does_not_give_is_refused_and_changes_nothing(void **state) {
  (void)state;
  struct class class = rubric_class();
  struct fixture *fixture = class.fixture;
  give(&class, class.staff, FULL);
  const char *before = fixture_dump(fixture);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    print_message("%s\n", wrong[i].why);
    give(&class, class.staff, wrong[i].body);
    fixture_refused(fixture, 422, "invalid_fields");
    assert_string_equal(wrong[i].field, fixture_text(fixture, "errors.0.field"));
  }
  give(&class, class.ann, FULL);
  fixture_refused(fixture, 403, "not_allowed");
  give(&class, -1, FULL);
  fixture_refused(fixture, 403, "not_allowed");
  assert_string_equal(before, fixture_dump(fixture));
  fixture_call(fixture, class.staff, METHOD_PUT,
               arena_format(fixture->arena, "{\"teams\":[%lld]}", (long long)class.team), SAMPLE "/conflicts");
  give(&class, class.staff, FULL);
  fixture_refused(fixture, 403, "not_allowed");
  judged(&class, class.instructor, APPROVE);
  give(&class, class.instructor, FULL);
  fixture_refused(fixture, 409, "conflict");
  end_class(&class);
}

static void without_a_rubric_there_is_nothing_to_give(void **state) {
  (void)state;
  struct class class = submitted_class();
  give(&class, class.staff, FULL);
  fixture_refused(class.fixture, 422, "invalid_fields");
  assert_int_equal(0, scores_seen(&class, class.staff));
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(staff_see_points_at_once_and_the_team_with_the_decision_it_is_told),
      cmocka_unit_test(ones_points_are_replaced_as_a_whole_and_are_on_one_submission),
      cmocka_unit_test(what_the_rubric_does_not_give_is_refused_and_changes_nothing),
      cmocka_unit_test(without_a_rubric_there_is_nothing_to_give),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
