// SPDX-License-Identifier: AGPL-3.0-or-later
// Moves of people: into a team or a seat, out of it, against each other, and back.
#include "server/teams/repair.h"

#include "server/courses/placement.h"
#include "server/teams/repair_moves.h"
#include "server/teams/team_rules.h"

static enum err run_one(const struct repair *wanted, struct repair_move move);
static enum err check_swap(const struct repair *repair);
static void aim(struct repair_move *move, const struct placement *at);
static enum err find_way_back(const struct repair *repair, struct repair_move *move);

enum err repair_place(const struct act *act, const struct services *services, const struct course_view *course,
                      int64_t person, int64_t team, const char *reason) {
  struct repair repair = {
      .act = act, .services = services, .course = course, .kind = "student placed", .reason = reason};
  return run_one(&repair, (struct repair_move){.person = person, .to = REPAIR_TO_TEAM, .team = team});
}

enum err repair_place_many(const struct act *act, const struct services *services, const struct course_view *course,
                           const struct repair_placement *rows, size_t count, const char *reason) {
  enum err err = repair_check_reason(act, reason);
  if (err == ERR_OK && (count == 0 || count > REPAIR_PEOPLE_MAX))
    err = problem_field(act->problem, "placements", "must be 1 to %d rows", REPAIR_PEOPLE_MAX);
  if (err != ERR_OK)
    return err;
  struct repair_move *moves = arena_array(act->arena, count, sizeof *moves);
  for (size_t i = 0; i < count; i++)
    moves[i] = (struct repair_move){.person = rows[i].person, .to = REPAIR_TO_TEAM, .team = rows[i].team};
  struct repair repair = {.act = act,
                          .services = services,
                          .course = course,
                          .kind = "student placed",
                          .reason = reason,
                          .moves = moves,
                          .count = count,
                          .list = "placements"};
  err = repair_load(&repair);
  return err == ERR_OK ? repair_run(&repair) : err;
}

enum err repair_take_out(const struct act *act, const struct services *services, const struct course_view *course,
                         int64_t person, const char *reason) {
  struct placement placement;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK)
    return err;
  if (placement.id != 0 && placement.team == 0)
    return problem_raise(act->problem, PROBLEM_IN_LAB,
                         "This person is in no team but has a lab seat. Free it with DELETE "
                         "/courses/%s/labs/seats/%lld.",
                         course->slug, (long long)person);
  if (placement.id == 0)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND, "This person is in no team.");
  struct repair repair = {
      .act = act, .services = services, .course = course, .kind = "student taken out", .reason = reason};
  return run_one(&repair, (struct repair_move){.person = person, .to = REPAIR_TO_NOWHERE});
}

enum err repair_seat(const struct act *act, const struct services *services, const struct course_view *course,
                     int64_t person, const char *reason) {
  struct repair repair = {
      .act = act, .services = services, .course = course, .kind = "lab seat given", .reason = reason};
  return run_one(&repair, (struct repair_move){.person = person, .to = REPAIR_TO_SEAT});
}

enum err repair_unseat(const struct act *act, const struct services *services, const struct course_view *course,
                       int64_t person, const char *reason) {
  struct placement placement;
  enum err err = placement_of(act->db, course->id, person, &placement);
  if (err != ERR_OK)
    return err;
  if (placement.id == 0 || placement.team != 0)
    return problem_raise(act->problem, PROBLEM_NOT_SEATED, "This person has no lab seat.");
  struct repair repair = {
      .act = act, .services = services, .course = course, .kind = "lab seat taken back", .reason = reason};
  return run_one(&repair, (struct repair_move){.person = person, .to = REPAIR_TO_NOWHERE});
}

enum err repair_swap(const struct act *act, const struct services *services, const struct course_view *course,
                     int64_t first, int64_t second, const char *reason) {
  struct repair_move moves[2] = {{.person = first}, {.person = second}};
  struct repair repair = {.act = act,
                          .services = services,
                          .course = course,
                          .kind = "students swapped",
                          .reason = reason,
                          .moves = moves,
                          .count = 2};
  enum err err = repair_check_reason(act, reason);
  if (err == ERR_OK && first == second)
    err = problem_field(act->problem, "second", "must be another person than the first");
  if (err != ERR_OK || (err = repair_load(&repair)) != ERR_OK || (err = check_swap(&repair)) != ERR_OK)
    return err;
  aim(&moves[0], &moves[1].origin);
  aim(&moves[1], &moves[0].origin);
  return repair_run(&repair);
}

