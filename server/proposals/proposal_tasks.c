// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_tasks.h"

#include "common/base/text.h"
#include "server/milestones/extension.h"
#include "server/milestones/milestone.h"
#include "server/proposals/change.h"
#include "server/proposals/proposal_submit.h"
#include "server/proposals/review.h"
#include "server/teams/team.h"

enum { FIELDS_NAMED_MAX = 6 };

// Of a proposal that is to be submitted, as they are for the caller; 0: the course file says none.
struct days {
  int64_t opens, due, closes;
};

static enum err is_asked(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                         bool *out);
static enum err add_draft(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                          struct task_list *list);
static enum err add_revision(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                             struct task_list *list);
static void add(const struct act *act, const struct course_view *course, const struct task *task, int64_t team,
                struct task_list *list);
static enum err missing_words(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                              const char **out);
static enum err days_of(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                        struct days *out);
static bool is_over(const struct act *act, const struct days *days);

enum err proposal_tasks_own(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT || course->team == 0 || !course->file->proposals.is_present ||
      act->now > course->file->ends_at)
    return ERR_OK;
  struct proposal proposal = {.course = course->id, .team = course->team, .round = 1};
  enum err err = proposal_of_team(act, course, course->team, &proposal);
  if (err == ERR_NOT_FOUND)
    return add_draft(act, course, &proposal, list);
  if (err == ERR_OK)
    err = review_mask(act, course, &proposal);
  if (err != ERR_OK)
    return err;
  if (proposal.state == PROPOSAL_DRAFT)
    return add_draft(act, course, &proposal, list);
  if (proposal.state == PROPOSAL_CHANGES_REQUESTED)
    return add_revision(act, course, &proposal, list);
  if (proposal.state == PROPOSAL_NOT_APPROVED)
    add(act, course,
        &(struct task){.kind = "propose anew",
                       .title = "Propose anew",
                       .words = "The proposal was not approved. A new draft begins with what the last one said.",
                       .due = proposal.propose_anew_by},
        proposal.team, list);
  return ERR_OK;
}

// Of the first round whoever is excused, joined late or handed in with another team is asked for nothing, as reminders
// ask them for nothing; a round anew is everybody's.
static enum err is_asked(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                         bool *out) {
  const struct milestone *milestone = proposal_milestone(course);
  const struct milestone_facts *facts = NULL;
  *out = true;
  if (milestone == NULL || proposal->previous != 0)
    return ERR_OK;
  enum err err = milestone_facts_all(act, course, act->actor, &facts);
  if (err == ERR_OK) {
    const struct milestone_facts *fact = &facts[milestone - course->file->milestones];
    *out = !fact->is_excused && fact->submission == 0;
  }
  return err;
}

static enum err add_draft(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                          struct task_list *list) {
  const char *missing = NULL;
  struct days days;
  struct team team;
  bool is_theirs = false;
  enum err err = days_of(act, course, proposal, &days);
  if (err != ERR_OK || (proposal->id == 0 && act->now < days.opens) ||
      (err = is_asked(act, course, proposal, &is_theirs)) != ERR_OK || !is_theirs)
    return err;
  if (proposal->id == 0) {
    const char *words = "Nothing is saved yet. Any member begins it; what is missing is listed beside it.";
    if (is_over(act, &days))
      words = arena_format(act->arena, "It closed on %s, and nothing was saved. Ask the course's staff for more time.",
                           course_instant_words(course, act->arena, days.closes));
    add(act, course,
        &(struct task){
            .kind = "write the proposal", .title = "Write the team's proposal", .words = words, .due = days.due},
        proposal->team, list);
    return ERR_OK;
  }
  if ((err = team_get(act, course->id, proposal->team, &team)) != ERR_OK ||
      (err = missing_words(act, course, proposal, &missing)) != ERR_OK)
    return err;
  const char *registration =
      team.state == TEAM_REGISTERED ? "" : " Only a registered team submits, and yours is not registered.";
  if (is_over(act, &days))
    missing = arena_format(act->arena,
                           "It closed on %s. Ask the course's staff: they can give more time, or count what was saved "
                           "in time.",
                           course_instant_words(course, act->arena, days.closes));
  add(act, course,
      &(struct task){.kind = "submit the proposal",
                     .title = "Submit the team's proposal",
                     .words = arena_format(act->arena, "It is saved, NOT submitted. %s%s", missing, registration),
                     .due = days.due},
      proposal->team, list);
  return ERR_OK;
}

