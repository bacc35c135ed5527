// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/announcement.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/milestones/milestone_facts.h"
#include "server/reminders/announcement_send.h"
#include "server/reminders/announcement_store.h"
#include "server/teams/team.h"

const char *const announcement_audience_names[] = {"everybody", "track", "not done", "team", NULL};
const char *const announcement_state_names[] = {"planned", "sent", "cancelled", NULL};

static enum err end(const struct act *act, int64_t course, struct announcement *announcement);
static enum err take_wish(const struct act *act, const struct course_view *course, const struct announcement_wish *wish,
                          struct announcement *announcement);
static enum err take_audience(const struct act *act, const struct course_view *course,
                              const struct announcement_wish *wish, struct announcement *announcement);
static enum err take_address(const struct act *act, const struct announcement_wish *wish,
                             struct announcement *announcement);
static enum err take_instant(const struct act *act, const struct announcement_wish *wish,
                             struct announcement *announcement);
static enum err check_instructor(const struct act *act, const struct course_view *course,
                                 const struct announcement *announcement);
static enum err check_planned(const struct act *act, const struct announcement *announcement);
static enum err check_room(const struct act *act, const struct course_view *course);
static enum err check_day(const struct act *act, const struct course_view *course,
                          const struct announcement *announcement);
static enum err get(const struct act *act, const struct course_view *course, int64_t id, struct announcement *out);
static enum err not_found(const struct act *act);
static const char *own_track(const struct course_view *course);

enum announcement_state announcement_state_of(const struct announcement *announcement) {
  if (announcement->sent_at != 0)
    return ANNOUNCEMENT_SENT;
  return announcement->cancelled_at != 0 ? ANNOUNCEMENT_CANCELLED : ANNOUNCEMENT_PLANNED;
}

enum err announcement_make(const struct act *act, const struct course_view *course,
                           const struct announcement_wish *wish, int64_t *id) {
  struct announcement announcement = {.by = act->actor, .send_at = act->now};
  if (course->state == COURSE_DRAFT)
    return problem_raise(act->problem, PROBLEM_NOT_OPEN,
                         "The course is a draft, which its students do not see yet. Set it to running, then announce.");
  enum err err = take_wish(act, course, wish, &announcement);
  if (err != ERR_OK || (err = check_instructor(act, course, &announcement)) != ERR_OK ||
      (err = check_room(act, course)) != ERR_OK || (err = check_day(act, course, &announcement)) != ERR_OK ||
      (err = announcement_store_insert(act, course->id, &announcement)) != ERR_OK)
    return err;
  *id = announcement.id;
  if (announcement.send_at <= act->now)
    return announcement_send(act, course, &announcement);
  err = agenda_set(act->db, AGENDA_ANNOUNCEMENT, course->id, announcement.id, announcement.send_at);
  return err == ERR_OK ? announcement_audit(act, course->id, "announcement planned", &announcement) : err;
}

enum err announcement_change(const struct act *act, const struct course_view *course, int64_t id,
                             const struct announcement_wish *wish) {
  struct announcement announcement;
  enum err err = get(act, course, id, &announcement);
  if (err != ERR_OK || (err = check_planned(act, &announcement)) != ERR_OK ||
      (err = check_instructor(act, course, &announcement)) != ERR_OK ||
      (err = take_wish(act, course, wish, &announcement)) != ERR_OK ||
      (err = check_instructor(act, course, &announcement)) != ERR_OK)
    return err;
  if (wish->subject != NULL || wish->words != NULL)
    announcement.by = act->actor; // nobody's name stands below another's words
  bool is_counted = wish->send_at != 0 || wish->has_also_to;
  if ((err = is_counted ? check_day(act, course, &announcement) : ERR_OK) != ERR_OK ||
      (err = announcement_store_update(act, &announcement)) != ERR_OK ||
      (err = agenda_set(act->db, AGENDA_ANNOUNCEMENT, course->id, id, announcement.send_at)) != ERR_OK)
    return err;
  return announcement_audit(act, course->id, "announcement changed", &announcement);
}

enum err announcement_cancel(const struct act *act, const struct course_view *course, int64_t id) {
  struct announcement announcement;
  enum err err = get(act, course, id, &announcement);
  if (err != ERR_OK || announcement_state_of(&announcement) == ANNOUNCEMENT_CANCELLED)
    return err;
  if ((err = check_planned(act, &announcement)) != ERR_OK ||
      (err = check_instructor(act, course, &announcement)) != ERR_OK)
    return err;
  return end(act, course->id, &announcement);
}

