// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/text.h"
#include "common/course/calendar.h"

static struct calendar *open_zone(struct arena *arena, const char *zone) {
  struct calendar *calendar = NULL;
  assert_int_equal(calendar_open(arena, zone, &calendar), ERR_OK);
  return calendar;
}

static int64_t instant(const char *text) {
  int64_t at = 0;
  assert_true(instant_parse(text, &at));
  return at;
}

static const char *shown(struct arena *arena, int64_t at) {
  char stamp[21];
  instant_format(at, stamp);
  return arena_text(arena, stamp);
}

static void only_zones_of_the_iana_list_open(void **state) {
  (void)state;
  static const struct {
    const char *zone;
    bool is_known;
    const char *why;
  } cases[] = {
      {"America/New_York", true, "canonical"},
      {"US/Eastern", true, "a link to it"},
      {"America/Argentina/Buenos_Aires", true, "three parts"},
      {"Asia/Kolkata", true, "the new name"},
      {"Asia/Calcutta", true, "the old name"},
      {"Etc/GMT+5", true, "a sign"},
      {"UTC", true, "no region"},
      {"America/New_Yrok", false, "misspelt"},
      {"america/new_york", false, "names have capitals"},
      {"New_York", false, "no region"},
      {"", false, "empty"},
      {"Etc/Unknown", false, "what ICU calls what it does not know"},
      {"GMT+5", false, "a custom offset"},
      {"+05:00", false, "an offset"},
      {"BST", false, "Bangladesh to ICU, Britain to people, unknown to IANA"},
      {"PST", false, "not IANA's"},
      {"Europe/Z\xC3\xBCrich", false, "not ASCII"},
      {"America/New_York ", false, "a space"},
      {"../../etc/passwd", false, "a path"},
      {"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, "too long"},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct calendar *calendar = NULL;
    enum err err = calendar_open(arena, cases[i].zone, &calendar);
    if ((err == ERR_OK) != cases[i].is_known || (calendar != NULL) != cases[i].is_known)
      fail_msg("%s: %s", cases[i].zone, cases[i].why);
  }
}

static void wall_times_become_instants_by_the_zones_rule(void **state) {
  (void)state;
  static const struct {
    const char *zone;
    struct wall wall;
    const char *at;
    enum wall_trap trap;
    const char *why;
  } cases[] = {
      {"America/New_York", {2023, 9, 11, 23, 59}, "2023-09-12T03:59:00Z", WALL_PLAIN, "summer"},
      {"America/New_York", {2023, 12, 14, 23, 59}, "2023-12-15T04:59:00Z", WALL_PLAIN, "winter"},
      {"America/New_York", {2023, 3, 12, 1, 59}, "2023-03-12T06:59:00Z", WALL_PLAIN, "last minute before the gap"},
      {"America/New_York", {2023, 3, 12, 2, 0}, "2023-03-12T07:00:00Z", WALL_SKIPPED, "first skipped minute"},
      {"America/New_York", {2023, 3, 12, 2, 30}, "2023-03-12T07:00:00Z", WALL_SKIPPED, "amid the gap"},
      {"America/New_York", {2023, 3, 12, 2, 59}, "2023-03-12T07:00:00Z", WALL_SKIPPED, "last skipped minute"},
      {"America/New_York", {2023, 3, 12, 3, 0}, "2023-03-12T07:00:00Z", WALL_PLAIN, "first minute after the gap"},
      {"America/New_York", {2023, 11, 5, 0, 59}, "2023-11-05T04:59:00Z", WALL_PLAIN, "before the repeated hour"},
      {"America/New_York", {2023, 11, 5, 1, 0}, "2023-11-05T06:00:00Z", WALL_REPEATED, "the later of two"},
      {"America/New_York", {2023, 11, 5, 1, 59}, "2023-11-05T06:59:00Z", WALL_REPEATED, "last repeated minute"},
      {"America/New_York", {2023, 11, 5, 2, 0}, "2023-11-05T07:00:00Z", WALL_PLAIN, "after the repeated hour"},
      {"Asia/Kolkata", {2023, 3, 12, 2, 30}, "2023-03-11T21:00:00Z", WALL_PLAIN, "no DST, half an hour"},
      {"Asia/Kathmandu", {2023, 1, 1, 0, 0}, "2022-12-31T18:15:00Z", WALL_PLAIN, "a quarter of an hour"},
      {"Australia/Lord_Howe", {2023, 10, 1, 2, 0}, "2023-09-30T15:30:00Z", WALL_SKIPPED, "a gap of half an hour"},
      {"Australia/Lord_Howe", {2023, 10, 1, 2, 29}, "2023-09-30T15:30:00Z", WALL_SKIPPED, "its last minute"},
      {"Australia/Lord_Howe", {2023, 10, 1, 2, 30}, "2023-09-30T15:30:00Z", WALL_PLAIN, "after it"},
      {"Australia/Lord_Howe", {2023, 4, 2, 1, 29}, "2023-04-01T14:29:00Z", WALL_PLAIN, "before the repeated half"},
      {"Australia/Lord_Howe", {2023, 4, 2, 1, 30}, "2023-04-01T15:00:00Z", WALL_REPEATED, "half an hour twice"},
      {"Australia/Lord_Howe", {2023, 4, 2, 1, 45}, "2023-04-01T15:15:00Z", WALL_REPEATED, "the later of two"},
      {"Australia/Lord_Howe", {2023, 4, 2, 2, 0}, "2023-04-01T15:30:00Z", WALL_PLAIN, "after it"},
      {"Europe/Dublin", {2023, 3, 26, 1, 30}, "2023-03-26T01:00:00Z", WALL_SKIPPED, "winter time is the negative one"},
      {"Pacific/Apia", {2011, 12, 30, 12, 0}, "2011-12-30T10:00:00Z", WALL_SKIPPED, "a day that never was"},
      {"UTC", {2024, 2, 29, 0, 0}, "2024-02-29T00:00:00Z", WALL_PLAIN, "a leap day"},
      {"UTC", {2000, 2, 29, 0, 0}, "2000-02-29T00:00:00Z", WALL_PLAIN, "a century that is a leap year"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct calendar *calendar = open_zone(arena, cases[i].zone);
    int64_t at = 0;
    enum wall_trap trap = WALL_PLAIN;
    assert_true(calendar_instant(calendar, cases[i].wall, &at, &trap));
    if (at != instant(cases[i].at) || trap != cases[i].trap)
      fail_msg("%s, %s: %s, trap %d", cases[i].zone, cases[i].why, shown(arena, at), (int)trap);
  }
}

static void dates_and_times_that_do_not_exist_are_refused(void **state) {
  (void)state;
  static const struct wall cases[] = {
      {2023, 2, 29, 0, 0}, {2023, 2, 30, 0, 0}, {2024, 2, 30, 0, 0}, {2100, 2, 29, 0, 0}, {2023, 4, 31, 0, 0},
      {2023, 0, 1, 0, 0},  {2023, 13, 1, 0, 0}, {2023, 1, 0, 0, 0},  {2023, 1, 32, 0, 0}, {2023, 1, 1, 24, 0},
      {2023, 1, 1, -1, 0}, {2023, 1, 1, 0, 60}, {2023, 1, 1, 0, -1}, {0, 1, 1, 0, 0},     {10000, 1, 1, 0, 0},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "America/New_York");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t at = -7;
    enum wall_trap trap = WALL_PLAIN;
    if (calendar_instant(calendar, cases[i], &at, &trap) || at != -7)
      fail_msg("case %zu", i);
  }
}

static void the_calendar_is_gregorian_in_every_year(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "UTC");
  int64_t at = 0;
  enum wall_trap trap;
  assert_true(calendar_instant(calendar, (struct wall){1, 1, 1, 0, 0}, &at, &trap));
  assert_int_equal(at, -62135596800);
  assert_int_equal(trap, WALL_PLAIN);
  assert_true(calendar_instant(calendar, (struct wall){1582, 10, 10, 0, 0}, &at, &trap));
  assert_int_equal(at, -12219724800);
  assert_true(calendar_instant(calendar, (struct wall){9999, 12, 31, 23, 59}, &at, &trap));
  assert_int_equal(at, 253402300740);
}

