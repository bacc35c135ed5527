// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/deadline.h"

#include <assert.h>

struct phase_row {
  int64_t base_ms; // 0: no deadline
  bool grows;
};

static const struct phase_row rows[PHASE_COUNT] = {
    [PHASE_HANDSHAKE] = {10000, false}, [PHASE_IDLE] = {60000, false},  [PHASE_HEAD] = {10000, false},
    [PHASE_BODY] = {30000, true},       [PHASE_RUN] = {0, false},       [PHASE_REPLY] = {30000, true},
    [PHASE_STREAM] = {0, false},        [PHASE_LINGER] = {2000, false},
};

static const int64_t bytes_a_second = 8192;
// More than any body or reply; keeps the sum far from overflow.
static const size_t moved_bytes_max = (size_t)1 << 40;

int64_t deadline_at_ms(enum phase phase, struct deadline deadline) {
  assert(phase < PHASE_COUNT);
  const struct phase_row *row = &rows[phase];
  if (row->base_ms == 0)
    return INT64_MAX;
  size_t moved = deadline.moved_bytes < moved_bytes_max ? deadline.moved_bytes : moved_bytes_max;
  return deadline.since_ms + row->base_ms + (row->grows ? (int64_t)moved * 1000 / bytes_a_second : 0);
}
