// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of uploaded files. Whoever may do what is file.h.
#pragma once

#include "server/courses/file.h"

CHECKED enum err file_store_get(const struct act *act, int64_t course, int64_t id, struct file *out);
// Those of the owner that wait to be handed in, newest first.
CHECKED enum err file_store_waiting(const struct act *act, int64_t course, int64_t owner, int64_t below, int64_t limit,
                                    struct file **out, size_t *count);
CHECKED enum err file_store_usage(const struct act *act, int64_t course, int64_t owner, int64_t *count, int64_t *bytes);
CHECKED enum err file_store_insert(const struct act *act, struct file *file); // sets the id
CHECKED enum err file_store_delete(const struct act *act, int64_t id);
CHECKED enum err file_store_attach(const struct act *act, int64_t id, int64_t team, int64_t attached_at,
                                   int64_t expires_at);
