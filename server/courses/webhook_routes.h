// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of a course's webhooks; for its instructors.
#pragma once

#include "server/http/route.h"

extern const struct route_table webhook_routes;
