// SPDX-License-Identifier: AGPL-3.0-or-later
// Parsed course files, one a (course, syllabus version), shared by all threads and counted by reference. Its own lock.
#pragma once

#include <stdint.h>

#include "common/course/course.h"
#include "server/db/act.h"

struct course_library;

struct course_library *course_library_new(void);
void course_library_free(struct course_library *library);
// The parsed file of this version; reads and parses the stored text when nobody has yet. Held until `arena` ends.
CHECKED enum err course_library_get(struct course_library *library, struct db *db, struct arena *arena, int64_t course,
                                    int64_t version, const struct course **out);
// A version after `current` that this process has never given out, not even in a transaction that was lost since.
int64_t course_library_next_version(struct course_library *library, int64_t current);
