// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of lab seats.
#pragma once

#include "server/http/route.h"

extern const struct route_table labs_routes;
