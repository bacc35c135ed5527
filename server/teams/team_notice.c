// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_notice.h"

#include "common/base/text.h"
#include "server/accounts/person.h"
#include "server/courses/enrolment.h"
#include "server/outbound/outbox.h"

enum { STAFF_NAMED_MAX = 3 };

enum err team_tell(const struct act *act, const struct course_view *course, int64_t team,
                   const struct team_members *members, int64_t except, const struct notice *notice) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < members->count; i++)
    if (members->list[i].is_active && members->list[i].person != except)
      err = team_tell_person(act, course, team, members->list[i].person, notice);
  return err;
}

enum err team_tell_person(const struct act *act, const struct course_view *course, int64_t team, int64_t person,
                          const struct notice *notice) {
  struct message message = {.course = course->id,
                            .person = person,
                            .kind = notice->kind,
                            .subject = notice->subject,
                            .words = notice->words,
                            .link = team_link(act, course, team)};
  return outbox_put(act, &message);
}

enum err team_tell_staff(const struct act *act, const struct course_view *course, const char *link,
                         const struct notice *notice) {
  int64_t *people = NULL;
  size_t count = 0;
  enum err err = enrolment_staff(act, course->id, &people, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct message message = {.course = course->id,
                              .person = people[i],
                              .kind = notice->kind,
                              .subject = notice->subject,
                              .words = notice->words,
                              .link = link};
    err = outbox_put(act, &message);
  }
  return err;
}

enum err team_staff_words(const struct act *act, const struct course_view *course, const char **words) {
  int64_t *people = NULL;
  size_t count = 0;
  enum err err = enrolment_staff(act, course->id, &people, &count);
  if (err != ERR_OK)
    return err;
  struct text text;
  text_init(&text, act->arena);
  text_add(&text, "the course's staff");
  for (size_t i = 0; i < count && i < STAFF_NAMED_MAX; i++) {
    struct person person;
    if ((err = person_get(act->db, act->arena, people[i], &person)) != ERR_OK)
      return err;
    text_add_format(&text, "%s%s", i == 0 ? " (" : ", ", person.name);
  }
  if (count > 0)
    text_add_char(&text, ')');
  *words = text_get(&text);
  return ERR_OK;
}

const char *team_link(const struct act *act, const struct course_view *course, int64_t team) {
  if (team == 0)
    return arena_format(act->arena, "/courses/%s/teams", course->slug);
  return arena_format(act->arena, "/courses/%s/teams/%lld", course->slug, (long long)team);
}

const char *team_subject(const struct act *act, int64_t team) {
  return arena_format(act->arena, "team %lld", (long long)team);
}

const struct team_member *team_member_find(const struct team_members *members, int64_t person) {
  for (size_t i = 0; i < members->count; i++)
    if (members->list[i].person == person)
      return &members->list[i];
  return NULL;
}
