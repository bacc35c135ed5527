// SPDX-License-Identifier: AGPL-3.0-or-later
// What every act on a team asks first: is the window open, is the team still forming, is the caller in it. The refusals
// are theirs.
#pragma once

#include "server/teams/team_store.h"

enum { TEAM_NAME_CHARACTERS_MAX = 60, TEAM_LOOKING_FOR_CHARACTERS_MAX = 500 };

// opens ≤ now ≤ closes, to the second and without grace: not_open before (founding, joining and inviting too),
// deadline_passed after.
CHECKED enum err team_check_window(const struct act *act, const struct course_view *course);
// Forming, or incomplete: a window that staff moved to a later close gives an incomplete team another chance.
CHECKED enum err team_check_forming(const struct act *act, const struct course_view *course, const struct team *team);
// not_your_team unless the actor is an active member.
CHECKED enum err team_check_member(const struct act *act, const struct team *team, const struct team_members *members);
// not_contact unless the actor is the contact or staff. `what` completes "Only the contact …": "may dissolve the team".
CHECKED enum err team_check_contact(const struct act *act, const struct course_view *course, const struct team *team,
                                    const struct team_members *members, const char *what);
// The team and its members, or the refusal that there is none.
CHECKED enum err team_load(const struct act *act, const struct course_view *course, int64_t id, struct team *team,
                           struct team_members *members);
// How many places the team has: its own number if staff gave it one (repair.h), else the course file's.
int team_size_max(const struct course_view *course, const struct team *team);
// Writes the team's row (name_taken when somebody was first).
CHECKED enum err team_save(const struct act *act, struct team *team);
// The name as stored and its key; a field error when it is empty or too long, or has a
// character that nobody sees (text_unseen.h).
CHECKED enum err team_check_name(const struct act *act, const char *name, const char **clean, const char **key);
