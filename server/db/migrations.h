// SPDX-License-Identifier: AGPL-3.0-or-later
// The files of server/db/migrations, embedded by the build in the order of their numbers. An applied migration is never
// edited.
#pragma once

#include <stddef.h>

struct migration {
  int number;
  const char *name; // "0001_foundation"
  const char *sql;
};

extern const struct migration migrations[];
extern const size_t migration_count;
