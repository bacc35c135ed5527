// SPDX-License-Identifier: AGPL-3.0-or-later
// The row for staff that shows passages which works have in common. Computed on a worker each time it is asked; nothing
// is stored, nothing decided.
#pragma once

#include "server/http/route.h"

extern const struct route_table similarity_routes;
