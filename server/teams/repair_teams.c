// SPDX-License-Identifier: AGPL-3.0-or-later
// The teams that a repair touches: how full they will be, who their contact is, what they cover.
#include "server/teams/member.h"
#include "server/teams/repair_moves.h"
#include "server/teams/team_coverage.h"
#include "server/teams/team_notice.h"
#include "server/teams/team_rules.h"

static struct repair_touched *touched_of(const struct repair *repair, int64_t team);
static enum err touch(struct repair *repair, int64_t team, struct repair_touched **out);
static enum err check_room(const struct repair *repair, size_t index, const struct repair_touched *touched);
static enum err settle_one(const struct repair *repair, struct repair_touched *touched);
static bool needs_contact(const struct repair_touched *touched);

enum err repair_touch(struct repair *repair) {
  repair->touched = arena_array(repair->act->arena, repair->count * 2, sizeof *repair->touched);
  repair->touched_count = 0;
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < repair->count; i++) {
    const struct repair_move *move = &repair->moves[i];
    struct repair_touched *from = NULL;
    bool stays = move->to == REPAIR_TO_TEAM && move->origin.team == move->team;
    if (move->origin.team != 0 && !stays && (err = touch(repair, move->origin.team, &from)) == ERR_OK)
      from->leaving++;
  }
  // Who leaves has made room by now.
  for (size_t i = 0; err == ERR_OK && i < repair->count; i++) {
    const struct repair_move *move = &repair->moves[i];
    struct repair_touched *into = NULL;
    // Who is in no team is not in team 0, which is no team either.
    if (move->to != REPAIR_TO_TEAM || (move->team != 0 && move->origin.team == move->team))
      continue;
    err = touch(repair, move->team, &into);
    if (err == ERR_NOT_FOUND)
      return repair_refuse(
          repair, i, "team", PROBLEM_NOT_FOUND,
          arena_format(repair->act->arena, "there is no team %lld in this course", (long long)move->team));
    if (err == ERR_OK) {
      into->joining++;
      err = check_room(repair, i, into);
    }
  }
  return err;
}

enum err repair_settle(struct repair *repair) {
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < repair->touched_count; i++)
    if (repair->touched[i].team.id != repair->dissolves)
      err = settle_one(repair, &repair->touched[i]);
  return err;
}

static struct repair_touched *touched_of(const struct repair *repair, int64_t team) {
  for (size_t i = 0; i < repair->touched_count; i++)
    if (repair->touched[i].team.id == team)
      return &repair->touched[i];
  return NULL;
}

static enum err touch(struct repair *repair, int64_t team, struct repair_touched **out) {
  *out = touched_of(repair, team);
  if (*out != NULL)
    return ERR_OK;
  struct repair_touched touched = {0};
  enum err err = team_store_get(repair->act, repair->course->id, team, &touched.team);
  if (err == ERR_OK)
    err = team_store_members(repair->act, repair->course, team, &touched.before);
  if (err != ERR_OK)
    return err;
  repair->touched[repair->touched_count] = touched;
  *out = &repair->touched[repair->touched_count++];
  return ERR_OK;
}

static enum err check_room(const struct repair *repair, size_t index, const struct repair_touched *touched) {
  const struct act *act = repair->act;
  const struct team *team = &touched->team;
  if (team->state == TEAM_DISSOLVED)
    return repair_refuse(repair, index, "team", PROBLEM_TEAM_NOT_FORMING,
                         arena_format(act->arena, "%s was dissolved. Choose another team.", team->name));
  int size_max = team_size_max(repair->course, team);
  if (touched->before.count - touched->leaving + touched->joining <= (size_t)size_max)
    return ERR_OK;
  return repair_refuse(
      repair, index, "team", PROBLEM_TEAM_FULL,
      arena_format(act->arena,
                   "%s would have %zu members and has room for %d. Take somebody out, or raise its size first (PUT "
                   "/courses/%s/teams/%lld/size).",
                   team->name, touched->before.count - touched->leaving + touched->joining, size_max,
                   repair->course->slug, (long long)team->id));
}

static enum err settle_one(const struct repair *repair, struct repair_touched *touched) {
  const struct act *act = repair->act;
  struct team *team = &touched->team;
  enum err err = team_store_members(act, repair->course, team->id, &touched->after);
  if (err != ERR_OK)
    return err;
  int64_t contact = team->contact;
  if (needs_contact(touched) && member_hand_over(team, &touched->after) && team->contact != contact) {
    touched->contact = team_member_find(&touched->after, team->contact)->name;
    if ((err = team_save(act, team)) != ERR_OK)
      return err;
  }
  size_t size_min = (size_t)repair->course->file->teams.size_min;
  if (touched->before.active >= size_min && touched->after.active < size_min &&
      (err = member_tell_too_small(act, repair->course, team, &touched->after)) != ERR_OK)
    return err;
  return team_coverage_repaired(act, repair->course, team->id, &touched->gap);
}

static bool needs_contact(const struct repair_touched *touched) {
  const struct team_member *contact = team_member_find(&touched->after, touched->team.contact);
  return contact == NULL || !contact->is_active;
}
