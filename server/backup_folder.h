// SPDX-License-Identifier: AGPL-3.0-or-later
// The names in a directory of backups: which one is the newest, which ones are too many, what a crash left behind.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/problem.h"

enum { BACKUP_STALE_SECONDS = 24 * 3600 };

// The directory as a descriptor, when it is fit to hold backups of this data folder; else a field error.
CHECKED enum err backup_folder_open(const char *directory, const char *data_dir, struct problem *problem, int *fd);
// "tandem-daily-20231123T033000Z" or "tandem-20231123T033000Z"; a second one of the same second ends in "-2".
const char *backup_folder_name(struct arena *arena, int64_t at, bool is_daily, int number);
// When the backup of this name was made, or false when it is not a backup's.
bool backup_folder_parse(const char *name, bool *is_daily, int64_t *at);
// The newest daily one; 0: there is none. ERR_UNAVAILABLE when the directory cannot be read.
CHECKED enum err backup_folder_newest(const char *directory, int64_t *at);
// Removes all but the `keep` newest daily ones. Others are never touched.
CHECKED enum err backup_folder_prune(const char *directory, int64_t keep, size_t *removed);
// What a backup that did not come to its end has left: one day later.
void backup_folder_sweep(int directory, int64_t now);
// Removes a folder with all that is in it; does not follow links. What cannot be removed is logged.
CHECKED enum err backup_folder_remove(int directory, const char *name);
