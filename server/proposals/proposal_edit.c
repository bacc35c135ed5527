// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_edit.h"

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/db/audit.h"
#include "server/proposals/proposal_version.h"
#include "server/proposals/review.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static enum err find_current(const struct act *act, const struct course_view *course, int64_t team,
                             struct proposal_edit *edit);
static enum err find_field(const struct act *act, const struct course_view *course, const char *id,
                           const struct proposal_field **out);
static enum err audit_save(const struct act *act, const struct course_view *course, const struct proposal_edit *edit);
static enum err audit_round(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                            const char *kind);

enum err proposal_edit_read(const struct act *act, const struct course_view *course, int64_t id, const char *field,
                            const struct raw_value *value, struct proposal_edit *out) {
  struct team team;
  struct team_members members;
  *out = (struct proposal_edit){.field = NULL};
  enum err err = proposal_check_member(act, course, id, &team, &members);
  if (err == ERR_OK)
    err = find_field(act, course, field, &out->field);
  if (err == ERR_OK)
    err = proposal_value_read(act, course, out->field, &team, &members, value, &out->wanted);
  if (err == ERR_OK)
    err = find_current(act, course, id, out);
  return err == ERR_OK && out->field->kind == FIELD_TOPICS
             ? proposal_value_check_topics(act, course, &out->wanted, &out->current)
             : err;
}

bool proposal_edit_is_same(const struct proposal_edit *edit) {
  return edit->current.version > 0 && text_equal(edit->current.kind, edit->wanted.kind) &&
         text_equal(edit->current.value, edit->wanted.value) && edit->current.file == edit->wanted.file;
}

enum err proposal_edit_conflict(const struct act *act, const struct proposal_edit *edit) {
  const struct proposal_entry *current = &edit->current;
  struct problem_current *both = arena_alloc(act->arena, sizeof *both);
  *both = (struct problem_current){.yours = proposal_value_words(act->arena, &edit->wanted),
                                   .value = proposal_value_words(act->arena, current),
                                   .version = current->version,
                                   .by = current->by,
                                   .by_name = current->by_name,
                                   .at = current->at};
  act->problem->current = both;
  return problem_raise(act->problem, PROBLEM_VERSION_CONFLICT,
                       "%s saved \"%s\" meanwhile. Both texts are here: put together what should stand, and save that "
                       "with If-Match: \"%lld\".",
                       current->by == act->actor  ? "You, elsewhere,"
                       : current->by_name != NULL ? current->by_name
                                                  : "Somebody",
                       edit->field->title, (long long)current->version);
}

enum err proposal_edit_save(const struct act *act, const struct course_view *course, struct proposal_edit *edit) {
  struct proposal *proposal = &edit->proposal;
  enum err err = ERR_OK;
  if (proposal->id == 0 && (err = proposal_store_insert(act, course->id, proposal)) == ERR_OK)
    err = audit_round(act, course, proposal, "proposal begun");
  if (err != ERR_OK)
    return err;
  edit->wanted.version = edit->current.version + 1;
  edit->wanted.by = act->actor;
  edit->wanted.at = act->now;
  if ((err = proposal_store_put(act, proposal->id, &edit->wanted)) != ERR_OK ||
      (err = proposal_version_save(act, course, proposal, &edit->wanted)) != ERR_OK ||
      (err = proposal_store_update(act, proposal)) != ERR_OK || (err = audit_save(act, course, edit)) != ERR_OK)
    return err;
  return proposal_store_entry(act, proposal->id, edit->wanted.field, edit->wanted.person, &edit->current);
}

