// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_task_store.h"

#include "server/courses/task.h"

enum err team_task_store_has_card(const struct act *act, int64_t course, bool *out) {
  int64_t count = 0;
  enum err err = db_get_int(act->db, &count, "select count(*) from info_cards where course_id = $1 and person_id = $2",
                            db_int(course), db_int(act->actor));
  *out = count > 0;
  return err;
}

enum err team_task_store_teams(const struct act *act, int64_t course, struct task_team **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select id, name, gap_due from teams where course_id = $1 "
               "and (state = 'incomplete' or (state = 'registered' and gap_since is not null)) order by id limit $2",
               db_int(course), db_int(TASKS_OF_A_KIND_MAX));
  struct task_team *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct task_team){.team = db_column_int(&rows, 0),
                                      .name = db_column_text(&rows, 1, act->arena),
                                      .gap_due = db_column_int(&rows, 2)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err team_task_store_levels(const struct act *act, int64_t course, struct task_level **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select s.person_id, coalesce(h.preferred_name, h.name), t.name from card_skills s "
               "join enrolments e on e.course_id = s.course_id and e.person_id = s.person_id "
               "join people h on h.id = s.person_id "
               "left join placements p on p.course_id = s.course_id and p.person_id = s.person_id "
               "and p.until_at is null left join teams t on t.id = p.team_id "
               "where s.course_id = $1 and s.level > s.counted_level and e.state = 'active' and e.role = 'student' "
               "group by s.person_id, h.preferred_name, h.name, t.name order by s.person_id limit $2",
               db_int(course), db_int(TASKS_OF_A_KIND_MAX));
  struct task_level *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct task_level){.person = db_column_int(&rows, 0),
                                       .name = db_column_text(&rows, 1, act->arena),
                                       .team_name = db_column_text(&rows, 2, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err team_task_store_small(const struct act *act, int64_t course, int64_t size_min, struct task_small_team **out,
                               size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select t.id, t.name, count(e.person_id) from teams t left join placements p on p.team_id = t.id "
               "and p.until_at is null left join enrolments e on e.course_id = p.course_id "
               "and e.person_id = p.person_id and e.state = 'active' where t.course_id = $1 "
               "and t.state = 'registered' group by t.id, t.name having count(e.person_id) < $2 order by t.id limit $3",
               db_int(course), db_int(size_min), db_int(TASKS_OF_A_KIND_MAX));
  struct task_small_team *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct task_small_team){.team = db_column_int(&rows, 0),
                                            .name = db_column_text(&rows, 1, act->arena),
                                            .active = db_column_int(&rows, 2)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
