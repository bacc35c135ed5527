// SPDX-License-Identifier: AGPL-3.0-or-later
// A team's proposal and what it has handed in, for the view of the team (server/teams/team_progress.h).
#pragma once

#include "server/courses/course_view.h"
#include "server/teams/team_progress.h"

// The hook of struct services, in two statements; a third while a decision is not told.
CHECKED enum err team_progress_find(const struct act *act, const struct course_view *course, int64_t team,
                                    struct team_progress *out);
