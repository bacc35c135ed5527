// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/penalty.h"

#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/milestones/extension_effect.h"
#include "server/milestones/penalty_store.h"
#include "server/outbound/outbox.h"

static struct penalty_current judge(struct calendar *calendar, const struct milestone *milestone,
                                    const struct penalty_version *rows, size_t count, struct extension *grants);
static const struct penalty_current *find(const struct penalty_current *list, size_t count, int64_t person);
static bool is_changed(const struct penalty_current *was, struct penalty_current *is);
static enum err current_of(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           int64_t person, const struct penalty_current **out);
static enum err tell_waived(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct penalty_current *was, const char *reason);

enum err penalty_recompute(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           const struct holder *holder, const char *cause) {
  struct penalty_version *rows = NULL;
  struct penalty_current *held = NULL;
  size_t count = 0, held_count = 0;
  enum err err = penalty_store_versions(act, course->id, milestone, holder, &rows, &count);
  if (err == ERR_OK && count > 0)
    err = penalty_store_current(act, course->id, milestone->id, holder->person, &held, &held_count);
  if (err != ERR_OK || count == 0)
    return err;
  struct calendar *calendar = extension_calendar(act, course);
  struct extension *grants = arena_array(act->arena, count, sizeof *grants);
  for (size_t i = 0; err == ERR_OK && i < count;) {
    size_t first = i;
    while (i < count && rows[i].person == rows[first].person)
      i++;
    struct penalty_current is = judge(calendar, milestone, &rows[first], i - first, grants);
    if (is_changed(find(held, held_count, is.person), &is))
      err = penalty_store_add(act, course->id, &is, cause);
  }
  return err;
}

enum err penalty_recompute_all(const struct act *act, const struct course_view *course,
                               const struct milestone *milestone, const char *cause) {
  return penalty_recompute(act, course, milestone, &(struct holder){0}, cause);
}

enum err penalty_waive(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                       int64_t person, const char *reason) {
  struct enrolment enrolment;
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err == ERR_NOT_FOUND)
    return problem_field(act->problem, "person", "is nobody of this course");
  const struct penalty_current *was = NULL;
  if (err != ERR_OK || (err = current_of(act, course, milestone, person, &was)) != ERR_OK)
    return err;
  if (was != NULL && was->is_waived)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "What %s costs %s is waived already.", milestone->title,
                         enrolment.name);
  if (was == NULL || was->points == 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "Nothing that %s handed in for %s costs anything. For more time, grant an extension.",
                         enrolment.name, milestone->title);
  struct penalty_current row = *was;
  row.points = 0;
  row.is_waived = true;
  row.reason = reason;
  if ((err = penalty_store_add(act, course->id, &row, "waived")) != ERR_OK)
    return err;
  err = audit_write(act, course->id, "penalty waived", arena_format(act->arena, "person %lld", (long long)person),
                    arena_format(act->arena, "{\"milestone\":\"%s\",\"points\":%d}", milestone->id, was->points),
                    arena_format(act->arena, "{\"milestone\":\"%s\",\"points\":0}", milestone->id));
  return err == ERR_OK ? tell_waived(act, course, milestone, was, reason) : err;
}

enum err penalty_history(const struct act *act, const struct course_view *course, int64_t person, const char *milestone,
                         const struct penalty **out, size_t *count) {
  struct penalty *list = NULL;
  enum err err = penalty_store_history(act, course->id, person, milestone, &list, count);
  if (err == ERR_OK)
    *out = list;
  return err;
}

enum err penalty_preview(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                         const struct holder *holder, struct cost_preview *out) {
  struct terms own, shared;
  const struct penalty_current *held = NULL;
  const struct holder reader = {.person = act->actor};
  enum err err = extension_terms_at(act, course, milestone, &reader, act->now, &own);
  if (err == ERR_OK)
    err = extension_terms_at(act, course, milestone, holder, act->now, &shared);
  if (err == ERR_OK)
    err = current_of(act, course, milestone, act->actor, &held);
  if (err != ERR_OK)
    return err;
  // A personal grant only lowers: nobody pays more than by the shared terms, and nobody's grant shows.
  int yours = held != NULL && held->is_waived ? 0 : terms_points(&own, act->now);
  *out = (struct cost_preview){.yours = yours, .most = terms_points(&shared, act->now)};
  return ERR_OK;
}

// The rows are one person's, the version to be judged first.
static struct penalty_current judge(struct calendar *calendar, const struct milestone *milestone,
                                    const struct penalty_version *rows, size_t count, struct extension *grants) {
  struct penalty_current is = {.person = rows->person, .milestone = milestone->id};
  if (rows->is_withdrawn)
    return is;
  size_t grant_count = 0;
  for (size_t i = 0; i < count && rows[i].submission == rows->submission; i++)
    if (rows[i].has_grant)
      grants[grant_count++] = rows[i].grant;
  struct terms terms = terms_of(calendar, milestone, grants, grant_count);
  is.submission = rows->submission;
  is.due = terms.due;
  is.points = terms_points(&terms, rows->judged_at);
  return is;
}

static const struct penalty_current *find(const struct penalty_current *list, size_t count, int64_t person) {
  for (size_t low = 0, high = count; low < high;) { // by person, one row each
    size_t middle = low + (high - low) / 2;
    if (list[middle].person == person)
      return &list[middle];
    if (list[middle].person < person)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

// A waiver stays, whatever is judged.
static bool is_changed(const struct penalty_current *was, struct penalty_current *is) {
  if (was == NULL)
    return is->submission != 0;
  if (was->is_waived) {
    is->is_waived = true;
    is->points = 0;
    is->reason = was->reason;
  }
  return was->submission != is->submission || was->points != is->points || was->due != is->due;
}

static enum err current_of(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           int64_t person, const struct penalty_current **out) {
  struct penalty_current *list = NULL;
  size_t count = 0;
  if (person == 0) { // the operator
    *out = NULL;
    return ERR_OK;
  }
  enum err err = penalty_store_current(act, course->id, milestone->id, person, &list, &count);
  if (err == ERR_OK)
    *out = count == 0 ? NULL : &list[0];
  return err;
}

static enum err tell_waived(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                            const struct penalty_current *was, const char *reason) {
  return outbox_put(
      act,
      &(struct message){
          .course = course->id,
          .person = was->person,
          .kind = "penalty waived",
          .subject = "What lateness cost you is waived",
          .words = arena_format(act->arena,
                                "The course's staff waived the %d point%s that lateness cost you for %s in %s. They "
                                "write: %s",
                                was->points, was->points == 1 ? "" : "s", milestone->title, course->file->title,
                                text_quotation(act->arena, reason)),
          .link = arena_format(act->arena, "/courses/%s/milestones/%s", course->slug, milestone->id)});
}
