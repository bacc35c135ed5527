// SPDX-License-Identifier: AGPL-3.0-or-later
// Removes uploaded files that no row names any more, and what uploads cut off by a crash have left: at the start, then
// hourly. Not while a backup copies files. Real time. Rows that expire are the agenda's (server/duties.c).
#pragma once

#include <stddef.h>

#include "server/app.h"
#include "server/work/loop.h"

enum {
  FILE_SWEEP_SECONDS = 3600,
  FILE_SWEEP_BYTES = 256 << 20,  // earlier than that once so much has come: it may be gone again by now
  FILE_SWEEP_AGAIN_SECONDS = 60, // when a backup was in the way, or it failed
  FILE_SWEEP_AT_ONCE = 200,      // files on the writer in one go
};

struct file_sweep;

// For a server with a data folder.
CHECKED enum err file_sweep_start(struct app *app, struct work *work, struct loop *main_loop, struct file_sweep **out);
void file_sweep_stop(struct file_sweep *sweep); // begins nothing more; on the main loop's thread
void file_sweep_free(struct file_sweep *sweep); // NULL is allowed; when the main loop has run out

// Whether no row names the content: neither by `committed`, a connection of its own that reads what stands now, nor by
// `writing`, the writer's, whose transaction may yet be rolled back. Only then may it be removed, which cannot be.
CHECKED enum err file_sweep_may_remove(struct db *committed, struct db *writing, const char *sha256, bool *may);
// For tests: one round on app_db; *removed counts files and temporaries.
CHECKED enum err file_sweep_now(struct app *app, size_t *removed);
