// SPDX-License-Identifier: AGPL-3.0-or-later
// The queue of requests to staff (rules.md, Requests), called petitions here because a request is one of HTTP. Knows
// no kind: what may be asked, by whom, who decides and what granting does are rows of server/petition_kinds.c, which
// features contribute. Granting performs the act in the transaction of the answer.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/courses/course_view.h"

enum petition_state { PETITION_OPEN, PETITION_GRANTED, PETITION_DECLINED, PETITION_WITHDRAWN };
enum { PETITION_WORDS_CHARACTERS_MAX = 2000 };

// What a petition is about; which of these a kind needs is its row's.
struct petition_wish {
  int64_t team;   // 0: none
  int64_t person; // the other one of a swap; 0: none
  int64_t size;   // of the team; 0: none
};

struct petition {
  int64_t id;
  const char *kind;
  int64_t person; // who asks
  struct petition_wish wish;
  const char *message;
  enum petition_state state;
  int64_t asked_at;
  int64_t answered_at; // 0: not yet
  int64_t answered_by;
  const char *answer; // NULL: none yet
};

enum petition_need { PETITION_NEEDS_TEAM = 1, PETITION_NEEDS_PERSON = 2, PETITION_NEEDS_SIZE = 4 };

struct petition_kind {
  const char *name;    // "team size", "coverage", "late join", "leave", "swap", "lab seat", "audit"
  unsigned needs;      // of enum petition_need
  bool is_instructors; // decided by instructors only; else by staff
  const char *summary; // what granting does
  // Whether this caller may ask for this, in words; NULL: any student may.
  enum err (*may_ask)(const struct act *act, const struct course_view *course, const struct petition_wish *wish);
  // Does it, for petition->person, as staff's act with the answer as its reason.
  enum err (*grant)(const struct act *act, const struct services *services, const struct course_view *course,
                    const struct petition *petition, const char *answer);
};

struct petition_kinds {
  const struct petition_kind *const *rows;
  size_t count;
};
