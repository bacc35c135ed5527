// SPDX-License-Identifier: AGPL-3.0-or-later
// A course made anew for another term (common/course/course_shift.h): a draft with the same staff, and without
// students, teams and work. By the operator or an instructor, who are its instructors then.
#pragma once

#include "common/course/course_shift.h"
#include "server/accounts/services.h"
#include "server/courses/course_view.h"

enum { COURSE_COPY_DRAFTS_MAX = 20 }; // of which somebody is instructor; the operator makes more

struct course_copied {
  struct course_shift shift;
  size_t staff; // people who come along, instructors among them
};

// What copying would make; changes nothing. name_taken when there is a course of that id; conflict
// when the actor has too many drafts.
CHECKED enum err course_copy_plan(const struct act *act, const struct course_view *course,
                                  const struct course_shift_wish *wish, struct course_copied *out);
// In the transaction of the writer, of what was planned. Audited in the new course.
CHECKED enum err course_copy(const struct act *act, const struct services *services, const struct course_view *course,
                             const struct course_copied *copy);
