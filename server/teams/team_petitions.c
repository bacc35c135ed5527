// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_petitions.h"

#include "server/courses/enrolment.h"
#include "server/courses/placement.h"
#include "server/teams/repair.h"
#include "server/teams/team_rules.h"
#include "server/teams/waiver.h"

typedef enum err may_ask_rule(const struct act *act, const struct course_view *course,
                              const struct petition_wish *wish);
typedef enum err grant_act(const struct act *act, const struct services *services, const struct course_view *course,
                           const struct petition *petition, const char *answer);

static may_ask_rule may_ask_size, may_ask_coverage, may_ask_late_join, may_ask_leave, may_ask_swap;
static grant_act grant_size, grant_coverage, grant_late_join, grant_leave, grant_swap;
static enum err contact_of(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                           int64_t *person);
static enum err other_of(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                         int64_t *person);
static enum err own_team(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                         struct team *team);
static enum err check_approved(const struct act *act, const struct course_view *course);
static enum err check_still_approved(const struct act *act, const struct course_view *course, int64_t person);
static enum err check_stays(const struct act *act, const struct course_view *course, const struct petition *petition,
                            int64_t person);

const struct petition_kind team_size_petition = {
    .name = "team size",
    .needs = PETITION_NEEDS_TEAM | PETITION_NEEDS_SIZE,
    .summary = "The team may have that many members.",
    .may_ask = may_ask_size,
    .grant = grant_size,
};

const struct petition_kind coverage_petition = {
    .name = "coverage",
    .needs = PETITION_NEEDS_TEAM,
    .summary = "The team need not cover all skills that the course asks for.",
    .may_ask = may_ask_coverage,
    .grant = grant_coverage,
};

// Of a registered team the members no longer decide who is in it (rules.md, Teams), so the staff do; but it is the
// team's work: its contact is told at asking and agrees or objects, which the staff see and are not bound by.
const struct petition_kind late_join_petition = {
    .name = "late join",
    .needs = PETITION_NEEDS_TEAM,
    .summary = "The asker joins the team, from wherever they are then: another team, a lab seat, none.",
    .may_ask = may_ask_late_join,
    .grant = grant_late_join,
    .partner = contact_of,
};

const struct petition_kind leave_petition = {
    .name = "leave",
    .needs = PETITION_NEEDS_TEAM,
    .summary = "The asker leaves the registered team and is then in none.",
    .may_ask = may_ask_leave,
    .grant = grant_leave,
};

const struct petition_kind swap_petition = {
    .name = "swap",
    .needs = PETITION_NEEDS_PERSON,
    .summary = "The two change places: team against team, or a team against a lab seat.",
    .may_ask = may_ask_swap,
    .grant = grant_swap,
    .partner = other_of,
    .needs_consent = true,
};

static enum err may_ask_size(const struct act *act, const struct course_view *course,
                             const struct petition_wish *wish) {
  struct team team;
  enum err err = own_team(act, course, wish, &team);
  if (err != ERR_OK)
    return err;
  if (wish->size <= team_size_max(course, &team))
    return problem_field(act->problem, "size", "is no more than the %d members that %s may have",
                         team_size_max(course, &team), team.name);
  if (wish->size > REPAIR_SIZE_MAX)
    return problem_field(act->problem, "size", "is more than the %d members that staff can allow", REPAIR_SIZE_MAX);
  return ERR_OK;
}

static enum err may_ask_coverage(const struct act *act, const struct course_view *course,
                                 const struct petition_wish *wish) {
  struct team team;
  enum err err = own_team(act, course, wish, &team);
  if (err == ERR_OK && team.is_waived)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "The coverage of skills is waived for %s already. There is nothing to ask for.", team.name);
  return err;
}

static enum err may_ask_late_join(const struct act *act, const struct course_view *course,
                                  const struct petition_wish *wish) {
  struct team team;
  enum err err = check_approved(act, course);
  if (err != ERR_OK || (err = team_get(act, course->id, wish->team, &team)) != ERR_OK)
    return err;
  if (course->team == team.id)
    return problem_raise(act->problem, PROBLEM_IN_TEAM, "You are a member of %s already.", team.name);
  if (team.state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved. Ask for another team.", team.name);
  if (act->now < course->file->teams.opens)
    return team_check_window(act, course);
  if (team.state != TEAM_REGISTERED && act->now <= course->file->teams.closes)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s is still forming, so its members decide. Ask them: POST "
                         "/courses/%s/teams/%lld/join-requests.",
                         team.name, course->slug, (long long)team.id);
  return ERR_OK;
}

static enum err may_ask_leave(const struct act *act, const struct course_view *course,
                              const struct petition_wish *wish) {
  struct team team;
  enum err err = own_team(act, course, wish, &team);
  if (err == ERR_OK && team.state != TEAM_REGISTERED)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "%s is not registered, so you can leave it by yourself: DELETE "
                         "/courses/%s/teams/%lld/members/%lld.",
                         team.name, course->slug, (long long)team.id, (long long)act->actor);
  return err;
}