static enum err add_revision(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                             struct task_list *list) {
  const struct change_item *open = NULL;
  size_t count = 0;
  const char *missing = NULL;
  struct days days;
  enum err err = days_of(act, course, proposal, &days);
  if (err == ERR_OK)
    err = change_items_open(act, course, proposal, &open, &count);
  if (err == ERR_OK)
    err = missing_words(act, course, proposal, &missing);
  if (err != ERR_OK)
    return err;
  const char *answers = count == 0   ? "All of them are answered."
                        : count == 1 ? "One of them is not answered."
                                     : arena_format(act->arena, "%zu of them are not answered.", count);
  const char *until = "Until then a revision is never late.";
  if (act->now > proposal->revise_until)
    until = is_over(act, &days) ? "The time for it is over: ask the course's staff for more."
                                : "The time for it is over: what is submitted now is judged by now.";
  add(act, course,
      &(struct task){.kind = "revise the proposal",
                     .title = "Revise the team's proposal and submit it again",
                     .words =
                         arena_format(act->arena, "Changes are requested. %s What you save is NOT submitted. %s %s",
                                      answers, missing, until),
                     .due = proposal->revise_until},
      proposal->team, list);
  return ERR_OK;
}

static void add(const struct act *act, const struct course_view *course, const struct task *task, int64_t team,
                struct task_list *list) {
  struct task whole = *task;
  whole.subject = team;
  whole.link = proposal_link(act, course, team);
  task_add(list, &whole);
}

// "Missing: title, hypothesis.", each field once.
static enum err missing_words(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                              const char **out) {
  const struct proposal_lack *lacks = NULL;
  size_t count = 0, named = 0;
  enum err err = proposal_lacks(act, course, proposal, &lacks, &count);
  if (err != ERR_OK)
    return err;
  struct text words;
  text_init(&words, act->arena);
  for (size_t i = 0; i < count; i++) {
    if (i > 0 && text_equal(lacks[i - 1].field, lacks[i].field))
      continue;
    if (named < FIELDS_NAMED_MAX)
      text_add_format(&words, "%s%s", named == 0 ? "Missing: " : ", ", lacks[i].field);
    named++;
  }
  if (named > FIELDS_NAMED_MAX)
    text_add_format(&words, " and %zu more", named - FIELDS_NAMED_MAX);
  *out = named == 0 ? "Nothing is missing: any member submits it." : arena_format(act->arena, "%s.", text_get(&words));
  return ERR_OK;
}

static enum err days_of(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                        struct days *out) {
  const struct milestone *milestone = proposal_milestone(course);
  struct proposal previous;
  struct terms terms;
  enum err err = ERR_OK;
  *out = (struct days){0};
  if (milestone != NULL && (err = extension_terms(act, course, milestone, act->actor, &terms)) == ERR_OK)
    *out = (struct days){terms.opens, terms.due, terms.closes};
  if (err != ERR_OK || proposal->previous == 0)
    return err;
  if ((err = proposal_get(act, course, proposal->previous, &previous)) != ERR_OK || previous.propose_anew_by == 0)
    return err;
  out->due = previous.propose_anew_by;
  out->closes = previous.propose_anew_by > out->closes ? previous.propose_anew_by : out->closes;
  return ERR_OK;
}

// A revision in its window is taken all the same.
static bool is_over(const struct act *act, const struct days *days) {
  return days->closes != 0 && act->now > days->closes;
}
