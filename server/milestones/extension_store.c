// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/extension_store.h"

#define EXTENSION_ROWS                                                                                                 \
  "select x.id, x.milestone, x.person_id, x.team_id, x.track, x.due, x.days, x.reason, x.is_accommodation, "           \
  "x.category, x.note, x.granted_by, x.granted_at, x.withdrawn_at, coalesce(h.preferred_name, h.name), t.name, "       \
  "coalesce(g.preferred_name, g.name) from extensions x left join people h on h.id = x.person_id "                     \
  "left join teams t on t.id = x.team_id left join people g on g.id = x.granted_by "

static void read_row(struct db_rows *rows, struct arena *arena, void *row);
static enum err read_grants(struct db_rows *rows, struct arena *arena, struct extension_grant **out, size_t *count);

enum err extension_store_insert(const struct act *act, int64_t course, const struct extension_row *row, int64_t *id) {
  enum err err = db_exec(act->db,
                         "insert into extensions (course_id, milestone, person_id, team_id, track, due, days, reason, "
                         "is_accommodation, category, note, granted_by, granted_at) "
                         "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                         db_int(course), db_text(row->milestone), db_int_or_null(row->person),
                         db_int_or_null(row->team), db_text(row->track), db_int_or_null(row->due),
                         db_int_or_null(row->days), db_text(row->reason), db_int(row->is_accommodation),
                         db_text(row->category), db_text(row->note), db_int_or_null(act->actor), db_int(act->now));
  if (err == ERR_OK)
    *id = db_last_id(act->db);
  return err;
}

enum err extension_store_get(const struct act *act, int64_t course, int64_t id, struct extension_row *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, EXTENSION_ROWS "where x.course_id = $1 and x.id = $2", db_int(course), db_int(id));
  return db_one(&rows, act->arena, read_row, out);
}

enum err extension_store_withdraw(const struct act *act, int64_t id) {
  return db_exec(act->db,
                 "update extensions set withdrawn_at = $2, withdrawn_by = $3 where id = $1 and withdrawn_at is null",
                 db_int(id), db_int(act->now), db_int_or_null(act->actor));
}

enum err extension_store_list(const struct act *act, int64_t course, const struct extension_page *page,
                              struct extension_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      EXTENSION_ROWS "where x.course_id = $1 and x.id < $2 and ($3 = '' or x.milestone = $3 or x.milestone is null) "
                     "and ($4 = 0 or x.person_id = $4 or (x.person_id is null and (x.team_id is null or x.team_id = "
                     "(select p.team_id from placements p where p.course_id = $1 and p.person_id = $4 "
                     "and p.until_at is null)))) order by x.id desc limit $5",
      db_int(course), db_int(page->below), db_text(page->milestone == NULL ? "" : page->milestone),
      db_int(page->concerns), db_int(page->limit));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err extension_store_grants(const struct act *act, int64_t course, const struct extension_span *span,
                                struct extension_grant **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select x.milestone, x.person_id, x.team_id, x.due, x.days from extensions x where x.course_id = $1 "
               "and (x.withdrawn_at is null or (x.withdrawn_at >= $5 and x.granted_at <= $5)) "
               "and ($2 = '' or x.milestone = $2 or x.milestone is null) "
               "and (x.person_id = $3 or (x.person_id is null and (x.team_id is null or x.team_id = $4 or x.team_id = "
               "(select p.team_id from placements p where p.course_id = $1 and p.person_id = $3 "
               "and p.until_at is null)))) order by x.id",
               db_int(course), db_text(span->milestone == NULL ? "" : span->milestone), db_int(span->person),
               db_int(span->team), db_int(span->as_of));
  return read_grants(&rows, act->arena, out, count);
}

