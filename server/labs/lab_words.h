// SPDX-License-Identifier: AGPL-3.0-or-later
// What people are told of lab seats: the words of each message, in one place.
#pragma once

#include "server/courses/course_view.h"

CHECKED enum err lab_tell_offer(const struct act *act, const struct course_view *course, int64_t person,
                                int64_t expires_at);
CHECKED enum err lab_tell_expired(const struct act *act, const struct course_view *course, int64_t person);
// By staff, with their reason: `lost` says what is no longer theirs ("the offer of a lab seat").
CHECKED enum err lab_tell_taken_out(const struct act *act, const struct course_view *course, int64_t person,
                                    const char *lost, const char *reason);
CHECKED enum err lab_tell_list_ended(const struct act *act, const struct course_view *course, int64_t person);
