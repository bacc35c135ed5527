// SPDX-License-Identifier: AGPL-3.0-or-later
// Changes dates in the text of a course file and nothing else: comments, order and spelling of everything else stay
// byte for byte (rules.md, The course file's truth). Pure.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/problem.h"
#include "common/course/course_file.h"

enum edit_field { EDIT_OPENS, EDIT_DUE, EDIT_CLOSES, EDIT_FIELDS };

struct course_edit {
  const char *milestone; // its id in the file
  enum edit_field field;
  int64_t at; // a whole minute of the course's zone; 0 takes `closes` out, so that the policy says it again
};

// The new text, and the course that it states. The text is one that course_file_read accepts. ERR_INVALID with fields
// named after the edits' ("due"): no such milestone, an instant that no wall time of the zone names, or what
// course_file_read says of the result.
CHECKED enum err course_edit_apply(struct arena *arena, const char *text, const struct course_edit *edits, size_t count,
                                   struct problem *problem, const char **out_text, const struct course **out);
