// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of those who look for a team: students with "looking for a team" ticked who are in no team and no seat.
// Levels are those that count. Confidential people are in no answer except to staff.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/courses/course_view.h"

struct seeker {
  int64_t person;
  const char *name;
  const char *availability;
  const char *about;
  int levels[SKILL_MAX];
  const int *topics; // indices, in the order of their ids
  size_t topic_count;
};

struct seeker_filter {
  int skill;         // NO_INDEX: any
  int level;         // at least, in that skill
  int topic;         // NO_INDEX: any
  bool is_for_staff; // with confidential people
  int64_t after;     // ids greater than this
  int64_t limit;
};

// By id, so that a page begins where the last one ended. Three statements, whatever the number of seekers.
CHECKED enum err seeker_store_list(const struct act *act, const struct course_view *course,
                                   const struct seeker_filter *filter, struct seeker **out, size_t *count);
// How many seekers there are at each level of each skill.
CHECKED enum err seeker_store_counts(const struct act *act, const struct course_view *course,
                                     int counts[static SKILL_MAX][LEVEL_MAX + 1]);
