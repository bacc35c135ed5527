// SPDX-License-Identifier: AGPL-3.0-or-later
// The daily mail to staff (rules.md, Reminders and tasks): at 07:30 in the course's zone, if something changed: the
// list of tasks of each, with what is new, overdue or due within a day, and what waited for it.
#pragma once

#include "server/accounts/services.h"
#include "server/courses/course_view.h"

// The duty of AGENDA_DAILY_MAIL: writes today's and sets the next day's.
CHECKED enum err digest_send(const struct act *act, const struct services *services, const struct course_view *course);
