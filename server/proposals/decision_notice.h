// SPDX-License-Identifier: AGPL-3.0-or-later
// What follows once a decision is the team's to know: the message, and the milestone's work accepted with an approval,
// of which the message is enough.
#pragma once

#include "server/proposals/decision.h"

// Every active member, with the requested changes.
CHECKED enum err decision_tell_team(const struct act *act, const struct course_view *course,
                                    const struct decision *decision);
// Of the milestone of proposals, the team's version that counts; nothing when the course has none or nothing is there.
CHECKED enum err decision_accept_work(const struct act *act, const struct course_view *course, int64_t team,
                                      bool is_accepted);
