// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of extensions: granting, listing, taking back.
#pragma once

#include "server/http/route.h"

extern const struct route_table extension_routes;
