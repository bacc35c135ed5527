// SPDX-License-Identifier: AGPL-3.0-or-later
// What somebody still lacks of what is held at an appointment: a booked slot, the update. The one place that says so,
// for tasks, reminders and staff's reports alike (rules.md, Reminders and tasks). What was recorded of them is
// milestone_facts.h, what is handed in milestone_tasks.h.
#pragma once

#include "server/milestones/milestone.h"

struct check_in_offer { // of a milestone
  int64_t offered;      // slots that are not cancelled
  int64_t free;         // of these, with room, and not begun: for those whose booking staff cancelled
  int64_t bookable;     // of these, for everybody else
};
// By index of the milestone, in one query.
CHECKED enum err check_in_offers(const struct act *act, const struct course_view *course,
                                 const struct check_in_offer **out);

struct check_in_holding {
  const char *milestone;
  struct holder holder;
};
// Whose last booking staff cancelled: they may book a slot until it begins. Of this holder, with zeros of everybody.
CHECKED enum err check_in_cancelled_all(const struct act *act, const struct course_view *course,
                                        const struct holder *holder, const struct check_in_holding **out,
                                        size_t *count);
// What counts of the holder's is handed in as something shown in a slot, and they have none booked: staff cancelled it.
// Of this holder, with zeros of everybody: two queries, none when the course file lets nobody hand in so.
CHECKED enum err check_in_slotless_all(const struct act *act, const struct course_view *course,
                                       const struct holder *holder, const struct check_in_holding **out, size_t *count);

struct check_in_standing { // of a holder and milestone
  struct check_in_offer offer;
  bool is_booked;
  bool is_cancelled; // their last booking, by staff
  bool is_slotless;  // as above
  bool is_written;   // the update
};
enum check_in_lack { CHECK_IN_LACKS_SLOT = 1 << 0, CHECK_IN_LACKS_UPDATE = 1 << 1 };
// Whatever the time.
unsigned check_in_lacks(const struct milestone *milestone, const struct milestone_facts *facts,
                        const struct check_in_standing *standing);
// Which of these can be done, or asked for, at `at`; `terms` are the person's own.
unsigned check_in_to_do(const struct course_view *course, const struct terms *terms,
                        const struct check_in_standing *standing, unsigned lacks, int64_t at);
// How many slots the holder may book.
int64_t check_in_choice(const struct check_in_standing *standing);
// Whether whoever holds it needs a slot. The poster session's is one of several ways: nobody has to book it.
bool check_in_is_by_slot(const struct milestone *milestone);
