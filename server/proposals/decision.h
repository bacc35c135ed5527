// SPDX-License-Identifier: AGPL-3.0-or-later
// Recommendations and decisions on proposals (rules.md, Proposals). A decision can be taken back for 10 minutes; then
// the team is told, once, by the agenda, and what an approval brings with it happens. After that staff can reopen.
#pragma once

#include "server/proposals/change.h"

enum { DECISION_CHARACTERS_MAX = 4000, DECISIONS_AT_ONCE = 200 };

enum verdict { VERDICT_APPROVE, VERDICT_CONDITIONS, VERDICT_CHANGES, VERDICT_DECLINE, VERDICTS };
extern const char *const verdict_names[]; // "approve", "approve with conditions", "request changes", "decline", NULL

enum decision_kind { DECISION_DECIDED, DECISION_RECOMMENDED, DECISION_REOPENED };
extern const char *const decision_kind_names[]; // "decision", "recommendation", "reopening", NULL

struct change_new {
  const char *field; // NULL: the proposal as a whole
  const char *text;
};

struct decision_new {
  bool is_recommendation;
  bool is_as_recommended; // the newest recommendation's verdict, and what it says where the rest is empty
  enum verdict verdict;
  const char *comment; // "" when there is none
  const struct change_new *changes;
  size_t change_count;
  int64_t propose_anew_by; // of a decline; 0: not stated
  int64_t submitted_at;    // of the submission that was read; 0: whichever stands
};

struct decision {
  int64_t id;
  int64_t proposal;
  int64_t team;
  int64_t round;
  enum decision_kind kind;
  enum verdict verdict; // of a reopening: VERDICT_CHANGES
  const char *comment;
  int64_t by; // 0: the operator
  const char *by_name;
  int64_t at;
  int64_t of_submission; // instant of the submission that it is on
  int64_t revise_until;
  int64_t propose_anew_by;
  int64_t told_at;       // 0: the team does not know yet
  int64_t taken_back_at; // 0: not
  bool is_read;          // by the caller
};

// Recommends (any staff) or decides (who may). version_conflict when another submission stands than the one read;
// conflict when the table of states has no such step. Fills the id.
CHECKED enum err decision_make(const struct act *act, const struct course_view *course, int64_t team,
                               const struct decision_new *wanted, int64_t *id);
// Until 10 minutes after it, to the second, and not once the team was told: deadline_passed.
CHECKED enum err decision_take_back(const struct act *act, const struct course_view *course, int64_t team,
                                    int64_t decision);
// Staff open a decided proposal again, or give more time to revise; the team is told at once.
CHECKED enum err decision_reopen(const struct act *act, const struct course_view *course, int64_t team,
                                 const struct decision_new *wanted, int64_t *id);
// Agenda "decision told": tells the team once, and does what goes with an approval. Nothing for one taken back.
CHECKED enum err decision_tell(const struct act *act, const struct course_view *course, int64_t decision);
// The course is archived: what its teams would have been told within the ten minutes they are told now, because nothing
// happens by the clock from then on.
CHECKED enum err decision_tell_all(const struct act *act, const struct course_view *course);
// A member has read it.
CHECKED enum err decision_read(const struct act *act, const struct course_view *course, int64_t team, int64_t decision);
// As the caller may see it: to students what was told, and no recommendation. not_found.
CHECKED enum err decision_show(const struct act *act, const struct course_view *course, int64_t team, int64_t decision,
                               struct decision *out);
CHECKED enum err decision_list(const struct act *act, const struct course_view *course, int64_t team,
                               struct decision **out, size_t *count);