enum err extension_store_live(const struct act *act, int64_t course, const char *milestone,
                              struct extension_grant **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select x.milestone, x.person_id, x.team_id, x.due, x.days from extensions x where x.course_id = $1 "
               "and x.withdrawn_at is null and ($2 = '' or x.milestone = $2 or x.milestone is null) order by x.id",
               db_int(course), db_text(milestone == NULL ? "" : milestone));
  return read_grants(&rows, act->arena, out, count);
}

enum err extension_store_member_grants(const struct act *act, int64_t course, const struct extension_span *span,
                                       struct extension_member_grant **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select p.person_id, x.id, x.due, x.days from placements p join enrolments e "
      "on e.course_id = p.course_id and e.person_id = p.person_id left join extensions x "
      "on x.course_id = p.course_id and (x.withdrawn_at is null or (x.withdrawn_at >= $4 and x.granted_at <= $4)) "
      "and (x.milestone = $3 or x.milestone is null) and (x.person_id = p.person_id "
      "or (x.person_id is null and (x.team_id is null or x.team_id = p.team_id))) "
      "where p.course_id = $1 and p.team_id = $2 and p.until_at is null and e.state = 'active' order by p.id",
      db_int(course), db_int(span->team), db_text(span->milestone), db_int(span->as_of));
  struct extension_member_grant *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct extension_member_grant){
        .person = db_column_int(&rows, 0),
        .has_grant = !db_column_is_null(&rows, 1),
        .grant = {.due = db_column_int(&rows, 2), .days = (int32_t)db_column_int(&rows, 3)}};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err extension_store_people(const struct act *act, int64_t course, int64_t person, int64_t team,
                                struct extension_member **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select e.person_id, coalesce(h.preferred_name, h.name), p.team_id, p.id from enrolments e "
               "join people h on h.id = e.person_id left join placements p on p.course_id = e.course_id "
               "and p.person_id = e.person_id and p.until_at is null where e.course_id = $1 and e.state = 'active' "
               "and e.role = 'student' and ($2 = 0 or e.person_id = $2) and ($3 = 0 or p.team_id = $3) "
               "order by e.person_id",
               db_int(course), db_int(person), db_int(team));
  struct extension_member *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct extension_member){.person = db_column_int(&rows, 0),
                                             .name = db_column_text(&rows, 1, act->arena),
                                             .team = db_column_int(&rows, 2),
                                             .is_placed = !db_column_is_null(&rows, 3)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct extension_row *)row = (struct extension_row){.id = db_column_int(rows, 0),
                                                        .milestone = db_column_text(rows, 1, arena),
                                                        .person = db_column_int(rows, 2),
                                                        .team = db_column_int(rows, 3),
                                                        .track = db_column_text(rows, 4, arena),
                                                        .due = db_column_int(rows, 5),
                                                        .days = db_column_int(rows, 6),
                                                        .reason = db_column_text(rows, 7, arena),
                                                        .is_accommodation = db_column_int(rows, 8) != 0,
                                                        .category = db_column_text(rows, 9, arena),
                                                        .note = db_column_text(rows, 10, arena),
                                                        .granted_by = db_column_int(rows, 11),
                                                        .granted_at = db_column_int(rows, 12),
                                                        .withdrawn_at = db_column_int(rows, 13),
                                                        .person_name = db_column_text(rows, 14, arena),
                                                        .team_name = db_column_text(rows, 15, arena),
                                                        .granted_by_name = db_column_text(rows, 16, arena)};
}

static enum err read_grants(struct db_rows *rows, struct arena *arena, struct extension_grant **out, size_t *count) {
  struct extension_grant *list = NULL;
  size_t size = 0;
  while (db_next(rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] =
        (struct extension_grant){.milestone = db_column_text(rows, 0, arena),
                                 .person = db_column_int(rows, 1),
                                 .team = db_column_int(rows, 2),
                                 .grant = {.due = db_column_int(rows, 3), .days = (int32_t)db_column_int(rows, 4)}};
  }
  if (rows->err != ERR_OK)
    return rows->err;
  *out = list;
  *count = size;
  return ERR_OK;
}
