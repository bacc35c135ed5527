// SPDX-License-Identifier: AGPL-3.0-or-later
// Handlers and shapes of teams, their members, registration and waivers; their rows stand in teams_routes.c.
#pragma once

#include "server/http/answer.h"
#include "server/http/route.h"
#include "server/http/shape.h"

extern const struct shape teams_query;
extern const struct shape team_new_shape;
extern const struct shape team_edit_shape;
extern const struct shape registration_shape;
extern const struct shape waiver_shape;
extern const struct shape dissolution_shape;
extern const struct answer teams_answer, member_question_answer;

route_handler teams_list, teams_create, teams_show, teams_change, teams_dissolve;
route_handler teams_remove_member, teams_ask_member, teams_answer_question;
route_handler teams_register, teams_waive, teams_unwaive;
