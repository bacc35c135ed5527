// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <sys/stat.h>
#include <cmocka.h>

#include "server/db/migrations.h"
#include "tests/unit/server/db/scratch.h"

static const char *pragma(struct db *db, const char *sql, struct arena *arena) {
  struct db_rows rows DB_SCOPE = db_query_values(db, sql, NULL, 0);
  assert_true(db_next(&rows));
  return db_column_text(&rows, 0, arena);
}

static void a_connection_runs_with_the_settings_of_the_design(void **state) {
  struct scratch *scratch = *state;
  static const struct {
    const char *sql;
    const char *writer;
    const char *reader;
    const char *why;
  } cases[] = {
      {"pragma journal_mode", "wal", "wal", "readers do not wait for the writer"},
      {"pragma synchronous", "2", "2", "a commit is on the disk when it returns"},
      {"pragma foreign_keys", "1", "1", "references hold"},
      {"pragma trusted_schema", "0", "0", "a crafted file runs nothing"},
      {"pragma cell_size_check", "1", "1", "a damaged page is noticed"},
      {"pragma temp_store", "2", "2", "nothing personal in temporary files"},
      {"pragma wal_autocheckpoint", "0", "0", "only the writer checkpoints, between batches"},
      {"pragma busy_timeout", "250", "250", "no thread waits long for a lock"},
      {"pragma query_only", "0", "1", "a reader reads"},
      {"pragma application_id", "1413566020", "1413566020", "the file says whose it is"},
  };
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  struct db *reader = scratch_open(scratch, DB_READ_ONLY);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *of_writer = pragma(writer, cases[i].sql, scratch->arena);
    const char *of_reader = pragma(reader, cases[i].sql, scratch->arena);
    if (strcmp(of_writer, cases[i].writer) != 0 || strcmp(of_reader, cases[i].reader) != 0)
      fail_msg("%s: %s, %s (%s)", cases[i].sql, of_writer, of_reader, cases[i].why);
  }
  db_close(reader);
  db_close(writer);
}

static void a_defensive_connection_leaves_the_schema_table_alone(void **state) {
  (void)state;
  struct db *db = scratch_memory();
  log_set_level(LOG_ERROR);
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);
  assert_int_equal(ERR_OK, db_exec(db, "pragma writable_schema = on")); // ignored
  assert_int_equal(ERR_INTERNAL, db_exec(db, "delete from sqlite_schema"));
  assert_int_equal(1, lines);
  log_set_capture(NULL, NULL);
  db_close(db);
}

static void a_new_store_is_its_owners_alone_and_has_the_newest_schema(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(migrations[migration_count - 1].number, db_schema_version(db));
  static const char *const endings[] = {"", "-wal", "-shm"};
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    char path[112];
    struct stat info;
    snprintf(path, sizeof path, "%s%s", scratch->path, endings[i]);
    assert_int_equal(0, stat(path, &info));
    assert_int_equal(0600, info.st_mode & 0777);
  }
  assert_string_equal("", db_dump(db, scratch->arena));
  db_close(db);
}

static void expect_refusal(struct scratch *scratch, enum db_mode mode, enum err expected, const char *why) {
  struct db *db = NULL;
  struct db_options options = {.mode = mode};
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);
  enum err err = db_open(scratch->path, &options, &db);
  log_set_capture(NULL, NULL);
  if (err != expected || db != NULL || lines != 1)
    fail_msg("%s: %s, %d lines", why, err_name(err), lines);
}

static void a_file_that_is_no_store_is_refused_and_left_as_it_was(void **state) {
  struct scratch *scratch = *state;
  expect_refusal(scratch, DB_READ_ONLY, ERR_UNAVAILABLE, "a reader does not make a store");

  scratch_tamper(scratch, "create table photos (a)");
  expect_refusal(scratch, DB_READ_WRITE, ERR_INVALID, "another program's tables");
  scratch_tamper(scratch, "drop table photos; pragma application_id = 77");
  expect_refusal(scratch, DB_READ_WRITE, ERR_INVALID, "another program's number");
  expect_refusal(scratch, DB_READ_ONLY, ERR_INVALID, "another program's number");
  sqlite3 *raw = NULL;
  assert_int_equal(SQLITE_OK, sqlite3_open(scratch->path, &raw));
  sqlite3_stmt *mode = NULL;
  assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(raw, "pragma journal_mode", -1, &mode, NULL));
  assert_int_equal(SQLITE_ROW, sqlite3_step(mode));
  assert_string_equal("delete", (const char *)sqlite3_column_text(mode, 0));
  sqlite3_finalize(mode);
  sqlite3_close(raw);

  FILE *file = fopen(scratch->path, "wb");
  assert_non_null(file);
  for (int i = 0; i < 2000; i++)
    fputs("not a database ", file);
  fclose(file);
  expect_refusal(scratch, DB_READ_WRITE, ERR_INTERNAL, "not SQLite's format");
}

static void a_folder_that_is_not_there_is_unavailable(void **state) {
  struct scratch *scratch = *state;
  struct scratch elsewhere = *scratch;
  snprintf(elsewhere.path, sizeof elsewhere.path, "%s/missing/store", scratch->folder);
  expect_refusal(&elsewhere, DB_READ_WRITE, ERR_UNAVAILABLE, "no folder");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_connection_runs_with_the_settings_of_the_design, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test(a_defensive_connection_leaves_the_schema_table_alone),
      cmocka_unit_test_setup_teardown(a_new_store_is_its_owners_alone_and_has_the_newest_schema, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_file_that_is_no_store_is_refused_and_left_as_it_was, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_folder_that_is_not_there_is_unavailable, scratch_setup, scratch_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
