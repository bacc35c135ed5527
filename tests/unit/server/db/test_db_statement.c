// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "tests/unit/server/db/scratch.h"

struct fixture {
  struct db *db;
  struct arena *arena;
  int lines;
};

static int setup(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  fixture->db = scratch_memory();
  fixture->arena = arena_new();
  log_set_capture(scratch_count_line, &fixture->lines);
  assert_int_equal(ERR_OK,
                   db_exec(fixture->db, "create table things (id integer primary key, name text unique, "
                                        "owner integer references things, size integer check (size < 100)) strict"));
  *state = fixture;
  return 0;
}

static int teardown(void **state) {
  struct fixture *fixture = *state;
  db_close(fixture->db);
  arena_free(fixture->arena);
  free(fixture);
  log_set_capture(NULL, NULL);
  return 0;
}

static void numbers_name_the_values_whatever_order_they_appear_in(void **state) {
  struct fixture *f = *state;
  struct db_rows rows DB_SCOPE =
      db_query(f->db, "select $2, $1, $3, $2 where $3 = 'c'", db_text("a"), db_text("b"), db_text("c"));
  assert_true(db_next(&rows));
  assert_string_equal("b", db_column_peek(&rows, 0));
  assert_string_equal("a", db_column_peek(&rows, 1));
  assert_string_equal("c", db_column_peek(&rows, 2));
  assert_string_equal("b", db_column_peek(&rows, 3));
}

static void parameters_other_than_one_to_n_are_refused(void **state) {
  struct fixture *f = *state;
  static const struct {
    const char *sql;
    size_t count;
    const char *why;
  } cases[] = {
      {"select $1, $3", 2, "a gap"},
      {"select $1, $3", 3, "a gap, with a value for it"},
      {"select $2", 1, "does not begin at 1"},
      {"select $2", 2, "the first value is unused"},
      {"select ?", 1, "a position"},
      {"select ?1", 1, "a numbered position"},
      {"select ?, $1", 2, "a position beside a name"},
      {"select :a", 1, "another kind of name"},
      {"select $a", 1, "a word"},
      {"select $01", 1, "not the number's own spelling"},
      {"select $0", 1, "counts from 0"},
      {"select $1", 0, "too few values"},
      {"select $1", 2, "too many values"},
      {"select 1; select 2", 0, "two statements"},
      {"", 0, "no statement"},
      {"-- nothing", 0, "no statement"},
      {"selec 1", 0, "not SQL"},
      {"select missing from things", 0, "no such column"},
      {"select \"text\"", 0, "a string in double quotes"},
  };
  static const struct db_value values[3] = {{.kind = DB_INT}, {.kind = DB_INT}, {.kind = DB_INT}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    f->lines = 0;
    enum err err = db_exec_values(f->db, cases[i].sql, values, cases[i].count);
    struct db_rows rows = db_query_values(f->db, cases[i].sql, values, cases[i].count);
    if (err != ERR_INTERNAL || rows.err != ERR_INTERNAL || db_next(&rows))
      fail_msg("%s (%s): %s", cases[i].sql, cases[i].why, err_name(err));
    if (f->lines != 2)
      fail_msg("%s: %d lines for two failures", cases[i].sql, f->lines);
  }
}

static int64_t size_of(struct fixture *f, int64_t id) {
  int64_t size = -1;
  assert_int_equal(ERR_OK, db_get_int(f->db, &size, "select size from things where id = $1", db_int(id)));
  return size;
}

static void a_statement_runs_again_with_other_values(void **state) {
  struct fixture *f = *state;
  for (int64_t i = 1; i <= 50; i++) {
    assert_int_equal(ERR_OK, db_exec(f->db, "insert into things (id, size) values ($1, $2)", db_int(i), db_int(i + 1)));
    assert_int_equal(i, db_last_id(f->db));
  }
  uint64_t before = db_statement_count(f->db);
  for (int64_t i = 1; i <= 50; i++)
    assert_int_equal(i + 1, size_of(f, i));
  assert_int_equal(before + 50, db_statement_count(f->db));
}

