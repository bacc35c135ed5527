// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_upkeep.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/commands/serve_options.h"

enum { KEEP_MAX = 10000, DISK_LOW_MIB_MAX = 1 << 30 };

static bool take_number(const char *value, int64_t max, int64_t *out);

bool upkeep_take_keep(struct serve_options *options, const char *value) {
  return take_number(value, KEEP_MAX, &options->upkeep.backup_keep);
}

bool upkeep_take_disk_low(struct serve_options *options, const char *value) {
  return take_number(value, DISK_LOW_MIB_MAX, &options->upkeep.disk_low_mib);
}

bool upkeep_take_at(struct serve_options *options, const char *value) {
  bool has_shape = strlen(value) == 5 && value[2] == ':';
  for (size_t i = 0; has_shape && i < 5; i++)
    has_shape = i == 2 || isdigit((unsigned char)value[i]);
  int hours = has_shape ? (value[0] - '0') * 10 + value[1] - '0' : 0;
  int minutes = has_shape ? (value[3] - '0') * 10 + value[4] - '0' : 0;
  if (!has_shape || hours > 23 || minutes > 59)
    return false;
  options->upkeep.backup_minute = hours * 60 + minutes;
  return true;
}

bool upkeep_take_operator(struct serve_options *options, const char *value) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *clean, *key;
  if (!address_check(arena, value, &clean, &key))
    return false;
  snprintf(options->upkeep.operator_address, sizeof options->upkeep.operator_address, "%s", clean);
  return true;
}

struct upkeep_plan upkeep_plan_of(struct arena *arena, const struct upkeep_settings *settings) {
  const char *given = settings->backup_dir;
  // A path that does not resolve now may do so once a disk is there; it is told until then.
  char *real = given == NULL ? NULL : realpath(given, NULL);
  const char *address = settings->operator_address;
  struct upkeep_plan plan = {.backup_dir = arena_text(arena, real != NULL ? real : given),
                             .backup_keep = settings->backup_keep,
                             .backup_minute = settings->backup_minute,
                             .operator_address = address[0] == '\0' ? NULL : arena_text(arena, address),
                             .disk_low_bytes = settings->disk_low_mib << 20};
  free(real);
  return plan;
}

static bool take_number(const char *value, int64_t max, int64_t *out) {
  int64_t number = 0;
  if (!int64_parse(value, &number) || number < 1 || number > max)
    return false;
  *out = number;
  return true;
}
