// SPDX-License-Identifier: AGPL-3.0-or-later
// What is said of moved dates: to who moves them, and to those they concern, each once and of their own only (rules.md,
// Who sees what).
#pragma once

#include "server/milestones/date_move.h"

// Why a plan needs confirmation, as half a sentence; NULL when it does not.
const char *date_move_why_confirm(const struct act *act, const struct date_plan *plan);
// The whole plan in sentences. Names holders only.
const char *date_move_words(const struct act *act, const struct course_view *course, const struct date_plan *plan);
// Whether somebody is told: of what is over and costs the same nobody is.
bool date_move_is_news(const struct act *act, const struct extension_change *change);
CHECKED enum err date_move_tell(const struct act *act, const struct course_view *course, const struct date_plan *plan,
                                const char *reason);
