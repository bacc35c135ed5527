// SPDX-License-Identifier: AGPL-3.0-or-later
// Which files something takes, wherever a course file says so: types and size.
#pragma once

#include "common/course/course_reader.h"

enum { FILE_TYPES_MAX = 20 };

// Types as written ("pdf", "tar.gz"), each once.
const char *const *course_read_file_types(struct course_reader *reader, const struct node *list, size_t *count);
// A size of at most 1 GB; 20 MB when the node is NULL.
void course_read_file_size(struct course_reader *reader, const struct node *node, const char *key, int64_t *out);
