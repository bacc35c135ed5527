// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>

#include "common/base/text.h"
#include "common/course/lateness.h"

enum { HOUR = 3600, DAY = 86400, GRANTS_MAX = 6, RANDOM_SETS = 10000 };

static const struct late_policy ten_a_day = {.points_per_day = 10, .grace_seconds = 300};
static const struct late_policy free_of_cost = {.points_per_day = 0, .grace_seconds = 0};

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

static struct milestone milestone_of(const char *opens, const char *due, const char *closes,
                                     const struct late_policy *late) {
  return (struct milestone){.opens = instant(opens), .due = instant(due), .closes = instant(closes), .late = late};
}

static void each_boundary_is_kept_to_the_second(void **state) {
  (void)state;
  // Due Fri 22 Sep 2023 23:59:00 in New York, five minutes of grace, ten points a day, closes ten days after.
  const struct milestone milestone =
      milestone_of("2023-09-05T13:00:00Z", "2023-09-23T03:59:00Z", "2023-10-03T03:59:00Z", &ten_a_day);
  const int64_t due = milestone.due;
  const struct {
    int64_t t;
    enum timing timing;
    int points;
    const char *why;
  } cases[] = {
      {milestone.opens - 1, TIMING_NOT_OPEN, 0, "the second before it opens"},
      {milestone.opens, TIMING_ON_TIME, 0, "it opens"},
      {due - 1, TIMING_ON_TIME, 0, "the second before"},
      {due, TIMING_ON_TIME, 0, "due"},
      {due + 300, TIMING_ON_TIME, 0, "the last second of the grace"},
      {due + 301, TIMING_LATE, 10, "a second after: a whole day's cost, counted from the due"},
      {due + DAY, TIMING_LATE, 10, "24 h after"},
      {due + DAY + 1, TIMING_LATE, 20, "24 h and a second"},
      {due + 9 * DAY, TIMING_LATE, 90, "nine days"},
      {due + 9 * DAY + 1, TIMING_LATE, 100, "the tenth day"},
      {milestone.closes, TIMING_LATE, 100, "the last second"},
      {milestone.closes + 1, TIMING_CLOSED, 100, "closed"},
  };
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "America/New_York");
  struct terms terms = terms_of(calendar, &milestone, NULL, 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (terms_timing(&terms, cases[i].t) != cases[i].timing || terms_points(&terms, cases[i].t) != cases[i].points)
      fail_msg("%s: timing %d, %d points", cases[i].why, terms_timing(&terms, cases[i].t),
               terms_points(&terms, cases[i].t));
  }
}

static void work_that_costs_nothing_is_late_without_a_price(void **state) {
  (void)state;
  struct terms terms = {0, 1000, 1000 + 30 * DAY, &free_of_cost};
  assert_int_equal(TIMING_LATE, terms_timing(&terms, 1001));
  assert_int_equal(0, terms_points(&terms, 1000 + 30 * DAY));
  assert_int_equal(POINTS_ALL, terms_points(&terms, 1001 + 30 * DAY));
}

static void the_next_turn_is_where_the_cost_rises(void **state) {
  (void)state;
  struct terms terms = {0, 10 * DAY, 12 * DAY + HOUR, &ten_a_day};
  assert_int_equal(10 * DAY + 300, terms_next_turn(&terms, 5));
  assert_int_equal(10 * DAY + 300, terms_next_turn(&terms, 10 * DAY + 300));
  assert_int_equal(11 * DAY, terms_next_turn(&terms, 10 * DAY + 301));
  assert_int_equal(11 * DAY, terms_next_turn(&terms, 11 * DAY));
  assert_int_equal(12 * DAY, terms_next_turn(&terms, 11 * DAY + 1));
  assert_int_equal(12 * DAY + HOUR, terms_next_turn(&terms, 12 * DAY + 1));
  assert_true(terms_next_turn(&terms, 12 * DAY + HOUR + 1) == INT64_MAX);
  for (int64_t t = 9 * DAY; t < 13 * DAY; t += 997) {
    int64_t turn = terms_next_turn(&terms, t);
    if (turn != INT64_MAX) {
      assert_int_equal(terms_points(&terms, t), terms_points(&terms, turn));
      assert_true(terms_points(&terms, turn + 1) > terms_points(&terms, turn));
    }
  }
}

