// SPDX-License-Identifier: AGPL-3.0-or-later
// How appointments are told of and audited: messages to the team or student and to the staff member who holds the slot,
// rows of the audit, words for an instant and a place. Decides nothing.
#pragma once

#include "server/milestones/slot.h"

struct slot_notice {
  const char *kind; // "slot booked", …: as the holder is told, unless it is "slot soon"; staff's are "own slot …"
  const char *subject; // begins a sentence that the milestone's title ends: "A slot was booked"
  const char *words;
  bool is_soon; // another one of theirs, which begins within a day, was left for this slot
};

// "Tue 3 Oct 2023 10:00 EDT, Klaus 1116, with Kim Lee".
const char *slot_words(const struct act *act, const struct course_view *course, const struct slot *slot);
// "/courses/cs8803/milestones/check-in-1/slots".
const char *slot_link(const struct act *act, const struct course_view *course, const char *milestone);
// Everybody whose slot it is, but for the actor; at once when it begins within a day.
CHECKED enum err slot_tell_holder(const struct act *act, const struct course_view *course, const struct slot *slot,
                                  const struct holder *holder, const struct slot_notice *notice);
// The one who holds it, unless that is the actor; at once when it begins within a day.
CHECKED enum err slot_tell_staff(const struct act *act, const struct course_view *course, const struct slot *slot,
                                 const struct slot_notice *notice);
// Whether it begins within a day from now.
bool slot_is_soon(const struct act *act, const struct slot *slot);
// The name of the team or student, as everybody sees it.
CHECKED enum err slot_holder_name(const struct act *act, const struct course_view *course, const struct holder *holder,
                                  const char **out);
// An audit row of this kind about the slot; the holder may be NULL.
CHECKED enum err slot_audit(const struct act *act, const struct course_view *course, const char *kind,
                            const struct slot *slot, const struct holder *holder);
