// SPDX-License-Identifier: AGPL-3.0-or-later
// Spreads teams over reviewers so that nobody has more than one more than another, as far as who may judge whom
// allows. A pure function: the same input gives the same output.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

enum { REVIEW_NOBODY = -1 };

struct review_load {
  size_t teams;
  size_t reviewers;
  const bool *is_barred; // [team × reviewers + reviewer]
  const int *before;     // what each reviewer has already
};

// out[team]: the reviewer's index, or REVIEW_NOBODY when all are barred. The largest load is as small as it can be, and
// no single move or chain of moves would bring two loads that differ by two or more nearer.
void review_even(struct arena *arena, const struct review_load *load, int *out);
