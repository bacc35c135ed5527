// SPDX-License-Identifier: AGPL-3.0-or-later
// A team as one viewer may see it (rules.md, Who sees what): levels and addresses for team mates and staff,
// confidential members for them only, coverage in counts for everybody; how far its project is for the team and staff.
// The answer that is read most: at most six statements, none in a loop.
#pragma once

#include "common/base/json.h"
#include "server/accounts/services.h"
#include "server/courses/course_view.h"
#include "server/http/answer.h"

// Writes the members of the open object.
extern const struct answer team_answer;

CHECKED enum err team_view_write(const struct act *act, const struct services *services,
                                 const struct course_view *course, int64_t team, struct json *json);
