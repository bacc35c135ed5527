// SPDX-License-Identifier: AGPL-3.0-or-later
// GET /courses/{course}/events: the course live, as server-sent events (WHATWG HTML, 9.2).
#pragma once

#include "server/http/route.h"

extern const struct route_table event_routes;
