// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/submission.h"

#include <inttypes.h>

#include "server/accounts/person.h"
#include "server/courses/file.h"
#include "server/milestones/penalty.h"
#include "server/milestones/slot.h"
#include "server/milestones/submission_notice.h"
#include "server/milestones/submission_parts.h"
#include "server/milestones/submission_store.h"
#include "server/teams/team.h"

// A version before it is written: whose, judged by what, of what.
struct draft {
  const struct milestone *milestone;
  struct submission submission; // without an id
  bool is_revision;             // in its window: never later than what it stands for
  const int64_t *people;        // whose work it is at this instant
  size_t people_count;
  const struct submission_lack *lacks;
  size_t lack_count;
};

// Of work of an instant.
struct verdict {
  enum timing timing;
  int points;
  bool is_taken;
};

static enum err find_verdict(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct holder *holder, int64_t at, struct verdict *out);
static enum err last_closes(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct holder *holder, int64_t at, int64_t *last, int64_t *own);
static enum err refuse_kind(const struct act *act, const struct milestone *milestone);
static enum err draw_up(const struct act *act, const struct course_view *course,
                        const struct submission_content *content, struct draft *draft);
static enum err judge(const struct act *act, const struct course_view *course, struct draft *draft);
static enum err judge_time(const struct act *act, const struct course_view *course, struct draft *draft);
static bool will_count(const struct submission_tally *tally, bool is_on_time);
static enum err check_team(const struct act *act, const struct course_view *course, const struct holder *holder);
static enum err check_time(const struct act *act, const struct course_view *course, const struct terms *shared,
                           const struct draft *draft);
static enum err check_accepted(const struct act *act, const struct submission_tally *tally);
static enum err take_files(const struct act *act, const struct course_view *course,
                           const struct submission_content *content, struct draft *draft, struct file *files);
static enum err find_lacks(const struct act *act, const struct course_view *course, struct draft *draft,
                           const struct file *files);
static bool asks_for_slot(const struct milestone *milestone);
static enum err has_slot(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                         const struct holder *holder, bool *has);
static enum err refuse_incomplete(const struct act *act, const struct draft *draft);
static enum err preview(const struct act *act, const struct course_view *course, struct draft *draft,
                        const struct submission_content *content, struct submission_preview *out);
static enum err write_down(const struct act *act, const struct course_view *course, struct draft *draft,
                           const char *cause);
static enum err tell_of(const struct act *act, const struct course_view *course, const struct draft *draft);

enum err submission_hand_in(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct submission_content *content, int64_t *id) {
  struct draft draft = {.milestone = milestone};
  enum err err = draw_up(act, course, content, &draft);
  if (err != ERR_OK)
    return err;
  if (draft.lack_count > 0)
    return refuse_incomplete(act, &draft);
  if ((err = write_down(act, course, &draft, "handed in")) == ERR_OK)
    err = tell_of(act, course, &draft);
  if (err == ERR_OK)
    *id = draft.submission.id;
  return err;
}

// What it would take is found out by taking it, and giving it back.
enum err submission_preview(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct submission_content *content, struct submission_preview *out) {
  struct draft draft = {.milestone = milestone};
  enum err err = db_savepoint(act->db);
  if (err != ERR_OK)
    return err;
  err = preview(act, course, &draft, content, out);
  enum err back = db_in_transaction(act->db) ? db_savepoint_rollback(act->db) : ERR_UNAVAILABLE;
  return err != ERR_OK ? err : back;
}

enum err submission_record(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           const struct holder *holder, const struct submission_judging *judging, int64_t *id) {
  struct draft draft = {.milestone = milestone,
                        .submission = {.milestone = milestone->id, .holder = *holder, .judged_at = judging->at},
                        .is_revision = judging->is_revision};
  enum err err = judge(act, course, &draft);
  if (err == ERR_OK)
    err = write_down(act, course, &draft, "handed in");
  if (err == ERR_OK)
    *id = draft.submission.id;
  return err;
}

enum err submission_judged_alike(const struct act *act, const struct course_view *course,
                                 const struct milestone *milestone, const struct holder *holder,
                                 const int64_t instants[2], bool *out) {
  struct verdict verdicts[2] = {0};
  int64_t last = instants[0] > instants[1] ? instants[0] : instants[1];
  *out = true;
  if (instants[0] == instants[1])
    return ERR_OK;
  if (last <= milestone->due + milestone->late->grace_seconds) { // where no extension changes anything
    *out = (instants[0] < milestone->opens) == (instants[1] < milestone->opens);
    return ERR_OK;
  }
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < 2; i++)
    err = find_verdict(act, course, milestone, holder, instants[i], &verdicts[i]);
  *out = verdicts[0].timing == verdicts[1].timing && verdicts[0].points == verdicts[1].points &&
         verdicts[0].is_taken == verdicts[1].is_taken;
  return err;
}