enum err repair_undo_join(const struct act *act, const struct services *services, const struct course_view *course,
                          int64_t person, const char *reason) {
  struct repair repair = {
      .act = act, .services = services, .course = course, .kind = "join undone", .reason = reason, .is_undo = true};
  struct repair_move move = {.person = person};
  enum err err = find_way_back(&repair, &move);
  if (err != ERR_OK || move.to != REPAIR_TO_SEAT)
    return err == ERR_OK ? run_one(&repair, move) : err;
  // Whether the seat they left is still free is the labs' to say: tried, and taken back when it is not.
  if ((err = db_savepoint(act->db)) != ERR_OK)
    return err;
  err = run_one(&repair, move);
  bool is_full = err == ERR_CONFLICT && act->problem->code == PROBLEM_LAB_FULL;
  enum err end = !db_in_transaction(act->db) ? ERR_UNAVAILABLE
                 : err == ERR_OK             ? db_savepoint_release(act->db)
                                             : db_savepoint_rollback(act->db);
  if (end != ERR_OK || !is_full)
    return end != ERR_OK ? end : err;
  problem_clear(act->problem);
  return run_one(&repair, (struct repair_move){.person = person, .to = REPAIR_TO_NOWHERE});
}

static enum err run_one(const struct repair *wanted, struct repair_move move) {
  struct repair repair = *wanted;
  repair.moves = &move;
  repair.count = 1;
  enum err err = repair_check_reason(repair.act, repair.reason);
  if (err == ERR_OK)
    err = repair_load(&repair);
  return err == ERR_OK ? repair_run(&repair) : err;
}

static enum err check_swap(const struct repair *repair) {
  const struct repair_move *a = &repair->moves[0], *b = &repair->moves[1];
  for (size_t i = 0; i < 2; i++)
    if (repair->moves[i].origin.id == 0)
      return problem_raise(repair->act->problem, PROBLEM_CONFLICT,
                           "%s has neither a team nor a seat, so there is nothing to swap. Place them instead (PUT "
                           "/courses/%s/placements/%lld).",
                           repair->moves[i].who.name, repair->course->slug, (long long)repair->moves[i].person);
  if (a->origin.team == b->origin.team)
    return problem_raise(repair->act->problem, PROBLEM_CONFLICT,
                         a->origin.team != 0 ? "%s and %s are in the same team already."
                                             : "%s and %s both have a lab seat already.",
                         a->who.name, b->who.name);
  return ERR_OK;
}

static void aim(struct repair_move *move, const struct placement *at) {
  move->to = at->team != 0 ? REPAIR_TO_TEAM : REPAIR_TO_SEAT;
  move->team = at->team;
}

static enum err find_way_back(const struct repair *repair, struct repair_move *move) {
  const struct act *act = repair->act;
  const struct course_view *course = repair->course;
  struct placement present, before;
  struct team team;
  struct team_members members;
  enum err err = placement_of(act->db, course->id, move->person, &present);
  if (err != ERR_OK)
    return err;
  if (present.id == 0)
    return problem_raise(act->problem, PROBLEM_NOT_FOUND,
                         "This person has neither a team nor a seat, so there is nothing to undo.");
  if ((err = placement_left_for(act, course->id, move->person, &present, &before)) != ERR_OK || before.id == 0)
    return err;
  move->reopens = before.id;
  move->to = REPAIR_TO_SEAT;
  if (before.team == 0)
    return ERR_OK;
  if ((err = team_load(act, course, before.team, &team, &members)) != ERR_OK)
    return err;
  bool has_room = team.state != TEAM_DISSOLVED && members.count < (size_t)team_size_max(course, &team);
  *move =
      has_room
          ? (struct repair_move){.person = move->person, .to = REPAIR_TO_TEAM, .team = team.id, .reopens = before.id}
          : (struct repair_move){.person = move->person, .to = REPAIR_TO_NOWHERE};
  return ERR_OK;
}
