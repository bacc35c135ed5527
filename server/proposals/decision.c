// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/decision.h"

#include "common/base/text.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/proposals/decision_notice.h"
#include "server/proposals/decision_store.h"
#include "server/proposals/proposal_value.h"
#include "server/proposals/review.h"
#include "server/teams/team.h"

static enum err load_judged(const struct act *act, const struct course_view *course, int64_t team,
                            const struct decision_new *wanted, struct proposal *out);
static enum err adopt(const struct act *act, const struct proposal *proposal, struct decision_new *wanted);
static enum err check_wanted(const struct act *act, const struct course_view *course,
                             const struct decision_new *wanted);
static enum err check_changes(const struct act *act, const struct course_view *course,
                              const struct decision_new *wanted);
static enum err check_decider(const struct act *act, const struct course_view *course, const char *instead);
static enum err put(const struct act *act, const struct proposal *proposal, enum decision_kind kind,
                    const struct decision_new *wanted, struct decision *out);
static enum err recommend(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                          const struct decision_new *wanted, int64_t *id);
static enum err decide(const struct act *act, const struct course_view *course, struct proposal *proposal,
                       const struct decision_new *wanted, int64_t *id);
static enum err check_no_untold(const struct act *act, const struct proposal *proposal);
static bool is_shown(const struct course_view *course, const struct decision *decision);

static const enum proposal_action actions[] = {[VERDICT_APPROVE] = PROPOSAL_APPROVE,
                                               [VERDICT_CONDITIONS] = PROPOSAL_APPROVE_WITH_CONDITIONS,
                                               [VERDICT_CHANGES] = PROPOSAL_REQUEST_CHANGES,
                                               [VERDICT_DECLINE] = PROPOSAL_DECLINE};

enum err decision_make(const struct act *act, const struct course_view *course, int64_t team,
                       const struct decision_new *wanted, int64_t *id) {
  struct proposal proposal;
  struct decision_new meant = *wanted;
  enum err err = load_judged(act, course, team, wanted, &proposal);
  if (err == ERR_OK && !wanted->is_recommendation)
    err = check_decider(act, course, "Recommend instead: the verdict \"recommend …\".");
  if (err == ERR_OK && wanted->is_as_recommended)
    err = adopt(act, &proposal, &meant);
  if (err != ERR_OK || (err = check_wanted(act, course, &meant)) != ERR_OK)
    return err;
  return meant.is_recommendation ? recommend(act, course, &proposal, &meant, id)
                                 : decide(act, course, &proposal, &meant, id);
}

enum err decision_take_back(const struct act *act, const struct course_view *course, int64_t team, int64_t id) {
  struct decision decision = {0};
  struct proposal proposal;
  enum err err = review_check_judge(act, course, team);
  if (err != ERR_OK || (err = check_decider(act, course, "Ask one of them to take it back.")) != ERR_OK ||
      (err = decision_show(act, course, team, id, &decision)) != ERR_OK)
    return err;
  if (decision.kind != DECISION_DECIDED || decision.taken_back_at != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         decision.kind == DECISION_DECIDED ? "This decision was taken back already."
                                                           : "Only decisions can be taken back.");
  if (decision.told_at != 0 || act->now > decision.at + PROPOSAL_TAKE_BACK_SECONDS)
    return problem_raise(act->problem, PROBLEM_DEADLINE_PASSED,
                         "The team is told 10 minutes after a decision, on %s here. Reopen the proposal with a reason "
                         "instead (POST …/proposal/reopenings).",
                         course_instant_words(course, act->arena, decision.at + PROPOSAL_TAKE_BACK_SECONDS));
  if ((err = proposal_get(act, course, decision.proposal, &proposal)) != ERR_OK ||
      (err = proposal_move(act, course, &proposal, PROPOSAL_TAKE_BACK)) != ERR_OK ||
      (err = agenda_clear(act->db, AGENDA_DECISION_TOLD, course->id, id)) != ERR_OK)
    return err;
  return decision_store_take_back(act, id);
}

enum err decision_reopen(const struct act *act, const struct course_view *course, int64_t team,
                         const struct decision_new *wanted, int64_t *id) {
  struct decision_new meant = *wanted;
  meant.verdict = VERDICT_CHANGES;
  struct proposal proposal;
  struct decision decision = {0};
  enum err err = load_judged(act, course, team, &meant, &proposal);
  if (err == ERR_OK && proposal.decided_at != 0 && proposal.state != PROPOSAL_CHANGES_REQUESTED)
    err = check_decider(act, course, "Ask one of them to open the proposal again."); // it undoes what they decided
  if (err != ERR_OK || (err = check_changes(act, course, &meant)) != ERR_OK ||
      (err = check_no_untold(act, &proposal)) != ERR_OK)
    return err;
  proposal.revise_until = course_add(course, act->now, course->file->proposals.revise_within);
  if ((err = proposal_move(act, course, &proposal, PROPOSAL_REOPEN)) != ERR_OK ||
      (err = put(act, &proposal, DECISION_REOPENED, &meant, &decision)) != ERR_OK)
    return err;
  *id = decision.id;
  if ((err = decision_accept_work(act, course, team, false)) != ERR_OK)
    return err;
  return decision_tell_team(act, course, &decision);
}

