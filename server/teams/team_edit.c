// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_edit.h"

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/courses/placement.h"
#include "server/courses/repair_log.h"
#include "server/db/audit.h"
#include "server/teams/invitation.h"
#include "server/teams/repair_moves.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

enum { DAY_SECONDS = 86400 };

static enum err keep_reason(const struct act *act, const struct course_view *course, int64_t team, const char *reason);
static enum err check_not_placed(const struct act *act, const struct course_view *course);
static enum err check_renames(const struct act *act, const struct course_view *course, const struct team *team);
static enum err take_edit(const struct act *act, const struct course_view *course, const struct team_edit *edit,
                          const struct team_members *members, struct team *team);
static enum err tell_edit(const struct act *act, const struct course_view *course, const struct team *before,
                          const struct team *after, const struct team_members *members);
static const char *team_json(const struct act *act, const struct team *team);

enum err team_found(const struct act *act, const struct course_view *course, const char *name, const char *looking_for,
                    int64_t *id) {
  const char *clean = NULL, *key = NULL;
  enum err err = team_check_window(act, course);
  if (err == ERR_OK)
    err = check_not_placed(act, course);
  if (err == ERR_OK)
    err = team_check_name(act, name, &clean, &key);
  if (err != ERR_OK)
    return err;
  struct team team = {.course = course->id, .name = clean, .contact = act->actor, .looking_for = looking_for};
  err = team_store_insert(act, &team, key);
  if (err == ERR_CONFLICT)
    return problem_raise(act->problem, PROBLEM_NAME_TAKEN,
                         "Another team of this course is called %s, or nearly so (capitals and width do not count). "
                         "Choose another name.",
                         clean);
  if (err != ERR_OK || (err = placement_open(act, course->id, act->actor, team.id)) != ERR_OK ||
      (err = audit_write(act, course->id, "team founded", team_subject(act, team.id), NULL, team_json(act, &team))) !=
          ERR_OK ||
      (err = invitation_decline_others(act, course, act->actor)) != ERR_OK)
    return err;
  *id = team.id;
  return ERR_OK;
}

