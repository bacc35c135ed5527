// SPDX-License-Identifier: AGPL-3.0-or-later
// What milestones give somebody to do (server/courses/task.h).
#pragma once

#include "server/courses/task.h"

// What is open or late, and not handed in, of one's own or one's registered team's.
enum err milestone_tasks_own(const struct act *act, const struct course_view *course, struct task_list *list);
// To staff: an outage that spanned a deadline, while its extension is not given.
enum err milestone_tasks_outages(const struct act *act, const struct course_view *course, struct task_list *list);
