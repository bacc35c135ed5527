// SPDX-License-Identifier: AGPL-3.0-or-later
// How staff put teams right, whatever the window and whether the team is registered (rules.md, Teams). Each needs a
// reason (1 to 1000 characters, kept beside the audit, told to those affected); each is audited, recomputes coverage
// and tells everybody whom it moves or whose team it changes, once. The caller's right is the route's or the
// petition's. `services` offers a lab seat that becomes free to the first in line.
//
// States, as rules.md leaves them: a registered team stays registered whoever goes (it is marked when it falls below
// its size or its coverage, and staff see it); a team that is not registered is never registered by a repair, also when
// it could be: staff register it. A team made by a repair forms while the window is open and is incomplete after it. A
// merger keeps the state of the team that stays. Nothing dissolves by itself: a team without members stays until staff
// dissolve it or put somebody in, who is then its contact. A place held for somebody who dropped counts, goes along in
// a merger or a split, and is otherwise released (DELETE roster/{person}/hold), not moved.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/teams/team.h"

enum { REPAIR_REASON_CHARACTERS_MAX = 1000, REPAIR_PEOPLE_MAX = 200, REPAIR_SIZE_MAX = 20 };

// Into the team from wherever they are: another team, a lab seat, nowhere; nothing happens to who is in it. team_full
// beyond the team's own largest size; team_not_forming for a dissolved one; not_found for who is no active student.
CHECKED enum err repair_place(const struct act *act, const struct services *services, const struct course_view *course,
                              int64_t person, int64_t team, const char *reason);
struct repair_placement {
  int64_t person;
  int64_t team;
};
// All or none; the first refusal names its row ("placements[3].team"). The rows take place at once: who leaves a full
// team makes room for who comes.
CHECKED enum err repair_place_many(const struct act *act, const struct services *services,
                                   const struct course_view *course, const struct repair_placement *rows, size_t count,
                                   const char *reason);
// Out of their team, into none; the team stays. not_found for who is in none.
CHECKED enum err repair_take_out(const struct act *act, const struct services *services,
                                 const struct course_view *course, int64_t person, const char *reason);
// The two change places: team against team, or a team against a lab seat.
CHECKED enum err repair_swap(const struct act *act, const struct services *services, const struct course_view *course,
                             int64_t first, int64_t second, const char *reason);
// Everybody of `team` into `into`; `team` is dissolved. team_full when they are too many.
CHECKED enum err repair_merge(const struct act *act, const struct services *services, const struct course_view *course,
                              int64_t team, int64_t into, const char *reason);
struct repair_team { // a team to be made; the first of its people who is not gone becomes its contact
  const char *name;
  const int64_t *people;
  size_t count;
};
// Those people, members of `team` but not all of them, become a team of their own.
CHECKED enum err repair_split(const struct act *act, const struct services *services, const struct course_view *course,
                              int64_t team, const struct repair_team *wanted, const char *reason, int64_t *new_team);
// Ends the person's present place as if it had not been: back into the team or seat that they left for it in the same
// act, with their old standing, if there was one and it has room, else into none. The place stays in their history,
// marked. A submission keeps the members it recorded.
CHECKED enum err repair_undo_join(const struct act *act, const struct services *services,
                                  const struct course_view *course, int64_t person, const char *reason);
// The team's own largest size, from its members' count and the course's least size up to 20; 0: the course file's.
CHECKED enum err repair_set_size(const struct act *act, const struct course_view *course, int64_t team,
                                 int64_t size_max, const char *reason);
// A team made by staff of these people, at any time; they may be in teams or seats already.
CHECKED enum err repair_found(const struct act *act, const struct services *services, const struct course_view *course,
                              const struct repair_team *wanted, const char *reason, int64_t *new_team);
// Into a lab seat from wherever they are, beyond the order of the line, never beyond the capacity (lab_full); and out
// of it, into none (not_seated). Labs' routes and petitions go through lab_seat and lab_unseat (server/labs/lab.h).
CHECKED enum err repair_seat(const struct act *act, const struct services *services, const struct course_view *course,
                             int64_t person, const char *reason);
CHECKED enum err repair_unseat(const struct act *act, const struct services *services, const struct course_view *course,
                               int64_t person, const char *reason);
// The instructor's word on an auditor, and taking it back: not_found for who is no active student, conflict for one who
// does not audit. Who has a seat or is in a registered team keeps that; what the approval is for is not taken anew.
CHECKED enum err repair_approve_audit(const struct act *act, const struct course_view *course, int64_t person,
                                      bool is_approved, const char *reason);
