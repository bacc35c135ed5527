// SPDX-License-Identifier: AGPL-3.0-or-later
// Handler and query shape of those who look for a team; the row stands in teams_routes.c.
#pragma once

#include "server/http/answer.h"
#include "server/http/route.h"
#include "server/http/shape.h"

extern const struct shape seekers_query;
extern const struct answer seekers_answer;

route_handler seekers_list;
