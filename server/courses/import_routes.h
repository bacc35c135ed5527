// SPDX-License-Identifier: AGPL-3.0-or-later
// The row of the roster import: a CSV read on a worker, planned, and applied in one savepoint of the writer.
// The body is one of roster_file.h's two forms; a second CSV `sis_id,email` may follow it after a line with a form feed
// alone.
#pragma once

#include "server/http/route.h"

extern const struct route_table import_routes;
