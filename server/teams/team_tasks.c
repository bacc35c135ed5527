// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_tasks.h"

#include "server/teams/invitation_store.h"
#include "server/teams/member.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"
#include "server/teams/team_task_store.h"

static enum err add_small(const struct act *act, const struct course_view *course, struct task_list *list);
static enum err add_registration(const struct act *act, const struct course_view *course, const struct team *team,
                                 const struct team_members *members, struct task_list *list);
static enum err missing_words(const struct act *act, const struct course_view *course, const struct team *team,
                              const struct team_members *members, const char **out);
static enum err add_gap(const struct act *act, const struct course_view *course, const struct team *team,
                        const struct team_members *members, struct task_list *list);
static enum err add_question(const struct act *act, const struct course_view *course, const struct team *team,
                             struct task_list *list);
static void add_invitation(const struct act *act, const struct course_view *course, const struct invitation *invitation,
                           struct task_list *list);

enum err team_tasks_card(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT || course->file->info_card.due == 0 || act->now > course->file->ends_at)
    return ERR_OK;
  bool is_there = false;
  enum err err = team_task_store_has_card(act, course->id, &is_there);
  if (err != ERR_OK || is_there)
    return err;
  task_add(list, &(struct task){.kind = "fill in the info card",
                                .title = "Fill in your info card",
                                .words = "It is not filled in: without it you count as at the lowest level in every "
                                         "skill, and nobody who looks for team mates finds you.",
                                .due = course->file->info_card.due,
                                .link = arena_format(act->arena, "/courses/%s/info-card", course->slug)});
  return ERR_OK;
}

enum err team_tasks_own(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT || course->team == 0)
    return ERR_OK;
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, course->team, &team, &members);
  if (err != ERR_OK || (err = add_question(act, course, &team, list)) != ERR_OK)
    return err;
  if (team.state == TEAM_REGISTERED)
    return team.gap_since == 0 ? ERR_OK : add_gap(act, course, &team, &members, list);
  return team.state == TEAM_DISSOLVED ? ERR_OK : add_registration(act, course, &team, &members, list);
}

enum err team_tasks_invitations(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (course->role != ROLE_STUDENT)
    return ERR_OK;
  struct invitation *mine = NULL, *theirs = NULL;
  size_t mine_count = 0, theirs_count = 0;
  enum err err = invitation_store_of_person(act, course->id, act->actor, &mine, &mine_count);
  if (err == ERR_OK && course->team != 0)
    err = invitation_store_of_team(act, course->team, &theirs, &theirs_count);
  for (size_t i = 0; err == ERR_OK && i < mine_count; i++)
    if (!mine[i].is_request)
      add_invitation(act, course, &mine[i], list);
  for (size_t i = 0; err == ERR_OK && i < theirs_count; i++)
    if (theirs[i].is_request)
      add_invitation(act, course, &theirs[i], list);
  return err;
}

enum err team_tasks_levels(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course))
    return ERR_OK;
  struct task_level *people = NULL;
  size_t count = 0;
  enum err err = team_task_store_levels(act, course->id, &people, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    task_add(list, &(struct task){.kind = "confirm levels",
                                  .subject = people[i].person,
                                  .title = "Confirm raised levels",
                                  .words = arena_format(act->arena,
                                                        "%s%s%s raised levels on the info card; they count once you "
                                                        "confirm the card.",
                                                        people[i].name, people[i].team_name ? ", of " : "",
                                                        people[i].team_name ? people[i].team_name : ""),
                                  .link = arena_format(act->arena, "/courses/%s/info-cards/%lld", course->slug,
                                                       (long long)people[i].person)});
  return err;
}

enum err team_tasks_teams(const struct act *act, const struct course_view *course, struct task_list *list) {
  if (!course_is_staff(course))
    return ERR_OK;
  struct task_team *teams = NULL;
  size_t count = 0;
  enum err err = team_task_store_teams(act, course->id, &teams, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    bool is_gap = teams[i].gap_due != 0;
    task_add(list, &(struct task){.kind = is_gap ? "team with a gap" : "incomplete team",
                                  .subject = teams[i].team,
                                  .title = arena_format(act->arena,
                                                        is_gap ? "%s does not cover all skills" : "%s is incomplete",
                                                        teams[i].name),
                                  .words = is_gap ? "The team is registered and should close the gap by then: add "
                                                    "somebody, confirm a raised level, or waive coverage."
                                                  : "Registration closed without it. Complete it, merge it, or place "
                                                    "its members; then register it.",
                                  .due = teams[i].gap_due,
                                  .link = team_link(act, course, teams[i].team)});
  }
  return err == ERR_OK ? add_small(act, course, list) : err;
}

