// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/course/course_file.h"
#include "common/course/rehearsal.h"
#include "common/course/rehearsal_warnings.h"

// %s: holidays, the info card's and the registration's `remind`, the lab track, and the milestones.
static const char frame[] =
    "course:\n"
    "  id: c\n"
    "  title: C\n"
    "  timezone: America/New_York\n"
    "  term: { starts: 2023-08-21, ends: 2023-12-14 }\n"
    "  holidays: [%s]\n"
    "info_card: { due: 2023-09-01 23:59, remind: { %s } }\n"
    "teams:\n"
    "  size: { min: 2, max: 4 }\n"
    "  registration: { opens: 2023-08-28 09:00, closes: 2023-09-11 23:59, remind: { %s } }\n"
    "  invitations: { expire: 72h }\n"
    "late_policy: { points_per_day: 10, grace: 5m }\n"
    "tracks:\n"
    "  - { id: project, title: Project }\n"
    "  - { id: labs, title: Labs, capacity: 20, opens: 2023-08-28 12:30, decide_by: 2023-09-06 23:59, "
    "waitlist: { offer_expires: 24h }, remind: { %s } }\n"
    "milestones:\n"
    "%s"
    "grading: { components: [ { id: work, title: W, weight: 100, one_of: [project, labs] } ] }\n";

struct made { // what a case puts into the frame; NULL: nothing
  const char *holidays, *card, *registration, *labs, *milestones;
};

static const char report[] = "  - { id: report, title: Report, track: project, kind: report, weight: 100, opens: "
                             "2023-10-02 09:00, due: 2023-10-20 23:59, hand_in: { files: [pdf] } }\n";
static const char lab[] = "  - { id: lab, title: Lab, track: labs, kind: lab, weight: 100, opens: 2023-10-02 09:00, "
                          "due: 2023-10-20 23:59, hand_in: { files: [pdf] } }\n";

static const struct rehearsal *rehearsed(struct arena *arena, const char *bytes) {
  struct findings findings;
  const struct course *course = NULL;
  if (course_file_read(arena, bytes, strlen(bytes), &findings, &course) != ERR_OK) {
    for (size_t i = 0; i < findings.count; i++)
      if (!findings.list[i].is_warning)
        fail_msg("line %d: %s\n%s", findings.list[i].line, findings.list[i].message, bytes);
  }
  struct calendar *calendar = NULL;
  assert_int_equal(calendar_open(arena, course->zone, &calendar), ERR_OK);
  struct rehearsal *rehearsal = arena_alloc(arena, sizeof *rehearsal);
  rehearse(arena, calendar, course, rehearsal);
  return rehearsal;
}

static const struct rehearsal *rehearsed_case(struct arena *arena, const struct made *made) {
  const char *milestones = made->milestones != NULL ? made->milestones : arena_format(arena, "%s%s", report, lab);
  return rehearsed(arena, arena_format(arena, frame, made->holidays != NULL ? made->holidays : "",
                                       made->card != NULL ? made->card : "",
                                       made->registration != NULL ? made->registration : "",
                                       made->labs != NULL ? made->labs : "", milestones));
}

static const struct rehearsal *rehearsed_file(struct arena *arena, const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL)
    fail_msg("%s is not there", path);
  char *bytes = arena_alloc(arena, COURSE_FILE_BYTES_MAX + 1);
  assert_true(fread(bytes, 1, COURSE_FILE_BYTES_MAX, file) > 0);
  (void)fclose(file);
  return rehearsed(arena, bytes);
}

static size_t count_of(const struct rehearsal *rehearsal, const char *code) {
  size_t count = 0;
  for (size_t i = 0; i < rehearsal->warning_count; i++)
    count += strcmp(rehearsal->warnings[i].code, code) == 0;
  return count;
}

static void assert_line(struct arena *arena, const struct rehearsal_line *line, const char *expected) {
  char at[21];
  instant_format(line->at, at);
  assert_string_equal(arena_format(arena, "%s %s %s", at, rehearsal_what_names[line->what], line->key), expected);
}

