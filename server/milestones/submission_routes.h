// SPDX-License-Identifier: AGPL-3.0-or-later
// The HTTP rows of what is handed in: handing in, its versions, withdrawing, which one counts, acceptance. The rules
// are in submission.h.
#pragma once

#include "server/http/route.h"

extern const struct route_table submission_routes;
