// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "common/course/course_edit.h"

// Block maps and flow maps, comments that hold what an editor could stumble over, letters of several bytes.
#define HEAD                                                                                                           \
  "# Überblick: due, closes {\n"                                                                                      \
  "course:\n"                                                                                                          \
  "  id: edit-2023\n"                                                                                                  \
  "  title: \"Kurs für Prüfungen\"\n"                                                                                \
  "  timezone: America/New_York\n"                                                                                     \
  "  term: { starts: 2023-08-21, ends: 2023-12-14 }\n"                                                                 \
  "late_policy: { points_per_day: 10 }\n"                                                                              \
  "teams:\n"                                                                                                           \
  "  size: { min: 2, max: 4 }\n"                                                                                       \
  "  registration: { opens: 2023-08-28 09:00, closes: 2023-09-11 23:59 }\n"                                            \
  "tracks: [{ id: project, title: Project }]\n"                                                                        \
  "milestones:\n"
#define GRADING                                                                                                        \
  "grading:\n"                                                                                                         \
  "  components: [{ id: work, title: Work, weight: 100, one_of: [project] }]\n"                                        \
  "  letters: { A: 90, F: 0 }\n"
#define BLOCK(dates)                                                                                                   \
  "  - id: report # the last: see above,\n"                                                                            \
  "    title: \"Bericht, größer\"\n"                                                                                 \
  "    track: project\n"                                                                                               \
  "    kind: report\n"                                                                                                 \
  "    weight: 60\n" dates "    hand_in: { files: [pdf], max_size: 20MB }\n"
#define FLOW(dates)                                                                                                    \
  "  - { id: poster, title: \"Pöster\", track: project, kind: artifact, weight: 40" dates                              \
  ", hand_in: { files: [pdf], max_size: 1MB } } # {due: never}\n"
#define BLOCK_DATES "    opens: 2023-11-20 09:00\n    due: 2023-12-01 23:59 # midnight, nearly\n"
#define FLOW_DATES ", opens: 2023-11-27 09:00, due: '2023-12-11 11:20'"
#define DUE_AS(form) FILE_OF("    opens: 2023-11-20 09:00\n    due: " form "\n", FLOW_DATES)
#define FILE_OF(block, flow) HEAD BLOCK(block) FLOW(flow) GRADING

static int64_t instant(const char *text) {
  int64_t at = 0;
  assert_true(instant_parse(text, &at));
  return at;
}

struct edit_case {
  const char *before;
  const char *milestone;
  enum edit_field field;
  const char *at; // NULL: out
  const char *after;
  const char *why;
};

