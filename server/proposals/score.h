// SPDX-License-Identifier: AGPL-3.0-or-later
// Points by the course file's rubric: each reviewer gives their own on the submission that stands. Staff see them at
// once and by whom; the team sees points and words, not whose they are, once it was told of a decision on that
// submission. What follows from points is people's to decide.
#pragma once

#include "server/courses/course_view.h"

enum { SCORE_WORDS_CHARACTERS_MAX = 2000 };

struct score_new {
  const char *item; // id in the course file's rubric
  int64_t points;
  const char *words; // NULL: none
};

struct score {
  const char *item;
  int64_t points;
  int64_t most; // what the course file gave at most when it was given
  const char *words;
  int64_t by;
  const char *by_name;
  int64_t at;
  int64_t of_submission;
};

// The actor's scores on the team's submission become these: those left out go. `submitted_at` of the submission that
// was read, 0: whichever stands. not_allowed for who may not judge the team; conflict when nothing is submitted, or it
// was decided and told; version_conflict (412) when another submission stands; invalid_fields by item.
CHECKED enum err score_give(const struct act *act, const struct course_view *course, int64_t team, int64_t submitted_at,
                            const struct score_new *scores, size_t count);
// In the rubric's order, then by reviewer: to staff those of the submission that stands, to the team those of the last
// one that it was told a decision on.
CHECKED enum err score_list(const struct act *act, const struct course_view *course, int64_t team, struct score **out,
                            size_t *count);
