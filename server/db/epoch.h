// SPDX-License-Identifier: AGPL-3.0-or-later
// Which history a store tells: a random word that it keeps, another one once it was restored from a backup. Numbers
// that the store has counted (a course's changes, deliveries) may come again after that with another meaning; whoever
// gives one away to be compared later gives the epoch along.
#pragma once

#include "server/db/db.h"

enum { EPOCH_CHARACTERS = 12 };

// Of a store that app_open has opened; ERR_NOT_FOUND of any other.
CHECKED enum err epoch_get(struct db *db, struct arena *arena, const char **out);
// The same, of a store that may have none yet: then it gets one, in a transaction of its own.
CHECKED enum err epoch_begin(struct db *db, struct arena *arena, const char **out);
// Another one, in a transaction of its own.
CHECKED enum err epoch_renew(struct db *db, struct arena *arena);
