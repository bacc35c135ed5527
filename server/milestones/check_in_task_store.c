// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_task_store.h"

#include "server/courses/task.h"

#define STAFF "from enrolments g where g.course_id = f.course_id and g.state = 'active' and g.role <> 'student'"

enum err check_in_task_store_updates(const struct act *act, int64_t course, const struct holder *holder,
                                     const char ***out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select milestone from check_in_updates where course_id = $1 "
                                          "and coalesce(team_id, 0) = $2 and coalesce(person_id, 0) = $3",
                                          db_int(course), db_int(holder->team), db_int(holder->person));
  return db_texts(&rows, act->arena, out, count);
}

enum err check_in_task_store_follow_ups(const struct act *act, int64_t course, struct task_follow_up **out,
                                        size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select f.id, f.milestone, f.words, coalesce(t.name, h.preferred_name, h.name) from follow_ups f "
      "left join teams t on t.id = f.team_id left join people h on h.id = f.person_id "
      "left join team_mentors m on m.team_id = f.team_id and m.person_id in (select g.person_id " STAFF ") "
      "where f.course_id = $1 and f.closed_at is null and (coalesce(m.person_id, f.opened_by) = $2 or (m.person_id is "
      "null and coalesce(f.opened_by, 0) not in (select g.person_id " STAFF ") and $2 in (select g.person_id " STAFF
      " and g.role = 'instructor'))) and (t.state = 'registered' or exists (select 1 from placements p "
      "where p.course_id = f.course_id and p.person_id = f.person_id and p.until_at is null and p.team_id is null)) "
      "order by f.id limit $3",
      db_int(course), db_int(act->actor), db_int(TASKS_OF_A_KIND_MAX));
  struct task_follow_up *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct task_follow_up){.id = db_column_int(&rows, 0),
                                           .milestone = db_column_text(&rows, 1, act->arena),
                                           .words = db_column_text(&rows, 2, act->arena),
                                           .name = db_column_text(&rows, 3, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
