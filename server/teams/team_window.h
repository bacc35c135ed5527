// SPDX-License-Identifier: AGPL-3.0-or-later
// What moving the registration window does to the teams that there are. Registered teams stay registered.
#pragma once

#include "server/courses/course_view.h"

// The course is as it is now; `closed_at` is when registration closed by the file before. Opened again: what the close
// had left incomplete forms again, and is judged anew at the new close. Closed earlier: invitations lapse then. Later:
// those that the close had cut short get their stated time.
CHECKED enum err team_window_moved(const struct act *act, const struct course_view *course, int64_t closed_at);
