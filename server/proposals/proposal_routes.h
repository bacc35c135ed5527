// SPDX-License-Identifier: AGPL-3.0-or-later
// The rows of a team's proposal: reading, saving, versions, submitting, proposing anew. Judging it has rows of its own.
#pragma once

#include "server/http/route.h"

extern const struct route_table proposal_routes;
