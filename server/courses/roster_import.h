// SPDX-License-Identifier: AGPL-3.0-or-later
// A roster file held against the course: who is added, changed, back, dropped, with each consequence; then done.
// A plan only reads. A person is found by the SIS id in this course first, then by address. Dropped are active students
// alone, and when the file has sections only those all of whose sections it has (rules.md, Teams; facts.md, Rosters).
#pragma once

#include "server/courses/roster_file.h"

enum roster_fate { ROSTER_UNCHANGED, ROSTER_ADDED, ROSTER_CHANGED, ROSTER_BACK };
enum {
  ROSTER_FATES = ROSTER_BACK + 1,
  ROSTER_CHANGES_MAX = 7,
  ROSTER_DROPS_FREE = 10, // more people than this, or than this share of the active students, need consent
  ROSTER_DROPS_FREE_PERCENT = 10,
};

struct roster_change {
  const char *field; // "name", "email", "login", "sis_id", "section", "role", "credit"
  const char *from;  // NULL: there was none
  const char *to;
};

struct roster_person { // one row of the file that is imported
  const struct roster_entry *entry;
  enum roster_fate fate;
  int64_t person;   // 0: has no account yet
  const char *name; // as everybody sees it
  struct roster_change changes[ROSTER_CHANGES_MAX];
  size_t change_count;
  bool is_renamed;
  bool is_readdressed;
  bool is_login_new;
  bool is_enrolment_changed;
  struct enrolment_terms terms;
  const char *place; // ROSTER_BACK: what of the earlier place is left
};

struct roster_drop {
  int64_t person;
  const char *name;
  const char *email;       // or NULL
  const char *consequence; // "leaves X with 1 of at least 2; the place is held for 72 h, until …"
};

struct roster_kept { // what the file might seem to ask for and does not get
  int line;          // 0: not in the file
  int64_t person;
  const char *name;
  const char *reason;
};

struct roster_plan {
  const struct roster_file *file;
  struct roster_person *people; // in the file's order
  size_t person_count;
  size_t counts[ROSTER_FATES];
  struct roster_drop *drops; // by name
  size_t drop_count;
  struct roster_kept *kept;
  size_t kept_count;
  int64_t active_students; // before
  int64_t drops_to_allow;  // what allow_drops must be at least; 0: nothing to ask
};

// Refuses with invalid_csv, naming the lines: an address that is somebody else's, two rows for one person, a role that
// would be taken away.
CHECKED enum err roster_plan_make(const struct act *act, const struct course_view *course,
                                  const struct roster_file *file, struct roster_plan *out);
// drops_need_consent, naming the number.
CHECKED enum err roster_plan_consent(const struct act *act, const struct roster_plan *plan, int64_t allow_drops);
// In the transaction in which the plan was made. Fills in the ids of new people.
CHECKED enum err roster_plan_apply(const struct act *act, const struct services *services,
                                   const struct course_view *course, struct roster_plan *plan);
