// SPDX-License-Identifier: AGPL-3.0-or-later
// Which texts of a course share passages, with each other or with texts of earlier courses: places for staff to look
// at. It decides nothing and stores nothing. Pure: where the texts come from is similarity_store.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/course/similarity.h"

enum {
  SIMILARITY_LEAST_PERCENT = 10,        // unless told
  SIMILARITY_MATCHES_MAX = 100,         // answered, the greatest shares
  SIMILARITY_PASSAGES_SHOWN = 20,       // of a match, the first
  SIMILARITY_COMMON_LEAST = 4,          // so many answers to the same question have it, and more than half of them
  SIMILARITY_OCCURRENCES_MAX = 2000000, // of a run of words in two texts, looked at; rare runs first
  SIMILARITY_COMPARED_MAX = 5000,       // pairs, those that seem to share most
  SIMILARITY_PRINTS_MAX = 10000000,     // of all pairs compared: about two seconds of one worker
};

struct similarity_text {
  int64_t course;
  const char *slug;
  int64_t team, person;  // whose it is: one of them, the other 0
  const char *name;      // the team's or the person's
  const char *milestone; // NULL: the proposal
  const char *field;
  int64_t member; // of a field per member: whose part; else 0
  const char *text;
  size_t bytes;
};

struct similarity_match {
  const struct similarity_text *a, *b; // a is of the course
  size_t a_bytes, b_bytes;             // that stand in a passage
  int share;                           // percent of the smaller text
  const struct passage *passages;
  size_t passage_count;
  bool has_more; // passages
};

struct similarity_report {
  struct similarity_match *matches; // the greatest share first
  size_t count;
  bool is_cut; // a limit was reached: there may be more matches
};

// Texts of one holder are not compared with each other, nor those of two other courses. Runs of words that more than
// half of the answers to one question have (the assignment's own) are left out. The report borrows the texts.
struct similarity_report similarity_report_make(struct arena *arena, int64_t course,
                                                const struct similarity_text *texts, size_t count, int least_percent);
