// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/waiver.h"

#include "server/db/audit.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static enum err set_waiver(const struct act *act, const struct course_view *course, struct team *team,
                           const struct team_members *members, const char *reason);

enum err waiver_grant(const struct act *act, const struct course_view *course, int64_t id, const char *reason) {
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  if (team.state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved.", team.name);
  return set_waiver(act, course, &team, &members, reason);
}

enum err waiver_withdraw(const struct act *act, const struct course_view *course, int64_t id) {
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK || !team.is_waived)
    return err;
  return set_waiver(act, course, &team, &members, NULL);
}

static enum err set_waiver(const struct act *act, const struct course_view *course, struct team *team,
                           const struct team_members *members, const char *reason) {
  bool was_waived = team->is_waived;
  team->is_waived = reason != NULL;
  team->waiver_reason = reason;
  enum err err = team_save(act, team);
  if (err == ERR_OK)
    err = audit_write(act, course->id, reason ? "coverage waived" : "coverage waiver withdrawn",
                      team_subject(act, team->id), was_waived ? "{\"waived\":true}" : "{\"waived\":false}",
                      reason ? "{\"waived\":true}" : "{\"waived\":false}");
  if (err != ERR_OK || was_waived == team->is_waived)
    return err; // only the reason was put into other words
  struct notice notice = {
      .kind = reason ? "coverage waived" : "coverage waiver withdrawn",
      .subject = arena_format(act->arena, reason ? "%s need not cover all skills" : "%s has to cover all skills again",
                              team->name),
      .words = arena_format(
          act->arena,
          reason ? "The course's staff waived the coverage of skills for %s. You can register, or stay registered, as "
                   "you are."
                 : "The course's staff took back the waiver for %s: the team has to cover the skills that the course "
                   "asks for. The team's page says what is missing.",
          team->name)};
  err = team_tell(act, course, team->id, members, 0, &notice);
  return err == ERR_OK ? team_coverage_changed(act, course, team->id) : err;
}
