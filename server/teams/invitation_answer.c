// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/invitation_answer.h"

#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/db/audit.h"
#include "server/teams/invitation.h"
#include "server/teams/member.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static enum err load(const struct act *act, const struct course_view *course, int64_t id, bool is_request,
                     struct invitation *out);
static enum err refuse_missing(const struct act *act, bool is_request);
static enum err check_free(const struct act *act, const struct invitation *invitation, const struct enrolment *person);
static enum err check_open(const struct act *act, const struct course_view *course,
                           const struct invitation *invitation);
static enum err join(const struct act *act, const struct course_view *course, const struct invitation *invitation,
                     const struct team *team, const struct team_members *members);
static enum err tell_joined(const struct act *act, const struct course_view *course,
                            const struct invitation *invitation, const struct team *team,
                            const struct team_members *members);
static enum err end_by_person(const struct act *act, const struct course_view *course,
                              const struct invitation *invitation, const struct team_members *members);
static enum err end_by_team(const struct act *act, const struct course_view *course,
                            const struct invitation *invitation);

enum err invitation_see(const struct act *act, const struct course_view *course, int64_t id, bool is_request,
                        struct invitation *out) {
  struct invitation found;
  enum err err = load(act, course, id, is_request, &found);
  if (err != ERR_OK)
    return err;
  bool is_of_team = found.team == course->team && invitation_is_shown(&found);
  if (found.person != act->actor && !is_of_team && !course_is_staff(course))
    return refuse_missing(act, is_request);
  *out = found;
  return ERR_OK;
}

enum err invitation_accept(const struct act *act, const struct course_view *course, int64_t id, int64_t *team_id) {
  struct invitation invitation;
  struct team team;
  struct team_members members;
  enum err err = load(act, course, id, false, &invitation);
  if (err == ERR_OK && invitation.person != act->actor)
    err = refuse_missing(act, false);
  if (err == ERR_OK)
    err = team_load(act, course, invitation.team, &team, &members);
  if (err == ERR_OK)
    err = join(act, course, &invitation, &team, &members);
  if (err == ERR_OK)
    *team_id = team.id;
  return err;
}

enum err join_request_accept(const struct act *act, const struct course_view *course, int64_t id, int64_t *team_id) {
  struct invitation request;
  struct team team;
  struct team_members members;
  enum err err = load(act, course, id, true, &request);
  if (err == ERR_OK && request.person != act->actor && request.team != course->team)
    err = refuse_missing(act, true);
  if (err == ERR_OK)
    err = team_load(act, course, request.team, &team, &members);
  if (err == ERR_OK)
    err = team_check_member(act, &team, &members);
  if (err == ERR_OK)
    err = join(act, course, &request, &team, &members);
  if (err == ERR_OK)
    *team_id = team.id;
  return err;
}

enum err invitation_end(const struct act *act, const struct course_view *course, int64_t id) {
  struct invitation invitation;
  struct team team;
  struct team_members members;
  enum err err = load(act, course, id, false, &invitation);
  if (err != ERR_OK || (err = team_load(act, course, invitation.team, &team, &members)) != ERR_OK)
    return err;
  bool is_invited = invitation.person == act->actor;
  if (!is_invited && !course_is_staff(course) && team_member_find(&members, act->actor) == NULL)
    return refuse_missing(act, false);
  if (!is_invited && (err = team_check_contact(act, course, &team, &members, "may withdraw an invitation")) != ERR_OK)
    return err;
  if ((err = check_open(act, course, &invitation)) != ERR_OK)
    return err;
  return is_invited ? end_by_person(act, course, &invitation, &members) : end_by_team(act, course, &invitation);
}

enum err join_request_end(const struct act *act, const struct course_view *course, int64_t id) {
  struct invitation request;
  struct team_members members;
  enum err err = load(act, course, id, true, &request);
  if (err != ERR_OK || (err = team_store_members(act, course, request.team, &members)) != ERR_OK)
    return err;
  bool is_asker = request.person == act->actor;
  if (!is_asker && !course_is_staff(course) && team_member_find(&members, act->actor) == NULL)
    return refuse_missing(act, true);
  if ((err = check_open(act, course, &request)) != ERR_OK)
    return err;
  return is_asker ? end_by_person(act, course, &request, &members) : end_by_team(act, course, &request);
}