static void more_statements_than_the_first_table_holds_keep_apart(void **state) {
  struct fixture *f = *state;
  enum { COUNT = 300 };
  static char sql[COUNT][24];
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < COUNT; i++) {
      snprintf(sql[i], sizeof sql[i], "select %d", i);
      int64_t value = -1;
      assert_int_equal(ERR_OK, db_get_int_values(f->db, &value, sql[i], NULL, 0));
      assert_int_equal(i, value);
    }
  }
}

static void values_come_back_as_they_went_in(void **state) {
  struct fixture *f = *state;
  static const uint8_t blob[] = {0, 1, 255, 0};
  const char *sql = "select $1, $2, $3, $4, $5, $6, $7";
  struct db_value values[] = {db_int(INT64_MIN), db_text("zo\xc3\xab"), db_text(NULL),    db_blob(blob, sizeof blob),
                              db_blob(NULL, 0),  db_blob("", 0),        db_int_or_null(0)};
  struct db_rows rows DB_SCOPE = db_query_values(f->db, sql, values, 7);
  assert_true(db_next(&rows));
  assert_true(db_column_int(&rows, 0) == INT64_MIN);
  const char *copy = db_column_text(&rows, 1, f->arena);
  assert_true(db_column_is_null(&rows, 2));
  assert_null(db_column_text(&rows, 2, f->arena));
  assert_null(db_column_peek(&rows, 2));
  assert_int_equal(0, db_column_int(&rows, 2));
  size_t size = 0;
  const void *bytes = db_column_blob(&rows, 3, &size);
  assert_int_equal(sizeof blob, size);
  assert_memory_equal(blob, bytes, size);
  assert_true(db_column_is_null(&rows, 4));
  assert_false(db_column_is_null(&rows, 5));
  db_column_blob(&rows, 5, &size);
  assert_int_equal(0, size);
  assert_true(db_column_is_null(&rows, 6));
  assert_false(db_next(&rows));
  assert_int_equal(ERR_OK, rows.err);
  assert_string_equal("zo\xc3\xab", copy);
  assert_false(db_next(&rows));
}

static void a_text_that_is_not_utf8_is_read_without_complaint(void **state) {
  struct fixture *f = *state;
  struct db_rows rows DB_SCOPE = db_query(f->db, "select cast(x'ff41' as text)");
  assert_true(db_next(&rows));
  assert_string_equal("\xff"
                      "A",
                      db_column_text(&rows, 0, f->arena));
}

static void what_the_schema_refuses_is_a_conflict_and_no_failure(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, db_begin_write(f->db));
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into things (id, name) values (1, 'a')"));
  assert_int_equal(ERR_CONFLICT, db_exec(f->db, "insert into things (name) values ('a')"));
  assert_int_equal(ERR_CONFLICT, db_exec(f->db, "insert into things (id) values (1)"));
  assert_int_equal(ERR_CONFLICT, db_exec(f->db, "insert into things (owner) values (77)"));
  assert_int_equal(ERR_CONFLICT, db_exec(f->db, "insert into things (size) values (100)"));
  assert_int_equal(0, db_changes(f->db));
  int64_t id = 0;
  assert_int_equal(ERR_CONFLICT, db_get_int(f->db, &id, "insert into things (owner) values (77) returning id"));
  assert_int_equal(0, f->lines);
  assert_true(db_in_transaction(f->db));
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into things (id, name) values (2, 'b')"));
  assert_int_equal(ERR_OK, db_commit(f->db));
  int64_t count = 0;
  assert_int_equal(ERR_OK, db_get_int(f->db, &count, "select count(*) from things"));
  assert_int_equal(2, count);
}

