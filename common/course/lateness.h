// SPDX-License-Identifier: AGPL-3.0-or-later
// When work is on time, and what lateness costs (rules.md, Time and lateness): pure functions of the course file, the
// grants and an instant. Knows no person and no store.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/course/calendar.h"
#include "common/course/course.h"

enum { POINTS_ALL = 100, LATE_DAY_SECONDS = 86400 };

// One grant that concerns somebody: for one milestone an instant, or a standing one in civil days.
struct extension {
  int64_t due;  // 0: a standing one
  int32_t days; // of a standing one, added to the milestone's due as the course file states it
};

// What holds for somebody and one milestone once grants are counted.
struct terms {
  int64_t opens;
  int64_t due;
  int64_t closes;
  const struct late_policy *late;
};

enum timing { TIMING_NOT_OPEN, TIMING_ON_TIME, TIMING_LATE, TIMING_CLOSED };

// The latest due of the file's and all grants'; closes moves by the same civil days and seconds. An earlier due than
// the file's changes nothing. The order of the grants does not matter.
struct terms terms_of(struct calendar *calendar, const struct milestone *milestone, const struct extension *grants,
                      size_t count);
// t is the second in which the last byte arrived.
enum timing terms_timing(const struct terms *terms, int64_t t);
// Points of 100 of what the work earns possible: 0 on time, all after closes (for a member whose own closes has passed
// while another's has not). `t` before opens costs nothing.
int terms_points(const struct terms *terms, int64_t t);
// The instant after which the cost rises next, for words and ETags: due + grace, then each whole day, then closes;
// INT64_MAX after that.
int64_t terms_next_turn(const struct terms *terms, int64_t t);
