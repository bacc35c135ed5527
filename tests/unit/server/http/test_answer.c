// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/http/answer.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const words[] = {"a", "b", NULL};
static const char *const none[] = {NULL};
static const struct answer_field leaf_fields[] = {
    {"person", ANSWER_INTEGER, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}};
static const struct answer leaf = {"Leaf", NULL, false, leaf_fields, 1};
static const struct answer file = {"File", "text/csv", false, NULL, 0};

struct field_case {
  struct answer_field fields[2];
  size_t count;
  const char *why;
};

static const struct field_case bad_fields[] = {
    {{{NULL, ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}}, 1, "no name"},
    {{{"", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}}, 1, "an empty name"},
    {{{"a", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"},
      {"a", ANSWER_FLAG, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}},
     2,
     "a name twice"},
    {{{"a", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_UNSET, NULL, NULL, "s"}}, 1, "the audience forgotten"},
    {{{"a", ANSWER_TEXT, ANSWER_ALWAYS, (enum audience)99, NULL, NULL, "s"}}, 1, "no such audience"},
    {{{"a", ANSWER_TEXT, (enum answer_presence)9, AUDIENCE_CALLER, NULL, NULL, "s"}}, 1, "no such presence"},
    {{{"a", (enum answer_type)99, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}}, 1, "no such type"},
    {{{"a", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}}, 1, "a choice of nothing"},
    {{{"a", ANSWER_CHOICE, ANSWER_ALWAYS, AUDIENCE_CALLER, none, NULL, "s"}}, 1, "a choice of no words"},
    {{{"a", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, words, NULL, "s"}}, 1, "a text with choices"},
    {{{"a", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}}, 1, "an object of nothing"},
    {{{"a", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"}}, 1, "a list of nothing"},
    {{{"a", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &file, "s"}}, 1, "a list of files"},
    {{{"a", ANSWER_TEXT_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &leaf, "s"}}, 1, "texts of a table"},
    {{{"a", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, ""}}, 1, "no summary"},
};

static size_t lines_logged;

static void count_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
  lines_logged++;
}

static bool is_refused(const struct answer *answer) {
  lines_logged = 0;
  log_set_capture(count_line, NULL);
  bool is_sound = answer_check(answer, "here");
  log_set_capture(NULL, NULL);
  return !is_sound && lines_logged == 1;
}

static void rows_that_do_not_hold_are_refused_with_one_line(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(bad_fields); i++) {
    const struct answer answer = {"Bad", NULL, false, bad_fields[i].fields, bad_fields[i].count};
    if (!is_refused(&answer))
      fail_msg("%s: not refused with one line (%zu)", bad_fields[i].why, lines_logged);
  }
  assert_true(is_refused(&(struct answer){NULL, NULL, false, leaf_fields, 1}));
  assert_true(is_refused(&(struct answer){"Empty", NULL, false, NULL, 0}));
  assert_true(is_refused(&(struct answer){"Both", "text/csv", false, leaf_fields, 1}));
  assert_true(answer_check(&leaf, "here"));
  assert_true(answer_check(&file, "here"));
}

static void a_table_is_collected_with_all_that_it_consists_of_each_once(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  static const struct answer_field fields[] = {
      {"one", ANSWER_OBJECT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &leaf, "s"},
      {"many", ANSWER_LIST, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, &leaf, "s"},
  };
  static const struct answer root = {"Root", NULL, false, fields, COUNT(fields)};
  struct answer_list list = {0};
  answer_collect(arena, &root, &list);
  answer_collect(arena, &root, &list);
  assert_int_equal(list.count, 2);
  assert_ptr_equal(list.items[0], &root);
  assert_ptr_equal(list.items[1], &leaf);
}

static void an_object_is_about_whom_its_integers_name(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    struct answer_field field;
    bool is_person;
    bool is_team;
  } cases[] = {
      {"Anything", {.name = "person", .type = ANSWER_INTEGER}, true, false},
      {"Anything", {.name = "person", .type = ANSWER_TEXT}, false, false},
      {"Anything", {.name = "team", .type = ANSWER_INTEGER}, false, true},
      {"Enrolment", {.name = "team", .type = ANSWER_TEXT}, false, false},
      {"Account", {.name = "id", .type = ANSWER_INTEGER}, true, false},
      {"Team", {.name = "id", .type = ANSWER_INTEGER}, false, true},
      {"Session", {.name = "id", .type = ANSWER_INTEGER}, false, false},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    const struct answer answer = {cases[i].answer, NULL, false, &cases[i].field, 1};
    assert_int_equal(answer_names_person(&answer, &cases[i].field), cases[i].is_person);
    assert_int_equal(answer_names_team(&answer, &cases[i].field), cases[i].is_team);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_that_do_not_hold_are_refused_with_one_line),
      cmocka_unit_test(a_table_is_collected_with_all_that_it_consists_of_each_once),
      cmocka_unit_test(an_object_is_about_whom_its_integers_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
