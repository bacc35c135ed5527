// SPDX-License-Identifier: AGPL-3.0-or-later
// Registering a team: by a member while the window is open, by staff at any time after it opens, and by the clock at
// its close (team_close_window in team.h).
#pragma once

#include "server/teams/team.h"

enum { GAP_PLAN_CHARACTERS_MIN = 20, GAP_PLAN_CHARACTERS_MAX = 2000 };

// gap_plan may be NULL. Refuses with team_registered, not_open, deadline_passed, auditor_not_approved, team_too_small,
// skills_not_covered (block) or gap_plan_needed (warn), each with what to do.
CHECKED enum err registration_make(const struct act *act, const struct course_view *course, int64_t team,
                                   const char *gap_plan);
