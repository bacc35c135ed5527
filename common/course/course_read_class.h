// SPDX-License-Identifier: AGPL-3.0-or-later
// The sections of a course file about the class: course, skills, topics, info_card.
#pragma once

#include "common/course/course_reader.h"

// Comes first: it opens the calendar by which every wall time of the file is read.
void course_read_head(struct course_reader *reader);
void course_read_skills(struct course_reader *reader);
void course_read_topics(struct course_reader *reader);
void course_read_info_card(struct course_reader *reader);
