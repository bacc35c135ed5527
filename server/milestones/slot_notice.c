// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/slot_notice.h"

#include <inttypes.h>

#include "common/base/json.h"
#include "server/accounts/person.h"
#include "server/db/audit.h"
#include "server/milestones/milestone_notice.h"
#include "server/outbound/notice_kind.h"
#include "server/teams/team.h"

enum { SOON_SECONDS = 24 * 3600 }; // of what is that near everybody hears at once

static struct message message_of(const struct act *act, const struct course_view *course, const struct slot *slot,
                                 const struct slot_notice *notice);

const char *slot_words(const struct act *act, const struct course_view *course, const struct slot *slot) {
  return arena_format(act->arena, "%s, %s, with %s", course_instant_words(course, act->arena, slot->starts),
                      slot->place, slot->staff_name);
}

const char *slot_link(const struct act *act, const struct course_view *course, const char *milestone) {
  return arena_format(act->arena, "/courses/%s/milestones/%s/slots", course->slug, milestone);
}

enum err slot_tell_holder(const struct act *act, const struct course_view *course, const struct slot *slot,
                          const struct holder *holder, const struct slot_notice *notice) {
  struct message message = message_of(act, course, slot, notice);
  const struct notice_kind *kind = notice_kind_find(notice->kind);
  if ((notice->is_soon || slot_is_soon(act, slot)) && kind != NULL && kind->pace == NOTICE_HOUR)
    message.kind = "slot soon";
  return milestone_tell(act, course, holder, &message);
}

enum err slot_tell_staff(const struct act *act, const struct course_view *course, const struct slot *slot,
                         const struct slot_notice *notice) {
  if (slot->staff == act->actor)
    return ERR_OK;
  struct message message = message_of(act, course, slot, notice);
  message.person = slot->staff;
  message.kind = notice->is_soon || slot_is_soon(act, slot) ? "own slot soon" : "own slot";
  return outbox_put(act, &message);
}

bool slot_is_soon(const struct act *act, const struct slot *slot) {
  return slot->starts > act->now && slot->starts - act->now <= SOON_SECONDS;
}

enum err slot_holder_name(const struct act *act, const struct course_view *course, const struct holder *holder,
                          const char **out) {
  if (holder->team != 0) {
    struct team team;
    enum err err = team_get(act, course->id, holder->team, &team);
    if (err == ERR_OK)
      *out = team.name;
    return err;
  }
  struct person person;
  enum err err = person_get(act->db, act->arena, holder->person, &person);
  if (err == ERR_OK)
    *out = person.name;
  return err;
}

enum err slot_audit(const struct act *act, const struct course_view *course, const char *kind, const struct slot *slot,
                    const struct holder *holder) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "milestone", slot->milestone);
  json_int(&json, "staff", slot->staff);
  json_instant(&json, "starts", slot->starts);
  json_int(&json, "length_seconds", slot->length_seconds);
  json_int(&json, "capacity", slot->capacity);
  if (holder != NULL && holder->team != 0)
    json_int(&json, "team", holder->team);
  else if (holder != NULL)
    json_int(&json, "person", holder->person);
  json_end(&json);
  return audit_write(act, course->id, kind, arena_format(act->arena, "slot %" PRId64, slot->id), NULL, json_get(&json));
}

static struct message message_of(const struct act *act, const struct course_view *course, const struct slot *slot,
                                 const struct slot_notice *notice) {
  const char *title = milestone_title_words(course, slot->milestone);
  return (struct message){.course = course->id,
                          .kind = notice->kind,
                          .subject = arena_format(act->arena, "%s: %s", notice->subject, title),
                          .words = notice->words,
                          .link = slot_link(act, course, slot->milestone)};
}
