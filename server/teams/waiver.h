// SPDX-License-Identifier: AGPL-3.0-or-later
// Staff waive the coverage of skills for one team, and take that back. The reason is for staff; it is not in the audit.
#pragma once

#include "server/teams/team.h"

enum { WAIVER_REASON_CHARACTERS_MAX = 1000 };

CHECKED enum err waiver_grant(const struct act *act, const struct course_view *course, int64_t team,
                              const char *reason);
CHECKED enum err waiver_withdraw(const struct act *act, const struct course_view *course,
                                 int64_t team); // none there: nothing happens
