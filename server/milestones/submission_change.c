// SPDX-License-Identifier: AGPL-3.0-or-later
// What becomes of a version after it was handed in: withdrawn, made to count by hand, accepted (submission.h).
#include <inttypes.h>

#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/milestones/penalty.h"
#include "server/milestones/submission.h"
#include "server/milestones/submission_notice.h"
#include "server/milestones/submission_store.h"

// A version, what else there is of its holder, and by what it is judged.
struct subject {
  struct submission submission;
  const struct milestone *milestone;
  struct submission_tally tally;
  struct terms shared;
};

static enum err mark_accepted(const struct act *act, const struct course_view *course, const struct subject *subject,
                              bool is_accepted);
static enum err find(const struct act *act, const struct course_view *course, int64_t id, struct subject *out);
static enum err check_theirs(const struct act *act, const struct course_view *course, const struct subject *subject);
static enum err check_withdrawal(const struct act *act, const struct course_view *course,
                                 const struct subject *subject);
static enum err check_choice(const struct act *act, const struct course_view *course, const struct subject *subject,
                             const char *reason);
static enum err withdraw(const struct act *act, const struct course_view *course, const struct subject *subject);
static enum err tell_withdrawn(const struct act *act, const struct course_view *course, const struct subject *subject);
static enum err tell_chosen(const struct act *act, const struct course_view *course, const struct subject *subject,
                            const char *reason);
static enum err tell_accepted(const struct act *act, const struct course_view *course, const struct subject *subject,
                              bool is_accepted);
static const char *subject_words(const struct act *act, const struct subject *subject, const char *what);

enum err submission_withdraw(const struct act *act, const struct course_view *course, int64_t id) {
  struct subject subject;
  enum err err = find(act, course, id, &subject);
  if (err == ERR_OK)
    err = check_theirs(act, course, &subject);
  if (err == ERR_OK)
    err = check_withdrawal(act, course, &subject);
  if (err == ERR_OK)
    err = withdraw(act, course, &subject);
  if (err == ERR_OK)
    err = submission_audit(act, course, &subject.submission, "work withdrawn");
  if (err == ERR_OK)
    err = penalty_recompute(act, course, subject.milestone, &subject.submission.holder, "withdrawn");
  return err == ERR_OK ? tell_withdrawn(act, course, &subject) : err;
}

enum err submission_count(const struct act *act, const struct course_view *course, int64_t id, const char *reason) {
  struct subject subject;
  struct submission *submission = &subject.submission;
  enum err err = find(act, course, id, &subject);
  if (err == ERR_OK)
    err = check_theirs(act, course, &subject);
  if (err == ERR_OK)
    err = check_choice(act, course, &subject, reason);
  if (err != ERR_OK || submission->counts)
    return err;
  bool is_by_staff = course_is_staff(course);
  const struct submission_choice choice = {
      .id = id, .is_by_hand = true, .is_by_staff = is_by_staff, .reason = is_by_staff ? reason : NULL};
  submission->counts = true;
  err = submission_store_choose(act, course->id, submission->milestone, &submission->holder, &choice);
  if (err == ERR_OK)
    err = submission_audit(act, course, submission, "version chosen");
  if (err == ERR_OK)
    err = penalty_recompute(act, course, subject.milestone, &submission->holder, "version chosen");
  return err == ERR_OK ? tell_chosen(act, course, &subject, choice.reason) : err;
}

enum err submission_accept(const struct act *act, const struct course_view *course, int64_t id, bool is_accepted) {
  struct subject subject;
  enum err err = find(act, course, id, &subject);
  if (err == ERR_OK && subject.milestone->kind == MILESTONE_PROPOSAL)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s is accepted by deciding on the team's proposal, and opened again by reopening that.",
                         subject.milestone->title);
  if (err != ERR_OK || (subject.submission.accepted_at != 0) == is_accepted)
    return err;
  err = mark_accepted(act, course, &subject, is_accepted);
  return err == ERR_OK ? tell_accepted(act, course, &subject, is_accepted) : err;
}

enum err submission_mark_accepted(const struct act *act, const struct course_view *course, int64_t id,
                                  bool is_accepted) {
  struct subject subject;
  enum err err = find(act, course, id, &subject);
  if (err != ERR_OK || (subject.submission.accepted_at != 0) == is_accepted)
    return err;
  return mark_accepted(act, course, &subject, is_accepted);
}

static enum err mark_accepted(const struct act *act, const struct course_view *course, const struct subject *subject,
                              bool is_accepted) {
  const struct submission *submission = &subject->submission;
  if (is_accepted && !submission->counts)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         submission->withdrawn_at != 0 ? "Version %" PRId64 " was withdrawn."
                                                       : "Version %" PRId64
                                                         " is not the one that counts. Choose it first, with a reason.",
                         submission->version);
  enum err err = submission_store_accept(act, submission->id, is_accepted);
  return err == ERR_OK
             ? submission_audit(act, course, submission, is_accepted ? "work accepted" : "acceptance taken back")
             : err;
}

static enum err find(const struct act *act, const struct course_view *course, int64_t id, struct subject *out) {
  struct submission *submission = &out->submission;
  enum err err = submission_get(act, course, id, submission);
  if (err == ERR_OK)
    err = milestone_find(act, course, submission->milestone, &out->milestone);
  if (err == ERR_OK)
    err = submission_store_tally(act, course->id, submission->milestone, &submission->holder, &out->tally);
  return err == ERR_OK ? extension_shared_terms(act, course, out->milestone, &submission->holder, &out->shared) : err;
}

