// SPDX-License-Identifier: AGPL-3.0-or-later
// The row of the welcome mail: after an import, by an instructor, previewed first.
#pragma once

#include "server/http/route.h"

extern const struct route_table welcome_routes;
