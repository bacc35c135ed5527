// SPDX-License-Identifier: AGPL-3.0-or-later
// The operator's request to write a course as a folder on the server.
#pragma once

#include "server/http/route.h"

extern const struct route_table course_export_routes;
