// SPDX-License-Identifier: AGPL-3.0-or-later
// What a team loses with a member, told before they go: for `in_team` refusals and dry runs.
#include "server/courses/placement.h"
#include "server/teams/team.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static const char *size_words(const struct act *act, const struct course_view *course, const struct team *team,
                              size_t left);

enum err team_leave_words(const struct act *act, const struct course_view *course, int64_t person, const char **words) {
  struct placement placement;
  struct team team;
  struct team_members members;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err == ERR_OK && placement.team == 0)
    err = problem_raise(act->problem, PROBLEM_NOT_FOUND, "This person is in no team.");
  if (err != ERR_OK || (err = team_load(act, course, placement.team, &team, &members)) != ERR_OK)
    return err;
  struct coverage now, then;
  const struct team_member *member = team_member_find(&members, person);
  team_coverage_judge(act, course, &members, 0, &now);
  team_coverage_judge(act, course, &members, person, &then);
  bool is_active = member != NULL && member->is_active;
  const char *size = size_words(act, course, &team, members.active - (is_active ? 1 : 0));
  const char *gap = "";
  if (members.count > 1 && now.is_covered && !then.is_covered)
    gap = arena_format(act->arena, "; its skills would not be covered: %s",
                       coverage_words(act->arena, course->file, &then, NULL));
  const char *staff = "";
  if (team.state == TEAM_REGISTERED) {
    const char *who = NULL;
    if ((err = team_staff_words(act, course, &who)) != ERR_OK)
      return err;
    staff = arena_format(act->arena, ". The team is registered, so ask %s", who);
  }
  *words = arena_format(act->arena, "%s %s, %s%s%s.", person == act->actor ? "You would leave" : "They would leave",
                        team.name, size, gap, staff);
  return ERR_OK;
}

static const char *size_words(const struct act *act, const struct course_view *course, const struct team *team,
                              size_t left) {
  if (left == 0 && team->state != TEAM_REGISTERED)
    return "which is dissolved with its last member";
  return arena_format(act->arena, "which is left with %zu of at least %d members", left, course->file->teams.size_min);
}
