// SPDX-License-Identifier: AGPL-3.0-or-later
// The row by which an instructor puts another file in the place of a course's.
#pragma once

#include "server/http/route.h"

extern const struct route_table syllabus_routes;
