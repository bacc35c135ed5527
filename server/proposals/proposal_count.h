// SPDX-License-Identifier: AGPL-3.0-or-later
// A draft is never submitted by itself; but staff can count a version that the team saved in time, with a reason
// (rules.md, Time and lateness). Knows nothing of how it is judged.
#pragma once

#include "server/proposals/proposal_version.h"

enum { COUNT_REASON_CHARACTERS_MAX = 1000 };

// By staff: the proposal is submitted as it was in that version of the present round, judged by the instant of its last
// save, complete or not. What was saved after it stays readable. Tells the team, with the reason. conflict by the table
// of states, or when the version is no saved one of this round; team_not_registered, not_open, deadline_passed.
CHECKED enum err proposal_count_version(const struct act *act, const struct course_view *course, int64_t team,
                                        int64_t version, const char *reason);
