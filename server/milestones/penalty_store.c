// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/penalty_store.h"

enum err penalty_store_versions(const struct act *act, int64_t course, const struct milestone *milestone,
                                const struct holder *holder, struct penalty_version **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select m.person_id, s.id, s.judged_at, case when s.withdrawn_at is null then 0 else 1 end as is_gone, "
      "case when exists (select 1 from placements p where p.course_id = s.course_id and p.person_id = m.person_id "
      "and coalesce(p.team_id, 0) = coalesce(s.team_id, 0) and p.is_undone = 0 and p.from_at <= $3 "
      "and (p.until_at is null or p.until_at > $3)) then 0 else 1 end as was_elsewhere, x.id, x.due, x.days "
      "from submissions s join submission_members m on m.submission_id = s.id left join extensions x "
      "on x.course_id = s.course_id and (x.milestone = s.milestone or x.milestone is null) "
      // What was handed in before a grant was taken back keeps its price, and so does what stands for it; of what was
      // only saved then, what held then.
      "and (x.withdrawn_at is null or x.withdrawn_at >= s.at or (x.withdrawn_at >= s.judged_at and (x.granted_at <= "
      "s.judged_at or exists (select 1 from submissions f where f.course_id = s.course_id and f.milestone = "
      "s.milestone and coalesce(f.team_id, 0) = coalesce(s.team_id, 0) and coalesce(f.person_id, 0) = "
      "coalesce(s.person_id, 0) and f.judged_at = s.judged_at and f.id < s.id and f.at <= x.withdrawn_at)))) "
      "and (x.person_id = m.person_id "
      "or (x.person_id is null and (x.team_id is null or x.team_id = s.team_id))) "
      "where s.course_id = $1 and s.milestone = $2 and (($4 = 0 and $5 = 0) or m.person_id = $5 or exists "
      "(select 1 from submission_members n join submissions t on t.id = n.submission_id where n.person_id = "
      "m.person_id "
      "and t.course_id = $1 and t.milestone = $2 and t.team_id = $4)) "
      "order by m.person_id, is_gone, was_elsewhere, s.counts desc, s.is_on_time desc, s.id desc, x.id",
      db_int(course), db_text(milestone->id), db_int(milestone->due), db_int(holder->team), db_int(holder->person));
  struct penalty_version *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct penalty_version){.person = db_column_int(&rows, 0),
                                 .submission = db_column_int(&rows, 1),
                                 .judged_at = db_column_int(&rows, 2),
                                 .is_withdrawn = db_column_int(&rows, 3) != 0,
                                 .has_grant = !db_column_is_null(&rows, 5),
                                 .grant = {.due = db_column_int(&rows, 6), .days = (int32_t)db_column_int(&rows, 7)}};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err penalty_store_current(const struct act *act, int64_t course, const char *milestone, int64_t person,
                               struct penalty_current **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select p.person_id, p.milestone, p.submission_id, p.points, p.due, p.is_waived, p.reason "
               "from penalties p where p.course_id = $1 and ($2 = '' or p.milestone = $2) "
               "and ($3 = 0 or p.person_id = $3) and not exists (select 1 from penalties n "
               "where n.course_id = p.course_id and n.person_id = p.person_id and n.milestone = p.milestone "
               "and n.id > p.id) order by p.person_id, p.id",
               db_int(course), db_text(milestone == NULL ? "" : milestone), db_int(person));
  struct penalty_current *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct penalty_current){.person = db_column_int(&rows, 0),
                                            .milestone = db_column_text(&rows, 1, act->arena),
                                            .submission = db_column_int(&rows, 2),
                                            .points = (int)db_column_int(&rows, 3),
                                            .due = db_column_int(&rows, 4),
                                            .is_waived = db_column_int(&rows, 5) != 0,
                                            .reason = db_column_text(&rows, 6, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err penalty_store_add(const struct act *act, int64_t course, const struct penalty_current *row,
                           const char *cause) {
  return db_exec(act->db,
                 "insert into penalties (course_id, person_id, milestone, submission_id, points, due, is_waived, "
                 "reason, cause, by_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                 db_int(course), db_int(row->person), db_text(row->milestone), db_int_or_null(row->submission),
                 db_int(row->points), db_int(row->due), db_int(row->is_waived), db_text(row->reason), db_text(cause),
                 db_int_or_null(act->actor), db_int(act->now));
}

enum err penalty_store_history(const struct act *act, int64_t course, int64_t person, const char *milestone,
                               struct penalty **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select p.person_id, p.milestone, p.submission_id, p.points, p.due, p.is_waived, p.at, p.cause, "
               "p.reason, coalesce(h.preferred_name, h.name) from penalties p join people h on h.id = p.person_id "
               "where p.course_id = $1 and ($2 = '' or p.milestone = $2) and ($3 = 0 or p.person_id = $3) "
               "order by p.id desc",
               db_int(course), db_text(milestone == NULL ? "" : milestone), db_int(person));
  struct penalty *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct penalty){.person = db_column_int(&rows, 0),
                                    .milestone = db_column_text(&rows, 1, act->arena),
                                    .submission = db_column_int(&rows, 2),
                                    .points = (int)db_column_int(&rows, 3),
                                    .due = db_column_int(&rows, 4),
                                    .is_waived = db_column_int(&rows, 5) != 0,
                                    .at = db_column_int(&rows, 6),
                                    .cause = db_column_text(&rows, 7, act->arena),
                                    .reason = db_column_text(&rows, 8, act->arena),
                                    .name = db_column_text(&rows, 9, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
