// SPDX-License-Identifier: AGPL-3.0-or-later
// The ledger of welcomes, and who is not in it yet.
#pragma once

#include "server/courses/welcome.h"

CHECKED enum err welcome_store_list(struct db *db, struct arena *arena, int64_t course, int64_t except,
                                    struct welcome_person **out, size_t *count);
CHECKED enum err welcome_store_count(struct db *db, int64_t course, int64_t *out);
CHECKED enum err welcome_store_insert(struct db *db, int64_t course, int64_t person, int64_t now);
