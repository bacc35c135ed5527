// SPDX-License-Identifier: AGPL-3.0-or-later
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "common/base/log.h"
#include "server/db/db_private.h"
#include "server/db/migrations.h"

static enum err apply(struct db *db, const struct migration *migration);
static enum err run_migration(struct db *db, const struct migration *migration);

// The schema's version is SQLite's user_version: the number of the last migration applied.
enum err db_migrate(struct db *db) {
  int64_t version = 0;
  enum err err = db_pragma_int(db, "pragma user_version", &version);
  if (err != ERR_OK)
    return err;
  int64_t newest = migration_count == 0 ? 0 : migrations[migration_count - 1].number;
  if (version > newest || (version < newest && db->mode == DB_READ_ONLY)) {
    log_line(LOG_ERROR, "db", "the store's schema has version %" PRId64 ", this program's is %" PRId64 "%s", version,
             newest, version > newest ? ": run a newer tandem" : "");
    return ERR_INVALID;
  }
  if (db->mode != DB_READ_WRITE)
    return ERR_OK;
  for (size_t i = 0; i < migration_count && err == ERR_OK; i++) {
    assert(migrations[i].number == (int)i + 1);
    if (migrations[i].number > version)
      err = apply(db, &migrations[i]);
  }
  return err;
}

int db_schema_version(struct db *db) {
  int64_t version = 0;
  return db_pragma_int(db, "pragma user_version", &version) == ERR_OK ? (int)version : -1;
}

static enum err apply(struct db *db, const struct migration *migration) {
  enum err err = db_begin_write(db);
  if (err != ERR_OK)
    return err;
  err = run_migration(db, migration);
  if (err == ERR_OK)
    return db_commit(db);
  db_rollback(db);
  return err;
}

static enum err run_migration(struct db *db, const struct migration *migration) {
  int code = sqlite3_exec(db->handle, migration->sql, NULL, NULL, NULL);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_CONSTRAINT)
    return db_failure(db, code, migration->name);
  int64_t violations = 0;
  enum err err = db_pragma_int(db, "select count(*) from pragma_foreign_key_check", &violations);
  if (err != ERR_OK)
    return err;
  // To a migration a row that does not fit is no conflict that somebody could resolve.
  if (code != SQLITE_OK || violations != 0) {
    log_line(LOG_ERROR, "db", "migration %s: rows of the store do not fit it", migration->name);
    return ERR_INTERNAL;
  }
  // PRAGMAs take no parameters; both numbers are the program's own.
  char sql[96];
  snprintf(sql, sizeof sql, "pragma user_version = %d; pragma application_id = %d", migration->number,
           DB_APPLICATION_ID);
  return db_script(db, sql);
}
