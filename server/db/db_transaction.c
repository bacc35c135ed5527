// SPDX-License-Identifier: AGPL-3.0-or-later
#include <assert.h>
#include <inttypes.h>
#include <time.h>

#include "common/base/log.h"
#include "server/db/db_private.h"

static const char *const control_sql[DB_CONTROL_COUNT] = {
    [DB_CONTROL_BEGIN] = "begin",
    // BEGIN alone takes no snapshot, the first read does. This one looks at the file's header only.
    [DB_CONTROL_SNAPSHOT] = "pragma schema_version",
    // A read that later upgrades would fail with BUSY_SNAPSHOT.
    [DB_CONTROL_BEGIN_IMMEDIATE] = "begin immediate",
    [DB_CONTROL_COMMIT] = "commit",
    [DB_CONTROL_ROLLBACK] = "rollback",
    [DB_CONTROL_SAVEPOINT] = "savepoint s",
    [DB_CONTROL_RELEASE] = "release s",
    [DB_CONTROL_ROLLBACK_TO] = "rollback to s",
};

static enum err run(struct db *db, enum db_control control);
static enum err run_in_transaction(struct db *db, enum db_control control);
static enum err begin(struct db *db, enum db_transaction transaction, enum db_control control);
static void end_silently(struct db *db);
static int64_t monotonic_ms(void);

enum err db_begin_read(struct db *db) {
  enum err err = begin(db, DB_READ_TRANSACTION, DB_CONTROL_BEGIN);
  if (err != ERR_OK)
    return err;
  db->read_until_ms = monotonic_ms() + db->read_limit_ms;
  db->is_limit_logged = false;
  err = run(db, DB_CONTROL_SNAPSHOT);
  if (err != ERR_OK)
    end_silently(db);
  return err;
}

enum err db_begin_write(struct db *db) {
  assert(db->mode == DB_READ_WRITE);
  return begin(db, DB_WRITE_TRANSACTION, DB_CONTROL_BEGIN_IMMEDIATE);
}

enum err db_commit(struct db *db) {
  enum err err = run_in_transaction(db, DB_CONTROL_COMMIT);
  end_silently(db); // a commit that failed may have left the transaction open
  return err;
}

void db_rollback(struct db *db) { end_silently(db); }

enum err db_savepoint(struct db *db) { return run_in_transaction(db, DB_CONTROL_SAVEPOINT); }

enum err db_savepoint_release(struct db *db) { return run_in_transaction(db, DB_CONTROL_RELEASE); }

enum err db_savepoint_rollback(struct db *db) {
  enum err err = run_in_transaction(db, DB_CONTROL_ROLLBACK_TO);
  return err == ERR_OK ? run_in_transaction(db, DB_CONTROL_RELEASE) : err;
}

bool db_in_transaction(const struct db *db) {
  return db->transaction != DB_NO_TRANSACTION && sqlite3_get_autocommit(db->handle) == 0;
}

bool db_is_reading(const struct db *db) { return db->transaction == DB_READ_TRANSACTION; }

enum err db_checkpoint(struct db *db, bool is_final) {
  assert(db->mode == DB_READ_WRITE && db->transaction == DB_NO_TRANSACTION);
  if (db->is_broken)
    return ERR_UNAVAILABLE;
  bool is_emptying = is_final || db->empties_log;
  int mode = is_emptying ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  int code = sqlite3_wal_checkpoint_v2(db->handle, "main", mode, NULL, NULL);
  if (code == SQLITE_OK)
    db->empties_log = db->empties_log && !is_emptying;
  // Somebody reads what would be overwritten: nothing is lost, the next checkpoint goes further.
  if (code == SQLITE_OK || (code == SQLITE_BUSY && !is_final))
    return ERR_OK;
  return db_failure(db, code, "checkpoint");
}

void db_empty_log_soon(struct db *db) { db->empties_log = true; }

enum err db_control_prepare(struct db *db) {
  for (size_t i = 0; i < DB_CONTROL_COUNT; i++) {
    int code = sqlite3_prepare_v3(db->handle, control_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &db->control[i], NULL);
    if (code != SQLITE_OK)
      return db_failure(db, code, control_sql[i]);
  }
  return ERR_OK;
}

void db_control_finalize(struct db *db) {
  for (size_t i = 0; i < DB_CONTROL_COUNT; i++)
    sqlite3_finalize(db->control[i]);
}

enum err db_may_run(struct db *db) {
  if (db->is_broken)
    return ERR_UNAVAILABLE;
  if (db->transaction == DB_NO_TRANSACTION)
    return ERR_OK;
  // The engine ended the transaction and said so once: what runs now would commit by itself.
  if (sqlite3_get_autocommit(db->handle) != 0)
    return ERR_UNAVAILABLE;
  if (!db_is_over_read_limit(db))
    return ERR_OK;
  if (!db->is_limit_logged)
    log_line(LOG_ERROR, "db", "a read transaction took longer than %" PRId64 " ms", db->read_limit_ms);
  db->is_limit_logged = true;
  return ERR_UNAVAILABLE;
}

bool db_is_over_read_limit(const struct db *db) {
  return db->mode == DB_READ_ONLY && db->transaction == DB_READ_TRANSACTION && monotonic_ms() > db->read_until_ms;
}

static enum err begin(struct db *db, enum db_transaction transaction, enum db_control control) {
  assert(db->transaction == DB_NO_TRANSACTION);
  if (db->is_broken)
    return ERR_UNAVAILABLE;
  enum err err = run(db, control);
  if (err == ERR_OK)
    db->transaction = transaction;
  return err;
}

static enum err run_in_transaction(struct db *db, enum db_control control) {
  assert(db->transaction != DB_NO_TRANSACTION);
  // Outside a transaction SAVEPOINT … RELEASE begins and commits one by itself; after a failed fsync a commit would
  // lie.
  if (db->is_broken || !db_in_transaction(db))
    return ERR_UNAVAILABLE;
  return run(db, control);
}

static enum err run(struct db *db, enum db_control control) {
  sqlite3_stmt *statement = db->control[control];
  int code = sqlite3_step(statement);
  enum err err = ERR_OK;
  if (code != SQLITE_DONE && code != SQLITE_ROW)
    err = db_failure(db, code, control_sql[control]);
  sqlite3_reset(statement);
  return err;
}

static void end_silently(struct db *db) {
  if (sqlite3_get_autocommit(db->handle) == 0) {
    // A rollback writes nothing; if it fails all the same, nobody should go on with what the connection holds.
    if (run(db, DB_CONTROL_ROLLBACK) != ERR_OK && sqlite3_get_autocommit(db->handle) == 0)
      db->is_broken = true;
  }
  db->transaction = DB_NO_TRANSACTION;
}

// Coarse, because every statement of a reader asks: a tick of some milliseconds does not matter here.
static int64_t monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
