// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/repair_moves.h"

#include "common/base/json.h"
#include "common/base/text.h"
#include "server/courses/repair_log.h"
#include "server/db/audit.h"
#include "server/teams/card_store.h"
#include "server/teams/invitation.h"
#include "server/teams/repair.h"
#include "server/teams/team_notice.h"

static enum err load_move(const struct repair *repair, size_t index);
static bool is_there(const struct repair_move *move);
static enum err close_places(const struct repair *repair);
static enum err open_place(const struct repair *repair, const struct repair_move *move);
static enum err settle_questions(const struct repair *repair, const struct repair_move *move);
static enum err follow_seats(const struct repair *repair);
static enum err audit_move(const struct repair *repair, const struct repair_move *move);
static const char *place_json(const struct act *act, bool is_placed, int64_t team);

enum err repair_check_reason(const struct act *act, const char *reason) {
  const char *shown = reason == NULL ? "" : text_squeeze(act->arena, reason);
  if (shown[0] == '\0')
    return problem_field(act->problem, "reason", "is required: it is told to everybody whom this affects");
  if (utf8_length(reason) > REPAIR_REASON_CHARACTERS_MAX)
    return problem_field(act->problem, "reason", "must have at most %d characters", REPAIR_REASON_CHARACTERS_MAX);
  return ERR_OK;
}

enum err repair_load(struct repair *repair) {
  for (size_t i = 0; i < repair->count; i++) {
    for (size_t j = 0; j < i; j++)
      if (repair->moves[j].person == repair->moves[i].person)
        return repair_refuse(repair, i, "person", PROBLEM_INVALID_FIELDS, "stands twice; a student has one place");
    enum err err = load_move(repair, i);
    if (err != ERR_OK)
      return err;
  }
  return ERR_OK;
}

enum err repair_run(struct repair *repair) {
  const struct act *act = repair->act;
  enum err err = repair_touch(repair);
  size_t kept = 0;
  for (size_t i = 0; i < repair->count; i++)
    if (!is_there(&repair->moves[i]))
      repair->moves[kept++] = repair->moves[i];
  repair->count = kept;
  if (err != ERR_OK || kept == 0)
    return err;
  struct repair_entry entry = {.kind = repair->kind,
                               .reason = repair->reason,
                               .team = repair->about_team,
                               .person = kept == 1 ? repair->moves[0].person : 0};
  if ((err = repair_log_put(act, repair->course->id, &entry, &repair->id)) != ERR_OK ||
      (err = close_places(repair)) != ERR_OK)
    return err;
  for (size_t i = 0; err == ERR_OK && i < kept; i++)
    err = open_place(repair, &repair->moves[i]);
  for (size_t i = 0; err == ERR_OK && i < kept; i++)
    if ((err = audit_move(repair, &repair->moves[i])) == ERR_OK)
      err = settle_questions(repair, &repair->moves[i]);
  if (err != ERR_OK || (err = follow_seats(repair)) != ERR_OK || (err = repair_settle(repair)) != ERR_OK)
    return err;
  return repair_tell(repair);
}

enum err repair_refuse(const struct repair *repair, size_t index, const char *field, enum problem_code code,
                       const char *words) {
  const struct act *act = repair->act;
  if (repair->list != NULL)
    field = arena_format(act->arena, "%s[%zu].%s", repair->list, index, field);
  if (code == PROBLEM_INVALID_FIELDS)
    return problem_field(act->problem, field, "%s", words);
  enum err err = problem_raise(act->problem, code, "%s%s%s", repair->list != NULL ? field : "",
                               repair->list != NULL ? ": " : "", words);
  if (repair->list != NULL) // the code stays; the row is named where programs look for it
    (void)problem_field(act->problem, field, "%s", words);
  return err;
}

