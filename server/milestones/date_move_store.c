// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/date_move_store.h"

enum err date_move_store_ledger(const struct act *act, int64_t course, const char *milestone,
                                struct date_ledger_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select p.person_id, coalesce(h.preferred_name, h.name), s.team_id, s.person_id, t.name, "
               "coalesce(o.preferred_name, o.name), p.points from penalties p join people h on h.id = p.person_id "
               "join submissions s on s.id = p.submission_id left join teams t on t.id = s.team_id "
               "left join people o on o.id = s.person_id where p.course_id = $1 and p.milestone = $2 "
               "and not exists (select 1 from penalties n where n.course_id = p.course_id "
               "and n.person_id = p.person_id and n.milestone = p.milestone and n.id > p.id) order by p.person_id",
               db_int(course), db_text(milestone));
  struct date_ledger_row *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    bool is_of_team = !db_column_is_null(&rows, 2);
    list[size++] =
        (struct date_ledger_row){.person = db_column_int(&rows, 0),
                                 .name = db_column_text(&rows, 1, act->arena),
                                 .holder = {.team = db_column_int(&rows, 2), .person = db_column_int(&rows, 3)},
                                 .holder_name = db_column_text(&rows, is_of_team ? 4 : 5, act->arena),
                                 .points = (int)db_column_int(&rows, 6)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err date_move_store_name(const struct act *act, const struct holder *holder, const char **out) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select t.name from teams t where t.id = $1 union all "
                                          "select coalesce(h.preferred_name, h.name) from people h where h.id = $2",
                                          db_int(holder->team), db_int(holder->person));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = db_column_text(&rows, 0, act->arena);
  return ERR_OK;
}
