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

enum err placement_left_for(const struct act *act, int64_t course, int64_t person, const struct placement *present,
                            struct placement *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select id, team_id, from_at from placements where course_id = $1 and person_id = $2 and id < $3 "
               "and until_at = $4 "
               "and coalesce(ended_by, 0) = (select coalesce(n.opened_by, 0) from placements n where n.id = $3) "
               "order by id desc limit 1",
               db_int(course), db_int(person), db_int(present->id), db_int(present->from));
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

enum err placement_members(struct db *db, struct arena *arena, int64_t team, struct placed **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select p.person_id, p.id, p.from_at, coalesce(h.preferred_name, h.name), a.address, e.state = 'active' "
               "from placements p join people h on h.id = p.person_id "
               "join enrolments e on e.course_id = p.course_id and e.person_id = p.person_id "
               "left join addresses a on a.person_id = p.person_id and a.is_primary = 1 "
               "where p.team_id = $1 and p.until_at is null order by p.id",
               db_int(team));
  struct placed *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct placed){.person = db_column_int(&rows, 0),
                                   .placement = db_column_int(&rows, 1),
                                   .from = db_column_int(&rows, 2),
                                   .name = db_column_text(&rows, 3, arena),
                                   .email = db_column_text(&rows, 4, arena),
                                   .is_active = db_column_int(&rows, 5) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err placement_count_members(struct db *db, int64_t team, int64_t *out) {
  return db_get_int(db, out, "select count(*) from placements where team_id = $1 and until_at is null", db_int(team));
}

enum err placement_count_seats(struct db *db, int64_t course, int64_t *out) {
  return db_get_int(db, out,
                    "select count(*) from placements where course_id = $1 and until_at is null and team_id is null",
                    db_int(course));
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
