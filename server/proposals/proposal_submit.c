// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_submit.h"

#include <inttypes.h>

#include "server/courses/file.h"
#include "server/proposals/proposal_edit.h"
#include "server/proposals/review.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

// One submission on its way.
struct passage {
  const struct act *act;
  const struct course_view *course;
  struct team team;
  struct team_members members;
  struct proposal_readiness *ready;
};

static enum err load(struct passage *passage, int64_t team);
static enum err find_window(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                            int64_t *until);
static enum err check_registered(const struct passage *passage);
static enum err check_coverage(const struct passage *passage);
static enum err record(const struct passage *passage, bool is_dry_run);
static enum err preview_counting(const struct passage *passage, const struct milestone *milestone,
                                 const struct holder *holder);
static enum err record_dry(const struct passage *passage);
static enum err refuse_missing(const struct passage *passage);
static enum err refuse_open(const struct passage *passage);
static enum err tell(const struct passage *passage);

enum err proposal_submit(const struct act *act, const struct course_view *course, int64_t team, bool is_dry_run,
                         struct proposal_readiness *out) {
  struct passage passage = {.act = act, .course = course, .ready = out};
  *out = (struct proposal_readiness){.is_on_time = true};
  enum err err = load(&passage, team);
  if (err == ERR_OK)
    err = check_registered(&passage);
  if (err == ERR_OK)
    err = check_coverage(&passage);
  if (err == ERR_OK && !is_dry_run && out->lack_count > 0)
    err = refuse_missing(&passage);
  if (err == ERR_OK && !is_dry_run && out->open_count > 0)
    err = refuse_open(&passage);
  if (err == ERR_OK)
    err = proposal_judged_at(act, course, &out->proposal, act->now, &out->judged_at, &out->is_in_window);
  if (err == ERR_OK)
    err = record(&passage, is_dry_run);
  if (err != ERR_OK || is_dry_run)
    return err;
  if (out->proposal.judged_at == 0 || out->counts) // what a revision from now on revises
    out->proposal.judged_at = out->judged_at;
  const struct proposal_handed_in handed_in = {.submission = out->submission};
  if ((err = proposal_attach_files(act, course, &out->proposal)) != ERR_OK ||
      (err = proposal_move_submitted(act, course, &out->proposal, &handed_in)) != ERR_OK ||
      (err = review_submitted(act, course, &out->proposal)) != ERR_OK)
    return err;
  return tell(&passage);
}

const struct milestone *proposal_milestone(const struct course_view *course) {
  for (size_t i = 0; i < course->file->milestone_count; i++)
    if (course->file->milestones[i].kind == MILESTONE_PROPOSAL)
      return &course->file->milestones[i];
  return NULL;
}

enum err proposal_judged_at(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                            int64_t at, int64_t *judged_at, bool *is_in_window) {
  int64_t until = 0;
  enum err err = find_window(act, course, proposal, &until);
  *is_in_window = at <= until;
  *judged_at = *is_in_window ? proposal->judged_at : at;
  return err;
}

enum err proposal_judged_alike(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                               const int64_t instants[2], bool *out) {
  const struct milestone *milestone = proposal_milestone(course);
  const struct holder holder = {.team = proposal->team};
  int64_t until = 0;
  *out = true;
  if (instants[0] == instants[1] || milestone == NULL)
    return ERR_OK;
  enum err err = find_window(act, course, proposal, &until);
  bool is_in_window = instants[0] <= until;
  *out = is_in_window == (instants[1] <= until);
  if (err != ERR_OK || !*out || is_in_window)
    return err;
  return submission_judged_alike(act, course, milestone, &holder, instants, out);
}

