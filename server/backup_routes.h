// SPDX-License-Identifier: AGPL-3.0-or-later
// The operator's request for a backup now.
#pragma once

#include "server/http/route.h"

extern const struct route_table backup_routes;
