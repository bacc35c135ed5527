// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/score.h"

#include <string.h>

#include "server/db/audit.h"
#include "server/proposals/decision_store.h"
#include "server/proposals/review.h"
#include "server/proposals/score_store.h"

static enum err check_standing(const struct act *act, const struct proposal *proposal, int64_t submitted_at);
static enum err check_scores(const struct act *act, const struct proposal_rules *rules, const struct score_new *scores,
                             size_t count);
static const struct rubric_item *find_item(const struct proposal_rules *rules, const char *id);
static void sort_by_rubric(const struct act *act, const struct proposal_rules *rules, struct score *list, size_t count);

enum err score_give(const struct act *act, const struct course_view *course, int64_t team, int64_t submitted_at,
                    const struct score_new *scores, size_t count) {
  const struct proposal_rules *rules = &course->file->proposals;
  struct proposal proposal;
  if (act->actor == 0)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Points are a reviewer's own: sign in as one.");
  enum err err = review_check_judge(act, course, team);
  if (err == ERR_OK)
    err = review_load(act, course, team, &proposal);
  if (err != ERR_OK || (err = check_standing(act, &proposal, submitted_at)) != ERR_OK ||
      (err = check_scores(act, rules, scores, count)) != ERR_OK)
    return err;
  err = score_store_clear(act, proposal.id, proposal.submitted_at, act->actor);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    const struct rubric_item *item = find_item(rules, scores[i].item);
    if (item == NULL)
      return ERR_INTERNAL; // check_scores let it pass
    const struct score score = {.item = scores[i].item,
                                .points = scores[i].points,
                                .most = item->points,
                                .words = scores[i].words == NULL ? "" : scores[i].words,
                                .by = act->actor,
                                .of_submission = proposal.submitted_at};
    err = score_store_insert(act, proposal.id, &score);
  }
  return err == ERR_OK ? audit_write(act, course->id, "proposal scored",
                                     arena_format(act->arena, "team %lld", (long long)team), NULL, NULL)
                       : err;
}

enum err score_list(const struct act *act, const struct course_view *course, int64_t team, struct score **out,
                    size_t *count) {
  *out = NULL;
  *count = 0;
  struct proposal proposal;
  struct decision told = {.id = 0};
  enum err err = review_load(act, course, team, &proposal);
  int64_t submission = err == ERR_OK ? proposal.submitted_at : 0;
  if (err == ERR_OK && !course_is_staff(course)) {
    err = decision_store_last_told(act, proposal.id, &told);
    submission = told.of_submission;
  }
  if (err == ERR_OK && submission != 0)
    err = score_store_list(act, proposal.id, submission, out, count);
  if (err == ERR_OK)
    sort_by_rubric(act, &course->file->proposals, *out, *count);
  return err;
}

static enum err check_standing(const struct act *act, const struct proposal *proposal, int64_t submitted_at) {
  if (proposal->state != PROPOSAL_SUBMITTED && proposal->state != PROPOSAL_RESUBMITTED)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "Points are given while a submission waits for its decision; this proposal is %s.",
                         proposal_state_names[proposal->state]);
  if (submitted_at != 0 && submitted_at != proposal->submitted_at)
    return problem_raise(act->problem, PROBLEM_VERSION_CONFLICT,
                         "The team has submitted again since you read its proposal. Read it once more.");
  return ERR_OK;
}

static enum err check_scores(const struct act *act, const struct proposal_rules *rules, const struct score_new *scores,
                             size_t count) {
  enum err err = ERR_OK;
  for (size_t i = 0; i < count; i++) {
    const struct rubric_item *item = find_item(rules, scores[i].item);
    if (item == NULL)
      err = problem_field(act->problem, arena_format(act->arena, "scores[%zu].item", i),
                          rules->rubric_count == 0 ? "the course file states no rubric"
                                                   : "the course file's rubric has no item of this id");
    else if (scores[i].points > item->points)
      err = problem_field(act->problem, arena_format(act->arena, "scores[%zu].points", i), "%s gives at most %d",
                          item->title, item->points);
    for (size_t j = 0; j < i; j++)
      if (strcmp(scores[i].item, scores[j].item) == 0)
        err = problem_field(act->problem, arena_format(act->arena, "scores[%zu].item", i), "stands there twice");
  }
  return err;
}

static const struct rubric_item *find_item(const struct proposal_rules *rules, const char *id) {
  for (size_t i = 0; i < rules->rubric_count; i++)
    if (strcmp(rules->rubric[i].id, id) == 0)
      return &rules->rubric[i];
  return NULL;
}

// Stable: by reviewer within an item. Items that the course file has no more come last.
static void sort_by_rubric(const struct act *act, const struct proposal_rules *rules, struct score *list,
                           size_t count) {
  struct score *sorted = arena_array(act->arena, count, sizeof *sorted);
  size_t size = 0;
  for (size_t i = 0; i < rules->rubric_count; i++)
    for (size_t j = 0; j < count; j++)
      if (strcmp(list[j].item, rules->rubric[i].id) == 0)
        sorted[size++] = list[j];
  for (size_t j = 0; j < count; j++)
    if (find_item(rules, list[j].item) == NULL)
      sorted[size++] = list[j];
  if (count > 0)
    memcpy(list, sorted, count * sizeof *list);
}
