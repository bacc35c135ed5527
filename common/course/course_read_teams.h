// SPDX-License-Identifier: AGPL-3.0-or-later
// The section `teams` of a course file: size, registration, invitations, coverage. Needs the skills and levels.
#pragma once

#include "common/course/course_reader.h"

void course_read_teams(struct course_reader *reader);
