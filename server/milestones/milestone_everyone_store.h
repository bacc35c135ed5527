// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of milestone_everyone: each kind of fact of all people of a course, a query each.
#pragma once

#include "server/milestones/check_in.h"
#include "server/milestones/milestone_store.h"

struct everyone_person { // an active student
  int64_t person;
  const char *name;
  const char *address; // NULL: none
  int64_t team;
  bool is_placed;
  int64_t placed_from;
};
struct everyone_handed_in {
  int64_t person;
  size_t milestone;     // by index in the course file
  struct handed_in row; // its milestone is NULL
};
struct everyone_said {
  const char *milestone;
  int64_t person, team; // one of the two
  bool is_excused;
};
struct everyone_result {
  const char *milestone;
  int64_t person;
  enum check_in_state state;
};

CHECKED enum err milestone_everyone_store_people(const struct act *act, int64_t course, struct everyone_person **out,
                                                 size_t *count);
// By person, then submission; of milestones that the course file has.
CHECKED enum err milestone_everyone_store_handed_in(const struct act *act, const struct course_view *course,
                                                    struct everyone_handed_in **out, size_t *count);
CHECKED enum err milestone_everyone_store_said(const struct act *act, int64_t course, struct everyone_said **out,
                                               size_t *count);
CHECKED enum err milestone_everyone_store_results(const struct act *act, int64_t course, struct everyone_result **out,
                                                  size_t *count);
