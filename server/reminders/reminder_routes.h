// SPDX-License-Identifier: AGPL-3.0-or-later
// GET …/reminders: what somebody was and will be reminded of; and for the operator which mails would leave.
#pragma once

#include "server/http/route.h"

extern const struct route_table reminder_routes;
