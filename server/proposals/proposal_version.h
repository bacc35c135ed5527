// SPDX-License-Identifier: AGPL-3.0-or-later
// Every version of a team's proposal that is kept: numbered through all its rounds, readable for ever. Autosaves of one
// person within 10 minutes are one version; those of submissions and decisions take nothing more in (rules.md,
// Proposals).
#pragma once

#include "server/proposals/proposal_store.h"

// From a version's first save on: one of exactly so many seconds later still belongs to it.
enum { PROPOSAL_FOLD_SECONDS = 600 };

enum proposal_version_kind {
  VERSION_SAVED,
  VERSION_SUBMITTED,
  VERSION_DECIDED,
  VERSION_TAKEN_BACK, // of a decision that was: to staff only
  VERSION_BEGUN_ANEW,
};
extern const char *const proposal_version_kind_names[]; // "saved", "submitted", "decided", …, NULL

struct proposal_version {
  int64_t version;
  int64_t proposal;
  int64_t round;
  enum proposal_version_kind kind;
  enum proposal_state state; // of the proposal when it was written
  int64_t by;                // 0: the operator, or nobody who is known
  const char *by_name;       // NULL: nobody
  int64_t started_at;
  int64_t at;
  int64_t submission; // what was recorded with it (milestones/submission.h); 0: nothing
  int64_t counted;    // of a submission by staff: the saved version that they counted; else 0
  const char *reason; // and why
};

// Takes what was saved into the newest version, or begins the next one, and sets proposal->version; the caller writes
// the proposal's row. What would be judged otherwise than the newest version, if staff counted it, begins the next one.
CHECKED enum err proposal_version_save(const struct act *act, const struct course_view *course,
                                       struct proposal *proposal, const struct proposal_entry *entry);
// A version that takes no more saves; of a proposal anew it holds all that it begins with. `handed_in` is NULL unless
// it is submitted.
CHECKED enum err proposal_version_seal(const struct act *act, struct proposal *proposal,
                                       enum proposal_version_kind kind, const struct proposal_handed_in *handed_in);
// The proposal says again what it said in that version, as its newest one, which is sealed.
CHECKED enum err proposal_version_restore(const struct act *act, const struct proposal *proposal,
                                          const struct proposal_version *version);
// The version of a decision that is taken back.
CHECKED enum err proposal_version_take_back(const struct act *act, const struct proposal *proposal);
// Newest first, those below `below` (INT64_MAX for the newest), at most `limit`. Students see none of a decision that
// they have not been told of (review.h), here and below.
CHECKED enum err proposal_version_list(const struct act *act, const struct course_view *course, int64_t team,
                                       int64_t below, int64_t limit, struct proposal_version **out, size_t *count);
// not_found in words.
CHECKED enum err proposal_version_get(const struct act *act, const struct course_view *course, int64_t team,
                                      int64_t version, struct proposal_version *out);
// What it said, by field and person.
CHECKED enum err proposal_version_entries(const struct act *act, const struct proposal_version *version,
                                          struct proposal_entry **out, size_t *count);