static enum err load(const struct act *act, const struct course_view *course, int64_t id, bool is_request,
                     struct invitation *out) {
  enum err err = invitation_store_get(act, course->id, id, out);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && out->is_request != is_request))
    return refuse_missing(act, is_request);
  return err;
}

// The same for one that is not there and one that is somebody else's.
static enum err refuse_missing(const struct act *act, bool is_request) {
  return problem_raise(act->problem, PROBLEM_NOT_FOUND,
                       is_request ? "There is no join request with this number that concerns you."
                                  : "There is no invitation with this number that concerns you.");
}

static enum err join(const struct act *act, const struct course_view *course, const struct invitation *invitation,
                     const struct team *team, const struct team_members *members) {
  struct enrolment person;
  enum err err = enrolment_get(act, course->id, invitation->person, &person);
  // Whoever accepted another invitation a moment ago is told where they are, not that this one was declined for them.
  if (err != ERR_OK || (err = check_free(act, invitation, &person)) != ERR_OK ||
      (err = check_open(act, course, invitation)) != ERR_OK || (err = team_check_window(act, course)) != ERR_OK ||
      (err = team_check_forming(act, course, team)) != ERR_OK)
    return err;
  int size_max = team_size_max(course, team);
  if (members->count >= (size_t)size_max)
    return problem_raise(act->problem, PROBLEM_TEAM_FULL,
                         "All %d places of %s are taken. Look for another team, or found one.", size_max, team->name);
  const char *after = arena_format(act->arena, "{\"person\":%lld}", (long long)invitation->person);
  const char *kind = invitation->is_request ? "join request accepted" : "invitation accepted";
  if ((err = placement_open(act, course->id, invitation->person, team->id)) != ERR_OK ||
      (err = invitation_settle(act, invitation, INVITATION_ACCEPTED, kind)) != ERR_OK ||
      (err = audit_write(act, course->id, "member joined", team_subject(act, team->id), NULL, after)) != ERR_OK ||
      (err = invitation_decline_others(act, course, invitation->person)) != ERR_OK ||
      (err = tell_joined(act, course, invitation, team, members)) != ERR_OK)
    return err;
  return member_settle_contact(act, course, team->id); // staff may have emptied the team, or all its members dropped
}

static enum err check_free(const struct act *act, const struct invitation *invitation, const struct enrolment *person) {
  bool is_self = person->person == act->actor;
  const char *name = invitation_whom(invitation);
  if (person->team == invitation->team)
    return problem_raise(act->problem, PROBLEM_IN_TEAM,
                         is_self ? "You are a member of %s already." : "They are a member of %s already.",
                         invitation->team_name);
  if (person->team != 0 && is_self)
    return problem_raise(
        act->problem, PROBLEM_IN_TEAM,
        "You are in the team %s, and a student is in one team. Leave it first if you would rather join %s.",
        person->team_name, invitation->team_name);
  if (person->team != 0)
    return problem_raise(act->problem, PROBLEM_IN_TEAM, "%s is in another team now.", name);
  if (person->is_seated && is_self)
    return problem_raise(
        act->problem, PROBLEM_IN_LAB,
        "You have a lab seat, and a student does the project or the labs. Give the seat back first if you would rather "
        "join %s.",
        invitation->team_name);
  if (person->is_seated)
    return problem_raise(act->problem, PROBLEM_IN_LAB, "%s has decided for the labs.", name);
  if (!person->is_active)
    return problem_raise(act->problem, PROBLEM_ALREADY_ANSWERED, "%s cannot join at present.", name);
  return ERR_OK;
}

