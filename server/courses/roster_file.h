// SPDX-License-Identifier: AGPL-3.0-or-later
// What a roster file says, before anybody asks whom it is about: plain rows, each with its line. Pure; knows no store.
// Two forms, told apart by the header:
//   plain: name,email[,sis_id][,login][,role][,credit][,section] in any order of columns;
//   Canvas's gradebook export: Student,ID,[SIS User ID,]SIS Login ID,[Integration ID,][Root Account,]Section,…
//   (facts.md).
// A second CSV `sis_id,email` may follow after a form feed line (roster_csv.h); its address goes before the file's own.
// An empty cell, like a column that the file lacks, says nothing.
#pragma once

#include <stdbool.h>

#include "server/courses/enrolment.h"

enum { ROSTER_SIS_ID_MAX = 100 };

struct roster_index; // server/courses/roster_index.h

struct roster_entry {
  int line;
  const char *name; // "First Last"
  const char *email;
  const char *email_key; // folded
  const char *login;     // Canvas's SIS Login ID, or the column login; NULL: not said; so are the next four
  const char *login_key; // folded
  const char *sis_id;
  const char *section; // as written: "A", "A and B", "A, B, and C"
  bool has_role;
  bool has_credit;
  enum role role;
  enum credit credit;
  const char *left_out; // what nobody sees and the file had in it, in words; NULL: nothing
};

struct roster_skip { // a row that is not imported
  int line;
  const char *reason;
  const char *name_key; // whom it means, so that they are not taken for dropped; NULL: nobody
  const char *sis_id;
};

struct roster_file {
  bool is_canvas;
  bool has_sections; // a column for them
  const struct roster_entry *entries;
  size_t entry_count;
  const struct roster_skip *skips;
  size_t skip_count;
  const struct roster_index *sections; // those in the file, one by one
};

// `domain` completes a login without '@'; NULL: there is none. Refuses with invalid_csv, a field error for each line at
// fault, two rows about one person included.
CHECKED enum err roster_file_read(struct arena *arena, const char *bytes, size_t size, const char *domain,
                                  struct problem *problem, struct roster_file *out);
// Whether every section that the sentence names ("A and B") is in the file; false for NULL.
bool roster_file_covers(const struct roster_file *file, struct arena *arena, const char *sections);
