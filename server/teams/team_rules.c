// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_rules.h"

#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "server/teams/team_notice.h"

enum err team_get(const struct act *act, int64_t course, int64_t team, struct team *out) {
  enum err err = team_store_get(act, course, team, out);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no team with this number in this course.");
  return err;
}

enum err team_check_window(const struct act *act, const struct course_view *course) {
  const struct team_rules *rules = &course->file->teams;
  if (!rules->has_teams)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This course has no teams.");
  if (act->now < rules->opens)
    return problem_raise(act->problem, PROBLEM_NOT_OPEN,
                         "Teams can be formed and registered from %s on. Until then fill in your info card and see who "
                         "looks for a team.",
                         course_instant_words(course, act->arena, rules->opens));
  if (act->now > rules->closes)
    return problem_raise(
        act->problem, PROBLEM_DEADLINE_PASSED,
        "Team registration closed on %s. Ask the course's staff: they can still place people and teams.",
        course_instant_words(course, act->arena, rules->closes));
  return ERR_OK;
}

enum err team_check_forming(const struct act *act, const struct course_view *course, const struct team *team) {
  if (team->state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING,
                         "%s was dissolved. Look for another team, or found one.", team->name);
  if (team->state != TEAM_REGISTERED)
    return ERR_OK;
  const char *staff = NULL;
  enum err err = team_staff_words(act, course, &staff);
  if (err != ERR_OK)
    return err;
  return problem_raise(act->problem, PROBLEM_TEAM_REGISTERED,
                       "%s is registered, so who is in it is no longer the team's own decision. Ask %s.", team->name,
                       staff);
}

enum err team_check_member(const struct act *act, const struct team *team, const struct team_members *members) {
  const struct team_member *member = team_member_find(members, act->actor);
  if (member != NULL && member->is_active)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_NOT_YOUR_TEAM, "Only the members of %s may do this.", team->name);
}

enum err team_check_contact(const struct act *act, const struct course_view *course, const struct team *team,
                            const struct team_members *members, const char *what) {
  if (course_is_staff(course) || team->contact == act->actor)
    return ERR_OK;
  const struct team_member *contact = team_member_find(members, team->contact);
  return problem_raise(act->problem, PROBLEM_NOT_CONTACT, "Only the contact of %s%s%s %s.", team->name,
                       contact ? ", " : "", contact ? arena_format(act->arena, "%s,", contact->name) : "", what);
}

enum err team_load(const struct act *act, const struct course_view *course, int64_t id, struct team *team,
                   struct team_members *members) {
  enum err err = team_get(act, course->id, id, team);
  return err == ERR_OK ? team_store_members(act, course, id, members) : err;
}

int team_size_max(const struct course_view *course, const struct team *team) {
  return team->size_max != 0 ? (int)team->size_max : course->file->teams.size_max;
}

enum err team_save(const struct act *act, struct team *team) {
  enum err err = team_store_update(act, team, text_fold(act->arena, team->name));
  if (err == ERR_CONFLICT)
    return problem_raise(act->problem, PROBLEM_NAME_TAKEN,
                         "Another team of this course is called %s, or nearly so (capitals and width do not count). "
                         "Choose another name.",
                         team->name);
  return err;
}

enum err team_check_name(const struct act *act, const char *name, const char **clean, const char **key) {
  const char *squeezed = text_squeeze(act->arena, name);
  const char *folded = text_fold(act->arena, squeezed);
  if (folded == NULL || text_has_control(squeezed, false))
    return problem_field(act->problem, "name", "must be one line of text");
  const char *unseen = text_unseen_refusal(act->arena, name, TEXT_NAME);
  if (unseen != NULL)
    return problem_field(act->problem, "name", "%s", unseen);
  if (folded[0] == '\0')
    return problem_field(act->problem, "name", "must have at least one visible character");
  if (utf8_length(squeezed) > TEAM_NAME_CHARACTERS_MAX)
    return problem_field(act->problem, "name", "must have at most %d characters", TEAM_NAME_CHARACTERS_MAX);
  *clean = squeezed;
  *key = folded;
  return ERR_OK;
}
