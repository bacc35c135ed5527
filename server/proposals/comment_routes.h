// SPDX-License-Identifier: AGPL-3.0-or-later
// The requests of comments and notes on proposals.
#pragma once

#include "server/http/route.h"

extern const struct route_table comment_routes;
