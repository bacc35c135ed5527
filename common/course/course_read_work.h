// SPDX-License-Identifier: AGPL-3.0-or-later
// The sections of a course file about the rules of work: late_policy, tracks, proposals.
#pragma once

#include "common/course/course_reader.h"

void course_read_late_policy(struct course_reader *reader);
// Returns course->tracks, still to be written to.
struct track *course_read_tracks(struct course_reader *reader);
void course_read_proposals(struct course_reader *reader); // needs the topics
// One policy from the map of `late_policy`; what it does not state stays as it is in `out`.
void course_read_policy(struct course_reader *reader, const struct node *map, bool is_own, struct late_policy *out);
