// SPDX-License-Identifier: AGPL-3.0-or-later
// Which reminders still to come move, when a course's file becomes another one: both plans compared, as things stand.
#pragma once

#include "server/accounts/services.h"

// The services' hook. Two readings of the file of one course.
enum err reminder_moves_find(const struct act *act, const struct course_view *was, const struct course_view *is,
                             struct reminder_moves *out);
