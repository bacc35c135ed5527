// SPDX-License-Identifier: AGPL-3.0-or-later
#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "server/db/db_private.h"

enum { FIRST_SLOT_COUNT = 128 };

static enum err start(struct db *db, const char *sql, const struct db_value *values, size_t count,
                      struct db_statement **out);
static enum err end(struct db *db, struct db_statement *statement, int code);
static struct db_statement *find(const struct db *db, const char *sql);
static enum err prepare(struct db *db, const char *sql, struct db_statement **out);
static enum err map_parameters(struct db_statement *statement);
static enum err bind(struct db *db, struct db_statement *statement, const struct db_value *values);
static void put(struct db *db, struct db_statement *statement);
static void place(struct db_statement **slots, size_t slot_count, struct db_statement *statement);
static size_t slot_of(const char *sql, size_t slot_count);
static sqlite3_stmt *row_of(const struct db_rows *rows, int column);

struct db_value db_text(const char *text) {
  return text == NULL ? db_null() : (struct db_value){.kind = DB_TEXT, .bytes = text, .size = strlen(text)};
}

struct db_value db_blob(const void *bytes, size_t size) {
  return bytes == NULL ? db_null() : (struct db_value){.kind = DB_BLOB, .bytes = bytes, .size = size};
}

enum err db_exec_values(struct db *db, const char *sql, const struct db_value *values, size_t count) {
  db->changes = 0;
  struct db_statement *statement = NULL;
  enum err err = start(db, sql, values, count, &statement);
  if (err != ERR_OK)
    return err;
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW)
    code = sqlite3_step(statement->handle);
  if (code == SQLITE_DONE && sqlite3_stmt_readonly(statement->handle) == 0)
    db->changes = sqlite3_changes64(db->handle);
  return end(db, statement, code);
}

int64_t db_changes(const struct db *db) { return db->changes; }

int64_t db_last_id(const struct db *db) { return sqlite3_last_insert_rowid(db->handle); }

struct db_rows db_query_values(struct db *db, const char *sql, const struct db_value *values, size_t count) {
  struct db_statement *statement = NULL;
  enum err err = start(db, sql, values, count, &statement);
  return (struct db_rows){.db = db, .statement = statement, .err = err};
}

bool db_next(struct db_rows *rows) {
  struct db_statement *statement = rows->statement;
  if (statement == NULL)
    return false;
  int code = sqlite3_step(statement->handle);
  if (code == SQLITE_ROW)
    return true;
  rows->statement = NULL;
  rows->err = end(rows->db, statement, code);
  return false;
}

void db_rows_end(struct db_rows *rows) {
  if (rows->statement == NULL)
    return;
  (void)end(rows->db, rows->statement, SQLITE_DONE);
  rows->statement = NULL;
}

int64_t db_column_int(struct db_rows *rows, int column) { return sqlite3_column_int64(row_of(rows, column), column); }

bool db_column_is_null(struct db_rows *rows, int column) {
  return sqlite3_column_type(row_of(rows, column), column) == SQLITE_NULL;
}

const char *db_column_text(struct db_rows *rows, int column, struct arena *arena) {
  sqlite3_stmt *row = row_of(rows, column);
  const unsigned char *text = sqlite3_column_text(row, column);
  return text == NULL ? NULL : arena_text_n(arena, (const char *)text, (size_t)sqlite3_column_bytes(row, column));
}

const char *db_column_peek(struct db_rows *rows, int column) {
  return (const char *)sqlite3_column_text(row_of(rows, column), column);
}

const void *db_column_blob(struct db_rows *rows, int column, size_t *size) {
  sqlite3_stmt *row = row_of(rows, column);
  const void *bytes = sqlite3_column_blob(row, column);
  *size = (size_t)sqlite3_column_bytes(row, column);
  return bytes;
}

int db_column_count(struct db_rows *rows) { return sqlite3_column_count(row_of(rows, 0)); }

const char *db_column_name(struct db_rows *rows, int column) {
  return sqlite3_column_name(row_of(rows, column), column);
}

enum db_kind db_column_kind(struct db_rows *rows, int column) {
  switch (sqlite3_column_type(row_of(rows, column), column)) {
  case SQLITE_NULL:
    return DB_NULL;
  case SQLITE_INTEGER:
    return DB_INT;
  case SQLITE_TEXT:
    return DB_TEXT;
  default: // STRICT tables have no others, and nothing here computes a fraction
    return DB_BLOB;
  }
}

enum err db_get_int_values(struct db *db, int64_t *out, const char *sql, const struct db_value *values, size_t count) {
  struct db_rows rows DB_SCOPE = db_query_values(db, sql, values, count);
  if (!db_next(&rows))
    return rows.err == ERR_OK ? ERR_NOT_FOUND : rows.err;
  int64_t value = db_column_int(&rows, 0);
  // One step more, so that a failure at the end of an INSERT … RETURNING is heard.
  (void)db_next(&rows);
  if (rows.err != ERR_OK)
    return rows.err;
  *out = value;
  return ERR_OK;
}

uint64_t db_statement_count(const struct db *db) { return db->statement_count; }

void db_statements_finalize(struct db *db) {
  for (size_t i = 0; i < db->slot_count; i++) {
    if (db->slots[i] == NULL)
      continue;
    sqlite3_finalize(db->slots[i]->handle);
    free(db->slots[i]);
  }
  free(db->slots);
  db->slots = NULL;
  db->slot_count = 0;
  db->cached_count = 0;
}

