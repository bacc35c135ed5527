// SPDX-License-Identifier: AGPL-3.0-or-later
// Which HTTP status a refusal has: one table of errors, and the few codes that differ. http_refuse (http.h) writes the
// document.
#pragma once

#include "common/base/problem.h"

int problem_status(enum problem_code code); // 200 for NONE
int err_status(enum err err);
