// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the ledger: what there is to judge, the rows that hold, the rows that there ever were.
#pragma once

#include "server/milestones/penalty.h"

// A version of somebody's, with a grant that moves their due, if there is one: a row each.
struct penalty_version {
  int64_t person;
  int64_t submission;
  int64_t judged_at;
  bool is_withdrawn;
  bool has_grant;
  struct extension grant;
};

// The newest row of a person and milestone.
struct penalty_current {
  int64_t person;
  const char *milestone;
  int64_t submission; // 0: all were withdrawn
  int points;
  int64_t due;
  bool is_waived;
  const char *reason; // of the waiver, or NULL
};

// Of everybody who is in a version of the holder's (zeros: in any), all their versions of the milestone, the one to be
// judged first: not withdrawn, of the team that they were in when it was due, counting, on time, newest. By person.
CHECKED enum err penalty_store_versions(const struct act *act, int64_t course, const struct milestone *milestone,
                                        const struct holder *holder, struct penalty_version **out, size_t *count);
// By person; of one milestone (NULL: all) and person (0: all).
CHECKED enum err penalty_store_current(const struct act *act, int64_t course, const char *milestone, int64_t person,
                                       struct penalty_current **out, size_t *count);
CHECKED enum err penalty_store_add(const struct act *act, int64_t course, const struct penalty_current *row,
                                   const char *cause);
CHECKED enum err penalty_store_history(const struct act *act, int64_t course, int64_t person, const char *milestone,
                                       struct penalty **out, size_t *count);
