// SPDX-License-Identifier: AGPL-3.0-or-later
// Which courses a person is in, for their own page: enrolments beside the names of the courses. Changes nothing.
#pragma once

#include "server/db/act.h"

struct my_enrolment {
  const char *course; // its slug
  const char *title;
  const char *role;
  const char *credit;
  bool is_audit_approved;
};

// The active ones, by title.
CHECKED enum err me_store_enrolments(struct db *db, struct arena *arena, int64_t person, struct my_enrolment **out,
                                     size_t *count);
