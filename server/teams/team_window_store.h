// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of a moved registration window (team_window.h).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "server/db/act.h"

// Open invitations and requests to join that would outlast `closes` end then; their ids.
CHECKED enum err team_window_store_shorten(const struct act *act, int64_t course, int64_t closes, int64_t **out,
                                           size_t *count);

struct window_invitation {
  int64_t id, created_at;
};
// Open ones that end at this instant.
CHECKED enum err team_window_store_cut(const struct act *act, int64_t course, int64_t at,
                                       struct window_invitation **out, size_t *count);
CHECKED enum err team_window_store_lengthen(const struct act *act, int64_t invitation, int64_t expires_at);
