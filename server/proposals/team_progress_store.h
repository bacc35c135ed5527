// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of how far a team is: the versions of its work that count.
#pragma once

#include "server/db/act.h"
#include "server/teams/team_progress.h"

// By milestone's id, one each.
CHECKED enum err team_progress_store_handed_in(const struct act *act, int64_t team, const struct team_handed_in **out,
                                               size_t *count);
