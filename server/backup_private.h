// SPDX-License-Identifier: AGPL-3.0-or-later
// What the files server/backup*.c, and those beside them that write folders, share: what the store of a backup says of
// itself, how a manifest and a file are written.
#pragma once

#include <unistd.h>

#include "common/base/fd.h"
#include "server/backup.h"

#define BACKUP_UNFINISHED ".unfinished-" // what has such a name is no backup

// The manifest's bytes.
const char *backup_manifest_text(struct arena *arena, const struct backup *backup);
CHECKED enum err backup_manifest_parse(const char *bytes, size_t size, struct arena *arena, struct problem *problem,
                                       struct backup *out);
// From where the one stands to its end.
bool backup_copy_bytes(int from, int to);
// Writes all, and syncs the file.
bool backup_write_file(int folder, const char *name, const char *bytes, size_t size);
