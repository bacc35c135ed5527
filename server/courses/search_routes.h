// SPDX-License-Identifier: AGPL-3.0-or-later
// Search over the people and teams of a course (search.h).
#pragma once

#include "server/http/route.h"

extern const struct route_table search_routes;
