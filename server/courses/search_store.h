// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the search: a scan over whom the caller may find, row by row, so that nothing is copied of those who do
// not match.
#pragma once

#include "server/courses/search.h"

enum { SEARCH_TEXTS_MAX = 6 };

struct search_scan {
  struct db_rows rows;
  bool is_for_staff;
};

struct search_row { // texts are borrowed until the next row; NULL where there is none; the first is the name
  int64_t person;
  const char *texts[SEARCH_TEXTS_MAX];
  size_t text_count;
};

// As the caller of the view: staff see everybody, with what only staff see. Ends by search_store_end.
struct search_scan search_store_people(const struct act *act, const struct course_view *course);
bool search_store_next(struct search_scan *scan, struct search_row *out);
// The present row, copied.
struct search_person search_store_person(struct search_scan *scan, struct arena *arena);
CHECKED enum err search_store_end(struct search_scan *scan);
// All that are not dissolved.
CHECKED enum err search_store_teams(const struct act *act, int64_t course, struct search_team **out, size_t *count);
