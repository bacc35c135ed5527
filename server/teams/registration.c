// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/registration.h"

#include "common/base/text.h"
#include "server/db/audit.h"
#include "server/teams/card_store.h"
#include "server/teams/invitation.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static enum err check_may_register(const struct act *act, const struct course_view *course, const struct team *team,
                                   const struct team_members *members);
static enum err check_size(const struct act *act, const struct course_view *course, const struct team *team,
                           const struct team_members *members);
static enum err check_coverage(const struct act *act, const struct course_view *course, const struct team *team,
                               const struct coverage *coverage, const char *gap_plan);
static enum err register_team(const struct act *act, const struct course_view *course, struct team *team,
                              const struct team_members *members, const struct coverage *coverage, bool is_by_clock);
static enum err tell_registered(const struct act *act, const struct course_view *course, const struct team *team,
                                const struct team_members *members, const struct coverage *coverage, bool is_by_clock);
static enum err close_one(const struct act *act, const struct course_view *course, int64_t id);
static enum err leave_incomplete(const struct act *act, const struct course_view *course, struct team *team,
                                 const struct team_members *members, const struct coverage *coverage);

enum err registration_make(const struct act *act, const struct course_view *course, int64_t id, const char *gap_plan) {
  struct team team;
  struct team_members members;
  struct coverage coverage;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK || (err = check_may_register(act, course, &team, &members)) != ERR_OK ||
      (err = check_size(act, course, &team, &members)) != ERR_OK)
    return err;
  team_coverage_judge(act, course, &members, 0, &coverage);
  if ((err = check_coverage(act, course, &team, &coverage, gap_plan)) != ERR_OK)
    return err;
  team.gap_plan = coverage.is_covered || team.is_waived ? NULL : gap_plan;
  return register_team(act, course, &team, &members, &coverage, false);
}

