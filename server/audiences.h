// SPDX-License-Identifier: AGPL-3.0-or-later
// Who sees what, as Markdown tables printed from the route and answer tables: the second half of docs/privacy.md.
#pragma once

#include "common/base/text.h"
#include "server/http/route.h"

void audiences_write(struct text *out, const struct route_table *const *tables, size_t table_count);
