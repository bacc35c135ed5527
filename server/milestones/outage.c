// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/outage.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/milestones/extension_effect.h"
#include "server/milestones/extension_store.h"
#include "server/milestones/extension_words.h"
#include "server/milestones/milestone_facts.h"
#include "server/milestones/outage_store.h"
#include "server/outbound/outbox.h"

const char *const outage_cause_names[] = {[OUTAGE_DOWN] = "down", [OUTAGE_STORE] = "store", NULL};

static const char lost_reason[] = "The server could not be reached when this was due.";

// The time that was lost, and what is being made up for it.
struct gap {
  const struct act *act;
  const struct course_view *course;
  int64_t from, until;
  int64_t more; // seconds that an extension adds
};

static bool is_hit(const struct gap *gap, const struct terms *terms);
static enum err may_be_hit(const struct gap *gap, const struct milestone *milestone, bool *out);
static enum err find_holders(const struct gap *gap, const struct milestone *milestone, struct extension_many *many,
                             int64_t *holders);
static enum err add_holder(const struct gap *gap, const struct milestone *milestone, const struct holder *holder,
                           struct extension_many *many);
static void add_each(const struct gap *gap, struct extension_many *many, struct holder whom, int64_t due);
static enum err tell_staff(const struct act *act, const struct course_view *course, const struct outage *outage);
static enum err extend_milestone(const struct gap *gap, const struct milestone *milestone, struct extension_done *done);
static void append(struct arena *arena, struct extension_done *all, const struct extension_done *more);
static void sort_by_person(struct arena *arena, struct extension_done *done);
static int compare_changes(const void *a, const void *b);

enum err outage_record(const struct act *act, const struct course_view *course, enum outage_cause cause, int64_t from,
                       int64_t until, int64_t *id) {
  *id = 0;
  enum err err = outage_store_made_up(act, course->id, &from);
  if (err != ERR_OK)
    return err;
  const struct gap gap = {.act = act, .course = course, .from = from, .until = until};
  struct outage outage = {.cause = cause, .from = from, .until = until};
  struct outage_milestone *hits = arena_array(act->arena, course->file->milestone_count, sizeof *hits);
  for (size_t i = 0; err == ERR_OK && i < course->file->milestone_count; i++) {
    const struct milestone *milestone = &course->file->milestones[i];
    struct extension_many many = {0};
    bool is_possible = false;
    int64_t holders = 0;
    err = may_be_hit(&gap, milestone, &is_possible);
    if (err == ERR_OK && is_possible)
      err = find_holders(&gap, milestone, &many, &holders);
    if (err == ERR_OK && is_possible)
      hits[outage.milestone_count++] = (struct outage_milestone){.milestone = milestone->id, .not_in = holders};
    outage.not_in += holders;
  }
  outage.milestones = hits;
  if (err != ERR_OK || outage.milestone_count == 0)
    return err;
  bool is_more = false;
  if ((err = outage_store_put(act, course->id, &outage, &is_more)) != ERR_OK)
    return err;
  if (!is_more)
    return ERR_OK;
  *id = outage.id;
  err = audit_write(act, course->id, "outage noted", arena_format(act->arena, "outage %lld", (long long)outage.id),
                    NULL, NULL);
  return err == ERR_OK ? tell_staff(act, course, &outage) : err;
}

