// SPDX-License-Identifier: AGPL-3.0-or-later
// Rows and handlers of announcements.
#pragma once

#include "server/http/route.h"

extern const struct route_table announcement_routes;
