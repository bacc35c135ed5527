// SPDX-License-Identifier: AGPL-3.0-or-later
// The line for lab seats: entries end, freed seats are offered to the first, a drop parks a place and a return takes it
// up again (rules.md, Lab seats and Teams). Shared by what students do (lab.c) and what staff do (lab_staff.c).
#pragma once

#include "server/courses/course_view.h"
#include "server/labs/lab_store.h"

// An active student of a course that has labs, approved if they audit: not_found, auditor_not_approved.
CHECKED enum err lab_check_student(const struct act *act, const struct course_view *course, int64_t person);
// Ends an entry that waits or holds an offer, and the offer's timer.
CHECKED enum err lab_line_end(const struct act *act, const struct course_view *course, const struct queue_entry *entry,
                              enum queue_state state);
// While seats are free and somebody waits, up to decide-by.
CHECKED enum err lab_line_offer(const struct act *act, const struct course_view *course);
// The person dropped the course: out of the line at once. Back within the hold, they have their old place in it again,
// or are told that the list has ended meanwhile. Who is not in line: nothing.
CHECKED enum err lab_line_park(const struct act *act, const struct course_view *course, int64_t person);
CHECKED enum err lab_line_return(const struct act *act, const struct course_view *course, int64_t person);
CHECKED enum err lab_audit(const struct act *act, const struct course_view *course, const char *kind, int64_t person);
