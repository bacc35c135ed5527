// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/comment.h"

#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"
#include "server/proposals/comment_store.h"
#include "server/proposals/proposal_value.h"
#include "server/proposals/review.h"
#include "server/proposals/reviewer.h"
#include "server/teams/team_rules.h"

static enum err take(const struct act *act, const struct course_view *course, int64_t team,
                     const struct comment_new *wanted, struct comment *out);
static bool is_shown(const struct course_view *course, const struct comment *comment);
static enum err audit(const struct act *act, const struct course_view *course, const struct comment *comment,
                      const char *kind);
static enum err tell(const struct act *act, const struct course_view *course, const struct team *team,
                     const struct comment *news, size_t count, int64_t person, bool is_staff);

enum err comment_add(const struct act *act, const struct course_view *course, int64_t team,
                     const struct comment_new *wanted, int64_t *id) {
  struct proposal proposal;
  struct comment comment = {.is_staff = course_is_staff(course), .at = act->now};
  int64_t count = 0;
  enum err err = review_load(act, course, team, &proposal);
  if (err != ERR_OK || (err = take(act, course, team, wanted, &comment)) != ERR_OK)
    return err;
  if (comment.proposal == 0)
    comment.proposal = proposal.id;
  if ((err = comment_store_count(act, comment.proposal, &count)) != ERR_OK)
    return err;
  if (count >= COMMENTS_MAX)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "There are %d comments on this proposal. Talk to each other.",
                         COMMENTS_MAX);
  if ((err = comment_store_insert(act, &comment)) != ERR_OK ||
      (err = agenda_set_if_none(act->db, AGENDA_COMMENTS_TOLD, course->id, comment.proposal,
                                act->now + COMMENT_TELL_SECONDS)) != ERR_OK)
    return err;
  *id = comment.id;
  return audit(act, course, &comment, comment.is_note ? "proposal note written" : "proposal comment written");
}

enum err comment_remove(const struct act *act, const struct course_view *course, int64_t team, int64_t id) {
  struct comment comment = {0};
  enum err err = comment_show(act, course, team, id, &comment);
  if (err != ERR_OK)
    return err;
  if (comment.by != act->actor)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only who wrote a comment can take it away.");
  if (comment.removed_at != 0)
    return ERR_OK;
  err = comment_store_remove(act, id);
  return err == ERR_OK ? audit(act, course, &comment, "proposal comment removed") : err;
}

enum err comment_resolve(const struct act *act, const struct course_view *course, int64_t team, int64_t id,
                         bool is_resolved) {
  struct comment comment = {0};
  enum err err = comment_show(act, course, team, id, &comment);
  if (err == ERR_OK && comment.parent != 0)
    err = comment_show(act, course, team, comment.parent, &comment);
  if (err != ERR_OK || (comment.resolved_at != 0) == is_resolved)
    return err;
  err = comment_store_resolve(act, comment.id, is_resolved);
  return err == ERR_OK
             ? audit(act, course, &comment, is_resolved ? "proposal thread resolved" : "proposal thread opened again")
             : err;
}

enum err comment_list(const struct act *act, const struct course_view *course, int64_t team, struct comment **out,
                      size_t *count) {
  struct comment *list = NULL;
  size_t size = 0, shown = 0;
  enum err err = comment_store_list(act, team, &list, &size);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < size; i++)
    if (is_shown(course, &list[i]))
      list[shown++] = list[i];
  *out = list;
  *count = shown;
  return ERR_OK;
}

enum err comment_show(const struct act *act, const struct course_view *course, int64_t team, int64_t id,
                      struct comment *out) {
  struct comment found = {0};
  struct team known;
  enum err err = team_get(act, course->id, team, &known);
  if (err != ERR_OK)
    return err;
  err = comment_store_get(act, team, id, &found);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && !is_shown(course, &found)))
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no comment with this number on this proposal.");
  if (err == ERR_OK)
    *out = found;
  return err;
}

