// SPDX-License-Identifier: AGPL-3.0-or-later
// Tasks of lab seats (server/courses/task.h).
#pragma once

#include "server/courses/task.h"

task_source lab_tasks_offer; // students: an offer to take
task_source lab_tasks_seats; // staff: free seats after decide-by, and people who waited for one
