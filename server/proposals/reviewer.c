// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/reviewer.h"

#include "common/base/json.h"
#include "server/accounts/person.h"
#include "server/courses/enrolment.h"
#include "server/db/audit.h"
#include "server/outbound/outbox.h"
#include "server/proposals/review_even.h"
#include "server/proposals/reviewer_store.h"
#include "server/teams/team.h"

struct panel { // whom teams are spread over
  const struct enrolment *people;
  size_t count;
};

static enum err check_people(const struct act *act, const struct course_view *course, int64_t team,
                             const int64_t *people, size_t count);
static enum err all_who_may_judge(const struct act *act, const struct course_view *course, int64_t team,
                                  int64_t **people, size_t *count);
static bool holds(const int64_t *list, size_t count, int64_t id);
static enum err tell(const struct act *act, const struct course_view *course, int64_t person, int64_t teams);
static enum err tell_substitute(const struct act *act, const struct course_view *course, int64_t person, int64_t until);
static enum err audit_people(const struct act *act, const struct course_view *course, const char *kind,
                             const char *subject, const char *name, const int64_t *list, size_t count);
static enum err panel_of(const struct act *act, const struct course_view *course, const int64_t *people, size_t count,
                         struct panel *out);
static enum err load_of(const struct act *act, const struct course_view *course, const struct panel *panel,
                        const struct review_team *teams, struct review_load *out);
static enum err put_shares(const struct act *act, const struct course_view *course, const struct panel *panel,
                           const struct reviewer_share *shares, size_t count);
static bool is_still_staff(const struct enrolment *person);

enum err reviewer_people(const struct act *act, const struct course_view *course, int64_t team, int64_t **people,
                         size_t *count) {
  struct reviewer *reviewers = NULL;
  size_t size = 0;
  enum err err = reviewer_store_list(act, course->id, team, &reviewers, &size);
  if (err != ERR_OK || size == 0)
    return err != ERR_OK ? err : all_who_may_judge(act, course, team, people, count);
  int64_t *list = arena_array(act->arena, size, sizeof *list);
  size_t listed = 0;
  for (size_t i = 0; i < size; i++) {
    int64_t person = reviewers[i].substitute != 0 ? reviewers[i].substitute : reviewers[i].person;
    if (!holds(list, listed, person))
      list[listed++] = person;
  }
  *people = list;
  *count = listed;
  return ERR_OK;
}

enum err reviewer_set(const struct act *act, const struct course_view *course, int64_t team, const int64_t *people,
                      size_t count) {
  struct team known;
  struct reviewer *before = NULL;
  size_t before_count = 0;
  enum err err = team_get(act, course->id, team, &known);
  if (err != ERR_OK || (err = check_people(act, course, team, people, count)) != ERR_OK ||
      (err = reviewer_store_list(act, course->id, team, &before, &before_count)) != ERR_OK ||
      (err = reviewer_store_clear(act, team)) != ERR_OK)
    return err;
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    bool is_new = true;
    for (size_t j = 0; j < before_count; j++)
      is_new = is_new && before[j].person != people[i];
    err = reviewer_store_add(act, team, people[i]);
    if (err == ERR_OK && is_new && people[i] != act->actor)
      err = tell(act, course, people[i], 1);
  }
  return err != ERR_OK ? err
                       : audit_people(act, course, "proposal reviewers set",
                                      arena_format(act->arena, "team %lld", (long long)team), "people", people, count);
}

enum err reviewer_spread(const struct act *act, const struct course_view *course, const int64_t *people, size_t count,
                         struct reviewer_share **out, size_t *out_count) {
  struct review_team *teams = NULL;
  size_t team_count = 0;
  struct panel panel = {0};
  enum err err = panel_of(act, course, people, count, &panel);
  if (err != ERR_OK || (err = reviewer_store_bare_teams(act, course->id, &teams, &team_count)) != ERR_OK)
    return err;
  if (team_count > REVIEW_TEAMS_MAX)
    team_count = REVIEW_TEAMS_MAX;
  struct review_load load = {.teams = team_count};
  if ((err = load_of(act, course, &panel, teams, &load)) != ERR_OK)
    return err;
  int *chosen = arena_array(act->arena, team_count + 1, sizeof *chosen);
  review_even(act->arena, &load, chosen);
  struct reviewer_share *shares = arena_array(act->arena, team_count + 1, sizeof *shares);
  for (size_t i = 0; i < team_count; i++) {
    const struct enrolment *person = chosen[i] == REVIEW_NOBODY ? NULL : &panel.people[chosen[i]];
    shares[i] = (struct reviewer_share){.team = teams[i].team,
                                        .team_name = teams[i].name,
                                        .person = person ? person->person : 0,
                                        .name = person ? person->name : NULL};
  }
  if ((err = put_shares(act, course, &panel, shares, team_count)) != ERR_OK)
    return err;
  *out = shares;
  *out_count = team_count;
  return ERR_OK;
}