enum err decision_tell(const struct act *act, const struct course_view *course, int64_t id) {
  struct decision decision;
  enum err err = decision_store_find(act, course->id, id, &decision);
  if (err == ERR_NOT_FOUND)
    return ERR_OK;
  if (err != ERR_OK || decision.told_at != 0 || decision.taken_back_at != 0)
    return err;
  bool is_approval = decision.verdict == VERDICT_APPROVE || decision.verdict == VERDICT_CONDITIONS;
  if ((err = decision_store_tell(act, id)) != ERR_OK ||
      (err = audit_write(act, course->id, "proposal decision told", proposal_subject(act, decision.proposal), NULL,
                         arena_format(act->arena, "{\"decision\":%lld}", (long long)id))) != ERR_OK ||
      (err = decision_tell_team(act, course, &decision)) != ERR_OK || !is_approval)
    return err;
  err = change_store_accept_answered(act, decision.proposal);
  return err == ERR_OK ? decision_accept_work(act, course, decision.team, true) : err;
}

enum err decision_tell_all(const struct act *act, const struct course_view *course) {
  int64_t *ids = NULL;
  size_t count = 0;
  enum err err = decision_store_untold_of_course(act, course->id, &ids, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    if ((err = agenda_clear(act->db, AGENDA_DECISION_TOLD, course->id, ids[i])) == ERR_OK)
      err = decision_tell(act, course, ids[i]);
  return err;
}

enum err decision_read(const struct act *act, const struct course_view *course, int64_t team, int64_t id) {
  struct decision decision = {0};
  if (course->role != ROLE_STUDENT)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Decisions are read by the members of the team.");
  enum err err = decision_show(act, course, team, id, &decision);
  if (err != ERR_OK || decision.is_read)
    return err;
  err = decision_store_read(act, id);
  return err == ERR_OK
             ? audit_write(act, course->id, "proposal decision read", proposal_subject(act, decision.proposal), NULL,
                           arena_format(act->arena, "{\"decision\":%lld}", (long long)id))
             : err;
}

enum err decision_show(const struct act *act, const struct course_view *course, int64_t team, int64_t id,
                       struct decision *out) {
  struct decision found = {0};
  struct team known;
  enum err err = team_get(act, course->id, team, &known);
  if (err != ERR_OK)
    return err;
  err = decision_store_get(act, team, id, &found);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && !is_shown(course, &found)))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no decision with this number on this team.");
  if (err == ERR_OK)
    *out = found;
  return err;
}

enum err decision_list(const struct act *act, const struct course_view *course, int64_t team, struct decision **out,
                       size_t *count) {
  struct decision *list = NULL;
  size_t size = 0, shown = 0;
  enum err err = decision_store_list(act, team, &list, &size);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < size; i++)
    if (is_shown(course, &list[i]))
      list[shown++] = list[i];
  *out = list;
  *count = shown;
  return ERR_OK;
}

static enum err load_judged(const struct act *act, const struct course_view *course, int64_t team,
                            const struct decision_new *wanted, struct proposal *out) {
  enum err err = review_load(act, course, team, out);
  if (err != ERR_OK || (err = review_check_judge(act, course, team)) != ERR_OK)
    return err;
  if (wanted->submitted_at != 0 && wanted->submitted_at != out->submitted_at)
    return problem_raise(
        act->problem, PROBLEM_VERSION_CONFLICT, "Another submission stands now, of %s. Read it before you judge.",
        out->submitted_at == 0 ? "never" : course_instant_words(course, act->arena, out->submitted_at));
  return ERR_OK;
}

// What a recommendation says stands where the decision itself says nothing.
static enum err adopt(const struct act *act, const struct proposal *proposal, struct decision_new *wanted) {
  struct decision recommended;
  enum err err = decision_store_recommendation(act, proposal, &recommended);
  if (err != ERR_OK)
    return err;
  if (recommended.id == 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "Nobody has recommended anything on what team %lld submitted. Give a verdict of your own.",
                         (long long)proposal->team);
  wanted->verdict = recommended.verdict;
  if (wanted->comment[0] == '\0')
    wanted->comment = recommended.comment;
  if (wanted->propose_anew_by == 0)
    wanted->propose_anew_by = recommended.propose_anew_by > act->now ? recommended.propose_anew_by : 0;
  struct change_new *changes = NULL;
  if (wanted->change_count > 0 ||
      (err = change_store_of(act, recommended.id, &changes, &wanted->change_count)) != ERR_OK)
    return err;
  wanted->changes = changes;
  return ERR_OK;
}

