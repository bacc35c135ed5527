// SPDX-License-Identifier: AGPL-3.0-or-later
// What a decision asks the team to change, item by item: each is answered before the proposal can be submitted again,
// and accepted by staff, one by one or with an approval (rules.md, Proposals). The team sees the items with the
// decision.
#pragma once

#include "server/proposals/proposal.h"

enum { CHANGES_MAX = 30, CHANGE_CHARACTERS_MAX = 2000, CHANGE_ANSWER_CHARACTERS_MAX = 4000 };

enum change_state { CHANGE_OPEN, CHANGE_ANSWERED, CHANGE_ACCEPTED };
extern const char *const change_state_names[]; // "open", "answered", "accepted", NULL

struct change_item {
  int64_t id;
  int64_t decision;
  const char *field; // NULL: the proposal as a whole
  const char *text;
  enum change_state state;
  bool is_told; // the team knows of it
  int64_t asked_at;
  const char *answer;           // NULL: none yet
  const char *answered_by_name; // NULL: nobody, or the operator
  int64_t answered_at;          // 0: not
  int64_t accepted_at;          // 0: not
};

// Those that the team knows of and has not answered.
CHECKED enum err change_items_open(const struct act *act, const struct course_view *course,
                                   const struct proposal *proposal, const struct change_item **items, size_t *count);
// By a member of the team while changes are requested; an answer that was not accepted can be given anew.
CHECKED enum err change_answer(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                               const char *text);
// By staff who may judge the team: accepts the answer, or takes that back.
CHECKED enum err change_accept(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                               bool is_accepted);
// The item as the caller may see it; not_found.
CHECKED enum err change_show(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                             struct change_item *out);
