// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/db/migrations.h"
#include "tests/unit/server/db/scratch.h"

// Stands in for the migrations that the build embeds. The third can fail in its middle, the fourth leaves a dangling
// reference when the rows of the second are there.
const struct migration migrations[] = {
    {1, "0001_first", "create table first (id integer primary key, name text not null) strict;"},
    {2, "0002_second",
     "create table second (id integer primary key, first_id integer) strict; insert into first values (1, 'one');"},
    {3, "0003_third", "create table third (id integer) strict; create unique index first_by_name on first (name);"},
    {4, "0004_fourth",
     "pragma defer_foreign_keys = on; alter table second add column parent integer references first;"
     "update second set parent = first_id;"},
};
const size_t migration_count = sizeof migrations / sizeof migrations[0];

static void make_version_2(const struct scratch *scratch) {
  scratch_tamper(scratch, migrations[0].sql);
  scratch_tamper(scratch, migrations[1].sql);
  scratch_tamper(scratch, "pragma user_version = 2; pragma application_id = 1413566020; pragma journal_mode = wal");
}

static enum err open_store(const struct scratch *scratch, enum db_mode mode, struct db **out) {
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);
  struct db_options options = {.mode = mode};
  enum err err = db_open(scratch->path, &options, out);
  log_set_capture(NULL, NULL);
  assert_int_equal(err == ERR_OK ? 0 : 1, lines);
  return err;
}

static int64_t tables(struct db *db) {
  int64_t count = 0;
  assert_int_equal(ERR_OK, db_get_int(db, &count, "select count(*) from sqlite_schema where type = 'table'"));
  return count;
}

static void each_migration_runs_once(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(4, db_schema_version(db));
  assert_string_equal("first|1|'one'\n", db_dump(db, scratch->arena));
  assert_int_equal(ERR_OK, db_migrate(db));
  db_close(db);
  db = scratch_open(scratch, DB_READ_WRITE);
  assert_string_equal("first|1|'one'\n", db_dump(db, scratch->arena));
  db_close(db);
}

static void a_store_in_memory_is_migrated_when_asked(void **state) {
  (void)state;
  struct db *db = NULL;
  struct db_options options = {.mode = DB_READ_WRITE};
  assert_int_equal(ERR_OK, db_open(":memory:", &options, &db));
  assert_int_equal(0, db_schema_version(db));
  assert_int_equal(ERR_OK, db_migrate(db));
  assert_int_equal(4, db_schema_version(db));
  db_close(db);
}

static void an_older_store_gets_what_it_lacks_and_keeps_its_rows(void **state) {
  struct scratch *scratch = *state;
  make_version_2(scratch);
  scratch_tamper(scratch, "insert into first values (5, 'five'); insert into second values (1, 5)");
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(4, db_schema_version(db));
  assert_string_equal("first|1|'one'\nfirst|5|'five'\nsecond|1|5|5\n", db_dump(db, scratch->arena));
  db_close(db);
}

static void a_migration_that_fails_leaves_the_version_before_it(void **state) {
  struct scratch *scratch = *state;
  make_version_2(scratch);
  scratch_tamper(scratch, "insert into first values (2, 'one')");
  struct db *db = NULL;
  assert_int_equal(ERR_INTERNAL, open_store(scratch, DB_READ_WRITE, &db));
  scratch_tamper(scratch, "create table third (id); drop table third"); // fails if half of it stayed
  scratch_tamper(scratch, "delete from first where id = 2");
  assert_int_equal(ERR_OK, open_store(scratch, DB_READ_WRITE, &db));
  assert_int_equal(4, db_schema_version(db));
  assert_int_equal(3, tables(db));
  db_close(db);
}

static void a_migration_that_leaves_a_dangling_reference_is_not_kept(void **state) {
  struct scratch *scratch = *state;
  make_version_2(scratch);
  scratch_tamper(scratch, "insert into second values (1, 99)");
  struct db *db = NULL;
  assert_int_equal(ERR_INTERNAL, open_store(scratch, DB_READ_WRITE, &db));
  sqlite3 *raw = NULL;
  assert_int_equal(SQLITE_OK, sqlite3_open(scratch->path, &raw));
  sqlite3_stmt *version = NULL;
  assert_int_equal(SQLITE_OK, sqlite3_prepare_v2(raw, "pragma user_version", -1, &version, NULL));
  assert_int_equal(SQLITE_ROW, sqlite3_step(version));
  assert_int_equal(3, sqlite3_column_int(version, 0));
  sqlite3_finalize(version);
  sqlite3_close(raw);
}

static void a_store_newer_than_the_program_is_refused(void **state) {
  struct scratch *scratch = *state;
  db_close(scratch_open(scratch, DB_READ_WRITE));
  scratch_tamper(scratch, "pragma user_version = 5");
  struct db *db = NULL;
  assert_int_equal(ERR_INVALID, open_store(scratch, DB_READ_WRITE, &db));
  assert_int_equal(ERR_INVALID, open_store(scratch, DB_READ_ONLY, &db));
  scratch_tamper(scratch, "pragma user_version = 4");
  assert_int_equal(ERR_OK, open_store(scratch, DB_READ_ONLY, &db));
  db_close(db);
}

static void a_reader_does_not_migrate(void **state) {
  struct scratch *scratch = *state;
  make_version_2(scratch);
  struct db *db = NULL;
  assert_int_equal(ERR_INVALID, open_store(scratch, DB_READ_ONLY, &db));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(each_migration_runs_once, scratch_setup, scratch_teardown),
      cmocka_unit_test(a_store_in_memory_is_migrated_when_asked),
      cmocka_unit_test_setup_teardown(an_older_store_gets_what_it_lacks_and_keeps_its_rows, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_migration_that_fails_leaves_the_version_before_it, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_migration_that_leaves_a_dangling_reference_is_not_kept, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_store_newer_than_the_program_is_refused, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(a_reader_does_not_migrate, scratch_setup, scratch_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
