// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/serve_upkeep.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "server/accounts/person.h"

enum { KEEP_MAX = 10000, DISK_LOW_MIB_MAX = 1 << 30 };

static bool take_number(const char *option, const char *argument, int64_t max, int64_t *out);
static bool take_time(const char *argument, int *minute);
static bool take_operator(struct upkeep_settings *settings, const char *argument);

bool upkeep_option(struct upkeep_settings *settings, int code, const char *argument) {
  switch (code) {
  case UPKEEP_BACKUP_DIR:
    settings->backup_dir = argument;
    return true;
  case UPKEEP_KEEP:
    return take_number("--backup-keep", argument, KEEP_MAX, &settings->backup_keep);
  case UPKEEP_AT:
    return take_time(argument, &settings->backup_minute);
  case UPKEEP_OPERATOR:
    return take_operator(settings, argument);
  case UPKEEP_DISK_LOW:
    return take_number("--disk-low", argument, DISK_LOW_MIB_MAX, &settings->disk_low_mib);
  default:
    return false;
  }
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

static bool take_number(const char *option, const char *argument, int64_t max, int64_t *out) {
  int64_t number = 0;
  if (int64_parse(argument, &number) && number >= 1 && number <= max) {
    *out = number;
    return true;
  }
  fprintf(stderr, "tandem serve: %s takes a number from 1 to %lld, not \"%s\"\n", option, (long long)max, argument);
  return false;
}

static bool take_time(const char *argument, int *minute) {
  bool has_shape = strlen(argument) == 5 && argument[2] == ':';
  for (size_t i = 0; has_shape && i < 5; i++)
    has_shape = i == 2 || isdigit((unsigned char)argument[i]);
  int hours = has_shape ? (argument[0] - '0') * 10 + argument[1] - '0' : 0;
  int minutes = has_shape ? (argument[3] - '0') * 10 + argument[4] - '0' : 0;
  if (!has_shape || hours > 23 || minutes > 59) {
    fprintf(stderr, "tandem serve: --backup-at takes a time of day such as 03:30, not \"%s\"\n", argument);
    return false;
  }
  *minute = hours * 60 + minutes;
  return true;
}

static bool take_operator(struct upkeep_settings *settings, const char *argument) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *clean, *key;
  if (!address_check(arena, argument, &clean, &key)) {
    fprintf(stderr, "tandem serve: --operator takes an address such as operator@example.edu, not \"%s\"\n", argument);
    return false;
  }
  snprintf(settings->operator_address, sizeof settings->operator_address, "%s", clean);
  return true;
}
