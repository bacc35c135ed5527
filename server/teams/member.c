// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/member.h"

#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/db/audit.h"
#include "server/teams/card_store.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_edit.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

enum way { LEFT, REMOVED_BY_CONTACT, HOLD_OVER };

static enum err depart(const struct act *act, const struct course_view *course, struct team *team,
                       const struct team_members *members, int64_t person, enum way way);
static struct team_members without(const struct act *act, const struct team_members *members, int64_t person);
static enum err tell_departed(const struct act *act, const struct course_view *course, const struct team *team,
                              const struct team_members *rest, const char *name, const char *next);
static enum err tell_removed(const struct act *act, const struct course_view *course, const struct team *team,
                             int64_t person);
static enum err check_silent(const struct act *act, const struct course_view *course, const struct team *team,
                             const struct team_members *members, int64_t person);
static enum err drop_held(const struct act *act, const struct course_view *course, int64_t team);
static const char *contact_words(const struct act *act, const struct team *team, const struct team_members *members);

enum err team_leave(const struct act *act, const struct course_view *course, int64_t person) {
  struct placement placement;
  struct team team;
  struct team_members members;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err == ERR_OK && placement.team == 0)
    err = problem_raise(act->problem, PROBLEM_NOT_FOUND, "This person is in no team.");
  if (err != ERR_OK || (err = team_load(act, course, placement.team, &team, &members)) != ERR_OK)
    return err;
  if ((err = team_check_forming(act, course, &team)) != ERR_OK)
    return err;
  return depart(act, course, &team, &members, person, LEFT);
}

enum err team_departed(const struct act *act, const struct course_view *course, int64_t person, bool is_hold_over) {
  struct enrolment enrolment;
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err != ERR_OK)
    return err;
  if (enrolment.is_active && enrolment.team == 0)
    return ERR_OK;
  if (enrolment.is_active) { // came back within the hold
    err = member_settle_contact(act, course, enrolment.team);
    return err == ERR_OK ? team_coverage_changed(act, course, enrolment.team) : err;
  }
  // During the hold what is open stays open, for the case that they come back; nobody gone is listed or can join.
  if (is_hold_over && ((err = card_store_stop_seeking(act, course->id, person)) != ERR_OK ||
                       (err = invitation_decline_others(act, course, person)) != ERR_OK))
    return err;
  if (enrolment.team == 0)
    return ERR_OK;
  if (!is_hold_over)
    return drop_held(act, course, enrolment.team);
  struct team team;
  struct team_members members;
  if ((err = team_load(act, course, enrolment.team, &team, &members)) != ERR_OK)
    return err;
  return depart(act, course, &team, &members, person, HOLD_OVER);
}

enum err member_remove(const struct act *act, const struct course_view *course, int64_t team_id, int64_t person) {
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, team_id, &team, &members);
  if (err != ERR_OK)
    return err;
  if (team_member_find(&members, person) == NULL)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "%s has no member with this number.", team.name);
  if (person == act->actor)
    return team_leave(act, course, person);
  if (course_is_staff(course))
    return problem_raise(
        act->problem, PROBLEM_CONFLICT,
        "Staff take somebody out with PUT /courses/%s/placements/%lld {\"team\":null,\"reason\":…}, so "
        "that those whom it affects are told why.",
        course->slug, (long long)person);
  if ((err = team_check_forming(act, course, &team)) != ERR_OK ||
      (err = team_check_contact(act, course, &team, &members, "may remove a member")) != ERR_OK ||
      (err = check_silent(act, course, &team, &members, person)) != ERR_OK)
    return err;
  return depart(act, course, &team, &members, person, REMOVED_BY_CONTACT);
}

enum err member_ask(const struct act *act, const struct course_view *course, int64_t team_id, int64_t person,
                    int64_t *asked_at) {
  struct team team;
  struct team_members members;
  struct member_question question;
  enum err err = team_load(act, course, team_id, &team, &members);
  if (err != ERR_OK || (err = team_check_forming(act, course, &team)) != ERR_OK ||
      (err = team_check_contact(act, course, &team, &members, "may ask this")) != ERR_OK)
    return err;
  if (team_member_find(&members, person) == NULL)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "%s has no member with this number.", team.name);
  if (person == act->actor)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "This question is for the other members.");
  if ((err = team_store_question(act, team_id, person, &question)) != ERR_OK)
    return err;
  *asked_at = question.asked_at;
  if (question.asked_at != 0 && question.answered_at == 0)
    return ERR_OK;
  *asked_at = act->now;
  struct notice notice = {
      .kind = "member question",
      .subject = arena_format(act->arena, "Are you still with %s?", team.name),
      .words = arena_format(
          act->arena,
          "The contact of %s asks whether you are still with the team. Answer by %s; after that the contact may remove "
          "you from the team.",
          team.name, course_instant_words(course, act->arena, act->now + MEMBER_SILENT_SECONDS))};
  const char *after = arena_format(act->arena, "{\"person\":%lld}", (long long)person);
  if ((err = team_store_ask(act, team_id, person)) != ERR_OK ||
      (err = audit_write(act, course->id, "member asked", team_subject(act, team_id), NULL, after)) != ERR_OK)
    return err;
  return team_tell_person(act, course, team_id, person, &notice);
}

