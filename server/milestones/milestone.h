// SPDX-License-Identifier: AGPL-3.0-or-later
// Milestones of the course file as they concern somebody: who hands in, by when, in what state it is (rules.md, Time
// and lateness). Reads only. What is handed in: submission.h; what moves a due: extension.h; what lateness costs:
// penalty.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/course/lateness.h"
#include "server/courses/course_view.h"

// Whose work it is: a team's for a track that is done in teams, a seated student's own for the capped one.
struct holder {
  int64_t team;   // 0: a person's
  int64_t person; // 0: a team's
};

// As the caller sees it now. Where several fit, the last of the list that fits.
enum milestone_state {
  MILESTONE_NOT_OPEN,
  MILESTONE_OPEN, // on time
  MILESTONE_LATE, // still taken, at a cost
  MILESTONE_CLOSED,
  MILESTONE_HANDED_IN,
  MILESTONE_ACCEPTED, // a proposal approved, or staff accepted the work
  MILESTONE_HELD,     // check-ins and presentations
  MILESTONE_MISSED,
  MILESTONE_EXCUSED,
};
extern const char *const milestone_state_names[]; // "not open", "open", "late", …, NULL

// The milestone of this id in the course file; not_found with the ids there are.
CHECKED enum err milestone_find(const struct act *act, const struct course_view *course, const char *id,
                                const struct milestone **out);
// Whose work the person's would be: their team's or their own. not_your_track (with words) when the milestone belongs
// to a track that they are not in: neither team nor seat, or the other one.
CHECKED enum err milestone_holder(const struct act *act, const struct course_view *course,
                                  const struct milestone *milestone, int64_t person, struct holder *out);
// Active people whose work the holder's is at `at`: members of the team then, or the person.
CHECKED enum err milestone_people(const struct act *act, const struct course_view *course, const struct holder *holder,
                                  int64_t at, const int64_t **people, size_t *count);
