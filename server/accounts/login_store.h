// SPDX-License-Identifier: AGPL-3.0-or-later
// The table logins.
#pragma once

#include "server/db/act.h"

CHECKED enum err login_store_find(struct db *db, const char *login_key, int64_t *person);
CHECKED enum err login_store_set(struct db *db, int64_t person, const char *login_key, const char *login);
CHECKED enum err login_store_delete(struct db *db, int64_t person);
