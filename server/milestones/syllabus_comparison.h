// SPDX-License-Identifier: AGPL-3.0-or-later
// How a comparison of two course files is put together: a list of differences, each a sentence, and why any of them
// needs confirmation. What is compared: syllabus_diff.c and syllabus_diff_work.c.
#pragma once

#include "common/base/text.h"
#include "server/milestones/syllabus_diff.h"

struct syllabus_comparison {
  const struct act *act;
  const struct course_view *was, *is;
  struct syllabus_difference *list;
  size_t count, room;
  struct milestone_move *moves;
  size_t move_count;
  struct text why;
};

struct syllabus_place { // where a difference stands, and whom it concerns
  const char *section;
  const char *subject; // an id in it, or NULL
  enum syllabus_audience audience;
};
struct syllabus_dated {
  const char *noun, *verb; // "Team registration", "closes"
  const char *why;         // "the close of team registration"
  bool is_opening;         // moved behind now it closes again what had opened
};

void syllabus_add(struct syllabus_comparison *comparison, struct syllabus_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// "NOUN is IS instead of WAS.", when they differ; NULL is nothing.
void syllabus_add_text(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                       const char *was, const char *is);
void syllabus_add_number(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                         int64_t was, int64_t is);
// 0: not stated. Of what has passed by both nobody is told.
void syllabus_add_date(struct syllabus_comparison *comparison, struct syllabus_place place,
                       const struct syllabus_dated *dated, int64_t was, int64_t is);
void syllabus_add_span(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                       struct span was, struct span is);
// Nobody is told: they hear the reminders themselves.
void syllabus_add_reminders(struct syllabus_comparison *comparison, struct syllabus_place place, const char *noun,
                            const struct reminders *was, const struct reminders *is);
void syllabus_add_why(struct syllabus_comparison *comparison, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Parts of a comparison, in the order of the file.
void syllabus_compare_proposals(struct syllabus_comparison *comparison);
void syllabus_compare_milestones(struct syllabus_comparison *comparison);
void syllabus_compare_grading(struct syllabus_comparison *comparison);
bool syllabus_same_policy(const struct late_policy *a, const struct late_policy *b);
const char *syllabus_policy_words(struct arena *arena, const struct late_policy *policy);
