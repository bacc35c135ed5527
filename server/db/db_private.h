// SPDX-License-Identifier: AGPL-3.0-or-later
// What the files of the SQLite engine share: the connection's struct, its cached statements, how a result code becomes
// an err. Included by server/db/db_*.c and nobody else; nothing outside this folder sees sqlite3.h.
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/db/db.h"

enum {
  DB_PARAMETERS_MAX = 48,
  DB_APPLICATION_ID = 0x54414e44, // "TAND"
  DB_BUSY_TIMEOUT_MS = 250,
  DB_READ_LIMIT_MS = 5000,
};

enum db_transaction { DB_NO_TRANSACTION, DB_READ_TRANSACTION, DB_WRITE_TRANSACTION };

enum db_control {
  DB_CONTROL_BEGIN,
  DB_CONTROL_SNAPSHOT,
  DB_CONTROL_BEGIN_IMMEDIATE,
  DB_CONTROL_COMMIT,
  DB_CONTROL_ROLLBACK,
  DB_CONTROL_SAVEPOINT,
  DB_CONTROL_RELEASE,
  DB_CONTROL_ROLLBACK_TO,
  DB_CONTROL_COUNT
};

struct db_statement {
  const char *sql; // the literal; its address is the key of the cache
  sqlite3_stmt *handle;
  bool is_open;                          // rows are being read
  uint8_t parameter_count;               // $1 … $count
  uint8_t parameters[DB_PARAMETERS_MAX]; // of $N, at N - 1: the position that SQLite gave it
};

struct db {
  sqlite3 *handle;
  enum db_mode mode;
  enum db_transaction transaction; // what db_begin_* began; the engine may have ended it since
  bool is_broken;
  bool is_limit_logged;
  bool empties_log; // db_empty_log_soon
  int64_t read_limit_ms;
  int64_t read_until_ms; // of the read transaction, monotonic
  int64_t changes;
  uint64_t statement_count;
  sqlite3_stmt *control[DB_CONTROL_COUNT];
  struct db_statement **slots; // open addressing, a power of two
  size_t slot_count;
  size_t cached_count;
};

// Logs the failure once (a constraint is none) and names it; a failed fsync breaks the connection.
enum err db_failure(struct db *db, int code, const char *what);
// Runs SQL that takes no values, without the cache: PRAGMAs and migrations.
CHECKED enum err db_script(struct db *db, const char *sql);
// The first column of the first row, as a number or as text.
CHECKED enum err db_pragma_int(struct db *db, const char *sql, int64_t *out);
CHECKED enum err db_pragma_text(struct db *db, const char *sql, char *out, size_t out_size);

CHECKED enum err db_control_prepare(struct db *db);
void db_control_finalize(struct db *db);
void db_statements_finalize(struct db *db);
// ERR_OK when a statement may run now: the transaction that was begun still stands, within its time, on a sound
// connection.
CHECKED enum err db_may_run(struct db *db);
bool db_is_over_read_limit(const struct db *db);
