// SPDX-License-Identifier: AGPL-3.0-or-later
// Granting more time and taking it back: the acts of extension.h. What holds for whom is extension.c.
#include <assert.h>
#include <string.h>

#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/milestones/extension_effect.h"
#include "server/milestones/extension_store.h"
#include "server/milestones/extension_words.h"
#include "server/milestones/penalty.h"
#include "server/teams/team_rules.h"

enum { DUE_AFTER_END_DAYS_MAX = 366 };

// A wish on its way to being granted.
struct giving {
  const struct act *act;
  const struct course_view *course;
  const struct extension_wish *wish;
  const struct milestone *milestone; // NULL: standing
  int64_t due;                       // 0: standing
  struct extension_each *each;       // whom, once checked
  size_t each_count;
  bool is_told_later;
};

static enum err check_may_take_back(const struct act *act, const struct course_view *course,
                                    const struct extension_row *row);
static enum err give(const struct giving *giving, struct extension_done *done);
static enum err check_wish(struct giving *giving);
static enum err check_accommodation(const struct giving *giving);
static enum err check_time(struct giving *giving);
static enum err check_whom(const struct giving *giving);
static enum err check_person(const struct giving *giving);
static enum err check_team(const struct giving *giving);
static enum err check_track(const struct giving *giving);
static enum err check_later(const struct giving *giving);
static enum err find_missing(struct giving *giving);
static struct extension_reach reach_of(const struct milestone *milestone, int64_t person, int64_t team);
static enum err insert(const struct giving *giving, const struct extension_each *each, int64_t *id);
static enum err insert_all(const struct giving *giving, struct extension_done *done);
static enum err audit_given(const struct giving *giving, const struct extension_each *each, int64_t id);
static enum err recompute(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                          const struct holder *whom);

enum err extension_grant(const struct act *act, const struct course_view *course, const struct extension_wish *wish,
                         size_t *count) {
  struct extension_done done;
  enum err err = extension_give(act, course, wish, &done);
  if (err == ERR_OK)
    *count = done.holders;
  return err;
}

enum err extension_give(const struct act *act, const struct course_view *course, const struct extension_wish *wish,
                        struct extension_done *done) {
  struct giving giving = {.act = act, .course = course, .wish = wish};
  enum err err = check_wish(&giving);
  *done = (struct extension_done){0};
  return err == ERR_OK ? give(&giving, done) : err;
}

enum err extension_give_each(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                             const struct extension_many *many, struct extension_done *done) {
  const struct extension_wish wish = {.milestone = milestone->id, .scope = EXTENSION_MISSING, .reason = many->reason};
  struct giving giving = {.act = act,
                          .course = course,
                          .wish = &wish,
                          .milestone = milestone,
                          .each = many->list,
                          .each_count = many->count,
                          .is_told_later = true};
  *done = (struct extension_done){0};
  return give(&giving, done);
}

enum err extension_take_back(const struct act *act, const struct course_view *course, int64_t extension,
                             struct extension_done *done) {
  struct extension_row row;
  enum err err = extension_store_get(act, course->id, extension, &row);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "The course has no extension of this number.");
  if (err != ERR_OK || (err = check_may_take_back(act, course, &row)) != ERR_OK)
    return err;
  if (row.withdrawn_at != 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "This extension was taken back already.");
  const struct milestone *milestone = NULL;
  if (row.milestone != NULL && (err = milestone_find(act, course, row.milestone, &milestone)) != ERR_OK)
    return err;
  struct extension_reach reach = reach_of(milestone, row.person, row.team);
  const struct extension_snapshot *before = NULL, *after = NULL;
  struct holder whom = {.team = row.team, .person = row.person};
  int64_t *id = arena_copy(act->arena, &extension, sizeof extension);
  *done = (struct extension_done){.ids = id, .id_count = 1, .holders = 1};
  if ((err = extension_snapshot_take(act, course, &reach, &before)) != ERR_OK ||
      (err = extension_store_withdraw(act, extension)) != ERR_OK ||
      (err = audit_write(act, course->id, "extension withdrawn",
                         arena_format(act->arena, "extension %lld", (long long)extension), NULL, NULL)) != ERR_OK ||
      (err = recompute(act, course, milestone, &whom)) != ERR_OK ||
      (err = extension_snapshot_take(act, course, &reach, &after)) != ERR_OK)
    return err;
  extension_compare(act, before, after, done);
  return extension_tell(act, course, done, NULL);
}

