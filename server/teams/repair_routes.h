// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows by which staff put teams right, and a student's history of places.
#pragma once

#include "server/http/route.h"

extern const struct route_table repair_routes;
