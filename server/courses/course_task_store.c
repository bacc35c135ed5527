// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_task_store.h"

#include "server/courses/task.h"

enum err course_task_store_people(const struct act *act, int64_t course, bool with_auditors, struct task_person **out,
                                  size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select e.person_id, coalesce(h.preferred_name, h.name), case when e.state = 'dropped' then e.hold_until "
      "end from enrolments e join people h on h.id = e.person_id where e.course_id = $1 "
      "and ((e.state = 'dropped' and e.hold_until is not null) "
      "or ($2 = 1 and e.state = 'active' and e.role = 'student' and e.credit = 'audit' "
      "and e.is_audit_approved = 0 and not exists (select 1 from petitions p where p.course_id = e.course_id "
      "and p.person_id = e.person_id and p.kind = 'audit' and p.state = 'open'))) "
      "order by e.hold_until, e.person_id limit $3",
      db_int(course), db_int(with_auditors), db_int(TASKS_OF_A_KIND_MAX));
  struct task_person *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct task_person){.person = db_column_int(&rows, 0),
                                        .name = db_column_text(&rows, 1, act->arena),
                                        .hold_until = db_column_int(&rows, 2)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err course_task_store_unplaced(const struct act *act, int64_t course, bool is_approving, int64_t *count) {
  return db_get_int(act->db, count,
                    "select count(*) from enrolments e where e.course_id = $1 and e.state = 'active' "
                    "and e.role = 'student' and not ($2 and e.credit = 'audit' and e.is_audit_approved = 0) "
                    "and not exists (select 1 from placements p "
                    "where p.course_id = e.course_id and p.person_id = e.person_id and p.until_at is null)",
                    db_int(course), db_int(is_approving));
}