static const struct edit_case cases[] = {
    {FILE_OF(BLOCK_DATES, FLOW_DATES), "report", EDIT_DUE, "2023-12-03T04:59:00Z",
     FILE_OF("    opens: 2023-11-20 09:00\n    due: 2023-12-02 23:59 # midnight, nearly\n", FLOW_DATES),
     "a later day, in a block map: the comment stays"},
    {FILE_OF(BLOCK_DATES, FLOW_DATES), "poster", EDIT_DUE, "2023-12-10T16:20:00Z",
     FILE_OF(BLOCK_DATES, ", opens: 2023-11-27 09:00, due: 2023-12-10 11:20"), "a quoted time in a flow map"},
    {FILE_OF(BLOCK_DATES, FLOW_DATES), "poster", EDIT_OPENS, "2023-11-04T13:00:00Z",
     FILE_OF(BLOCK_DATES, ", opens: 2023-11-04 09:00, due: '2023-12-11 11:20'"), "before the clocks go back"},
    {FILE_OF(BLOCK_DATES, FLOW_DATES), "report", EDIT_CLOSES, "2023-12-06T04:59:00Z",
     FILE_OF(BLOCK_DATES "    closes: 2023-12-05 23:59\n", FLOW_DATES), "a close where there was none"},
    {FILE_OF(BLOCK_DATES, FLOW_DATES), "poster", EDIT_CLOSES, "2023-12-12T04:59:00Z",
     FILE_OF(BLOCK_DATES, FLOW_DATES ", closes: 2023-12-11 23:59"), "the same in a flow map"},
    {FILE_OF(BLOCK_DATES "    closes: 2023-12-05 23:59 # no later\n", FLOW_DATES), "report", EDIT_CLOSES, NULL,
     FILE_OF(BLOCK_DATES, FLOW_DATES), "the line goes with its comment"},
    {FILE_OF(BLOCK_DATES, FLOW_DATES ", closes: 2023-12-11 23:59"), "poster", EDIT_CLOSES, NULL,
     FILE_OF(BLOCK_DATES, FLOW_DATES), "the comma goes with it"},
    {FILE_OF(BLOCK_DATES, FLOW_DATES), "report", EDIT_CLOSES, NULL, FILE_OF(BLOCK_DATES, FLOW_DATES),
     "nothing there to take out"},
    // Every form in which YAML lets a text be written becomes the plain one; what stands around it stays.
    {DUE_AS("2023-12-01\n      23:59 # over two lines"), "report", EDIT_DUE, "2023-12-03T04:59:00Z",
     DUE_AS("2023-12-02 23:59 # over two lines"), "a plain value over two lines"},
    {DUE_AS("\n      2023-12-01 23:59"), "report", EDIT_DUE, "2023-12-03T04:59:00Z", DUE_AS("\n      2023-12-02 23:59"),
     "a value below its key"},
    {DUE_AS("\"2023\\x2d12-01\\u002023:59\" # ü, escapes"), "report", EDIT_DUE, "2023-12-03T04:59:00Z",
     DUE_AS("2023-12-02 23:59 # ü, escapes"), "escapes"},
    {DUE_AS("\"2023-12-01 \\\n      23:59\""), "report", EDIT_DUE, "2023-12-03T04:59:00Z", DUE_AS("2023-12-02 23:59"),
     "an escaped end of line"},
    {DUE_AS("'2023-12-01\n      23:59'"), "report", EDIT_DUE, "2023-12-03T04:59:00Z", DUE_AS("2023-12-02 23:59"),
     "quotes over two lines"},
    {DUE_AS("|-\n      2023-12-01 23:59\n"), "report", EDIT_DUE, "2023-12-03T04:59:00Z", DUE_AS("2023-12-02 23:59\n"),
     "a block; the empty line behind it is not the value's"},
    {DUE_AS(">- # folded\n      2023-12-01\n      23:59"), "report", EDIT_DUE, "2023-12-03T04:59:00Z",
     DUE_AS("2023-12-02 23:59 # folded"), "the comment beside a block's sign"},
    {DUE_AS("|-\n      2023-12-01 23:59"), "report", EDIT_CLOSES, "2023-12-06T04:59:00Z",
     DUE_AS("|-\n      2023-12-01 23:59\n    closes: 2023-12-05 23:59"), "a close behind a due of two lines"},
    {DUE_AS("2023-12-01 23:59\n    closes: >-\n      2023-12-05\n      23:59"), "report", EDIT_CLOSES, NULL,
     DUE_AS("2023-12-01 23:59"), "a close of several lines goes whole"},
    {FILE_OF(BLOCK_DATES, ", opens: 2023-11-27 09:00, due: \"2023-12-11\\x2011:20\""), "poster", EDIT_DUE,
     "2023-12-10T16:20:00Z", FILE_OF(BLOCK_DATES, ", opens: 2023-11-27 09:00, due: 2023-12-10 11:20"),
     "escapes in a flow map"},
    {FILE_OF(BLOCK_DATES, ", opens: 2023-11-27 09:00, due: '2023-12-11\n      11:20'"), "poster", EDIT_CLOSES,
     "2023-12-12T04:59:00Z",
     FILE_OF(BLOCK_DATES, ", opens: 2023-11-27 09:00, due: '2023-12-11\n      11:20', closes: 2023-12-11 23:59"),
     "behind two lines in a flow map"},
};

static void only_the_date_changes(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    const struct course_edit edit = {cases[i].milestone, cases[i].field,
                                     cases[i].at == NULL ? 0 : instant(cases[i].at)};
    const char *text = NULL;
    const struct course *course = NULL;
    enum err err = course_edit_apply(arena, cases[i].before, &edit, 1, &problem, &text, &course);
    if (err != ERR_OK)
      fail_msg("%s: %s", cases[i].why, problem.error_count > 0 ? problem.errors[0].message : "refused");
    if (strcmp(text, cases[i].after) != 0)
      fail_msg("%s:\n%s", cases[i].why, text);
  }
}

