// SPDX-License-Identifier: AGPL-3.0-or-later
// Repairs of teams as a whole: merged, split, founded by staff, another size.
#include "common/base/json.h"
#include "common/base/text.h"
#include "server/courses/repair_log.h"
#include "server/db/audit.h"
#include "server/teams/repair.h"
#include "server/teams/repair_moves.h"
#include "server/teams/team_edit.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static enum err check_merger(const struct act *act, const struct team *from, const struct team *into);
static struct repair_move *moves_to(const struct act *act, const int64_t *people, size_t count, int64_t team);
static enum err check_people(const struct act *act, const struct repair_team *wanted);
static enum err check_split(const struct act *act, const struct team *team, const struct team_members *members,
                            const struct repair_team *wanted);
static enum err insert_team(const struct repair *repair, const struct repair_team *wanted, int64_t *id);
static int64_t contact_of(const struct repair *repair);
static const char *people_json(const struct act *act, const char *name, int64_t team, const struct repair *repair);
static enum err check_size(const struct act *act, const struct course_view *course, const struct team_members *members,
                           int64_t size_max);
static enum err save_size(const struct act *act, const struct course_view *course, struct team *team,
                          const char *reason);
static enum err tell_size(const struct act *act, const struct course_view *course, const struct team *team,
                          const struct team_members *members, const char *reason);

enum err repair_merge(const struct act *act, const struct services *services, const struct course_view *course,
                      int64_t team, int64_t into, const char *reason) {
  struct team from, to;
  struct team_members members;
  enum err err = repair_check_reason(act, reason);
  if (err == ERR_OK && team == into)
    err = problem_field(act->problem, "into", "must be another team");
  if (err != ERR_OK || (err = team_load(act, course, team, &from, &members)) != ERR_OK)
    return err;
  err = team_store_get(act, course->id, into, &to);
  if (err == ERR_NOT_FOUND)
    return problem_field(act->problem, "into", "is no team of this course");
  if (err != ERR_OK || (err = check_merger(act, &from, &to)) != ERR_OK)
    return err;
  int64_t *people = arena_array(act->arena, members.count, sizeof *people);
  for (size_t i = 0; i < members.count; i++)
    people[i] = members.list[i].person;
  struct repair repair = {.act = act,
                          .services = services,
                          .course = course,
                          .kind = "student moved in a merger",
                          .reason = reason,
                          .moves = moves_to(act, people, members.count, into),
                          .count = members.count,
                          .about_team = into,
                          .dissolves = team,
                          .takes_held = true};
  const char *after = people_json(act, "into", into, &repair);
  if (members.count == 0) // then it is no more than dissolving it, with a reason
    err = repair_log_put(act, course->id,
                         &(struct repair_entry){.kind = "teams merged", .reason = reason, .team = into}, &repair.id);
  else if ((err = repair_load(&repair)) == ERR_OK)
    err = repair_run(&repair);
  if (err != ERR_OK ||
      (err = audit_write(act, course->id, "teams merged", team_subject(act, team), NULL, after)) != ERR_OK)
    return err;
  return team_end(act, course, &from);
}

enum err repair_split(const struct act *act, const struct services *services, const struct course_view *course,
                      int64_t team, const struct repair_team *wanted, const char *reason, int64_t *new_team) {
  struct team from;
  struct team_members members;
  enum err err = repair_check_reason(act, reason);
  if (err != ERR_OK || (err = team_load(act, course, team, &from, &members)) != ERR_OK ||
      (err = check_people(act, wanted)) != ERR_OK || (err = check_split(act, &from, &members, wanted)) != ERR_OK)
    return err;
  struct repair repair = {.act = act,
                          .services = services,
                          .course = course,
                          .kind = "student moved in a split",
                          .reason = reason,
                          .moves = moves_to(act, wanted->people, wanted->count, 0),
                          .count = wanted->count,
                          .list = NULL,
                          .about_team = team,
                          .takes_held = true};
  if ((err = repair_load(&repair)) != ERR_OK || (err = insert_team(&repair, wanted, new_team)) != ERR_OK ||
      (err = audit_write(act, course->id, "team split", team_subject(act, team), NULL,
                         people_json(act, "into", *new_team, &repair))) != ERR_OK)
    return err;
  return repair_run(&repair);
}

