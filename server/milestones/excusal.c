// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/excusal.h"

#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/milestones/excusal_store.h"
#include "server/outbound/outbox.h"
#include "server/teams/team.h"

static enum err check_whom(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           const struct excusal_wish *wish);
static enum err check_team(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           int64_t team);
static enum err check_person(const struct act *act, const struct course_view *course, int64_t person);
static enum err audit(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                      const struct excusal_wish *wish, const char *kind);
static enum err tell(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                     const struct excusal_wish *wish, const char *what);

enum err excusal_say(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                     const struct excusal_wish *wish, int64_t *id) {
  enum err err = check_whom(act, course, milestone, wish);
  if (err == ERR_OK)
    err = excusal_store_put(act, course->id, milestone->id, wish, id);
  if (err == ERR_OK)
    err = audit(act, course, milestone, wish, wish->is_excused ? "milestone excused" : "milestone owed");
  if (err != ERR_OK)
    return err;
  return tell(act, course, milestone, wish, wish->is_excused ? "You are excused from" : "You are to take part in");
}

enum err excusal_withdraw(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                          int64_t id) {
  struct excusal row;
  enum err err = excusal_get(act, course, milestone, id, &row);
  if (err != ERR_OK)
    return err;
  const struct excusal_wish wish = {.team = row.team, .person = row.person, .is_excused = row.is_excused};
  if ((err = excusal_store_delete(act, id)) != ERR_OK ||
      (err = audit(act, course, milestone, &wish, "excusal withdrawn")) != ERR_OK)
    return err;
  return tell(act, course, milestone, &wish,
              row.is_excused ? "You are no longer excused by the staff from"
                             : "The staff no longer ask of you what was due before you joined:");
}

enum err excusal_list(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                      struct excusal **out, size_t *count) {
  return excusal_store_list(act, course->id, milestone->id, out, count);
}

enum err excusal_get(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                     int64_t id, struct excusal *out) {
  enum err err = excusal_store_get(act, course->id, milestone->id, id, out);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "%s has no excusal of this number.", milestone->title);
  return err;
}

static enum err check_whom(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           const struct excusal_wish *wish) {
  if ((wish->team == 0) == (wish->person == 0))
    return problem_field(act->problem, "team", "either this or person, one of the two");
  if (wish->team != 0 && !wish->is_excused)
    return problem_field(act->problem, "excused", "false is said of a person who joined later, not of a team");
  return wish->team != 0 ? check_team(act, course, milestone, wish->team) : check_person(act, course, wish->person);
}

static enum err check_team(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                           int64_t team) {
  struct team found;
  enum err err = team_get(act, course->id, team, &found);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  problem_clear(act->problem); // what is missing is a field of this request, not its address
  if (err == ERR_NOT_FOUND || found.state == TEAM_DISSOLVED)
    return problem_field(act->problem, "team", "is no team of the course");
  if (course->file->tracks[milestone->track].capacity != 0)
    return problem_field(act->problem, "team", "does not do %s, which is done alone", milestone->title);
  return ERR_OK;
}

static enum err check_person(const struct act *act, const struct course_view *course, int64_t person) {
  struct enrolment enrolment;
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  if (err == ERR_NOT_FOUND || !enrolment.is_active || enrolment.role != ROLE_STUDENT)
    return problem_field(act->problem, "person", "is no student of the course");
  return ERR_OK;
}

static enum err audit(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                      const struct excusal_wish *wish, const char *kind) {
  const char *subject = wish->person != 0 ? arena_format(act->arena, "person %lld", (long long)wish->person)
                                          : arena_format(act->arena, "team %lld", (long long)wish->team);
  return audit_write(act, course->id, kind, subject, NULL,
                     arena_format(act->arena, "{\"milestone\":\"%s\"}", milestone->id));
}

// A word on one member is no business of the others.
static enum err tell(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                     const struct excusal_wish *wish, const char *what) {
  const struct holder holder = {.team = wish->team, .person = wish->person};
  const int64_t *people = NULL;
  size_t count = 0;
  enum err err = milestone_people(act, course, &holder, act->now, &people, &count);
  const char *why =
      wish->reason == NULL ? "" : arena_format(act->arena, " They write: %s", text_quotation(act->arena, wish->reason));
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = outbox_put(
        act,
        &(struct message){.course = course->id,
                          .person = people[i],
                          .kind = "excusal",
                          .subject = wish->is_excused && wish->reason != NULL ? "You are excused from a milestone"
                                                                              : "The staff's word on a milestone",
                          .words = arena_format(act->arena, "%s %s in %s. This is the word of the course's staff.%s",
                                                what, milestone->title, course->file->title, why),
                          .link = arena_format(act->arena, "/courses/%s/milestones/%s", course->slug, milestone->id)});
  return err;
}
