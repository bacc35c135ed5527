// SPDX-License-Identifier: AGPL-3.0-or-later
// Text to position, for one roster import: which row has this address, which enrolment this SIS id. Lives in an arena.
#pragma once

#include <stddef.h>

#include "common/base/arena.h"

enum { ROSTER_INDEX_NONE = -1 };

struct roster_index;

// For at most `capacity` texts, which are borrowed.
struct roster_index *roster_index_new(struct arena *arena, size_t capacity);
// The position that stands under this text already, or ROSTER_INDEX_NONE after putting this one.
ptrdiff_t roster_index_put(struct roster_index *index, const char *text, size_t position);
// ROSTER_INDEX_NONE when there is none; also for NULL.
ptrdiff_t roster_index_get(const struct roster_index *index, const char *text);