enum err repair_found(const struct act *act, const struct services *services, const struct course_view *course,
                      const struct repair_team *wanted, const char *reason, int64_t *new_team) {
  if (!course->file->teams.has_teams)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This course has no teams.");
  enum err err = repair_check_reason(act, reason);
  if (err != ERR_OK || (err = check_people(act, wanted)) != ERR_OK)
    return err;
  if (wanted->count > (size_t)course->file->teams.size_max)
    return problem_raise(act->problem, PROBLEM_TEAM_FULL,
                         "A team has at most %d members and these are %zu. Found it with fewer, raise its size, then "
                         "place the others.",
                         course->file->teams.size_max, wanted->count);
  struct repair repair = {.act = act,
                          .services = services,
                          .course = course,
                          .kind = "student placed",
                          .reason = reason,
                          .moves = moves_to(act, wanted->people, wanted->count, 0),
                          .count = wanted->count,
                          .list = NULL};
  if ((err = repair_load(&repair)) != ERR_OK || (err = insert_team(&repair, wanted, new_team)) != ERR_OK)
    return err;
  repair.about_team = *new_team;
  return repair_run(&repair);
}

enum err repair_set_size(const struct act *act, const struct course_view *course, int64_t id, int64_t size_max,
                         const char *reason) {
  struct team team;
  struct team_members members;
  enum err err = repair_check_reason(act, reason);
  if (err != ERR_OK || (err = team_load(act, course, id, &team, &members)) != ERR_OK)
    return err;
  if (team.state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved.", team.name);
  if ((err = check_size(act, course, &members, size_max)) != ERR_OK || team.size_max == size_max)
    return err;
  int was = team_size_max(course, &team);
  team.size_max = size_max;
  if ((err = save_size(act, course, &team, reason)) != ERR_OK)
    return err;
  int is = team_size_max(course, &team);
  const char *before = arena_format(act->arena, "{\"size_max\":%d}", was);
  const char *after = arena_format(act->arena, "{\"size_max\":%d,\"is_own\":%s}", is, size_max != 0 ? "true" : "false");
  err = audit_write(act, course->id, "team size changed", team_subject(act, id), before, after);
  if (err != ERR_OK || was == is)
    return err;
  return tell_size(act, course, &team, &members, reason);
}

static enum err check_merger(const struct act *act, const struct team *from, const struct team *into) {
  if (from->state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved already.", from->name);
  if (into->state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved. Choose another team.", into->name);
  return ERR_OK;
}

static struct repair_move *moves_to(const struct act *act, const int64_t *people, size_t count, int64_t team) {
  struct repair_move *moves = arena_array(act->arena, count, sizeof *moves);
  for (size_t i = 0; i < count; i++)
    moves[i] = (struct repair_move){.person = people[i], .to = REPAIR_TO_TEAM, .team = team};
  return moves;
}

static enum err check_people(const struct act *act, const struct repair_team *wanted) {
  if (wanted->count == 0 || wanted->count > REPAIR_SIZE_MAX)
    return problem_field(act->problem, "people", "must be 1 to %d people", REPAIR_SIZE_MAX);
  for (size_t i = 0; i < wanted->count; i++)
    for (size_t j = 0; j < i; j++)
      if (wanted->people[i] == wanted->people[j])
        return problem_field(act->problem, arena_format(act->arena, "people[%zu]", i), "stands twice");
  return ERR_OK;
}

static enum err check_split(const struct act *act, const struct team *team, const struct team_members *members,
                            const struct repair_team *wanted) {
  for (size_t i = 0; i < wanted->count; i++)
    if (team_member_find(members, wanted->people[i]) == NULL)
      return problem_field(act->problem, arena_format(act->arena, "people[%zu]", i), "is no member of %s", team->name);
  if (wanted->count == members->count)
    return problem_field(act->problem, "people",
                         "are all members of %s, so that nothing is split; rename the team instead", team->name);
  return ERR_OK;
}

// Forming while students could found it themselves; after the window as the window left all that were not registered.
static enum err insert_team(const struct repair *repair, const struct repair_team *wanted, int64_t *id) {
  const struct act *act = repair->act;
  const char *clean = NULL, *key = NULL;
  enum err err = team_check_name(act, wanted->name, &clean, &key);
  if (err != ERR_OK)
    return err;
  struct team team = {.course = repair->course->id, .name = clean, .contact = contact_of(repair), .looking_for = ""};
  if ((err = team_store_insert(act, &team, key)) == ERR_CONFLICT)
    return problem_raise(act->problem, PROBLEM_NAME_TAKEN,
                         "Another team of this course is called %s, or nearly so (capitals and width do not count). "
                         "Choose another name.",
                         clean);
  if (err == ERR_OK && act->now > repair->course->file->teams.closes) {
    team.state = TEAM_INCOMPLETE;
    err = team_save(act, &team);
  }
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < repair->count; i++)
    repair->moves[i].team = team.id;
  *id = team.id;
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "name", team.name);
  json_text(&json, "state", team_state_names[team.state]);
  json_int(&json, "contact", team.contact);
  json_end(&json);
  return audit_write(act, repair->course->id, "team founded by staff", team_subject(act, team.id), NULL,
                     json_get(&json));
}

static int64_t contact_of(const struct repair *repair) {
  for (size_t i = 0; i < repair->count; i++)
    if (repair->moves[i].who.is_active)
      return repair->moves[i].person;
  return repair->moves[0].person;
}

static const char *people_json(const struct act *act, const char *name, int64_t team, const struct repair *repair) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_int(&json, name, team);
  json_array_in(&json, "people");
  for (size_t i = 0; i < repair->count; i++)
    json_int(&json, NULL, repair->moves[i].person);
  json_end(&json);
  json_end(&json);
  return json_get(&json);
}

