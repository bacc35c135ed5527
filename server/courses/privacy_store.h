// SPDX-License-Identifier: AGPL-3.0-or-later
// Every table of the store with what it holds on a person: how that is exported and how it is erased, a row each. A
// test compares it with the schema: a new table needs its row here. The one place that speaks of every feature's
// tables, because a person's data is all of them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/courses/privacy_words.h"
#include "server/db/act.h"

struct privacy_table {
  const char *name;
  const char *export_sql; // of $1, the person; columns as they are called in the export; NULL: nothing on a person
  const char *erase_sql;  // of $1, the person; NULL: nothing, or what stays
  const char *stays;      // what is not erased, and why; NULL: all is
};
extern const struct privacy_table privacy_tables[];
extern const size_t privacy_table_count;

struct privacy_enrolment {
  int64_t course;
  const char *slug;
  bool is_active;
  bool is_instructor;
  int64_t hold_until;  // 0: no place is held
  int64_t instructors; // of the course, active
};
// Those that are active, or whose place is held.
CHECKED enum err privacy_store_enrolments(const struct act *act, int64_t person, struct privacy_enrolment **out,
                                          size_t *count);
// The names that the person has, the preferred one last.
CHECKED enum err privacy_store_names(const struct act *act, int64_t person, const char **name, const char **preferred);
CHECKED enum err privacy_store_addresses(const struct act *act, int64_t person, const char ***out, size_t *count);
// What they wrote to others, in quotes.
CHECKED enum err privacy_store_quoted(const struct act *act, int64_t person, const char ***out, size_t *count);
// What others in their courses are called and were, teams too.
CHECKED enum err privacy_store_others(const struct act *act, int64_t person, const char ***out, size_t *count);
// What everybody else of the installation is called and was.
CHECKED enum err privacy_store_namesakes(const struct act *act, int64_t person, const char ***out, size_t *count);
// The JSON of audit rows of the installation about the person: names that they had.
CHECKED enum err privacy_store_former(const struct act *act, int64_t person, const char ***out, size_t *count);
// Gives the account a name of nobody, no password, and disables it.
CHECKED enum err privacy_store_rename(const struct act *act, int64_t person, const char *name);

enum { PRIVACY_TEXTS = 3 };

// Free text in which others may have named the person.
struct privacy_text {
  const char *name;
  enum privacy_text_kind kind;
  const char *select_sql; // two integers that are the key, then PRIVACY_TEXTS texts or nulls; of all rows, or of
                          // those for $1, the person
  const char *change_sql; // of $1 and $2, the key, and $3 to $5, the texts without the name
};
extern const struct privacy_text privacy_texts[];
extern const size_t privacy_text_count;
