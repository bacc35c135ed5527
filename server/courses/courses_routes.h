// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of courses: their lists, files, rosters, and audit.
#pragma once

#include "server/http/route.h"

extern const struct route_table courses_routes;
