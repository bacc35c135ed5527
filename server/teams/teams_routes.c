// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/teams_routes.h"

#include "server/teams/card_routes.h"
#include "server/teams/invitation_routes.h"
#include "server/teams/seeker_routes.h"
#include "server/teams/team_routes.h"
#include "server/teams/team_view.h"

#define COURSE "/courses/{course}"
#define TEAM "/courses/{course}/teams/{team}"

// clang-format off
static const struct route rows[] = {
  {METHOD_GET,    COURSE "/info-card",                           ACCESS_STUDENT, ROUTE_READ,  NULL, card_show_own,         NULL,           NULL,                     200, &own_card_answer,        "Your info card"},
  {METHOD_PUT,    COURSE "/info-card",                           ACCESS_STUDENT, ROUTE_WRITE, NULL, card_put_own,          NULL,           &card_shape,              200, &own_card_answer,        "Fill in your info card"},
  {METHOD_GET,    COURSE "/info-cards/{person}",                 ACCESS_STAFF,   ROUTE_READ,  NULL, card_show,             NULL,           NULL,                     200, &student_card_answer,    "A student's info card"},
  {METHOD_POST,   COURSE "/info-cards/{person}/confirmation",    ACCESS_STAFF,   ROUTE_WRITE, NULL, card_confirm_levels,   NULL,           &card_confirmation_shape, 200, &student_card_answer,    "Let levels count that were raised after registration"},
  {METHOD_GET,    COURSE "/seekers",                             ACCESS_COURSE,  ROUTE_READ,  NULL, seekers_list,          &seekers_query, NULL,                     200, &seekers_answer,         "Classmates who look for a team"},
  {METHOD_GET,    COURSE "/teams",                               ACCESS_COURSE,  ROUTE_READ,  NULL, teams_list,            &teams_query,   NULL,                     200, &teams_answer,           "The teams of the course"},
  {METHOD_POST,   COURSE "/teams",                               ACCESS_STUDENT, ROUTE_WRITE, NULL, teams_create,          NULL,           &team_new_shape,          201, &team_answer,            "Found a team; you are its contact"},
  {METHOD_GET,    TEAM,                                          ACCESS_COURSE,  ROUTE_READ,  NULL, teams_show,            NULL,           NULL,                     200, &team_answer,            "A team: its members and its coverage"},
  {METHOD_PATCH,  TEAM,                                          ACCESS_TEAM,    ROUTE_WRITE, NULL, teams_change,          NULL,           &team_edit_shape,         200, &team_answer,            "Rename it, say whom it looks for, hand the contact over"},
  {METHOD_DELETE, TEAM,                                          ACCESS_TEAM,    ROUTE_WRITE, NULL, teams_dissolve,        NULL,           &dissolution_shape,       204, NULL,                    "Dissolve it: the contact while it forms, else staff, with a reason"},
  {METHOD_POST,   TEAM "/invitations",                           ACCESS_TEAM,    ROUTE_WRITE, NULL, invitations_create,    NULL,           &invitation_shape,        201, &invitation_made_answer, "Invite a classmate"},
  {METHOD_GET,    COURSE "/invitations",                         ACCESS_STUDENT, ROUTE_READ,  NULL, invitations_list_own,  &invitations_query, NULL,                     200, &own_invitations_answer, "Your open invitations and join requests"},
  {METHOD_POST,   COURSE "/invitations/{invitation}/acceptance", ACCESS_STUDENT, ROUTE_WRITE, NULL, invitations_accept,    NULL,           NULL,                     200, &team_answer,            "Join the team that invited you"},
  {METHOD_GET,    COURSE "/invitations/{invitation}",            ACCESS_COURSE,  ROUTE_READ,  NULL, invitations_show,      NULL,           NULL,                     200, &invitation_answer,      "One invitation, for whom it concerns"},
  {METHOD_DELETE, COURSE "/invitations/{invitation}",            ACCESS_COURSE,  ROUTE_WRITE, NULL, invitations_delete,    NULL,           NULL,                     204, NULL,                    "Decline an invitation, or withdraw your team's"},
  {METHOD_POST,   TEAM "/join-requests",                         ACCESS_STUDENT, ROUTE_WRITE, NULL, join_requests_create,  NULL,           &join_request_shape,      201, &invitation_made_answer, "Ask a team to let you join"},
  {METHOD_POST,   COURSE "/join-requests/{request}/acceptance",  ACCESS_STUDENT, ROUTE_WRITE, NULL, join_requests_accept,  NULL,           NULL,                     200, &team_answer,            "Let somebody join who asked"},
  {METHOD_GET,    COURSE "/join-requests/{request}",             ACCESS_COURSE,  ROUTE_READ,  NULL, join_requests_show,    NULL,           NULL,                     200, &invitation_answer,      "One join request, for whom it concerns"},
  {METHOD_DELETE, COURSE "/join-requests/{request}",             ACCESS_COURSE,  ROUTE_WRITE, NULL, join_requests_delete,  NULL,           NULL,                     204, NULL,                    "Decline a join request, or withdraw yours"},
  {METHOD_DELETE, TEAM "/members/{person}",                      ACCESS_TEAM,    ROUTE_WRITE, NULL, teams_remove_member,   NULL,           NULL,                     204, NULL,                    "Leave, or remove a member who did not answer for three days"},
  {METHOD_POST,   TEAM "/members/{person}/question",             ACCESS_TEAM,    ROUTE_WRITE, NULL, teams_ask_member,      NULL,           NULL,                     200, &member_question_answer, "Ask a silent member whether they are still there"},
  {METHOD_POST,   TEAM "/members/{person}/answer",               ACCESS_TEAM,    ROUTE_WRITE, NULL, teams_answer_question, NULL,           NULL,                     204, NULL,                    "Answer that you are"},
  {METHOD_POST,   TEAM "/registration",                          ACCESS_TEAM,    ROUTE_WRITE, NULL, teams_register,        NULL,           &registration_shape,      200, &team_answer,            "Register the team"},
  {METHOD_POST,   TEAM "/coverage-waiver",                       ACCESS_STAFF,   ROUTE_WRITE, NULL, teams_waive,           NULL,           &waiver_shape,            200, &team_answer,            "Waive the coverage of skills for this team"},
  {METHOD_DELETE, TEAM "/coverage-waiver",                       ACCESS_STAFF,   ROUTE_WRITE, NULL, teams_unwaive,         NULL,           NULL,                     200, &team_answer,            "Take the waiver back"},
};
// clang-format on

const struct route_table teams_routes = {"teams", rows, sizeof rows / sizeof rows[0]};
