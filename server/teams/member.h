// SPDX-License-Identifier: AGPL-3.0-or-later
// Leaving a team and being removed from it (rules.md, Teams). Whoever goes, the contact is handed on and the coverage
// judged anew. What labs and the roster need of it is in team.h.
#pragma once

#include "server/teams/team.h"

enum { MEMBER_SILENT_SECONDS = 3 * 86400 };

// Oneself: as team_leave. By the contact while the team forms, from MEMBER_SILENT_SECONDS after an unanswered question
// on: else member_active. By staff at any time.
CHECKED enum err member_remove(const struct act *act, const struct course_view *course, int64_t team, int64_t person);
// The contact asks "are you still with us?". A question that waits for its answer is not asked again. Fills when it was
// asked.
CHECKED enum err member_ask(const struct act *act, const struct course_view *course, int64_t team, int64_t person,
                            int64_t *asked_at);
// The member answers; only they can.
CHECKED enum err member_answer(const struct act *act, const struct course_view *course, int64_t team, int64_t person);
