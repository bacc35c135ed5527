// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/db/agenda.h"

// In drafts and archived courses nothing happens by the clock (server/courses/course_state.h).
#define AWAKE "not exists (select 1 from courses c where c.id = agenda.course_id and c.state <> 'running') "

enum err agenda_set(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t at) {
  return db_exec(db,
                 "insert into agenda (kind, course_id, subject_id, at) values ($1, $2, $3, $4) "
                 "on conflict (kind, course_id, subject_id) do update set at = excluded.at",
                 db_text(kind), db_int(course), db_int(subject), db_int(at));
}

enum err agenda_set_if_none(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t at) {
  return db_exec(db,
                 "insert into agenda (kind, course_id, subject_id, at) values ($1, $2, $3, $4) "
                 "on conflict (kind, course_id, subject_id) do nothing",
                 db_text(kind), db_int(course), db_int(subject), db_int(at));
}

enum err agenda_set_unless_due(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t at,
                               int64_t now) {
  return db_exec(db,
                 "insert into agenda (kind, course_id, subject_id, at) values ($1, $2, $3, $4) "
                 "on conflict (kind, course_id, subject_id) do update set at = excluded.at "
                 "where at > $5 and at <> excluded.at",
                 db_text(kind), db_int(course), db_int(subject), db_int(at), db_int(now));
}

enum err agenda_clear(struct db *db, const char *kind, int64_t course, int64_t subject) {
  return db_exec(db, "delete from agenda where kind = $1 and course_id = $2 and subject_id = $3", db_text(kind),
                 db_int(course), db_int(subject));
}

enum err agenda_get(struct db *db, const char *kind, int64_t course, int64_t subject, int64_t *at) {
  return db_get_int_values(db, at,
                           "select coalesce(max(at), 0) from agenda where kind = $1 and course_id = $2 "
                           "and subject_id = $3",
                           (struct db_value[]){db_text(kind), db_int(course), db_int(subject)}, 3);
}

enum err agenda_due(struct db *db, struct arena *arena, int64_t until, int64_t limit, struct agenda_item **out,
                    size_t *count) {
  // The whole key orders those of one instant, so that a rehearsal and the server agree.
  struct db_rows rows DB_SCOPE = db_query(db,
                                          "select at, kind, course_id, subject_id from agenda where at <= $1 and " AWAKE
                                          "order by at, kind, course_id, subject_id limit $2",
                                          db_int(until), db_int(limit));
  struct agenda_item *items = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    items = arena_more(arena, items, size, sizeof *items);
    items[size++] = (struct agenda_item){.at = db_column_int(&rows, 0),
                                         .kind = db_column_text(&rows, 1, arena),
                                         .course = db_column_int(&rows, 2),
                                         .subject = db_column_int(&rows, 3)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = items;
  *count = size;
  return ERR_OK;
}

enum err agenda_take(struct db *db, const struct agenda_item *item, bool *taken) {
  enum err err =
      db_exec(db, "delete from agenda where kind = $1 and course_id = $2 and subject_id = $3 and at = $4 and " AWAKE,
              db_text(item->kind), db_int(item->course), db_int(item->subject), db_int(item->at));
  if (err == ERR_OK)
    *taken = db_changes(db) > 0;
  return err;
}
