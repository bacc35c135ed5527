// SPDX-License-Identifier: AGPL-3.0-or-later
// What changed from one text to another, word by word, as runs to be shown one after the other. Pure; bounded in time
// and memory whatever the texts are. Knows nothing of what the texts say.
#pragma once

#include <stddef.h>

#include "common/base/arena.h"

// Beyond so many words removed and added the middle of the texts counts as replaced: Myers' algorithm costs (words ×
// edits) in time and edits² in memory.
enum { DIFF_EDITS_MAX = 400 };

enum diff_kind { DIFF_SAME, DIFF_REMOVED, DIFF_ADDED };

struct diff_run {
  enum diff_kind kind;
  const char *text; // never empty
};

struct diff {
  const struct diff_run *runs; // what is removed stands before what is added in its place
  size_t count;
};

// Valid UTF-8. The same and removed runs joined are `before`, the same and added ones `after`. Two equal texts are one
// run, two empty ones none. A word is a run of letters and digits or of white space; every other character is one.
struct diff diff_words(struct arena *arena, const char *before, const char *after);
