// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_notice.h"

#include <inttypes.h>

#include "common/base/json.h"
#include "server/accounts/person.h"
#include "server/db/audit.h"
#include "server/milestones/milestone_notice.h"
#include "server/teams/team.h"

static const char *result_words(enum check_in_state state);
static const char *state_json(const struct act *act, const struct milestone *milestone, enum check_in_state state);

enum err check_in_audit(const struct act *act, const struct course_view *course, const struct milestone *milestone,
                        const char *kind, const struct holder *holder, int64_t version) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "milestone", milestone->id);
  if (version != 0)
    json_int(&json, "version", version);
  json_end(&json);
  const char *subject = holder->team != 0 ? arena_format(act->arena, "team %" PRId64, holder->team)
                                          : arena_format(act->arena, "person %" PRId64, holder->person);
  return audit_write(act, course->id, kind, subject, NULL, json_get(&json));
}

enum err check_in_audit_result(const struct act *act, const struct course_view *course,
                               const struct milestone *milestone, int64_t person, enum check_in_state was,
                               enum check_in_state is) {
  return audit_write(act, course->id, "check-in result", arena_format(act->arena, "person %" PRId64, person),
                     state_json(act, milestone, was), state_json(act, milestone, is));
}

enum err check_in_tell_result(const struct act *act, const struct course_view *course,
                              const struct milestone *milestone, int64_t person, enum check_in_state state) {
  const struct message message = {
      .course = course->id,
      .person = person,
      .kind = "check-in result",
      .subject = arena_format(act->arena, "What was recorded of you: %s", milestone_title_words(course, milestone->id)),
      .words = arena_format(act->arena, "For %s %s. Ask the course's staff if that is not so.", milestone->title,
                            result_words(state)),
      .link = arena_format(act->arena, "/courses/%s/milestones", course->slug)};
  return outbox_put(act, &message);
}

enum err check_in_tell_mentor(const struct act *act, const struct course_view *course, int64_t team, int64_t mentor) {
  const int64_t *people = NULL;
  size_t count = 0;
  struct person person;
  struct team known;
  struct message message = {.course = course->id,
                            .kind = "mentor",
                            .link = arena_format(act->arena, "/courses/%s/teams/%" PRId64, course->slug, team)};
  enum err err = person_get(act->db, act->arena, mentor, &person);
  if (err == ERR_OK)
    err = team_get(act, course->id, team, &known);
  if (err == ERR_OK)
    err = milestone_people(act, course, &(struct holder){.team = team}, act->now, &people, &count);
  if (err != ERR_OK)
    return err;
  message.subject = "Your team has a mentor";
  message.words =
      arena_format(act->arena, "%s of the course's staff is %s's mentor now: ask them first.", person.name, known.name);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    message.person = people[i];
    err = outbox_put(act, &message);
  }
  if (err != ERR_OK || mentor == act->actor)
    return err;
  message.kind = "team to mentor";
  message.subject = "You mentor a team";
  message.words = arena_format(act->arena, "You are the mentor of %s now.", known.name);
  message.person = mentor;
  return outbox_put(act, &message);
}

static const char *result_words(enum check_in_state state) {
  static const char *const words[] = {[CHECK_IN_NONE] = "what was recorded of you was taken back",
                                      [CHECK_IN_HELD] = "it is recorded that you took part",
                                      [CHECK_IN_MISSED] = "it is recorded that you missed it",
                                      [CHECK_IN_EXCUSED] = "it is recorded that you are excused"};
  return words[state];
}

static const char *state_json(const struct act *act, const struct milestone *milestone, enum check_in_state state) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "milestone", milestone->id);
  json_text(&json, "state", check_in_state_names[state]);
  json_end(&json);
  return json_get(&json);
}
