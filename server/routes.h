// SPDX-License-Identifier: AGPL-3.0-or-later
// The whole HTTP surface: a line a feature.
#pragma once

#include "server/http/route.h"

extern const struct route_table *const route_tables[];
extern const size_t route_table_count;
