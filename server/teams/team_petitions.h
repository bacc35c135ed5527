// SPDX-License-Identifier: AGPL-3.0-or-later
// The kinds of requests to staff that concern teams: what a team or its members cannot do by themselves.
#pragma once

#include "server/courses/petition.h"

extern const struct petition_kind team_size_petition;
extern const struct petition_kind coverage_petition;
extern const struct petition_kind late_join_petition;
extern const struct petition_kind leave_petition;
extern const struct petition_kind swap_petition;