// One refusal for all whom the asker cannot swap with: whether somebody is in the course, and where, is not theirs to
// find out (rules.md, Who sees what).
static enum err may_ask_swap(const struct act *act, const struct course_view *course,
                             const struct petition_wish *wish) {
  enum err err = check_approved(act, course);
  if (err != ERR_OK)
    return err;
  if (course->team == 0 && !course->is_seated)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "You are in no team and have no lab seat, so there is nothing to change. Ask for a \"late "
                         "join\" or a \"lab seat\".");
  struct enrolment other;
  err = enrolment_get(act, course->id, wish->person, &other);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  bool is_elsewhere =
      err == ERR_OK &&
      (course->team != 0 ? other.team != course->team && (other.team != 0 || other.is_seated) : other.team != 0);
  // Nor whether somebody whose place is held has dropped: they never agree, and nobody swaps with them.
  if (!is_elsewhere || other.role != ROLE_STUDENT || other.is_confidential || wish->person == act->actor)
    return problem_field(act->problem, "person",
                         "is nobody with whom you can change places: a student of this course in another team, or in "
                         "the labs while you are in a team");
  return ERR_OK;
}

static enum err grant_size(const struct act *act, const struct services *services, const struct course_view *course,
                           const struct petition *petition, const char *answer) {
  (void)services;
  return repair_set_size(act, course, petition->wish.team, petition->wish.size, answer);
}

static enum err grant_coverage(const struct act *act, const struct services *services, const struct course_view *course,
                               const struct petition *petition, const char *answer) {
  (void)services;
  return waiver_grant(act, course, petition->wish.team, answer);
}

static enum err grant_late_join(const struct act *act, const struct services *services,
                                const struct course_view *course, const struct petition *petition, const char *answer) {
  enum err err = check_still_approved(act, course, petition->person);
  return err != ERR_OK ? err : repair_place(act, services, course, petition->person, petition->wish.team, answer);
}

static enum err grant_leave(const struct act *act, const struct services *services, const struct course_view *course,
                            const struct petition *petition, const char *answer) {
  struct placement placement;
  enum err err = placement_of(act->db, course->id, petition->person, &placement);
  if (err != ERR_OK)
    return err;
  if (placement.team != petition->wish.team)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "%s is no longer in %s. Decline the request.",
                         petition->person_name, petition->team_name);
  return repair_take_out(act, services, course, petition->person, answer);
}

static enum err grant_swap(const struct act *act, const struct services *services, const struct course_view *course,
                           const struct petition *petition, const char *answer) {
  enum err err = check_stays(act, course, petition, petition->person);
  if (err != ERR_OK || (err = check_stays(act, course, petition, petition->wish.person)) != ERR_OK ||
      (err = check_still_approved(act, course, petition->person)) != ERR_OK ||
      (err = check_still_approved(act, course, petition->wish.person)) != ERR_OK)
    return err;
  return repair_swap(act, services, course, petition->person, petition->wish.person, answer);
}

static enum err contact_of(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                           int64_t *person) {
  struct team team;
  enum err err = team_get(act, course->id, wish->team, &team);
  if (err == ERR_OK)
    *person = team.contact;
  return err;
}

static enum err other_of(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                         int64_t *person) {
  (void)act, (void)course;
  *person = wish->person;
  return ERR_OK;
}

static enum err own_team(const struct act *act, const struct course_view *course, const struct petition_wish *wish,
                         struct team *team) {
  enum err err = team_get(act, course->id, wish->team, team);
  if (err == ERR_OK && course->team != team->id)
    return problem_raise(act->problem, PROBLEM_NOT_YOUR_TEAM, "Only the members of %s may ask for this.", team->name);
  return err;
}

// Neither a place in a team nor a seat goes to an auditor whom nobody has approved (rules.md, Requests).
static enum err check_approved(const struct act *act, const struct course_view *course) {
  if (!course_bars_auditor(course, course->credit, course->is_audit_approved))
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_AUDITOR_NOT_APPROVED,
                       "You audit the course and the instructor has not approved that yet. First ask for \"audit\".");
}

// At granting: an approval may have been taken back since, and of the other one of a swap nobody has asked.
static enum err check_still_approved(const struct act *act, const struct course_view *course, int64_t person) {
  struct enrolment enrolment;
  enum err err = enrolment_get(act, course->id, person, &enrolment);
  if (err != ERR_OK || !course_bars_auditor(course, enrolment.credit, enrolment.is_audit_approved))
    return err;
  return problem_raise(act->problem, PROBLEM_AUDITOR_NOT_APPROVED,
                       "%s audits the course and an instructor has not approved that. That comes first (POST "
                       "/courses/%s/roster/%lld/audit-approval); then grant this, or decline it.",
                       enrolment.name, course->slug, (long long)person);
}

// Consent is to changing with somebody who is where they were then, and has been there ever since. Of what happened in
// the very second of the consent the audit knows the order, but not whom it moved: when in doubt they have moved.
static enum err check_stays(const struct act *act, const struct course_view *course, const struct petition *petition,
                            int64_t person) {
  struct placement placement;
  int64_t moved_at = 0;
  bool has_gone_on = false;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err == ERR_OK)
    err = placement_changed_at(act->db, course->id, person, &moved_at);
  if (err == ERR_OK && moved_at == petition->consent_at)
    err = petition_has_gone_on(act, course, petition, &has_gone_on);
  if (err != ERR_OK)
    return err;
  if (placement.id == 0 || moved_at > petition->consent_at || has_gone_on)
    return problem_raise(
        act->problem, PROBLEM_CONFLICT,
        "One of the two has changed places since they agreed. Decline the request; they can ask anew.");
  return ERR_OK;
}
