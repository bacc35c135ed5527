// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the roll (roll.h): each kind of thing that reminders go by, of a whole course, a query each. The tables
// are the features'; nothing is written here.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/courses/enrolment.h"
#include "server/proposals/proposal.h"
#include "server/teams/team.h"

struct roll_standing { // of an active student
  int64_t person;
  bool has_card;
  bool is_waiting; // in the line for a lab seat
  enum credit credit;
  bool is_audit_approved;
};
struct roll_team_row { // not dissolved; by number
  int64_t team;
  const char *name;
  enum team_state state;
  int64_t mentor;   // 0: none
  const char *risk; // as last recorded: "at risk", "stuck"; NULL: none
  // Of its newest proposal.
  int64_t proposal; // 0: none
  enum proposal_state proposal_state;
  bool is_decision_untold; // the team does not know of its state yet
  int64_t told_at;         // when it learnt of the last decision; 0: of none
  int64_t revise_until;    // of changes requested
  int64_t anew_by;         // of not approved, or of the draft after it
  int64_t anew_of;         // the one that was not approved
};
struct roll_offer { // of a lab seat, open
  int64_t id, person, offered_at, expires_at;
};
struct roll_invitation { // of a person by a team, open
  int64_t id, person, created_at, expires_at;
  const char *team_name;
};
struct roll_booking { // live, in a slot that is not cancelled and has not ended
  int64_t slot;
  const char *milestone;
  int64_t staff;
  const char *place;
  int64_t starts_at, booked_at;
  int64_t team, person; // whose: one of the two
};
struct roll_update { // of a check-in, written
  const char *milestone;
  int64_t team, person;
};
struct roll_staff { // staff and instructors, by number
  int64_t person;
  const char *name;
  const char *address; // NULL: none
  enum role role;
};
struct roll_tie { // staff who review a team's proposals
  int64_t team, person;
};

CHECKED enum err roll_store_standings(const struct act *act, int64_t course, struct roll_standing **out, size_t *count);
CHECKED enum err roll_store_teams(const struct act *act, int64_t course, struct roll_team_row **out, size_t *count);
CHECKED enum err roll_store_offers(const struct act *act, int64_t course, struct roll_offer **out, size_t *count);
CHECKED enum err roll_store_invitations(const struct act *act, int64_t course, struct roll_invitation **out,
                                        size_t *count);
// By slot, then booking. Also those that are over: they count as booked.
CHECKED enum err roll_store_bookings(const struct act *act, int64_t course, struct roll_booking **out, size_t *count);
CHECKED enum err roll_store_updates(const struct act *act, int64_t course, struct roll_update **out, size_t *count);
CHECKED enum err roll_store_staff(const struct act *act, int64_t course, struct roll_staff **out, size_t *count);
CHECKED enum err roll_store_reviewers(const struct act *act, int64_t course, struct roll_tie **out, size_t *count);
// Lab seats that are taken or held by an open offer, whoever's (rules.md, Lab seats).
CHECKED enum err roll_store_seats_taken(const struct act *act, int64_t course, int64_t *out);
