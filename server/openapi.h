// SPDX-License-Identifier: AGPL-3.0-or-later
// The HTTP surface as an OpenAPI 3.1 document, printed from the route tables with their shapes and answers: pure over
// the tables, in their order. docs/openapi.yaml is its committed output.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"
#include "server/http/route.h"

enum { OPENAPI_REFUSALS_MAX = 16 };

void openapi_write(struct text *out, const struct route_table *const *tables, size_t table_count, const char *version);

// The statuses with which a request of the row can be refused once the row is found, in rising order; returns how many.
// What a connection answers before that (408, 414, 417, 431, 501, 505) is the document's `default`.
size_t openapi_refusals(const struct route *route, int out[static OPENAPI_REFUSALS_MAX]);
// Whether a repeated request of the row is known by its Idempotency-Key (idempotency.h) when a person sends it.
bool openapi_takes_key(const struct route *route);
// Whether it looks at If-Match (if_match.h): an edit of something whose answer carries its version.
bool openapi_takes_version(const struct route *route);
