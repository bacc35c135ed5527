// SPDX-License-Identifier: AGPL-3.0-or-later
// How far a team's project is, for the view of the team: its proposal and what it has handed in. Teams stand left of
// proposals and milestones, so server/proposals/team_progress.c finds it out (services.h, team_progress_hook).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct team_handed_in {
  const char *milestone; // its id in the course file
  int64_t version;       // the one that counts
  int64_t at;
  bool is_on_time; // by the terms that all of the team share
  bool is_accepted;
};

struct team_progress {
  const char *proposal_state; // of the newest round, to students as they were told; NULL: no proposal yet
  int64_t proposal_round;
  const struct team_handed_in *handed_in; // by milestone's id
  size_t handed_in_count;
};
