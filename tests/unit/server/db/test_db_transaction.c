// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/server/db/scratch.h"

static enum err set(struct db *db, const char *name, const char *value) {
  return db_exec(db,
                 "insert into settings (name, value) values ($1, $2) "
                 "on conflict (name) do update set value = excluded.value",
                 db_text(name), db_text(value));
}

static bool has(struct db *db, const char *name) {
  int64_t one = 0;
  enum err err = db_get_int(db, &one, "select 1 from settings where name = $1", db_text(name));
  assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
  return err == ERR_OK;
}

static void a_reader_sees_one_snapshot_until_its_transaction_ends(void **state) {
  struct scratch *scratch = *state;
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  struct db *reader = scratch_open(scratch, DB_READ_ONLY);

  assert_int_equal(ERR_OK, db_begin_read(reader));
  assert_int_equal(ERR_OK, db_begin_write(writer));
  assert_int_equal(ERR_OK, set(writer, "a", "1"));
  assert_false(has(reader, "a"));
  assert_int_equal(ERR_OK, db_commit(writer));
  assert_false(has(reader, "a"));
  db_rollback(reader);
  assert_true(has(reader, "a"));
  assert_int_equal(ERR_OK, db_begin_read(reader));
  assert_true(has(reader, "a"));
  assert_int_equal(ERR_OK, db_commit(reader));
  assert_false(db_in_transaction(reader));

  db_close(reader);
  db_close(writer);
}

static void a_reader_cannot_write(void **state) {
  struct scratch *scratch = *state;
  db_close(scratch_open(scratch, DB_READ_WRITE));
  struct db *reader = scratch_open(scratch, DB_READ_ONLY);
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);
  assert_int_equal(ERR_UNAVAILABLE, set(reader, "a", "1"));
  assert_int_equal(1, lines);
  db_close(reader);
}

static void a_savepoint_undoes_its_own_part_only(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, set(db, "kept", "1"));
  assert_int_equal(ERR_OK, db_savepoint_release(db));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, set(db, "refused", "1"));
  assert_int_equal(ERR_OK, db_savepoint_rollback(db));
  assert_true(db_in_transaction(db));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, set(db, "outer", "1"));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, set(db, "inner", "1"));
  assert_int_equal(ERR_OK, db_savepoint_rollback(db));
  assert_int_equal(ERR_OK, db_savepoint_release(db));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, set(db, "outer again", "1"));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, set(db, "inner", "1"));
  assert_int_equal(ERR_OK, db_savepoint_rollback(db));
  assert_int_equal(ERR_OK, db_savepoint_rollback(db)); // the outer one: the inner is gone
  assert_int_equal(ERR_OK, db_commit(db));
  assert_true(has(db, "kept"));
  assert_false(has(db, "refused"));
  assert_true(has(db, "outer"));
  assert_false(has(db, "inner"));
  assert_false(has(db, "outer again"));
  db_close(db);
}

static void a_rolled_back_transaction_leaves_nothing(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  const char *before = db_dump(db, scratch->arena);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, set(db, "a", "1"));
  assert_string_not_equal(before, db_dump(db, scratch->arena));
  db_rollback(db);
  assert_false(db_in_transaction(db));
  assert_string_equal(before, db_dump(db, scratch->arena));
  // Closing in the middle is a rollback too.
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, set(db, "a", "1"));
  db_close(db);
  db = scratch_open(scratch, DB_READ_WRITE);
  assert_string_equal(before, db_dump(db, scratch->arena));
  db_close(db);
}

static void nothing_runs_in_a_transaction_that_the_engine_has_ended(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, set(db, "a", "1"));
  // What a full disk does by itself: the conflict clause ROLLBACK ends the whole transaction.
  assert_int_equal(ERR_CONFLICT, db_exec(db, "insert or rollback into settings (name, value) values ('a', '2')"));
  assert_false(db_in_transaction(db));
  assert_int_equal(ERR_UNAVAILABLE, set(db, "b", "1"));
  struct db_rows rows = db_query(db, "select 1");
  assert_int_equal(ERR_UNAVAILABLE, rows.err);
  assert_int_equal(ERR_UNAVAILABLE, db_savepoint_release(db));
  assert_int_equal(ERR_UNAVAILABLE, db_savepoint_rollback(db));
  assert_int_equal(ERR_UNAVAILABLE, db_savepoint(db));
  assert_int_equal(ERR_UNAVAILABLE, db_commit(db));
  assert_false(has(db, "a"));
  assert_false(has(db, "b"));
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, set(db, "c", "1"));
  assert_int_equal(ERR_OK, db_commit(db));
  assert_true(has(db, "c"));
  assert_false(db_is_broken(db));
  db_close(db);
}

