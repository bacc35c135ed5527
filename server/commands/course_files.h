// SPDX-License-Identifier: AGPL-3.0-or-later
// A course file from the disk into the store at a start.
#pragma once

#include "common/base/err.h"
#include "server/app.h"

// Creates the course when the store lacks it. When the stored one differs, it stays and one line on stderr says so.
// ERR_INVALID when the file cannot be read or is not sound: each error was said as FILE:LINE:COLUMN.
CHECKED enum err course_file_offer(struct app *app, const char *path);