static enum err start(struct db *db, const char *sql, const struct db_value *values, size_t count,
                      struct db_statement **out) {
  enum err err = db_may_run(db);
  if (err != ERR_OK)
    return err;
  struct db_statement *statement = find(db, sql);
  if (statement == NULL)
    err = prepare(db, sql, &statement);
  if (err != ERR_OK)
    return err;
  assert(strcmp(statement->sql, sqlite3_sql(statement->handle)) == 0); // a literal never changes
  assert(!statement->is_open);
  if (statement->is_open || statement->parameter_count != count) {
    log_line(LOG_ERROR, "db", "%.200s: %zu values for %d parameters%s", sql, count, statement->parameter_count,
             statement->is_open ? ", while its rows are open" : "");
    return ERR_INTERNAL;
  }
  err = bind(db, statement, values);
  if (err != ERR_OK)
    return err;
  statement->is_open = true;
  db->statement_count++;
  *out = statement;
  return ERR_OK;
}

static enum err end(struct db *db, struct db_statement *statement, int code) {
  enum err err = code == SQLITE_DONE ? ERR_OK : db_failure(db, code, statement->sql);
  sqlite3_reset(statement->handle);
  statement->is_open = false;
  return err;
}

static struct db_statement *find(const struct db *db, const char *sql) {
  if (db->slot_count == 0)
    return NULL;
  size_t i = slot_of(sql, db->slot_count);
  while (db->slots[i] != NULL && db->slots[i]->sql != sql)
    i = (i + 1) & (db->slot_count - 1);
  return db->slots[i];
}

static enum err prepare(struct db *db, const char *sql, struct db_statement **out) {
  struct db_statement *statement = calloc(1, sizeof *statement);
  if (statement == NULL)
    abort();
  statement->sql = sql;
  const char *tail = NULL;
  int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->handle, &tail);
  enum err err = ERR_OK;
  if (code != SQLITE_OK) {
    err = db_failure(db, code, sql);
  } else if (statement->handle == NULL || tail[strspn(tail, " \t\n;")] != '\0') {
    log_line(LOG_ERROR, "db", "%.200s: not one statement", sql);
    err = ERR_INTERNAL;
  } else {
    err = map_parameters(statement);
  }
  if (err != ERR_OK) {
    sqlite3_finalize(statement->handle);
    free(statement);
    return err;
  }
  put(db, statement);
  *out = statement;
  return ERR_OK;
}

// To SQLite $1 is a name, numbered by its first appearance: `select $2, $1` bound by position would swap the values
// silently. Each of $1 … $count is there and there are count parameters, so there is no gap, no ? and no other name.
static enum err map_parameters(struct db_statement *statement) {
  int count = sqlite3_bind_parameter_count(statement->handle);
  for (int number = 1; number <= count && count <= DB_PARAMETERS_MAX; number++) {
    char name[16];
    snprintf(name, sizeof name, "$%d", number);
    int position = sqlite3_bind_parameter_index(statement->handle, name);
    if (position == 0) {
      log_line(LOG_ERROR, "db", "%.200s: the parameters are not $1 to $%d", statement->sql, count);
      return ERR_INTERNAL;
    }
    statement->parameters[number - 1] = (uint8_t)position;
  }
  if (count > DB_PARAMETERS_MAX) {
    log_line(LOG_ERROR, "db", "%.200s: more than %d parameters", statement->sql, DB_PARAMETERS_MAX);
    return ERR_INTERNAL;
  }
  statement->parameter_count = (uint8_t)count;
  return ERR_OK;
}

// Every parameter is bound anew each time, so what an earlier run borrowed (SQLITE_STATIC) is never looked at again.
static enum err bind(struct db *db, struct db_statement *statement, const struct db_value *values) {
  for (size_t i = 0; i < statement->parameter_count; i++) {
    const struct db_value *value = &values[i];
    int position = statement->parameters[i];
    int code = SQLITE_OK;
    switch (value->kind) {
    case DB_NULL:
      code = sqlite3_bind_null(statement->handle, position);
      break;
    case DB_INT:
      code = sqlite3_bind_int64(statement->handle, position, value->integer);
      break;
    case DB_TEXT:
      code = sqlite3_bind_text64(statement->handle, position, value->bytes, value->size, SQLITE_STATIC, SQLITE_UTF8);
      break;
    case DB_BLOB:
      code = sqlite3_bind_blob64(statement->handle, position, value->bytes, value->size, SQLITE_STATIC);
      break;
    }
    if (code != SQLITE_OK)
      return db_failure(db, code, statement->sql);
  }
  return ERR_OK;
}

static void put(struct db *db, struct db_statement *statement) {
  if (db->cached_count * 2 >= db->slot_count) {
    size_t slot_count = db->slot_count == 0 ? FIRST_SLOT_COUNT : db->slot_count * 2;
    struct db_statement **slots = calloc(slot_count, sizeof(struct db_statement *));
    if (slots == NULL)
      abort();
    for (size_t i = 0; i < db->slot_count; i++)
      if (db->slots[i] != NULL)
        place(slots, slot_count, db->slots[i]);
    free(db->slots);
    db->slots = slots;
    db->slot_count = slot_count;
  }
  place(db->slots, db->slot_count, statement);
  db->cached_count++;
}

static void place(struct db_statement **slots, size_t slot_count, struct db_statement *statement) {
  size_t i = slot_of(statement->sql, slot_count);
  while (slots[i] != NULL)
    i = (i + 1) & (slot_count - 1);
  slots[i] = statement;
}

// Fibonacci hashing: literals stand close together, and the high bits of the product differ.
static size_t slot_of(const char *sql, size_t slot_count) {
  uint64_t product = (uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15);
  return (size_t)(product >> 32) & (slot_count - 1);
}

static sqlite3_stmt *row_of(const struct db_rows *rows, int column) {
  const struct db_statement *statement = rows->statement;
  assert(statement != NULL && column >= 0 && column < sqlite3_data_count(statement->handle));
  (void)column;
  return statement->handle;
}
