// SPDX-License-Identifier: AGPL-3.0-or-later
// One backup: a folder of its own with `tandem.db`, a copy of the store taken while others write, and `manifest.json`,
// which tells what it holds and how to know that it is whole; the uploaded files that it names lie beside it, under
// `files`.
// Made under another name and renamed when it has been verified, so that what has a backup's name is one. Real time,
// never the domain's. Knows nothing of when backups are made, nor of who is told.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/problem.h"
#include "server/backup_files.h"

#define BACKUP_STORE "tandem.db"
#define BACKUP_MANIFEST "manifest.json"

struct backup_chain { // of the audit
  int64_t course;
  int64_t seq;
  const char *head; // 64 hexadecimal digits
  bool is_sound;
};

struct backup {
  const char *path;    // the folder
  int64_t made_at;     // real time
  int64_t now;         // the last instant that the store had seen on its own clock; 0: none
  const char *version; // of the program that made it
  int64_t schema;
  int64_t size; // of tandem.db
  const char *sha256;
  struct backup_files files;
  const struct backup_chain *chains;
  size_t chain_count;
  bool is_sound; // every chain is
};

struct backup_wish {
  const char *store;               // path of the store, absolute
  const char *vfs;                 // NULL: the default
  const char *data_dir;            // no backup goes into it
  const char *directory;           // where the backup's folder is made: exists, absolute, not writable by everybody
  bool is_daily;                   // named so, and pruned
  int64_t at;                      // real time
  const atomic_bool *is_cancelled; // or NULL
};

// Makes, verifies and names one. Refuses a directory with a field error; backup_failed (ERR_UNAVAILABLE) when it cannot
// be written or the copy is not sound, and then nothing is left behind. A broken chain of the audit is no failure:
// is_sound tells. Minutes for a large store; call it on a worker.
CHECKED enum err backup_make(const struct backup_wish *wish, struct arena *arena, struct problem *problem,
                             struct backup *out);
// Reads the manifest of a backup's folder; refuses what is none.
CHECKED enum err backup_read(const char *folder, struct arena *arena, struct problem *problem, struct backup *out);
// Compares the store in the folder with the manifest and reads all of it: digest, pages, references, every chain.
CHECKED enum err backup_verify(const struct backup *backup, struct arena *arena, struct problem *problem);
// Verifies, then copies into `data_dir`, which must be missing or empty and is locked meanwhile. What it made is taken
// away again when it fails.
CHECKED enum err backup_restore(const char *folder, const char *data_dir, struct arena *arena, struct problem *problem,
                                struct backup *out);
