// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/repair_log.h"

static void read_moved(struct db_rows *rows, struct arena *arena, void *row);
static void read_place(struct db_rows *rows, struct arena *arena, void *row);

enum err repair_log_put(const struct act *act, int64_t course, const struct repair_entry *entry, int64_t *id) {
  enum err err = db_exec(act->db,
                         "insert into repairs (course_id, kind, team_id, person_id, actor_id, reason, at) "
                         "values ($1, $2, $3, $4, $5, $6, $7)",
                         db_int(course), db_text(entry->kind), db_int_or_null(entry->team),
                         db_int_or_null(entry->person), db_int(act->actor), db_text(entry->reason), db_int(act->now));
  if (err == ERR_OK)
    *id = db_last_id(act->db);
  return err;
}

enum err repair_log_mark(const struct act *act, struct repair_mark *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select (select coalesce(max(id), 0) from repairs), (select coalesce(max(id), 0) from outbox), "
                        "(select coalesce(max(id), 0) from teams)");
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *out = (struct repair_mark){
      .repair = db_column_int(&rows, 0), .message = db_column_int(&rows, 1), .team = db_column_int(&rows, 2)};
  return ERR_OK;
}

enum err repair_log_since(const struct act *act, const struct repair_mark *mark, struct repair_done *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select id, team_id, (select max(t.id) from teams t where t.id > $2) from repairs where id > $1 "
               "order by id desc limit 1",
               db_int(mark->repair), db_int(mark->team));
  *out = (struct repair_done){0};
  if (db_next(&rows))
    *out = (struct repair_done){
        .repair = db_column_int(&rows, 0), .team = db_column_int(&rows, 1), .new_team = db_column_int(&rows, 2)};
  return rows.err;
}

enum err repair_log_moved(const struct act *act, int64_t course, int64_t repair, struct repair_moved **out,
                          size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select h.id, coalesce(h.preferred_name, h.name), w.id, w.team_id, wt.name, n.id, n.team_id, nt.name "
               "from (select person_id from placements where ended_by = $2 "
               "union select person_id from placements where opened_by = $2) m "
               "join people h on h.id = m.person_id "
               "left join placements w on w.ended_by = $2 and w.person_id = m.person_id "
               "left join teams wt on wt.id = w.team_id "
               "left join placements n on n.course_id = $1 and n.person_id = m.person_id and n.until_at is null "
               "left join teams nt on nt.id = n.team_id order by h.id",
               db_int(course), db_int(repair));
  return db_list(&rows, act->arena, read_moved, out, count);
}

enum err repair_log_told(const struct act *act, const struct repair_mark *mark, struct repair_told **out,
                         size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select h.id, coalesce(h.preferred_name, h.name) from people h "
               "where h.id in (select person_id from outbox where id > $1 and is_secret = 0) order by h.id",
               db_int(mark->message));
  struct repair_told *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct repair_told){.person = db_column_int(&rows, 0), .name = db_column_text(&rows, 1, act->arena)};
  }
  *out = list;
  *count = size;
  return rows.err;
}

enum err repair_log_history(const struct act *act, int64_t course, int64_t person, struct repair_place **out,
                            size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select p.team_id, t.name, p.from_at, p.until_at, p.is_undone, i.reason, o.reason from placements p "
               "left join teams t on t.id = p.team_id left join repairs i on i.id = p.opened_by "
               "left join repairs o on o.id = p.ended_by "
               "where p.course_id = $1 and p.person_id = $2 order by p.id",
               db_int(course), db_int(person));
  return db_list(&rows, act->arena, read_place, out, count);
}

static void read_moved(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct repair_moved *)row = (struct repair_moved){
      .person = db_column_int(rows, 0),
      .name = db_column_text(rows, 1, arena),
      .was_seated = !db_column_is_null(rows, 2) && db_column_is_null(rows, 3),
      .from_team = db_column_int(rows, 3),
      .from_name = db_column_text(rows, 4, arena),
      .is_seated = !db_column_is_null(rows, 5) && db_column_is_null(rows, 6),
      .to_team = db_column_int(rows, 6),
      .to_name = db_column_text(rows, 7, arena),
  };
}

static void read_place(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct repair_place *)row = (struct repair_place){
      .team = db_column_int(rows, 0),
      .team_name = db_column_text(rows, 1, arena),
      .from = db_column_int(rows, 2),
      .until = db_column_int(rows, 3),
      .is_undone = db_column_int(rows, 4) != 0,
      .reason_in = db_column_text(rows, 5, arena),
      .reason_out = db_column_text(rows, 6, arena),
  };
}