enum err submission_get(const struct act *act, const struct course_view *course, int64_t id, struct submission *out) {
  enum err err = submission_store_get(act, course->id, id, out);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no such submission.");
  return err;
}

enum err submission_counting(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct holder *holder, struct submission *out) {
  enum err err = submission_store_counting(act, course->id, milestone->id, holder, out);
  if (err != ERR_NOT_FOUND)
    return err;
  *out = (struct submission){0};
  return ERR_OK;
}

enum err submission_look_out(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct holder *holder, struct submission_outlook *out) {
  struct submission_tally tally;
  struct terms shared;
  enum err err = extension_shared_terms(act, course, milestone, holder, &shared);
  if (err == ERR_OK)
    err = submission_store_tally(act, course->id, milestone->id, holder, &tally);
  if (err == ERR_OK)
    *out = (struct submission_outlook){
        .is_taken = tally.accepted == 0 && (milestone->kind != MILESTONE_PROPOSAL || tally.counting == 0),
        .would_count = will_count(&tally, terms_timing(&shared, act->now) == TIMING_ON_TIME)};
  return err;
}

enum err submission_needs_slot(const struct act *act, const struct course_view *course,
                               const struct milestone *milestone, const struct holder *holder, bool *out) {
  struct submission submission = {0};
  struct submission_file *rows = NULL;
  size_t count = 0, with = 0, without = 0;
  *out = false;
  enum err err = asks_for_slot(milestone) ? submission_counting(act, course, milestone, holder, &submission) : ERR_OK;
  if (err != ERR_OK || submission.id == 0)
    return err;
  const struct submission_span span = {milestone->id, *holder, submission.id, submission.id};
  if ((err = submission_store_files(act, &span, &rows, &count)) != ERR_OK)
    return err;
  struct file *files = arena_array(act->arena, count, sizeof *files);
  for (size_t i = 0; i < count; i++)
    files[i] = rows[i].file;
  submission.content.file_count = count;
  const struct submission_lack *lacks = NULL;
  struct submission_parts parts = {.content = &submission.content, .files = files, .has_slot = true};
  submission_lacks(act->arena, course->file, milestone, &parts, &lacks, &with);
  parts.has_slot = false;
  submission_lacks(act->arena, course->file, milestone, &parts, &lacks, &without);
  *out = without > with;
  return ERR_OK;
}

static enum err draw_up(const struct act *act, const struct course_view *course,
                        const struct submission_content *content, struct draft *draft) {
  struct submission *submission = &draft->submission;
  *submission = (struct submission){.milestone = draft->milestone->id, .judged_at = act->now, .content = *content};
  struct submission_tally tally;
  enum err err = refuse_kind(act, draft->milestone);
  if (err == ERR_OK)
    err = milestone_holder(act, course, draft->milestone, act->actor, &submission->holder);
  if (err == ERR_OK)
    err = judge(act, course, draft);
  if (err == ERR_OK)
    err = submission_store_tally(act, course->id, draft->milestone->id, &submission->holder, &tally);
  if (err == ERR_OK)
    err = check_accepted(act, &tally);
  if (err != ERR_OK)
    return err;
  struct file *files = arena_array(act->arena, content->file_count, sizeof *files);
  if ((err = take_files(act, course, content, draft, files)) != ERR_OK || draft->lack_count > 0)
    return err;
  return find_lacks(act, course, draft, files);
}

static enum err refuse_kind(const struct act *act, const struct milestone *milestone) {
  if (milestone->kind == MILESTONE_PROPOSAL)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s is written and submitted as the team's proposal, not handed in here.", milestone->title);
  if (milestone->hand_in_count == 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "%s is held, and nothing is handed in for it.",
                         milestone->title);
  return ERR_OK;
}

// Whose work it is, whether it comes in time, which version it is and whether that one will count.
static enum err judge(const struct act *act, const struct course_view *course, struct draft *draft) {
  struct submission *submission = &draft->submission;
  struct submission_tally tally;
  enum err err = check_team(act, course, &submission->holder);
  if (err == ERR_OK)
    err = milestone_people(act, course, &submission->holder, act->now, &draft->people, &draft->people_count);
  if (err == ERR_OK)
    err = judge_time(act, course, draft);
  if (err == ERR_OK)
    err = submission_store_tally(act, course->id, draft->milestone->id, &submission->holder, &tally);
  if (err != ERR_OK)
    return err;
  if (tally.versions >= SUBMISSION_VERSIONS_MAX)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "%" PRId64 " versions have been handed in, and no more can.",
                         tally.versions);
  submission->version = tally.versions + 1;
  submission->by = act->actor;
  submission->at = act->now;
  submission->counts = will_count(&tally, submission->is_on_time);
  return ERR_OK;
}

