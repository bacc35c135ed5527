// SPDX-License-Identifier: AGPL-3.0-or-later
// A registered team submits its proposal, or what it has revised (rules.md, Proposals and Coverage), and before that is
// told what is missing and what it costs. Time and lateness: milestones/submission.h.
#pragma once

#include "server/milestones/penalty.h"
#include "server/proposals/change.h"

struct proposal_readiness {
  struct proposal proposal;
  const struct proposal_lack *lacks; // none: nothing is missing
  size_t lack_count;
  const struct change_item *open; // requested changes without an answer
  size_t open_count;
  // What a submission now would do, and after a submission has done.
  int64_t judged_at;        // by which lateness is judged: now, or of a revision in its window the first submission's
  bool is_in_window;        // of revision, or of proposing anew: no later than that
  bool is_on_time;          // by what holds for the whole team alike; true when the course file has no such milestone
  bool counts;              // false: one in time goes on counting, and `cost` is its
  int64_t submission;       // 0: none was recorded
  struct cost_preview cost; // points of 100 that its lateness costs
};

// not_your_team, team_not_registered, conflict by the table of states, skills_not_covered of a first submission,
// not_open, deadline_passed. A dry run tells the rest in *out and changes nothing; else also invalid_fields naming what
// is missing, and changes_open naming the requested changes that are not answered. Tells the team and the reviewers.
CHECKED enum err proposal_submit(const struct act *act, const struct course_view *course, int64_t team, bool is_dry_run,
                                 struct proposal_readiness *out);
// By which instant what was written at `at` is judged: itself, or inside a window of revision, or of proposing anew,
// that of the first submission.
CHECKED enum err proposal_judged_at(const struct act *act, const struct course_view *course,
                                    const struct proposal *proposal, int64_t at, int64_t *judged_at,
                                    bool *is_in_window);
// Whether what was written at either instant would be judged the same if staff counted it: by the milestone's terms,
// and by a window of revision or of proposing anew.
CHECKED enum err proposal_judged_alike(const struct act *act, const struct course_view *course,
                                       const struct proposal *proposal, const int64_t instants[2], bool *out);
// What it names stays from now on, and the team may read it. invalid_fields for what is no file of the team any more.
CHECKED enum err proposal_attach_files(const struct act *act, const struct course_view *course,
                                       const struct proposal *proposal);
// The milestone that a proposal is handed in for, or NULL when the course file has none.
const struct milestone *proposal_milestone(const struct course_view *course);
