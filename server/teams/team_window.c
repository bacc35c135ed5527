// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_window.h"

#include "server/db/agenda.h"
#include "server/db/audit.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"
#include "server/teams/team_window_store.h"

static enum err form_again(const struct act *act, const struct course_view *course);
static enum err shorten_invitations(const struct act *act, const struct course_view *course);
static enum err lengthen_invitations(const struct act *act, const struct course_view *course, int64_t closed_at);

enum err team_window_moved(const struct act *act, const struct course_view *course, int64_t closed_at) {
  const struct team_rules *rules = &course->file->teams;
  if (!rules->has_teams)
    return ERR_OK;
  if (closed_at < act->now && rules->closes >= act->now)
    return form_again(act, course);
  return rules->closes < closed_at ? shorten_invitations(act, course) : lengthen_invitations(act, course, closed_at);
}

static enum err form_again(const struct act *act, const struct course_view *course) {
  int64_t *teams = NULL;
  size_t count = 0;
  enum err err = team_store_unregistered(act, course->id, &teams, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct team team;
    if ((err = team_get(act, course->id, teams[i], &team)) != ERR_OK || team.state != TEAM_INCOMPLETE)
      continue;
    team.state = TEAM_FORMING;
    if ((err = team_save(act, &team)) == ERR_OK)
      err = audit_write(act, course->id, "team forms again", team_subject(act, team.id), "{\"state\":\"incomplete\"}",
                        "{\"state\":\"forming\"}");
  }
  return err;
}

static enum err shorten_invitations(const struct act *act, const struct course_view *course) {
  int64_t *invitations = NULL;
  size_t count = 0;
  enum err err = team_window_store_shorten(act, course->id, course->file->teams.closes, &invitations, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) // the second after the last at which it can be accepted
    err = agenda_set(act->db, AGENDA_INVITATION_LAPSES, course->id, invitations[i], course->file->teams.closes + 1);
  return err;
}

// What the close alone had cut short gets its stated time, at the longest until the new one.
static enum err lengthen_invitations(const struct act *act, const struct course_view *course, int64_t closed_at) {
  const struct team_rules *rules = &course->file->teams;
  struct window_invitation *list = NULL;
  size_t count = 0;
  enum err err = team_window_store_cut(act, course->id, closed_at, &list, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    int64_t expires_at = course_add(course, list[i].created_at, rules->invitations_expire);
    expires_at = expires_at < rules->closes ? expires_at : rules->closes;
    if (expires_at <= closed_at)
      continue;
    if ((err = team_window_store_lengthen(act, list[i].id, expires_at)) == ERR_OK)
      err = agenda_set(act->db, AGENDA_INVITATION_LAPSES, course->id, list[i].id, expires_at + 1);
  }
  return err;
}