static void a_wrong_kind_of_value_is_said_in_the_log(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_CONFLICT, db_exec(f->db, "insert into things (size) values ($1)", db_text("many")));
  assert_int_equal(1, f->lines);
}

static void changes_are_those_of_the_last_exec(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into things (id) values (1), (2), (3)"));
  assert_int_equal(3, db_changes(f->db));
  assert_int_equal(ERR_OK, db_exec(f->db, "update things set size = 5 where id >= $1", db_int(2)));
  assert_int_equal(2, db_changes(f->db));
  assert_int_equal(ERR_OK, db_exec(f->db, "delete from things where id = 9"));
  assert_int_equal(0, db_changes(f->db));
  assert_int_equal(ERR_OK, db_exec(f->db, "update things set size = 6"));
  assert_int_equal(ERR_OK, db_exec(f->db, "select id from things"));
  assert_int_equal(0, db_changes(f->db));
}

static void one_integer_is_got_or_not_found(void **state) {
  struct fixture *f = *state;
  int64_t out = 42;
  assert_int_equal(ERR_NOT_FOUND, db_get_int(f->db, &out, "select id from things"));
  assert_int_equal(42, out);
  assert_int_equal(ERR_OK, db_get_int(f->db, &out, "insert into things (id) values (7) returning id"));
  assert_int_equal(7, out);
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into things (id) values (8)"));
  assert_int_equal(ERR_OK, db_get_int(f->db, &out, "select id from things order by id desc"));
  assert_int_equal(8, out);
}

static enum err open_rows_of(struct fixture *f, int depth) {
  struct db_rows rows DB_SCOPE = db_query(f->db, "select 1 union select 2");
  if (!db_next(&rows))
    return rows.err;
  return depth == 0 ? ERR_OK : open_rows_of(f, depth - 1);
}

static void rows_left_early_let_the_statement_run_again(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, open_rows_of(f, 0));
  assert_int_equal(ERR_OK, open_rows_of(f, 0));
  // Nothing is left open that would keep the table from being dropped.
  assert_int_equal(ERR_OK, db_exec(f->db, "drop table things"));
}

static void a_query_inside_its_own_rows_is_a_mistake_that_shows(void **state) {
  struct fixture *f = *state;
#ifdef NDEBUG
  assert_int_equal(ERR_INTERNAL, open_rows_of(f, 1));
#else
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGABRT, SIG_DFL);
    if (freopen("/dev/null", "w", stderr) == NULL)
      _exit(2);
    _exit(open_rows_of(f, 1) == ERR_OK ? 0 : 1);
  }
  int status = 0;
  assert_int_equal(child, waitpid(child, &status, 0));
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(numbers_name_the_values_whatever_order_they_appear_in, setup, teardown),
      cmocka_unit_test_setup_teardown(parameters_other_than_one_to_n_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(a_statement_runs_again_with_other_values, setup, teardown),
      cmocka_unit_test_setup_teardown(more_statements_than_the_first_table_holds_keep_apart, setup, teardown),
      cmocka_unit_test_setup_teardown(values_come_back_as_they_went_in, setup, teardown),
      cmocka_unit_test_setup_teardown(a_text_that_is_not_utf8_is_read_without_complaint, setup, teardown),
      cmocka_unit_test_setup_teardown(what_the_schema_refuses_is_a_conflict_and_no_failure, setup, teardown),
      cmocka_unit_test_setup_teardown(a_wrong_kind_of_value_is_said_in_the_log, setup, teardown),
      cmocka_unit_test_setup_teardown(changes_are_those_of_the_last_exec, setup, teardown),
      cmocka_unit_test_setup_teardown(one_integer_is_got_or_not_found, setup, teardown),
      cmocka_unit_test_setup_teardown(rows_left_early_let_the_statement_run_again, setup, teardown),
      cmocka_unit_test_setup_teardown(a_query_inside_its_own_rows_is_a_mistake_that_shows, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
