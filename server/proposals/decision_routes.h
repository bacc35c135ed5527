// SPDX-License-Identifier: AGPL-3.0-or-later
// The requests of decisions, recommendations and the changes they ask for.
#pragma once

#include "server/http/route.h"

extern const struct route_table decision_routes;
