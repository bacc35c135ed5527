// SPDX-License-Identifier: AGPL-3.0-or-later
// Single values of a course file: one row a kind, which names the form that is expected and reads it, within the limits
// of the key's row. The forms themselves: course_values.h.
#pragma once

#include "common/course/course_reader.h"

// Stores the value at `out` (may be NULL: only checked). False when it was wrong; then it has been reported.
bool scalar_read(struct course_reader *reader, const struct key_row *row, const struct node *node, void *out);
// A reminder's offset: "-3d", "+1h"; the sign is required.
bool scalar_read_offset(struct course_reader *reader, const struct node *node, struct span *out);
