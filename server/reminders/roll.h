// SPDX-License-Identifier: AGPL-3.0-or-later
// A course as reminders see it: everybody in it, with what each has still to do, and every open thing that has a due.
// Loaded whole, in a fixed number of queries; lives in the act's arena. Who is not done is decided here; when and in
// which words is the plan's (plan.h).
#pragma once

#include "server/milestones/check_in_lack.h"
#include "server/milestones/milestone_facts.h"
#include "server/reminders/roll_store.h"

struct roll {
  const struct course_view *course;
  int64_t now;
  const struct milestone_person *people; // active students, by number
  const struct roll_standing *standings; // the same people
  size_t count;
  const struct roll_team_row *teams;
  size_t team_count;
  const struct roll_staff *staff;
  size_t staff_count;
  const struct roll_offer *offers;
  size_t offer_count;
  int64_t seats_taken; // also by who is in no list above: an offer outlives its holder's drop, until the drop is final
  const struct roll_invitation *invitations;
  size_t invitation_count;
  const struct roll_booking *bookings;
  size_t booking_count;
  const struct roll_tie *reviewers;
  size_t reviewer_count;
  // By team and milestone, by person and milestone: flags below.
  unsigned char *team_flags;
  unsigned char *person_flags;
  const struct check_in_offer *offers_of; // by milestone: slots to choose from
};
CHECKED enum err roll_load(const struct act *act, const struct course_view *course, struct roll *out);

size_t roll_person(const struct roll *roll, int64_t person);                  // index; count: no active student
const struct roll_team_row *roll_team(const struct roll *roll, int64_t team); // NULL: dissolved, or none
const struct roll_staff *roll_staff_member(const struct roll *roll, int64_t person);

// What a student still has to do for something of the course file; 0: they are done, or it does not concern them.
enum roll_lack {
  ROLL_LACKS = 1 << 0, // it concerns them and is not done; the rest says more
  ROLL_NOT_HANDED_IN = 1 << 1,
  ROLL_DRAFT = 1 << 2,        // a proposal is saved, NOT submitted
  ROLL_UNREGISTERED = 1 << 3, // their team is not registered
  ROLL_NO_BOOKING = 1 << 4,
  ROLL_NO_UPDATE = 1 << 5,
  ROLL_WAITING = 1 << 6, // in the line for a lab seat
  ROLL_NO_PLACE = 1 << 7,
  ROLL_NONE_FREE = 1 << 8, // of ROLL_NO_BOOKING: only staff can help
  ROLL_SLOTLESS = 1 << 9,  // the same: what they handed in is nothing without the slot that was cancelled
};
unsigned roll_lacks_card(const struct roll *roll, size_t person);
unsigned roll_lacks_registration(const struct roll *roll, size_t person);
unsigned roll_lacks_lab(const struct roll *roll, size_t person);
unsigned roll_lacks_milestone(const struct roll *roll, size_t person, size_t milestone);
// Which of that they can do, or ask for, at an instant that may be to come: what their list of tasks has of the
// milestone then. 0: nothing; nobody is reminded of what nothing can be done about.
unsigned roll_to_do(const struct roll *roll, size_t person, size_t milestone, int64_t at);
// Whether the milestone is theirs: registered teams' members, seated students; of a proposal also who will register.
bool roll_is_theirs(const struct roll *roll, size_t person, size_t milestone);
// Whether somebody of the staff mentors the team or reviews its proposals.
bool roll_is_of(const struct roll *roll, int64_t staff, int64_t team);
