// SPDX-License-Identifier: AGPL-3.0-or-later
// The table sign_in_links. Knows neither tokens nor codes, only their digests.
#pragma once

#include "common/base/secret.h"
#include "server/db/act.h"

struct sign_in_link_row {
  int64_t person; // 0: nobody, or somebody who is disabled
  uint8_t token_digest[DIGEST_BYTES];
  uint8_t code_digest[DIGEST_BYTES];
};

CHECKED enum err sign_in_link_store_insert(struct db *db, const struct sign_in_link_row *row,
                                           const uint8_t account_digest[static DIGEST_BYTES], int64_t now,
                                           int64_t expires_at);
// Of somebody who is not disabled, not expired at `now`; else ERR_NOT_FOUND.
CHECKED enum err sign_in_link_store_find(struct db *db, const uint8_t token_digest[static DIGEST_BYTES], int64_t now,
                                         int64_t *person);
// The account's that have not expired; at most `max` of them, the newest first.
CHECKED enum err sign_in_link_store_list(struct db *db, const uint8_t account_digest[static DIGEST_BYTES], int64_t now,
                                         struct sign_in_link_row *rows, size_t max, size_t *count);
CHECKED enum err sign_in_link_store_delete(struct db *db, int64_t person);
CHECKED enum err sign_in_link_store_prune(struct db *db, int64_t now);