// Members dropped or were moved since: nothing happens by itself.
static enum err add_small(const struct act *act, const struct course_view *course, struct task_list *list) {
  int size_min = course->file->teams.size_min;
  struct task_small_team *teams = NULL;
  size_t count = 0;
  if (!course->file->teams.has_teams || act->now > course->file->ends_at)
    return ERR_OK;
  enum err err = team_task_store_small(act, course->id, size_min, &teams, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    task_add(list, &(struct task){.kind = "team too small",
                                  .subject = teams[i].team,
                                  .title = arena_format(act->arena, "%s is too small", teams[i].name),
                                  .words = arena_format(act->arena,
                                                        "It is registered and has %lld of at least %d members. Add "
                                                        "somebody, merge it with another, or place its members.",
                                                        (long long)teams[i].active, size_min),
                                  .link = team_link(act, course, teams[i].team)});
  return err;
}

static enum err add_registration(const struct act *act, const struct course_view *course, const struct team *team,
                                 const struct team_members *members, struct task_list *list) {
  const char *missing = NULL;
  enum err err = missing_words(act, course, team, members, &missing);
  if (err != ERR_OK)
    return err;
  const char *words = missing;
  if (act->now > course->file->teams.closes)
    words = arena_format(act->arena, "Registration has closed without it. %s Ask the course's staff.", missing);
  task_add(list, &(struct task){.kind = "register the team",
                                .subject = team->id,
                                .title = arena_format(act->arena, "Register %s", team->name),
                                .words = words,
                                .due = course->file->teams.closes,
                                .link = team_link(act, course, team->id)});
  return ERR_OK;
}

static enum err missing_words(const struct act *act, const struct course_view *course, const struct team *team,
                              const struct team_members *members, const char **out) {
  int size_min = course->file->teams.size_min;
  const char *size = (int)members->active >= size_min
                         ? ""
                         : arena_format(act->arena, "It has %zu of at least %d members.", members->active, size_min);
  struct coverage coverage;
  const char *words = NULL;
  team_coverage_judge(act, course, members, 0, &coverage);
  if (!coverage.is_covered && !team->is_waived) {
    enum err err = team_coverage_words(act, course, &coverage, &words);
    if (err != ERR_OK)
      return err;
  }
  const char *skills = "";
  if (words != NULL)
    skills = arena_format(act->arena, "%sIt does not cover all skills: %s. %s", size[0] == '\0' ? "" : " ", words,
                          course->file->teams.coverage.gap == GAP_BLOCK
                              ? "It cannot register before it does, unless staff waive that."
                              : "It can register with a plan of how it will.");
  bool is_whole = size[0] == '\0' && skills[0] == '\0';
  *out = is_whole ? "Nothing is missing: any member can register it." : arena_format(act->arena, "%s%s", size, skills);
  return ERR_OK;
}

static enum err add_gap(const struct act *act, const struct course_view *course, const struct team *team,
                        const struct team_members *members, struct task_list *list) {
  struct coverage coverage;
  const char *words = NULL;
  team_coverage_judge(act, course, members, 0, &coverage);
  enum err err = team_coverage_words(act, course, &coverage, &words);
  if (err != ERR_OK)
    return err;
  task_add(list, &(struct task){.kind = "close the gap",
                                .subject = team->id,
                                .title = arena_format(act->arena, "%s does not cover all skills", team->name),
                                .words = arena_format(act->arena,
                                                      "%s. The team stays registered. Tell the staff how you will "
                                                      "close the gap, or send them a request for more members or a "
                                                      "waiver.",
                                                      words != NULL ? words : "The levels changed meanwhile"),
                                .due = team->gap_due,
                                .link = team_link(act, course, team->id)});
  return ERR_OK;
}

static enum err add_question(const struct act *act, const struct course_view *course, const struct team *team,
                             struct task_list *list) {
  struct member_question question;
  enum err err = team_store_question(act, team->id, act->actor, &question);
  if (err != ERR_OK || question.asked_at == 0 || question.answered_at != 0)
    return err;
  task_add(list, &(struct task){.kind = "answer the contact",
                                .subject = team->id,
                                .title = arena_format(act->arena, "Are you still with %s?", team->name),
                                .words = "The contact asks. Without an answer by then the contact may remove you.",
                                .due = question.asked_at + MEMBER_SILENT_SECONDS,
                                .link = team_link(act, course, team->id)});
  return ERR_OK;
}

// Until the last second at which it can be accepted; its lapse takes it off the list a moment later.
static void add_invitation(const struct act *act, const struct course_view *course, const struct invitation *invitation,
                           struct task_list *list) {
  if (act->now > invitation->expires_at)
    return;
  struct task task = {.subject = invitation->id, .due = invitation->expires_at};
  if (invitation->is_request) {
    task.kind = "answer a join request";
    task.title = arena_format(act->arena, "Somebody asks to join %s", invitation->team_name);
    task.words =
        arena_format(act->arena, "%s asks. Any member accepts or declines; then it lapses.", invitation->person_name);
    task.link = team_link(act, course, invitation->team);
  } else {
    task.kind = "answer an invitation";
    task.title = arena_format(act->arena, "%s invites you", invitation->team_name);
    task.words = "Accept or decline; then the invitation lapses. Accepting declines your other invitations.";
    task.link = arena_format(act->arena, "/courses/%s/invitations", course->slug);
  }
  task_add(list, &task);
}
