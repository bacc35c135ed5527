// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/lateness.h"

static int64_t late_days(const struct terms *terms, int64_t t);
static struct span span_between(struct calendar *calendar, int64_t from, int64_t to);

struct terms terms_of(struct calendar *calendar, const struct milestone *milestone, const struct extension *grants,
                      size_t count) {
  struct terms terms = {milestone->opens, milestone->due, milestone->closes, milestone->late};
  for (size_t i = 0; i < count; i++) {
    int64_t due = grants[i].due != 0 ? grants[i].due
                                     : calendar_add(calendar, milestone->due, (struct span){.days = grants[i].days});
    if (due > terms.due)
      terms.due = due;
  }
  if (terms.due > milestone->due)
    terms.closes = calendar_add(calendar, milestone->closes, span_between(calendar, milestone->due, terms.due));
  // A shift over a DST change may come out an hour short; work that is on time is taken in any case.
  if (terms.closes < terms.due + terms.late->grace_seconds)
    terms.closes = terms.due + terms.late->grace_seconds;
  return terms;
}

enum timing terms_timing(const struct terms *terms, int64_t t) {
  if (t < terms->opens)
    return TIMING_NOT_OPEN;
  if (t <= terms->due + terms->late->grace_seconds)
    return TIMING_ON_TIME;
  return t <= terms->closes ? TIMING_LATE : TIMING_CLOSED;
}

int terms_points(const struct terms *terms, int64_t t) {
  if (t <= terms->due + terms->late->grace_seconds)
    return 0;
  if (t > terms->closes)
    return POINTS_ALL;
  int64_t points = late_days(terms, t) * terms->late->points_per_day;
  return points < POINTS_ALL ? (int)points : POINTS_ALL;
}

int64_t terms_next_turn(const struct terms *terms, int64_t t) {
  int64_t graced = terms->due + terms->late->grace_seconds;
  if (t <= graced)
    return graced;
  if (t > terms->closes)
    return INT64_MAX;
  int64_t turn = terms->due + late_days(terms, t) * LATE_DAY_SECONDS;
  return turn < terms->closes ? turn : terms->closes;
}

// Begun days.
static int64_t late_days(const struct terms *terms, int64_t t) {
  return (t - terms->due + LATE_DAY_SECONDS - 1) / LATE_DAY_SECONDS;
}

// So that calendar_add(from, it) is `to`: whole civil days, then what is left in exact seconds.
static struct span span_between(struct calendar *calendar, int64_t from, int64_t to) {
  int32_t days = (int32_t)((to - from) / LATE_DAY_SECONDS) + 1; // an hour more or less of a DST change included
  while (days > 0 && calendar_add(calendar, from, (struct span){.days = days}) > to)
    days--;
  return (struct span){.days = days, .seconds = to - calendar_add(calendar, from, (struct span){.days = days})};
}
