// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL behind the tasks of check-ins (check_in_tasks.h).
#pragma once

#include "server/milestones/check_in.h"

struct task_follow_up {
  int64_t id;
  const char *milestone; // at which it was noted
  const char *words;
  const char *name; // of the team or student
};

// Ids of the milestones for which the holder has written an update.
CHECKED enum err check_in_task_store_updates(const struct act *act, int64_t course, const struct holder *holder,
                                             const char ***out, size_t *count);
// Open ones that are the caller's: of the teams that they mentor, and those that they noted where there is no mentor.
CHECKED enum err check_in_task_store_follow_ups(const struct act *act, int64_t course, struct task_follow_up **out,
                                                size_t *count);
