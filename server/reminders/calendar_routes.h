// SPDX-License-Identifier: AGPL-3.0-or-later
// The requests of calendar feeds: one's own address, made, renewed and revoked, and the feed itself.
#pragma once

#include "server/http/route.h"

extern const struct route_table calendar_routes;
