// SPDX-License-Identifier: AGPL-3.0-or-later
// Whom a roster file drops by not naming them, and what that means for their team or seat. Decides nothing about who is
// in the file.
#pragma once

#include "server/courses/roster_import.h"

struct roster_course {
  struct enrolment *list; // everybody, dropped ones too, by name
  size_t count;
  bool *in_file; // whether a row means them
};

// Fills the plan's drops, who is kept and why, the number of active students and what must be allowed.
void roster_drops_plan(const struct act *act, const struct course_view *course, const struct roster_course *known,
                       struct roster_plan *plan);
