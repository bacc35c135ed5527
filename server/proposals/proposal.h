// SPDX-License-Identifier: AGPL-3.0-or-later
// A team's proposal from first draft to decision (rules.md, Proposals). Which fields there are comes from the course
// file, who is in it from the team. Saves are per field; what was submitted or decided stays readable for ever. How it
// is judged: review.h. Knows nothing of lateness but through milestones/submission.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/courses/course_view.h"

// One table of transitions (proposal_state.c) says which action leads where; what it does not have is 409.
enum proposal_state {
  PROPOSAL_DRAFT,
  PROPOSAL_SUBMITTED,
  PROPOSAL_CHANGES_REQUESTED,
  PROPOSAL_RESUBMITTED,
  PROPOSAL_APPROVED,
  PROPOSAL_APPROVED_WITH_CONDITIONS,
  PROPOSAL_NOT_APPROVED, // "propose anew by": the next proposal of the team links to it
  PROPOSAL_STATES,
};
extern const char *const proposal_state_names[]; // "draft", "submitted", "changes requested", …, NULL

enum proposal_action {
  PROPOSAL_SAVE,
  PROPOSAL_SUBMIT, // and resubmit
  PROPOSAL_REQUEST_CHANGES,
  PROPOSAL_APPROVE,
  PROPOSAL_APPROVE_WITH_CONDITIONS,
  PROPOSAL_DECLINE,
  PROPOSAL_TAKE_BACK, // a decision, for 10 minutes, before its mail leaves
  PROPOSAL_REOPEN,    // staff: back to changes requested, with a reason
  PROPOSAL_ACTIONS,
};
// The state after the action, or PROPOSAL_STATES when the table does not have it. TAKE_BACK leads to what the decision
// was made from (decided_from); proposal_next says SUBMITTED for it.
enum proposal_state proposal_next(enum proposal_state state, enum proposal_action action);

struct proposal {
  int64_t id;
  int64_t course;
  int64_t team;
  int64_t round; // 1; 2 is a proposal anew
  enum proposal_state state;
  int64_t submitted_at;             // 0: never
  int64_t decided_at;               // 0: not
  int64_t revise_until;             // of changes requested: a resubmission until then is never late
  int64_t propose_anew_by;          // of not approved; 0: not stated
  int64_t previous;                 // the proposal that this one is anew of, 0: none
  int64_t judged_at;                // of the first submission of all rounds: what a revision in its window is judged by
  int64_t version;                  // the newest of its versions (proposal_version.h)
  enum proposal_state decided_from; // the state before the last decision
};

// For so long a decision can be taken back.
enum { PROPOSAL_TAKE_BACK_SECONDS = 600 };

// The team's newest proposal; a draft is made on the first save. ERR_NOT_FOUND without words when there is none.
// proposal_get says not_found in words.
CHECKED enum err proposal_of_team(const struct act *act, const struct course_view *course, int64_t team,
                                  struct proposal *out);
CHECKED enum err proposal_get(const struct act *act, const struct course_view *course, int64_t id,
                              struct proposal *out);
// What is missing before it can be submitted, in words, by field; count 0: nothing.
struct proposal_lack {
  const char *field;
  const char *words;
};
CHECKED enum err proposal_lacks(const struct act *act, const struct course_view *course,
                                const struct proposal *proposal, const struct proposal_lack **out, size_t *count);
// Moves the state, writes the row, the version of a submission or decision, and the audit; the caller has checked who
// may. CONFLICT with words when the table lacks it, a newer round exists, or what was decided has been revised since.
// Sets submitted_at, decided_at (0 again once it is submitted), decided_from. What the caller has put into revise_until
// anew is kept, else changes requested and reopening give the course file's window from now; propose_anew_by is kept.
CHECKED enum err proposal_move(const struct act *act, const struct course_view *course, struct proposal *proposal,
                               enum proposal_action action);
struct proposal_handed_in {
  int64_t submission; // what was recorded (milestones/submission.h); 0: nothing
  int64_t counted;    // of a submission by staff: the saved version that they counted; else 0
  const char *reason; // and why
};
// PROPOSAL_SUBMIT.
CHECKED enum err proposal_move_submitted(const struct act *act, const struct course_view *course,
                                         struct proposal *proposal, const struct proposal_handed_in *handed_in);
// CONFLICT, saying what can be done in that state, when the table lacks it.
CHECKED enum err proposal_check(const struct act *act, enum proposal_state state, enum proposal_action action);
// file_share_hook (server/accounts/services.h): mates read the draft's attachment before it is submitted.
CHECKED enum err proposal_names_file(const struct act *act, const struct course_view *course, int64_t file, bool *out);
const char *proposal_subject(const struct act *act, int64_t proposal); // of audit rows: "proposal 12"
const char *proposal_link(const struct act *act, const struct course_view *course, int64_t team);