static enum err check_wanted(const struct act *act, const struct course_view *course,
                             const struct decision_new *wanted) {
  enum verdict verdict = wanted->verdict;
  enum err err = check_changes(act, course, wanted);
  if (verdict == VERDICT_CHANGES && wanted->change_count == 0)
    err = problem_field(act->problem, "changes", "says what is to be changed, item by item: at least one");
  if (verdict != VERDICT_CHANGES && wanted->change_count > 0)
    err = problem_field(act->problem, "changes", "goes with the verdict \"request changes\" only: leave it out");
  if ((verdict == VERDICT_CONDITIONS || verdict == VERDICT_DECLINE) && wanted->comment[0] == '\0')
    err = problem_field(act->problem, "comment",
                        verdict == VERDICT_DECLINE ? "says why: it is needed to decline" : "states the conditions");
  if (wanted->propose_anew_by != 0 && verdict != VERDICT_DECLINE)
    err = problem_field(act->problem, "propose_anew_by", "goes with the verdict \"decline\" only: leave it out");
  else if (wanted->propose_anew_by != 0 && wanted->propose_anew_by <= act->now)
    err = problem_field(act->problem, "propose_anew_by", "must lie in the future");
  return err;
}

static enum err check_changes(const struct act *act, const struct course_view *course,
                              const struct decision_new *wanted) {
  enum err err = ERR_OK;
  for (size_t i = 0; i < wanted->change_count; i++) {
    const struct change_new *change = &wanted->changes[i];
    if (change->field != NULL && proposal_field_find(course, change->field) == NULL)
      err = problem_field(act->problem, arena_format(act->arena, "changes[%zu].field", i),
                          "is no field of this course's proposals");
    if (text_squeeze(act->arena, change->text)[0] == '\0')
      err = problem_field(act->problem, arena_format(act->arena, "changes[%zu].text", i), "says what to change");
  }
  return err;
}

static enum err check_decider(const struct act *act, const struct course_view *course, const char *instead) {
  bool may_decide = false;
  enum err err = review_may_decide(act, course, &may_decide);
  if (err == ERR_OK && !may_decide)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "In this course instructors decide. %s", instead);
  return err;
}

static enum err recommend(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                          const struct decision_new *wanted, int64_t *id) {
  struct decision decision = {0};
  enum err err = proposal_check(act, proposal->state, actions[wanted->verdict]);
  if (err != ERR_OK || (err = put(act, proposal, DECISION_RECOMMENDED, wanted, &decision)) != ERR_OK)
    return err;
  *id = decision.id;
  return audit_write(act, course->id, "proposal recommendation", proposal_subject(act, proposal->id), NULL,
                     arena_format(act->arena, "{\"recommendation\":%lld,\"verdict\":\"%s\"}", (long long)decision.id,
                                  verdict_names[wanted->verdict]));
}

static enum err decide(const struct act *act, const struct course_view *course, struct proposal *proposal,
                       const struct decision_new *wanted, int64_t *id) {
  struct decision decision = {0};
  if (wanted->verdict == VERDICT_CHANGES)
    proposal->revise_until = course_add(course, act->now, course->file->proposals.revise_within);
  if (wanted->verdict == VERDICT_DECLINE)
    proposal->propose_anew_by = wanted->propose_anew_by;
  enum err err = proposal_move(act, course, proposal, actions[wanted->verdict]);
  if (err != ERR_OK || (err = put(act, proposal, DECISION_DECIDED, wanted, &decision)) != ERR_OK)
    return err;
  *id = decision.id;
  return agenda_set(act->db, AGENDA_DECISION_TOLD, course->id, decision.id, act->now + PROPOSAL_TAKE_BACK_SECONDS);
}

static enum err put(const struct act *act, const struct proposal *proposal, enum decision_kind kind,
                    const struct decision_new *wanted, struct decision *out) {
  bool is_open = kind != DECISION_RECOMMENDED && wanted->verdict == VERDICT_CHANGES;
  struct decision decision = {.proposal = proposal->id,
                              .team = proposal->team,
                              .round = proposal->round,
                              .kind = kind,
                              .verdict = wanted->verdict,
                              .comment = wanted->comment,
                              .at = act->now,
                              .of_submission = proposal->submitted_at,
                              .revise_until = is_open ? proposal->revise_until : 0,
                              .propose_anew_by = wanted->propose_anew_by,
                              .told_at = kind == DECISION_REOPENED ? act->now : 0};
  enum err err = decision_store_insert(act, &decision);
  for (size_t i = 0; err == ERR_OK && i < wanted->change_count; i++)
    err = change_store_insert(act, decision.id, (int64_t)i, &wanted->changes[i]);
  *out = decision;
  return err;
}

static enum err check_no_untold(const struct act *act, const struct proposal *proposal) {
  struct decision untold;
  enum err err = decision_store_untold(act, proposal->id, &untold);
  if (err == ERR_OK && untold.id != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "The team has not been told the decision yet: take it back (DELETE …/proposal/decisions/%lld) "
                         "while there is time, or reopen the proposal after that.",
                         (long long)untold.id);
  return err;
}

static bool is_shown(const struct course_view *course, const struct decision *decision) {
  return course_is_staff(course) || (decision->kind != DECISION_RECOMMENDED && decision->told_at != 0);
}
