// SPDX-License-Identifier: AGPL-3.0-or-later
// The table api_tokens.
#pragma once

#include "server/accounts/api_token.h"

CHECKED enum err api_token_store_insert(struct db *db, const struct api_token *token,
                                        const uint8_t digest[static DIGEST_BYTES]);
// Not expired at `now`, the person not disabled; else ERR_NOT_FOUND. Leaves out what only lists show.
CHECKED enum err api_token_store_find(struct db *db, const uint8_t digest[static DIGEST_BYTES], int64_t now,
                                      struct api_token *out);
CHECKED enum err api_token_store_touch(struct db *db, int64_t id, int64_t now);
CHECKED enum err api_token_store_list(struct db *db, struct arena *arena, int64_t person, int64_t now,
                                      struct api_token **out, size_t *count);
CHECKED enum err api_token_store_count(struct db *db, int64_t person, int64_t *count);
CHECKED enum err api_token_store_delete(struct db *db, int64_t person, int64_t id);
CHECKED enum err api_token_store_prune(struct db *db, int64_t now);