static enum err check_size(const struct act *act, const struct course_view *course, const struct team_members *members,
                           int64_t size_max) {
  const struct team_rules *rules = &course->file->teams;
  int64_t wanted = size_max != 0 ? size_max : rules->size_max;
  if (wanted < (int64_t)members->count)
    return problem_field(act->problem, "size_max", "must be at least %zu, the number of its members", members->count);
  if (size_max != 0 && (size_max < rules->size_min || size_max > REPAIR_SIZE_MAX))
    return problem_field(act->problem, "size_max", "must be %d to %d", rules->size_min, REPAIR_SIZE_MAX);
  return ERR_OK;
}

static enum err save_size(const struct act *act, const struct course_view *course, struct team *team,
                          const char *reason) {
  int64_t repair = 0;
  struct repair_entry entry = {.kind = "team size changed", .reason = reason, .team = team->id};
  enum err err = team_save(act, team);
  return err == ERR_OK ? repair_log_put(act, course->id, &entry, &repair) : err;
}

static enum err tell_size(const struct act *act, const struct course_view *course, const struct team *team,
                          const struct team_members *members, const char *reason) {
  const char *who = NULL, *ask = NULL;
  enum err err = repair_actor_words(act, &who);
  if (err == ERR_OK)
    err = repair_ask_words(act, course, &ask);
  if (err != ERR_OK)
    return err;
  int size_max = team_size_max(course, team);
  struct notice notice = {.kind = "team changed by staff",
                          .subject = arena_format(act->arena, "%s may have %d members now", team->name, size_max),
                          .words = arena_format(act->arena, "%s let %s have at most %d members. They write: %s%s", who,
                                                team->name, size_max, text_quotation(act->arena, reason), ask)};
  return team_tell(act, course, team->id, members, 0, &notice);
}
