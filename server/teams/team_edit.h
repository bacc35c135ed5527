// SPDX-License-Identifier: AGPL-3.0-or-later
// Founding, changing and dissolving a team. Audited; the members are told. For the routes; labs and timers use team.h.
#pragma once

#include "server/teams/team.h"

struct team_edit {
  const char *name;
  const char *looking_for;
  int64_t contact; // a member: the hand-over
  bool has_name;
  bool has_looking_for;
  bool has_contact;
};

// The actor, a student, is the contact and first member.
CHECKED enum err team_found(const struct act *act, const struct course_view *course, const char *name,
                            const char *looking_for, int64_t *id);
enum { TEAM_RENAMES_A_DAY = 3 };

// By members and staff, also after registration; only the contact or staff hand the contact over. Members give a team
// at most TEAM_RENAMES_A_DAY other names within 24 hours (too_many_names): everybody in it is told of each.
CHECKED enum err team_change(const struct act *act, const struct course_view *course, int64_t team,
                             const struct team_edit *edit);
// By the contact while the team forms; by staff at any time, with a reason (as repairs: told, kept beside the audit).
CHECKED enum err team_dissolve(const struct act *act, const struct course_view *course, int64_t team,
                               const char *reason);
// The row's side of it: no member is left.
CHECKED enum err team_end(const struct act *act, const struct course_view *course, struct team *team);
