// SPDX-License-Identifier: AGPL-3.0-or-later
// Settings of the installation that the program keeps for itself: one text a name. Not the operator's settings
// (config/server.yaml).
#pragma once

#include <stdint.h>

#include "server/db/db.h"

// *out keeps its value when there is no such setting.
CHECKED enum err setting_get_int(struct db *db, const char *name, int64_t *out);
CHECKED enum err setting_set_int(struct db *db, const char *name, int64_t value);
CHECKED enum err setting_get_text(struct db *db, struct arena *arena, const char *name, const char **out);
CHECKED enum err setting_set_text(struct db *db, const char *name, const char *value);