static void a_second_writer_is_unavailable_and_not_stuck(void **state) {
  struct scratch *scratch = *state;
  struct db *first = scratch_open(scratch, DB_READ_WRITE);
  struct db *second = scratch_open(scratch, DB_READ_WRITE);
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);
  assert_int_equal(ERR_OK, db_begin_write(first));
  assert_int_equal(ERR_UNAVAILABLE, db_begin_write(second));
  assert_false(db_in_transaction(second));
  assert_int_equal(1, lines);
  db_rollback(first);
  assert_int_equal(ERR_OK, db_begin_write(second));
  db_rollback(second);
  db_close(second);
  db_close(first);
}

static void a_commit_that_a_deferred_key_refuses_is_rolled_back(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, db_exec(db, "pragma defer_foreign_keys = on"));
  assert_int_equal(
      ERR_OK,
      db_exec(db, "insert into addresses (address_key, address, person_id, is_primary) values ('a', 'A', 9, 1)"));
  assert_int_equal(ERR_CONFLICT, db_commit(db));
  assert_false(db_in_transaction(db));
  int64_t count = -1;
  assert_int_equal(ERR_OK, db_get_int(db, &count, "select count(*) from addresses"));
  assert_int_equal(0, count);
  db_close(db);
}

static int64_t wal_bytes(const struct scratch *scratch) {
  char path[112];
  snprintf(path, sizeof path, "%s-wal", scratch->path);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    return -1;
  fseek(file, 0, SEEK_END);
  int64_t size = ftell(file);
  fclose(file);
  return size;
}

static void only_a_checkpoint_moves_pages_out_of_the_wal(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  for (int i = 0; i < 1200; i++) { // past SQLite's own threshold of 1000 pages
    assert_int_equal(ERR_OK, db_begin_write(db));
    assert_int_equal(ERR_OK, set(db, "a", i % 2 == 0 ? "1" : "2"));
    assert_int_equal(ERR_OK, db_commit(db));
  }
  int64_t grown = wal_bytes(scratch);
  assert_true(grown > 1200 * 4096);
  db_close(db);
  assert_int_equal(grown, wal_bytes(scratch));
  db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, db_checkpoint(db, false));
  assert_int_equal(ERR_OK, set(db, "a", "3"));
  assert_int_equal(grown, wal_bytes(scratch)); // it began anew
  assert_int_equal(ERR_OK, db_checkpoint(db, true));
  assert_int_equal(0, wal_bytes(scratch));
  db_close(db);
  db = scratch_open(scratch, DB_READ_WRITE);
  assert_true(has(db, "a"));
  db_close(db);
}

static void a_checkpoint_does_not_wait_for_a_reader_and_takes_nothing_from_it(void **state) {
  struct scratch *scratch = *state;
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  struct db *reader = scratch_open(scratch, DB_READ_ONLY);
  assert_int_equal(ERR_OK, db_begin_read(reader));
  assert_int_equal(ERR_OK, set(writer, "a", "1"));
  assert_int_equal(ERR_OK, db_checkpoint(writer, false));
  assert_false(has(reader, "a"));
  db_rollback(reader);
  assert_true(has(reader, "a"));
  db_close(reader);
  db_close(writer);
}

static void a_read_that_never_ends_is_ended(void **state) {
  struct scratch *scratch = *state;
  db_close(scratch_open(scratch, DB_READ_WRITE));
  struct db *reader = NULL;
  struct db_options options = {.mode = DB_READ_ONLY, .read_limit_ms = 1};
  assert_int_equal(ERR_OK, db_open(scratch->path, &options, &reader));
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);

  assert_int_equal(ERR_OK, db_begin_read(reader));
  int64_t out = 0;
  assert_int_equal(
      ERR_UNAVAILABLE,
      db_get_int(reader, &out,
                 "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"));
  db_rollback(reader);
  assert_int_equal(1, lines);

  // Many short statements are no way around it.
  assert_int_equal(ERR_OK, db_begin_read(reader));
  enum err err = ERR_OK;
  while (err == ERR_OK)
    err = db_get_int(reader, &out, "select count(*) from settings");
  assert_int_equal(ERR_UNAVAILABLE, err);
  assert_int_equal(ERR_UNAVAILABLE, db_get_int(reader, &out, "select count(*) from settings"));
  assert_int_equal(2, lines);
  db_rollback(reader);
  assert_int_equal(ERR_OK, db_get_int(reader, &out, "select count(*) from settings"));
  db_close(reader);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_reader_sees_one_snapshot_until_its_transaction_ends, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_reader_cannot_write, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(a_savepoint_undoes_its_own_part_only, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(a_rolled_back_transaction_leaves_nothing, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(nothing_runs_in_a_transaction_that_the_engine_has_ended, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_second_writer_is_unavailable_and_not_stuck, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(a_commit_that_a_deferred_key_refuses_is_rolled_back, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(only_a_checkpoint_moves_pages_out_of_the_wal, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(a_checkpoint_does_not_wait_for_a_reader_and_takes_nothing_from_it, scratch_setup,
                                      scratch_teardown),
      cmocka_unit_test_setup_teardown(a_read_that_never_ends_is_ended, scratch_setup, scratch_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
