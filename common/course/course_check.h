// SPDX-License-Identifier: AGPL-3.0-or-later
// Checks across the sections of a course file that has been read: windows within the term, reminders within their
// windows, holidays, and whether what is named together fits together. Values that could not be read (0, NO_INDEX) are
// not judged.
#pragma once

#include "common/course/course_reader.h"

// Computes what the windows need (closes of the milestones) as it goes.
void course_check(struct course_reader *reader, struct track *tracks, struct milestone *milestones);
