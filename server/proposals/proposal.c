// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/db/audit.h"
#include "server/proposals/proposal_value.h"
#include "server/proposals/proposal_version.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

// What is looked through for what is missing, and what was found.
struct inspection {
  const struct act *act;
  const struct course_view *course;
  struct team_members members;
  struct proposal_entry *entries;
  size_t entry_count;
  struct proposal_lack *lacks;
  size_t lack_count;
};

static const char *const moved[] = {[PROPOSAL_SAVE] = "proposal saved",
                                    [PROPOSAL_SUBMIT] = "proposal submitted",
                                    [PROPOSAL_REQUEST_CHANGES] = "proposal changes requested",
                                    [PROPOSAL_APPROVE] = "proposal approved",
                                    [PROPOSAL_APPROVE_WITH_CONDITIONS] = "proposal approved with conditions",
                                    [PROPOSAL_DECLINE] = "proposal not approved",
                                    [PROPOSAL_TAKE_BACK] = "proposal decision taken back",
                                    [PROPOSAL_REOPEN] = "proposal reopened"};

static void field_lacks(struct inspection *inspection, const struct proposal_field *field);
static bool is_of(const struct inspection *inspection, const struct proposal_field *field,
                  const struct proposal_entry *entry);
static void part_lacks(struct inspection *inspection, const struct proposal_field *field);
static void add_lack(struct inspection *inspection, const struct proposal_field *field, const char *words);
static enum err move(const struct act *act, const struct course_view *course, struct proposal *proposal,
                     enum proposal_action action, const struct proposal_handed_in *handed_in);
static enum err check_move(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                           enum proposal_action action);
static enum err check_newest(const struct act *act, const struct proposal *proposal);
static bool is_decision(enum proposal_action action);
static void apply(const struct act *act, const struct course_view *course, const struct proposal *before,
                  struct proposal *proposal, enum proposal_action action);
static const char *state_json(const struct act *act, const struct proposal *proposal);

enum err proposal_of_team(const struct act *act, const struct course_view *course, int64_t team, struct proposal *out) {
  return proposal_store_newest(act, course->id, team, out);
}

enum err proposal_get(const struct act *act, const struct course_view *course, int64_t id, struct proposal *out) {
  enum err err = proposal_store_get(act, course->id, id, out);
  if (err == ERR_NOT_FOUND)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "There is no proposal with this number in this course.");
  return err;
}

enum err proposal_lacks(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                        const struct proposal_lack **out, size_t *count) {
  const struct proposal_rules *rules = &course->file->proposals;
  struct inspection inspection = {.act = act, .course = course};
  struct team team;
  enum err err = team_load(act, course, proposal->team, &team, &inspection.members);
  if (err == ERR_OK && proposal->id != 0)
    err = proposal_store_entries(act, proposal->id, &inspection.entries, &inspection.entry_count);
  if (err != ERR_OK)
    return err;
  for (size_t i = 0; i < rules->field_count; i++) {
    field_lacks(&inspection, &rules->fields[i]);
    if (rules->fields[i].kind == FIELD_PER_MEMBER && rules->fields[i].is_required)
      part_lacks(&inspection, &rules->fields[i]);
  }
  *out = inspection.lacks;
  *count = inspection.lack_count;
  return ERR_OK;
}

enum err proposal_move(const struct act *act, const struct course_view *course, struct proposal *proposal,
                       enum proposal_action action) {
  return move(act, course, proposal, action, &(struct proposal_handed_in){0});
}

enum err proposal_move_submitted(const struct act *act, const struct course_view *course, struct proposal *proposal,
                                 const struct proposal_handed_in *handed_in) {
  return move(act, course, proposal, PROPOSAL_SUBMIT, handed_in);
}

enum err proposal_names_file(const struct act *act, const struct course_view *course, int64_t file, bool *out) {
  return proposal_store_names(act, course->team, file, out);
}

const char *proposal_subject(const struct act *act, int64_t proposal) {
  return arena_format(act->arena, "proposal %lld", (long long)proposal);
}

