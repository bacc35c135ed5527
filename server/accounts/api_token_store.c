// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/api_token_store.h"

enum err api_token_store_insert(struct db *db, const struct api_token *token,
                                const uint8_t digest[static DIGEST_BYTES]) {
  return db_exec(db,
                 "insert into api_tokens (token_hash, id, person_id, name, scopes, created_at, expires_at) "
                 "values ($1, $2, $3, $4, $5, $6, $7)",
                 db_blob(digest, DIGEST_BYTES), db_int(token->id), db_int(token->person), db_text(token->name),
                 db_int(token->scopes), db_int(token->created_at), db_int(token->expires_at));
}

enum err api_token_store_find(struct db *db, const uint8_t digest[static DIGEST_BYTES], int64_t now,
                              struct api_token *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select t.id, t.person_id, t.scopes, t.seen_at, t.expires_at from api_tokens t "
               "join people p on p.id = t.person_id "
               "where t.token_hash = $1 and t.expires_at > $2 and p.is_disabled = 0",
               db_blob(digest, DIGEST_BYTES), db_int(now));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct api_token){.id = db_column_int(&rows, 0),
                            .person = db_column_int(&rows, 1),
                            .scopes = (unsigned)db_column_int(&rows, 2),
                            .seen_at = db_column_int(&rows, 3),
                            .expires_at = db_column_int(&rows, 4)};
  return ERR_OK;
}

enum err api_token_store_touch(struct db *db, int64_t id, int64_t now) {
  return db_exec(db, "update api_tokens set seen_at = $1 where id = $2", db_int(now), db_int(id));
}

enum err api_token_store_list(struct db *db, struct arena *arena, int64_t person, int64_t now, struct api_token **out,
                              size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(db,
                                          "select id, name, scopes, created_at, seen_at, expires_at from api_tokens "
                                          "where person_id = $1 and expires_at > $2 order by created_at desc, id desc",
                                          db_int(person), db_int(now));
  struct api_token *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct api_token){.id = db_column_int(&rows, 0),
                                      .person = person,
                                      .name = db_column_text(&rows, 1, arena),
                                      .scopes = (unsigned)db_column_int(&rows, 2),
                                      .created_at = db_column_int(&rows, 3),
                                      .seen_at = db_column_int(&rows, 4),
                                      .expires_at = db_column_int(&rows, 5)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err api_token_store_count(struct db *db, int64_t person, int64_t *count) {
  return db_get_int(db, count, "select count(*) from api_tokens where person_id = $1", db_int(person));
}

enum err api_token_store_delete(struct db *db, int64_t person, int64_t id) {
  enum err err = db_exec(db, "delete from api_tokens where person_id = $1 and id = $2", db_int(person), db_int(id));
  return err == ERR_OK && db_changes(db) == 0 ? ERR_NOT_FOUND : err;
}

enum err api_token_store_prune(struct db *db, int64_t now) {
  return db_exec(db, "delete from api_tokens where expires_at <= $1", db_int(now));
}
