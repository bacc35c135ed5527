// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL behind the tasks of check-ins (check_in_tasks.h).
#pragma once

#include "server/milestones/check_in.h"
#include "server/milestones/check_in_lack.h"
#include "server/milestones/submission_parts.h"

struct task_follow_up {
  int64_t id;
  const char *milestone; // at which it was noted
  const char *words;
  const char *name; // of the team or student
};

struct task_slotless { // what counts of somebody's who has no booked slot of the milestone
  int64_t submission;
  const char *milestone;
  struct holder holder;
  struct submission_content content;
  struct file *files; // as many as content says
};

// Of those milestones, given as ["poster","video"], and of the holder, or with zeros of everybody.
CHECKED enum err check_in_task_store_slotless(const struct act *act, int64_t course, const char *milestones,
                                              const struct holder *holder, struct task_slotless **out, size_t *count);
CHECKED enum err check_in_task_store_cancelled(const struct act *act, int64_t course, const struct holder *holder,
                                               const struct check_in_holding **out, size_t *count);
// Ids of the milestones for which the holder has written an update.
CHECKED enum err check_in_task_store_updates(const struct act *act, int64_t course, const struct holder *holder,
                                             const char ***out, size_t *count);
// Open ones that are the caller's: of the teams that they mentor, and those that they noted where there is no mentor.
CHECKED enum err check_in_task_store_follow_ups(const struct act *act, int64_t course, struct task_follow_up **out,
                                                size_t *count);