// Were only accommodations kept from staff, trying would tell which are some: so they are kept from all that others
// gave to one person.
static enum err check_may_take_back(const struct act *act, const struct course_view *course,
                                    const struct extension_row *row) {
  bool is_open = row->person == 0 || (row->granted_by == act->actor && !row->is_accommodation);
  if (course->role == ROLE_INSTRUCTOR || is_open)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                       "What one person was given only an instructor takes back, or who gave it.");
}

static enum err give(const struct giving *giving, struct extension_done *done) {
  const struct act *act = giving->act;
  const struct course_view *course = giving->course;
  const struct extension_wish *wish = giving->wish;
  struct extension_reach reach = reach_of(giving->milestone, wish->person, wish->team);
  const struct extension_snapshot *before = NULL, *after = NULL;
  const struct holder whom = {.team = wish->team, .person = wish->person};
  enum err err = extension_snapshot_take(act, course, &reach, &before);
  if (err == ERR_OK)
    err = insert_all(giving, done);
  if (err == ERR_OK)
    err = recompute(act, course, giving->milestone, &whom);
  if (err == ERR_OK)
    err = extension_snapshot_take(act, course, &reach, &after);
  if (err != ERR_OK)
    return err;
  extension_compare(act, before, after, done);
  return giving->is_told_later ? ERR_OK : extension_tell(act, course, done, wish->reason);
}

static enum err check_wish(struct giving *giving) {
  const struct extension_wish *wish = giving->wish;
  enum err err = ERR_OK;
  if (wish->milestone != NULL)
    err = milestone_find(giving->act, giving->course, wish->milestone, &giving->milestone);
  if (err == ERR_OK)
    err = check_accommodation(giving);
  if (err == ERR_OK)
    err = check_whom(giving);
  if (err == ERR_OK)
    err = check_time(giving);
  if (err == ERR_OK)
    err = wish->scope == EXTENSION_MISSING ? find_missing(giving) : check_later(giving);
  if (err == ERR_OK && wish->scope != EXTENSION_MISSING) {
    struct extension_each one = {.whom = {.team = wish->team, .person = wish->person}, .due = giving->due};
    giving->each = arena_copy(giving->act->arena, &one, sizeof one);
    giving->each_count = 1;
  }
  return err;
}

static enum err check_accommodation(const struct giving *giving) {
  const struct extension_wish *wish = giving->wish;
  struct problem *problem = giving->act->problem;
  if (!wish->is_accommodation) {
    if (wish->category == NULL && wish->note == NULL)
      return ERR_OK;
    return problem_field(problem, wish->category != NULL ? "category" : "note",
                         "belongs to an accommodation: say \"accommodation\": true, or leave it out");
  }
  if (giving->course->role != ROLE_INSTRUCTOR)
    return problem_raise(problem, PROBLEM_NOT_ALLOWED, "Only an instructor of the course records an accommodation.");
  if (wish->scope != EXTENSION_PERSON)
    return problem_field(problem, "scope", "of an accommodation is a person");
  return ERR_OK;
}

// Kept as an instant, whichever way it was said; only standing ones are days.
static enum err check_time(struct giving *giving) {
  const struct extension_wish *wish = giving->wish;
  struct problem *problem = giving->act->problem;
  if ((wish->due != 0) == (wish->days != 0))
    return problem_field(problem, "due", "either this or days, one of the two");
  if (wish->days > EXTENSION_DAYS_MAX)
    return problem_field(problem, "days", "is at most %d", EXTENSION_DAYS_MAX);
  if (giving->milestone == NULL)
    return wish->due == 0 ? ERR_OK
                          : problem_field(problem, "due", "is of one milestone; one for all milestones is in days");
  int64_t due = wish->due != 0
                    ? wish->due
                    : course_add(giving->course, giving->milestone->due, (struct span){.days = (int32_t)wish->days});
  int64_t latest = giving->course->file->ends_at + (int64_t)DUE_AFTER_END_DAYS_MAX * LATE_DAY_SECONDS;
  if (due > latest)
    return problem_field(problem, wish->due != 0 ? "due" : "days", "is more than a year after the course's end");
  giving->due = due;
  return ERR_OK;
}