static void instants_become_the_wall_times_that_posix_says(void **state) {
  (void)state;
  setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1); // New York's rule without any zone file
  tzset();
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "America/New_York");
  for (int64_t at = instant("2022-12-31T00:00:00Z"); at < instant("2024-12-31T00:00:00Z"); at += 1799) {
    time_t time = (time_t)at;
    struct tm tm;
    localtime_r(&time, &tm);
    struct wall wall;
    int second;
    calendar_wall(calendar, at, &wall, &second);
    if (wall.year != tm.tm_year + 1900 || wall.month != tm.tm_mon + 1 || wall.day != tm.tm_mday ||
        wall.hour != tm.tm_hour || wall.minute != tm.tm_min || second != tm.tm_sec)
      fail_msg("%s", shown(arena, at));
    if (calendar_weekday(calendar, at) != tm.tm_wday)
      fail_msg("weekday of %s", shown(arena, at));
    int64_t back;
    enum wall_trap trap;
    assert_true(calendar_instant(calendar, wall, &back, &trap));
    int64_t expected = at - second + (trap == WALL_REPEATED && tm.tm_isdst ? 3600 : 0);
    if (back != expected || trap == WALL_SKIPPED)
      fail_msg("there and back: %s", shown(arena, at));
  }
}

static void days_are_civil_and_seconds_exact(void **state) {
  (void)state;
  static const struct {
    const char *zone, *from;
    struct span span;
    const char *to, *why;
  } cases[] = {
      {"America/New_York", "2023-09-12T03:59:00Z", {1, 0}, "2023-09-13T03:59:00Z", "a plain day"},
      {"America/New_York", "2023-03-12T04:59:00Z", {1, 0}, "2023-03-13T03:59:00Z", "a day of 23 hours"},
      {"America/New_York", "2023-11-05T03:59:00Z", {1, 0}, "2023-11-06T04:59:00Z", "a day of 25 hours"},
      {"America/New_York", "2023-11-05T03:59:00Z", {0, 86400}, "2023-11-06T03:59:00Z", "24 hours are exact"},
      {"America/New_York", "2023-11-07T04:59:00Z", {-3, 0}, "2023-11-04T03:59:00Z", "back over the change"},
      {"America/New_York", "2023-03-11T07:30:00Z", {1, 0}, "2023-03-12T07:00:00Z", "onto a skipped time"},
      {"America/New_York", "2023-03-11T07:30:00Z", {1, -3600}, "2023-03-12T06:00:00Z", "then exact seconds"},
      {"America/New_York", "2023-11-04T05:30:00Z", {1, 0}, "2023-11-05T06:30:00Z", "onto a repeated time"},
      {"America/New_York", "2023-11-05T05:30:00Z", {0, 0}, "2023-11-05T05:30:00Z", "nothing moves nothing"},
      {"America/New_York", "2023-11-05T05:30:00Z", {0, 3600}, "2023-11-05T06:30:00Z", "into the second turn"},
      {"America/New_York", "2023-11-05T05:30:00Z", {7, 0}, "2023-11-12T06:30:00Z", "from the first turn"},
      {"America/New_York", "2023-11-05T06:30:00Z", {7, 0}, "2023-11-12T06:30:00Z", "from the second turn"},
      {"America/New_York", "2023-09-12T03:59:58Z", {2, 3}, "2023-09-14T04:00:01Z", "seconds of the start stay"},
      {"Asia/Kolkata", "2023-03-11T18:29:00Z", {7, 0}, "2023-03-18T18:29:00Z", "no DST"},
      {"Australia/Lord_Howe", "2023-09-29T15:45:00Z", {1, 0}, "2023-09-30T15:30:00Z", "a gap of half an hour"},
      {"Pacific/Apia", "2011-12-29T22:00:00Z", {1, 0}, "2011-12-30T10:00:00Z", "onto a day that never was"},
      {"UTC", "2024-02-28T12:00:00Z", {1, 0}, "2024-02-29T12:00:00Z", "a leap year"},
      {"UTC", "2023-02-28T12:00:00Z", {1, 0}, "2023-03-01T12:00:00Z", "no leap year"},
      {"UTC", "2024-03-01T12:00:00Z", {-1, 0}, "2024-02-29T12:00:00Z", "back onto it"},
      {"UTC", "2023-12-31T12:00:00Z", {1, 0}, "2024-01-01T12:00:00Z", "new year"},
      {"UTC", "2024-01-01T12:00:00Z", {-1, 0}, "2023-12-31T12:00:00Z", "old year"},
      {"UTC", "2000-01-01T00:00:00Z", {146097, 0}, "2400-01-01T00:00:00Z", "400 years"},
      {"UTC", "2023-01-01T10:00:00Z", {INT32_MAX, 0}, "9999-12-31T10:00:00Z", "held at the last day"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    int64_t at = calendar_add(open_zone(arena, cases[i].zone), instant(cases[i].from), cases[i].span);
    if (at != instant(cases[i].to))
      fail_msg("%s, %s: %s", cases[i].zone, cases[i].why, shown(arena, at));
  }
}

static void adding_days_agrees_with_counting_seconds_where_no_day_differs(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "UTC");
  int64_t start = instant("1999-12-31T01:02:03Z");
  for (int days = -11000; days < 60000; days += 7)
    if (calendar_add(calendar, start, (struct span){days, 0}) != start + days * (int64_t)86400)
      fail_msg("%d days", days);
}

