// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers and body shapes of invitations and join requests; their rows stand in teams_routes.c.
#pragma once

#include "server/http/answer.h"
#include "server/http/route.h"
#include "server/http/shape.h"

extern const struct shape invitation_shape;
extern const struct shape join_request_shape;
extern const struct shape invitations_query;
extern const struct answer own_invitations_answer, invitation_answer, invitation_made_answer;

route_handler invitations_list_own, invitations_show, join_requests_show;
route_handler invitations_create, invitations_accept, invitations_delete;
route_handler join_requests_create, join_requests_accept, join_requests_delete;
