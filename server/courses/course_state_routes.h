// SPDX-License-Identifier: AGPL-3.0-or-later
// The requests that change what a course as a whole is: its state, and copies of it.
#pragma once

#include "server/http/route.h"

extern const struct route_table course_state_routes;
