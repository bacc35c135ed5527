// SPDX-License-Identifier: AGPL-3.0-or-later
// The table sessions, and the one query that tells who holds a token.
#pragma once

#include "common/base/secret.h"
#include "server/accounts/session.h"

struct session_found {
  int64_t id;
  int64_t person;
  int64_t seen_at;
};

// Not expired at `now`, the person not disabled; else ERR_NOT_FOUND.
CHECKED enum err session_store_find(struct db *db, const uint8_t digest[static DIGEST_BYTES], int64_t now,
                                    struct session_found *out);
CHECKED enum err session_store_touch(struct db *db, const uint8_t digest[static DIGEST_BYTES], int64_t now);
CHECKED enum err session_store_insert(struct db *db, const struct session *session,
                                      const uint8_t digest[static DIGEST_BYTES]);
// Removes everybody's expired sessions, and of this person all but the `keep` used last.
CHECKED enum err session_store_prune(struct db *db, int64_t person, int64_t now, int64_t keep);
CHECKED enum err session_store_list(struct db *db, struct arena *arena, int64_t person, int64_t now,
                                    struct session **out, size_t *count);
CHECKED enum err session_store_delete(struct db *db, int64_t person, int64_t session);
CHECKED enum err session_store_delete_all(struct db *db, int64_t person, int64_t except);
