// SPDX-License-Identifier: AGPL-3.0-or-later
// Tasks of appointments and check-ins (server/courses/task.h).
#pragma once

#include "server/courses/task.h"

task_source check_in_tasks_own;   // students: a slot to book, an update to write
task_source check_in_tasks_held;  // staff: slots that they hold soon, past ones without a result, open follow-ups
task_source check_in_tasks_offer; // staff: milestones that have opened and for which nobody offers slots
