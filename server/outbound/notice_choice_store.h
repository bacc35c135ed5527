// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of notice_choices and quiet_hours, and the key that unsubscribing goes by. Knows no kinds and no zones.
#pragma once

#include <stdbool.h>

#include "server/outbound/notice_choice.h"

// ERR_NOT_FOUND when the person left it as it is at first.
CHECKED enum err notice_store_choice(struct db *db, int64_t person, const char *kind, bool *is_on);
CHECKED enum err notice_store_choose(struct db *db, int64_t person, const char *kind, bool is_on);
CHECKED enum err notice_store_forget_choice(struct db *db, int64_t person, const char *kind);
// ERR_NOT_FOUND when there are none.
CHECKED enum err notice_store_quiet_hours(struct db *db, struct arena *arena, int64_t person, struct quiet_hours *out);
CHECKED enum err notice_store_set_quiet_hours(struct db *db, int64_t person, const struct quiet_hours *quiet);
CHECKED enum err notice_store_clear_quiet_hours(struct db *db, int64_t person);
