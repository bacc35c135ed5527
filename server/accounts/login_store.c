// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/login_store.h"

enum err login_store_find(struct db *db, const char *login_key, int64_t *person) {
  return db_get_int(db, person, "select person_id from logins where login_key = $1", db_text(login_key));
}

enum err login_store_set(struct db *db, int64_t person, const char *login_key, const char *login) {
  enum err err = login_store_delete(db, person);
  if (err != ERR_OK)
    return err;
  return db_exec(db, "insert into logins (login_key, login, person_id) values ($1, $2, $3)", db_text(login_key),
                 db_text(login), db_int(person));
}

enum err login_store_delete(struct db *db, int64_t person) {
  return db_exec(db, "delete from logins where person_id = $1", db_int(person));
}
