// SPDX-License-Identifier: AGPL-3.0-or-later
// Percent-encoding as it stands in targets (RFC 3986 2.1) and queries.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"

// NULL when an escape is broken, or what comes out is not UTF-8 or holds a NUL.
const char *percent_decode(struct arena *arena, const char *raw, size_t size, bool plus_is_space);
