// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/invitation.h"

#include "common/base/text.h"
#include "server/courses/enrolment.h"
#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/teams/card_store.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

enum { DAY_SECONDS = 86400 };

static enum err find_invited(const struct act *act, const struct course_view *course, int64_t team, const char *email,
                             int64_t person, struct enrolment *out);
static enum err refuse_unknown(const struct act *act, const char *field);
static enum err check_can_leave(const struct act *act, const struct course_view *course,
                                const struct enrolment *person);
static enum err check_none_open(const struct act *act, const struct team *team, const struct enrolment *person,
                                bool is_request);
static enum err check_room_to_invite(const struct act *act, const struct team *team);
static enum err check_may_ask(const struct act *act, const struct course_view *course, const struct team *team,
                              const struct team_members *members);
static enum err check_day(const struct act *act, const struct course_view *course, const struct invitation *invitation);
static enum err put(const struct act *act, const struct course_view *course, struct invitation *invitation);
static enum err tell_invited(const struct act *act, const struct course_view *course, const struct team *team,
                             const struct invitation *invitation);
static enum err tell_asked(const struct act *act, const struct course_view *course, const struct team *team,
                           const struct team_members *members, const struct enrolment *asker,
                           const struct invitation *invitation);
static enum err decline_one(const struct act *act, const struct course_view *course,
                            const struct invitation *invitation);
static const char *lapsed_words(const struct act *act, const struct invitation *invitation);
static const char *quoted(const struct act *act, const char *message);

enum err invitation_make(const struct act *act, const struct course_view *course, int64_t team_id, const char *email,
                         int64_t person, const char *message, int64_t *id) {
  struct team team;
  struct team_members members;
  struct enrolment invited = {0};
  enum err err = team_load(act, course, team_id, &team, &members);
  if (err != ERR_OK || (err = team_check_member(act, &team, &members)) != ERR_OK ||
      (err = team_check_window(act, course)) != ERR_OK || (err = team_check_forming(act, course, &team)) != ERR_OK ||
      (err = find_invited(act, course, team_id, email, person, &invited)) != ERR_OK)
    return err;
  if (invited.team == team_id)
    return problem_raise(act->problem, PROBLEM_IN_TEAM, "%s is a member of %s already.", invited.name, team.name);
  if ((err = check_can_leave(act, course, &invited)) != ERR_OK)
    return err;
  if ((err = check_none_open(act, &team, &invited, false)) != ERR_OK ||
      (err = check_room_to_invite(act, &team)) != ERR_OK)
    return err;
  struct invitation invitation = {.team = team_id, .person = invited.person, .message = message};
  if ((err = put(act, course, &invitation)) != ERR_OK ||
      (err = tell_invited(act, course, &team, &invitation)) != ERR_OK)
    return err;
  *id = invitation.id;
  return ERR_OK;
}

enum err join_request_make(const struct act *act, const struct course_view *course, int64_t team_id,
                           const char *message, int64_t *id) {
  struct team team;
  struct team_members members;
  struct enrolment asker;
  enum err err = team_load(act, course, team_id, &team, &members);
  if (err != ERR_OK || (err = team_check_window(act, course)) != ERR_OK ||
      (err = team_check_forming(act, course, &team)) != ERR_OK ||
      (err = check_may_ask(act, course, &team, &members)) != ERR_OK ||
      (err = enrolment_get(act, course->id, act->actor, &asker)) != ERR_OK ||
      (err = check_none_open(act, &team, &asker, true)) != ERR_OK)
    return err;
  struct invitation request = {.team = team_id, .person = act->actor, .is_request = true, .message = message};
  if ((err = put(act, course, &request)) != ERR_OK ||
      (err = tell_asked(act, course, &team, &members, &asker, &request)) != ERR_OK)
    return err;
  *id = request.id;
  return ERR_OK;
}

enum err invitation_settle(const struct act *act, const struct invitation *invitation, enum invitation_state state,
                           const char *kind) {
  enum err err = invitation_store_set_state(act, invitation->id, state);
  if (err == ERR_OK)
    err = agenda_clear(act->db, AGENDA_INVITATION_LAPSES, invitation->course, invitation->id);
  if (err != ERR_OK)
    return err;
  const char *after = arena_format(act->arena, "{\"team\":%lld,\"person\":%lld}", (long long)invitation->team,
                                   (long long)invitation->person);
  return audit_write(act, invitation->course, kind,
                     arena_format(act->arena, "invitation %lld", (long long)invitation->id), NULL, after);
}

