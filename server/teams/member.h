// SPDX-License-Identifier: AGPL-3.0-or-later
// Leaving a team and being removed from it (rules.md, Teams). Whoever goes, the contact is handed on and the coverage
// judged anew. What labs and the roster need of it is in team.h.
#pragma once

#include "server/teams/team_store.h"

enum { MEMBER_SILENT_SECONDS = 3 * 86400 };

// Oneself: as team_leave. By the contact while the team forms, from MEMBER_SILENT_SECONDS after an unanswered question
// on: else member_active. Staff are told of repair_take_out, which has a reason.
CHECKED enum err member_remove(const struct act *act, const struct course_view *course, int64_t team, int64_t person);
// To the longest-standing active member; one whose place is only held stands in when there is nobody else. Says
// whether *team, which the caller saves, has another contact.
bool member_hand_over(struct team *team, const struct team_members *members);
// After somebody has come or gone: when the contact is no active member but somebody is, that is handed over and told.
CHECKED enum err member_settle_contact(const struct act *act, const struct course_view *course, int64_t team);
// Tells staff that a registered team has too few; nothing for others. `rest` are the members it is left with.
CHECKED enum err member_tell_too_small(const struct act *act, const struct course_view *course, const struct team *team,
                                       const struct team_members *rest);
// The contact asks "are you still with us?". A question that waits for its answer is not asked again. Fills when it was
// asked.
CHECKED enum err member_ask(const struct act *act, const struct course_view *course, int64_t team, int64_t person,
                            int64_t *asked_at);
// The member answers; only they can.
CHECKED enum err member_answer(const struct act *act, const struct course_view *course, int64_t team, int64_t person);
