// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/course/course_shift.h"
#include "common/course/course_values.h"

// Comments that hold dates and brackets, dates in titles, quotes, letters of several bytes, block and flow maps.
#define FILE_OF(id, starts, ends, holidays, opens, closes, track, due1, due2)                                          \
  "# Überblick: 2023-08-21 ] {\n"                                                                                     \
  "course:\n"                                                                                                          \
  "  id: " id " # id: shift-2023\n"                                                                                    \
  "  title: \"Kurs 2023-08-21\"\n"                                                                                     \
  "  timezone: America/New_York\n"                                                                                     \
  "  term: { starts: " starts ", ends: \"" ends "\" } # 2023-12-14\n" holidays "late_policy: { points_per_day: 10 }\n" \
  "teams:\n"                                                                                                           \
  "  size: { min: 2, max: 4 }\n"                                                                                       \
  "  registration: { opens: " opens " 09:00, closes: " closes " 23:59 }\n"                                             \
  "tracks:\n"                                                                                                          \
  "  - { id: project, title: 2023-09-11 23:59 }\n"                                                                     \
  "  - { id: labs, title: Labs, capacity: 2, opens: '" track " 09:00', decide_by: " closes                             \
  " 12:00, waitlist: { offer_expires: 24h } }\n"                                                                       \
  "milestones:\n"                                                                                                      \
  "  - id: report\n"                                                                                                   \
  "    title: \"Bericht, größer\"\n"                                                                                 \
  "    track: project\n"                                                                                               \
  "    kind: report\n"                                                                                                 \
  "    weight: 100\n"                                                                                                  \
  "    opens: " opens " 09:00\n"                                                                                       \
  "    due: " due1 " 23:59 # midnight, nearly\n"                                                                       \
  "    hand_in: { files: [pdf], max_size: 20MB }\n"                                                                    \
  "  - { id: lab, title: L, track: labs, kind: lab, weight: 100, opens: " opens " 09:00, due: '" due2 " 01:30', "      \
  "hand_in: { files: [pdf], max_size: 1MB } } # {due: 2023-11-05 01:30}\n"                                             \
  "grading:\n"                                                                                                         \
  "  components: [{ id: work, title: Work, weight: 100, one_of: [project, labs] }]\n"                                  \
  "  letters: { A: 90, F: 0 }\n"
#define FLOW_OF(a, b) "  holidays: [" a ", '" b "'] # ] Labor Day 2023-09-04\n"
#define OLD_WITH(holidays)                                                                                             \
  FILE_OF("shift-2023", "2023-08-21", "2023-12-14", holidays, "2023-08-28", "2023-09-11", "2023-08-28", "2023-12-01",  \
          "2023-11-05")
#define OLD OLD_WITH(FLOW_OF("2023-09-04", "2023-11-23"))
#define NEXT_WITH(holidays)                                                                                            \
  FILE_OF("shift-2024", "2024-08-19", "2024-12-12", holidays, "2024-08-26", "2024-09-09", "2024-08-26", "2024-11-29",  \
          "2024-11-03")
#define NEXT NEXT_WITH(FLOW_OF("2024-09-02", "2024-11-21"))

struct trial {
  struct arena *arena;
  struct problem problem;
  struct course_shift made;
  enum err err;
};

static struct day day(const char *text) {
  struct day out;
  assert_true(value_date(text, &out));
  return out;
}

static struct trial shift(const char *text, const char *id, const char *starts, const char *holidays) {
  struct trial trial = {.arena = arena_new()};
  struct day days[4];
  struct course_shift_wish wish = {.id = id, .starts = day(starts), .has_holidays = holidays != NULL, .holidays = days};
  for (const char *at = holidays; at != NULL && *at != '\0'; at += strlen(at) > 10 ? 11 : 10)
    days[wish.holiday_count++] = day(arena_text_n(trial.arena, at, 10));
  problem_init(&trial.problem, trial.arena);
  trial.err = course_shift(trial.arena, text, &wish, &trial.problem, &trial.made);
  return trial;
}

static void expect_text(const struct trial *trial, const char *text) {
  if (trial->err != ERR_OK && trial->problem.error_count > 0)
    fail_msg("%s: %s", trial->problem.errors[0].field, trial->problem.errors[0].message);
  assert_int_equal(ERR_OK, trial->err);
  assert_string_equal(text, trial->made.text);
}

// The only one of the kind, or NULL.
static const struct course_shift_note *find_note(const struct trial *trial, enum course_shift_kind kind) {
  const struct course_shift_note *found = NULL;
  for (size_t i = 0; i < trial->made.note_count; i++) {
    if (trial->made.notes[i].kind != kind)
      continue;
    assert_null(found);
    found = &trial->made.notes[i];
  }
  return found;
}

static void every_date_moves_and_every_other_byte_stays(void **state) {
  (void)state;
  struct trial trial = shift(OLD, "shift-2024", "2024-08-19", NULL);
  expect_text(&trial, NEXT);
  assert_int_equal(52, trial.made.weeks);
  assert_string_equal("shift-2024", trial.made.course->id);
  arena_free(trial.arena);
}

