// SPDX-License-Identifier: AGPL-3.0-or-later
// The HTTP rows of appointments: offering, listing, booking, cancelling. The rules are in slot.h.
#pragma once

#include "server/http/route.h"

extern const struct route_table slot_routes;