// A revision is never later than what it stands for: what has closed, was moved or taken back since does not count.
static enum err judge_time(const struct act *act, const struct course_view *course, struct draft *draft) {
  struct submission *submission = &draft->submission;
  struct terms shared;
  bool was_on_time = false;
  enum err err = extension_terms_at(act, course, draft->milestone, &submission->holder, submission->judged_at, &shared);
  if (err == ERR_OK)
    err = draft->is_revision ? submission_store_was_on_time(act, course->id, submission, &was_on_time)
                             : check_time(act, course, &shared, draft);
  if (err == ERR_OK)
    submission->is_on_time = was_on_time || terms_timing(&shared, submission->judged_at) == TIMING_ON_TIME;
  return err;
}

// A late version takes nothing away from one in time, nor from what staff chose.
static bool will_count(const struct submission_tally *tally, bool is_on_time) {
  return is_on_time || tally->counting == 0 || !(tally->has_on_time || tally->is_staff_choice);
}

static enum err check_team(const struct act *act, const struct course_view *course, const struct holder *holder) {
  struct team team;
  if (holder->team == 0)
    return ERR_OK;
  enum err err = team_get(act, course->id, holder->team, &team);
  if (err != ERR_OK || team.state == TEAM_REGISTERED)
    return err;
  return problem_raise(act->problem, PROBLEM_TEAM_NOT_REGISTERED,
                       "%s is not registered, and only a registered team hands in. Register it, or ask the course's "
                       "staff when registration is over.",
                       team.name);
}

// A team's work is taken until the latest closes of its people. The words tell the shared instant or the reader's own,
// so that nobody reads of another's extension there.
static enum err check_time(const struct act *act, const struct course_view *course, const struct terms *shared,
                           const struct draft *draft) {
  const struct milestone *milestone = draft->milestone;
  int64_t judged_at = draft->submission.judged_at;
  if (terms_timing(shared, judged_at) == TIMING_NOT_OPEN)
    return problem_raise(act->problem, PROBLEM_NOT_OPEN, "%s opens on %s.", milestone->title,
                         course_instant_words(course, act->arena, shared->opens));
  int64_t told = shared->closes, last = shared->closes;
  enum err err = last_closes(act, course, milestone, &draft->submission.holder, judged_at, &last, &told);
  if (err != ERR_OK || judged_at <= last)
    return err;
  return problem_raise(act->problem, PROBLEM_DEADLINE_PASSED,
                       "%s closed on %s. Ask the course's staff if something was in the way.", milestone->title,
                       course_instant_words(course, act->arena, told));
}

// Raises *last to the latest closes of the holder's people, *own to the reader's own.
static enum err last_closes(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct holder *holder, int64_t at, int64_t *last, int64_t *own) {
  const struct member_terms *members = NULL;
  size_t count = 0;
  enum err err = extension_member_terms_at(act, course, milestone, holder, at, &members, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    int64_t closes = members[i].terms.closes;
    *last = closes > *last ? closes : *last;
    if (members[i].person == act->actor && closes > *own)
      *own = closes;
  }
  return err;
}

static enum err find_verdict(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct holder *holder, int64_t at, struct verdict *out) {
  struct terms shared;
  enum err err = extension_terms_at(act, course, milestone, holder, at, &shared);
  if (err != ERR_OK)
    return err;
  *out = (struct verdict){terms_timing(&shared, at), terms_points(&shared, at), true};
  if (out->timing != TIMING_CLOSED)
    return ERR_OK;
  int64_t last = shared.closes, own = shared.closes;
  err = last_closes(act, course, milestone, holder, at, &last, &own);
  out->is_taken = at <= last;
  return err;
}

static enum err check_accepted(const struct act *act, const struct submission_tally *tally) {
  if (tally->accepted == 0)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "Version %" PRId64 " has been accepted. Ask the course's staff to take that back if you have a "
                       "better one.",
                       tally->accepted);
}

