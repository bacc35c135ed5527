// SPDX-License-Identifier: AGPL-3.0-or-later
// The section `grading` of a course file, with the sums of the weights. Needs the tracks and milestones.
#pragma once

#include "common/course/course_reader.h"

void course_read_grading(struct course_reader *reader);
