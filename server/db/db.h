// SPDX-License-Identifier: AGPL-3.0-or-later
// The store, engine-neutral: one connection, its transactions, statements that are prepared once. No engine's types are
// seen here. A connection belongs to one thread at a time. SQL uses $1, $2, … (each number used, no gaps); text is
// UTF-8; instants are Unix seconds. Failures of the engine are logged here, once, and come back as ERR_UNAVAILABLE
// (disk full, I/O, busy) or ERR_INTERNAL (bad SQL).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/err.h"

struct db;

enum db_mode {
  DB_READ_WRITE,
  DB_READ_ONLY,
  DB_READ_COPY, // a file that nobody writes any more, such as a backup's: perhaps of an older schema, never brought up
                // to date
};

struct db_options {
  enum db_mode mode;
  const char *vfs;       // NULL for the default; tests/faults names its shim
  int64_t read_limit_ms; // after this a reader's transaction fails (ERR_UNAVAILABLE), since it keeps the WAL from being
                         // reset; 0: 5 s
};

// `path` is a file, or ":memory:" (read-write, for tests). Sets and reads back every PRAGMA of design.md, The store;
// a read-write open of a file also brings the schema up to date (db_migrate).
CHECKED enum err db_open(const char *path, const struct db_options *options, struct db **out);
void db_close(struct db *db);
// Runs the migrations that the store lacks, each in its own transaction; refuses a store newer than the program
// (ERR_INVALID).
CHECKED enum err db_migrate(struct db *db);
int db_schema_version(struct db *db);

// --- transactions
CHECKED enum err db_begin_read(struct db *db);  // a snapshot
CHECKED enum err db_begin_write(struct db *db); // takes the write lock at once
CHECKED enum err db_commit(struct db *db);      // durable when it returns ERR_OK; otherwise rolled back
void db_rollback(struct db *db);                // also ends a read transaction
CHECKED enum err db_savepoint(struct db *db);
CHECKED enum err db_savepoint_release(struct db *db);
CHECKED enum err db_savepoint_rollback(struct db *db); // to the savepoint, and releases it
// False once the engine has ended the transaction by itself (disk full, I/O error): nothing more may run in it.
bool db_in_transaction(const struct db *db);
// True in a snapshot (db_begin_read): nothing seen in it can be undone.
bool db_is_reading(const struct db *db);
// True after a failed fsync: the process must end (design.md, The store).
bool db_is_broken(const struct db *db);
// Copies committed pages from the WAL into the file without waiting for readers. Only the writer's connection calls it.
CHECKED enum err db_checkpoint(struct db *db, bool is_final);
// What was deleted or overwritten in this transaction is to leave the log as well: from here on every checkpoint, and
// closing the connection, tries to empty the log until that has succeeded.
void db_empty_log_soon(struct db *db);

// --- values
enum db_kind { DB_NULL, DB_INT, DB_TEXT, DB_BLOB };
struct db_value {
  enum db_kind kind;
  int64_t integer;
  const void *bytes; // text or blob; borrowed until the call returns (db_query: until the rows end)
  size_t size;
};
static inline struct db_value db_int(int64_t value) { return (struct db_value){.kind = DB_INT, .integer = value}; }
static inline struct db_value db_null(void) { return (struct db_value){.kind = DB_NULL}; }
struct db_value db_text(const char *text); // NULL is null
struct db_value db_blob(const void *bytes, size_t size);
// 0 becomes null: for optional instants and references.
static inline struct db_value db_int_or_null(int64_t value) { return value == 0 ? db_null() : db_int(value); }

#define DB_VALUES_(...)                                                                                                \
  (const struct db_value[]){{0}, ##__VA_ARGS__} + 1,                                                                   \
      sizeof((const struct db_value[]){{0}, ##__VA_ARGS__}) / sizeof(struct db_value) - 1

// --- statements. `sql` must be a string literal: statements are cached by its address, prepared once a connection.
// ERR_CONFLICT when a unique or foreign key, or a check, refuses.
#define db_exec(db, sql, ...) db_exec_values((db), "" sql, DB_VALUES_(__VA_ARGS__))
CHECKED enum err db_exec_values(struct db *db, const char *sql, const struct db_value *values, size_t count);
int64_t db_changes(const struct db *db); // rows touched by the last db_exec
int64_t db_last_id(const struct db *db); // the row id of the last insert

struct db_rows {
  struct db *db;
  void *statement;
  enum err err;
};
// `struct db_rows rows DB_SCOPE = db_query(db, "select a, b from t where id = $1", db_int(id));`
// `while (db_next(&rows)) { …db_column_int(&rows, 0)… }` then `if (rows.err != ERR_OK) return rows.err;`
// The same literal may not be run again while its rows are open (a query inside a loop over itself): that asserts.
#define db_query(db, sql, ...) db_query_values((db), "" sql, DB_VALUES_(__VA_ARGS__))
struct db_rows db_query_values(struct db *db, const char *sql, const struct db_value *values, size_t count);
bool db_next(struct db_rows *rows);
int64_t db_column_int(struct db_rows *rows, int column); // null is 0
bool db_column_is_null(struct db_rows *rows, int column);
const char *db_column_text(struct db_rows *rows, int column, struct arena *arena); // a copy; null is NULL
const char *db_column_peek(struct db_rows *rows, int column); // borrowed until the next db_next; null is NULL
const void *db_column_blob(struct db_rows *rows, int column, size_t *size); // borrowed until the next db_next
// The place of the column's text in a list of names that NULL ends; 0 when it is null, or not among them.
int db_column_choice(struct db_rows *rows, int column, const char *const *names);
// For code that writes rows out without knowing their columns; once db_next was true.
int db_column_count(struct db_rows *rows);
const char *db_column_name(struct db_rows *rows, int column); // borrowed until the rows end
enum db_kind db_column_kind(struct db_rows *rows, int column);
void db_rows_end(struct db_rows *rows);
#define DB_SCOPE __attribute__((cleanup(db_rows_end)))

// --- rows as structs: `read` says how one fills a struct, as in `*(struct team *)row = (struct team){…}`
typedef void db_reader(struct db_rows *rows, struct arena *arena, void *row);
// The next row. ERR_NOT_FOUND when there is none.
CHECKED enum err db_one(struct db_rows *rows, struct arena *arena, db_reader *read, void *out);
// All rows that are left, for `struct team **out`; NULL and 0 when there are none. `read` must fill a struct team: the
// compiler does not see whether it does.
#define db_list(rows, arena, read, out, count) db_list_sized((rows), (arena), (read), sizeof **(out), (out), (count))
CHECKED enum err db_list_sized(struct db_rows *rows, struct arena *arena, db_reader *read, size_t size_bytes, void *out,
                               size_t *count);
// All rows' first column.
CHECKED enum err db_ids(struct db_rows *rows, struct arena *arena, int64_t **out, size_t *count);
CHECKED enum err db_texts(struct db_rows *rows, struct arena *arena, const char ***out, size_t *count);

// A query of one integer. ERR_NOT_FOUND when there is no row.
#define db_get_int(db, out, sql, ...) db_get_int_values((db), (out), "" sql, DB_VALUES_(__VA_ARGS__))
CHECKED enum err db_get_int_values(struct db *db, int64_t *out, const char *sql, const struct db_value *values,
                                   size_t count);

// How many statements this connection has run since it was opened: for tests that count queries.
uint64_t db_statement_count(const struct db *db);
// Every table's rows in a fixed order, as text: "refused requests leave the store's dump unchanged". For tests.
const char *db_dump(struct db *db, struct arena *arena);
