// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the course's own tasks (course_tasks.h).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/db/act.h"

struct task_person {
  int64_t person;
  const char *name;
  int64_t hold_until; // 0: an auditor who waits for approval
};

// Those whose place is held after a drop, and, `with_auditors`, active auditors whom nobody has approved and who have
// no open request for it (that is a task already). At most TASKS_OF_A_KIND_MAX.
CHECKED enum err course_task_store_people(const struct act *act, int64_t course, bool with_auditors,
                                          struct task_person **out, size_t *count);
// Active students who have neither a team nor a seat; where auditors are to be approved, without those who are not yet.
CHECKED enum err course_task_store_unplaced(const struct act *act, int64_t course, bool is_approving, int64_t *count);
