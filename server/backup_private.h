// SPDX-License-Identifier: AGPL-3.0-or-later
// What the files server/backup*.c share: descriptors that close with their scope, what the store of a backup says of
// itself, and how a manifest is written. Nobody else includes it.
#pragma once

#include <unistd.h>

#include "server/backup.h"

#define BACKUP_UNFINISHED ".unfinished-" // what has such a name is no backup

static inline void backup_close_fd(const int *fd) {
  if (*fd >= 0)
    close(*fd);
}
#define SCOPED_FD __attribute__((cleanup(backup_close_fd)))

// backup_failed, and words that say what and why (errno).
enum err backup_fail(struct problem *problem, const char *what);
// Fills out's digest, size, schema, instant and chains from the store's file; refuses one that is not sound.
CHECKED enum err backup_examine(const char *store, struct arena *arena, struct problem *problem, struct backup *out);
// The manifest's bytes.
const char *backup_manifest_text(struct arena *arena, const struct backup *backup);
CHECKED enum err backup_manifest_parse(const char *bytes, size_t size, struct arena *arena, struct problem *problem,
                                       struct backup *out);
// From where the one stands to its end.
bool backup_copy_bytes(int from, int to);
// Writes all, and syncs the file.
bool backup_write_file(int folder, const char *name, const char *bytes, size_t size);
