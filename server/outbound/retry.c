// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/retry.h"

int64_t retry_delay(int64_t attempts, uint32_t random) {
  int64_t delay = RETRY_FIRST_SECONDS;
  for (int64_t i = 1; i < attempts && delay < RETRY_LONGEST_SECONDS; i++)
    delay *= 2;
  if (delay > RETRY_LONGEST_SECONDS)
    delay = RETRY_LONGEST_SECONDS;
  return delay - (int64_t)((uint64_t)(delay / 4) * random / UINT32_MAX);
}
