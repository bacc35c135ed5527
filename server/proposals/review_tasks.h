// SPDX-License-Identifier: AGPL-3.0-or-later
// What judging proposals gives people to do, as sources of server/task_sources.c: staff review and decide, the team
// reads decisions. What it revises: proposal_tasks.h.
#pragma once

#include "server/courses/task.h"

task_source review_tasks_staff; // theirs with a due, so that they stand first; what is nobody's after that
task_source review_tasks_team;
