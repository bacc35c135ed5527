// SPDX-License-Identifier: AGPL-3.0-or-later
// What people are told of another course file: each at most once, of what concerns them, nothing of anybody else.
#pragma once

#include "server/milestones/syllabus_change.h"

// Counts into plan->told.
CHECKED enum err syllabus_tell(const struct act *act, const struct course_view *course, struct syllabus_plan *plan);
