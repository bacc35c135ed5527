// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/welcome_store.h"

enum err welcome_store_list(struct db *db, struct arena *arena, int64_t course, int64_t except,
                            struct welcome_person **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select e.person_id, coalesce(p.preferred_name, p.name), a.address, e.role from enrolments e "
               "join people p on p.id = e.person_id "
               "join addresses a on a.person_id = p.id and a.is_primary = 1 "
               "where e.course_id = $1 and e.state = 'active' and p.is_disabled = 0 and e.person_id <> $2 "
               "and not exists (select 1 from welcomes w where w.course_id = $1 and w.person_id = e.person_id) "
               "order by coalesce(p.preferred_name, p.name), e.person_id",
               db_int(course), db_int(except));
  struct welcome_person *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct welcome_person){.person = db_column_int(&rows, 0),
                                           .name = db_column_text(&rows, 1, arena),
                                           .email = db_column_text(&rows, 2, arena),
                                           .role = db_column_text(&rows, 3, arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err welcome_store_count(struct db *db, int64_t course, int64_t *out) {
  return db_get_int(db, out, "select count(*) from welcomes where course_id = $1", db_int(course));
}

enum err welcome_store_insert(struct db *db, int64_t course, int64_t person, int64_t now) {
  return db_exec(db, "insert into welcomes (course_id, person_id, at) values ($1, $2, $3)", db_int(course),
                 db_int(person), db_int(now));
}
