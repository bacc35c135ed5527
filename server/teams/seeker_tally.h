// SPDX-License-Identifier: AGPL-3.0-or-later
// How many who look for a team there are at each level of each skill, counted once for as long as nothing changes in
// the course: its change counter says so, as it does for ETags. Shared by all threads, its own lock.
#pragma once

#include "server/courses/course_view.h"

struct seeker_tally;

struct seeker_tally *seeker_tally_new(void);
void seeker_tally_free(struct seeker_tally *tally);
// What seeker_store_counts answers, without a statement when it has been counted in this state of the course. A
// transaction that writes sees what may yet be undone: there it is always counted.
CHECKED enum err seeker_tally_counts(struct seeker_tally *tally, const struct act *act,
                                     const struct course_view *course, int counts[static SKILL_MAX][LEVEL_MAX + 1]);
