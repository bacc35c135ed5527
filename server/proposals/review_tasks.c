// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/review_tasks.h"

#include "server/proposals/decision_store.h"
#include "server/proposals/review.h"
#include "server/proposals/reviewer_store.h"

static void add_waiting(const struct act *act, const struct course_view *course, const struct waiting *waiting,
                        bool is_decider, struct task_list *list);
static enum err add_undecidable(const struct act *act, const struct course_view *course, struct task_list *list);
static enum err add_reading(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                            struct task_list *list);

enum err review_tasks_staff(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course) || !course->file->proposals.is_present || act->actor == 0)
    return ERR_OK;
  struct waiting_page page = {.is_mine = true, .limit = TASKS_OF_A_KIND_MAX};
  struct waiting *waiting = NULL;
  size_t count = 0;
  enum err err = review_may_decide(act, course, &page.is_decider);
  if (err == ERR_OK)
    err = reviewer_store_waiting(act, course->id, &page, &waiting, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    add_waiting(act, course, &waiting[i], page.is_decider, list);
  return err == ERR_OK && course->role == ROLE_INSTRUCTOR ? add_undecidable(act, course, list) : err;
}

enum err review_tasks_team(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT || course->team == 0 || !course->file->proposals.is_present)
    return ERR_OK;
  struct proposal proposal;
  enum err err = proposal_of_team(act, course, course->team, &proposal);
  if (err == ERR_NOT_FOUND)
    return ERR_OK;
  return err == ERR_OK ? add_reading(act, course, &proposal, list) : err;
}

static void add_waiting(const struct act *act, const struct course_view *course, const struct waiting *waiting,
                        bool is_decider, struct task_list *list) {
  const char *submitted = course_instant_words(course, act->arena, waiting->since);
  const char *words = waiting->is_recommended
                          ? arena_format(act->arena, "Submitted on %s; %s recommends to %s.", submitted,
                                         waiting->recommended_by ? waiting->recommended_by : "the operator",
                                         verdict_names[waiting->verdict])
                          : arena_format(act->arena, "Submitted on %s%s", submitted,
                                         waiting->has_reviewer ? "." : ", and nobody is named to review it.");
  // What nobody reviews waits for those who decide.
  bool is_theirs = waiting->is_assigned || waiting->is_recommended || (is_decider && !waiting->has_reviewer);
  task_add(list,
           &(struct task){.kind = is_decider ? "decide on a proposal" : "review a proposal",
                          .subject = waiting->team,
                          .title = arena_format(
                              act->arena, is_decider ? "Decide on the proposal of %s" : "Review the proposal of %s",
                              waiting->team_name),
                          .words = words,
                          .due = is_theirs ? review_due(course, waiting->since) : 0,
                          .link = proposal_link(act, course, waiting->team)});
}

static enum err add_undecidable(const struct act *act, const struct course_view *course, struct task_list *list) {
  const char *what_to_do = course->file->proposals.staff_decide
                               ? "Make somebody else a member of the staff."
                               : "Let somebody of the staff stand in for you, or make somebody else an instructor.";
  struct waiting *waiting = NULL;
  size_t count = 0;
  enum err err = reviewer_store_undecidable(act, course, TASKS_OF_A_KIND_MAX, &waiting, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    task_add(list,
             &(struct task){
                 .kind = "find who decides",
                 .subject = waiting[i].team,
                 .title = arena_format(act->arena, "Find who decides on the proposal of %s", waiting[i].team_name),
                 .words = arena_format(act->arena,
                                       "Submitted on %s. Nobody who decides may judge this team, by their own word. %s",
                                       course_instant_words(course, act->arena, waiting[i].since), what_to_do),
                 .due = review_due(course, waiting[i].since),
                 .link = proposal_link(act, course, waiting[i].team)});
  return err;
}

static enum err add_reading(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                            struct task_list *list) {
  struct decision decision;
  enum err err = decision_store_last_told(act, proposal->id, &decision);
  if (err != ERR_OK || decision.id == 0 || decision.is_read)
    return err;
  task_add(list, &(struct task){
                     .kind = "read the decision",
                     .subject = decision.id,
                     .title = "Read the decision on your team's proposal",
                     .words = arena_format(act->arena, "Your team was told on %s.",
                                           course_instant_words(course, act->arena, decision.told_at)),
                     .link = arena_format(act->arena, "%s/decisions", proposal_link(act, course, proposal->team))});
  return ERR_OK;
}
