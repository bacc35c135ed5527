// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/notice_choice_store.h"

enum err notice_store_choice(struct db *db, int64_t person, const char *kind, bool *is_on) {
  int64_t value = 0;
  enum err err = db_get_int(db, &value, "select is_on from notice_choices where person_id = $1 and kind = $2",
                            db_int(person), db_text(kind));
  *is_on = value != 0;
  return err;
}

enum err notice_store_choose(struct db *db, int64_t person, const char *kind, bool is_on) {
  return db_exec(db,
                 "insert into notice_choices (person_id, kind, is_on) values ($1, $2, $3) "
                 "on conflict (person_id, kind) do update set is_on = excluded.is_on",
                 db_int(person), db_text(kind), db_int(is_on));
}

enum err notice_store_forget_choice(struct db *db, int64_t person, const char *kind) {
  return db_exec(db, "delete from notice_choices where person_id = $1 and kind = $2", db_int(person), db_text(kind));
}

enum err notice_store_quiet_hours(struct db *db, struct arena *arena, int64_t person, struct quiet_hours *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db, "select starts, ends, zone from quiet_hours where person_id = $1", db_int(person));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct quiet_hours){.starts = (int)db_column_int(&rows, 0),
                              .ends = (int)db_column_int(&rows, 1),
                              .zone = db_column_text(&rows, 2, arena)};
  return ERR_OK;
}

enum err notice_store_set_quiet_hours(struct db *db, int64_t person, const struct quiet_hours *quiet) {
  return db_exec(db,
                 "insert into quiet_hours (person_id, starts, ends, zone) values ($1, $2, $3, $4) on conflict "
                 "(person_id) do update set starts = excluded.starts, ends = excluded.ends, zone = excluded.zone",
                 db_int(person), db_int(quiet->starts), db_int(quiet->ends), db_text(quiet->zone));
}

enum err notice_store_clear_quiet_hours(struct db *db, int64_t person) {
  return db_exec(db, "delete from quiet_hours where person_id = $1", db_int(person));
}
