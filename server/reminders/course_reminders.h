// SPDX-License-Identifier: AGPL-3.0-or-later
// One course's reminders in one transaction: what is due, and sending it (planner.h says when). Each leaves once; what
// falls in the same hour for the same person goes along; what was missed is sent if it is still worth saying, else
// recorded as skipped with the reason.
#pragma once

#include "server/accounts/services.h"

struct course_outlook {
  bool is_sound; // false: nobody has looked
  bool has_due;
  int64_t until;   // looked up to here
  int64_t next;    // the earliest reminder after that, as things stand; INT64_MAX: none
  int64_t counter; // of the course's changes
};
// Reads only: whether anything is to be written now, beside that the course was looked at.
CHECKED enum err course_reminders_look(const struct act *act, const struct services *services, int64_t course,
                                       struct course_outlook *out);
// Handles (planned_until, until]. *outlook leaves with what holds now.
CHECKED enum err course_reminders_send(const struct act *act, const struct services *services, int64_t course,
                                       int64_t until, struct course_outlook *outlook);

// A course of which nothing was due up to `until`, by a look at which its changes counted `counter`.
struct course_handled {
  int64_t course, until, counter;
};
// Moves planned_until on, unless the course has changed since: then the next run looks again.
CHECKED enum err course_reminders_keep(struct db *db, const struct course_handled *handled);