// Counted by hand in config/minimal.yaml: the term's two ends, the registration's two, the card, the report's three.
static void the_minimal_course_has_eight_lines_in_time_order(void **state) {
  (void)state;
  static const char *const expected[] = {
      "2024-04-07T22:00:00Z begins term",
      "2024-04-15T07:00:00Z opens team registration",
      "2024-04-19T21:59:00Z due info card",
      "2024-04-26T21:59:00Z closes team registration",
      "2024-06-03T07:00:00Z opens milestone report",
      "2024-07-12T21:59:00Z due milestone report",
      "2024-07-12T21:59:00Z closes milestone report",
      "2024-07-19T21:59:59Z ends term",
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct rehearsal *rehearsal = rehearsed_file(arena, "config/minimal.yaml");
  assert_int_equal(rehearsal->line_count, 8);
  for (size_t i = 0; i < rehearsal->line_count; i++)
    assert_line(arena, &rehearsal->lines[i], expected[i]);
  assert_int_equal(rehearsal->warning_count, 0);
}

// By hand in config/cs8803-smr.yaml. Term 2, holidays 6, exam slot 1; card 1; registration 2; seats 2; 11 milestones
// with an opening and a due, 9 of which take work (not the check-ins) and close. Reminders to students: card 2,
// registration 3, seats 2, proposal 3, check-ins 2 x 1, midpoint 2, final presentation 2, poster 2, report 3, labs 4 x
// 2; to staff: card 1, registration 2, seats 2, seven of the project 2 each, labs 4 x 1.
static void the_sample_course_has_the_lines_counted_by_hand(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct rehearsal *rehearsal = rehearsed_file(arena, "config/cs8803-smr.yaml");
  size_t students = 0, staff = 0;
  for (size_t i = 0; i < rehearsal->line_count; i++) {
    const struct rehearsal_line *line = &rehearsal->lines[i];
    assert_true(i == 0 || rehearsal->lines[i - 1].at <= line->at);
    students += line->what == REHEARSAL_REMINDER && line->who == REHEARSAL_STUDENTS;
    staff += line->what == REHEARSAL_REMINDER && line->who == REHEARSAL_STAFF;
  }
  assert_int_equal(students, 29);
  assert_int_equal(staff, 23);
  assert_int_equal(rehearsal->line_count, 2 + 6 + 1 + 1 + 2 + 2 + 11 * 2 + 9 + 29 + 23);
  assert_int_equal(rehearsal->warning_count, 2); // late posters and reports are taken after the term's end
  assert_int_equal(count_of(rehearsal, "closes-after-the-term"), 2);
}

static void a_reminder_says_when_it_leaves_and_in_which_words(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct rehearsal *rehearsal =
      rehearsed_case(arena, &(struct made){.card = "students: [-3d], staff: [+1h, +8h]"});
  const struct rehearsal_line *found[3] = {0};
  size_t count = 0;
  for (size_t i = 0; i < rehearsal->line_count; i++)
    if (rehearsal->lines[i].what == REHEARSAL_REMINDER)
      found[count++] = &rehearsal->lines[i];
  assert_int_equal(count, 3);
  assert_line(arena, found[0], "2023-08-30T03:59:00Z reminder info card");
  assert_int_equal(found[0]->leaves_at, found[0]->at);
  assert_string_equal(found[0]->said.subject, "Info card: due Fri 1 Sep 2023 23:59 EDT");
  // 00:59 waits for the daily mail at 07:30 of that day, 07:59 for that of the next.
  char leaves[21];
  instant_format(found[1]->leaves_at, leaves);
  assert_string_equal(leaves, "2023-09-02T11:30:00Z");
  instant_format(found[2]->leaves_at, leaves);
  assert_string_equal(leaves, "2023-09-03T11:30:00Z");
}

#define TWO_ON_20_OCTOBER                                                                                              \
  "  - { id: a, title: A, track: project, kind: report, weight: 50, opens: 2023-10-02 09:00, due: 2023-10-20 09:00, "  \
  "hand_in: { files: [pdf] } }\n"                                                                                      \
  "  - { id: b, title: B, track: project, kind: report, weight: 30, opens: 2023-10-02 09:00, due: 2023-10-20 12:00, "  \
  "hand_in: { files: [pdf] } }\n"
#define LAB_THAT_DAY                                                                                                   \
  "  - { id: lab, title: Lab, track: labs, kind: lab, weight: 100, opens: 2023-10-02 09:00, due: 2023-10-20 23:59, "   \
  "hand_in: { files: [pdf] } }\n"
#define REPORT_DUE(due)                                                                                                \
  "  - { id: report, title: Report, track: project, kind: report, weight: 100, opens: 2023-09-12 09:00, due: " due     \
  ", hand_in: { files: [pdf] } }\n" LAB_THAT_DAY
#define REPORT_REMINDS(remind)                                                                                         \
  "  - { id: report, title: Report, track: project, kind: report, weight: 100, opens: 2023-09-12 09:00, due: "         \
  "2023-10-20 23:59, closes: 2023-10-22 23:59, hand_in: { files: [pdf] }, remind: { " remind " } }\n" LAB_THAT_DAY

static void what_looks_unwise_is_told_once_at_its_boundary(void **state) {
  (void)state;
  static const struct {
    struct made made;
    const char *code;
    size_t count;
    const char *why;
  } cases[] = {
      {{.milestones =
            TWO_ON_20_OCTOBER "  - { id: c, title: C, track: project, kind: report, weight: 20, opens: "
                              "2023-10-02 09:00, due: 2023-10-20 23:59, hand_in: { files: [pdf] } }\n" LAB_THAT_DAY},
       "deadlines-in-one-day",
       1,
       "three of one track"},
      {{.milestones =
            TWO_ON_20_OCTOBER "  - { id: c, title: C, track: project, kind: report, weight: 20, opens: "
                              "2023-10-02 09:00, due: 2023-10-21 00:00, hand_in: { files: [pdf] } }\n" LAB_THAT_DAY},
       "deadlines-in-one-day",
       0,
       "midnight is the next day: two of the project, one of the labs"},
      {{.milestones = REPORT_DUE("2023-10-20 03:00")}, "at-night", 1, "3 a.m., and its closing is not told again"},
      {{.milestones = REPORT_DUE("2023-10-20 00:00")}, "at-night", 1, "midnight"},
      {{.milestones = REPORT_DUE("2023-10-20 05:59")}, "at-night", 1, "before six"},
      {{.milestones = REPORT_DUE("2023-10-20 06:00")}, "at-night", 0, "six is morning"},
      {{.milestones = REPORT_DUE("2023-10-20 23:59")}, "at-night", 0, "23:59 is no night"},
      {{.card = "students: [-21h]"}, "at-night", 1, "02:59"},
      {{.card = "staff: [+1h]"}, "at-night", 0, "00:59, but it leaves with the daily mail"},
      {{.holidays = "2023-10-20"}, "due-on-a-holiday", 2, "report and lab"},
      {{.holidays = "2023-10-19, 2023-10-21"}, "due-on-a-holiday", 0, "the days around"},
      {{.holidays = "2023-10-02"}, "due-on-a-holiday", 0, "what only opens"},
      {{.milestones = REPORT_DUE("2023-10-21 23:59")}, "due-on-a-holiday", 0, "a Saturday is no holiday"},
      {{.milestones = REPORT_REMINDS("students: [-1d, -2d, -3d, -4d, -6h]")}, "many-mails", 0, "five in a week"},
      {{.milestones = REPORT_REMINDS("students: [-1d, -2d, -3d, -4d, -6h, -9h]")}, "many-mails", 1, "six in a week"},
      {{.milestones = REPORT_REMINDS("students: [-1d, -2d, -3d, -4d, -6h, -7h]")},
       "many-mails",
       0,
       "an hour apart: one"},
      {{.milestones = REPORT_REMINDS("students: [-1d, -2d, -3d, -4d, -5d, -6h]")},
       "many-mails",
       0,
       "one on the Sunday"},
      {{.milestones = REPORT_REMINDS("staff: [-1d, -2d, -3d, -4d, -6h, -9h]")},
       "many-mails",
       0,
       "staff have the daily"},
      {{.card = "students: [-1d, -2d, -3d, -6h, -9h, -12h]"}, "many-mails", 1, "of all tracks: told once"},
      {{.milestones = REPORT_REMINDS("staff: [+60d]")}, "reminder-outside-term", 1, "19 December"},
      {{.milestones = REPORT_REMINDS("staff: [+55d]")}, "reminder-outside-term", 0, "14 December 23:59"},
      {{.milestones = REPORT_REMINDS("students: [+2d]")}, "reminder-too-late", 0, "the last second"},
      {{.milestones = REPORT_REMINDS("students: [+3d]")}, "reminder-too-late", 1, "a day after it closed"},
      {{.card = "students: [+3d]"}, "reminder-too-late", 0, "a card can still be filled in"},
      {{.registration = "students: [+1h]"}, "reminder-too-late", 1, "registration is over"},
      {{.milestones = REPORT_REMINDS("students: [-1d], staff: [-2d]")}, "staff-before-students", 1, "before"},
      {{.milestones = REPORT_REMINDS("students: [-2d], staff: [-2d]")}, "staff-before-students", 0, "together"},
      {{.milestones = REPORT_REMINDS("staff: [-2d]")}, "staff-before-students", 0, "students are not reminded at all"},
      {{.milestones = REPORT_DUE("2023-12-05 23:59")}, "closes-after-the-term", 0, "taken until its last second"},
      {{.milestones = REPORT_DUE("2023-12-06 23:59")}, "closes-after-the-term", 1, "a day after"},
      {{0}, "at-night", 0, "nothing is wrong"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    size_t count = count_of(rehearsed_case(arena, &cases[i].made), cases[i].code);
    if (count != cases[i].count)
      fail_msg("%s (%s): %zu, not %zu", cases[i].code, cases[i].why, count, cases[i].count);
  }
}

// The reader refuses such a file; whoever hands over a course otherwise is told here.
static void a_reminder_before_its_opening_is_told(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct span early = {-10, 0};
  const struct late_policy late = {.points_per_day = 10};
  const struct milestone milestone = {.id = "m",
                                      .title = "M",
                                      .track = NO_INDEX,
                                      .opens = 1695000000,
                                      .due = 1695600000,
                                      .closes = 1695600000,
                                      .late = &late,
                                      .remind = {.students = &early, .student_count = 1}};
  const struct course course = {.id = "c",
                                .zone = "UTC",
                                .starts_at = 1690000000,
                                .ends_at = 1700000000,
                                .milestones = &milestone,
                                .milestone_count = 1};
  struct calendar *calendar = NULL;
  assert_int_equal(calendar_open(arena, "UTC", &calendar), ERR_OK);
  struct rehearsal rehearsal;
  rehearse(arena, calendar, &course, &rehearsal);
  assert_int_equal(count_of(&rehearsal, "reminder-before-opening"), 1);
}

static void every_warning_says_what_to_do(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (const struct rehearsal_code *code = rehearsal_codes(); code->code != NULL; code++)
    assert_true(strlen(code->advice) > 0);
  const struct rehearsal *rehearsal =
      rehearsed_case(arena, &(struct made){.milestones = REPORT_REMINDS("students: [-1d, -2d, -3d, -4d, -6h, -9h]")});
  assert_int_equal(rehearsal->warning_count, 1);
  assert_string_equal(rehearsal->warnings[0].words,
                      "Students of Project who are done with nothing get 6 mails in the week from Mon 16 Oct 2023.");
  assert_non_null(strstr(rehearsal->warnings[0].advice, "remind"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_minimal_course_has_eight_lines_in_time_order),
      cmocka_unit_test(the_sample_course_has_the_lines_counted_by_hand),
      cmocka_unit_test(a_reminder_says_when_it_leaves_and_in_which_words),
      cmocka_unit_test(what_looks_unwise_is_told_once_at_its_boundary),
      cmocka_unit_test(a_reminder_before_its_opening_is_told),
      cmocka_unit_test(every_warning_says_what_to_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