static void the_new_files_warnings_are_told_and_not_the_old_ones(void **state) {
  (void)state;
  struct trial same = shift(OLD, "shift-2024", "2023-08-21", NULL), next = shift(OLD, "shift-2024", "2024-08-19", NULL);
  assert_int_equal(ERR_OK, same.err);
  assert_int_equal(0, same.made.weeks);
  assert_null(find_note(&same, SHIFT_WARNING));
  bool is_told = false;
  for (size_t i = 0; i < next.made.note_count; i++) // the hour that comes twice
    is_told = is_told || (next.made.notes[i].kind == SHIFT_WARNING && next.made.notes[i].line == 24 &&
                          strstr(next.made.notes[i].words, "'2024-11-03 01:30' comes twice") != NULL);
  assert_true(is_told);
  arena_free(same.arena);
  arena_free(next.arena);
}

static void back_by_the_same_weeks_is_the_file_that_it_was(void **state) {
  (void)state;
  struct trial trial = shift(NEXT, "shift-2023", "2023-08-21", NULL);
  expect_text(&trial, OLD);
  assert_int_equal(-52, trial.made.weeks);
  arena_free(trial.arena);
}

// 2023-11-05 01:30 comes twice in New York; so does 2024-11-03 01:30. A week before, nothing does.
static void wall_clocks_stay_whatever_the_zone_does(void **state) {
  (void)state;
  struct trial trial = shift(OLD, "shift-2023", "2023-08-14", NULL);
  assert_int_equal(ERR_OK, trial.err);
  assert_non_null(strstr(trial.made.text, "due: '2023-10-29 01:30'"));
  assert_int_equal(3600 + 7 * 86400, 1699165800 - trial.made.course->milestones[1].due); // 2023-11-05T06:30:00Z
  arena_free(trial.arena);
}

struct leap_case {
  const char *starts, *ends;
  const char *why;
};