static enum err load_move(const struct repair *repair, size_t index) {
  const struct act *act = repair->act;
  struct repair_move *move = &repair->moves[index];
  enum err err = enrolment_get(act, repair->course->id, move->person, &move->who);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  if (err == ERR_NOT_FOUND || move->who.role != ROLE_STUDENT)
    return repair_refuse(repair, index, "person", PROBLEM_NOT_FOUND,
                         arena_format(act->arena, "person %lld is no student of this course", (long long)move->person));
  if (!move->who.is_active && !repair->takes_held)
    return repair_refuse(repair, index, "person", PROBLEM_NOT_FOUND,
                         arena_format(act->arena,
                                      "%s has dropped the course; a place that is still held can be released (DELETE "
                                      "/courses/%s/roster/%lld/hold)",
                                      move->who.name, repair->course->slug, (long long)move->person));
  return placement_of(act->db, repair->course->id, move->person, &move->origin);
}

static bool is_there(const struct repair_move *move) {
  switch (move->to) {
  case REPAIR_TO_TEAM:
    return move->origin.id != 0 && move->origin.team == move->team;
  case REPAIR_TO_SEAT:
    return move->origin.id != 0 && move->origin.team == 0;
  case REPAIR_TO_NOWHERE:
    break;
  }
  return move->origin.id == 0;
}

// All end before the first opens, so that two can change places.
static enum err close_places(const struct repair *repair) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < repair->count; i++) {
    const struct repair_move *move = &repair->moves[i];
    if (move->origin.id == 0)
      continue;
    err = placement_close_by(repair->act, repair->course->id, move->person, repair->id, repair->is_undo);
    if (err == ERR_OK && move->origin.team != 0)
      err = team_store_forget_question(repair->act, move->origin.team, move->person);
  }
  return err;
}

static enum err open_place(const struct repair *repair, const struct repair_move *move) {
  if (move->to == REPAIR_TO_NOWHERE)
    return ERR_OK;
  if (move->reopens != 0)
    return placement_reopen(repair->act, move->reopens);
  return placement_open_by(repair->act, repair->course->id, move->person, move->to == REPAIR_TO_TEAM ? move->team : 0,
                           repair->id);
}

// An open question between the person and the team that they are put into is answered by that; all others are declined.
static enum err settle_questions(const struct repair *repair, const struct repair_move *move) {
  const struct act *act = repair->act;
  struct invitation open;
  if (move->to == REPAIR_TO_NOWHERE || !move->who.is_active)
    return ERR_OK;
  enum err err =
      move->to == REPAIR_TO_TEAM ? invitation_store_find(act, move->team, move->person, &open) : ERR_NOT_FOUND;
  if (err == ERR_OK)
    err = invitation_settle(act, &open, INVITATION_ACCEPTED,
                            open.is_request ? "join request accepted" : "invitation accepted");
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  for (size_t i = 0; i < repair->touched_count; i++) // "looking for a team" ends with registration
    if (move->to == REPAIR_TO_TEAM && repair->touched[i].team.id == move->team &&
        repair->touched[i].team.state == TEAM_REGISTERED &&
        (err = card_store_stop_seeking(act, repair->course->id, move->person)) != ERR_OK)
      return err;
  return invitation_decline_others(act, repair->course, move->person);
}

static enum err follow_seats(const struct repair *repair) {
  int64_t *seated = arena_array(repair->act->arena, repair->count, sizeof *seated);
  size_t count = 0;
  bool is_touched = false;
  for (size_t i = 0; i < repair->count; i++) {
    const struct repair_move *move = &repair->moves[i];
    if (move->to == REPAIR_TO_SEAT)
      seated[count++] = move->person;
    is_touched = is_touched || move->to == REPAIR_TO_SEAT || (move->origin.id != 0 && move->origin.team == 0);
  }
  return is_touched ? repair->services->seats_moved(repair->act, repair->course, seated, count) : ERR_OK;
}

static enum err audit_move(const struct repair *repair, const struct repair_move *move) {
  const struct act *act = repair->act;
  return audit_write(act, repair->course->id, repair->kind,
                     arena_format(act->arena, "person %lld", (long long)move->person),
                     place_json(act, move->origin.id != 0, move->origin.team),
                     place_json(act, move->to != REPAIR_TO_NOWHERE, move->to == REPAIR_TO_TEAM ? move->team : 0));
}

static const char *place_json(const struct act *act, bool is_placed, int64_t team) {
  struct json json;
  json_init(&json, act->arena);
  json_begin_object(&json);
  json_int_or_null(&json, "team", team);
  json_flag(&json, "seated", is_placed && team == 0);
  json_end(&json);
  return json_get(&json);
}
