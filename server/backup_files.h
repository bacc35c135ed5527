// SPDX-License-Identifier: AGPL-3.0-or-later
// The uploaded files of a backup: copied with it, compared with their hash, brought back. They lie as in a data folder,
// files/ab/<SHA-256>. Knows no store: which files is told by the caller.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/problem.h"
#include "server/courses/file_content.h"

struct backup_files {
  const struct file_content *list; // sorted by hash
  size_t count;
};

// Copies (by reference where the file system can) from the one folder that has `files` to the other, and reads each
// copy back: it is what its name says, and synced. `to` has none of them yet. backup_failed, naming the file and what
// is wrong; shutting_down once *is_cancelled (may be NULL) is true. What was begun is left behind.
CHECKED enum err backup_files_copy(const struct backup_files *files, int from, int to, const atomic_bool *is_cancelled,
                                   struct problem *problem);
// Reads all of them in the folder: bad_request, naming the first that is missing or another.
CHECKED enum err backup_files_verify(const struct backup_files *files, int folder, struct problem *problem);
bool backup_files_are_same(const struct backup_files *a, const struct backup_files *b);
