// SPDX-License-Identifier: AGPL-3.0-or-later
// What somebody has to do in a course (task.h), for everybody in it.
#pragma once

#include "server/http/route.h"

extern const struct route_table task_routes;
