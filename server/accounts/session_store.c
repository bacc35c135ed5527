// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/session_store.h"

enum err session_store_find(struct db *db, const uint8_t digest[static DIGEST_BYTES], int64_t now,
                            struct session_found *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select s.id, s.person_id, s.seen_at from sessions s join people p on p.id = s.person_id "
               "where s.token_hash = $1 and s.expires_at > $2 and p.is_disabled = 0",
               db_blob(digest, DIGEST_BYTES), db_int(now));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct session_found){
      .id = db_column_int(&rows, 0), .person = db_column_int(&rows, 1), .seen_at = db_column_int(&rows, 2)};
  return ERR_OK;
}

enum err session_store_touch(struct db *db, const uint8_t digest[static DIGEST_BYTES], int64_t now) {
  return db_exec(db, "update sessions set seen_at = $1 where token_hash = $2", db_int(now),
                 db_blob(digest, DIGEST_BYTES));
}

enum err session_store_insert(struct db *db, const struct session *session, const uint8_t digest[static DIGEST_BYTES]) {
  return db_exec(db,
                 "insert into sessions (token_hash, id, person_id, user_agent, created_at, seen_at, expires_at) "
                 "values ($1, $2, $3, $4, $5, $6, $7)",
                 db_blob(digest, DIGEST_BYTES), db_int(session->id), db_int(session->person),
                 db_text(session->user_agent), db_int(session->created_at), db_int(session->seen_at),
                 db_int(session->expires_at));
}

enum err session_store_prune(struct db *db, int64_t person, int64_t now, int64_t keep) {
  enum err err = db_exec(db, "delete from sessions where expires_at <= $1", db_int(now));
  if (err != ERR_OK)
    return err;
  return db_exec(db,
                 "delete from sessions where person_id = $1 and id not in (select id from sessions "
                 "where person_id = $1 order by seen_at desc, created_at desc, id desc limit $2)",
                 db_int(person), db_int(keep));
}

enum err session_store_list(struct db *db, struct arena *arena, int64_t person, int64_t now, struct session **out,
                            size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select id, user_agent, created_at, seen_at, expires_at from sessions "
               "where person_id = $1 and expires_at > $2 order by seen_at desc, created_at desc, id desc",
               db_int(person), db_int(now));
  struct session *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct session){.id = db_column_int(&rows, 0),
                                    .person = person,
                                    .user_agent = db_column_text(&rows, 1, arena),
                                    .created_at = db_column_int(&rows, 2),
                                    .seen_at = db_column_int(&rows, 3),
                                    .expires_at = db_column_int(&rows, 4)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err session_store_delete(struct db *db, int64_t person, int64_t session) {
  enum err err = db_exec(db, "delete from sessions where person_id = $1 and id = $2", db_int(person), db_int(session));
  return err == ERR_OK && db_changes(db) == 0 ? ERR_NOT_FOUND : err;
}

enum err session_store_delete_all(struct db *db, int64_t person, int64_t except) {
  return db_exec(db, "delete from sessions where person_id = $1 and id <> $2", db_int(person), db_int(except));
}
