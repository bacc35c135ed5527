// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/sign_in_link_store.h"

#include <string.h>

static bool read_digest(struct db_rows *rows, int column, uint8_t out[static DIGEST_BYTES]);

enum err sign_in_link_store_insert(struct db *db, const struct sign_in_link_row *row,
                                   const uint8_t account_digest[static DIGEST_BYTES], int64_t now, int64_t expires_at) {
  return db_exec(db,
                 "insert into sign_in_links (token_hash, code_hash, account_hash, person_id, created_at, expires_at) "
                 "values ($1, $2, $3, $4, $5, $6)",
                 db_blob(row->token_digest, DIGEST_BYTES), db_blob(row->code_digest, DIGEST_BYTES),
                 db_blob(account_digest, DIGEST_BYTES), db_int_or_null(row->person), db_int(now), db_int(expires_at));
}

enum err sign_in_link_store_find(struct db *db, const uint8_t token_digest[static DIGEST_BYTES], int64_t now,
                                 int64_t *person) {
  return db_get_int(db, person,
                    "select l.person_id from sign_in_links l join people p on p.id = l.person_id "
                    "where l.token_hash = $1 and l.expires_at > $2 and p.is_disabled = 0",
                    db_blob(token_digest, DIGEST_BYTES), db_int(now));
}

enum err sign_in_link_store_list(struct db *db, const uint8_t account_digest[static DIGEST_BYTES], int64_t now,
                                 struct sign_in_link_row *rows, size_t max, size_t *count) {
  struct db_rows found DB_SCOPE =
      db_query(db,
               "select l.token_hash, l.code_hash, p.id from sign_in_links l "
               "left join people p on p.id = l.person_id and p.is_disabled = 0 "
               "where l.account_hash = $1 and l.expires_at > $2 order by l.created_at desc, l.token_hash limit $3",
               db_blob(account_digest, DIGEST_BYTES), db_int(now), db_int((int64_t)max));
  size_t size = 0;
  while (size < max && db_next(&found)) {
    rows[size].person = db_column_int(&found, 2);
    size += read_digest(&found, 0, rows[size].token_digest) && read_digest(&found, 1, rows[size].code_digest);
  }
  if (found.err != ERR_OK)
    return found.err;
  *count = size;
  return ERR_OK;
}

enum err sign_in_link_store_delete(struct db *db, int64_t person) {
  return db_exec(db, "delete from sign_in_links where person_id = $1", db_int(person));
}

enum err sign_in_link_store_prune(struct db *db, int64_t now) {
  return db_exec(db, "delete from sign_in_links where expires_at <= $1", db_int(now));
}

static bool read_digest(struct db_rows *rows, int column, uint8_t out[static DIGEST_BYTES]) {
  size_t size = 0;
  const void *bytes = db_column_blob(rows, column, &size);
  if (size != DIGEST_BYTES)
    return false;
  memcpy(out, bytes, DIGEST_BYTES);
  return true;
}