enum err member_answer(const struct act *act, const struct course_view *course, int64_t team_id, int64_t person) {
  struct team team;
  struct team_members members;
  struct member_question question;
  enum err err = team_load(act, course, team_id, &team, &members);
  if (err != ERR_OK)
    return err;
  const struct team_member *member = team_member_find(&members, person);
  if (member == NULL || person != act->actor)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "Only the member who was asked can answer.");
  if ((err = team_store_question(act, team_id, person, &question)) != ERR_OK)
    return err;
  if (question.asked_at == 0)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "Nobody has asked whether you are still with %s.", team.name);
  if (question.answered_at != 0)
    return ERR_OK;
  struct notice notice = {.kind = "member answer",
                          .subject = arena_format(act->arena, "%s: a member has answered", team.name),
                          .words = arena_format(act->arena, "%s is still with %s.", member->name, team.name)};
  const char *after = arena_format(act->arena, "{\"person\":%lld}", (long long)person);
  if ((err = team_store_answer(act, team_id, person)) != ERR_OK ||
      (err = audit_write(act, course->id, "member answered", team_subject(act, team_id), NULL, after)) != ERR_OK ||
      team.contact == person)
    return err;
  return team_tell_person(act, course, team_id, team.contact, &notice);
}

bool member_hand_over(struct team *team, const struct team_members *members) {
  for (size_t i = 0; i < members->count; i++)
    if (members->list[i].is_active) {
      team->contact = members->list[i].person;
      return true;
    }
  if (members->count == 0 || team_member_find(members, team->contact) != NULL)
    return false;
  team->contact = members->list[0].person;
  return true;
}

enum err member_settle_contact(const struct act *act, const struct course_view *course, int64_t id) {
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  const struct team_member *contact = team_member_find(&members, team.contact);
  bool is_there = contact != NULL && contact->is_active;
  int64_t before = team.contact;
  if (is_there || !member_hand_over(&team, &members) || team.contact == before)
    return ERR_OK;
  struct notice notice = {.kind = "team contact",
                          .subject = arena_format(act->arena, "%s has a new contact", team.name),
                          .words = text_squeeze(act->arena, contact_words(act, &team, &members))};
  err = team_save(act, &team);
  return err == ERR_OK ? team_tell(act, course, id, &members, 0, &notice) : err;
}

enum err member_tell_too_small(const struct act *act, const struct course_view *course, const struct team *team,
                               const struct team_members *rest) {
  int size_min = course->file->teams.size_min;
  if (team->state != TEAM_REGISTERED || (int)rest->active >= size_min)
    return ERR_OK;
  struct notice notice = {
      .kind = "team too small",
      .subject = arena_format(act->arena, "%s has too few members", team->name),
      .words = arena_format(
          act->arena,
          "The registered team %s is left with %zu of at least %d members. It stays registered: add somebody, move its "
          "members, or leave it as it is.",
          team->name, rest->active, size_min)};
  return team_tell_staff(act, course, team_link(act, course, team->id), &notice);
}

static enum err depart(const struct act *act, const struct course_view *course, struct team *team,
                       const struct team_members *members, int64_t person, enum way way) {
  static const char *const kinds[] = {"member left", "member removed", "member's hold ended"};
  const struct team_member *member = team_member_find(members, person);
  struct team_members rest = without(act, members, person);
  const char *before = arena_format(act->arena, "{\"person\":%lld}", (long long)person);
  enum err err = placement_close(act, course->id, person);
  if (err != ERR_OK || (err = team_store_forget_question(act, team->id, person)) != ERR_OK ||
      (err = audit_write(act, course->id, kinds[way], team_subject(act, team->id), before, NULL)) != ERR_OK ||
      (err = way == REMOVED_BY_CONTACT ? tell_removed(act, course, team, person) : ERR_OK) != ERR_OK)
    return err;
  if (rest.count == 0 && team->state != TEAM_REGISTERED)
    return team_end(act, course, team);
  bool is_handed_over = team->contact == person && member_hand_over(team, &rest);
  if (is_handed_over && (err = team_save(act, team)) != ERR_OK)
    return err;
  const char *next = is_handed_over ? contact_words(act, team, &rest) : "";
  if ((err = tell_departed(act, course, team, &rest, member ? member->name : "A member", next)) != ERR_OK ||
      (err = member_tell_too_small(act, course, team, &rest)) != ERR_OK)
    return err;
  return team_coverage_changed(act, course, team->id);
}

