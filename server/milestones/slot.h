// SPDX-License-Identifier: AGPL-3.0-or-later
// Appointments of a milestone: offered by staff, booked by a team or a seated student, one for each holder (check-ins,
// presentations, the poster session). Booked by any member, moved until 24 h before, cancelled by staff with word and a
// new choice. Reserved capacity is exact: the writer's queue decides.
#pragma once

#include "server/milestones/milestone.h"

enum {
  SLOT_MOVE_UNTIL_SECONDS = 24 * 3600,
  SLOT_PLACE_CHARACTERS_MAX = 200,
  SLOT_REASON_CHARACTERS_MAX = 1000,
  SLOTS_AT_ONCE_MAX = 200,
  SLOT_LENGTH_SECONDS_MAX = 24 * 3600,
  SLOT_GAP_SECONDS_MAX = 7 * 86400,
  SLOT_CAPACITY_MAX = 1000,
};

struct slot {
  int64_t id;
  const char *milestone;
  int64_t staff;     // who holds it
  const char *place; // a room, or an http(s) link
  int64_t starts;
  int64_t length_seconds;
  int64_t capacity; // holders at the same time
  int64_t taken;
  int64_t cancelled_at; // 0: not
  const char *staff_name;
};

struct slot_wish {
  int64_t starts;
  int64_t length_seconds; // 0: the course file's
  int64_t count;          // as many, one after the other
  int64_t gap_seconds;    // between them
  int64_t capacity;       // 0: 1
  const char *place;
  int64_t staff; // 0: the caller
};

// Whether the milestone is held at an appointment: check-ins, presentations, and what the course file gives slots.
bool slot_is_for(const struct milestone *milestone);
// Slots of one staff member may not overlap (slot_overlap). Announced to nobody: students are told by tasks.
CHECKED enum err slot_offer(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct slot_wish *wish, const int64_t **ids, size_t *count);
// Books, or moves there, in one step: slot_full, slot_past, too_late_to_move (less than 24 h before the old or the new
// start's).
CHECKED enum err slot_book(const struct act *act, const struct course_view *course, int64_t slot);
// By staff, until it begins: for those who come too late to book or move by themselves. slot_full, slot_past; the words
// of slot_check_whose.
CHECKED enum err slot_book_for(const struct act *act, const struct course_view *course, int64_t slot,
                               const struct holder *holder);
// Until 24 h before; a conflict while what they handed in is nothing without it.
CHECKED enum err slot_give_up(const struct act *act, const struct course_view *course, int64_t slot);
// Those who had booked are told, with what is free instead; they may choose anew whatever the time.
CHECKED enum err slot_cancel(const struct act *act, const struct course_view *course, int64_t slot, const char *reason);
// Those who booked are told.
CHECKED enum err slot_set_place(const struct act *act, const struct course_view *course, int64_t slot,
                                const char *place);
// team_not_registered unless the holder is a registered team or a person.
CHECKED enum err slot_check_holder(const struct act *act, const struct course_view *course,
                                   const struct holder *holder);
// That staff name a holder of the milestone's track: invalid_fields at team or person, not_found, not_your_track,
// team_not_registered.
CHECKED enum err slot_check_whose(const struct act *act, const struct course_view *course,
                                  const struct milestone *milestone, const struct holder *holder);
// invalid_fields, at `field`, unless the person is of the course's staff.
CHECKED enum err slot_check_staff(const struct act *act, const struct course_view *course, int64_t person,
                                  const char *field);
// The holder's booked slot of the milestone; id 0: none.
CHECKED enum err slot_of(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                         const struct holder *holder, struct slot *out);
// For calendars, by beginning: what the holder has booked, of all milestones; and what the caller holds as staff,
// cancelled ones left out.
CHECKED enum err slot_booked(const struct act *act, const struct course_view *course, const struct holder *holder,
                             const struct slot **out, size_t *count);
CHECKED enum err slot_held(const struct act *act, const struct course_view *course, const struct slot **out,
                           size_t *count);