// A refused request is rolled back with the files that were attached before the one at fault.
static enum err take_files(const struct act *act, const struct course_view *course,
                           const struct submission_content *content, struct draft *draft, struct file *files) {
  struct submission_lack *lacks = arena_array(act->arena, content->file_count, sizeof *lacks);
  for (size_t i = 0; i < content->file_count; i++) {
    enum err err = file_attach(act, course->id, content->files[i], draft->submission.holder.team, &files[i]);
    if (err != ERR_OK && err != ERR_NOT_FOUND && err != ERR_CONFLICT)
      return err;
    if (err == ERR_OK)
      continue;
    lacks[draft->lack_count++] =
        (struct submission_lack){arena_format(act->arena, "files[%zu]", i), act->problem->detail};
    problem_clear(act->problem);
  }
  draft->lacks = lacks;
  return ERR_OK;
}

static enum err find_lacks(const struct act *act, const struct course_view *course, struct draft *draft,
                           const struct file *files) {
  struct submission_parts parts = {.content = &draft->submission.content, .files = files};
  enum err err = has_slot(act, course, draft->milestone, &draft->submission.holder, &parts.has_slot);
  if (err == ERR_OK)
    submission_lacks(act->arena, course->file, draft->milestone, &parts, &draft->lacks, &draft->lack_count);
  return err;
}

static bool asks_for_slot(const struct milestone *milestone) {
  bool is_asked = false;
  for (size_t i = 0; i < milestone->hand_in_count; i++)
    is_asked = is_asked || milestone->hand_ins[i].slot != NULL;
  return is_asked;
}

static enum err has_slot(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                         const struct holder *holder, bool *has) {
  struct slot slot = {0};
  *has = false;
  if (!asks_for_slot(milestone))
    return ERR_OK;
  enum err err = slot_of(act, course, milestone, holder, &slot);
  *has = err == ERR_OK && slot.id != 0;
  return err;
}

static enum err refuse_incomplete(const struct act *act, const struct draft *draft) {
  enum err err = problem_raise(act->problem, PROBLEM_INVALID_FIELDS, "Nothing was handed in yet. %s takes: %s.",
                               draft->milestone->title, submission_ways_words(act->arena, draft->milestone));
  for (size_t i = 0; i < draft->lack_count; i++)
    err = problem_field(act->problem, draft->lacks[i].field, "%s", draft->lacks[i].words);
  return err;
}

static enum err preview(const struct act *act, const struct course_view *course, struct draft *draft,
                        const struct submission_content *content, struct submission_preview *out) {
  struct cost_preview cost = {0};
  enum err err = draw_up(act, course, content, draft);
  if (err == ERR_OK)
    err = penalty_preview(act, course, draft->milestone, &draft->submission.holder, &cost);
  if (err == ERR_OK)
    *out = (struct submission_preview){.version = draft->submission.version,
                                       .is_on_time = draft->submission.is_on_time,
                                       .would_count = draft->submission.counts,
                                       .cost_yours = cost.yours,
                                       .cost_most = cost.most,
                                       .lacks = draft->lacks,
                                       .lack_count = draft->lack_count};
  return err;
}

static enum err write_down(const struct act *act, const struct course_view *course, struct draft *draft,
                           const char *cause) {
  struct submission *submission = &draft->submission;
  const struct submission_content *content = &submission->content;
  enum err err = ERR_OK;
  if (submission->counts)
    err = submission_store_choose(act, course->id, submission->milestone, &submission->holder,
                                  &(struct submission_choice){0});
  if (err == ERR_OK)
    err = submission_store_insert(act, course->id, submission);
  for (size_t i = 0; err == ERR_OK && i < content->file_count; i++)
    err = submission_store_add_file(act, submission->id, (int64_t)i, content->files[i]);
  for (size_t i = 0; err == ERR_OK && i < draft->people_count; i++)
    err = submission_store_add_member(act, submission->id, draft->people[i]);
  if (err == ERR_OK)
    err = submission_audit(act, course, submission, "work handed in");
  return err == ERR_OK ? penalty_recompute(act, course, draft->milestone, &submission->holder, cause) : err;
}

static enum err tell_of(const struct act *act, const struct course_view *course, const struct draft *draft) {
  const struct submission *submission = &draft->submission;
  const char *name = NULL;
  enum err err = person_actor_name(act, &name);
  if (err != ERR_OK)
    return err;
  const char *timing = submission->is_on_time ? "in time" : "after it was due";
  const char *counts = submission->counts ? "It is the version that counts." : "An earlier version goes on counting.";
  struct submission_notice notice = {
      .kind = "work handed in",
      .subject = arena_format(act->arena, "Version %" PRId64 " was handed in", submission->version),
      .words = arena_format(act->arena, "%s handed in version %" PRId64 " of %s, %s, on %s. %s", name,
                            submission->version, draft->milestone->title, timing,
                            course_instant_words(course, act->arena, submission->at), counts)};
  return submission_tell(act, course, submission, &notice);
}
