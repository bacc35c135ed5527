// SPDX-License-Identifier: AGPL-3.0-or-later
// How staff put teams right, whatever the window and whether the team is registered (rules.md, Teams). Each needs a
// reason (1 to 1000 characters, not in the audit, told to those affected); each is audited, recomputes coverage and
// tells everybody whom it moves or whose team it changes. The caller's right is the route's or the petition's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "server/teams/team.h"

enum { REPAIR_REASON_CHARACTERS_MAX = 1000, REPAIR_PEOPLE_MAX = 200 };

// Into the team from wherever they are: another team, a lab seat, nowhere. team_full beyond the team's own largest
// size; team_not_forming for a dissolved one; not_enrolled for who is no active student.
CHECKED enum err repair_place(const struct act *act, const struct course_view *course, int64_t person, int64_t team,
                              const char *reason);
struct repair_placement {
  int64_t person;
  int64_t team;
};
// All or none; the first refusal names its row ("placements[3].team").
CHECKED enum err repair_place_many(const struct act *act, const struct course_view *course,
                                   const struct repair_placement *rows, size_t count, const char *reason);
// Out of their team, into none; the team stays, incomplete when it must.
CHECKED enum err repair_take_out(const struct act *act, const struct course_view *course, int64_t person,
                                 const char *reason);
// The two change places: team against team, or a team against a lab seat.
CHECKED enum err repair_swap(const struct act *act, const struct course_view *course, int64_t first, int64_t second,
                             const char *reason);
// Everybody of `team` into `into`; `team` is dissolved. team_full when they are too many.
CHECKED enum err repair_merge(const struct act *act, const struct course_view *course, int64_t team, int64_t into,
                              const char *reason);
// Those people, members of `team`, become a team of their own.
CHECKED enum err repair_split(const struct act *act, const struct course_view *course, int64_t team, const char *name,
                              const int64_t *people, size_t count, const char *reason, int64_t *new_team);
// Ends the person's present place as if it had not been: back into the team or seat they left for it, if there was one
// and it has room, else into none. A submission keeps the members it recorded.
CHECKED enum err repair_undo_join(const struct act *act, const struct course_view *course, int64_t person,
                                  const char *reason);
// The team's own largest size, from its members' count up to 20; the course file's when it has none.
CHECKED enum err repair_set_size(const struct act *act, const struct course_view *course, int64_t team,
                                 int64_t size_max, const char *reason);
// A team made by staff of these people, at any time; they may be in teams or seats already.
CHECKED enum err repair_found(const struct act *act, const struct course_view *course, const char *name,
                              const int64_t *people, size_t count, const char *reason, int64_t *new_team);
