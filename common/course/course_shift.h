// SPDX-License-Identifier: AGPL-3.0-or-later
// A course file for another term: every date moves by the same number of whole weeks, as a civil date, so that each
// keeps its weekday and its wall clock, whatever the zone's clock changes do. The id, the dates and, when others are
// given, the holidays are the only bytes that change. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/problem.h"
#include "common/course/course_file.h"

struct course_shift_wish {
  const char *id;    // of the new course
  struct day starts; // of its term
  bool has_holidays; // these are its holidays; else the old ones move like everything
  const struct day *holidays;
  size_t holiday_count;
};

enum course_shift_kind {
  SHIFT_HOLIDAY_MOVED, // holidays are other days each year: somebody has to look
  SHIFT_ON_HOLIDAY,    // it falls on a holiday, and did not before
  SHIFT_WARNING,       // what `tandem check` warns of in the new file
};
extern const char *const course_shift_kind_names[]; // "check this holiday", "falls on a holiday", "warning", NULL

struct course_shift_note {
  enum course_shift_kind kind;
  int line;          // of the new text; 0: of the file as a whole
  const char *words; // "milestones final-report due falls on the holiday Thu 2024-11-28"
};

struct course_shift {
  const char *text;
  const struct course *course;     // the reading of it
  int weeks;                       // negative: to an earlier term
  struct course_shift_note *notes; // by line
  size_t note_count;
};

// The text is one that course_file_read accepts. ERR_INVALID with fields named after the wish: an id that is none,
// "starts" that is not whole weeks away (naming the nearest that are), dates beyond what a file may state, or what
// course_file_read says of the result.
CHECKED enum err course_shift(struct arena *arena, const char *text, const struct course_shift_wish *wish,
                              struct problem *problem, struct course_shift *out);
