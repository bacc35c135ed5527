// SPDX-License-Identifier: AGPL-3.0-or-later
// The HTTP rows of check-ins: the team's update, staff's board and records, follow-ups, mentors. The rules are in
// check_in.h.
#pragma once

#include "server/http/route.h"

extern const struct route_table check_in_routes;
