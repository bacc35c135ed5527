// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of outages: what they spanned, and giving the time back.
#pragma once

#include "server/http/route.h"

extern const struct route_table outage_routes;
