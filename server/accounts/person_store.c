// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/accounts/person_store.h"

// The columns that read_person expects, in its order.
#define PERSON_COLUMNS                                                                                                 \
  "select p.id, p.name, p.preferred_name, a.address, p.is_disabled, p.password_hash is not null, l.login "             \
  "from people p left join addresses a on a.person_id = p.id and a.is_primary = 1 "                                    \
  "left join logins l on l.person_id = p.id "

static void read_person(struct db_rows *rows, struct arena *arena, void *row);

enum err person_store_get(struct db *db, struct arena *arena, int64_t id, struct person *out) {
  struct db_rows rows DB_SCOPE = db_query(db, PERSON_COLUMNS "where p.id = $1", db_int(id));
  return db_one(&rows, arena, read_person, out);
}

enum err person_store_find(struct db *db, struct arena *arena, const char *address_key, struct person *out) {
  struct db_rows rows DB_SCOPE = db_query(
      db, PERSON_COLUMNS "where p.id = (select person_id from addresses where address_key = $1)", db_text(address_key));
  return db_one(&rows, arena, read_person, out);
}

enum err person_store_page(struct db *db, struct arena *arena, int64_t after, int64_t limit, struct person **out,
                           size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db, PERSON_COLUMNS "where p.id > $1 order by p.id limit $2", db_int(after), db_int(limit));
  return db_list(&rows, arena, read_person, out, count);
}

enum err person_store_insert(struct db *db, const char *name, int64_t now, int64_t *id) {
  return db_get_int(db, id, "insert into people (name, created_at) values ($1, $2) returning id", db_text(name),
                    db_int(now));
}

enum err person_store_set_names(struct db *db, int64_t id, const char *name, const char *preferred_name) {
  return db_exec(db, "update people set name = $1, preferred_name = $2 where id = $3", db_text(name),
                 db_text(preferred_name), db_int(id));
}

enum err person_store_set_disabled(struct db *db, int64_t id, bool is_disabled) {
  return db_exec(db, "update people set is_disabled = $1 where id = $2", db_int(is_disabled), db_int(id));
}

enum err person_store_set_primary(struct db *db, int64_t id, const char *address_key, const char *address) {
  // First the old one: there is at most one primary address, also between two statements.
  enum err err = db_exec(db, "update addresses set is_primary = 0 where person_id = $1 and is_primary = 1", db_int(id));
  if (err != ERR_OK)
    return err;
  return db_exec(db,
                 "insert into addresses (address_key, address, person_id, is_primary) values ($1, $2, $3, 1) "
                 "on conflict (address_key) do update set address = excluded.address, is_primary = 1",
                 db_text(address_key), db_text(address), db_int(id));
}

enum err person_store_credentials(struct db *db, struct arena *arena, int64_t id, struct credentials *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db, "select password_hash, is_disabled from people where id = $1", db_int(id));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct credentials){.password_hash = db_column_text(&rows, 0, arena),
                              .is_disabled = db_column_int(&rows, 1) != 0};
  return ERR_OK;
}

enum err person_store_set_password(struct db *db, int64_t id, const char *password_hash) {
  enum err err = db_exec(db, "update people set password_hash = $1 where id = $2", db_text(password_hash), db_int(id));
  return err == ERR_OK && db_changes(db) == 0 ? ERR_NOT_FOUND : err;
}

static void read_person(struct db_rows *rows, struct arena *arena, void *row) {
  struct person person = {
      .id = db_column_int(rows, 0),
      .full_name = db_column_text(rows, 1, arena),
      .preferred_name = db_column_text(rows, 2, arena),
      .email = db_column_text(rows, 3, arena),
      .is_disabled = db_column_int(rows, 4) != 0,
      .has_password = db_column_int(rows, 5) != 0,
      .login = db_column_text(rows, 6, arena),
  };
  person.name = person.preferred_name ? person.preferred_name : person.full_name;
  *(struct person *)row = person;
}