const char *invitation_whom(const struct invitation *invitation) {
  if (!invitation->is_confidential)
    return invitation->person_name;
  return invitation->is_request ? "Somebody who asked" : "Somebody whom you invited";
}

bool invitation_is_shown(const struct invitation *invitation) {
  return !invitation->is_confidential || (invitation->is_request && invitation->state == INVITATION_OPEN);
}

enum err invitation_decline_others(const struct act *act, const struct course_view *course, int64_t person) {
  struct invitation *list = NULL;
  size_t count = 0;
  enum err err = invitation_store_of_person(act, course->id, person, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = decline_one(act, course, &list[i]);
  return err == ERR_OK ? card_store_stop_seeking_if_seated(act, course->id, person) : err;
}

enum err invitation_end_all(const struct act *act, int64_t course) { return invitation_store_end_all(act, course); }

enum err invitation_lapse(const struct act *act, const struct course_view *course, int64_t id) {
  struct invitation invitation;
  enum err err = invitation_store_get(act, course->id, id, &invitation);
  if (err == ERR_NOT_FOUND ||
      (err == ERR_OK && (invitation.state != INVITATION_OPEN || act->now <= invitation.expires_at)))
    return ERR_OK; // answered in the same batch, or asked too early
  if (err != ERR_OK)
    return err;
  struct team_members members;
  const char *kind = invitation.is_request ? "join request lapsed" : "invitation lapsed";
  if ((err = invitation_settle(act, &invitation, INVITATION_LAPSED, kind)) != ERR_OK ||
      (err = team_store_members(act, course, invitation.team, &members)) != ERR_OK)
    return err;
  struct notice to_person = {
      .kind = kind,
      .subject = arena_format(act->arena,
                              invitation.is_request ? "%s did not answer in time" : "The invitation by %s has lapsed",
                              invitation.team_name),
      .words = arena_format(
          act->arena,
          invitation.is_request
              ? "Your request to join %s was not answered in time and has lapsed. Ask again, or look for another team."
              : "The invitation by %s was not answered in time and has lapsed. If you want to join, ask the team.",
          invitation.team_name)};
  struct notice to_team = {
      .kind = kind,
      .subject = arena_format(act->arena,
                              invitation.is_request ? "%s: a join request has lapsed" : "%s: an invitation has lapsed",
                              invitation.team_name),
      .words = lapsed_words(act, &invitation)};
  if ((err = team_tell_person(act, course, invitation.team, invitation.person, &to_person)) != ERR_OK)
    return err;
  return team_tell(act, course, invitation.team, &members, 0, &to_team);
}

enum err invitation_close_team(const struct act *act, const struct course_view *course, const struct team *team) {
  struct invitation *list = NULL;
  size_t count = 0;
  enum err err = invitation_store_of_team(act, team->id, &list, &count);
  const char *why = team->state == TEAM_DISSOLVED ? "was dissolved" : "is registered and takes nobody any more";
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct notice notice = {
        .kind = list[i].is_request ? "join request declined" : "invitation withdrawn",
        .subject = arena_format(act->arena, "%s %s", team->name, why),
        .words = arena_format(act->arena, "%s %s, so %s has ended. Look for another team, or found one.", team->name,
                              why, list[i].is_request ? "your request to join it" : "its invitation to you")};
    err =
        invitation_settle(act, &list[i], list[i].is_request ? INVITATION_DECLINED : INVITATION_WITHDRAWN, notice.kind);
    if (err == ERR_OK)
      err = team_tell_person(act, course, 0, list[i].person, &notice);
  }
  return err;
}

static enum err find_invited(const struct act *act, const struct course_view *course, int64_t team, const char *email,
                             int64_t person, struct enrolment *out) {
  if ((email == NULL) == (person == 0))
    return problem_field(act->problem, "email", "give either the e-mail address or the number of the person, not both");
  const char *field = email != NULL ? "email" : "person";
  enum err err = email != NULL ? enrolment_find_student(act, course->id, email, team, &person) : ERR_OK;
  if (err == ERR_OK)
    err = enrolment_get(act, course->id, person, out);
  if (err == ERR_NOT_FOUND)
    return refuse_unknown(act, field);
  if (err != ERR_OK)
    return err;
  bool is_visible = !out->is_confidential || out->team == team;
  return out->is_active && out->role == ROLE_STUDENT && is_visible ? ERR_OK : refuse_unknown(act, field);
}

