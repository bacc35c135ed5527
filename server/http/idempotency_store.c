// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/idempotency_store.h"

#include <string.h>

enum err idempotency_store_find(struct db *db, struct arena *arena, int64_t person,
                                const uint8_t key_hash[static DIGEST_BYTES], int64_t since, struct kept_answer *out) {
  struct db_rows rows DB_SCOPE = db_query(db,
                                          "select body_hash, request, status, content_type, headers, body "
                                          "from idempotency_keys where person_id = $1 and key_hash = $2 and at > $3",
                                          db_int(person), db_blob(key_hash, DIGEST_BYTES), db_int(since));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  size_t size = 0;
  const void *body_hash = db_column_blob(&rows, 0, &size);
  if (size != DIGEST_BYTES)
    return ERR_INTERNAL;
  *out = (struct kept_answer){.request = db_column_text(&rows, 1, arena),
                              .status = (int)db_column_int(&rows, 2),
                              .content_type = db_column_text(&rows, 3, arena),
                              .headers = db_column_text(&rows, 4, arena),
                              .body = db_column_text(&rows, 5, arena)};
  memcpy(out->body_hash, body_hash, DIGEST_BYTES);
  out->body_size = strlen(out->body);
  return ERR_OK;
}

enum err idempotency_store_put(struct db *db, int64_t person, const struct kept_answer *answer, int64_t now) {
  return db_exec(db,
                 "insert into idempotency_keys (person_id, key_hash, body_hash, request, status, content_type, "
                 "headers, body, bytes, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                 "on conflict (person_id, key_hash) do update set body_hash = excluded.body_hash, "
                 "request = excluded.request, status = excluded.status, content_type = excluded.content_type, "
                 "headers = excluded.headers, body = excluded.body, bytes = excluded.bytes, at = excluded.at",
                 db_int(person), db_blob(answer->key_hash, DIGEST_BYTES), db_blob(answer->body_hash, DIGEST_BYTES),
                 db_text(answer->request), db_int(answer->status), db_text(answer->content_type),
                 db_text(answer->headers), db_text(answer->body),
                 db_int((int64_t)(answer->body_size + strlen(answer->headers))), db_int(now));
}

enum err idempotency_store_usage(struct db *db, int64_t person, int64_t since, struct kept_usage *out) {
  struct db_rows rows DB_SCOPE = db_query(db,
                                          "select count(*), coalesce(sum(bytes), 0), coalesce(min(at), 0) "
                                          "from idempotency_keys where person_id = $1 and at > $2",
                                          db_int(person), db_int(since));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *out = (struct kept_usage){
      .count = db_column_int(&rows, 0), .bytes = db_column_int(&rows, 1), .oldest_at = db_column_int(&rows, 2)};
  return ERR_OK;
}

enum err idempotency_store_expire(struct db *db, int64_t until, int64_t limit, int64_t *oldest_at) {
  enum err err = db_exec(db,
                         "delete from idempotency_keys where id in "
                         "(select id from idempotency_keys where at <= $1 order by at limit $2)",
                         db_int(until), db_int(limit));
  return err != ERR_OK ? err : db_get_int(db, oldest_at, "select coalesce(min(at), 0) from idempotency_keys");
}