const char *proposal_link(const struct act *act, const struct course_view *course, int64_t team) {
  return arena_format(act->arena, "/courses/%s/teams/%lld/proposal", course->slug, (long long)team);
}

static void field_lacks(struct inspection *inspection, const struct proposal_field *field) {
  bool is_said = false;
  for (size_t i = 0; i < inspection->entry_count; i++) {
    const struct proposal_entry *entry = &inspection->entries[i];
    if (!is_of(inspection, field, entry) || proposal_value_is_blank(entry))
      continue;
    is_said = true;
    const char *fault = proposal_value_fault(inspection->act, field, entry);
    if (fault != NULL)
      add_lack(inspection, field, fault);
  }
  if (is_said || !field->is_required || field->kind == FIELD_PER_MEMBER)
    return;
  add_lack(inspection, field,
           field->kind == FIELD_STATEMENT ? "is not stated: describe it, or say \"none\"" : "is missing");
}

// What somebody wrote who has left, or for a field that was per member once, nobody could change any more.
static bool is_of(const struct inspection *inspection, const struct proposal_field *field,
                  const struct proposal_entry *entry) {
  if (!text_equal(entry->field, field->id) || (field->kind == FIELD_PER_MEMBER) != (entry->person != 0))
    return false;
  const struct team_member *member = team_member_find(&inspection->members, entry->person);
  return entry->person == 0 || (member != NULL && member->is_active);
}

static void part_lacks(struct inspection *inspection, const struct proposal_field *field) {
  for (size_t i = 0; i < inspection->members.count; i++) {
    const struct team_member *member = &inspection->members.list[i];
    bool is_said = !member->is_active;
    for (size_t j = 0; j < inspection->entry_count; j++)
      is_said = is_said ||
                (is_of(inspection, field, &inspection->entries[j]) && inspection->entries[j].person == member->person &&
                 !proposal_value_is_blank(&inspection->entries[j]));
    if (!is_said)
      add_lack(inspection, field, arena_format(inspection->act->arena, "does not say what %s does", member->name));
  }
}

static void add_lack(struct inspection *inspection, const struct proposal_field *field, const char *words) {
  size_t count = inspection->lack_count;
  inspection->lacks =
      arena_grow(inspection->act->arena, inspection->lacks, count, count + 1, sizeof *inspection->lacks);
  inspection->lacks[count] = (struct proposal_lack){field->id, words};
  inspection->lack_count++;
}

static enum err move(const struct act *act, const struct course_view *course, struct proposal *proposal,
                     enum proposal_action action, const struct proposal_handed_in *handed_in) {
  enum err err = check_move(act, course, proposal, action);
  if (err != ERR_OK)
    return err;
  struct proposal before;
  if ((err = proposal_store_get(act, course->id, proposal->id, &before)) != ERR_OK)
    return err;
  apply(act, course, &before, proposal, action);
  if (action == PROPOSAL_SUBMIT)
    err = proposal_version_seal(act, proposal, VERSION_SUBMITTED, handed_in);
  else if (is_decision(action))
    err = proposal_version_seal(act, proposal, VERSION_DECIDED, NULL);
  else if (action == PROPOSAL_TAKE_BACK)
    err = proposal_version_take_back(act, proposal);
  if (err == ERR_OK)
    err = proposal_store_update(act, proposal);
  return err == ERR_OK ? audit_write(act, course->id, moved[action], proposal_subject(act, proposal->id),
                                     state_json(act, &before), state_json(act, proposal))
                       : err;
}

static enum err check_move(const struct act *act, const struct course_view *course, const struct proposal *proposal,
                           enum proposal_action action) {
  enum err err = proposal_check(act, proposal->state, action);
  if (err != ERR_OK || (err = check_newest(act, proposal)) != ERR_OK || action != PROPOSAL_TAKE_BACK)
    return err;
  if (proposal->decided_at == 0)
    return problem_raise(act->problem, PROBLEM_CONFLICT, "There is no decision to take back.");
  struct proposal_version last;
  if ((err = proposal_version_get(act, course, proposal->team, proposal->version, &last)) != ERR_OK)
    return err;
  // What was judged is the submitted text; the page would show another one beside it.
  if (last.kind == VERSION_SAVED)
    return problem_raise(act->problem, PROBLEM_CONFLICT,
                         "The team has begun to revise since, so the decision stands. Judge the revision when it is "
                         "submitted, or write to the team.");
  return ERR_OK;
}

