// SPDX-License-Identifier: AGPL-3.0-or-later
// The row by which an instructor moves a milestone's dates.
#pragma once

#include "server/http/route.h"

extern const struct route_table date_move_routes;
