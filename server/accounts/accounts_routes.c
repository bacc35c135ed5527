// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/accounts_routes.h"

#include "server/accounts/account_admin.h"
#include "server/accounts/institution.h"
#include "server/accounts/link_sign_in.h"
#include "server/accounts/me.h"
#include "server/accounts/me_tokens.h"
#include "server/accounts/preference.h"
#include "server/accounts/preference_unsubscribe.h"
#include "server/accounts/sign_in.h"

// clang-format off
static const struct route rows[] = {
    {METHOD_POST,   "/session",                        ACCESS_PUBLIC,    ROUTE_WORK,  sign_in_prepare,           sign_in_handle,           NULL,                 &sign_in_shape,         201, &signed_in_answer,      "Signs in by address and password: a cookie, and the token for use as a bearer"},
    {METHOD_POST,   "/session/link",                   ACCESS_PUBLIC,    ROUTE_WORK,  link_sign_in_prepare,      link_sign_in_handle,      NULL,                 &link_sign_in_shape,    201, &signed_in_answer,      "Signs in once by a mailed link or its code, and sets a password if one is sent"},
    {METHOD_POST,   "/session/institution",            ACCESS_PUBLIC,    ROUTE_WRITE, NULL,                      institution_sign_in,      NULL,                 NULL,                   201, &signed_in_answer,      "Signs in whom the institution's proxy names"},
    {METHOD_DELETE, "/session",                        ACCESS_ACCOUNT,   ROUTE_WRITE, NULL,                      sign_out_handle,          NULL,                 NULL,                   204, NULL,                   "Signs out: ends the session that asks"},
    {METHOD_POST,   "/sign-in-links",                  ACCESS_PUBLIC,    ROUTE_WORK,  link_wish_prepare,         link_wish_handle,         NULL,                 &link_wish_shape,       202, &link_wish_answer,      "Mails a link and a code to sign in, if somebody has the address; the answer does not tell"},
    {METHOD_GET,    "/me",                             ACCESS_SIGNED_IN, ROUTE_READ,  NULL,                      me_get,                   NULL,                 NULL,                   200, &me_answer,             "Who is signed in, and the courses they are in"},
    {METHOD_PATCH,  "/me",                             ACCESS_SIGNED_IN, ROUTE_WRITE, NULL,                      me_patch,                 NULL,                 &me_change_shape,       200, &me_answer,             "Changes the preferred name"},
    {METHOD_PUT,    "/me/password",                    ACCESS_ACCOUNT,   ROUTE_WORK,  me_password_prepare,       me_password_handle,       NULL,                 &password_change_shape, 204, NULL,                   "Changes the password and ends every other session"},
    {METHOD_GET,    "/me/sessions",                    ACCESS_ACCOUNT,   ROUTE_READ,  NULL,                      me_sessions_list,         NULL,                 NULL,                   200, &my_sessions_answer,    "Where one is signed in"},
    {METHOD_DELETE, "/me/sessions",                    ACCESS_ACCOUNT,   ROUTE_WRITE, NULL,                      me_sessions_end_all,      NULL,                 NULL,                   200, &sessions_ended_answer, "Signs out everywhere, here as well"},
    {METHOD_DELETE, "/me/sessions/{session}",          ACCESS_ACCOUNT,   ROUTE_WRITE, NULL,                      me_sessions_end,          NULL,                 NULL,                   204, NULL,                   "Ends one of one's own sessions"},
    {METHOD_GET,    "/me/tokens",                      ACCESS_ACCOUNT,   ROUTE_READ,  NULL,                      me_tokens_list,           NULL,                 NULL,                   200, &api_tokens_answer,     "One's API tokens that have not expired"},
    {METHOD_POST,   "/me/tokens",                      ACCESS_ACCOUNT,   ROUTE_WRITE, NULL,                      me_tokens_create,         NULL,                 &api_token_new_shape,   201, &api_token_made_answer, "Makes an API token; it is shown once"},
    {METHOD_DELETE, "/me/tokens/{token}",              ACCESS_ACCOUNT,   ROUTE_WRITE, NULL,                      me_tokens_revoke,         NULL,                 NULL,                   204, NULL,                   "Revokes one of one's own API tokens"},
    {METHOD_GET,    "/me/messages",                    ACCESS_SIGNED_IN, ROUTE_READ,  NULL,                      me_messages_list,         &message_query_shape, NULL,                   200, &messages_answer,       "What one was told, newest first"},
    {METHOD_GET,    "/me/preferences",                 ACCESS_SIGNED_IN, ROUTE_READ,  NULL,                      preferences_get,          NULL,                 NULL,                   200, &preferences_answer,    "Which kinds of mail one gets, and when none"},
    {METHOD_PATCH,  "/me/preferences",                 ACCESS_SIGNED_IN, ROUTE_WRITE, NULL,                      preferences_patch,        NULL,                 &preference_change_shape, 200, &preferences_answer,  "Turns kinds of mail on or off, and sets hours in which what can wait is held back"},
    {METHOD_GET,    "//unsubscribe/{secret}",          ACCESS_PUBLIC,    ROUTE_READ,  NULL,                      unsubscribe_get,          NULL,                 NULL,                   200, &unsubscribe_answer,    "The page of a mail's own link: what it would turn off"},
    {METHOD_POST,   "//unsubscribe/{secret}",          ACCESS_PUBLIC,    ROUTE_WRITE, NULL,                      unsubscribe_post,         NULL,                 &unsubscribe_shape,     200, &unsubscribe_answer,    "Turns off the mail's kinds for its reader, at one click (RFC 8058)"},
    {METHOD_GET,    "/accounts",                       ACCESS_OPERATOR,  ROUTE_READ,  NULL,                      accounts_list,            &account_query_shape, NULL,                   200, &accounts_answer,       "The accounts of the installation"},
    {METHOD_POST,   "/accounts",                       ACCESS_OPERATOR,  ROUTE_WRITE, NULL,                      accounts_create,          NULL,                 &account_new_shape,     201, &account_answer,        "Creates an account without a password"},
    {METHOD_GET,    "/accounts/{person}",              ACCESS_OPERATOR,  ROUTE_READ,  NULL,                      accounts_get,             NULL,                 NULL,                   200, &account_answer,        "One account"},
    {METHOD_PATCH,  "/accounts/{person}",              ACCESS_OPERATOR,  ROUTE_WRITE, NULL,                      accounts_patch,           NULL,                 &account_change_shape,  200, &account_answer,        "Changes names, address or login, disables or enables"},
    {METHOD_PUT,    "/accounts/{person}/password",     ACCESS_OPERATOR,  ROUTE_WORK,  accounts_password_prepare, accounts_password_handle, NULL,                 &password_new_shape,    204, NULL,                   "Sets a password and ends the person's sessions"},
    {METHOD_POST,   "/accounts/{person}/sign-in-link", ACCESS_OPERATOR,  ROUTE_WRITE, NULL,                      link_for_operator,        NULL,                 NULL,                   201, &sign_in_link_answer,   "Makes a link and a code to sign in; shown once, not mailed"},
};
// clang-format on

const struct route_table accounts_routes = {"accounts", rows, sizeof rows / sizeof *rows};
