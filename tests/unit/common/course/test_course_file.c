// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/course/course_file.h"

#define BROKEN "tests/unit/common/course/broken/"

struct reading {
  enum err err;
  struct findings findings;
  const struct course *course;
};

static char *read_file(struct arena *arena, const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    fail_msg("%s is missing", path);
  char *bytes = arena_alloc(arena, 512 * 1024);
  *size = fread(bytes, 1, 512 * 1024 - 1, file);
  assert_int_equal(ferror(file), 0);
  (void)fclose(file);
  return bytes;
}

static struct reading read_bytes(struct arena *arena, const char *bytes, size_t size) {
  struct reading reading = {0};
  // A copy of exactly this size, so that the sanitizer sees a read past its end.
  const char *exact = arena_copy(arena, bytes, size);
  reading.err = course_file_read(arena, exact, size, &reading.findings, &reading.course);
  return reading;
}

static struct reading read_course(struct arena *arena, const char *path) {
  size_t size;
  const char *bytes = read_file(arena, path, &size);
  return read_bytes(arena, bytes, size);
}

static const char *findings_words(struct arena *arena, const struct findings *findings) {
  struct text words;
  text_init(&words, arena);
  for (size_t i = 0; i < findings->count; i++)
    text_add_format(&words, "%d:%d: %s: %s\n", findings->list[i].line, findings->list[i].column,
                    findings->list[i].is_warning ? "warning" : "error", findings->list[i].message);
  return text_get(&words);
}

static const char *shown(struct arena *arena, int64_t at) {
  char stamp[21];
  instant_format(at, stamp);
  return arena_text(arena, stamp);
}

static const struct milestone *milestone(const struct course *course, const char *id) {
  for (size_t i = 0; i < course->milestone_count; i++)
    if (strcmp(course->milestones[i].id, id) == 0)
      return &course->milestones[i];
  fail_msg("no milestone %s", id);
  return NULL;
}