enum err reviewer_set_conflicts(const struct act *act, const struct course_view *course, const int64_t *teams,
                                size_t count) {
  enum err err = act->actor != 0 ? ERR_OK
                                 : problem_raise(act->problem, PROBLEM_NOT_ALLOWED,
                                                 "The operator is nobody of the staff: everybody marks their own.");
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    struct team team;
    err = team_get(act, course->id, teams[i], &team);
  }
  if (err == ERR_OK)
    err = reviewer_store_clear_conflicts(act, course->id);
  for (size_t i = 0; err == ERR_OK && i < count; i++)
    err = reviewer_store_add_conflict(act, teams[i]);
  return err != ERR_OK
             ? err
             : audit_people(act, course, "review conflicts set",
                            arena_format(act->arena, "person %lld", (long long)act->actor), "teams", teams, count);
}

enum err reviewer_set_substitute(const struct act *act, const struct course_view *course, int64_t person,
                                 int64_t until) {
  if (act->actor == 0)
    return problem_raise(act->problem, PROBLEM_NOT_ALLOWED, "The operator is nobody of the staff.");
  if (person == act->actor)
    return problem_field(act->problem, "person", "is yourself");
  if (person != 0 && until <= act->now)
    return problem_field(act->problem, "until", "must be given and lie in the future");
  enum err err = person == 0 ? ERR_OK : check_people(act, course, 0, &person, 1);
  if (err != ERR_OK || (err = reviewer_store_set_substitute(act, course->id, person, until)) != ERR_OK ||
      (err = audit_people(act, course, "review substitute set",
                          arena_format(act->arena, "person %lld", (long long)act->actor), "people", &person,
                          person != 0)) != ERR_OK ||
      person == 0)
    return err;
  return tell_substitute(act, course, person, until);
}

// Team 0: their conflicts do not matter.
static enum err check_people(const struct act *act, const struct course_view *course, int64_t team,
                             const int64_t *people, size_t count) {
  enum err fault = ERR_OK;
  const char *field = team == 0 ? "person" : "people";
  for (size_t i = 0; i < count; i++) {
    struct enrolment person;
    bool is_barred = false;
    enum err err = enrolment_get(act, course->id, people[i], &person);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
      return err;
    if (err == ERR_NOT_FOUND || !is_still_staff(&person)) {
      fault = problem_field(act->problem, field, "%lld is nobody of the course's staff", (long long)people[i]);
      continue;
    }
    if (team != 0 && (err = reviewer_store_has_conflict(act, team, people[i], &is_barred)) != ERR_OK)
      return err;
    if (is_barred)
      fault = problem_field(act->problem, field, "%s may not judge this team, by their own word", person.name);
  }
  return fault;
}

// Or simply all, when every one of them has marked the team: somebody has to know.
static enum err all_who_may_judge(const struct act *act, const struct course_view *course, int64_t team,
                                  int64_t **people, size_t *count) {
  struct review_conflict *conflicts = NULL;
  size_t conflict_count = 0, size = 0, kept = 0;
  int64_t *all = NULL;
  enum err err = enrolment_staff(act, course->id, &all, &size);
  if (err == ERR_OK)
    err = reviewer_store_conflicts(act, course->id, 0, &conflicts, &conflict_count);
  if (err != ERR_OK)
    return err;
  int64_t *list = arena_array(act->arena, size + 1, sizeof *list);
  for (size_t i = 0; i < size; i++) {
    bool is_barred = false;
    for (size_t j = 0; j < conflict_count; j++)
      is_barred = is_barred || (conflicts[j].team == team && conflicts[j].person == all[i]);
    if (!is_barred)
      list[kept++] = all[i];
  }
  *people = kept > 0 ? list : all;
  *count = kept > 0 ? kept : size;
  return ERR_OK;
}

static bool holds(const int64_t *list, size_t count, int64_t id) {
  for (size_t i = 0; i < count; i++)
    if (list[i] == id)
      return true;
  return false;
}

static enum err tell(const struct act *act, const struct course_view *course, int64_t person, int64_t teams) {
  return outbox_put(
      act, &(struct message){.course = course->id,
                             .person = person,
                             .kind = "proposals to review",
                             .subject = "You review proposals",
                             .words = arena_format(act->arena,
                                                   "The proposals of %lld %s were given to you to review. Those that "
                                                   "wait are in your queue.",
                                                   (long long)teams, teams == 1 ? "team" : "teams"),
                             .link = arena_format(act->arena, "/courses/%s/reviews?mine=true", course->slug)});
}

