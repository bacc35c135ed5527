// SPDX-License-Identifier: AGPL-3.0-or-later
// What is said of moved dates: to who moves them, and to those they concern, each once and of their own only (rules.md,
// Who sees what).
#pragma once

#include "common/base/text.h"
#include "server/milestones/date_move.h"

// Why a plan needs confirmation, as half a sentence; NULL when it does not.
const char *date_move_why_confirm(const struct act *act, const struct date_plan *plan);
// Adds why one date's move does, if it does, after a comma: `noun` is "the due".
void date_move_add_why(const struct act *act, const char *noun, int64_t was, int64_t is, struct text *why);
// Within 48 hours from now, the last second counted.
bool date_move_is_near(const struct act *act, int64_t at);
// The whole plan in sentences. Names holders only.
const char *date_move_words(const struct act *act, const struct course_view *course, const struct date_plan *plan);
// Whether somebody is told: of what is over and costs the same nobody is, nor of a draft.
bool date_move_is_news(const struct act *act, const struct date_plan *plan, const struct extension_change *change);
// What it changes for one person, in sentences for them.
void date_move_add_change(const struct act *act, const struct course_view *course,
                          const struct extension_change *change, struct text *words);
CHECKED enum err date_move_tell(const struct act *act, const struct course_view *course, const struct date_plan *plan,
                                const char *reason);