// One answer for all of them: whether somebody confidential is in the course is nobody's business (rules.md, Who sees
// what).
static enum err refuse_unknown(const struct act *act, const char *field) {
  return problem_field(
      act->problem, field,
      "is no student of this course whom you can invite; ask them which address the course knows, or to ask your team");
}

// Whoever is in a forming team may leave it to accept; out of a registered one only staff let them go (rules.md,
// Teams).
static enum err check_can_leave(const struct act *act, const struct course_view *course,
                                const struct enrolment *person) {
  if (person->team == 0)
    return ERR_OK;
  struct team team;
  enum err err = team_get(act, course->id, person->team, &team);
  if (err != ERR_OK || team.state != TEAM_REGISTERED)
    return err;
  return problem_raise(
      act->problem, PROBLEM_TEAM_REGISTERED,
      "%s is a member of %s, which is registered: they could not accept. If they want to change teams, "
      "they ask the course's staff.",
      person->name, team.name);
}

static enum err check_none_open(const struct act *act, const struct team *team, const struct enrolment *person,
                                bool is_request) {
  struct invitation open;
  enum err err = invitation_store_find(act, team->id, person->person, &open);
  if (err == ERR_NOT_FOUND)
    return ERR_OK;
  if (err != ERR_OK)
    return err;
  if (act->now > open.expires_at) // its timer is about to run
    return invitation_settle(act, &open, INVITATION_LAPSED,
                             open.is_request ? "join request lapsed" : "invitation lapsed");
  if (is_request)
    return problem_raise(act->problem, PROBLEM_INVITATION_EXISTS,
                         open.is_request ? "You have asked %s already. Wait for the answer."
                                         : "%s has invited you: accept that invitation.",
                         team->name);
  return problem_raise(act->problem, PROBLEM_INVITATION_EXISTS,
                       open.is_request ? "%s has asked to join: accept that request."
                                       : "%s is invited already. Wait for the answer.",
                       person->name);
}

static enum err check_room_to_invite(const struct act *act, const struct team *team) {
  struct invitation *list = NULL;
  size_t count = 0, invited = 0;
  enum err err = invitation_store_of_team(act, team->id, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    invited += !list[i].is_request;
  if (err == ERR_OK && invited >= INVITATIONS_OPEN_MAX)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s has %d open invitations. Withdraw some before inviting more people.", team->name,
                         INVITATIONS_OPEN_MAX);
  return err;
}

static enum err check_may_ask(const struct act *act, const struct course_view *course, const struct team *team,
                              const struct team_members *members) {
  if (course->team == team->id)
    return problem_raise(act->problem, PROBLEM_IN_TEAM, "You are a member of %s already.", team->name);
  if (course->team != 0)
    return problem_raise(act->problem, PROBLEM_IN_TEAM, "You are in another team. Leave it before you ask %s.",
                         team->name);
  if (course->is_seated)
    return problem_raise(
        act->problem, PROBLEM_IN_LAB,
        "You have a lab seat, and a student does the project or the labs. Give the seat back before you ask a team.");
  int size_max = team_size_max(course, team);
  if (members->count >= (size_t)size_max)
    return problem_raise(act->problem, PROBLEM_TEAM_FULL, "All %d places of %s are taken. Look for another team.",
                         size_max, team->name);
  return ERR_OK;
}

// What is withdrawn was told all the same: asking again and again would be a way to fill somebody's mailbox.
static enum err check_day(const struct act *act, const struct course_view *course,
                          const struct invitation *invitation) {
  int64_t made = 0;
  enum err err = invitation_store_count_made(act, course->id, invitation, act->now - DAY_SECONDS, &made);
  if (err != ERR_OK || made < INVITATIONS_DAY_MAX)
    return err;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       invitation->is_request ? "You have asked this team %d times within a day. Ask again tomorrow."
                                              : "You have invited this person %d times within a day. Ask them in "
                                                "another way, or invite them tomorrow.",
                       INVITATIONS_DAY_MAX);
}