static enum err check_whom(const struct giving *giving) {
  const struct extension_wish *wish = giving->wish;
  struct problem *problem = giving->act->problem;
  if ((wish->scope == EXTENSION_PERSON) != (wish->person != 0))
    return problem_field(problem, "person", wish->person == 0 ? "is missing" : "goes with the scope person only");
  if ((wish->scope == EXTENSION_TEAM) != (wish->team != 0))
    return problem_field(problem, "team", wish->team == 0 ? "is missing" : "goes with the scope team only");
  if ((wish->scope == EXTENSION_TRACK) != (wish->track != NULL))
    return problem_field(problem, "track", wish->track == NULL ? "is missing" : "goes with the scope track only");
  if (giving->milestone == NULL && wish->scope != EXTENSION_PERSON && wish->scope != EXTENSION_TEAM)
    return problem_field(problem, "scope", "of an extension for all milestones is a person or a team");
  switch (wish->scope) {
  case EXTENSION_PERSON:
    return check_person(giving);
  case EXTENSION_TEAM:
    return check_team(giving);
  case EXTENSION_TRACK:
    return check_track(giving);
  case EXTENSION_EVERYONE:
  case EXTENSION_MISSING:
    break;
  }
  return ERR_OK;
}

static enum err check_person(const struct giving *giving) {
  struct problem *problem = giving->act->problem;
  struct enrolment enrolment;
  enum err err = enrolment_get(giving->act, giving->course->id, giving->wish->person, &enrolment);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  if (err == ERR_NOT_FOUND || !enrolment.is_active || enrolment.role != ROLE_STUDENT)
    return problem_field(problem, "person", "is no student of the course");
  if (giving->milestone == NULL || (enrolment.team == 0 && !enrolment.is_seated))
    return ERR_OK;
  bool is_of_teams = giving->course->file->tracks[giving->milestone->track].capacity == 0;
  if (is_of_teams == enrolment.is_seated)
    return problem_field(problem, "person",
                         is_of_teams ? "has a lab seat: %s is done in teams" : "is in a team: %s is done alone",
                         giving->milestone->title);
  return ERR_OK;
}

static enum err check_team(const struct giving *giving) {
  struct problem *problem = giving->act->problem;
  struct team team;
  enum err err = team_get(giving->act, giving->course->id, giving->wish->team, &team);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  problem_clear(problem); // what is missing is a field of this request, not its address
  if (err == ERR_NOT_FOUND || team.state == TEAM_DISSOLVED)
    return problem_field(problem, "team", "is no team of the course");
  if (giving->milestone != NULL && giving->course->file->tracks[giving->milestone->track].capacity != 0)
    return problem_field(problem, "team", "does not do %s, which is done alone", giving->milestone->title);
  return ERR_OK;
}

static enum err check_track(const struct giving *giving) {
  const struct track *own = &giving->course->file->tracks[giving->milestone->track];
  if (strcmp(giving->wish->track, own->id) != 0)
    return problem_field(giving->act->problem, "track", "is not that of %s, which is \"%s\"", giving->milestone->title,
                         own->id);
  return ERR_OK;
}

