// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal.h"

const char *const proposal_state_names[] = {[PROPOSAL_DRAFT] = "draft",
                                            [PROPOSAL_SUBMITTED] = "submitted",
                                            [PROPOSAL_CHANGES_REQUESTED] = "changes requested",
                                            [PROPOSAL_RESUBMITTED] = "resubmitted",
                                            [PROPOSAL_APPROVED] = "approved",
                                            [PROPOSAL_APPROVED_WITH_CONDITIONS] = "approved with conditions",
                                            [PROPOSAL_NOT_APPROVED] = "not approved",
                                            [PROPOSAL_STATES] = NULL};

struct transition {
  enum proposal_state from;
  enum proposal_action action;
  enum proposal_state to;
};

static const struct transition transitions[] = {
    {PROPOSAL_DRAFT, PROPOSAL_SAVE, PROPOSAL_DRAFT},
    {PROPOSAL_DRAFT, PROPOSAL_SUBMIT, PROPOSAL_SUBMITTED},
    {PROPOSAL_SUBMITTED, PROPOSAL_REQUEST_CHANGES, PROPOSAL_CHANGES_REQUESTED},
    {PROPOSAL_SUBMITTED, PROPOSAL_APPROVE, PROPOSAL_APPROVED},
    {PROPOSAL_SUBMITTED, PROPOSAL_APPROVE_WITH_CONDITIONS, PROPOSAL_APPROVED_WITH_CONDITIONS},
    {PROPOSAL_SUBMITTED, PROPOSAL_DECLINE, PROPOSAL_NOT_APPROVED},
    {PROPOSAL_CHANGES_REQUESTED, PROPOSAL_SAVE, PROPOSAL_CHANGES_REQUESTED},
    {PROPOSAL_CHANGES_REQUESTED, PROPOSAL_SUBMIT, PROPOSAL_RESUBMITTED},
    {PROPOSAL_CHANGES_REQUESTED, PROPOSAL_TAKE_BACK, PROPOSAL_SUBMITTED},
    {PROPOSAL_CHANGES_REQUESTED, PROPOSAL_REOPEN, PROPOSAL_CHANGES_REQUESTED}, // more time to revise
    {PROPOSAL_RESUBMITTED, PROPOSAL_REQUEST_CHANGES, PROPOSAL_CHANGES_REQUESTED},
    {PROPOSAL_RESUBMITTED, PROPOSAL_APPROVE, PROPOSAL_APPROVED},
    {PROPOSAL_RESUBMITTED, PROPOSAL_APPROVE_WITH_CONDITIONS, PROPOSAL_APPROVED_WITH_CONDITIONS},
    {PROPOSAL_RESUBMITTED, PROPOSAL_DECLINE, PROPOSAL_NOT_APPROVED},
    {PROPOSAL_APPROVED, PROPOSAL_TAKE_BACK, PROPOSAL_SUBMITTED},
    {PROPOSAL_APPROVED, PROPOSAL_REOPEN, PROPOSAL_CHANGES_REQUESTED},
    {PROPOSAL_APPROVED_WITH_CONDITIONS, PROPOSAL_TAKE_BACK, PROPOSAL_SUBMITTED},
    {PROPOSAL_APPROVED_WITH_CONDITIONS, PROPOSAL_REOPEN, PROPOSAL_CHANGES_REQUESTED},
    {PROPOSAL_NOT_APPROVED, PROPOSAL_TAKE_BACK, PROPOSAL_SUBMITTED},
    {PROPOSAL_NOT_APPROVED, PROPOSAL_REOPEN, PROPOSAL_CHANGES_REQUESTED},
};

enum proposal_state proposal_next(enum proposal_state state, enum proposal_action action) {
  for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++)
    if (transitions[i].from == state && transitions[i].action == action)
      return transitions[i].to;
  return PROPOSAL_STATES;
}
