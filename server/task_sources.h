// SPDX-License-Identifier: AGPL-3.0-or-later
// The list of what knows what somebody has to do: a line a source (server/courses/task.h).
#pragma once

#include "server/courses/task.h"

extern const struct task_sources task_source_table;