enum err proposal_attach_files(const struct act *act, const struct course_view *course,
                               const struct proposal *proposal) {
  struct proposal_entry *entries = NULL;
  size_t count = 0;
  enum err err = proposal_store_entries(act, proposal->id, &entries, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct file file;
    if (entries[i].file == 0 || entries[i].is_file_gone || proposal_field_find(course, entries[i].field) == NULL)
      continue;
    err = file_attach(act, course->id, entries[i].file, proposal->team, &file);
    if (err == ERR_NOT_FOUND || err == ERR_CONFLICT) {
      problem_clear(act->problem);
      err = problem_field(act->problem, entries[i].field,
                          "is the file of somebody who is not in the team any more, or handed in elsewhere: upload it "
                          "again");
    }
  }
  return err;
}

static enum err load(struct passage *passage, int64_t team) {
  const struct act *act = passage->act;
  struct proposal_readiness *ready = passage->ready;
  enum err err = proposal_check_member(act, passage->course, team, &passage->team, &passage->members);
  if (err != ERR_OK)
    return err;
  err = proposal_of_team(act, passage->course, team, &ready->proposal);
  if (err == ERR_NOT_FOUND) {
    ready->proposal = (struct proposal){.course = passage->course->id, .team = team, .round = 1};
    return proposal_lacks(act, passage->course, &ready->proposal, &ready->lacks, &ready->lack_count);
  }
  if (err == ERR_OK)
    err = review_mask(act, passage->course, &ready->proposal);
  if (err == ERR_OK)
    err = proposal_check(act, ready->proposal.state, PROPOSAL_SUBMIT);
  if (err == ERR_OK)
    err = proposal_lacks(act, passage->course, &ready->proposal, &ready->lacks, &ready->lack_count);
  return err == ERR_OK ? change_items_open(act, passage->course, &ready->proposal, &ready->open, &ready->open_count)
                       : err;
}

// Until when the first submission's instant judges; before all instants where there is no window.
static enum err find_window(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                            int64_t *until) {
  struct proposal previous = {0};
  enum err err = ERR_OK;
  *until = INT64_MIN;
  if (proposal->judged_at == 0)
    return ERR_OK;
  if (proposal->state == PROPOSAL_CHANGES_REQUESTED)
    *until = proposal->revise_until;
  else if (proposal->state == PROPOSAL_DRAFT && proposal->previous != 0 &&
           (err = proposal_get(act, course, proposal->previous, &previous)) == ERR_OK)
    *until = previous.propose_anew_by;
  return err;
}

static enum err check_registered(const struct passage *passage) {
  if (passage->team.state == TEAM_REGISTERED)
    return ERR_OK;
  return problem_raise(passage->act->problem, PROBLEM_TEAM_NOT_REGISTERED,
                       "%s is not registered, and only a registered team submits. Your draft is kept: register the "
                       "team (POST …/registration), or ask the course's staff when registration is over.",
                       passage->team.name);
}

// Of a first submission only: a gap that opens later refuses nothing (rules.md, Coverage).
static enum err check_coverage(const struct passage *passage) {
  const struct course_view *course = passage->course;
  const struct proposal *proposal = &passage->ready->proposal;
  struct coverage coverage;
  const char *words = NULL;
  bool is_first = proposal->submitted_at == 0 && proposal->judged_at == 0;
  if (!is_first || course->file->teams.coverage.gap != GAP_BLOCK || passage->team.is_waived)
    return ERR_OK;
  team_coverage_judge(passage->act, course, &passage->members, 0, &coverage);
  if (coverage.is_covered)
    return ERR_OK;
  enum err err = team_coverage_words(passage->act, course, &coverage, &words);
  if (err != ERR_OK)
    return err;
  return problem_raise(passage->act->problem, PROBLEM_SKILLS_NOT_COVERED,
                       "%s does not cover all skills: %s. Find somebody, have a raised level confirmed, or ask the "
                       "course's staff to waive it; then submit.",
                       passage->team.name, words);
}

