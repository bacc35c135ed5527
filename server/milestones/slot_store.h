// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of slots and their bookings. A booking of a team that is not registered any more, or of somebody without a
// seat, counts nowhere: "live" below leaves it out. Who may book what is slot.h.
#pragma once

#include "server/milestones/slot.h"

struct slot_page {
  const char *milestone;
  int64_t after; // the slot that the last page ended with; 0: from the first
  int64_t limit;
  bool is_free_only;    // not cancelled, not begun, with room
  struct holder holder; // and what this one has booked
};
struct slot_booking {
  int64_t id;
  int64_t slot;
  struct holder holder;
  const char *name; // of the team or the student, as everybody sees it
  int64_t booked_at;
};
enum slot_end { SLOT_END_MOVED, SLOT_END_GIVEN_UP, SLOT_END_CANCELLED };

// ERR_NOT_FOUND without words; also of another course's slot.
CHECKED enum err slot_store_get(const struct act *act, int64_t course, int64_t id, struct slot *out);
CHECKED enum err slot_store_insert(const struct act *act, int64_t course, struct slot *slot); // fills the id
// The first slot of the staff member, in whichever course, that is not cancelled and overlaps; 0: none.
CHECKED enum err slot_store_overlap(const struct act *act, int64_t staff, int64_t from, int64_t until, int64_t *starts);
// By start, then id.
CHECKED enum err slot_store_list(const struct act *act, int64_t course, const struct slot_page *page, struct slot **out,
                                 size_t *count);
CHECKED enum err slot_store_set_place(const struct act *act, int64_t id, const char *place);
CHECKED enum err slot_store_cancel(const struct act *act, int64_t id, const char *reason);

// The holder's live booking of the milestone; id 0: none.
CHECKED enum err slot_store_booking(const struct act *act, int64_t course, const char *milestone,
                                    const struct holder *holder, struct slot_booking *out);
// Whether the last booking of the holder's was ended by staff, so that they may choose whatever the time.
CHECKED enum err slot_store_is_free_choice(const struct act *act, int64_t course, const char *milestone,
                                           const struct holder *holder, bool *out);
// Live ones of one slot (slot), or of all slots of the milestone (0), by slot, then booking.
CHECKED enum err slot_store_bookings(const struct act *act, int64_t course, const char *milestone, int64_t slot,
                                     struct slot_booking **out, size_t *count);
CHECKED enum err slot_store_book(const struct act *act, int64_t course, const struct slot *slot,
                                 const struct holder *holder);
CHECKED enum err slot_store_end(const struct act *act, int64_t booking, enum slot_end how);
// Ends those of the slot that are not live.
CHECKED enum err slot_store_lapse(const struct act *act, int64_t slot);

// --- for tasks
struct slot_offered { // of a milestone
  const char *milestone;
  int64_t offered;  // slots that are not cancelled
  int64_t free;     // of these, with room, and not begun
  int64_t bookable; // of these, so far off that anybody may book them
};
CHECKED enum err slot_store_offered(const struct act *act, int64_t course, struct slot_offered **out, size_t *count);
// The slots that the holder has booked, of all milestones.
CHECKED enum err slot_store_booked(const struct act *act, int64_t course, const struct holder *holder,
                                   struct slot **out, size_t *count);
// Booked slots of the caller's that begin until `until` and have not ended, by beginning.
CHECKED enum err slot_store_coming(const struct act *act, int64_t course, int64_t until, struct slot **out,
                                   size_t *count);
// Booked slots of the caller's that have ended, and of somebody who was there then nothing is recorded.
CHECKED enum err slot_store_unrecorded(const struct act *act, int64_t course, struct slot **out, size_t *count);

// --- for calendars
// The slots that the caller holds as staff, cancelled ones left out, by beginning.
CHECKED enum err slot_store_held(const struct act *act, int64_t course, struct slot **out, size_t *count);
