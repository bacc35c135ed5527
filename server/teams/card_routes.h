// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers and body shapes of info cards and seekers; their rows stand in teams_routes.c.
#pragma once

#include "server/http/answer.h"
#include "server/http/route.h"
#include "server/http/shape.h"

extern const struct shape card_shape;
extern const struct shape card_confirmation_shape;
extern const struct answer own_card_answer, student_card_answer;

route_handler card_show_own, card_put_own, card_show, card_confirm_levels;
