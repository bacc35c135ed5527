// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of courses: their stored files, and the one query that tells what a caller is in a course.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/courses/course_view.h"
#include "server/db/act.h"

struct course_row {
  int64_t id;
  const char *slug;
  const char *title;
  int64_t version;
  const char *state;
  const char *role; // of the person asked for; NULL for the operator's list
};

// Everything admit needs, by one statement.
struct course_standing {
  int64_t id;
  int64_t version;
  int64_t counter;              // of the course's changes
  int64_t installation_counter; // of accounts: names that everybody sees
  bool is_enrolled;             // and active
  int64_t enrolment_version;
  enum role role; // ROLE_NONE when never enrolled
  enum credit credit;
  bool is_audit_approved;
  bool is_placed;
  int64_t team; // 0 with is_placed: a seat
  enum course_state state;
};

struct course_page { // by slug, which never changes
  const char *after; // NULL: from the first
  int64_t limit;
};

CHECKED enum err course_store_standing(struct db *db, const char *slug, int64_t person, struct course_standing *out);
CHECKED enum err course_store_syllabus(struct db *db, struct arena *arena, int64_t course, int64_t version,
                                       const char **out);
CHECKED enum err course_store_get(struct db *db, struct arena *arena, int64_t course, struct course_row *out);
CHECKED enum err course_store_find(struct db *db, const char *slug, int64_t *course);
// How many drafts somebody is instructor of.
CHECKED enum err course_store_drafts(struct db *db, int64_t person, int64_t *count);
// Of one person (active enrolments; a student's drafts are left out), or all when person is 0.
CHECKED enum err course_store_list(struct db *db, struct arena *arena, int64_t person, const struct course_page *page,
                                   struct course_row **out, size_t *count);
// ERR_CONFLICT when the slug exists. Fills id and version.
CHECKED enum err course_store_insert(const struct act *act, struct course_row *row, const char *syllabus);
CHECKED enum err course_store_set_state(struct db *db, int64_t course, const char *state);
CHECKED enum err course_store_count_students(struct db *db, int64_t course, int64_t *out); // active ones
// Another text, title and version for the course of this id.
CHECKED enum err course_store_change(struct db *db, const struct course_row *row, const char *syllabus);
