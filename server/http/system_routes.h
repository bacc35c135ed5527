// SPDX-License-Identifier: AGPL-3.0-or-later
// GET /healthz, /readyz and /metrics: what the one who runs the server asks.
#pragma once

#include "server/http/route.h"

extern const struct route_table system_routes;
