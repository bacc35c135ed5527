// SPDX-License-Identifier: AGPL-3.0-or-later
// The options of `tandem serve` about what keeps it safe: --backup-dir, --backup-keep, --backup-at, --operator,
// --disk-low.
#pragma once

#include <stdbool.h>

#include "server/commands/serve_doors.h"
#include "server/upkeep.h"

struct upkeep_settings {
  const char *backup_dir; // as given
  int64_t backup_keep;
  int backup_minute;
  int64_t disk_low_mib;
  char operator_address[MAIL_FROM_BYTES]; // "": none
};

// The codes of getopt_long.
enum { UPKEEP_BACKUP_DIR = 256, UPKEEP_KEEP, UPKEEP_AT, UPKEEP_OPERATOR, UPKEEP_DISK_LOW };
#define UPKEEP_OPTIONS                                                                                                 \
  {"backup-dir", required_argument, NULL, UPKEEP_BACKUP_DIR}, {"backup-keep", required_argument, NULL, UPKEEP_KEEP},   \
      {"backup-at", required_argument, NULL, UPKEEP_AT}, {"operator", required_argument, NULL, UPKEEP_OPERATOR}, {     \
    "disk-low", required_argument, NULL, UPKEEP_DISK_LOW                                                               \
  }
#define UPKEEP_DEFAULTS                                                                                                \
  { .backup_keep = UPKEEP_BACKUP_KEEP, .backup_minute = UPKEEP_BACKUP_MINUTE, .disk_low_mib = UPKEEP_DISK_LOW_MIB }

// Says on stderr what is wrong with the argument. False also for a code that is none of these.
bool upkeep_option(struct upkeep_settings *settings, int code, const char *argument);
// The plan without transport, sender and cancellation. Texts live in the arena.
struct upkeep_plan upkeep_plan_of(struct arena *arena, const struct upkeep_settings *settings);