// An extension that would come to nothing is a mistake. Of standing ones each adds days to what the file says, so that
// the longest holds: nothing to compare with.
static enum err check_later(const struct giving *giving) {
  const struct act *act = giving->act;
  const struct extension_wish *wish = giving->wish;
  if (giving->milestone == NULL)
    return ERR_OK;
  struct terms terms;
  struct holder whom = {.team = wish->team};
  enum err err = wish->person != 0 ? extension_terms(act, giving->course, giving->milestone, wish->person, &terms)
                                   : extension_shared_terms(act, giving->course, giving->milestone, &whom, &terms);
  if (err != ERR_OK || giving->due > terms.due)
    return err;
  return problem_field(act->problem, wish->due != 0 ? "due" : "days",
                       "comes to %s, which is no later than what holds already: %s",
                       course_instant_words(giving->course, act->arena, giving->due),
                       course_instant_words(giving->course, act->arena, terms.due));
}

// Those who have not handed in and whom it gives more time.
static enum err find_missing(struct giving *giving) {
  const struct act *act = giving->act;
  const struct holder *missing = NULL;
  assert(giving->milestone != NULL); // check_whom refuses a standing one
  size_t count = 0;
  enum err err = milestone_missing(act, giving->course, giving->milestone, &missing, &count);
  giving->each = arena_array(act->arena, count, sizeof *giving->each);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct terms terms;
    err = extension_shared_terms(act, giving->course, giving->milestone, &missing[i], &terms);
    if (err == ERR_OK && giving->due > terms.due)
      giving->each[giving->each_count++] = (struct extension_each){.whom = missing[i], .due = giving->due};
  }
  if (err != ERR_OK || giving->each_count > 0)
    return err;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       count == 0 ? "Everybody has handed in %s, or is excused: there is nobody to extend it for."
                                  : "All who have not handed in %s have at least as much time already.",
                       giving->milestone->title);
}

static struct extension_reach reach_of(const struct milestone *milestone, int64_t person, int64_t team) {
  return (struct extension_reach){.milestone = milestone, .person = person, .team = team};
}

static enum err insert_all(const struct giving *giving, struct extension_done *done) {
  int64_t *ids = arena_array(giving->act->arena, giving->each_count, sizeof *ids);
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < giving->each_count; i++)
    err = insert(giving, &giving->each[i], &ids[i]);
  done->ids = ids;
  done->id_count = giving->each_count;
  done->holders = giving->each_count;
  return err;
}

static enum err insert(const struct giving *giving, const struct extension_each *each, int64_t *id) {
  const struct extension_wish *wish = giving->wish;
  const struct extension_row row = {.milestone = wish->milestone,
                                    .person = each->whom.person,
                                    .team = each->whom.team,
                                    .track = wish->track,
                                    .due = each->due,
                                    .days = wish->days,
                                    .reason = wish->reason,
                                    .is_accommodation = wish->is_accommodation,
                                    .category = wish->category,
                                    .note = wish->note};
  enum err err = extension_store_insert(giving->act, giving->course->id, &row, id);
  return err == ERR_OK ? audit_given(giving, each, *id) : err;
}

// Neither reason nor category nor note: an accommodation looks like any other extension.
static enum err audit_given(const struct giving *giving, const struct extension_each *each, int64_t id) {
  struct arena *arena = giving->act->arena;
  const struct holder *whom = &each->whom;
  const char *subject = whom->person != 0 ? arena_format(arena, "person %lld", (long long)whom->person)
                        : whom->team != 0 ? arena_format(arena, "team %lld", (long long)whom->team)
                                          : arena_format(arena, "milestone %s", giving->milestone->id);
  struct json json;
  json_init(&json, arena);
  json_begin_object(&json);
  json_int(&json, "extension", id);
  if (giving->milestone != NULL)
    json_text(&json, "milestone", giving->milestone->id);
  json_instant_or_null(&json, "due", each->due);
  if (giving->wish->days != 0)
    json_int(&json, "days", giving->wish->days);
  json_end(&json);
  return audit_write(giving->act, giving->course->id, "extension granted", subject, NULL, json_get(&json));
}

static enum err recompute(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                          const struct holder *whom) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < course->file->milestone_count; i++) {
    const struct milestone *each = &course->file->milestones[i];
    if (milestone == NULL || milestone == each)
      err = penalty_recompute(act, course, each, whom, "extension");
  }
  return err;
}
