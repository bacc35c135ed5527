// SPDX-License-Identifier: AGPL-3.0-or-later
// A copy of the store as one file, taken while others write, and what tells whether such a file is sound. Knows nothing
// of where backups lie.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "server/db/db.h"

// Writes every change committed before the call, as of one moment, into the new file `to`: over a connection of its
// own, without holding the writer up. The file is not synced. ERR_CONFLICT when `to` exists; ERR_UNAVAILABLE when it
// cannot be written, or once *is_cancelled (may be NULL) is true; what was begun is then left behind. Paths are
// absolute.
CHECKED enum err db_backup_copy(const char *path, const char *vfs, const char *to, const atomic_bool *is_cancelled);
// Reads all of the file: pages, indexes, foreign keys. ERR_OK also when something is wrong with it: *fault is then the
// first fault in words, else NULL.
CHECKED enum err db_backup_check(struct db *db, struct arena *arena, const char **fault);
