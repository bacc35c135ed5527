// SPDX-License-Identifier: AGPL-3.0-or-later
// Finding people and teams of a course by words (rules.md, Who sees what). Each word of the query must begin a word of
// the name; for staff, of the registrar's name, the address, the login, the SIS id or the section too. Students find
// teams, themselves, the members of teams, staff, and who looks for a team: those whose names the course may see
// anyway. A confidential person is found by staff and the own team only.
//
// Nothing is stored for it: names are changed in several places, and a key that is not there cannot be out of date. One
// search reads the course's people once, through keys of the store, and folds what it reads: the time grows with the
// course, for staff 2 ms for a thousand people and 11 ms for five thousand (measured, 2 cores shared with a build;
// students' searches half of that, since they read fewer columns), on one loop. It does not depend on how many match,
// nor on other courses; memory is that of the results.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/courses/course_view.h"

enum { SEARCH_CHARACTERS_MIN = 2, SEARCH_CHARACTERS_MAX = 100, SEARCH_WORDS_MAX = 8, SEARCH_RESULTS_MAX = 50 };

struct search_person {
  int64_t person;
  const char *name; // as everybody sees it
  const char *role; // "student", …
  int64_t team;     // 0: none
  const char *team_name;
  const char *email; // for staff only; NULL: none
  bool is_active;
};

struct search_team {
  int64_t team;
  const char *name;
  const char *state;
};

struct search_result { // each by name; together at most SEARCH_RESULTS_MAX
  struct search_person *people;
  size_t person_count;
  struct search_team *teams;
  size_t team_count;
  bool is_cut; // there are more
};

// invalid_fields when the query has fewer than SEARCH_CHARACTERS_MIN characters that count, or too many words.
CHECKED enum err search_course(const struct act *act, const struct course_view *course, const char *query,
                               struct search_result *out);
