// SPDX-License-Identifier: AGPL-3.0-or-later
#include <inttypes.h>

#include "common/base/text.h"
#include "server/db/db_private.h"

static int dump_table(sqlite3 *handle, const char *table, struct text *out);
static int prepare_in_order(sqlite3 *handle, const char *table, sqlite3_stmt **out);
static void add_value(sqlite3_stmt *row, int column, struct text *out);

const char *db_dump(struct db *db, struct arena *arena) {
  struct text out;
  text_init(&out, arena);
  struct db_rows tables DB_SCOPE = db_query(
      db, "select name from sqlite_schema where type = 'table' and substr(name, 1, 11) <> 'sqlite_stat' order by name");
  while (db_next(&tables)) {
    int code = dump_table(db->handle, db_column_peek(&tables, 0), &out);
    if (code != SQLITE_OK) {
      (void)db_failure(db, code, "dump");
      return NULL;
    }
  }
  return tables.err == ERR_OK ? text_get(&out) : NULL;
}

static int dump_table(sqlite3 *handle, const char *table, struct text *out) {
  sqlite3_stmt *rows = NULL;
  int code = prepare_in_order(handle, table, &rows);
  while (code == SQLITE_OK && (code = sqlite3_step(rows)) == SQLITE_ROW) {
    text_add(out, table);
    for (int column = 0; column < sqlite3_column_count(rows); column++)
      add_value(rows, column, out);
    text_add_char(out, '\n');
    code = SQLITE_OK;
  }
  sqlite3_finalize(rows);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

// Ordered by every column, whatever the table's key is. The one place where SQL is put together: from names that the
// schema gave.
static int prepare_in_order(sqlite3 *handle, const char *table, sqlite3_stmt **out) {
  sqlite3_str *sql = sqlite3_str_new(handle);
  sqlite3_str_appendf(sql, "select * from \"%w\"", table);
  sqlite3_stmt *unordered = NULL;
  int code = sqlite3_prepare_v2(handle, sqlite3_str_value(sql), -1, &unordered, NULL);
  for (int column = 1; column <= sqlite3_column_count(unordered); column++)
    sqlite3_str_appendf(sql, "%s %d", column == 1 ? " order by" : ",", column);
  if (code == SQLITE_OK)
    code = sqlite3_prepare_v2(handle, sqlite3_str_value(sql), -1, out, NULL);
  sqlite3_finalize(unordered);
  sqlite3_free(sqlite3_str_finish(sql));
  return code;
}

static void add_value(sqlite3_stmt *row, int column, struct text *out) {
  text_add_char(out, '|');
  switch (sqlite3_column_type(row, column)) {
  case SQLITE_INTEGER:
    text_add_format(out, "%" PRId64, (int64_t)sqlite3_column_int64(row, column));
    break;
  case SQLITE_FLOAT:
    text_add_format(out, "%.17g", sqlite3_column_double(row, column));
    break;
  case SQLITE_TEXT: {
    const unsigned char *bytes = sqlite3_column_text(row, column);
    text_add_char(out, '\'');
    for (int i = 0; i < sqlite3_column_bytes(row, column); i++) {
      if (bytes[i] < ' ' || bytes[i] == '\'' || bytes[i] == '\\')
        text_add_format(out, "\\x%02x", bytes[i]);
      else
        text_add_char(out, (char)bytes[i]);
    }
    text_add_char(out, '\'');
    break;
  }
  case SQLITE_BLOB: {
    const unsigned char *bytes = sqlite3_column_blob(row, column);
    text_add(out, "x'");
    for (int i = 0; i < sqlite3_column_bytes(row, column); i++)
      text_add_format(out, "%02x", bytes[i]);
    text_add_char(out, '\'');
    break;
  }
  default:
    text_add(out, "null");
  }
}
