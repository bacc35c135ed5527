// SPDX-License-Identifier: AGPL-3.0-or-later
// A team's coverage of the course's skills (rules.md, Coverage): judged from its active members' levels that count,
// told in words with the number of seekers who would close the gap, and kept as a mark on registered teams. Nothing is
// refused here.
#pragma once

#include <stdint.h>

#include "common/course/coverage.h"
#include "server/teams/team_store.h"

enum { GAP_REPAIR_DAYS = 7, HELPERS_NAMED_MAX = 8 };

// `without` leaves one person out (0: nobody): what would be if they left.
void team_coverage_judge(const struct act *act, const struct course_view *course, const struct team_members *members,
                         int64_t without, struct coverage *out);
// Of `counts` (seeker_store_counts), those at each requirement's level or above.
const int *team_coverage_seekers(const struct act *act, const struct coverage *coverage,
                                 int counts[static SKILL_MAX][LEVEL_MAX + 1]);
// "nobody at Systems level Project work or above; 14 classmates who look for a team are"; NULL when covered.
CHECKED enum err team_coverage_words(const struct act *act, const struct course_view *course,
                                     const struct coverage *coverage, const char **words);
// The seekers who would bring the team nearer, by name: "Ada Lovelace, Alan Turing and 3 more"; NULL when there are
// none.
CHECKED enum err team_coverage_helpers(const struct act *act, const struct course_view *course,
                                       const struct coverage *coverage, const char **words);
// As team_coverage_changed (team.h) for a change of which the members are told by the caller: staff are told of a gap
// that opens, and its words are filled for the members' message; NULL when none opens.
CHECKED enum err team_coverage_repaired(const struct act *act, const struct course_view *course, int64_t team,
                                        const char **opened);
// Sets or clears gap_since and gap_due of a registered team in *team, which the caller saves; says whether they
// changed.
bool team_coverage_mark(const struct act *act, const struct course_view *course, const struct coverage *coverage,
                        struct team *team);