static enum err check_open(const struct act *act, const struct course_view *course,
                           const struct invitation *invitation) {
  const char *what = invitation->is_request ? "join request" : "invitation";
  switch (invitation->state) {
  case INVITATION_ACCEPTED:
    return problem_raise(act->problem, PROBLEM_ALREADY_ANSWERED, "This %s was accepted already.", what);
  case INVITATION_DECLINED:
    return problem_raise(act->problem, PROBLEM_ALREADY_ANSWERED, "This %s was declined. It can be made anew.", what);
  case INVITATION_WITHDRAWN:
    return problem_raise(act->problem, PROBLEM_ALREADY_ANSWERED, "This %s was withdrawn. It can be made anew.", what);
  case INVITATION_OPEN:
  case INVITATION_LAPSED:
    break;
  }
  if (invitation->state == INVITATION_OPEN && act->now <= invitation->expires_at)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_INVITATION_LAPSED,
                       "This %s lapsed on %s. It can be made anew while registration is open.", what,
                       course_instant_words(course, act->arena, invitation->expires_at));
}

static enum err tell_joined(const struct act *act, const struct course_view *course,
                            const struct invitation *invitation, const struct team *team,
                            const struct team_members *members) {
  const struct team_rules *rules = &course->file->teams;
  int size_max = team_size_max(course, team);
  int count = (int)members->count + 1;
  const char *next =
      count < rules->size_min
          ? arena_format(act->arena, "The team needs %d more before it can be registered.", rules->size_min - count)
      : count < size_max
          ? arena_format(act->arena, "%d of %d places are taken. The team can be registered.", count, size_max)
          : "The team is full. It can be registered.";
  struct notice notice = {
      .kind = "member joined",
      .subject = arena_format(act->arena, "%s has a new member", invitation->team_name),
      .words = arena_format(act->arena, "%s has joined %s. %s", invitation->person_name, invitation->team_name, next)};
  enum err err = team_tell(act, course, invitation->team, members, act->actor, &notice);
  if (err != ERR_OK || !invitation->is_request)
    return err;
  struct notice welcome = {.kind = "join request accepted",
                           .subject = arena_format(act->arena, "You are in %s", invitation->team_name),
                           .words = arena_format(act->arena, "%s has accepted your request: you are a member now. %s",
                                                 invitation->team_name, next)};
  return team_tell_person(act, course, invitation->team, invitation->person, &welcome);
}

static enum err end_by_person(const struct act *act, const struct course_view *course,
                              const struct invitation *invitation, const struct team_members *members) {
  enum invitation_state state = invitation->is_request ? INVITATION_WITHDRAWN : INVITATION_DECLINED;
  struct notice notice = {
      .kind = invitation->is_request ? "join request withdrawn" : "invitation declined",
      .subject = arena_format(
          act->arena, invitation->is_request ? "%s: a join request was withdrawn" : "%s: an invitation was declined",
          invitation->team_name),
      .words =
          arena_format(act->arena,
                       invitation->is_request ? "%s no longer asks to join %s. You can invite somebody else."
                                              : "%s has declined the invitation by %s. You can invite somebody else.",
                       invitation_whom(invitation), invitation->team_name)};
  enum err err = invitation_settle(act, invitation, state, notice.kind);
  return err == ERR_OK ? team_tell(act, course, invitation->team, members, 0, &notice) : err;
}

static enum err end_by_team(const struct act *act, const struct course_view *course,
                            const struct invitation *invitation) {
  enum invitation_state state = invitation->is_request ? INVITATION_DECLINED : INVITATION_WITHDRAWN;
  struct notice notice = {
      .kind = invitation->is_request ? "join request declined" : "invitation withdrawn",
      .subject =
          arena_format(act->arena, invitation->is_request ? "%s declined your request" : "%s withdrew its invitation",
                       invitation->team_name),
      .words = arena_format(act->arena,
                            invitation->is_request
                                ? "%s has declined your request to join. Look for another team, or found one."
                                : "%s has withdrawn its invitation to you. Look for another team, or found one.",
                            invitation->team_name)};
  enum err err = invitation_settle(act, invitation, state, notice.kind);
  return err == ERR_OK ? team_tell_person(act, course, 0, invitation->person, &notice) : err;
}