static enum err record(const struct passage *passage, bool is_dry_run) {
  const struct milestone *milestone = proposal_milestone(passage->course);
  struct proposal_readiness *ready = passage->ready;
  struct holder holder = {.team = passage->team.id};
  const struct submission_judging judging = {ready->judged_at, ready->is_in_window};
  struct submission made;
  if (milestone == NULL)
    return ERR_OK;
  if (is_dry_run)
    return record_dry(passage);
  struct act as_judged = *passage->act;
  as_judged.now = ready->judged_at;
  enum err err = penalty_preview(&as_judged, passage->course, milestone, &holder, &ready->cost);
  if (err == ERR_OK)
    err = submission_record(passage->act, passage->course, milestone, &holder, &judging, &ready->submission);
  if (err == ERR_OK)
    err = submission_get(passage->act, passage->course, ready->submission, &made);
  if (err != ERR_OK)
    return err;
  ready->is_on_time = made.is_on_time;
  ready->counts = made.counts;
  return made.counts ? ERR_OK : preview_counting(passage, milestone, &holder);
}

// A late one takes nothing away from one in time, which goes on counting and costing what it did.
static enum err preview_counting(const struct passage *passage, const struct milestone *milestone,
                                 const struct holder *holder) {
  struct submission counting = {0};
  enum err err = submission_counting(passage->act, passage->course, milestone, holder, &counting);
  if (err != ERR_OK || counting.id == 0)
    return err;
  struct act as_judged = *passage->act;
  as_judged.now = counting.judged_at;
  return penalty_preview(&as_judged, passage->course, milestone, holder, &passage->ready->cost);
}

// What it would do is found out by doing it.
static enum err record_dry(const struct passage *passage) {
  struct db *db = passage->act->db;
  enum err err = db_savepoint(db);
  if (err != ERR_OK)
    return err;
  err = record(passage, false);
  passage->ready->submission = 0;
  enum err back = db_in_transaction(db) ? db_savepoint_rollback(db) : ERR_UNAVAILABLE;
  return err != ERR_OK ? err : back;
}

static enum err refuse_missing(const struct passage *passage) {
  const struct proposal_readiness *ready = passage->ready;
  enum err err = problem_raise(passage->act->problem, PROBLEM_INVALID_FIELDS,
                               "Nothing was submitted yet: the proposal is not complete. Your draft is kept.");
  for (size_t i = 0; i < ready->lack_count; i++)
    err = problem_field(passage->act->problem, ready->lacks[i].field, "%s", ready->lacks[i].words);
  return err;
}

static enum err refuse_open(const struct passage *passage) {
  const struct proposal_readiness *ready = passage->ready;
  struct problem *problem = passage->act->problem;
  enum err err = problem_raise(problem, PROBLEM_CHANGES_OPEN,
                               "%zu of the requested changes %s no answer yet: %s Answer each, then submit again.",
                               ready->open_count, ready->open_count == 1 ? "has" : "have",
                               ready->open_count == 1 ? "it is named below." : "they are named below.");
  for (size_t i = 0; i < ready->open_count; i++)
    (void)problem_field(problem, arena_format(passage->act->arena, "changes[%" PRId64 "]", ready->open[i].id), "%s",
                        ready->open[i].text);
  return err;
}

static enum err tell(const struct passage *passage) {
  const struct act *act = passage->act;
  const struct proposal_readiness *ready = passage->ready;
  const struct team_member *by = team_member_find(&passage->members, act->actor);
  bool is_again = ready->proposal.state == PROPOSAL_RESUBMITTED;
  struct notice notice = {
      .kind = "proposal submitted",
      .subject =
          arena_format(act->arena, "The proposal of %s was submitted%s", passage->team.name, is_again ? " again" : ""),
      .words = arena_format(act->arena,
                            "%s submitted the proposal of %s%s on %s, as version %" PRId64 ", %s. Nothing of it "
                            "changes until it is decided.",
                            by == NULL ? "A member" : by->name, passage->team.name, is_again ? " again" : "",
                            course_instant_words(passage->course, act->arena, act->now), ready->proposal.version,
                            ready->is_on_time ? "in time" : "after it was due")};
  return team_tell(act, passage->course, passage->team.id, &passage->members, act->actor, &notice);
}
