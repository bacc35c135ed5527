// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/team_progress.h"

#include "server/proposals/review.h"
#include "server/proposals/team_progress_store.h"

enum err team_progress_find(const struct act *act, const struct course_view *course, int64_t team,
                            struct team_progress *out) {
  *out = (struct team_progress){.proposal_state = NULL};
  struct proposal proposal;
  enum err err = proposal_of_team(act, course, team, &proposal);
  if (err == ERR_OK && (err = review_mask(act, course, &proposal)) == ERR_OK) {
    out->proposal_state = proposal_state_names[proposal.state];
    out->proposal_round = proposal.round;
  }
  return err == ERR_OK || err == ERR_NOT_FOUND
             ? team_progress_store_handed_in(act, team, &out->handed_in, &out->handed_in_count)
             : err;
}
