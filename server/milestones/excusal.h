// SPDX-License-Identifier: AGPL-3.0-or-later
// Staff's word on who need not hand something in: a team, a lab student, a single member. Whoever joined a team after
// something was due is excused by default (milestone.h computes it); staff may say that they owe it after all.
#pragma once

#include "server/milestones/milestone.h"

enum { EXCUSAL_REASON_CHARACTERS_MAX = 1000 };

struct excusal_wish {
  int64_t team, person; // one of the two
  bool is_excused;      // false: of a person only, they owe it
  const char *reason;   // told to those it concerns
};

struct excusal {
  int64_t id;
  const char *milestone;
  int64_t team, person; // 0: not that
  const char *name;     // the team's, or the person's
  bool is_excused;
  const char *reason;
  int64_t by; // 0: the operator
  const char *by_name;
  int64_t at;
};

// A second word on the same team or person replaces the first. Audited without the reason; those concerned are told.
CHECKED enum err excusal_say(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct excusal_wish *wish, int64_t *id);
// Takes the word back: what the rules say holds again.
CHECKED enum err excusal_withdraw(const struct act *act, const struct course_view *course,
                                  const struct milestone *milestone, int64_t id);
// Of the milestone, by number.
CHECKED enum err excusal_list(const struct act *act, const struct course_view *course,
                              const struct milestone *milestone, struct excusal **out, size_t *count);
CHECKED enum err excusal_get(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             int64_t id, struct excusal *out);
