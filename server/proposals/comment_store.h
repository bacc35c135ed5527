// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of comments. Knows no rule.
#pragma once

#include "server/proposals/comment.h"

CHECKED enum err comment_store_insert(const struct act *act, struct comment *comment); // sets the id
// ERR_NOT_FOUND without words.
CHECKED enum err comment_store_get(const struct act *act, int64_t team, int64_t id, struct comment *out);
CHECKED enum err comment_store_list(const struct act *act, int64_t team, struct comment **out, size_t *count);
CHECKED enum err comment_store_count(const struct act *act, int64_t proposal, int64_t *out);
CHECKED enum err comment_store_remove(const struct act *act, int64_t id);
CHECKED enum err comment_store_resolve(const struct act *act, int64_t id, bool is_resolved);
// Nobody is told of them any more.
CHECKED enum err comment_store_tell(const struct act *act, int64_t proposal);