enum err proposal_begin_anew(const struct act *act, const struct course_view *course, int64_t id,
                             struct proposal *out) {
  struct team team = {0};
  struct team_members members;
  struct proposal last = {0};
  enum err err = proposal_check_member(act, course, id, &team, &members);
  if (err != ERR_OK)
    return err;
  err = proposal_of_team(act, course, id, &last);
  if (err == ERR_OK)
    err = review_mask(act, course, &last);
  if (err == ERR_NOT_FOUND || (err == ERR_OK && last.state != PROPOSAL_NOT_APPROVED))
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "A proposal is made anew after one that was not approved. This one is: %s.",
                         err == ERR_OK ? proposal_state_names[last.state] : "not begun");
  if (err != ERR_OK)
    return err;
  struct proposal next = {.course = course->id,
                          .team = id,
                          .round = last.round + 1,
                          .previous = last.id,
                          .judged_at = last.judged_at,
                          .version = last.version};
  if ((err = proposal_store_insert(act, course->id, &next)) != ERR_OK ||
      (err = proposal_store_prefill(act, last.id, next.id)) != ERR_OK ||
      (err = proposal_version_seal(act, &next, VERSION_BEGUN_ANEW, NULL)) != ERR_OK ||
      (err = proposal_store_update(act, &next)) != ERR_OK ||
      (err = audit_round(act, course, &next, "proposal begun anew")) != ERR_OK)
    return err;
  struct notice notice = {
      .kind = "proposal begun anew",
      .subject = arena_format(act->arena, "%s proposes anew", team.name),
      .words = arena_format(
          act->arena,
          "A new draft of the proposal of %s is there, with what the last one said. Revise it "
          "together, then submit it%s%s.",
          team.name, last.propose_anew_by == 0 ? "" : " by ",
          last.propose_anew_by == 0 ? "" : course_instant_words(course, act->arena, last.propose_anew_by))};
  *out = next;
  return team_tell(act, course, id, &members, act->actor, &notice);
}

enum err proposal_check_member(const struct act *act, const struct course_view *course, int64_t id, struct team *team,
                               struct team_members *members) {
  if (!course->file->proposals.is_present)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This course asks for no proposals.");
  enum err err = team_load(act, course, id, team, members);
  if (err == ERR_OK)
    err = team_check_member(act, team, members);
  if (err == ERR_OK && team->state == TEAM_DISSOLVED)
    return problem_raise(act->problem, PROBLEM_TEAM_NOT_FORMING, "%s was dissolved.", team->name);
  return err;
}

static enum err find_current(const struct act *act, const struct course_view *course, int64_t team,
                             struct proposal_edit *edit) {
  enum err err = proposal_of_team(act, course, team, &edit->proposal);
  if (err == ERR_NOT_FOUND) {
    edit->proposal = (struct proposal){.course = course->id, .team = team, .round = 1};
    edit->current = (struct proposal_entry){.field = edit->wanted.field, .person = edit->wanted.person, .value = ""};
    return ERR_OK;
  }
  if (err == ERR_OK)
    err = review_mask(act, course, &edit->proposal);
  if (err == ERR_OK)
    err = proposal_check(act, edit->proposal.state, PROPOSAL_SAVE);
  return err == ERR_OK
             ? proposal_store_entry(act, edit->proposal.id, edit->wanted.field, edit->wanted.person, &edit->current)
             : err;
}

static enum err find_field(const struct act *act, const struct course_view *course, const char *id,
                           const struct proposal_field **out) {
  const struct proposal_rules *rules = &course->file->proposals;
  struct text ids;
  text_init(&ids, act->arena);
  *out = proposal_field_find(course, id);
  if (*out != NULL)
    return ERR_OK;
  for (size_t i = 0; i < rules->field_count; i++)
    text_add_format(&ids, "%s%s", i == 0 ? "" : ", ", rules->fields[i].id);
  return problem_field(act->problem, "field", "must be a field of this course's proposals: %s", text_get(&ids));
}

// The text itself stands in the version, not in the audit.
static enum err audit_save(const struct act *act, const struct course_view *course, const struct proposal_edit *edit) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "field", edit->wanted.field);
  if (edit->wanted.person != 0)
    json_int(&json, "person", edit->wanted.person);
  json_int(&json, "field_version", edit->wanted.version);
  json_int(&json, "version", edit->proposal.version);
  json_end(&json);
  return audit_write(act, course->id, "proposal saved", proposal_subject(act, edit->proposal.id), NULL,
                     json_get(&json));
}

static enum err audit_round(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                            const char *kind) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_int(&json, "team", proposal->team);
  json_int(&json, "round", proposal->round);
  json_end(&json);
  return audit_write(act, course->id, kind, proposal_subject(act, proposal->id), NULL, json_get(&json));
}
