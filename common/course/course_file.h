// SPDX-License-Identifier: AGPL-3.0-or-later
// Reads a course file (YAML, the only user of libyaml) into a struct course and tells every error and warning at once,
// each with its line and column. docs/course-file.md is the reference of names and forms.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/course/course.h"

enum {
  COURSE_FILE_BYTES_MAX = 256 * 1024,
  COURSE_FILE_DEPTH_MAX = 12,
  COURSE_FILE_NODES_MAX = 20000,
  COURSE_FINDINGS_MAX = 100
};

struct finding {
  int line;   // from 1; 0 when the whole file is meant
  int column; // from 1, in code points
  bool is_warning;
  const char *message; // what is wrong, and what would be right
};

struct findings {
  struct finding *list; // by line, then column
  size_t count;
  size_t error_count;
};

// The course lives in the arena. Findings are always filled. ERR_INVALID when there is at least one error (then *out is
// untouched); warnings alone are ERR_OK.
CHECKED enum err course_file_read(struct arena *arena, const char *bytes, size_t size, struct findings *findings,
                                  const struct course **out);
// Of libyaml: "0.2.5".
const char *course_file_library_version(void);
