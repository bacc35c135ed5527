// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the export of teams.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "server/db/act.h"

struct exported { // a member of a team, or a team that has none (person 0)
  int64_t team;
  const char *team_name;
  const char *team_state;
  int64_t person;
  const char *name; // as everybody sees it
  const char *email;
  const char *sis_id;
  const char *login;
  const char *section;
  bool is_contact;
  bool is_active; // false: dropped, the place is held
};

// Teams that are not dissolved, by id, members longest-standing first. `is_registered_only` leaves out the rest.
CHECKED enum err export_store_list(const struct act *act, int64_t course, bool is_registered_only,
                                   struct exported **out, size_t *count);
