// SPDX-License-Identifier: AGPL-3.0-or-later
// When what failed for now is tried again: one rule for mail and webhooks. Pure.
#pragma once

#include <stdint.h>

enum {
  RETRY_FIRST_SECONDS = 60,
  RETRY_LONGEST_SECONDS = 4 * 3600,
  RETRY_GIVE_UP_SECONDS = 4 * 86400,
  RETRY_GIVE_UP_ATTEMPTS = 5, // also of what waited while Tandem was down: greylisting refuses the first one or two
};

// Seconds until the next try after `attempts` failed ones (1 and more): doubles from a minute to four hours, less up to
// a quarter by `random` (any 32 bits), so that what failed together does not come back together.
int64_t retry_delay(int64_t attempts, uint32_t random);
