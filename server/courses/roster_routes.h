// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of the roster: who is enrolled as what, the import, the holds after a drop.
#pragma once

#include "server/http/route.h"

extern const struct route_table roster_routes;
