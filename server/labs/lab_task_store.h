// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the tasks of labs (lab_tasks.h) that lab_store.h does not have.
#pragma once

#include <stdint.h>

#include "server/db/act.h"

// Active students without a place who were in line when the list ended (or still are, in the moment until it does).
CHECKED enum err lab_task_store_waited(const struct act *act, int64_t course, int64_t *count);
