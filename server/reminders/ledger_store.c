// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/ledger_store.h"

static enum err read_rows(const struct act *act, struct db_rows *rows, struct ledger_row **out, size_t *count);

enum err ledger_store_courses(struct db *db, struct arena *arena, int64_t course, struct ledger_course **out,
                              size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      db,
      "select c.id, coalesce(p.planned_until, c.created_at), c.created_at, coalesce(h.seq, 0), c.state = 'running' "
      "from courses c left join reminder_plans p on p.course_id = c.id "
      "left join audit_heads h on h.course_id = c.id where ($1 = 0 or c.id = $1) order by c.id",
      db_int(course));
  struct ledger_course *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct ledger_course){.course = db_column_int(&rows, 0),
                                          .planned_until = db_column_int(&rows, 1),
                                          .created_at = db_column_int(&rows, 2),
                                          .counter = db_column_int(&rows, 3),
                                          .is_live = db_column_int(&rows, 4) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err ledger_store_plan(const struct act *act, int64_t course, int64_t planned_until) {
  return db_exec(act->db,
                 "insert into reminder_plans (course_id, planned_until) values ($1, $2) "
                 "on conflict (course_id) do update set planned_until = excluded.planned_until",
                 db_int(course), db_int(planned_until));
}

enum err ledger_store_keep(struct db *db, int64_t course, int64_t planned_until, int64_t counter) {
  return db_exec(db,
                 "insert into reminder_plans (course_id, planned_until) select id, $2 from courses where id = $1 "
                 "and coalesce((select seq from audit_heads where course_id = $1), 0) = $3 "
                 "on conflict (course_id) do update set planned_until = excluded.planned_until "
                 "where planned_until < excluded.planned_until and planned_until > 0",
                 db_int(course), db_int(planned_until), db_int(counter));
}

enum err ledger_store_put(const struct act *act, int64_t course, const struct ledger_row *row, bool *is_new) {
  enum err err =
      db_exec(act->db,
              "insert into reminders (course_id, person_id, subject, offset_days, offset_seconds, due, at, "
              "state, why, written_at) values ($1, $2, $3, $4, $5, $6, $7, "
              "case when $8 is null then 'sent' else 'skipped' end, $8, $9) "
              "on conflict (course_id, person_id, subject, offset_days, offset_seconds, due) do nothing",
              db_int(course), db_int(row->person), db_text(row->subject), db_int(row->offset.days),
              db_int(row->offset.seconds), db_int(row->due), db_int(row->at), db_text(row->why), db_int(act->now));
  if (err == ERR_OK)
    *is_new = db_changes(act->db) > 0;
  return err;
}

enum err ledger_store_set_outbox(const struct act *act, int64_t course, const struct ledger_row *row) {
  return db_exec(act->db,
                 "update reminders set outbox_id = $7 where course_id = $1 and person_id = $2 and subject = $3 "
                 "and offset_days = $4 and offset_seconds = $5 and due = $6",
                 db_int(course), db_int(row->person), db_text(row->subject), db_int(row->offset.days),
                 db_int(row->offset.seconds), db_int(row->due), db_int(row->outbox));
}

enum err ledger_store_list(const struct act *act, int64_t course, const struct ledger_span *span,
                           struct ledger_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select person_id, subject, offset_days, offset_seconds, due, at, why, outbox_id, written_at "
               "from reminders where course_id = $1 and at > $2 and at <= $3 and ($4 = 0 or person_id = $4) "
               "order by at, id",
               db_int(course), db_int(span->from), db_int(span->to), db_int(span->person));
  return read_rows(act, &rows, out, count);
}

// The few messages that wait come first (cross join): the ledger has a term's rows.
enum err ledger_store_held(const struct act *act, int64_t course, struct ledger_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select r.person_id, r.subject, r.offset_days, r.offset_seconds, r.due, r.at, r.why, r.outbox_id, "
      "r.written_at from outbox o cross join reminders r on r.course_id = o.course_id and r.person_id = o.person_id "
      "and r.outbox_id = o.id where o.mail_id is null and o.sent_at is null and o.deliver_at > $2 "
      "and o.course_id = $1 and o.kind = 'reminder' order by r.at, r.id",
      db_int(course), db_int(act->now));
  return read_rows(act, &rows, out, count);
}

enum err ledger_store_reports(const struct act *act, int64_t course, struct ledger_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select r.person_id, r.subject, r.offset_days, r.offset_seconds, r.due, r.at, r.why, r.outbox_id, "
      "r.written_at from outbox o cross join reminders r on r.course_id = o.course_id and r.person_id = o.person_id "
      "and r.outbox_id = o.id where o.mail_id is null and o.sent_at is null and o.deliver_at is null "
      "and o.course_id = $1 and o.kind = 'staff reminder' order by r.person_id, r.at, r.id",
      db_int(course));
  return read_rows(act, &rows, out, count);
}

enum err ledger_store_reword(const struct act *act, const struct ledger_row *row, const char *subject,
                             const char *words) {
  return db_exec(act->db, "update outbox set subject = $2, words = $3, at = $4 where id = $1 and mail_id is null",
                 db_int(row->outbox), db_text(subject), db_text(words), db_int(act->now));
}

enum err ledger_store_withdraw(const struct act *act, int64_t course, const struct ledger_row *row, const char *why) {
  enum err err = db_exec(act->db,
                         "update reminders set state = 'skipped', why = $4, outbox_id = null where course_id = $1 "
                         "and person_id = $2 and outbox_id = $3",
                         db_int(course), db_int(row->person), db_int(row->outbox), db_text(why));
  return err == ERR_OK ? db_exec(act->db, "delete from outbox where id = $1 and mail_id is null and sent_at is null",
                                 db_int(row->outbox))
                       : err;
}

static enum err read_rows(const struct act *act, struct db_rows *rows, struct ledger_row **out, size_t *count) {
  struct ledger_row *list = NULL;
  size_t size = 0;
  while (db_next(rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct ledger_row){.person = db_column_int(rows, 0),
                            .subject = db_column_text(rows, 1, act->arena),
                            .offset = {.days = (int32_t)db_column_int(rows, 2), .seconds = db_column_int(rows, 3)},
                            .due = db_column_int(rows, 4),
                            .at = db_column_int(rows, 5),
                            .why = db_column_text(rows, 6, act->arena),
                            .outbox = db_column_int(rows, 7),
                            .written_at = db_column_int(rows, 8)};
  }
  if (rows->err != ERR_OK)
    return rows->err;
  *out = list;
  *count = size;
  return ERR_OK;
}