static enum err tell_substitute(const struct act *act, const struct course_view *course, int64_t person,
                                int64_t until) {
  const char *away = NULL;
  enum err err = person_actor_name(act, &away);
  if (err != ERR_OK)
    return err;
  const char *decides = course->role == ROLE_INSTRUCTOR ? " You decide on them, as they would." : "";
  return outbox_put(
      act,
      &(struct message){.course = course->id,
                        .person = person,
                        .kind = "review substitute",
                        .subject = "You stand in for somebody who is away",
                        .words = arena_format(act->arena,
                                              "You stand in for %s until %s: the proposals that wait for them wait for "
                                              "you too.%s",
                                              away, course_instant_words(course, act->arena, until), decides),
                        .link = arena_format(act->arena, "/courses/%s/reviews?mine=true", course->slug)});
}

static enum err audit_people(const struct act *act, const struct course_view *course, const char *kind,
                             const char *subject, const char *name, const int64_t *list, size_t count) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_array_in(&json, name);
  for (size_t i = 0; i < count; i++)
    json_int(&json, NULL, list[i]);
  json_end(&json);
  json_end(&json);
  return audit_write(act, course->id, kind, subject, NULL, json_get(&json));
}

static enum err panel_of(const struct act *act, const struct course_view *course, const int64_t *people, size_t count,
                         struct panel *out) {
  struct enrolment *all = NULL;
  size_t all_count = 0;
  enum err err = check_people(act, course, 0, people, count);
  if (err != ERR_OK || (err = enrolment_list(act, course->id, false, &all, &all_count)) != ERR_OK)
    return err;
  bool has_assistants = false;
  for (size_t i = 0; i < all_count; i++)
    has_assistants = has_assistants || all[i].role == ROLE_STAFF;
  size_t kept = 0;
  for (size_t i = 0; i < all_count; i++) {
    bool is_meant = count > 0 ? holds(people, count, all[i].person)
                              : all[i].role == (has_assistants ? ROLE_STAFF : ROLE_INSTRUCTOR);
    if (is_still_staff(&all[i]) && is_meant)
      all[kept++] = all[i];
  }
  *out = (struct panel){all, kept};
  return ERR_OK;
}

static enum err load_of(const struct act *act, const struct course_view *course, const struct panel *panel,
                        const struct review_team *teams, struct review_load *out) {
  struct review_conflict *conflicts = NULL;
  size_t conflict_count = 0;
  enum err err = reviewer_store_conflicts(act, course->id, 0, &conflicts, &conflict_count);
  bool *is_barred = arena_array(act->arena, out->teams * panel->count + 1, sizeof *is_barred);
  int *before = arena_array(act->arena, panel->count + 1, sizeof *before);
  for (size_t i = 0; err == ERR_OK && i < panel->count; i++) {
    err = reviewer_store_load(act, course->id, panel->people[i].person, &before[i]);
    for (size_t team = 0; team < out->teams; team++)
      for (size_t j = 0; j < conflict_count; j++)
        if (conflicts[j].team == teams[team].team && conflicts[j].person == panel->people[i].person)
          is_barred[team * panel->count + i] = true;
  }
  out->reviewers = panel->count;
  out->is_barred = is_barred;
  out->before = before;
  return err;
}

static enum err put_shares(const struct act *act, const struct course_view *course, const struct panel *panel,
                           const struct reviewer_share *shares, size_t count) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    if (shares[i].person == 0)
      continue;
    err = reviewer_store_clear(act, shares[i].team); // of those who are staff no longer
    if (err == ERR_OK)
      err = reviewer_store_add(act, shares[i].team, shares[i].person);
    if (err == ERR_OK)
      err = audit_people(act, course, "proposal reviewers set",
                         arena_format(act->arena, "team %lld", (long long)shares[i].team), "people", &shares[i].person,
                         1);
  }
  for (size_t i = 0; err == ERR_OK && i < panel->count; i++) {
    int64_t teams = 0;
    for (size_t j = 0; j < count; j++)
      teams += shares[j].person == panel->people[i].person;
    if (teams > 0 && panel->people[i].person != act->actor)
      err = tell(act, course, panel->people[i].person, teams);
  }
  return err;
}

static bool is_still_staff(const struct enrolment *person) {
  return person->is_active && (person->role == ROLE_STAFF || person->role == ROLE_INSTRUCTOR);
}
