// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the tasks of teams (team_tasks.h) that no other store has.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/db/act.h"

struct task_team {
  int64_t team;
  const char *name;
  int64_t gap_due; // 0: it is incomplete, not a registered one with a gap
};

struct task_small_team {
  int64_t team;
  const char *name;
  int64_t active; // members who have not dropped
};

struct task_level { // a person whose raised levels wait for staff
  int64_t person;
  const char *name;
  const char *team_name; // NULL: in none any more
};

CHECKED enum err team_task_store_has_card(const struct act *act, int64_t course, bool *out); // the actor
// Registered teams whose coverage is open, and incomplete ones.
CHECKED enum err team_task_store_teams(const struct act *act, int64_t course, struct task_team **out, size_t *count);
// Active students of whose levels some do not count as stated.
CHECKED enum err team_task_store_levels(const struct act *act, int64_t course, struct task_level **out, size_t *count);
// Registered teams with fewer than `size_min` active members.
CHECKED enum err team_task_store_small(const struct act *act, int64_t course, int64_t size_min,
                                       struct task_small_team **out, size_t *count);