enum err comment_tell(const struct act *act, const struct course_view *course, int64_t id) {
  struct proposal proposal;
  struct team team;
  struct team_members members;
  struct comment *list = NULL;
  size_t size = 0, count = 0;
  int64_t *staff = NULL;
  size_t staff_count = 0;
  enum err err = proposal_get(act, course, id, &proposal);
  if (err != ERR_OK || (err = team_load(act, course, proposal.team, &team, &members)) != ERR_OK ||
      (err = comment_store_list(act, proposal.team, &list, &size)) != ERR_OK)
    return err;
  for (size_t i = 0; i < size; i++)
    if (list[i].proposal == id && list[i].told_at == 0)
      list[count++] = list[i];
  if (count == 0 || (err = reviewer_people(act, course, proposal.team, &staff, &staff_count)) != ERR_OK)
    return err;
  for (size_t i = 0; err == ERR_OK && i < members.count; i++)
    if (members.list[i].is_active)
      err = tell(act, course, &team, list, count, members.list[i].person, false);
  for (size_t i = 0; err == ERR_OK && i < staff_count; i++)
    err = tell(act, course, &team, list, count, staff[i], true);
  if (err == ERR_OK)
    err = comment_store_tell(act, id);
  return err == ERR_OK ? audit_write(act, course->id, "proposal comments told", proposal_subject(act, id), NULL, NULL)
                       : err;
}

// Where it stands: field, thread, note.
static enum err take(const struct act *act, const struct course_view *course, int64_t team,
                     const struct comment_new *wanted, struct comment *out) {
  out->text = wanted->text;
  out->field = wanted->field;
  out->is_note = wanted->is_note;
  if (wanted->is_note && !out->is_staff)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Notes are kept among staff. Leave `note` out.");
  if (wanted->field != NULL && proposal_field_find(course, wanted->field) == NULL)
    return problem_field(act->problem, "field", "is no field of this course's proposals");
  if (wanted->reply_to == 0)
    return ERR_OK;
  struct comment parent = {0};
  enum err err = comment_show(act, course, team, wanted->reply_to, &parent);
  if (err != ERR_OK)
    return err;
  if (wanted->field != NULL)
    return problem_field(act->problem, "field", "is that of the thread in a reply: leave it out");
  out->parent = parent.parent != 0 ? parent.parent : parent.id;
  out->field = parent.field;
  out->is_note = parent.is_note || wanted->is_note;
  out->proposal = parent.proposal;
  return ERR_OK;
}

static bool is_shown(const struct course_view *course, const struct comment *comment) {
  return course_is_staff(course) || !comment->is_note;
}

static enum err audit(const struct act *act, const struct course_view *course, const struct comment *comment,
                      const char *kind) {
  return audit_write(act, course->id, kind, proposal_subject(act, comment->proposal), NULL,
                     arena_format(act->arena, "{\"comment\":%lld}", (long long)comment->id));
}

// What others wrote that this person may see; nothing when there is none.
static enum err tell(const struct act *act, const struct course_view *course, const struct team *team,
                     const struct comment *news, size_t count, int64_t person, bool is_staff) {
  size_t new_count = 0;
  for (size_t i = 0; i < count; i++)
    new_count += news[i].by != person && (is_staff || !news[i].is_note);
  if (new_count == 0)
    return ERR_OK;
  return outbox_put(
      act,
      &(struct message){
          .course = course->id,
          .person = person,
          .kind = is_staff ? "comments to staff" : "proposal comments",
          .subject = arena_format(act->arena, "%s on %s", new_count == 1 ? "A new comment" : "New comments",
                                  is_staff ? "a proposal" : "your team's proposal"),
          .words = arena_format(act->arena, "There %s %zu new %s on the proposal of %s.", new_count == 1 ? "is" : "are",
                                new_count, new_count == 1 ? "comment" : "comments", team->name),
          .link = arena_format(act->arena, "%s/comments", proposal_link(act, course, team->id))});
}
