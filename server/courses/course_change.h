// SPDX-License-Identifier: AGPL-3.0-or-later
// A course's file becomes another one: the new text stored as the next syllabus version. Says nothing of what follows
// from it (ledgers, agenda, words) and writes no audit: that is the caller's, in the same transaction.
#pragma once

#include "common/course/course.h"
#include "server/courses/course_library.h"

// The text as stored, of this version. ERR_NOT_FOUND when it is not the current one any more.
CHECKED enum err course_change_text(const struct act *act, int64_t course, int64_t version, const char **out);
// Stores the text, which `file` is the reading of. The version is one that this process has never given to any text, so
// that a transaction which is lost leaves nothing in the library that a later text could be taken for.
CHECKED enum err course_change_store(const struct act *act, struct course_library *library, int64_t course,
                                     const char *text, const struct course *file, int64_t *version);
