// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers and body shapes of invitations and join requests; their rows stand in teams_routes.c.
#pragma once

#include "server/http/route.h"
#include "server/http/shape.h"

extern const struct shape invitation_shape;
extern const struct shape join_request_shape;

route_handler invitations_list_own, invitations_create, invitations_accept, invitations_delete;
route_handler join_requests_create, join_requests_accept, join_requests_delete;
