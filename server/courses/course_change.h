// SPDX-License-Identifier: AGPL-3.0-or-later
// A course's file becomes another one: the new text stored as the next syllabus version, its instants put on the
// agenda. Says nothing of what else follows from it (ledgers, words) and writes no audit: that is the caller's, in the
// same transaction.
#pragma once

#include "common/course/course_file.h"
#include "server/courses/course_library.h"

// The text as stored, of this version. ERR_NOT_FOUND when it is not the current one any more.
CHECKED enum err course_change_text(const struct act *act, int64_t course, int64_t version, const char **out);
// Stores the text, which `file` is the reading of. The version is one that this process has never given to any text, so
// that a transaction which is lost leaves nothing in the library that a later text could be taken for.
CHECKED enum err course_change_store(const struct act *act, struct course_library *library, int64_t course,
                                     const char *text, const struct course *file, int64_t *version);
// What the clock will cause by the file: registration closes, the line for lab seats ends. `was` is the file before, or
// NULL for a new course. An instant that has passed by both files has done its work and does not come again; one that
// moves to later comes again.
CHECKED enum err course_change_agenda(const struct act *act, int64_t course, const struct course *was,
                                      const struct course *is);
// invalid_course_file: each error of the file at "line L, column C".
CHECKED enum err course_change_refuse(const struct act *act, const struct findings *findings);
