// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of milestones as they concern the caller: /courses/{course}/milestones, and one of them.
#pragma once

#include "server/http/route.h"

extern const struct route_table milestone_routes;
