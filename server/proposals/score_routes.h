// SPDX-License-Identifier: AGPL-3.0-or-later
// Points by the course file's rubric (score.h).
#pragma once

#include "server/http/route.h"

extern const struct route_table score_routes;
