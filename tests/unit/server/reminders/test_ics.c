// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "server/reminders/ics.h"

static const struct ics_event plain = {.uid = "one",
                                       .summary = "Report due",
                                       .starts = 1695441540, // 2023-09-23T03:59:00Z
                                       .sequence = 3,
                                       .revised_at = 1693000000};

static const char *written(struct arena *arena, const struct ics_event *event) {
  return ics_write(arena, &(struct ics_calendar){.name = "Course"}, event, 1);
}

// RFC 5545 3.1: a line end and a space that follows were put in by folding.
static const char *unfolded(struct arena *arena, const char *document) {
  struct text out;
  text_init(&out, arena);
  for (const char *c = document; *c != '\0'; c++) {
    if (strncmp(c, "\r\n ", 3) == 0)
      c += 2;
    else
      text_add_char(&out, *c);
  }
  return text_get(&out);
}

static void assert_line(struct arena *arena, const char *document, const char *line) {
  if (strstr(unfolded(arena, document), arena_format(arena, "\r\n%s\r\n", line)) == NULL)
    fail_msg("no line %s in\n%s", line, document);
}

static void an_event_has_what_a_reader_needs_to_see_its_revision(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *document = written(arena, &plain);
  static const char *const lines[] = {"VERSION:2.0",
                                      "BEGIN:VEVENT",
                                      "UID:one",
                                      "SEQUENCE:3",
                                      "DTSTART:20230923T035900Z",
                                      "DTSTAMP:20230825T214640Z",
                                      "LAST-MODIFIED:20230825T214640Z",
                                      "SUMMARY:Report due",
                                      "STATUS:CONFIRMED",
                                      "TRANSP:TRANSPARENT",
                                      "END:VEVENT"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    assert_line(arena, document, lines[i]);
  assert_true(text_starts(document, "BEGIN:VCALENDAR\r\n"));
  assert_null(strstr(document, "DTEND")); // it would have to be later than the start
  assert_null(strstr(document, "VALARM"));
  assert_string_equal(document, written(arena, &plain));
}

static void what_lasts_has_an_end_and_is_busy_and_a_day_is_a_date(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct ics_event event = plain;
  event.ends = event.starts + 900;
  assert_line(arena, written(arena, &event), "DTEND:20230923T041400Z");
  assert_line(arena, written(arena, &event), "TRANSP:OPAQUE");
  event.ends = event.starts; // takes no time
  assert_null(strstr(written(arena, &event), "DTEND"));
  event.is_day = true;
  event.day = (struct day){2023, 9, 4};
  assert_line(arena, written(arena, &event), "DTSTART;VALUE=DATE:20230904");
  assert_line(arena, written(arena, &event), "TRANSP:TRANSPARENT");
}

static void what_is_cancelled_says_so(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct ics_event event = plain;
  event.is_cancelled = true;
  assert_line(arena, written(arena, &event), "STATUS:CANCELLED");
}

static void no_text_leaves_its_property(void **state) {
  (void)state;
  static const struct {
    const char *text, *line, *why;
  } cases[] = {
      {"a, b; c", "SUMMARY:a\\, b\\; c", "list and parameter separators"},
      {"back\\slash", "SUMMARY:back\\\\slash", "the escape itself"},
      {"one\ntwo", "SUMMARY:one\\ntwo", "a line end"},
      {"one\r\nEND:VEVENT", "SUMMARY:one \\nEND:VEVENT", "a property of its own"},
      {"bell\a", "SUMMARY:bell ", "a control character"},
      {"next\xC2\x85line", "SUMMARY:next line", "one of two bytes"},
      {"\xFF", "SUMMARY:?", "not UTF-8"},
      {"Pr\xC3\xA4sentation \xF0\x9F\x8E\x93", "SUMMARY:Pr\xC3\xA4sentation \xF0\x9F\x8E\x93", "other letters"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct ics_event event = plain;
    event.summary = cases[i].text;
    assert_line(arena, written(arena, &event), cases[i].line);
  }
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *document = ics_write(
      arena, &(struct ics_calendar){.name = "A, b\nX:y", .description = "d;e", .refresh_seconds = 3600}, NULL, 0);
  assert_line(arena, document, "NAME:A\\, b\\nX:y");
  assert_line(arena, document, "X-WR-CALNAME:A, b\\nX:y");
  assert_line(arena, document, "DESCRIPTION:d\\;e");
  assert_line(arena, document, "REFRESH-INTERVAL;VALUE=DURATION:PT3600S");
  assert_line(arena, document, "X-PUBLISHED-TTL:PT3600S");
}

static void no_line_is_longer_than_75_octets_and_no_letter_is_cut(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (int shift = 0; shift < 4; shift++) {
    struct text words;
    text_init(&words, arena);
    for (int i = 0; i < shift; i++)
      text_add(&words, "x");
    for (int i = 0; i < 120; i++)
      text_add(&words, i % 2 == 0 ? "\xF0\x9F\x8E\x93" : "\xC3\xA4");
    struct ics_event event = plain;
    event.description = text_get(&words);
    event.location = text_get(&words);
    const char *document = written(arena, &event);
    assert_line(arena, document, arena_format(arena, "DESCRIPTION:%s", text_get(&words)));
    for (const char *line = document; *line != '\0';) {
      const char *end = strstr(line, "\r\n");
      assert_non_null(end);
      assert_in_range(end - line, 1, 75);
      assert_true(utf8_is_valid(line, (size_t)(end - line)));
      assert_null(memchr(line, '\n', (size_t)(end - line)));
      line = end + 2;
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_event_has_what_a_reader_needs_to_see_its_revision),
      cmocka_unit_test(what_lasts_has_an_end_and_is_busy_and_a_day_is_a_date),
      cmocka_unit_test(what_is_cancelled_says_so),
      cmocka_unit_test(no_text_leaves_its_property),
      cmocka_unit_test(no_line_is_longer_than_75_octets_and_no_letter_is_cut),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
