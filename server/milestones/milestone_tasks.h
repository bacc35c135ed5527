// SPDX-License-Identifier: AGPL-3.0-or-later
// What milestones give somebody to do (server/courses/task.h).
#pragma once

#include "server/courses/task.h"
#include "server/milestones/milestone.h"

// What is open or late, and not handed in, of one's own or one's registered team's.
enum err milestone_tasks_own(const struct act *act, const struct course_view *course, struct task_list *list);
// Whether it is open or late at `at`, and neither handed in nor excused; reminders go by it too.
bool milestone_is_to_hand_in(const struct terms *terms, const struct milestone_facts *facts, int64_t at);
// To staff: an outage that spanned a deadline, while its extension is not given.
enum err milestone_tasks_outages(const struct act *act, const struct course_view *course, struct task_list *list);