static enum err check_newest(const struct act *act, const struct proposal *proposal) {
  struct proposal newest;
  enum err err = proposal_store_newest(act, proposal->course, proposal->team, &newest);
  if (err != ERR_OK || newest.id == proposal->id)
    return err;
  return problem_raise(act->problem, PROBLEM_CONFLICT,
                       "The team has begun its proposal anew since. Nothing changes what was decided on this one.");
}

enum err proposal_check(const struct act *act, enum proposal_state state, enum proposal_action action) {
  static const char *const hints[] = {
      [PROPOSAL_DRAFT] = "It is a draft: the team submits it first.",
      [PROPOSAL_SUBMITTED] = "It waits for its decision, and nobody changes it meanwhile. Ask the staff to request "
                             "changes if there is a mistake in it.",
      [PROPOSAL_CHANGES_REQUESTED] = "Changes are requested: the team revises and submits it again first.",
      [PROPOSAL_RESUBMITTED] = "It waits for its decision, and nobody changes it meanwhile.",
      [PROPOSAL_APPROVED] = "It is approved. Whoever decides can reopen it.",
      [PROPOSAL_APPROVED_WITH_CONDITIONS] = "It is approved, with conditions. Whoever decides can reopen it.",
      [PROPOSAL_NOT_APPROVED] =
          "It is not approved. The team can propose anew (POST …/proposal/rounds), whoever decides "
          "can reopen it."};
  if (proposal_next(state, action) != PROPOSAL_STATES)
    return ERR_OK;
  return problem_raise(act->problem, PROBLEM_CONFLICT, "The proposal's state does not allow this: %s. %s",
                       proposal_state_names[state], hints[state]);
}

static bool is_decision(enum proposal_action action) {
  return action == PROPOSAL_REQUEST_CHANGES || action == PROPOSAL_APPROVE ||
         action == PROPOSAL_APPROVE_WITH_CONDITIONS || action == PROPOSAL_DECLINE;
}

// A window that the caller has not set anew is the course file's, counted from now.
static void apply(const struct act *act, const struct course_view *course, const struct proposal *before,
                  struct proposal *proposal, enum proposal_action action) {
  enum proposal_state from = proposal->state;
  proposal->state = proposal_next(from, action);
  if (is_decision(action)) {
    proposal->decided_from = from;
    proposal->decided_at = act->now;
  }
  if ((action == PROPOSAL_REQUEST_CHANGES || action == PROPOSAL_REOPEN) &&
      (proposal->revise_until == before->revise_until || proposal->revise_until <= act->now))
    proposal->revise_until = course_add(course, act->now, course->file->proposals.revise_within);
  if (action == PROPOSAL_SUBMIT) {
    proposal->submitted_at = act->now;
    proposal->decided_at = 0;
  } else if (action == PROPOSAL_TAKE_BACK) {
    proposal->state = proposal->decided_from;
    proposal->revise_until = 0;
  }
  if (action == PROPOSAL_TAKE_BACK || action == PROPOSAL_REOPEN) {
    proposal->decided_at = 0;
    proposal->propose_anew_by = 0;
  }
}

static const char *state_json(const struct act *act, const struct proposal *proposal) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_text(&json, "state", proposal_state_names[proposal->state]);
  json_int(&json, "round", proposal->round);
  json_int(&json, "version", proposal->version);
  json_instant_or_null(&json, "revise_until", proposal->revise_until);
  json_instant_or_null(&json, "propose_anew_by", proposal->propose_anew_by);
  json_end(&json);
  return json_get(&json);
}
