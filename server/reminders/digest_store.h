// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the daily mail: what the last one listed, and the messages that wait for it.
#pragma once

#include "server/db/act.h"

// NULL: none was written yet.
CHECKED enum err digest_store_last(const struct act *act, int64_t course, int64_t person, const char **tasks);
CHECKED enum err digest_store_put(const struct act *act, int64_t course, int64_t person, const char *tasks);
// Lets the person's messages of the course that wait for a daily mail leave now; *count of them.
CHECKED enum err digest_store_release(const struct act *act, int64_t course, int64_t person, int64_t *count);
