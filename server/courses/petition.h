// SPDX-License-Identifier: AGPL-3.0-or-later
// The queue of requests to staff (rules.md, Requests), called petitions here because a request is one of HTTP. Knows
// no kind: what may be asked, by whom, who decides and what granting does are rows of server/petition_kinds.c, which
// features contribute. Granting performs the act in the transaction of the answer; when the act refuses (team_full,
// lab_full), so does the answer, and the petition stays open.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/accounts/services.h"
#include "server/courses/course_view.h"

enum petition_state { PETITION_OPEN, PETITION_GRANTED, PETITION_DECLINED, PETITION_WITHDRAWN };
enum petition_consent { CONSENT_NOT_ASKED, CONSENT_ASKED, CONSENT_AGREED, CONSENT_REFUSED };
enum {
  PETITION_WORDS_CHARACTERS_MAX = 2000,
  PETITION_ANSWER_CHARACTERS_MAX = 1000, // it is the reason of the act, too
  PETITIONS_OPEN_MAX = 10,               // a person and course
  PETITIONS_DAY_MAX = 20,                // asked within 24 h, withdrawn ones too: each is told to staff
};

// What a petition is about; which of these a kind needs is its row's.
struct petition_wish {
  int64_t team;          // 0: none
  int64_t person;        // the other one of a swap; 0: none
  int64_t size;          // of the team; 0: none
  const char *milestone; // its id; NULL: none
  int64_t until;         // the due that is asked for; 0: none
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
  int64_t answered_by; // 0: not yet, or the operator
  const char *answer;  // NULL: none yet
  bool is_instructors;
  int64_t partner; // whose consent is asked for; 0: nobody's
  bool needs_consent;
  enum petition_consent consent;
  int64_t consent_at; // 0: not said
  // names for lists and words; NULL where there is nobody
  const char *person_name;
  const char *team_name;
  const char *other_name;
  const char *answered_by_name;
  bool is_other_confidential; // named to staff and to themselves only
};

enum petition_need {
  PETITION_NEEDS_TEAM = 1, // one that is not given is the asker's own
  PETITION_NEEDS_PERSON = 2,
  PETITION_NEEDS_SIZE = 4,
  PETITION_NEEDS_MILESTONE = 8,
  PETITION_NEEDS_UNTIL = 16,
  PETITION_TAKES_TEAM = 32, // only when given: else it is for the asker alone
};

struct petition_kind {
  const char *name;    // "team size", "coverage", "late join", "leave", "swap", "lab seat", "audit", "extension"
  unsigned needs;      // of enum petition_need
  bool is_instructors; // decided by instructors only; else by staff
  const char *summary; // what granting does
  // Whether this caller, a student, may ask for this, in words; NULL: any student may.
  enum err (*may_ask)(const struct act *act, const struct course_view *course, const struct petition_wish *wish);
  // Does it, for petition->person, as staff's act with the answer as its reason.
  enum err (*grant)(const struct act *act, const struct services *services, const struct course_view *course,
                    const struct petition *petition, const char *answer);
  // Who beside staff is told at asking and may say yes or no (0: nobody); NULL: nobody.
  enum err (*partner)(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                      int64_t *person);
  // Whether it is granted only once the partner has agreed; their refusal then declines it. Else it informs staff.
  bool needs_consent;
};

struct petition_kinds {
  const struct petition_kind *const *rows;
  size_t count;
};

struct petition_new {
  const char *kind;
  const char *message;
  struct petition_wish wish;
};
// The caller asks. invalid_fields (an unknown kind, something that the kind needs), request_exists, conflict beyond the
// caps, and what the kind's row refuses. Staff are told in one line, the partner too.
CHECKED enum err petition_ask(const struct act *act, const struct services *services, const struct course_view *course,
                              const struct petition_new *wanted, int64_t *id);
// Staff answer; declining needs words. already_answered; not_allowed for one's own and for what instructors decide;
// consent_needed; and what the act refuses.
CHECKED enum err petition_answer(const struct act *act, const struct services *services,
                                 const struct course_view *course, int64_t id, bool is_granted, const char *words);
// The partner agrees or not; they may change their mind while it is open. Refusing what needs consent declines it.
CHECKED enum err petition_say(const struct act *act, const struct course_view *course, int64_t id, bool agrees);
// Whether anything has happened in the course since the partner agreed, but in the same second.
CHECKED enum err petition_has_gone_on(const struct act *act, const struct course_view *course,
                                      const struct petition *petition, bool *out);
// The asker takes it back while it is open.
CHECKED enum err petition_withdraw(const struct act *act, const struct course_view *course, int64_t id);
// Open ones about the milestone, which the course no longer has: declined by the actor for that reason. Their askers
// are not told here: of each, what to tell them, as part of another message.
struct petition_ended {
  int64_t person;
  const char *person_name;
  const char *words; // a sentence
};
CHECKED enum err petition_end_of_milestone(const struct act *act, const struct course_view *course,
                                           const char *milestone, struct petition_ended **out, size_t *count);
// The petition, for the asker, its partner, and staff; not_found for anybody else.
CHECKED enum err petition_show(const struct act *act, const struct course_view *course, int64_t id,
                               struct petition *out);
// The kind's row; NULL for one that this program does not know (any more).
const struct petition_kind *petition_kind_find(const struct services *services, const char *name);
