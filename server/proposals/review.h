// SPDX-License-Identifier: AGPL-3.0-or-later
// What judging a proposal asks of the rest of this folder, and whether somebody may judge. The team learns of a
// decision when its mail leaves, 10 minutes after it: until then everything the team sees and does goes by the state
// before it. Decisions: decision.h. Requested changes: change.h. Comments: comment.h. Who reviews: reviewer.h.
#pragma once

#include "server/proposals/proposal.h"

// For a student's reading and doing: an untold decision is taken out of *proposal again. Nothing for staff and the
// system. Call it right after proposal_of_team or proposal_get.
CHECKED enum err review_mask(const struct act *act, const struct course_view *course, struct proposal *proposal);
// In the transaction of a submission or resubmission, after it: tells the reviewers, or all staff when there are none.
CHECKED enum err review_submitted(const struct act *act, const struct course_view *course,
                                  const struct proposal *proposal);

// not_allowed unless the actor is staff who have not marked the team as one that they may not judge.
CHECKED enum err review_check_judge(const struct act *act, const struct course_view *course, int64_t team);
// Whether the actor decides in this course: its instructors, staff if the course file says so, and who stands in for an
// instructor who is away.
CHECKED enum err review_may_decide(const struct act *act, const struct course_view *course, bool *out);
// The team's proposal, or not_found with words.
CHECKED enum err review_load(const struct act *act, const struct course_view *course, int64_t team,
                             struct proposal *out);
// When a proposal that was submitted then has waited too long: REVIEW_PATIENCE_DAYS civil days later.
enum { REVIEW_PATIENCE_DAYS = 5 };
int64_t review_due(const struct course_view *course, int64_t since);
