// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether two texts share passages, by winnowed fingerprints (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003) of
// runs of words; case, punctuation and white space do not count. A shared run of SIMILARITY_SURE_WORDS words is always
// found, one shorter than SIMILARITY_RUN_WORDS never. It finds places to look at and judges nothing. Pure.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"

enum {
  SIMILARITY_RUN_WORDS = 5,
  SIMILARITY_WINDOW_RUNS = 4,
  SIMILARITY_SURE_WORDS = SIMILARITY_RUN_WORDS + SIMILARITY_WINDOW_RUNS - 1,
  SIMILARITY_PASSAGES_MAX = 1000, // kept of one comparison
};

struct fingerprint {
  uint64_t hash;
  uint32_t start, end; // of the run of words, bytes of the text
};

// In the order of the text, which is UTF-8 (other bytes end a word) of less than 4 GiB. The array lives in the arena.
size_t similarity_fingerprints(struct arena *arena, const char *text, size_t size, struct fingerprint **out);

struct passage { // the same words, in bytes of either text
  uint32_t a_start, a_end;
  uint32_t b_start, b_end;
};

struct similarity {
  struct passage *passages; // by a_start; none contains another
  size_t count;
  size_t a_bytes, b_bytes; // of each text that stand in a passage, each byte once
};

// Both in the order of their texts. A run that occurs many times is compared where it occurs first.
struct similarity similarity_compare(struct arena *arena, const struct fingerprint *a, size_t a_count,
                                     const struct fingerprint *b, size_t b_count);