static void weekdays_hold_over_leap_days_and_centuries(void **state) {
  (void)state;
  static const struct leap_case cases[] = {
      {"2024-08-19", "2024-12-12", "over 29 February 2024"},
      {"2028-02-21", "2028-06-15", "with 29 February 2028 inside"},
      {"2027-02-22", "2027-06-17", "the same in a common year"},
      {"2100-02-22", "2100-06-17", "2100 has no leap day"},
      {"1970-01-05", "1970-04-30", "the first year of all"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct trial trial = shift(OLD, "x", cases[i].starts, NULL);
    if (trial.err != ERR_OK || !day_equal(day(cases[i].starts), trial.made.course->starts) ||
        !day_equal(day(cases[i].ends), trial.made.course->ends))
      fail_msg("%s: %s", cases[i].starts, cases[i].why);
    arena_free(trial.arena);
  }
}

static void the_shipped_course_moves_and_each_holiday_is_named(void **state) {
  (void)state;
  FILE *file = fopen("config/cs8803-smr.yaml", "r");
  assert_non_null(file);
  static char text[64 * 1024];
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  struct trial trial = shift(text, "cs8803-smr-2024fa", "2024-08-19", NULL);
  assert_int_equal(ERR_OK, trial.err);
  assert_int_equal(strlen(text), strlen(trial.made.text));
  assert_int_equal(6, trial.made.note_count);
  for (size_t i = 0; i < trial.made.note_count; i++) {
    assert_int_equal(SHIFT_HOLIDAY_MOVED, trial.made.notes[i].kind);
    assert_int_equal(12, trial.made.notes[i].line);
  }
  assert_string_equal("Mon 2024-09-02 is a holiday because Mon 2023-09-04 was one", trial.made.notes[0].words);
  arena_free(trial.arena);
}

static void what_falls_on_a_new_holiday_is_told_by_its_line(void **state) {
  (void)state;
  struct trial trial = shift(OLD, "shift-2024", "2024-08-19", "2024-09-02,2024-11-29");
  expect_text(&trial, NEXT_WITH("  holidays: [2024-09-02, 2024-11-29] # ] Labor Day 2023-09-04\n"));
  const struct course_shift_note *note = find_note(&trial, SHIFT_ON_HOLIDAY);
  assert_non_null(note);
  assert_int_equal(22, note == NULL ? 0 : note->line);
  assert_string_equal("milestones report due falls on the holiday Fri 2024-11-29", note == NULL ? "" : note->words);
  arena_free(trial.arena);
}

static void what_fell_on_a_holiday_before_is_no_news(void **state) {
  (void)state;
  struct trial trial = shift(OLD_WITH(FLOW_OF("2023-12-01", "2023-11-23")), "shift-2024", "2024-08-19", "2024-11-29");
  assert_int_equal(ERR_OK, trial.err);
  assert_null(find_note(&trial, SHIFT_ON_HOLIDAY));
  arena_free(trial.arena);
}

struct holiday_case {
  const char *before;
  const char *given;
  const char *after;
  const char *why;
};

static void holidays_given_take_the_place_of_the_old_ones(void **state) {
  (void)state;
  static const struct holiday_case cases[] = {
      {FLOW_OF("2023-09-04", "2023-11-23"), "", "  holidays: [] # ] Labor Day 2023-09-04\n", "none any more"},
      {"  holidays: []\n", "2024-09-02", "  holidays: [2024-09-02]\n", "some where there were none"},
      {"  holidays: [2023-09-04, # ]\n    2023-11-23 # [\n  ]\n", "2024-09-02", "  holidays: [2024-09-02]\n",
       "over several lines"},
      {"  holidays:\n    - 2023-09-04\n    - '2023-11-23' # x\n", "2024-09-02", "  holidays:\n      [2024-09-02] # x\n",
       "a block list"},
      {"  holidays:\n  - 2023-09-04\n", "2024-09-02", "  holidays:\n    [2024-09-02]\n",
       "a block list as far left as its key"},
      {"", "", "", "none before and none now"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    static char before[8192], after[8192];
    snprintf(before, sizeof before, OLD_WITH("%s"), cases[i].before);
    snprintf(after, sizeof after, NEXT_WITH("%s"), cases[i].after);
    struct trial trial = shift(before, "shift-2024", "2024-08-19", cases[i].given);
    if (trial.err != ERR_OK || strcmp(after, trial.made.text) != 0)
      fail_msg("%s: %s\n%s", cases[i].why, trial.err == ERR_OK ? "" : trial.problem.errors[0].message,
               trial.err == ERR_OK ? trial.made.text : "");
    arena_free(trial.arena);
  }
}

static void holidays_stand_before_the_id_where_there_were_none(void **state) {
  (void)state;
  struct trial trial = shift(OLD_WITH(""), "shift-2024", "2024-08-19", "2024-09-02");
  assert_int_equal(ERR_OK, trial.err);
  assert_non_null(strstr(trial.made.text, "course:\n  holidays: [2024-09-02]\n  id: shift-2024 #"));
  assert_int_equal(1, trial.made.course->holiday_count);
  arena_free(trial.arena);
}

struct refusal_case {
  const char *text;
  const char *id;
  const char *starts;
  const char *field;
  const char *words;
  const char *why;
};

static void what_would_not_be_sound_is_refused_in_words(void **state) {
  (void)state;
  static const struct refusal_case cases[] = {
      {OLD, "x", "2024-08-21", "starts", "take Mon 2024-08-19 or Mon 2024-08-26", "no whole weeks"},
      {OLD, "x", "2023-08-20", "starts", "take Mon 2023-08-14 or Mon 2023-08-21", "a day before"},
      {OLD, "x", "9999-11-01", "starts", "out of the years", "the term's end is after 9999"},
      {OLD, "Not an id", "2024-08-19", "course", "must be an id", "a bad id"},
      {OLD, "null", "2024-08-19", "", "of the new file", "an id that YAML takes for nothing"},
      {FILE_OF("shift-2023", "\"2023\\x2d08-21\"", "2023-12-14", "", "2023-08-28", "2023-09-11", "2023-08-28",
               "2023-12-01", "2023-11-05"),
       "x", "2024-08-19", "", "without escapes", "a date in escapes"},
      {FILE_OF("\"shift\\x2d2023\"", "2023-08-21", "2023-12-14", "", "2023-08-28", "2023-09-11", "2023-08-28",
               "2023-12-01", "2023-11-05"),
       "x", "2024-08-19", "", "without escapes", "an id in escapes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct trial trial = shift(cases[i].text, cases[i].id, cases[i].starts, NULL);
    if (trial.err != ERR_INVALID || trial.problem.error_count == 0 ||
        strcmp(cases[i].field, trial.problem.errors[0].field) != 0 ||
        strstr(trial.problem.errors[0].message, cases[i].words) == NULL)
      fail_msg("%s: %d, %s", cases[i].why, (int)trial.err,
               trial.problem.error_count == 0 ? "no words" : trial.problem.errors[0].message);
    arena_free(trial.arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_date_moves_and_every_other_byte_stays),
      cmocka_unit_test(the_new_files_warnings_are_told_and_not_the_old_ones),
      cmocka_unit_test(back_by_the_same_weeks_is_the_file_that_it_was),
      cmocka_unit_test(wall_clocks_stay_whatever_the_zone_does),
      cmocka_unit_test(weekdays_hold_over_leap_days_and_centuries),
      cmocka_unit_test(the_shipped_course_moves_and_each_holiday_is_named),
      cmocka_unit_test(what_falls_on_a_new_holiday_is_told_by_its_line),
      cmocka_unit_test(what_fell_on_a_holiday_before_is_no_news),
      cmocka_unit_test(holidays_given_take_the_place_of_the_old_ones),
      cmocka_unit_test(holidays_stand_before_the_id_where_there_were_none),
      cmocka_unit_test(what_would_not_be_sound_is_refused_in_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
