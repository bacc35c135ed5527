// SPDX-License-Identifier: AGPL-3.0-or-later
// The settings of `tandem serve` about what keeps it safe: the daily backup, the operator's address, the disk.
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

#define UPKEEP_DEFAULTS                                                                                                \
  { .backup_keep = UPKEEP_BACKUP_KEEP, .backup_minute = UPKEEP_BACKUP_MINUTE, .disk_low_mib = UPKEEP_DISK_LOW_MIB }

struct serve_options;
// For the table of settings: false when the value has not its form.
bool upkeep_take_keep(struct serve_options *options, const char *value);
bool upkeep_take_at(struct serve_options *options, const char *value);
bool upkeep_take_operator(struct serve_options *options, const char *value);
bool upkeep_take_disk_low(struct serve_options *options, const char *value);
// The plan without transport, sender and cancellation. Texts live in the arena.
struct upkeep_plan upkeep_plan_of(struct arena *arena, const struct upkeep_settings *settings);