enum err team_close_window(const struct act *act, const struct course_view *course) {
  if (!course->file->teams.has_teams || act->now <= course->file->teams.closes)
    return ERR_OK; // the close was moved to later: its own timer comes
  int64_t *teams = NULL;
  size_t count = 0;
  enum err err = team_store_unregistered(act, course->id, &teams, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = close_one(act, course, teams[i]);
  return err;
}

static enum err check_may_register(const struct act *act, const struct course_view *course, const struct team *team,
                                   const struct team_members *members) {
  bool is_staff = course_is_staff(course);
  enum err err = is_staff ? ERR_OK : team_check_member(act, team, members);
  if (err != ERR_OK)
    return err;
  if (team->state == TEAM_REGISTERED)
    return problem_raise(act->problem, PROBLEM_TEAM_REGISTERED, "%s is registered already, since %s.", team->name,
                         course_instant_words(course, act->arena, team->registered_at));
  if ((err = team_check_forming(act, course, team)) != ERR_OK)
    return err;
  bool is_late_by_staff = is_staff && act->now > course->file->teams.closes;
  if (!is_late_by_staff && (err = team_check_window(act, course)) != ERR_OK)
    return err;
  if (!is_staff && course_bars_auditor(course, course->credit, course->is_audit_approved))
    return problem_raise(
        act->problem, PROBLEM_AUDITOR_NOT_APPROVED,
        "You audit the course and the instructor has not approved that yet, so you cannot register a team. Ask the "
        "instructor, or let another member register.");
  return ERR_OK;
}

static enum err check_size(const struct act *act, const struct course_view *course, const struct team *team,
                           const struct team_members *members) {
  int missing = course->file->teams.size_min - (int)members->active;
  if (missing <= 0)
    return ERR_OK;
  return problem_raise(
      act->problem, PROBLEM_TEAM_TOO_SMALL,
      "%s has %zu of at least %d members: %d more %s needed. Invite classmates who look for a team (GET "
      "/courses/%s/seekers).",
      team->name, members->active, course->file->teams.size_min, missing, missing == 1 ? "is" : "are", course->slug);
}

static enum err check_coverage(const struct act *act, const struct course_view *course, const struct team *team,
                               const struct coverage *coverage, const char *gap_plan) {
  if (coverage->is_covered || team->is_waived)
    return ERR_OK;
  bool is_blocked = course->file->teams.coverage.gap == GAP_BLOCK;
  size_t length = gap_plan ? utf8_length(text_squeeze(act->arena, gap_plan)) : 0;
  if (!is_blocked && length >= GAP_PLAN_CHARACTERS_MIN)
    return ERR_OK;
  const char *words = NULL, *helpers = NULL;
  enum err err = team_coverage_words(act, course, coverage, &words);
  if (err == ERR_OK)
    err = team_coverage_helpers(act, course, coverage, &helpers);
  if (err != ERR_OK)
    return err;
  const char *names = helpers ? arena_format(act->arena, " Looking for a team and able to help: %s.", helpers) : "";
  if (is_blocked)
    return problem_raise(act->problem, PROBLEM_SKILLS_NOT_COVERED,
                         "%s does not cover the skills that the course requires: %s.%s Invite somebody, or ask the "
                         "course's staff to waive it.",
                         team->name, words, names);
  return problem_raise(act->problem, PROBLEM_GAP_PLAN_NEEDED,
                       "%s does not cover all skills that the course asks for: %s.%s Invite somebody, or register with "
                       "a gap_plan that says "
                       "in at least %d characters how the team will close the gap; staff will see it.",
                       team->name, words, names, GAP_PLAN_CHARACTERS_MIN);
}

static enum err register_team(const struct act *act, const struct course_view *course, struct team *team,
                              const struct team_members *members, const struct coverage *coverage, bool is_by_clock) {
  const char *before = arena_format(act->arena, "{\"state\":\"%s\"}", team_state_names[team->state]);
  const char *after =
      arena_format(act->arena, "{\"state\":\"registered\",\"members\":%zu,\"covered\":%s,\"waived\":%s}",
                   members->active, coverage->is_covered ? "true" : "false", team->is_waived ? "true" : "false");
  team->state = TEAM_REGISTERED;
  team->registered_at = act->now;
  team_coverage_mark(act, course, coverage, team);
  enum err err = team_save(act, team);
  if (err != ERR_OK || (err = card_store_stop_seeking_team(act, course->id, team->id)) != ERR_OK ||
      (err = audit_write(act, course->id, "team registered", team_subject(act, team->id), before, after)) != ERR_OK ||
      (err = invitation_close_team(act, course, team)) != ERR_OK)
    return err;
  return tell_registered(act, course, team, members, coverage, is_by_clock);
}

static enum err tell_registered(const struct act *act, const struct course_view *course, const struct team *team,
                                const struct team_members *members, const struct coverage *coverage, bool is_by_clock) {
  const char *gap = "";
  const char *words = NULL;
  enum err err = team->gap_since != 0 ? team_coverage_words(act, course, coverage, &words) : ERR_OK;
  if (err != ERR_OK)
    return err;
  if (words != NULL)
    gap = arena_format(act->arena, " It does not cover all skills yet: %s. This is to be repaired by %s; staff see it.",
                       words, course_instant_words(course, act->arena, team->gap_due));
  struct notice to_team = {
      .kind = "team registered",
      .subject = arena_format(act->arena, "%s is registered", team->name),
      .words = arena_format(
          act->arena,
          "%s is registered with %zu member%s%s.%s From now on leaving, removing somebody and dissolving the team are "
          "requests to the course's staff.",
          team->name, members->active, members->active == 1 ? "" : "s",
          is_by_clock ? ", because registration has closed" : "", gap)};
  if ((err = team_tell(act, course, team->id, members, 0, &to_team)) != ERR_OK || words == NULL)
    return err;
  struct notice to_staff = {
      .kind = "team coverage gap",
      .subject = arena_format(act->arena, "%s registered with a coverage gap", team->name),
      .words = arena_format(
          act->arena, "%s registered without covering all skills: %s. %s%s You are told this once.", team->name, words,
          team->gap_plan ? "Its plan: " : "It stated no plan, because the server registered it at the window's close.",
          team->gap_plan ? text_quotation(act->arena, team->gap_plan) : "")};
  return team_tell_staff(act, course, team_link(act, course, team->id), &to_staff);
}

static enum err close_one(const struct act *act, const struct course_view *course, int64_t id) {
  struct team team;
  struct team_members members;
  struct coverage coverage;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  team_coverage_judge(act, course, &members, 0, &coverage);
  bool has_size = (int)members.active >= course->file->teams.size_min;
  bool is_let_in = coverage.is_covered || team.is_waived || course->file->teams.coverage.gap == GAP_WARN;
  if (has_size && is_let_in)
    return register_team(act, course, &team, &members, &coverage, true);
  return team.state == TEAM_INCOMPLETE ? ERR_OK : leave_incomplete(act, course, &team, &members, &coverage);
}

static enum err leave_incomplete(const struct act *act, const struct course_view *course, struct team *team,
                                 const struct team_members *members, const struct coverage *coverage) {
  const struct team_rules *rules = &course->file->teams;
  const char *why = NULL;
  enum err err = ERR_OK;
  if ((int)members->active < rules->size_min)
    why = arena_format(act->arena, "it has %zu of at least %d members", members->active, rules->size_min);
  else
    err = team_coverage_words(act, course, coverage, &why);
  if (err != ERR_OK)
    return err;
  team->state = TEAM_INCOMPLETE;
  if ((err = team_save(act, team)) != ERR_OK ||
      (err = audit_write(act, course->id, "team incomplete", team_subject(act, team->id), "{\"state\":\"forming\"}",
                         "{\"state\":\"incomplete\"}")) != ERR_OK)
    return err;
  struct notice notice = {
      .kind = "team incomplete",
      .subject = arena_format(act->arena, "%s could not be registered", team->name),
      .words = arena_format(
          act->arena,
          "Team registration has closed and %s could not be registered: %s. Nobody is placed anywhere by the server: "
          "write to the course's staff, who can complete the team, place you, or waive the rule.",
          team->name, why)};
  return team_tell(act, course, team->id, members, 0, &notice);
}
