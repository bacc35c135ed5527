// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/placement.h"

static enum err refuse_second(const struct act *act, int64_t course, int64_t person);

enum err placement_of(struct db *db, int64_t course, int64_t person, struct placement *out) {
  struct db_rows rows DB_SCOPE = db_query(
      db, "select id, team_id, from_at from placements where course_id = $1 and person_id = $2 and until_at is null",
      db_int(course), db_int(person));
  struct placement found = {0};
  if (db_next(&rows))
    found = (struct placement){
        .id = db_column_int(&rows, 0), .team = db_column_int(&rows, 1), .from = db_column_int(&rows, 2)};
  if (rows.err != ERR_OK)
    return rows.err;
  *out = found;
  return ERR_OK;
}

enum err placement_changed_at(struct db *db, int64_t course, int64_t person, int64_t *out) {
  return db_get_int(db, out,
                    "select coalesce(max(max(from_at, coalesce(until_at, 0))), 0) from placements "
                    "where course_id = $1 and person_id = $2",
                    db_int(course), db_int(person));
}

enum err placement_open(const struct act *act, int64_t course, int64_t person, int64_t team) {
  return placement_open_by(act, course, person, team, 0);
}

enum err placement_close(const struct act *act, int64_t course, int64_t person) {
  return placement_close_by(act, course, person, 0, false);
}

enum err placement_open_by(const struct act *act, int64_t course, int64_t person, int64_t team, int64_t repair) {
  enum err err = db_exec(
      act->db, "insert into placements (course_id, person_id, team_id, from_at, opened_by) values ($1, $2, $3, $4, $5)",
      db_int(course), db_int(person), db_int_or_null(team), db_int(act->now), db_int_or_null(repair));
  return err == ERR_CONFLICT ? refuse_second(act, course, person) : err;
}

enum err placement_close_by(const struct act *act, int64_t course, int64_t person, int64_t repair, bool is_undone) {
  enum err err = db_exec(act->db,
                         "update placements set until_at = $1, ended_by = $4, is_undone = $5 "
                         "where course_id = $2 and person_id = $3 and until_at is null",
                         db_int(act->now), db_int(course), db_int(person), db_int_or_null(repair), db_int(is_undone));
  if (err == ERR_OK && db_changes(act->db) == 0)
    return ERR_NOT_FOUND;
  return err;
}

// Of acts of staff the second would not tell: each has a number. Of their own people leave one place for another in one
// act only when they take a seat and leave their team for it; whoever does the two one after the other means the same.
enum err placement_left_for(const struct act *act, int64_t course, int64_t person, const struct placement *present,
                            struct placement *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select p.id, p.team_id, p.from_at from placements n join placements p on p.course_id = n.course_id and "
               "p.person_id = n.person_id and p.id < n.id and p.until_at = n.from_at and (p.ended_by = n.opened_by or "
               "(p.ended_by is null and n.opened_by is null and p.team_id is not null and n.team_id is null)) "
               "where n.course_id = $1 and n.person_id = $2 and n.id = $3 order by p.id desc limit 1",
               db_int(course), db_int(person), db_int(present->id));
  struct placement found = {0};
  if (db_next(&rows))
    found = (struct placement){
        .id = db_column_int(&rows, 0), .team = db_column_int(&rows, 1), .from = db_column_int(&rows, 2)};
  if (rows.err == ERR_OK)
    *out = found;
  return rows.err;
}

enum err placement_reopen(const struct act *act, int64_t placement) {
  return db_exec(act->db, "update placements set until_at = null, ended_by = null where id = $1", db_int(placement));
}

static enum err refuse_second(const struct act *act, int64_t course, int64_t person) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select p.id, t.name from placements p left join teams t on t.id = p.team_id "
                                          "where p.course_id = $1 and p.person_id = $2 and p.until_at is null",
                                          db_int(course), db_int(person));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL; // another constraint: a mistake of ours
  if (db_column_is_null(&rows, 1))
    return problem_raise(
        act->problem, PROBLEM_IN_LAB,
        "This person has a lab seat. Give the seat back first: a student does the project or the labs.");
  return problem_raise(act->problem, PROBLEM_IN_TEAM,
                       "This person is in the team %s already. Leave it first: one team a person.",
                       db_column_peek(&rows, 1));
}
