// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/excusal_store.h"

#define EXCUSAL_ROWS                                                                                                   \
  "select x.id, x.milestone, x.team_id, x.person_id, coalesce(t.name, h.preferred_name, h.name), x.is_excused, "       \
  "x.reason, x.by_id, coalesce(b.preferred_name, b.name), x.at from excusals x left join teams t on t.id = x.team_id " \
  "left join people h on h.id = x.person_id left join people b on b.id = x.by_id "

static void read_row(struct db_rows *rows, struct arena *arena, void *row);

enum err excusal_store_put(const struct act *act, int64_t course, const char *milestone,
                           const struct excusal_wish *wish, int64_t *id) {
  enum err err =
      db_exec(act->db,
              "insert into excusals (course_id, milestone, person_id, team_id, is_excused, reason, by_id, at) "
              "values ($1, $2, $3, $4, $5, $6, $7, $8) "
              "on conflict (course_id, milestone, coalesce(person_id, 0), coalesce(team_id, 0)) do update set "
              "is_excused = excluded.is_excused, reason = excluded.reason, by_id = excluded.by_id, at = excluded.at",
              db_int(course), db_text(milestone), db_int_or_null(wish->person), db_int_or_null(wish->team),
              db_int(wish->is_excused), db_text(wish->reason), db_int_or_null(act->actor), db_int(act->now));
  if (err != ERR_OK)
    return err;
  return db_get_int(act->db, id,
                    "select id from excusals where course_id = $1 and milestone = $2 and coalesce(person_id, 0) = $3 "
                    "and coalesce(team_id, 0) = $4",
                    db_int(course), db_text(milestone), db_int(wish->person), db_int(wish->team));
}

enum err excusal_store_delete(const struct act *act, int64_t id) {
  return db_exec(act->db, "delete from excusals where id = $1", db_int(id));
}

enum err excusal_store_get(const struct act *act, int64_t course, const char *milestone, int64_t id,
                           struct excusal *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, EXCUSAL_ROWS "where x.course_id = $1 and x.milestone = $2 and x.id = $3", db_int(course),
               db_text(milestone), db_int(id));
  return db_one(&rows, act->arena, read_row, out);
}

enum err excusal_store_list(const struct act *act, int64_t course, const char *milestone, struct excusal **out,
                            size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, EXCUSAL_ROWS "where x.course_id = $1 and x.milestone = $2 order by x.id", db_int(course),
               db_text(milestone));
  return db_list(&rows, act->arena, read_row, out, count);
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct excusal *)row = (struct excusal){.id = db_column_int(rows, 0),
                                            .milestone = db_column_text(rows, 1, arena),
                                            .team = db_column_int(rows, 2),
                                            .person = db_column_int(rows, 3),
                                            .name = db_column_text(rows, 4, arena),
                                            .is_excused = db_column_int(rows, 5) != 0,
                                            .reason = db_column_text(rows, 6, arena),
                                            .by = db_column_int(rows, 7),
                                            .by_name = db_column_text(rows, 8, arena),
                                            .at = db_column_int(rows, 9)};
}
