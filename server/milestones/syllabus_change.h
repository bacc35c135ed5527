// SPDX-License-Identifier: AGPL-3.0-or-later
// A running course takes another file (rules.md, The course file's truth): a plan of all that differs and what it does,
// a confirmation where it could surprise, then all of it in one transaction: the text as sent, ledgers judged anew, the
// clock's instants, coverage, seats that become free, and one message to each person of all that concerns them. What it
// does is found out by doing it, so that a plan cannot say anything else than what happens. What the file would cut off
// from what is stored is refused (syllabus_orphans.h).
#pragma once

#include "common/course/course_file.h"
#include "server/courses/course_library.h"
#include "server/courses/petition.h"
#include "server/milestones/date_move.h"
#include "server/milestones/syllabus_diff.h"

struct syllabus_wish {
  const char *text; // NUL-terminated
  size_t size;
  bool is_confirmed;
  bool is_dry_run; // stores no file; the rest is still written: the caller rolls back
};

struct syllabus_gap { // a registered team that does not cover the skills any more
  int64_t team;
  const char *words; // what is not covered
};

struct syllabus_plan {
  bool is_changed; // the text is another one
  int64_t version; // of the stored file: afterwards; in a dry run the one that the plan is made on
  struct syllabus_diff diff;
  struct date_plan *moves; // of the diff's, in its order; without version
  const char **notes;      // what else follows, each a sentence
  size_t note_count;
  struct syllabus_gap *gaps;
  size_t gap_count;
  struct petition_ended *requests; // open ones for more time on a milestone that is gone: declined
  size_t request_count;
  int64_t told;            // people who get a message of it
  const char *why_confirm; // NULL: it needs no confirmation
  const char *words;       // all of it in sentences
  struct findings warnings;
};

// By an instructor. invalid_course_file, would_orphan, confirmation_needed.
CHECKED enum err syllabus_change(const struct act *act, struct course_library *library,
                                 const struct course_view *course, const struct syllabus_wish *wish,
                                 struct syllabus_plan *out);
