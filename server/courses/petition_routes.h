// SPDX-License-Identifier: AGPL-3.0-or-later
// Requests to staff: asking, the queue, answering (rules.md, Requests). Kinds are rows of server/petition_kinds.c.
#pragma once

#include "server/http/route.h"

extern const struct route_table petition_routes;