static struct team_members without(const struct act *act, const struct team_members *members, int64_t person) {
  struct team_member *list = arena_array(act->arena, members->count, sizeof *list);
  struct team_members rest = {.list = list};
  for (size_t i = 0; i < members->count; i++) {
    if (members->list[i].person == person)
      continue;
    list[rest.count++] = members->list[i];
    rest.active += members->list[i].is_active;
  }
  return rest;
}

static enum err tell_departed(const struct act *act, const struct course_view *course, const struct team *team,
                              const struct team_members *rest, const char *name, const char *next) {
  const struct team_rules *rules = &course->file->teams;
  int missing = rules->size_min - (int)rest->active;
  const char *size =
      missing <= 0 ? ""
                   : arena_format(act->arena, " The team needs %d more to have the least number of members.", missing);
  struct notice notice = {.kind = "member left",
                          .subject = arena_format(act->arena, "%s has lost a member", team->name),
                          .words =
                              arena_format(act->arena, "%s is no longer in %s.%s%s", name, team->name, next, size)};
  return team_tell(act, course, team->id, rest, act->actor, &notice);
}

static enum err tell_removed(const struct act *act, const struct course_view *course, const struct team *team,
                             int64_t person) {
  const char *staff = NULL;
  enum err err = team_staff_words(act, course, &staff);
  if (err != ERR_OK)
    return err;
  struct notice notice = {
      .kind = "removed from team",
      .subject = arena_format(act->arena, "You are no longer in %s", team->name),
      .words = arena_format(
          act->arena,
          "The contact removed you, after three days without your answer, from %s. If you think that this is a "
          "mistake, ask %s. Otherwise look for another team, or found one.",
          team->name, staff)};
  return team_tell_person(act, course, 0, person, &notice);
}

static enum err check_silent(const struct act *act, const struct course_view *course, const struct team *team,
                             const struct team_members *members, int64_t person) {
  struct member_question question;
  enum err err = team_store_question(act, team->id, person, &question);
  if (err != ERR_OK)
    return err;
  const char *name = team_member_find(members, person)->name;
  if (question.asked_at == 0)
    return problem_raise(act->problem, PROBLEM_MEMBER_ACTIVE,
                         "%s was not asked yet. Ask with POST /courses/%s/teams/%lld/members/%lld/question; without an "
                         "answer within three "
                         "days you may remove them.",
                         name, course->slug, (long long)team->id, (long long)person);
  if (question.answered_at != 0)
    return problem_raise(act->problem, PROBLEM_MEMBER_ACTIVE,
                         "%s answered on %s. Talk to them, or ask the course's staff.", name,
                         course_instant_words(course, act->arena, question.answered_at));
  if (act->now < question.asked_at + MEMBER_SILENT_SECONDS)
    return problem_raise(act->problem, PROBLEM_MEMBER_ACTIVE,
                         "%s has until %s to answer. From then on you may remove them.", name,
                         course_instant_words(course, act->arena, question.asked_at + MEMBER_SILENT_SECONDS));
  return ERR_OK;
}

// A drop is a matter of the person and of staff (rules.md, Who sees what): the team is told of its new contact, not
// why.
static enum err drop_held(const struct act *act, const struct course_view *course, int64_t team_id) {
  struct team team;
  struct team_members members;
  enum err err = member_settle_contact(act, course, team_id);
  if (err != ERR_OK || (err = team_load(act, course, team_id, &team, &members)) != ERR_OK)
    return err;
  err = member_tell_too_small(act, course, &team, &members);
  return err == ERR_OK ? team_coverage_changed(act, course, team_id) : err;
}

static const char *contact_words(const struct act *act, const struct team *team, const struct team_members *members) {
  const struct team_member *contact = team_member_find(members, team->contact);
  return arena_format(act->arena, " %s is now the contact of %s.", contact ? contact->name : "Nobody", team->name);
}