// Two civil days more, over a DST change or not: the wall clock stays.
static void an_extension_moves_due_and_closes_by_the_same_civil_days(void **state) {
  (void)state;
  static const struct {
    const char *zone;
    const char *due;
    const char *extended;
    const char *closes;
    const char *moved;
    const char *why;
  } cases[] = {
      {"America/New_York", "2023-11-04T03:59:00Z", "2023-11-06T04:59:00Z", "2023-11-06T04:59:00Z",
       "2023-11-08T04:59:00Z", "the clocks go back on 5 November: 49 hours for the due, 48 for the close"},
      {"America/New_York", "2023-03-11T04:59:00Z", "2023-03-13T03:59:00Z", "2023-03-14T03:59:00Z",
       "2023-03-16T03:59:00Z", "they go forward on 12 March: 47 hours"},
      {"Asia/Kolkata", "2023-11-03T18:29:00Z", "2023-11-05T18:29:00Z", "2023-11-06T18:29:00Z", "2023-11-08T18:29:00Z",
       "no DST"},
      {"Australia/Lord_Howe", "2023-09-30T13:29:00Z", "2023-10-02T12:59:00Z", "2023-10-05T12:59:00Z",
       "2023-10-07T12:59:00Z", "half an hour forward on 1 October"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct calendar *calendar = open_zone(arena, cases[i].zone);
    const struct milestone milestone = milestone_of("2023-01-01T00:00:00Z", cases[i].due, cases[i].closes, &ten_a_day);
    const struct extension grants[] = {{.due = instant(cases[i].extended)}, {.days = 2}};
    for (size_t j = 0; j < 2; j++) { // as an instant and as days: the same
      struct terms terms = terms_of(calendar, &milestone, &grants[j], 1);
      if (terms.due != instant(cases[i].extended) || terms.closes != instant(cases[i].moved))
        fail_msg("%s (%s): due %lld, closes %lld", cases[i].why, j == 0 ? "instant" : "days", (long long)terms.due,
                 (long long)terms.closes);
    }
  }
}

static void an_extension_by_hours_moves_closes_by_hours(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "America/New_York");
  const struct milestone milestone =
      milestone_of("2023-09-05T13:00:00Z", "2023-09-23T03:59:00Z", "2023-10-03T03:59:00Z", &ten_a_day);
  struct terms terms = terms_of(calendar, &milestone, &(struct extension){.due = milestone.due + 30 * HOUR}, 1);
  assert_int_equal(milestone.due + 30 * HOUR, terms.due);
  assert_int_equal(milestone.closes + 30 * HOUR, terms.closes);
}

static void an_extension_to_an_earlier_instant_takes_nothing_away(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendar = open_zone(arena, "UTC");
  const struct milestone milestone =
      milestone_of("2023-09-05T13:00:00Z", "2023-09-23T03:59:00Z", "2023-10-03T03:59:00Z", &ten_a_day);
  const struct extension grants[] = {{.due = milestone.due - DAY}, {.days = 0}, {.days = -3}};
  struct terms terms = terms_of(calendar, &milestone, grants, 3);
  assert_int_equal(milestone.due, terms.due);
  assert_int_equal(milestone.closes, terms.closes);
}

static int64_t draw(uint64_t *seed, int64_t below) {
  *seed = *seed * 6364136223846793005u + 1442695040888963407u;
  return (int64_t)((*seed >> 33) % (uint64_t)below);
}

static size_t random_grants(uint64_t *seed, const struct milestone *milestone, struct extension *grants) {
  size_t count = (size_t)draw(seed, GRANTS_MAX + 1);
  for (size_t i = 0; i < count; i++) {
    if (draw(seed, 2) == 0)
      grants[i] = (struct extension){.days = (int32_t)draw(seed, 40) - 5};
    else
      grants[i] = (struct extension){.due = milestone->due + draw(seed, 60 * DAY) - 10 * DAY};
  }
  return count;
}

static void shuffle(uint64_t *seed, struct extension *grants, size_t count) {
  for (size_t i = count; i > 1; i--) {
    size_t j = (size_t)draw(seed, (int64_t)i);
    struct extension kept = grants[i - 1];
    grants[i - 1] = grants[j];
    grants[j] = kept;
  }
}

static void assert_never_dearer(const struct terms *before, const struct terms *after, int64_t t) {
  if (terms_points(after, t) > terms_points(before, t) || after->closes < before->closes)
    fail_msg("one grant more costs %d instead of %d at %lld", terms_points(after, t), terms_points(before, t),
             (long long)t);
}

static void one_grant_more_never_costs_and_their_order_does_not_matter(void **state) {
  (void)state;
  static const char *const zones[] = {"America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"};
  struct arena *arena SCOPED_ARENA = arena_new();
  struct calendar *calendars[4];
  for (size_t i = 0; i < 4; i++)
    calendars[i] = open_zone(arena, zones[i]);
  uint64_t seed = 20231123;
  for (int set = 0; set < RANDOM_SETS; set++) {
    struct calendar *calendar = calendars[set % 4];
    int64_t due = instant("2023-02-25T05:00:00Z") + draw(&seed, 300 * DAY);
    const struct milestone milestone = {
        .opens = due - 14 * DAY, .due = due, .closes = due + 300 + draw(&seed, 12 * DAY), .late = &ten_a_day};
    struct extension grants[GRANTS_MAX];
    size_t count = random_grants(&seed, &milestone, grants);
    struct terms all = terms_of(calendar, &milestone, grants, count);
    int64_t t = due - DAY + draw(&seed, 40 * DAY);
    if (count > 0) {
      struct terms fewer = terms_of(calendar, &milestone, grants, count - 1);
      assert_never_dearer(&fewer, &all, t);
      assert_never_dearer(&fewer, &all, fewer.closes);
    }
    shuffle(&seed, grants, count);
    struct terms shuffled = terms_of(calendar, &milestone, grants, count);
    assert_int_equal(all.due, shuffled.due);
    assert_int_equal(all.closes, shuffled.closes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_boundary_is_kept_to_the_second),
      cmocka_unit_test(work_that_costs_nothing_is_late_without_a_price),
      cmocka_unit_test(the_next_turn_is_where_the_cost_rises),
      cmocka_unit_test(an_extension_moves_due_and_closes_by_the_same_civil_days),
      cmocka_unit_test(an_extension_by_hours_moves_closes_by_hours),
      cmocka_unit_test(an_extension_to_an_earlier_instant_takes_nothing_away),
      cmocka_unit_test(one_grant_more_never_costs_and_their_order_does_not_matter),
  };
  return cmocka_run_group_tests_name("lateness", tests, NULL, NULL);
}
