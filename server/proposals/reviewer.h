// SPDX-License-Identifier: AGPL-3.0-or-later
// Who of the staff reviews which team's proposals: by hand or evenly, never somebody who may not judge the team; and
// who stands in for somebody who is away. Kept by team, so that it holds for every round and resubmission.
#pragma once

#include "server/courses/course_view.h"

enum { REVIEWERS_MAX = 20, REVIEW_TEAMS_MAX = 500 };

// Those of the team who still are staff, or who stands in for them now; all staff who may judge it when there are none.
CHECKED enum err reviewer_people(const struct act *act, const struct course_view *course, int64_t team,
                                 int64_t **people, size_t *count);
// Sets the team's reviewers; an empty list takes them away. Field errors for people who are not staff or have a
// conflict. Tells those who are new.
CHECKED enum err reviewer_set(const struct act *act, const struct course_view *course, int64_t team,
                              const int64_t *people, size_t count);
struct reviewer_share {
  int64_t team;
  const char *team_name;
  int64_t person; // 0: nobody of the people may judge it
  const char *name;
};
// Gives every registered team that has none a reviewer of `people` (count 0: all staff but instructors; instructors
// when there are only those), so that their loads differ as little as conflicts allow. The same again gives the same.
CHECKED enum err reviewer_spread(const struct act *act, const struct course_view *course, const int64_t *people,
                                 size_t count, struct reviewer_share **out, size_t *out_count);
// The actor's own list of teams that they may not judge. Who was to review one of them no longer is.
CHECKED enum err reviewer_set_conflicts(const struct act *act, const struct course_view *course, const int64_t *teams,
                                        size_t count);
// Somebody of the staff stands in for the actor until then; person 0 ends it.
CHECKED enum err reviewer_set_substitute(const struct act *act, const struct course_view *course, int64_t person,
                                         int64_t until);
