// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of info cards. A card speaks of skills, levels and topics by their index in the course file; what is stored
// are their ids, so that a file that changes their order changes no card. Ids that the file no longer has are kept and
// not read.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/courses/course_view.h"

struct card_skill {
  int level;            // the student's word
  int counted;          // what coverage counts: a raise after registration counts once staff confirm it
  const char *evidence; // never NULL
};

struct card {
  int64_t person;
  int64_t version; // 0: no card yet, everything is none and empty
  struct card_skill skills[SKILL_MAX];
  const int *topics; // ascending
  size_t topic_count;
  const char *availability;
  const char *about;
  bool is_seeking;
  int64_t updated_at;
};

CHECKED enum err card_store_get(const struct act *act, const struct course_view *course, int64_t person,
                                struct card *out);
// Writes everything but version and updated_at, which it moves.
CHECKED enum err card_store_put(const struct act *act, const struct course_view *course, const struct card *card);
// The levels as stated count from now on.
CHECKED enum err card_store_confirm(const struct act *act, int64_t course, int64_t person);
// Ends "looking for a team" for one who has a lab seat now (nothing happens to others), for one who is gone, for all
// members of a team.
CHECKED enum err card_store_stop_seeking_if_seated(const struct act *act, int64_t course, int64_t person);
CHECKED enum err card_store_stop_seeking(const struct act *act, int64_t course, int64_t person);
CHECKED enum err card_store_stop_seeking_team(const struct act *act, int64_t course, int64_t team);
