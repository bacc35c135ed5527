// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_count.h"

#include <inttypes.h>

#include "common/base/text.h"
#include "server/proposals/proposal_submit.h"
#include "server/proposals/review.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static enum err load(const struct act *act, const struct course_view *course, int64_t team, int64_t number,
                     struct proposal *proposal, struct proposal_version *version);
static enum err hand_in(const struct act *act, const struct course_view *course, struct proposal *proposal,
                        const struct proposal_version *version, int64_t *submission);
static enum err tell(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                     const struct proposal_version *version, const char *reason);

enum err proposal_count_version(const struct act *act, const struct course_view *course, int64_t team, int64_t number,
                                const char *reason) {
  struct proposal proposal = {0};
  struct proposal_version version = {0};
  struct proposal_handed_in handed_in = {.counted = number, .reason = reason};
  enum err err = load(act, course, team, number, &proposal, &version);
  if (err == ERR_OK)
    err = hand_in(act, course, &proposal, &version, &handed_in.submission);
  if (err == ERR_OK)
    err = proposal_move_submitted(act, course, &proposal, &handed_in);
  if (err == ERR_OK)
    err = proposal_version_restore(act, &proposal, &version);
  if (err == ERR_OK)
    err = proposal_attach_files(act, course, &proposal);
  if (err == ERR_OK)
    err = review_submitted(act, course, &proposal);
  return err == ERR_OK ? tell(act, course, &proposal, &version, reason) : err;
}

static enum err load(const struct act *act, const struct course_view *course, int64_t team, int64_t number,
                     struct proposal *proposal, struct proposal_version *version) {
  enum err err = review_load(act, course, team, proposal);
  if (err == ERR_OK)
    err = proposal_check(act, proposal->state, PROPOSAL_SUBMIT);
  if (err == ERR_OK)
    err = proposal_version_get(act, course, team, number, version);
  if (err != ERR_OK)
    return err;
  bool is_written = version->kind == VERSION_SAVED || version->kind == VERSION_BEGUN_ANEW;
  if (is_written && version->proposal == proposal->id)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "Version %" PRId64 " is %s. Count one that the team saved in this round.", number,
                       version->proposal != proposal->id ? "of an earlier round"
                                                         : "no save of the team, but of a submission or decision");
}

static enum err hand_in(const struct act *act, const struct course_view *course, struct proposal *proposal,
                        const struct proposal_version *version, int64_t *submission) {
  const struct milestone *milestone = proposal_milestone(course);
  const struct holder holder = {.team = proposal->team};
  struct submission_judging judging = {0};
  enum err err = proposal_judged_at(act, course, proposal, version->at, &judging.at, &judging.is_revision);
  if (err == ERR_OK && milestone != NULL)
    err = submission_record(act, course, milestone, &holder, &judging, submission);
  struct submission made = {0};
  if (err == ERR_OK && milestone != NULL)
    err = submission_get(act, course, *submission, &made);
  if (err == ERR_OK && (proposal->judged_at == 0 || made.counts))
    proposal->judged_at = judging.at;
  return err;
}

static enum err tell(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                     const struct proposal_version *version, const char *reason) {
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, proposal->team, &team, &members);
  if (err != ERR_OK)
    return err;
  struct notice notice = {
      .kind = "proposal counted",
      .subject = arena_format(act->arena, "A saved version of the proposal of %s counts as submitted", team.name),
      .words = arena_format(act->arena,
                            "The course's staff counted version %" PRId64
                            " of your proposal, last saved on %s, as submitted then. What was saved after it stays "
                            "among its versions. They write: %s",
                            version->version, course_instant_words(course, act->arena, version->at),
                            text_quotation(act->arena, reason))};
  return team_tell(act, course, proposal->team, &members, act->actor, &notice);
}
