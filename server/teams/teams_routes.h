// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of cards, seekers, teams, invitations and join requests.
#pragma once

#include "server/http/route.h"

extern const struct route_table teams_routes;
