// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/me_store.h"

enum err me_store_enrolments(struct db *db, struct arena *arena, int64_t person, struct my_enrolment **out,
                             size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select c.slug, c.title, e.role, e.credit, e.is_audit_approved from enrolments e "
               "join courses c on c.id = e.course_id where e.person_id = $1 and e.state = 'active' "
               "and (c.state <> 'draft' or e.role <> 'student') order by c.title, c.id",
               db_int(person));
  struct my_enrolment *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct my_enrolment){.course = db_column_text(&rows, 0, arena),
                                         .title = db_column_text(&rows, 1, arena),
                                         .role = db_column_text(&rows, 2, arena),
                                         .credit = db_column_text(&rows, 3, arena),
                                         .is_audit_approved = db_column_int(&rows, 4) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