static enum err check_theirs(const struct act *act, const struct course_view *course, const struct subject *subject) {
  const struct holder *holder = &subject->submission.holder;
  bool is_theirs = holder->team != 0 ? holder->team == course->team : holder->person == act->actor;
  if (is_theirs || course_is_staff(course))
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no such submission.");
}

static enum err check_withdrawal(const struct act *act, const struct course_view *course,
                                 const struct subject *subject) {
  const struct submission *submission = &subject->submission;
  if (submission->withdrawn_at != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "Version %" PRId64 " was withdrawn on %s.",
                         submission->version, course_instant_words(course, act->arena, submission->withdrawn_at));
  if (submission->accepted_at != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "Version %" PRId64 " has been accepted, and stays.",
                         submission->version);
  if (act->now > subject->shared.due)
    return problem_raise(act->problem, PROBLEM_DEADLINE_PASSED,
                         "%s was due on %s; what was handed in stays from then on. While it is open, hand in another "
                         "version.",
                         subject->milestone->title, course_instant_words(course, act->arena, subject->shared.due));
  return ERR_OK;
}

static enum err withdraw(const struct act *act, const struct course_view *course, const struct subject *subject) {
  const struct submission *submission = &subject->submission;
  struct submission_choice next = {0};
  enum err err = submission_store_withdraw(act, submission->id);
  if (err != ERR_OK || !submission->counts)
    return err;
  err = submission_store_by_rule(act, course->id, submission->milestone, &submission->holder, &next.id);
  return err == ERR_OK && next.id != 0
             ? submission_store_choose(act, course->id, submission->milestone, &submission->holder, &next)
             : err;
}

static enum err check_choice(const struct act *act, const struct course_view *course, const struct subject *subject,
                             const char *reason) {
  const struct submission *submission = &subject->submission;
  if (submission->withdrawn_at != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "Version %" PRId64 " was withdrawn, and cannot count.",
                         submission->version);
  if (submission->counts)
    return ERR_OK;
  if (subject->tally.accepted != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "Version %" PRId64 " has been accepted. Another one can count once that is taken back.",
                         subject->tally.accepted);
  if (course_is_staff(course))
    return reason != NULL ? ERR_OK : problem_field(act->problem, "reason", "say why; those whose work it is read it");
  if (subject->tally.is_staff_choice)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                         "The course's staff have chosen which version counts. Ask them.");
  if (act->now > subject->shared.closes)
    return problem_raise(act->problem, PROBLEM_DEADLINE_PASSED,
                         "%s closed on %s. From then on only the course's staff choose which version counts.",
                         subject->milestone->title, course_instant_words(course, act->arena, subject->shared.closes));
  return ERR_OK;
}

static enum err tell_withdrawn(const struct act *act, const struct course_view *course, const struct subject *subject) {
  struct submission counting;
  const char *name = NULL;
  enum err err = person_actor_name(act, &name);
  if (err == ERR_OK)
    err = submission_counting(act, course, subject->milestone, &subject->submission.holder, &counting);
  if (err != ERR_OK)
    return err;
  const char *rest = counting.id == 0 ? "Nothing is handed in now."
                                      : arena_format(act->arena, "Version %" PRId64 " counts now.", counting.version);
  struct submission_notice notice = {.kind = "work withdrawn",
                                     .subject = subject_words(act, subject, "was withdrawn"),
                                     .words =
                                         arena_format(act->arena, "%s withdrew version %" PRId64 " of %s. %s", name,
                                                      subject->submission.version, subject->milestone->title, rest)};
  return submission_tell(act, course, &subject->submission, &notice);
}

static enum err tell_chosen(const struct act *act, const struct course_view *course, const struct subject *subject,
                            const char *reason) {
  const char *name = NULL;
  enum err err = person_actor_name(act, &name);
  if (err != ERR_OK)
    return err;
  struct submission_notice notice = {
      .kind = "version chosen",
      .subject = subject_words(act, subject, "counts now"),
      .words = arena_format(
          act->arena, "%s made version %" PRId64 " of %s the one that counts.%s%s", name, subject->submission.version,
          subject->milestone->title,
          reason == NULL ? "" : " They write: ", reason == NULL ? "" : text_quotation(act->arena, reason))};
  return submission_tell(act, course, &subject->submission, &notice);
}

static enum err tell_accepted(const struct act *act, const struct course_view *course, const struct subject *subject,
                              bool is_accepted) {
  struct submission_notice notice = {
      .kind = is_accepted ? "work accepted" : "acceptance taken back",
      .subject = subject_words(act, subject, is_accepted ? "is accepted" : "is not accepted any more"),
      .words = arena_format(act->arena,
                            is_accepted ? "The course's staff accepted version %" PRId64 " of %s."
                                        : "The course's staff took back that version %" PRId64
                                          " of %s is accepted. Another version can count again.",
                            subject->submission.version, subject->milestone->title)};
  return submission_tell(act, course, &subject->submission, &notice);
}

static const char *subject_words(const struct act *act, const struct subject *subject, const char *what) {
  return arena_format(act->arena, "Version %" PRId64 " %s", subject->submission.version, what);
}
