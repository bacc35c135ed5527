// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_task_store.h"

#include "server/courses/task.h"

#define STAFF "from enrolments g where g.course_id = f.course_id and g.state = 'active' and g.role <> 'student'"
// Of $1 the course, $2 the milestones, $3 and $4 the holder.
#define SLOTLESS                                                                                                       \
  "where s.course_id = $1 and s.counts = 1 and s.milestone in (select value from json_each($2)) "                      \
  "and (($3 = 0 and $4 = 0) or (coalesce(s.team_id, 0) = $3 and coalesce(s.person_id, 0) = $4)) "                      \
  "and not exists (select 1 from slot_bookings b where b.course_id = s.course_id and b.milestone = s.milestone "       \
  "and coalesce(b.team_id, 0) = coalesce(s.team_id, 0) and coalesce(b.person_id, 0) = coalesce(s.person_id, 0) "       \
  "and b.ended_at is null) order by s.id"

static enum err add_files(const struct act *act, struct db_rows *rows, struct task_slotless *list, size_t count);

enum err check_in_task_store_slotless(const struct act *act, int64_t course, const char *milestones,
                                      const struct holder *holder, struct task_slotless **out, size_t *count) {
  const struct db_value of[] = {db_int(course), db_text(milestones), db_int(holder->team), db_int(holder->person)};
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select s.id, s.milestone, s.team_id, s.person_id, s.link, s.code, "
                                          "s.reproduce, s.statement from submissions s " SLOTLESS,
                                          of[0], of[1], of[2], of[3]);
  struct task_slotless *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct task_slotless){.submission = db_column_int(&rows, 0),
                                          .milestone = db_column_text(&rows, 1, act->arena),
                                          .holder = {db_column_int(&rows, 2), db_column_int(&rows, 3)},
                                          .content = {.link = db_column_text(&rows, 4, act->arena),
                                                      .code = db_column_text(&rows, 5, act->arena),
                                                      .reproduce = db_column_text(&rows, 6, act->arena),
                                                      .statement = db_column_text(&rows, 7, act->arena)}};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  struct db_rows files DB_SCOPE = db_query(act->db,
                                           "select s.id, f.id, f.name, f.media, f.sha256, f.bytes, f.uploaded_at "
                                           "from submissions s join submission_files x on x.submission_id = s.id "
                                           "join files f on f.id = x.file_id " SLOTLESS ", x.position",
                                           of[0], of[1], of[2], of[3]);
  *out = list;
  *count = size;
  return add_files(act, &files, list, size);
}

// With no booked one: the newest is the one that is booked.
enum err check_in_task_store_cancelled(const struct act *act, int64_t course, const struct holder *holder,
                                       const struct check_in_holding **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select b.milestone, b.team_id, b.person_id from slot_bookings b where b.course_id = $1 and b.ended_as = "
      "'cancelled' and (($2 = 0 and $3 = 0) or (coalesce(b.team_id, 0) = $2 and coalesce(b.person_id, 0) = $3)) and "
      "not exists (select 1 from slot_bookings l where l.course_id = $1 and l.milestone = b.milestone and "
      "coalesce(l.team_id, 0) = coalesce(b.team_id, 0) and coalesce(l.person_id, 0) = coalesce(b.person_id, 0) and "
      "l.id > b.id)",
      db_int(course), db_int(holder->team), db_int(holder->person));
  struct check_in_holding *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct check_in_holding){.milestone = db_column_text(&rows, 0, act->arena),
                                             .holder = {db_column_int(&rows, 1), db_column_int(&rows, 2)}};
  }
  *out = list;
  *count = size;
  return rows.err;
}

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

static enum err add_files(const struct act *act, struct db_rows *rows, struct task_slotless *list, size_t count) {
  size_t at = 0;
  while (db_next(rows)) {
    while (at < count && list[at].submission != db_column_int(rows, 0))
      at++;
    if (at == count)
      return ERR_INTERNAL; // both are of one snapshot
    size_t *file_count = &list[at].content.file_count;
    list[at].files = arena_more(act->arena, list[at].files, *file_count, sizeof *list[at].files);
    list[at].files[(*file_count)++] = (struct file){.id = db_column_int(rows, 1),
                                                    .name = db_column_text(rows, 2, act->arena),
                                                    .media = db_column_text(rows, 3, act->arena),
                                                    .sha256 = db_column_text(rows, 4, act->arena),
                                                    .bytes = db_column_int(rows, 5),
                                                    .uploaded_at = db_column_int(rows, 6)};
  }
  return rows->err;
}