static void several_dates_change_at_once_though_each_alone_would_be_refused(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  static const char before[] = FILE_OF(BLOCK_DATES, FLOW_DATES);
  const struct course_edit edits[] = {{"report", EDIT_OPENS, instant("2023-12-05T14:00:00Z")},
                                      {"report", EDIT_DUE, instant("2023-12-09T04:59:00Z")}};
  const char *text = NULL;
  const struct course *course = NULL;
  assert_int_equal(ERR_INVALID, course_edit_apply(arena, before, edits, 1, &problem, &text, &course));
  assert_null(text);
  assert_int_equal(ERR_OK, course_edit_apply(arena, before, edits, 2, &problem, &text, &course));
  assert_int_equal(edits[1].at, course->milestones[0].due);
}

static void what_cannot_be_written_is_refused_by_its_field(void **state) {
  (void)state;
  static const char before[] = FILE_OF(BLOCK_DATES, FLOW_DATES);
  static const struct {
    struct course_edit edit;
    const char *field;
    const char *why;
  } refused[] = {
      {{"final", EDIT_DUE, 1701500000}, "milestone", "no such milestone"},
      {{"report", EDIT_DUE, 1701500001}, "due", "seconds"},
      {{"report", EDIT_DUE, 0}, "due", "a due cannot go"},
      {{"report", EDIT_OPENS, 1699162200},
       "opens",
       "1:30 for the first time on 5 November: a file's 1:30 is the second"},
      {{"report", EDIT_OPENS, 1701500040}, "opens", "opens after it is due"},
      {{"report", EDIT_DUE, 4102444800}, "due", "after the term"},
      {{"report", EDIT_DUE, -62167219200}, "due", "a year of three digits or less"},
  };
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    const char *text = NULL;
    const struct course *course = NULL;
    enum err err = course_edit_apply(arena, before, &refused[i].edit, 1, &problem, &text, &course);
    if (err != ERR_INVALID || text != NULL || problem.error_count == 0 ||
        strcmp(problem.errors[0].field, refused[i].field) != 0)
      fail_msg("%s: err %d, field %s", refused[i].why, err, problem.error_count > 0 ? problem.errors[0].field : "none");
  }
}

static void a_form_that_is_not_known_is_refused_with_its_line_and_what_to_do(void **state) {
  (void)state;
  static const struct {
    const char *before;
    struct course_edit edit;
    const char *words;
    const char *why;
  } refused[] = {
      {FILE_OF("    opens: 2023-11-20 09:00\n    ? due\n    : 2023-12-01 23:59\n", FLOW_DATES),
       {"report", EDIT_CLOSES, 1701838740},
       "Write 'closes: 2023-12-05 23:59' into the file yourself and apply it.",
       "nothing can be put behind a key with a question mark"},
      {FILE_OF("    opens: 2023-11-20 09:00\n    due: 2023-12-01 23:59\n    ? closes\n    : 2023-12-05 23:59\n",
               FLOW_DATES),
       {"report", EDIT_CLOSES, 0},
       "Take 'closes' out of the file yourself and apply it.",
       "nor can such a key go"},
  };
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    const char *text = NULL;
    const struct course *course = NULL;
    assert_int_equal(ERR_INVALID,
                     course_edit_apply(arena, refused[i].before, &refused[i].edit, 1, &problem, &text, &course));
    assert_null(text);
    assert_int_equal(1, problem.error_count);
    assert_string_equal("closes", problem.errors[0].field);
    const char *said = problem.errors[0].message;
    if (strncmp(said, "Line ", 5) != 0 || strstr(said, refused[i].words) == NULL)
      fail_msg("%s: %s", refused[i].why, said);
  }
}

static void a_byte_order_mark_shifts_nothing(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  static const char before[] = "\xEF\xBB\xBF" FILE_OF(BLOCK_DATES, FLOW_DATES);
  const struct course_edit edit = {"report", EDIT_DUE, instant("2023-12-03T04:59:00Z")};
  const char *text = NULL;
  const struct course *course = NULL;
  assert_int_equal(ERR_OK, course_edit_apply(arena, before, &edit, 1, &problem, &text, &course));
  assert_non_null(strstr(text, "due: 2023-12-02 23:59 # midnight, nearly"));
  assert_int_equal(strlen(before), strlen(text));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_the_date_changes),
      cmocka_unit_test(several_dates_change_at_once_though_each_alone_would_be_refused),
      cmocka_unit_test(what_cannot_be_written_is_refused_by_its_field),
      cmocka_unit_test(a_form_that_is_not_known_is_refused_with_its_line_and_what_to_do),
      cmocka_unit_test(a_byte_order_mark_shifts_nothing),
  };
  return cmocka_run_group_tests_name("course_edit", tests, NULL, NULL);
}
