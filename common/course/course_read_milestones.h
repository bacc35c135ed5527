// SPDX-License-Identifier: AGPL-3.0-or-later
// The section `milestones` of a course file. Needs the tracks, the late policy and the proposal's fields.
#pragma once

#include "common/course/course_reader.h"

// Returns course->milestones, still to be written to: `closes` is 0 where the file states none (course_check computes
// it).
struct milestone *course_read_milestones(struct course_reader *reader);
