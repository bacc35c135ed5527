// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/clock.h"

#include <time.h>

static int64_t real_now(const struct clock *clock);
static int64_t fixed_now(const struct clock *clock);

struct clock clock_real(int64_t offset_seconds) {
  return (struct clock){real_now, offset_seconds};
}

struct clock clock_fixed(int64_t at) {
  return (struct clock){fixed_now, at};
}

void clock_set(struct clock *clock, int64_t at) { __atomic_store_n(&clock->value, at, __ATOMIC_RELEASE); }

static int64_t real_now(const struct clock *clock) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now); // not time(): that one may lag a tick behind and call a late second early
  return (int64_t)now.tv_sec + __atomic_load_n(&clock->value, __ATOMIC_ACQUIRE);
}

static int64_t fixed_now(const struct clock *clock) { return __atomic_load_n(&clock->value, __ATOMIC_ACQUIRE); }
