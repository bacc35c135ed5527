// SPDX-License-Identifier: AGPL-3.0-or-later
// What a change of the course file may not cut off: work, slots, records and grants stand on the ids of milestones,
// cards on skills and levels, drafts on fields, seats on the capacity.
#pragma once

#include "server/courses/course_view.h"

// would_orphan, each fault a field error by its place in the file ("milestones.lab-1"), with what it would hit.
CHECKED enum err syllabus_check_orphans(const struct act *act, const struct course_view *was,
                                        const struct course_view *is);
