// SPDX-License-Identifier: AGPL-3.0-or-later
// Tasks of a team's proposal (server/courses/task.h): to write it, to submit what is saved, to revise it, to propose
// anew. What staff have to do about it are tasks of reviewing.
#pragma once

#include "server/courses/task.h"

task_source proposal_tasks_own; // students: their own team's
