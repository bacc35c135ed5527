// SPDX-License-Identifier: AGPL-3.0-or-later
// Lab seats: seated + open offers never exceed the capacity (rules.md, Lab seats). Functions of an act, for requests
// and timers. The order of the writer's queue is the order of acceptance; there is no lock and no other order.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/courses/course_view.h"

// A student asks for a seat: seated at once when one is free and nobody waits; the holder of an open offer takes it;
// else they wait. not_open, deadline_passed, auditor_not_approved; in_team unless `leave_team`; offer_expired for one
// whose offer has lapsed and who has not withdrawn since. Asking again while waiting or seated changes nothing.
CHECKED enum err lab_ask(const struct act *act, const struct course_view *course, int64_t person, bool leave_team);
// Staff seat a person, whatever the window and the line, as long as seated + offers stay below the capacity (lab_full);
// in_team unless `leave_team`. With a reason, told to the person and to the team that they leave (repair.h).
struct lab_staff_act {
  bool leave_team;
  const char *reason; // 1 to REPAIR_REASON_CHARACTERS_MAX characters
};
CHECKED enum err lab_seat(const struct act *act, const struct services *services, const struct course_view *course,
                          int64_t person, const struct lab_staff_act *how);
// Staff free the seat, the offer or the place in line, whichever there is. not_seated.
CHECKED enum err lab_unseat(const struct act *act, const struct services *services, const struct course_view *course,
                            int64_t person, const char *reason);
// Services' seats hook: after staff have moved people out of seats or into them (`seated`), the line follows; the whole
// act is refused when there are more seats taken and offered than there are (lab_full).
enum err lab_seats_moved(const struct act *act, const struct course_view *course, const int64_t *seated, size_t count);
// Gives up one's seat, the offer or the place in line, whichever there is; a freed seat is offered to the first in
// line. not_seated.
CHECKED enum err lab_withdraw(const struct act *act, const struct course_view *course, int64_t person);

// Services' departure hook (server/accounts/services.h): the seat's, the line's and the team's side of a drop.
enum err lab_departed(const struct act *act, const struct course_view *course, int64_t person, bool is_hold_over);
// Of an archived course: offers and the line end, and nobody is told.
CHECKED enum err lab_end_line(const struct act *act, int64_t course);
// Timers.
CHECKED enum err lab_offer_expire(const struct act *act, const struct course_view *course, int64_t queue_entry);
CHECKED enum err lab_decide(const struct act *act,
                            const struct course_view *course); // decide_by has passed: the list ends
