// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/digest_store.h"

enum err digest_store_last(const struct act *act, int64_t course, int64_t person, const char **tasks) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, "select tasks from daily_mails where course_id = $1 and person_id = $2", db_int(course), db_int(person));
  *tasks = db_next(&rows) ? db_column_text(&rows, 0, act->arena) : NULL;
  return rows.err;
}

enum err digest_store_put(const struct act *act, int64_t course, int64_t person, const char *tasks) {
  return db_exec(act->db,
                 "insert into daily_mails (course_id, person_id, tasks, at) values ($1, $2, $3, $4) "
                 "on conflict (course_id, person_id) do update set tasks = excluded.tasks, at = excluded.at",
                 db_int(course), db_int(person), db_text(tasks), db_int(act->now));
}

enum err digest_store_release(const struct act *act, int64_t course, int64_t person, int64_t *count) {
  enum err err = db_exec(act->db,
                         "update outbox set deliver_at = $3 where course_id = $1 and person_id = $2 "
                         "and deliver_at is null and mail_id is null and sent_at is null",
                         db_int(course), db_int(person), db_int(act->now));
  if (err == ERR_OK)
    *count = db_changes(act->db);
  return err;
}
