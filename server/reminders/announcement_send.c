// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/announcement_send.h"

#include <inttypes.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"
#include "server/reminders/announcement_store.h"
#include "server/reminders/roll.h"

static enum err find_people(const struct act *act, const struct course_view *course,
                            const struct announcement *announcement, int64_t **people, size_t *count);
static enum err find_not_done(const struct act *act, const struct course_view *course, const char *milestone,
                              int64_t **people, size_t *count);
static struct message message_of(const struct act *act, const struct course_view *course,
                                 const struct announcement *announcement);

enum err announcement_send(const struct act *act, const struct course_view *course, struct announcement *announcement) {
  int64_t *people = NULL;
  size_t count = 0, told = 0;
  enum err err = find_people(act, course, announcement, &people, &count);
  if (err == ERR_OK) // with the name of who wrote it
    err = announcement_store_get(act, course->id, announcement->id, announcement);
  if (err != ERR_OK)
    return err;
  struct message message = message_of(act, course, announcement);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    if (people[i] == announcement->by)
      continue;
    message.person = people[i];
    told++;
    err = outbox_put(act, &message);
    if (err == ERR_OK)
      err = announcement_store_add_person(act, announcement->id, people[i]);
  }
  if (err == ERR_OK && announcement->also_to != NULL) {
    message.person = 0;
    message.address = announcement->also_to;
    message.link = NULL; // who reads a class's mail may be nobody here
    err = outbox_put(act, &message);
  }
  announcement->send_at = act->now;
  announcement->sent_at = act->now;
  announcement->recipients = (int64_t)told;
  if (err == ERR_OK)
    err = announcement_store_update(act, announcement);
  return err == ERR_OK ? announcement_audit(act, course->id, "announcement sent", announcement) : err;
}

enum err announcement_audit(const struct act *act, int64_t course, const char *kind,
                            const struct announcement *announcement) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "audience", announcement_audience_names[announcement->audience]);
  if (announcement->track != NULL)
    json_text(&json, "track", announcement->track);
  if (announcement->milestone != NULL)
    json_text(&json, "milestone", announcement->milestone);
  if (announcement->team != 0)
    json_int(&json, "team", announcement->team);
  json_instant(&json, "send_at", announcement->send_at);
  json_flag(&json, "is_urgent", announcement->is_urgent);
  json_flag(&json, "has_address", announcement->also_to != NULL);
  if (announcement->sent_at != 0)
    json_int(&json, "recipients", announcement->recipients);
  json_end(&json);
  return audit_write(act, course, kind, arena_format(act->arena, "announcement %" PRId64, announcement->id), NULL,
                     json_get(&json));
}

static enum err find_people(const struct act *act, const struct course_view *course,
                            const struct announcement *announcement, int64_t **people, size_t *count) {
  switch (announcement->audience) {
  case TO_EVERYBODY:
    return announcement_store_everybody(act, course->id, people, count);
  case TO_TRACK: {
    const struct track *lab = course_lab_track(course->file);
    bool is_lab = lab != NULL && text_equal(lab->id, announcement->track);
    if (course_track(course->file, announcement->track) == NO_INDEX)
      return ERR_OK; // the course file has it no more: nobody's
    return announcement_store_placed(act, course->id, is_lab, people, count);
  }
  case TO_NOT_DONE:
    return find_not_done(act, course, announcement->milestone, people, count);
  case TO_TEAM:
    return announcement_store_members(act, course->id, announcement->team, people, count);
  }
  return ERR_INTERNAL;
}

// As reminders judge it. Nobody when the course file has the milestone no more.
static enum err find_not_done(const struct act *act, const struct course_view *course, const char *milestone,
                              int64_t **people, size_t *count) {
  struct roll roll;
  size_t index = milestone_index(course, milestone);
  enum err err = roll_load(act, course, &roll);
  if (err != ERR_OK)
    return err;
  int64_t *list = arena_array(act->arena, roll.count + 1, sizeof *list);
  for (size_t i = 0; index < course->file->milestone_count && i < roll.count; i++)
    if ((roll_lacks_milestone(&roll, i, index) & ROLL_LACKS) != 0)
      list[(*count)++] = roll.people[i].person;
  *people = list;
  return ERR_OK;
}

static struct message message_of(const struct act *act, const struct course_view *course,
                                 const struct announcement *announcement) {
  const char *by = announcement->by_name == NULL ? "the operator" : announcement->by_name;
  return (struct message){
      .course = course->id,
      .kind = announcement->is_urgent ? "urgent announcement" : "announcement",
      .subject = announcement->subject,
      .words = arena_format(act->arena, "%s\n\n%s, %s", announcement->words, by, course->file->title),
      .link = arena_format(act->arena, "/courses/%s/announcements/%" PRId64, course->slug, announcement->id)};
}
