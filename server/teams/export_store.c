// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/export_store.h"

#include <string.h>

enum err export_store_list(const struct act *act, int64_t course, bool is_registered_only, struct exported **out,
                           size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select t.id, t.name, t.state, l.person_id, coalesce(p.preferred_name, p.name), a.address, e.sis_id, "
               "g.login, e.section, t.contact_id, e.state from teams t "
               "left join placements l on l.team_id = t.id and l.until_at is null "
               "left join people p on p.id = l.person_id "
               "left join addresses a on a.person_id = p.id and a.is_primary = 1 "
               "left join logins g on g.person_id = p.id "
               "left join enrolments e on e.course_id = t.course_id and e.person_id = p.id "
               "where t.course_id = $1 and (t.state = 'registered' or ($2 = 0 and t.state <> 'dissolved')) "
               "order by t.id, l.id",
               db_int(course), db_int(is_registered_only));
  struct exported *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    const char *state = db_column_peek(&rows, 10);
    list[size++] = (struct exported){
        .team = db_column_int(&rows, 0),
        .team_name = db_column_text(&rows, 1, act->arena),
        .team_state = db_column_text(&rows, 2, act->arena),
        .person = db_column_int(&rows, 3),
        .name = db_column_text(&rows, 4, act->arena),
        .email = db_column_text(&rows, 5, act->arena),
        .sis_id = db_column_text(&rows, 6, act->arena),
        .login = db_column_text(&rows, 7, act->arena),
        .section = db_column_text(&rows, 8, act->arena),
        .is_contact = !db_column_is_null(&rows, 3) && db_column_int(&rows, 3) == db_column_int(&rows, 9),
        .is_active = state != NULL && strcmp(state, "active") == 0,
    };
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
