// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of what lateness costs (the ledger, and waiving), and of who need not hand in.
#pragma once

#include "server/http/route.h"

extern const struct route_table penalty_routes;
