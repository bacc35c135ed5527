// SPDX-License-Identifier: AGPL-3.0-or-later
// Instants that follow from a course file without standing in it: when a milestone closes, and every instant at which
// the clock alone changes something. Pure.
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/course/calendar.h"
#include "common/course/course.h"

// The last second at which late work still earns something, by the penalty alone; the end of the term when it costs
// nothing.
int64_t course_times_earns_until(const struct late_policy *late, int64_t due, int64_t term_ends_at);
// rules.md, Time and lateness: `stated` (0: none), else the policy's closes_after, else the above; never before due +
// grace.
int64_t course_times_closes(struct calendar *calendar, const struct late_policy *late, int64_t due, int64_t stated,
                            int64_t term_ends_at);
// Fills course->turning_points: ascending, each once.
void course_times_turning_points(struct arena *arena, struct course *course);