static enum err put(const struct act *act, const struct course_view *course, struct invitation *invitation) {
  const struct team_rules *rules = &course->file->teams;
  int64_t expires_at = course_add(course, act->now, rules->invitations_expire);
  invitation->course = course->id;
  invitation->made_by = act->actor;
  invitation->created_at = act->now;
  invitation->expires_at = expires_at < rules->closes ? expires_at : rules->closes;
  enum err err = check_day(act, course, invitation);
  if (err == ERR_OK)
    err = invitation_store_insert(act, invitation);
  if (err == ERR_OK) // the second after the last at which it can be accepted
    err = agenda_set(act->db, AGENDA_INVITATION_LAPSES, course->id, invitation->id, invitation->expires_at + 1);
  if (err != ERR_OK)
    return err;
  const char *after = arena_format(act->arena, "{\"team\":%lld,\"person\":%lld}", (long long)invitation->team,
                                   (long long)invitation->person);
  return audit_write(act, course->id, invitation->is_request ? "join requested" : "person invited",
                     arena_format(act->arena, "invitation %lld", (long long)invitation->id), NULL, after);
}

// Names no member: one of them may be confidential.
static enum err tell_invited(const struct act *act, const struct course_view *course, const struct team *team,
                             const struct invitation *invitation) {
  struct notice notice = {.kind = "invitation",
                          .subject = arena_format(act->arena, "%s invites you", team->name),
                          .words = arena_format(act->arena,
                                                "You are invited to join %s.%s Accept or decline by %s; after that the "
                                                "invitation lapses. Accepting it declines your other invitations.",
                                                team->name, quoted(act, invitation->message),
                                                course_instant_words(course, act->arena, invitation->expires_at))};
  return team_tell_person(act, course, team->id, invitation->person, &notice);
}

static enum err tell_asked(const struct act *act, const struct course_view *course, const struct team *team,
                           const struct team_members *members, const struct enrolment *asker,
                           const struct invitation *invitation) {
  struct notice notice = {
      .kind = "join request",
      .subject = arena_format(act->arena, "%s: somebody asks to join", team->name),
      .words = arena_format(
          act->arena, "%s asks to join %s.%s Any member can accept or decline by %s; after that the request lapses.",
          asker->name, team->name, quoted(act, invitation->message),
          course_instant_words(course, act->arena, invitation->expires_at))};
  return team_tell(act, course, team->id, members, 0, &notice);
}

static enum err decline_one(const struct act *act, const struct course_view *course,
                            const struct invitation *invitation) {
  enum invitation_state state = invitation->is_request ? INVITATION_WITHDRAWN : INVITATION_DECLINED;
  const char *kind = invitation->is_request ? "join request withdrawn" : "invitation declined";
  struct team_members members;
  enum err err = invitation_settle(act, invitation, state, kind);
  if (err != ERR_OK || (err = team_store_members(act, course, invitation->team, &members)) != ERR_OK)
    return err;
  struct notice notice = {
      // where else they are now is not said
      .kind = kind,
      .subject = arena_format(
          act->arena, invitation->is_request ? "%s: a join request was withdrawn" : "%s: an invitation was declined",
          invitation->team_name),
      .words = arena_format(act->arena, "%s has decided otherwise and will not join %s. You can invite somebody else.",
                            invitation_whom(invitation), invitation->team_name)};
  return team_tell(act, course, invitation->team, &members, 0, &notice);
}

// Whoever is confidential cannot be invited anew.
static const char *lapsed_words(const struct act *act, const struct invitation *invitation) {
  const char *name = invitation->person_name, *team = invitation->team_name;
  if (invitation->is_confidential && invitation->is_request)
    return arena_format(act->arena, "Nobody answered a request to join %s in time.", team);
  if (invitation->is_confidential)
    return arena_format(act->arena, "%s did not answer the invitation by %s in time.", invitation_whom(invitation),
                        team);
  return arena_format(act->arena,
                      invitation->is_request
                          ? "Nobody answered the request of %s to join %s in time. You can invite them."
                          : "%s did not answer the invitation by %s in time. You can invite them again, or somebody "
                            "else.",
                      name, team);
}

static const char *quoted(const struct act *act, const char *message) {
  return message[0] == '\0' ? "" : arena_format(act->arena, " They write: %s", text_quotation(act->arena, message));
}
