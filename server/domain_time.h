// SPDX-License-Identifier: AGPL-3.0-or-later
// The domain's clock of one store: real time, or offset by `serve --now`. The offset is kept by keeping the last
// instant seen: a store that ever ran on --now goes on from there, and never goes back (design.md, How a request
// flows).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "common/base/err.h"
#include "server/db/db.h"

struct domain_time {
  struct clock clock;
  bool is_offset; // the store runs, or ever ran, on --now
};

// `now` is the instant of --now, or 0. ERR_INVALID when it is before the last instant that the store has seen (*last
// tells which).
CHECKED enum err domain_time_start(struct db *db, int64_t now, struct domain_time *out, int64_t *last);
// The last instant that the store has seen; *out keeps its value when it has seen none.
CHECKED enum err domain_time_last(struct db *db, int64_t *out);
// Keeps the last instant seen; in a write transaction. Every 30 s and at the end.
CHECKED enum err domain_time_keep(struct db *db, const struct domain_time *time);