// The text with one passage replaced: what a test changes stands in the test.
static const char *changed(struct arena *arena, const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  if (at == NULL)
    fail_msg("the passage to replace is not in the file: %s", from);
  return arena_format(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void each_broken_file_gives_exactly_its_expected_findings(void **state) {
  (void)state;
  glob_t found;
  assert_int_equal(glob(BROKEN "*.yaml", 0, NULL, &found), 0);
  assert_true(found.gl_pathc >= 30);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const char *path = found.gl_pathv[i];
    size_t size;
    const char *stem = arena_text_n(arena, path, strlen(path) - strlen("yaml"));
    const char *expected = read_file(arena, arena_format(arena, "%sexpected", stem), &size);
    struct reading reading = read_course(arena, path);
    const char *got = findings_words(arena, &reading.findings);
    if (strcmp(got, expected) != 0)
      fail_msg("%s\nexpected:\n%sgot:\n%s", path, expected, got);
    bool is_warned_only = text_starts(path + strlen(BROKEN), "warning-");
    assert_int_equal(reading.err, is_warned_only ? ERR_OK : ERR_INVALID);
    assert_int_equal(reading.course != NULL, is_warned_only);
  }
  globfree(&found);
}

static void three_errors_in_one_file_give_three_findings_by_position(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct reading reading = read_course(arena, BROKEN "three-errors.yaml");
  assert_int_equal(reading.findings.count, 3);
  assert_int_equal(reading.findings.error_count, 3);
  assert_int_equal(reading.findings.list[0].line, 13);
  assert_int_equal(reading.findings.list[1].line, 42);
  assert_int_equal(reading.findings.list[2].line, 62);
}

static void the_shipped_files_are_sound(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct reading full = read_course(arena, "config/cs8803-smr.yaml");
  assert_int_equal(full.err, ERR_OK);
  assert_int_equal(full.findings.count, 1);
  assert_non_null(strstr(full.findings.list[0].message, "there is no component 'paper-reviews'"));
  struct reading minimal = read_course(arena, "config/minimal.yaml");
  assert_string_equal(findings_words(arena, &minimal.findings), "");
  assert_int_equal(minimal.err, ERR_OK);
  assert_int_equal(minimal.course->teams.coverage.gap, GAP_BLOCK);
  assert_int_equal(minimal.course->teams.coverage.require[1].members, 1);
  assert_int_equal(minimal.course->teams.invitations_expire.seconds, 72 * 3600);
  assert_int_equal(minimal.course->late.points_per_day, 100);
  assert_null(course_lab_track(minimal.course));
}

static void the_syllabus_is_read_whole(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct course *course = read_course(arena, "config/cs8803-smr.yaml").course;
  assert_string_equal(course->id, "cs8803-smr-2023fa");
  assert_string_equal(shown(arena, course->starts_at), "2023-08-21T04:00:00Z");
  assert_string_equal(shown(arena, course->ends_at), "2023-12-15T04:59:59Z");
  assert_int_equal(course->holiday_count, 6);
  assert_string_equal(course->exam_slot.use, "poster session");
  assert_int_equal(course->level_count, 5);
  assert_int_equal(course_skill(course, "systems"), 1);
  assert_true(course->expected.any_of[0] && course->expected.any_of[1] && !course->expected.any_of[2]);
  assert_int_equal(course->expected.level, 2);
  assert_int_equal(course->topic_count, 8);
  assert_int_equal(course->info_card.remind.students[1].seconds, -6 * 3600);
  assert_string_equal(shown(arena, course->teams.closes), "2023-09-12T03:59:00Z");
  assert_int_equal(course->teams.coverage.require_count, 2);
  assert_int_equal(course->late.grace_seconds, 300);
  assert_int_equal(course_lab_track(course)->capacity, 20);
  assert_int_equal(course_lab_track(course)->offer_expires.seconds, 86400);
  assert_int_equal(course->proposals.field_count, 11);
  assert_int_equal(course->proposals.fields[10].max, 20 * 1024 * 1024);
  assert_int_equal(course->milestone_count, 11);
  assert_int_equal(milestone(course, "check-in-2")->weight_hundredths, 250);
  assert_int_equal(milestone(course, "midpoint")->slot_length.seconds, 720);
  assert_int_equal(course->component_count, 4);
  assert_int_equal(course->components[3].track_count, 2);
  assert_int_equal(course->drops[0].percent, 20);
  assert_int_equal(course->letter_count, 5);
  assert_int_equal(course->letters[4].from_hundredths, 0);
  assert_int_equal(course->audit.one_of[0].count, 5);
  assert_true(course->audit.requires_approval);
}

static void the_ways_to_hand_in_are_read(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct course *course = read_course(arena, "config/cs8803-smr.yaml").course;
  const struct milestone *poster = milestone(course, "poster");
  assert_int_equal(poster->hand_in_count, 3);
  assert_string_equal(poster->hand_ins[0].files[0], "pdf");
  assert_int_equal(poster->hand_ins[1].link, NEED_REQUIRED);
  assert_string_equal(poster->hand_ins[1].link_use, "video");
  assert_string_equal(poster->hand_ins[2].slot, "demo");
  const struct hand_in *report = &milestone(course, "final-report")->hand_ins[0];
  assert_int_equal(report->code, NEED_REQUIRED);
  assert_string_equal(report->reproduce, "text");
  assert_string_equal(report->statement, "ai-use");
  const struct hand_in *midpoint = &milestone(course, "midpoint")->hand_ins[0];
  assert_int_equal(midpoint->link, NEED_OPTIONAL);
  assert_null(midpoint->link_use);
}

static void closing_follows_the_milestone_then_its_policy_then_the_courses(void **state) {
  (void)state;
  static const char due[] = "    due: 2024-07-12 23:59\n";
  static const struct {
    const char *course_policy; // in place of nothing
    const char *own;           // lines of the milestone
    const char *closes;
    const char *why;
  } cases[] = {
      {"", "", "2024-07-12T21:59:00Z", "without any policy late work earns nothing"},
      {"late_policy: { points_per_day: 10, grace: 5m }\n", "", "2024-07-21T21:59:00Z",
       "nine days cost 90, ten cost all"},
      {"late_policy: { points_per_day: 34 }\n", "", "2024-07-14T21:59:00Z", "3 × 34 is more than everything"},
      {"late_policy: { points_per_day: 100, grace: 2h }\n", "", "2024-07-12T23:59:00Z", "never before the grace ends"},
      {"late_policy: { points_per_day: 0 }\n", "", "2024-07-19T21:59:59Z", "late for nothing until the term ends"},
      {"late_policy: { points_per_day: 10, closes_after: 2d }\n", "", "2024-07-14T21:59:00Z",
       "the course's closes_after"},
      {"late_policy: { points_per_day: 10, closes_after: 2d }\n", "    late_policy: { grace: 1h }\n",
       "2024-07-14T21:59:00Z", "what a milestone's policy does not state is the course's"},
      {"late_policy: { points_per_day: 10, closes_after: 2d }\n", "    late_policy: { closes_after: 5h }\n",
       "2024-07-13T02:59:00Z", "a milestone's own closes_after"},
      {"late_policy: { points_per_day: 10, closes_after: 2d }\n", "    closes: 2024-07-13 12:00\n",
       "2024-07-13T10:00:00Z", "its own closes comes first"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    size_t size;
    const char *text = read_file(arena, "config/minimal.yaml", &size);
    text = changed(arena, text, due, arena_format(arena, "%s%s", due, cases[i].own));
    text = changed(arena, text, "tracks:\n", arena_format(arena, "%stracks:\n", cases[i].course_policy));
    struct reading reading = read_bytes(arena, text, strlen(text));
    if (reading.course == NULL)
      fail_msg("%s: %s", cases[i].why, findings_words(arena, &reading.findings));
    const char *closes = shown(arena, reading.course->milestones[0].closes);
    if (strcmp(closes, cases[i].closes) != 0)
      fail_msg("%s: closes %s, not %s", cases[i].why, closes, cases[i].closes);
  }
}

static void civil_days_keep_the_wall_clock_over_a_clock_change(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  size_t size;
  const char *text = read_file(arena, "config/cs8803-smr.yaml", &size);
  text = changed(arena, text, "grace: 5m }", "grace: 5m, closes_after: 10d }");
  const struct course *course = read_bytes(arena, text, strlen(text)).course;
  assert_non_null(course);
  // Due 25 October 09:30 EDT, ten days later it is 09:30 EDT still on 4 November; on 6 November it is EST.
  assert_string_equal(shown(arena, milestone(course, "midpoint")->closes), "2023-11-04T13:30:00Z");
  text = changed(arena, text, "closes_after: 10d", "closes_after: 12d");
  course = read_bytes(arena, text, strlen(text)).course;
  assert_string_equal(shown(arena, milestone(course, "midpoint")->closes), "2023-11-06T14:30:00Z");
}

static void turning_points_ascend_and_hold_every_change(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct course *course = read_course(arena, "config/cs8803-smr.yaml").course;
  for (size_t i = 1; i < course->turning_point_count; i++)
    assert_true(course->turning_points[i - 1] < course->turning_points[i]);
  const struct milestone *proposal = milestone(course, "proposal");
  const int64_t changes[] = {
      course->starts_at,         course->teams.opens,
      course->teams.closes + 1,  course_lab_track(course)->opens,
      course->info_card.due + 1, proposal->opens,
      proposal->due + 300 + 1,   course_lab_track(course)->decide_by + 1,
      proposal->due + 86400 + 1, proposal->closes + 1,
      course->exam_slot.starts,  course->ends_at + 1,
  };
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
    assert_int_equal(course_turns_passed(course, changes[i]), course_turns_passed(course, changes[i] - 1) + 1);
}

static void line_ends_and_a_byte_order_mark_of_other_systems_are_taken(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  size_t size;
  const char *text = read_file(arena, BROKEN "unknown-zone.yaml", &size);
  struct text other;
  text_init(&other, arena);
  text_add(&other, "\xEF\xBB\xBF");
  for (size_t i = 0; i < size; i++)
    text_add_n(&other, text[i] == '\n' ? "\r\n" : &text[i], text[i] == '\n' ? 2 : 1);
  struct reading reading = read_bytes(arena, text_get(&other), other.size);
  assert_int_equal(reading.findings.count, 1);
  assert_int_equal(reading.findings.list[0].line, 4);
  assert_int_equal(reading.findings.list[0].column, 13);
}

static void a_file_over_256_kib_is_refused_unread(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  char *bytes = arena_alloc(arena, COURSE_FILE_BYTES_MAX + 1);
  memset(bytes, '#', COURSE_FILE_BYTES_MAX + 1);
  struct reading reading = read_bytes(arena, bytes, COURSE_FILE_BYTES_MAX + 1);
  assert_string_equal(findings_words(arena, &reading.findings), "0:0: error: the file is larger than 256 KiB\n");
  reading = read_bytes(arena, bytes, COURSE_FILE_BYTES_MAX);
  assert_string_equal(findings_words(arena, &reading.findings), "1:1: error: the file is empty\n");
}

static void the_value_after_the_20000th_is_refused(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  for (int i = 0; i < COURSE_FILE_NODES_MAX; i++) // the list is a value too
    text_add(&text, "- a\n");
  struct reading reading = read_bytes(arena, text_get(&text), text.size);
  assert_string_equal(findings_words(arena, &reading.findings),
                      "20000:3: error: the file holds more than 20000 values\n");
  reading = read_bytes(arena, text_get(&text), text.size - strlen("- a\n"));
  assert_string_equal(findings_words(arena, &reading.findings),
                      "1:1: error: a course file is a map that begins like 'course:', not a list\n");
}

static void of_very_many_findings_the_first_hundred_are_kept(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  for (int i = 0; i < 5000; i++)
    text_add_format(&text, "unknown%d: 1\n", i);
  struct reading reading = read_bytes(arena, text_get(&text), text.size);
  assert_int_equal(reading.findings.count, COURSE_FINDINGS_MAX);
  assert_int_equal(reading.findings.error_count, COURSE_FINDINGS_MAX);
  // 5000 unknown keys and 4 missing ones; 99 are shown and the hundredth line says so.
  assert_string_equal(reading.findings.list[COURSE_FINDINGS_MAX - 1].message,
                      "4905 more findings are not shown; correct these first");
}

static void warnings_never_push_an_error_out_of_sight(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  size_t size;
  const char *text = read_file(arena, "config/minimal.yaml", &size);
  struct text days;
  text_init(&days, arena);
  for (int i = 0; i < 100; i++)
    text_add_format(&days, "%s%d-01-01", i == 0 ? "" : ", ", 2100 + i);
  text = changed(arena, text, "skills:", arena_format(arena, "  holidays: [%s]\nskills:", text_get(&days)));
  text = changed(arena, text, "{ files: [pdf] }", "{ files: [pdf], colour: blue }");
  struct reading reading = read_bytes(arena, text, strlen(text));
  assert_int_equal(reading.err, ERR_INVALID);
  assert_int_equal(reading.findings.error_count, 1);
  assert_int_equal(reading.findings.count, 2);
  assert_non_null(strstr(reading.findings.list[0].message, "unknown key 'colour'"));
}

// Whatever the bytes: a course without errors, or errors without a course; in order, and fit for a terminal.
static void must_hold(const struct reading *reading, const char *what, size_t at) {
  bool is_sound = reading->err == ERR_OK ? reading->course != NULL && reading->findings.error_count == 0
                                         : reading->course == NULL && reading->findings.error_count > 0;
  for (size_t i = 0; i < reading->findings.count; i++) {
    const struct finding *finding = &reading->findings.list[i];
    const struct finding *before = i == 0 ? finding : finding - 1;
    is_sound = is_sound && before->line <= finding->line && finding->line >= 0 && finding->column >= 0 &&
               utf8_is_valid(finding->message, strlen(finding->message)) && !text_has_control(finding->message, false);
  }
  if (!is_sound)
    fail_msg("%s at byte %zu breaks the reader's promise", what, at);
}

static void every_prefix_gives_findings_or_a_course(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  size_t size;
  const char *text = read_file(arena, "config/cs8803-smr.yaml", &size);
  for (size_t length = 0; length <= size; length += length + 200 > size ? 1 : 13) {
    struct arena *scratch SCOPED_ARENA = arena_new();
    struct reading reading = read_bytes(scratch, text, length);
    must_hold(&reading, "the prefix", length);
  }
}

static void every_changed_byte_gives_findings_or_a_course(void **state) {
  (void)state;
  static const char bytes[] = {'\0', '\n', '\t', ' ', '"', '[', '{',        '}',
                               ':',  '-',  '&',  '*', '!', '9', (char)0xC3, (char)0xFF};
  struct arena *arena SCOPED_ARENA = arena_new();
  size_t size;
  const char *text = read_file(arena, "config/cs8803-smr.yaml", &size);
  uint32_t random = 2023;
  for (size_t i = 0; i < 1500; i++) {
    struct arena *scratch SCOPED_ARENA = arena_new();
    char *mutant = arena_copy(scratch, text, size);
    random = random * 1664525u + 1013904223u;
    size_t at = (random >> 8) % size;
    random = random * 1664525u + 1013904223u;
    mutant[at] = bytes[(random >> 8) % sizeof bytes];
    struct reading reading = read_bytes(scratch, mutant, size);
    must_hold(&reading, "the change", at);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_broken_file_gives_exactly_its_expected_findings),
      cmocka_unit_test(three_errors_in_one_file_give_three_findings_by_position),
      cmocka_unit_test(the_shipped_files_are_sound),
      cmocka_unit_test(the_syllabus_is_read_whole),
      cmocka_unit_test(the_ways_to_hand_in_are_read),
      cmocka_unit_test(closing_follows_the_milestone_then_its_policy_then_the_courses),
      cmocka_unit_test(civil_days_keep_the_wall_clock_over_a_clock_change),
      cmocka_unit_test(turning_points_ascend_and_hold_every_change),
      cmocka_unit_test(line_ends_and_a_byte_order_mark_of_other_systems_are_taken),
      cmocka_unit_test(a_file_over_256_kib_is_refused_unread),
      cmocka_unit_test(the_value_after_the_20000th_is_refused),
      cmocka_unit_test(of_very_many_findings_the_first_hundred_are_kept),
      cmocka_unit_test(warnings_never_push_an_error_out_of_sight),
      cmocka_unit_test(every_prefix_gives_findings_or_a_course),
      cmocka_unit_test(every_changed_byte_gives_findings_or_a_course),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
