// SPDX-License-Identifier: AGPL-3.0-or-later
// What keeps an installation safe without anybody at it: one backup at a time, a daily one with a kept number, and an
// eye on what the operator must know (an old or failed backup, a full disk, changes that the store did not take), told
// in the log, at /readyz and by mail to the operator's address. Real time throughout. The mail goes straight to the
// transport: a store on a full disk could not take a row for it.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/clock.h"
#include "server/backup.h"
#include "server/http/request.h"
#include "server/outbound/transport.h"
#include "server/work/loop.h"
#include "server/work/work.h"

enum {
  UPKEEP_LOOK_SECONDS = 10,
  UPKEEP_BACKUP_OLD_SECONDS = 36 * 3600,
  UPKEEP_RETRY_SECONDS = 3600, // after a daily backup that failed
  UPKEEP_TELL_AGAIN_SECONDS = 24 * 3600,
  UPKEEP_LOST_SECONDS = 600, // how long lost changes are spoken of
  UPKEEP_BACKUP_KEEP = 14,
  UPKEEP_BACKUP_MINUTE = 3 * 60 + 30,
  UPKEEP_DISK_LOW_MIB = 256,
};

struct upkeep;

// `data_dir` NULL: a store in memory, of which there is no backup. `clock` NULL: the machine's; a test's is
// borrowed.
struct upkeep *upkeep_new(const char *data_dir, const char *store, const char *vfs, const struct clock *clock);
void upkeep_free(struct upkeep *upkeep); // NULL is allowed; when the main loop has run out

// backup_make, unless one is under way (conflict). From any thread; remembers how it went.
CHECKED enum err upkeep_backup(struct upkeep *upkeep, const char *directory, bool is_daily,
                               const atomic_bool *is_cancelled, struct arena *arena, struct problem *problem,
                               struct backup *out);
// Whoever removes uploaded files holds them against backups meanwhile: false while one copies. On one thread, for
// moments.
bool upkeep_hold_files(struct upkeep *upkeep);
void upkeep_release_files(struct upkeep *upkeep);
// The hook of struct readiness.
void upkeep_add_notes(struct request *request, struct json *notes);

struct upkeep_plan {
  const char *backup_dir; // NULL: no daily backups
  int64_t backup_keep;
  int backup_minute;            // of the day, on the machine's own clock
  const char *operator_address; // NULL: nobody is mailed
  const char *from_address;
  int64_t disk_low_bytes;
  struct transport *transport;     // borrowed
  const atomic_bool *is_cancelled; // a backup ends early when this is set
};
// From here on, on the main loop, each 10 s and at once. `work` and `main_loop` NULL: a test looks itself.
CHECKED enum err upkeep_start(struct upkeep *upkeep, const struct upkeep_plan *plan, struct work *work,
                              struct loop *main_loop);
void upkeep_stop(struct upkeep *upkeep); // begins nothing more; on the main loop's thread
void upkeep_look(struct upkeep *upkeep);

// The first time of day `minute` after `after`, by the machine's zone. 0 when `after` is 0: at once.
int64_t upkeep_next(int64_t after, int minute);
