// SPDX-License-Identifier: AGPL-3.0-or-later
// What server/upkeep.c (backups, and what is told) and server/upkeep_watch.c (the main loop's part) share.
#pragma once

#include <pthread.h>

#include "server/upkeep.h"
#include "server/work/timer.h"

enum trouble_kind {
  TROUBLE_BACKUP_FAILED,
  TROUBLE_BACKUP_OLD,
  TROUBLE_AUDIT_BROKEN,
  TROUBLE_DISK_LOW,
  TROUBLE_CHANGES_LOST,
  TROUBLE_COUNT
};

enum { TROUBLE_WORDS_BYTES = 400 };

struct trouble {
  bool is_raised;
  int64_t told_at; // by mail; 0: not yet
  char words[TROUBLE_WORDS_BYTES];
};

// One daily backup on its way through a worker.
struct daily {
  struct job job; // first
  struct upkeep *upkeep;
};

// One mail on its way through the transport.
struct letter {
  struct upkeep *upkeep;
  struct arena *arena;
  bool told[TROUBLE_COUNT]; // of which troubles it speaks
};

struct upkeep {
  struct arena *arena;
  const char *data_dir; // absolute; NULL: in memory
  const char *store;
  const char *vfs;
  struct clock real;
  const struct clock *clock; // `real`, or a test's

  pthread_mutex_t files; // held while a backup copies, or something removes files
  pthread_mutex_t lock;  // of what follows
  bool is_backing_up;
  bool is_planned;
  int64_t newest_at; // 0: no backup is known
  bool is_newest_sound;
  int64_t failed_at; // 0: the last one went well
  char failed_words[TROUBLE_WORDS_BYTES];
  struct trouble troubles[TROUBLE_COUNT];

  // of the main loop
  struct upkeep_plan plan;
  struct work *work;
  struct loop *loop;
  struct timer *timer;
  struct daily daily;
  bool is_daily_under_way;
  int64_t daily_at;        // the newest daily backup; 0: none
  int64_t daily_failed_at; // 0: the last went well
  int64_t started_at;
  uint64_t lost; // changes that the store did not take, when it was last looked
  int64_t lost_since;
  int64_t lost_at;
  struct letter *letter; // one at a time
  int64_t letter_id;     // of the last one
};
