// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of kept answers. Knows neither headers nor keys, only their digests.
#pragma once

#include <stdint.h>

#include "common/base/secret.h"
#include "server/db/db.h"

struct kept_answer {
  uint8_t key_hash[DIGEST_BYTES];
  uint8_t body_hash[DIGEST_BYTES];
  const char *request; // "POST /api/v1/courses/x/teams"
  int status;
  const char *content_type; // NULL: no body
  const char *headers;      // "Name: value\n" each
  const char *body;
  size_t body_size;
};

struct kept_usage {
  int64_t count;
  int64_t bytes;
  int64_t oldest_at; // 0: none
};

// One that was kept after `since`. All but key_hash is filled, in the arena. ERR_NOT_FOUND.
CHECKED enum err idempotency_store_find(struct db *db, struct arena *arena, int64_t person,
                                        const uint8_t key_hash[static DIGEST_BYTES], int64_t since,
                                        struct kept_answer *out);
// In the place of an older one with the same key, which is one that find does not find any more.
CHECKED enum err idempotency_store_put(struct db *db, int64_t person, const struct kept_answer *answer, int64_t now);
// Of one person, after `since`.
CHECKED enum err idempotency_store_usage(struct db *db, int64_t person, int64_t since, struct kept_usage *out);
// Removes those up to `until`, oldest first, at most `limit`; *oldest_at is of what is left, 0 when nothing is.
CHECKED enum err idempotency_store_expire(struct db *db, int64_t until, int64_t limit, int64_t *oldest_at);
