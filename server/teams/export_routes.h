// SPDX-License-Identifier: AGPL-3.0-or-later
// The row that exports teams.
#pragma once

#include "server/http/route.h"

extern const struct route_table export_routes;
