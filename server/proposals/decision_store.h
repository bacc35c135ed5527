// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of decisions, recommendations and the changes they ask for. Knows no rule.
#pragma once

#include "server/proposals/decision.h"

CHECKED enum err decision_store_insert(const struct act *act, struct decision *decision); // sets the id
// ERR_NOT_FOUND without words. The second for duties, which know the course only.
CHECKED enum err decision_store_get(const struct act *act, int64_t team, int64_t id, struct decision *out);
CHECKED enum err decision_store_find(const struct act *act, int64_t course, int64_t id, struct decision *out);
// All of the team, oldest first; those taken back too.
CHECKED enum err decision_store_list(const struct act *act, int64_t team, struct decision **out, size_t *count);
// The proposal's decision that stands and is not told yet; id 0 when there is none (also ERR_OK).
CHECKED enum err decision_store_untold(const struct act *act, int64_t proposal, struct decision *out);
// Those of a course.
CHECKED enum err decision_store_untold_of_course(const struct act *act, int64_t course, int64_t **ids, size_t *count);
// The last that was told before it, reopenings included; id 0 when there is none (also ERR_OK).
CHECKED enum err decision_store_last_told(const struct act *act, int64_t proposal, struct decision *out);
// The newest recommendation on this submission; id 0 when there is none (also ERR_OK).
CHECKED enum err decision_store_recommendation(const struct act *act, const struct proposal *proposal,
                                               struct decision *out);
CHECKED enum err decision_store_tell(const struct act *act, int64_t id);
CHECKED enum err decision_store_take_back(const struct act *act, int64_t id);
CHECKED enum err decision_store_read(const struct act *act, int64_t id); // by the actor; again is nothing

CHECKED enum err change_store_insert(const struct act *act, int64_t decision, int64_t position,
                                     const struct change_new *change);
// Of the decision, as they were written.
CHECKED enum err change_store_of(const struct act *act, int64_t decision, struct change_new **out, size_t *count);
// Of the proposal, in the order in which they were asked for; not those of recommendations or of decisions taken back.
CHECKED enum err change_store_list(const struct act *act, int64_t proposal, struct change_item **out, size_t *count);
CHECKED enum err change_store_answer(const struct act *act, int64_t id, const char *text);
CHECKED enum err change_store_accept(const struct act *act, int64_t id, bool is_accepted);
CHECKED enum err change_store_accept_answered(const struct act *act, int64_t proposal);
