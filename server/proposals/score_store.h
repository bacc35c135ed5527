// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of points by the rubric. Knows no rule.
#pragma once

#include "server/proposals/score.h"

// Takes away what somebody gave on a submission.
CHECKED enum err score_store_clear(const struct act *act, int64_t proposal, int64_t of_submission, int64_t person);
CHECKED enum err score_store_insert(const struct act *act, int64_t proposal, const struct score *score);
// All of one submission, by reviewer.
CHECKED enum err score_store_list(const struct act *act, int64_t proposal, int64_t of_submission, struct score **out,
                                  size_t *count);
