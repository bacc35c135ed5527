// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows that give a person's data out and erase it.
#pragma once

#include "server/http/route.h"

extern const struct route_table privacy_routes;
