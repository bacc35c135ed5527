// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/change.h"

#include "server/db/audit.h"
#include "server/proposals/decision_store.h"
#include "server/proposals/review.h"

static enum err load(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                     struct proposal *proposal, struct change_item *item);
static enum err audit(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                      int64_t change, const char *kind);

enum err change_items_open(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                           const struct change_item **items, size_t *count) {
  (void)course;
  struct change_item *list = NULL;
  size_t size = 0, open = 0;
  enum err err = change_store_list(act, proposal->id, &list, &size);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < size; i++)
    if (list[i].is_told && list[i].state == CHANGE_OPEN)
      list[open++] = list[i];
  *items = list;
  *count = open;
  return ERR_OK;
}

enum err change_answer(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                       const char *text) {
  struct proposal proposal;
  struct change_item item;
  if (course->role != ROLE_STUDENT || course->team != team)
    return problem_raise(act->problem, PROBLEM_NOT_YOUR_TEAM, "The team's members answer what is requested of it.");
  enum err err = load(act, course, team, change, &proposal, &item);
  if (err != ERR_OK || (err = proposal_check(act, proposal.state, PROPOSAL_SAVE)) != ERR_OK)
    return err;
  if (item.state == CHANGE_ACCEPTED)
    return problem_raise(act->problem, PROBLEM_ALREADY_ANSWERED, "Staff have accepted your answer: it stands.");
  err = change_store_answer(act, change, text);
  return err == ERR_OK ? audit(act, course, &proposal, change, "proposal change answered") : err;
}

enum err change_accept(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                       bool is_accepted) {
  struct proposal proposal;
  struct change_item item;
  enum err err = review_check_judge(act, course, team);
  if (err != ERR_OK || (err = load(act, course, team, change, &proposal, &item)) != ERR_OK)
    return err;
  if (item.state == CHANGE_OPEN)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "The team has not answered this yet.");
  if ((item.state == CHANGE_ACCEPTED) == is_accepted)
    return ERR_OK;
  err = change_store_accept(act, change, is_accepted);
  return err != ERR_OK ? err
                       : audit(act, course, &proposal, change,
                               is_accepted ? "proposal change accepted" : "proposal change not accepted");
}

enum err change_show(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                     struct change_item *out) {
  struct proposal proposal;
  return load(act, course, team, change, &proposal, out);
}

static enum err load(const struct act *act, const struct course_view *course, int64_t team, int64_t change,
                     struct proposal *proposal, struct change_item *item) {
  struct change_item *list = NULL;
  size_t count = 0;
  enum err err = review_load(act, course, team, proposal);
  if (err != ERR_OK || (err = change_store_list(act, proposal->id, &list, &count)) != ERR_OK)
    return err;
  for (size_t i = 0; i < count; i++) {
    if (list[i].id != change || (!list[i].is_told && !course_is_staff(course)))
      continue;
    *item = list[i];
    return ERR_OK;
  }
  return problem_raise(act->problem, PROBLEM_NOT_FOUND, "No such change is requested of the team's proposal.");
}

static enum err audit(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                      int64_t change, const char *kind) {
  return audit_write(act, course->id, kind, proposal_subject(act, proposal->id), NULL,
                     arena_format(act->arena, "{\"change\":%lld}", (long long)change));
}
