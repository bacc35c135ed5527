// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of signing in, of one's own account, and of the operator's view of accounts. Knows no course.
#pragma once

#include "server/http/route.h"

extern const struct route_table accounts_routes;
