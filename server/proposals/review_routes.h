// SPDX-License-Identifier: AGPL-3.0-or-later
// The requests of who reviews what: the queue, reviewers, conflicts, substitutes.
#pragma once

#include "server/http/route.h"

extern const struct route_table review_routes;
