// SPDX-License-Identifier: AGPL-3.0-or-later
// A new course from its file: stored, audited, its instants put on the agenda.
#pragma once

#include <stddef.h>

#include "server/courses/course_view.h"

// A running one. Refuses with invalid_course_file (each finding a field error "line L, column C") or name_taken when
// the id exists.
CHECKED enum err course_create(const struct act *act, const char *file, size_t size, const char **slug);
// As above, of a text that `file` is the reading of. Fills the id.
CHECKED enum err course_create_as(const struct act *act, const char *text, const struct course *file,
                                  enum course_state state, int64_t *id);