enum err announcement_show(const struct act *act, const struct course_view *course, int64_t id,
                           struct announcement *out) {
  struct announcement *list = NULL;
  size_t count = 0;
  const struct announcement_reader reader = {.person = act->actor,
                                             .is_staff = course_is_staff(course),
                                             .track = own_track(course),
                                             .team = course->team,
                                             .only = id,
                                             .limit = 1};
  enum err err = announcement_store_list(act, course->id, &reader, &list, &count);
  if (err == ERR_OK && count == 0)
    return not_found(act);
  if (err == ERR_OK)
    *out = list[0];
  return err;
}

enum err announcement_list(const struct act *act, const struct course_view *course, int64_t after, int64_t limit,
                           struct announcement **out, size_t *count) {
  const struct announcement_reader reader = {.person = act->actor,
                                             .is_staff = course_is_staff(course),
                                             .track = own_track(course),
                                             .team = course->team,
                                             .after = after,
                                             .limit = limit};
  return announcement_store_list(act, course->id, &reader, out, count);
}

enum err announcement_send_due(const struct act *act, const struct course_view *course, int64_t id) {
  struct announcement announcement;
  enum err err = announcement_store_get(act, course->id, id, &announcement);
  if (err != ERR_OK)
    return err;
  if (announcement_state_of(&announcement) != ANNOUNCEMENT_PLANNED || act->now < announcement.send_at)
    return ERR_OK;
  return course->state == COURSE_RUNNING ? announcement_send(act, course, &announcement)
                                         : end(act, course->id, &announcement);
}

enum err announcement_end_all(const struct act *act, int64_t course) {
  int64_t *ids = NULL;
  size_t count = 0;
  enum err err = announcement_store_planned(act, course, &ids, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct announcement announcement;
    if ((err = announcement_store_get(act, course, ids[i], &announcement)) == ERR_OK)
      err = end(act, course, &announcement);
  }
  return err;
}

static enum err end(const struct act *act, int64_t course, struct announcement *announcement) {
  announcement->cancelled_at = act->now;
  enum err err = announcement_store_update(act, announcement);
  if (err == ERR_OK)
    err = agenda_clear(act->db, AGENDA_ANNOUNCEMENT, course, announcement->id);
  return err == ERR_OK ? announcement_audit(act, course, "announcement cancelled", announcement) : err;
}

// All faults at once.
static enum err take_wish(const struct act *act, const struct course_view *course, const struct announcement_wish *wish,
                          struct announcement *announcement) {
  if (wish->subject != NULL)
    announcement->subject = wish->subject;
  if (wish->words != NULL)
    announcement->words = wish->words;
  if (wish->has_urgent)
    announcement->is_urgent = wish->is_urgent;
  enum err errs[] = {wish->has_audience ? take_audience(act, course, wish, announcement) : ERR_OK,
                     wish->has_also_to ? take_address(act, wish, announcement) : ERR_OK,
                     wish->send_at != 0 ? take_instant(act, wish, announcement) : ERR_OK};
  for (size_t i = 0; i < sizeof errs / sizeof *errs; i++)
    if (errs[i] != ERR_OK)
      return errs[i];
  return ERR_OK;
}

static enum err take_audience(const struct act *act, const struct course_view *course,
                              const struct announcement_wish *wish, struct announcement *announcement) {
  const struct {
    const char *field;
    bool is_given, is_wanted;
  } fields[] = {{"track", wish->track != NULL, wish->audience == TO_TRACK},
                {"milestone", wish->milestone != NULL, wish->audience == TO_NOT_DONE},
                {"team", wish->team != 0, wish->audience == TO_TEAM}};
  enum err err = ERR_OK;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (fields[i].is_given != fields[i].is_wanted)
      err = problem_field(act->problem, fields[i].field,
                          fields[i].is_wanted ? "is missing: which one?" : "belongs to another audience");
  if (err != ERR_OK)
    return err;
  struct team team;
  bool is_track = false;
  for (size_t i = 0; i < course->file->track_count; i++)
    is_track = is_track || text_equal(course->file->tracks[i].id, wish->track);
  if (wish->audience == TO_TRACK && !is_track)
    return problem_field(act->problem, "track", "is no track of this course");
  if (wish->audience == TO_NOT_DONE && milestone_index(course, wish->milestone) == course->file->milestone_count)
    return problem_field(act->problem, "milestone", "is no milestone of this course");
  if (wish->audience == TO_TEAM)
    err = team_get(act, course->id, wish->team, &team);
  if (err == ERR_NOT_FOUND) {
    problem_clear(act->problem); // it spoke of a path
    return problem_field(act->problem, "team", "is no team of this course");
  }
  if (err != ERR_OK)
    return err;
  announcement->audience = wish->audience;
  announcement->track = wish->track;
  announcement->milestone = wish->milestone;
  announcement->team = wish->team;
  return ERR_OK;
}

