// SPDX-License-Identifier: AGPL-3.0-or-later
// In what two readings of a course's file differ, each difference a sentence with whom it concerns. Reads no store:
// what a difference does to what is there, syllabus_change.c finds out.
#pragma once

#include "server/milestones/milestone.h"

// Of the active students.
enum syllabus_audience {
  SYLLABUS_NOBODY, // staff see it; students notice nothing
  SYLLABUS_EVERYBODY,
  SYLLABUS_CARDLESS,     // who has no info card
  SYLLABUS_UNREGISTERED, // who is neither in a registered team nor in a lab seat
  SYLLABUS_TEAM_TRACK,   // who has no lab seat
  SYLLABUS_LAB_TRACK,    // who is in no team
  SYLLABUS_LAB_LINE,     // who waits for a seat, or has neither place nor offer
  SYLLABUS_PROPOSING,    // who is in a team whose proposal is not approved
};

struct syllabus_difference {
  const char *section; // of the course file: "milestones"
  const char *subject; // an id in it, or NULL
  const char *words;   // a sentence
  enum syllabus_audience audience;
};

// In both files, of the same id, kind and sort of track, with other dates or another late policy.
struct milestone_move {
  const struct milestone *was, *is;
};

struct syllabus_diff {
  const struct syllabus_difference *list; // in the order of the file; without the dates of milestones
  size_t count;
  const struct milestone_move *moves; // in the order of the new file
  size_t move_count;
  const char *why_confirm; // why the list needs confirmation, NULL when it does not
};

void syllabus_compare(const struct act *act, const struct course_view *was, const struct course_view *is,
                      struct syllabus_diff *out);

// The milestone of this id, or NULL.
const struct milestone *syllabus_milestone(const struct course *file, const char *id);
// Whether what is stored of the one can be of the other: the same kind, the same track, and done by the same sort of
// holder.
bool syllabus_is_same_work(const struct course *was_file, const struct milestone *was, const struct course *is_file,
                           const struct milestone *is);
