// SPDX-License-Identifier: AGPL-3.0-or-later
// A file that the operator names on the command line, read whole. It does not know what is in it.
#pragma once

#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/err.h"

// "-" is stdin. Bytes live in the arena, NUL-terminated. At most `max` bytes are read, and one more when there is more,
// so that the reader of the format sees that the file is too large. ERR_INVALID when the name is at fault (no such
// file, a folder, no permission), ERR_UNAVAILABLE when the system is; either way *reason says why in words.
CHECKED enum err input_file_read(struct arena *arena, const char *path, size_t max, const char **bytes, size_t *size,
                                 const char **reason);
