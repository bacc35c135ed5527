// SPDX-License-Identifier: AGPL-3.0-or-later
// Topics that the course file drops after a team has chosen them.
#include "tests/unit/server/proposals/review_helpers.h"

#define BOTH "[\"serving\",\"federated\"]"

static void drop_topic(struct fixture *fixture) {
  static const char line[] = "  - { id: federated, title: Federated learning }\n";
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app),
                                   "update courses set syllabus = replace(syllabus, $2, ''), syllabus_version = "
                                   "syllabus_version + 1 where id = $1 and instr(syllabus, $2) > 0",
                                   db_int(fixture->course), db_text(line)));
  assert_int_equal(1, db_changes(app_db(fixture->app)));
}

// What the field of topics names, or says to be no longer offered, as "a, b".
static const char *listed(struct class *class, int64_t reader, const char *member) {
  struct fixture *fixture = class->fixture;
  show_proposal(class, reader);
  fixture_expect(fixture, 200);
  const char *path = arena_format(fixture->arena, "fields.%d.%s", field_at(fixture, "topics"), member);
  size_t count = json_array_size(fixture_json(fixture, path));
  const char *all = "";
  for (size_t i = 0; i < count; i++)
    all = arena_format(fixture->arena, "%s%s%s", all, i == 0 ? "" : ", ",
                       fixture_text(fixture, arena_format(fixture->arena, "%s.%zu", path, i)));
  return all;
}

static void save_topics(struct class *class, const char *topics, int status) {
  save_as(class, class->ann, "topics", topics, NULL);
  if (class->fixture->answer.status == 412)
    save_as(class, class->ann, "topics", topics, "*");
  fixture_expect(class->fixture, status);
}

static void a_topic_that_went_after_it_was_chosen_blocks_no_revision(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  struct fixture *fixture = class.fixture;
  register_team(fixture, class.ann, class.team, "{}");
  fill_in(&class);
  saved(&class, class.ann, "topics", BOTH);
  assert_string_equal("", listed(&class, class.ann, "no_longer_offered"));
  fixture_at_seconds(fixture, SUBMITTED_AT);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  judged(&class, class.instructor, CHANGES);
  told(&class);
  drop_topic(fixture);
  const int64_t readers[] = {class.ann, class.instructor};
  for (size_t i = 0; i < 2; i++) {
    assert_string_equal("serving, federated", listed(&class, readers[i], "topics"));
    assert_string_equal("federated", listed(&class, readers[i], "no_longer_offered"));
  }
  show_proposal(&class, class.ann);
  assert_int_equal(0, json_array_size(fixture_json(fixture, "missing")));
  answer_all(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(fixture, 200);
  assert_string_equal("serving, federated", listed(&class, class.ann, "topics"));
  end_class(&class);
}

static void it_stays_among_others_and_is_chosen_anew_by_nobody(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  struct fixture *fixture = class.fixture;
  saved(&class, class.ann, "topics", BOTH);
  drop_topic(fixture);
  save_topics(&class, "[\"federated\",\"lifecycle\"]", 200);
  assert_string_equal("federated, lifecycle", listed(&class, class.ann, "topics"));
  save_topics(&class, "[\"federated\\nserving\"]", 422);
  save_topics(&class, "[\"\"]", 422);
  save_topics(&class, "[\"lifecycle\"]", 200); // given up
  save_topics(&class, BOTH, 422);
  assert_string_equal("lifecycle", listed(&class, class.ann, "topics"));
  assert_string_equal("", listed(&class, class.ann, "no_longer_offered"));
  end_class(&class);
}

static void who_never_chose_it_cannot(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  drop_topic(class.fixture);
  save_topics(&class, BOTH, 422); // the first save of all
  save_topics(&class, "[\"serving\"]", 200);
  save_topics(&class, BOTH, 422);
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_topic_that_went_after_it_was_chosen_blocks_no_revision),
      cmocka_unit_test(it_stays_among_others_and_is_chosen_anew_by_nobody),
      cmocka_unit_test(who_never_chose_it_cannot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
