// SPDX-License-Identifier: AGPL-3.0-or-later
// What staff have to do about mail that did not reach people of their course.
#pragma once

#include "server/courses/task.h"

// One task for all of them; over when a later mail has reached them, or after two weeks.
task_source mail_tasks_failed;
