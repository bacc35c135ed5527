// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of excusals.
#pragma once

#include "server/milestones/excusal.h"

CHECKED enum err excusal_store_put(const struct act *act, int64_t course, const char *milestone,
                                   const struct excusal_wish *wish, int64_t *id);
CHECKED enum err excusal_store_delete(const struct act *act, int64_t id);
// ERR_NOT_FOUND without words.
CHECKED enum err excusal_store_get(const struct act *act, int64_t course, const char *milestone, int64_t id,
                                   struct excusal *out);
CHECKED enum err excusal_store_list(const struct act *act, int64_t course, const char *milestone, struct excusal **out,
                                    size_t *count);