enum err outage_list(const struct act *act, const struct course_view *course, struct outage **out, size_t *count) {
  struct outage *list = NULL;
  struct outage_milestone *hits = NULL;
  size_t size = 0, hit_count = 0;
  enum err err = outage_store_list(act, course->id, &list, &size);
  if (err == ERR_OK && size > 0)
    err = outage_store_milestones(act, course->id, &hits, &hit_count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0, j = 0; i < size; i++) { // both newest first
    list[i].milestones = &hits[j];
    for (; j < hit_count && hits[j].outage == list[i].id; j++) {
      list[i].milestone_count++;
      list[i].not_in += hits[j].not_in;
    }
  }
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err outage_extend(const struct act *act, const struct course_view *course, int64_t outage, int64_t margin_seconds,
                       struct extension_done *done) {
  struct outage *list = NULL;
  size_t count = 0, i = 0;
  enum err err = outage_list(act, course, &list, &count);
  if (err != ERR_OK)
    return err;
  while (i < count && list[i].id != outage)
    i++;
  if (i == count)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "The course has no outage of this number.");
  if (list[i].granted_at != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "The time of this outage was given back already. For more, grant an extension.");
  const struct gap gap = {.act = act,
                          .course = course,
                          .from = list[i].from,
                          .until = list[i].until,
                          .more = list[i].until - list[i].from + margin_seconds};
  *done = (struct extension_done){0};
  for (size_t j = 0; err == ERR_OK && j < list[i].milestone_count; j++) {
    const struct milestone *milestone = NULL;
    struct extension_done one;
    size_t index = milestone_index(course, list[i].milestones[j].milestone);
    if (index == course->file->milestone_count)
      continue; // the course file has it no more
    milestone = &course->file->milestones[index];
    if ((err = extend_milestone(&gap, milestone, &one)) == ERR_OK)
      append(act->arena, done, &one);
  }
  if (err == ERR_OK && done->holders == 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "Everybody whose deadline fell into this outage has handed in: nobody needs more time.");
  if (err == ERR_OK)
    err = outage_store_grant(act, outage);
  if (err != ERR_OK)
    return err;
  sort_by_person(act->arena, done);
  return extension_tell(act, course, done, lost_reason);
}

const char *outage_words(const struct act *act, const struct course_view *course, const struct outage *outage) {
  struct text text;
  text_init(&text, act->arena);
  text_add_format(&text,
                  outage->cause == OUTAGE_DOWN ? "The server was not running from %s to %s. Deadlines in that time:"
                                               : "The server could not take changes from %s to %s, or not all of them. "
                                                 "Deadlines in that time:",
                  course_instant_words(course, act->arena, outage->from),
                  course_instant_words(course, act->arena, outage->until));
  for (size_t i = 0; i < outage->milestone_count; i++) {
    const char *title = outage->milestones[i].milestone;
    for (size_t j = 0; j < course->file->milestone_count; j++)
      if (strcmp(course->file->milestones[j].id, title) == 0) {
        title = course->file->milestones[j].title;
        break;
      }
    text_add_format(&text, "%s %s (not in: %lld)", i == 0 ? "" : ",", title, (long long)outage->milestones[i].not_in);
  }
  text_add_format(&text,
                  ". POST /courses/%s/outages/%lld/extension gives those who are not in that time and an hour more.",
                  course->slug, (long long)outage->id);
  return text_get(&text);
}

enum err outage_courses(const struct act *act, int64_t **out, size_t *count) {
  return outage_store_courses(act, out, count);
}

static bool is_in(const struct gap *gap, int64_t at) { return at > gap->from && at <= gap->until; }

// The grace belongs to the due: who is told "until then it costs nothing" hands in until then.
static bool is_hit(const struct gap *gap, const struct terms *terms) {
  return is_in(gap, terms->due) || is_in(gap, terms->due + terms->late->grace_seconds) || is_in(gap, terms->closes);
}

// By what the file says or by anybody's grant: asked before the holders are gone through.
static enum err may_be_hit(const struct gap *gap, const struct milestone *milestone, bool *out) {
  struct extension_grant *grants = NULL;
  size_t count = 0;
  enum err err = extension_store_live(gap->act, gap->course->id, milestone->id, &grants, &count);
  struct terms terms = terms_of(NULL, milestone, NULL, 0);
  *out = err == ERR_OK && milestone_takes_work(milestone) && is_hit(gap, &terms);
  if (err != ERR_OK || *out || !milestone_takes_work(milestone) || count == 0 || milestone->opens > gap->until)
    return err;
  struct calendar *calendar = extension_calendar(gap->act, gap->course);
  for (size_t i = 0; i < count && !*out; i++) {
    terms = terms_of(calendar, milestone, &grants[i].grant, 1);
    *out = is_hit(gap, &terms);
  }
  return ERR_OK;
}

