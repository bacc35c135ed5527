// SPDX-License-Identifier: AGPL-3.0-or-later
// Domain time, in Unix seconds, injected: the server's clock may be offset (serve --now), a test's clock is set by
// hand.
#pragma once

#include <stdint.h>

struct clock {
  int64_t (*now)(const struct clock *clock);
  int64_t value; // the offset to real time, or the instant itself
};

// Real time plus `offset_seconds`.
struct clock clock_real(int64_t offset_seconds);
// Stands still at `at` until clock_set; set and read atomically, so that any thread may ask.
struct clock clock_fixed(int64_t at);
void clock_set(struct clock *clock, int64_t at);
static inline int64_t clock_now(const struct clock *clock) { return clock->now(clock); }