static void sums_beyond_all_time_are_held_at_the_edge(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "UTC");
  assert_true(calendar_add(calendar, 1, (struct span){0, INT64_MAX}) == INT64_MAX);
  assert_true(calendar_add(calendar, -2, (struct span){0, INT64_MIN}) == INT64_MIN);
  assert_true(calendar_add(calendar, 0, (struct span){INT32_MIN, 0}) == -62135596800);
}

static void words_name_the_day_the_time_and_the_zone(void **state) {
  (void)state;
  static const struct {
    const char *zone, *at, *words;
  } cases[] = {
      {"America/New_York", "2023-09-12T03:59:00Z", "Mon 11 Sep 2023 23:59 EDT"},
      {"America/New_York", "2023-12-15T04:59:59Z", "Thu 14 Dec 2023 23:59 EST"},
      {"America/New_York", "2023-11-05T05:30:00Z", "Sun 5 Nov 2023 01:30 EDT"},
      {"America/New_York", "2023-11-05T06:30:00Z", "Sun 5 Nov 2023 01:30 EST"},
      {"UTC", "2024-02-29T00:05:00Z", "Thu 29 Feb 2024 00:05 UTC"},
      {"Asia/Kolkata", "2023-01-06T18:30:00Z", "Sat 7 Jan 2023 00:00 GMT+5:30"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const char *words = calendar_words(open_zone(arena, cases[i].zone), arena, instant(cases[i].at));
    assert_string_equal(words, cases[i].words);
  }
}

static void weekdays_and_months_are_words_of_a_date(void **state) {
  (void)state;
  static const char names[] = "Sun Mon Tue Wed Thu Fri Sat Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
  for (size_t i = 0; i < sizeof names; i += 4)
    if (!calendar_is_date_word(names + i, 3))
      fail_msg("%.3s is none", names + i);
  assert_false(calendar_is_date_word("EDT", 3));
  assert_false(calendar_is_date_word("Mon", 2));
  assert_false(calendar_is_date_word("Mona", 4));
  assert_false(calendar_is_date_word("may", 3));
}

static void the_zone_data_has_a_version(void **state) {
  (void)state;
  const char *version = calendar_data_version();
  assert_int_equal(strspn(version, "0123456789"), 4);
  assert_int_equal(strlen(version), 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_zones_of_the_iana_list_open),
      cmocka_unit_test(wall_times_become_instants_by_the_zones_rule),
      cmocka_unit_test(dates_and_times_that_do_not_exist_are_refused),
      cmocka_unit_test(the_calendar_is_gregorian_in_every_year),
      cmocka_unit_test(instants_become_the_wall_times_that_posix_says),
      cmocka_unit_test(days_are_civil_and_seconds_exact),
      cmocka_unit_test(adding_days_agrees_with_counting_seconds_where_no_day_differs),
      cmocka_unit_test(sums_beyond_all_time_are_held_at_the_edge),
      cmocka_unit_test(words_name_the_day_the_time_and_the_zone),
      cmocka_unit_test(weekdays_and_months_are_words_of_a_date),
      cmocka_unit_test(the_zone_data_has_a_version),
  };
  return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