// Those whose deadline fell into the gap and who are not in, with the due that makes up for it; *holders counts teams
// and lab students.
static enum err find_holders(const struct gap *gap, const struct milestone *milestone, struct extension_many *many,
                             int64_t *holders) {
  const struct holder *missing = NULL;
  size_t count = 0;
  enum err err = milestone_missing(gap->act, gap->course, milestone, &missing, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    size_t before = many->count;
    err = add_holder(gap, milestone, &missing[i], many);
    *holders += many->count > before;
  }
  return err;
}

static enum err add_holder(const struct gap *gap, const struct milestone *milestone, const struct holder *holder,
                           struct extension_many *many) {
  struct terms shared;
  const struct member_terms *members = NULL;
  size_t count = 0;
  enum err err = extension_shared_terms(gap->act, gap->course, milestone, holder, &shared);
  if (err == ERR_OK)
    err = extension_member_terms(gap->act, gap->course, milestone, holder, &members, &count);
  if (err != ERR_OK)
    return err;
  if (is_hit(gap, &shared))
    add_each(gap, many, *holder, shared.due);
  for (size_t i = 0; i < count; i++)
    if (members[i].terms.due != shared.due && is_hit(gap, &members[i].terms))
      add_each(gap, many, (struct holder){.person = members[i].person}, members[i].terms.due);
  return ERR_OK;
}

static void add_each(const struct gap *gap, struct extension_many *many, struct holder whom, int64_t due) {
  many->list = arena_grow(gap->act->arena, many->list, many->count, many->count + 1, sizeof *many->list);
  many->list[many->count++] = (struct extension_each){.whom = whom, .due = due + gap->more};
}

static enum err extend_milestone(const struct gap *gap, const struct milestone *milestone,
                                 struct extension_done *done) {
  struct extension_many many = {.reason = lost_reason};
  int64_t holders = 0;
  *done = (struct extension_done){0};
  enum err err = find_holders(gap, milestone, &many, &holders);
  if (err != ERR_OK || many.count == 0)
    return err;
  return extension_give_each(gap->act, gap->course, milestone, &many, done);
}

static void append(struct arena *arena, struct extension_done *all, const struct extension_done *more) {
  int64_t *ids = arena_grow(arena, all->ids, all->id_count, all->id_count + more->id_count, sizeof *ids);
  struct extension_change *changes =
      arena_grow(arena, all->changes, all->change_count, all->change_count + more->change_count, sizeof *changes);
  for (size_t i = 0; i < more->id_count; i++)
    ids[all->id_count++] = more->ids[i];
  for (size_t i = 0; i < more->change_count; i++)
    changes[all->change_count++] = more->changes[i];
  all->ids = ids;
  all->changes = changes;
  all->holders += more->holders;
}

// As extension_tell expects them: it writes a message for each person, of all that changes for them.
static void sort_by_person(struct arena *arena, struct extension_done *done) {
  if (done->change_count == 0)
    return;
  struct extension_change *list = arena_copy(arena, done->changes, done->change_count * sizeof *list);
  qsort(list, done->change_count, sizeof *list, compare_changes);
  done->changes = list;
}

static int compare_changes(const void *a, const void *b) {
  const struct extension_change *one = a, *other = b;
  if (one->person != other->person)
    return one->person < other->person ? -1 : 1;
  return (one->milestone > other->milestone) - (one->milestone < other->milestone); // of one array
}

static enum err tell_staff(const struct act *act, const struct course_view *course, const struct outage *outage) {
  int64_t *people = NULL;
  size_t count = 0;
  enum err err = enrolment_staff(act, course->id, &people, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = outbox_put(act, &(struct message){.course = course->id,
                                            .person = people[i],
                                            .kind = "outage",
                                            .subject = "The server was not there at a deadline",
                                            .words = outage_words(act, course, outage),
                                            .link = arena_format(act->arena, "/courses/%s/outages", course->slug)});
  return err;
}