enum err team_change(const struct act *act, const struct course_view *course, int64_t id,
                     const struct team_edit *edit) {
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  if (team.state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved.", team.name);
  struct team before = team;
  if ((err = take_edit(act, course, edit, &members, &team)) != ERR_OK)
    return err;
  if (text_equal(before.name, team.name) && text_equal(before.looking_for, team.looking_for) &&
      before.contact == team.contact)
    return ERR_OK;
  bool is_renamed = !text_equal(before.name, team.name);
  bool is_staff = course_is_staff(course);
  const char *kind = !is_renamed ? "team changed" : is_staff ? "team renamed by staff" : "team renamed";
  if (is_renamed && !is_staff && (err = check_renames(act, course, &before)) != ERR_OK)
    return err;
  if ((err = team_save(act, &team)) != ERR_OK ||
      (err = audit_write(act, course->id, kind, team_subject(act, id), team_json(act, &before),
                         team_json(act, &team))) != ERR_OK)
    return err;
  return tell_edit(act, course, &before, &team, &members);
}

enum err team_dissolve(const struct act *act, const struct course_view *course, int64_t id, const char *reason) {
  bool is_staff = course_is_staff(course);
  struct team team;
  struct team_members members;
  enum err err = team_load(act, course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  if (team.state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved already.", team.name);
  if ((err = is_staff ? repair_check_reason(act, reason) : team_check_forming(act, course, &team)) != ERR_OK ||
      (err = team_check_contact(act, course, &team, &members, "may dissolve it")) != ERR_OK)
    return err;
  struct notice notice = {
      .kind = "team dissolved",
      .subject = arena_format(act->arena, "%s was dissolved", team.name),
      .words = arena_format(act->arena,
                            "%s was dissolved by %s.%s You are in no team now: look for another one, "
                            "found one, or ask the course's staff.",
                            team.name, is_staff ? "the course's staff" : "its contact",
                            is_staff ? arena_format(act->arena, " They write: %s", text_quotation(act->arena, reason))
                                     : "")};
  for (size_t i = 0; err == ERR_OK && i < members.count; i++)
    if ((err = placement_close(act, course->id, members.list[i].person)) == ERR_OK)
      err = team_store_forget_question(act, id, members.list[i].person);
  if (err != ERR_OK || (err = team_tell(act, course, 0, &members, act->actor, &notice)) != ERR_OK ||
      (err = is_staff ? keep_reason(act, course, id, reason) : ERR_OK) != ERR_OK)
    return err;
  return team_end(act, course, &team);
}

enum err team_end(const struct act *act, const struct course_view *course, struct team *team) {
  const char *before = team_json(act, team);
  team->state = TEAM_DISSOLVED;
  team->gap_since = team->gap_due = 0;
  enum err err = team_save(act, team);
  if (err == ERR_OK)
    err = invitation_close_team(act, course, team);
  return err == ERR_OK ? audit_write(act, course->id, "team dissolved", team_subject(act, team->id), before, NULL)
                       : err;
}

static enum err keep_reason(const struct act *act, const struct course_view *course, int64_t team, const char *reason) {
  const struct repair_entry entry = {.kind = "team dissolved", .reason = reason, .team = team};
  int64_t id = 0;
  return repair_log_put(act, course->id, &entry, &id);
}

// Asked before the name, because who is in a team needs no name for another one.
static enum err check_not_placed(const struct act *act, const struct course_view *course) {
  if (course->is_seated)
    return problem_raise(
        act->problem, PROBLEM_IN_LAB,
        "You have a lab seat, and a student does the project or the labs. Give the seat back first (DELETE "
        "/courses/%s/labs/seat); it is then offered to the next in line.",
        course->slug);
  if (course->team == 0)
    return ERR_OK;
  struct team team;
  enum err err = team_get(act, course->id, course->team, &team);
  if (err != ERR_OK)
    return err;
  return problem_raise(act->problem, PROBLEM_IN_TEAM, "You are in the team %s. Leave it before you found another one.",
                       team.name);
}

static enum err check_renames(const struct act *act, const struct course_view *course, const struct team *team) {
  const struct audit_event renamed = {.kind = "team renamed", .subject = team_subject(act, team->id)};
  int64_t first = 0;
  enum err err = audit_recent(act->db, course->id, &renamed, act->now - DAY_SECONDS + 1, TEAM_RENAMES_A_DAY, &first);
  if (err != ERR_OK || first == 0)
    return err;
  return problem_raise(act->problem, PROBLEM_TOO_MANY_NAMES,
                       "%s has been renamed %d times within 24 hours, and everybody in it was told each time. Its next "
                       "name can come on %s, or at once from the course's staff.",
                       team->name, TEAM_RENAMES_A_DAY, course_instant_words(course, act->arena, first + DAY_SECONDS));
}

static enum err take_edit(const struct act *act, const struct course_view *course, const struct team_edit *edit,
                          const struct team_members *members, struct team *team) {
  const char *key = NULL;
  enum err err = ERR_OK;
  if (edit->has_name)
    err = team_check_name(act, edit->name, &team->name, &key);
  if (edit->has_looking_for)
    team->looking_for = edit->looking_for;
  if (err != ERR_OK || !edit->has_contact || edit->contact == team->contact)
    return err;
  if ((err = team_check_contact(act, course, team, members, "may hand that over")) != ERR_OK)
    return err;
  const struct team_member *next = team_member_find(members, edit->contact);
  if (next == NULL || !next->is_active)
    return problem_field(act->problem, "contact", "must be the number of a member of the team");
  team->contact = edit->contact;
  return ERR_OK;
}

static enum err tell_edit(const struct act *act, const struct course_view *course, const struct team *before,
                          const struct team *after, const struct team_members *members) {
  enum err err = ERR_OK;
  if (!text_equal(before->name, after->name)) {
    struct notice renamed = {
        .kind = "team renamed",
        .subject = arena_format(act->arena, "%s is now %s", before->name, after->name),
        .words = arena_format(act->arena, "Your team %s has a new name: %s.", before->name, after->name)};
    err = team_tell(act, course, after->id, members, act->actor, &renamed);
  }
  if (err != ERR_OK || before->contact == after->contact)
    return err;
  const struct team_member *contact = team_member_find(members, after->contact);
  struct notice handed = {
      .kind = "team contact",
      .subject = arena_format(act->arena, "%s has a new contact", after->name),
      .words = arena_format(act->arena,
                            "%s is now the contact of %s: whom the staff write to, and who may withdraw invitations.",
                            contact ? contact->name : "Somebody else", after->name)};
  return team_tell(act, course, after->id, members, act->actor, &handed);
}

static const char *team_json(const struct act *act, const struct team *team) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "name", team->name);
  json_text(&json, "state", team_state_names[team->state]);
  json_int(&json, "contact", team->contact);
  json_text(&json, "looking_for", team->looking_for);
  json_end(&json);
  return json_get(&json);
}
