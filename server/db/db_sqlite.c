// SPDX-License-Identifier: AGPL-3.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/log.h"
#include "server/db/db_private.h"

enum pragma_for { FOR_ALL, FOR_FILES, FOR_READERS };

struct pragma_row {
  enum pragma_for use;
  const char *set;
  const char *get; // NULL: an engine without the feature may ignore it
  const char *expected;
};

// Set in this order, then read back, because SQLite ignores a PRAGMA that it does not know or cannot do.
static const struct pragma_row pragmas[] = {
    {FOR_FILES, NULL, "pragma journal_mode", "wal"},
    {FOR_ALL, "pragma synchronous = full", "pragma synchronous", "2"},
    {FOR_ALL, "pragma foreign_keys = on", "pragma foreign_keys", "1"},
    {FOR_ALL, "pragma trusted_schema = off", "pragma trusted_schema", "0"},
    // Walks over all cells of a page when it comes into the cache. A mapped page comes anew at every access, so that
    // half of a read's instructions went there: nothing is mapped.
    {FOR_ALL, "pragma cell_size_check = on", "pragma cell_size_check", "1"},
    {FOR_FILES, "pragma mmap_size = 0", NULL, NULL},
    // What is deleted is overwritten: a person's erased data must not be found in the file.
    {FOR_ALL, "pragma secure_delete = on", "pragma secure_delete", "1"},
    {FOR_ALL, "pragma temp_store = memory", "pragma temp_store", "2"},
    {FOR_ALL, "pragma wal_autocheckpoint = 0", "pragma wal_autocheckpoint", "0"},
    {FOR_ALL, "pragma cache_size = -8192", "pragma cache_size", "-8192"},
    // After a burst the WAL shrinks to this at its next reset.
    {FOR_FILES, "pragma journal_size_limit = 67108864", "pragma journal_size_limit", "67108864"},
    {FOR_READERS, "pragma query_only = on", "pragma query_only", "1"},
};

struct config_row {
  int option;
  int value;
  const char *name;
};

static const struct config_row configs[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1, "defensive"},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, "trusted_schema"},
    {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, "no_checkpoint_on_close"},
    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0, "writable_schema"},
    // "text" in double quotes is a misspelt column, not a string.
    {SQLITE_DBCONFIG_DQS_DML, 0, "double_quoted_strings"},
    {SQLITE_DBCONFIG_DQS_DDL, 0, "double_quoted_strings"},
};

static void configure_once(void);
static enum err open_handle(struct db *db, const char *path, const char *vfs);
static enum err apply_configs(struct db *db);
static enum err apply_pragmas(struct db *db, bool is_file);
static enum err check_pragma(struct db *db, const struct pragma_row *row);
static enum err begin_wal(struct db *db);
static enum err check_identity(struct db *db, const char *path);
static int stop_long_read(void *subject);

enum err db_open(const char *path, const struct db_options *options, struct db **out) {
  bool is_file = strcmp(path, ":memory:") != 0;
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, configure_once);

  struct db *db = calloc(1, sizeof *db);
  if (db == NULL)
    abort();
  db->mode = options->mode;
  db->read_limit_ms = options->read_limit_ms == 0 ? DB_READ_LIMIT_MS : options->read_limit_ms;
  enum err err = open_handle(db, path, options->vfs);
  if (err == ERR_OK)
    err = apply_configs(db);
  // Another program's database must be refused before anything is written to it.
  if (err == ERR_OK && is_file)
    err = check_identity(db, path);
  if (err == ERR_OK && is_file && db->mode == DB_READ_WRITE)
    err = begin_wal(db);
  if (err == ERR_OK)
    err = apply_pragmas(db, is_file && db->mode != DB_READ_COPY);
  if (err == ERR_OK)
    err = db_control_prepare(db);
  if (err == ERR_OK && is_file && db->mode == DB_READ_WRITE)
    err = db_migrate(db);
  if (err != ERR_OK) {
    db_close(db);
    return err;
  }
  *out = db;
  return ERR_OK;
}

void db_close(struct db *db) {
  if (db == NULL)
    return;
  if (db->transaction != DB_NO_TRANSACTION)
    db_rollback(db);
  if (db->empties_log && db_checkpoint(db, false) != ERR_OK)
    log_line(LOG_WARN, "db", "what was erased is still in the log; the next server that stops empties it");
  db_statements_finalize(db);
  db_control_finalize(db);
  int code = sqlite3_close(db->handle);
  if (code != SQLITE_OK)
    log_line(LOG_ERROR, "db", "close: %s (%d)", sqlite3_errstr(code), code);
  free(db);
}

bool db_is_broken(const struct db *db) { return db->is_broken; }

enum err db_script(struct db *db, const char *sql) {
  int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
  return code == SQLITE_OK ? ERR_OK : db_failure(db, code, sql);
}

