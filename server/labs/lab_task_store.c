// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab_task_store.h"

enum err lab_task_store_waited(const struct act *act, int64_t course, int64_t *count) {
  return db_get_int(act->db, count,
                    "select count(*) from lab_queue q join enrolments e on e.course_id = q.course_id "
                    "and e.person_id = q.person_id where q.course_id = $1 and q.state in ('waiting', 'ended') "
                    "and e.state = 'active' and e.role = 'student' and not exists (select 1 from lab_queue n "
                    "where n.course_id = q.course_id and n.person_id = q.person_id and n.id > q.id) "
                    "and not exists (select 1 from placements p where p.course_id = q.course_id "
                    "and p.person_id = q.person_id and p.until_at is null)",
                    db_int(course));
}
