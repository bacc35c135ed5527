// SPDX-License-Identifier: AGPL-3.0-or-later
// An SQLite VFS over the system's own that notes every write, truncation and sync in their order, makes a chosen one
// fail, and can take away what was never synced, as a power cut would. A store uses it by db_options.vfs; it knows
// nothing of Tandem's tables. Any thread may use the store meanwhile; arm, read the log and cut the power when nobody
// does.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault_vfs;

// Sets of operations are sums of these.
enum fault_op { FAULT_WRITE = 1, FAULT_TRUNCATE = 2, FAULT_SYNC = 4, FAULT_ACKNOWLEDGED = 8, FAULT_BEGAN = 16 };
enum fault_file { FAULT_STORE, FAULT_WAL, FAULT_OTHER };

struct fault_event {
  enum fault_op op;
  enum fault_file file; // of a note: FAULT_OTHER
  int64_t offset;
  int64_t size;
  bool is_failed;
};

struct fault_plan {
  int ops;           // which operations count
  uint64_t position; // the how manieth of them from now fails; from 1
  int code;          // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, …
  bool is_lasting;   // every later one fails too, as on a disk that stays full
};

// Registers under `name`, which must live as long as the VFS does. Aborts when SQLite refuses.
struct fault_vfs *fault_vfs_new(const char *name);
// Every connection that uses it must be closed.
void fault_vfs_free(struct fault_vfs *vfs);

// Forgets the log, the plan and what was not synced: a new beginning, with the files as they are.
void fault_vfs_reset(struct fault_vfs *vfs);
// A write that fails has half of its bytes in the file, a sync that fails has synced nothing. NULL disarms.
void fault_vfs_arm(struct fault_vfs *vfs, const struct fault_plan *plan);
bool fault_vfs_has_struck(struct fault_vfs *vfs);

// The caller's notes in the log: here begins a batch of which several will be told; and, now somebody is told that the
// change is kept.
void fault_vfs_begin(struct fault_vfs *vfs);
void fault_vfs_acknowledge(struct fault_vfs *vfs);
// Called before each sync, on the thread that syncs, which has the lock of nothing here. NULL: nothing.
void fault_vfs_on_sync(struct fault_vfs *vfs, void (*run)(void *context, enum fault_file file), void *context);
size_t fault_vfs_log(struct fault_vfs *vfs, const struct fault_event **out);
// NULL when before each acknowledgement the WAL was written since the one before, or since its batch began, and synced
// after its last write; else what is wrong.
const char *fault_vfs_order(struct fault_vfs *vfs);

// Every change since a file's last sync that succeeded is undone. The files must be closed.
void fault_vfs_cut_power(struct fault_vfs *vfs);
