// SPDX-License-Identifier: AGPL-3.0-or-later
// What a file is by its content: the only user of libmagic. Knows no names and no rules.
#pragma once

#include <stdbool.h>

#include "common/base/arena.h"
#include "common/base/err.h"

struct content_type {
  const char *media; // "application/pdf"
  bool is_text;      // in a character set that is known
};

// Reads the file's beginning, wherever its offset stands. Some milliseconds: call it on a worker. ERR_UNAVAILABLE when
// the file or libmagic's database cannot be read; that was logged.
CHECKED enum err content_type_of(int fd, struct arena *arena, struct content_type *out);