static enum err take_address(const struct act *act, const struct announcement_wish *wish,
                             struct announcement *announcement) {
  const char *clean = NULL, *key = NULL;
  if (wish->also_to != NULL && !address_check(act->arena, wish->also_to, &clean, &key))
    return problem_field(act->problem, "also_to", "is no e-mail address");
  announcement->also_to = clean;
  return ERR_OK;
}

static enum err take_instant(const struct act *act, const struct announcement_wish *wish,
                             struct announcement *announcement) {
  if (wish->send_at <= act->now)
    return problem_field(act->problem, "send_at", "lies in the past; leave it out of a new one to send it at once");
  if (wish->send_at - act->now > ANNOUNCEMENT_AHEAD_SECONDS)
    return problem_field(act->problem, "send_at", "is more than a year ahead");
  announcement->send_at = wish->send_at;
  return ERR_OK;
}

static enum err check_instructor(const struct act *act, const struct course_view *course,
                                 const struct announcement *announcement) {
  if (announcement->also_to == NULL || course->role == ROLE_INSTRUCTOR)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                       "Only instructors send to an address outside the course, and change what goes to one.");
}

static enum err check_planned(const struct act *act, const struct announcement *announcement) {
  enum announcement_state state = announcement_state_of(announcement);
  if (state == ANNOUNCEMENT_PLANNED)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       state == ANNOUNCEMENT_SENT
                           ? "It was sent and cannot be changed any more. Announce what is to be said about it."
                           : "It was cancelled. Write a new one.");
}

static enum err check_room(const struct act *act, const struct course_view *course) {
  int64_t planned = 0;
  enum err err = announcement_store_count_planned(act, course->id, &planned);
  if (err != ERR_OK || planned < ANNOUNCEMENT_PLANNED_MAX)
    return err;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "%d announcements of this course wait to be sent. Cancel some, or wait until they have left.",
                       ANNOUNCEMENT_PLANNED_MAX);
}

// Each is a mail to everybody whom it reaches, and one to an address is a mail to somebody who never asked for it.
static enum err check_day(const struct act *act, const struct course_view *course,
                          const struct announcement *announcement) {
  int64_t all = 0, to_addresses = 0;
  enum err err =
      announcement_store_count_near(act, course->id, announcement->id, announcement->send_at, &all, &to_addresses);
  if (err != ERR_OK)
    return err;
  if (all >= ANNOUNCEMENT_DAY_MAX)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%d announcements of this course leave within a day of this one. Put several into one, or "
                         "choose another day.",
                         ANNOUNCEMENT_DAY_MAX);
  if (announcement->also_to != NULL && to_addresses >= ANNOUNCEMENT_ADDRESS_DAY_MAX)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%d announcements of this course go to an address outside within a day of this one. Leave "
                         "also_to out, or choose another day.",
                         ANNOUNCEMENT_ADDRESS_DAY_MAX);
  return ERR_OK;
}

static enum err get(const struct act *act, const struct course_view *course, int64_t id, struct announcement *out) {
  enum err err = announcement_store_get(act, course->id, id, out);
  return err == ERR_NOT_FOUND ? not_found(act) : err;
}

static enum err not_found(const struct act *act) {
  return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no such announcement for you in this course.");
}

// The track that the caller does now; "" when none.
static const char *own_track(const struct course_view *course) {
  const struct track *lab = course_lab_track(course->file);
  if (course->is_seated)
    return lab == NULL ? "" : lab->id;
  for (size_t i = 0; course->team != 0 && i < course->file->track_count; i++)
    if (&course->file->tracks[i] != lab)
      return course->file->tracks[i].id;
  return "";
}
