// SPDX-License-Identifier: AGPL-3.0-or-later
// Tasks of cards, teams and invitations (server/courses/task.h).
#pragma once

#include "server/courses/task.h"

task_source team_tasks_card;        // students: the info card
task_source team_tasks_own;         // students: their own team
task_source team_tasks_invitations; // students: invitations to them, join requests to their team
task_source team_tasks_levels;      // staff: raised levels
task_source team_tasks_teams;       // staff: gaps, incomplete teams