enum err db_pragma_int(struct db *db, const char *sql, int64_t *out) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step(statement);
  enum err err = ERR_OK;
  if (code == SQLITE_ROW)
    *out = sqlite3_column_int64(statement, 0);
  else if (code == SQLITE_DONE)
    *out = 0;
  else
    err = db_failure(db, code, sql);
  sqlite3_finalize(statement);
  return err;
}

enum err db_pragma_text(struct db *db, const char *sql, char *out, size_t out_size) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_step(statement);
  enum err err = ERR_OK;
  if (code == SQLITE_ROW || code == SQLITE_DONE) {
    const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
    snprintf(out, out_size, "%s", text == NULL ? "" : (const char *)text);
  } else {
    err = db_failure(db, code, sql);
  }
  sqlite3_finalize(statement);
  return err;
}

static void configure_once(void) {
  // Counting its memory makes SQLite take one lock of the process at every allocation of every thread. MISUSE when the
  // library is in use already (a test's own handle): then it merely counts.
  (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum err open_handle(struct db *db, const char *path, const char *vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  if (db->mode == DB_READ_ONLY) {
    flags |= SQLITE_OPEN_READONLY;
  } else if (db->mode == DB_READ_COPY) {
    // Opened to read only, the engine does not even read CHECK constraints, and its integrity_check passes over them.
    // query_only keeps the file from being written; where nobody may write it, the engine opens it to read.
    flags |= SQLITE_OPEN_READWRITE;
  } else {
    flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    // Readable by the owner only; the WAL takes its mode from here. mknod, because to open and close the file would
    // drop the POSIX locks of this process's other connections.
    if (strcmp(path, ":memory:") != 0 && mknod(path, S_IFREG | 0600, 0) != 0 && errno != EEXIST) {
      log_line(LOG_ERROR, "db", "%s: %m", path);
      return ERR_UNAVAILABLE;
    }
  }
  int code = sqlite3_open_v2(path, &db->handle, flags, vfs);
  if (code != SQLITE_OK)
    return db_failure(db, code, path);
  sqlite3_busy_timeout(db->handle, DB_BUSY_TIMEOUT_MS);
  if (db->mode == DB_READ_ONLY)
    sqlite3_progress_handler(db->handle, 20000, stop_long_read, db);
  return ERR_OK;
}

static enum err apply_configs(struct db *db) {
  for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
    int value = -1;
    int code = sqlite3_db_config(db->handle, configs[i].option, configs[i].value, &value);
    if (code != SQLITE_OK || value != configs[i].value) {
      log_line(LOG_ERROR, "db", "the SQLite library cannot set %s", configs[i].name);
      return ERR_INTERNAL;
    }
  }
  return ERR_OK;
}

// A file of another program, or a reader before the writer made the store.
static enum err check_identity(struct db *db, const char *path) {
  int64_t application = 0;
  int64_t objects = 0;
  enum err err = db_pragma_int(db, "pragma application_id", &application);
  if (err == ERR_OK)
    err = db_pragma_int(db, "select count(*) from sqlite_schema", &objects);
  if (err != ERR_OK)
    return err;
  bool is_new = application == 0 && objects == 0;
  if (application != DB_APPLICATION_ID && !(is_new && db->mode == DB_READ_WRITE)) {
    log_line(LOG_ERROR, "db", "%s is not a store of Tandem", path);
    return ERR_INVALID;
  }
  return db->mode == DB_READ_WRITE ? ERR_OK : db_migrate(db);
}

static enum err begin_wal(struct db *db) {
  char mode[16];
  enum err err = db_pragma_text(db, "pragma journal_mode", mode, sizeof mode);
  // Asked for only when it is not so: the change needs the file for itself.
  return err == ERR_OK && strcmp(mode, "wal") != 0 ? db_script(db, "pragma journal_mode = wal") : err;
}

static enum err apply_pragmas(struct db *db, bool is_file) {
  for (size_t i = 0; i < sizeof pragmas / sizeof pragmas[0]; i++) {
    const struct pragma_row *row = &pragmas[i];
    if ((row->use == FOR_FILES && !is_file) || (row->use == FOR_READERS && db->mode == DB_READ_WRITE))
      continue;
    enum err err = row->set == NULL ? ERR_OK : db_script(db, row->set);
    if (err == ERR_OK && row->get != NULL)
      err = check_pragma(db, row);
    if (err != ERR_OK)
      return err;
  }
  return ERR_OK;
}

static enum err check_pragma(struct db *db, const struct pragma_row *row) {
  char value[32];
  enum err err = db_pragma_text(db, row->get, value, sizeof value);
  if (err != ERR_OK || strcmp(value, row->expected) == 0)
    return err;
  log_line(LOG_ERROR, "db", "%s answers %s instead of %s", row->get, value, row->expected);
  return ERR_INTERNAL;
}

static int stop_long_read(void *subject) { return db_is_over_read_limit(subject); }
