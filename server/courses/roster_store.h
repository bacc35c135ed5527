// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the roster import that is not the enrolments' own.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/db/db.h"

// Whether the person is staff or an instructor of any course: their name and addresses are not a roster's to change.
CHECKED enum err roster_store_is_staff(struct db *db, int64_t person, bool *out);
