// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "server/db/db_backup.h"
#include "server/db/settings.h"
#include "tests/unit/server/db/scratch.h"

struct copy {
  char path[128];
};

static struct copy copy_path(const struct scratch *scratch) {
  struct copy copy;
  snprintf(copy.path, sizeof copy.path, "%s/copy", scratch->folder);
  return copy;
}

static void set(struct db *db, const char *name, int64_t value) {
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, setting_set_int(db, name, value));
  assert_int_equal(ERR_OK, db_commit(db));
}

static int64_t get(struct db *db, const char *name) {
  int64_t value = -1;
  assert_int_equal(ERR_OK, setting_get_int(db, name, &value));
  return value;
}

static struct db *open_copy(const char *path) {
  struct db *db = NULL;
  assert_int_equal(ERR_OK, db_open(path, &(struct db_options){.mode = DB_READ_COPY}, &db));
  return db;
}

static size_t size_of(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

// Whether the file holds these bytes anywhere.
static bool file_holds(const char *path, const char *needle) {
  size_t size = size_of(path);
  char *bytes = malloc(size + 1);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  assert_true(bytes != NULL && fd >= 0);
  assert_int_equal(size, read(fd, bytes, size));
  bool is_found = memmem(bytes, size, needle, strlen(needle)) != NULL;
  close(fd);
  free(bytes);
  return is_found;
}

static void a_copy_holds_what_was_committed_and_nothing_of_an_open_transaction(void **state) {
  struct scratch *scratch = *state;
  struct copy copy = copy_path(scratch);
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  set(writer, "kept", 7);
  assert_int_equal(ERR_OK, db_begin_write(writer));
  assert_int_equal(ERR_OK, setting_set_int(writer, "kept", 8));
  assert_int_equal(ERR_OK, db_backup_copy(scratch->path, NULL, copy.path, NULL));
  assert_int_equal(ERR_OK, db_commit(writer));

  struct db *db = open_copy(copy.path);
  const char *fault = "not asked";
  assert_int_equal(ERR_OK, db_backup_check(db, scratch->arena, &fault));
  assert_null(fault);
  assert_int_equal(7, get(db, "kept"));
  assert_int_equal(db_schema_version(writer), db_schema_version(db));
  assert_int_not_equal(ERR_OK, setting_set_int(db, "kept", 9)); // nobody writes a copy
  db_close(db);
  struct stat status;
  assert_int_equal(0, stat(copy.path, &status));
  assert_int_equal(0600, status.st_mode & 0777);
  db_close(writer);
  unlink(copy.path);
}

static void a_file_that_is_there_is_never_overwritten(void **state) {
  struct scratch *scratch = *state;
  struct copy copy = copy_path(scratch);
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  int fd = open(copy.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); // empty: the engine alone would take it
  close(fd);
  assert_int_equal(ERR_CONFLICT, db_backup_copy(scratch->path, NULL, copy.path, NULL));
  assert_int_equal(0, size_of(copy.path));
  db_close(writer);
  unlink(copy.path);
}

static void a_cancelled_copy_ends_early(void **state) {
  struct scratch *scratch = *state;
  struct copy copy = copy_path(scratch);
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, db_begin_write(writer));
  for (int i = 0; i < 5000; i++)
    assert_int_equal(ERR_OK, setting_set_int(writer, arena_format(scratch->arena, "setting %d", i), i));
  assert_int_equal(ERR_OK, db_commit(writer));
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);
  atomic_bool is_cancelled = true;
  assert_int_equal(ERR_UNAVAILABLE, db_backup_copy(scratch->path, NULL, copy.path, &is_cancelled));
  assert_true(lines > 0);
  db_close(writer);
  unlink(copy.path);
}

struct damage {
  const char *why;
  const char *sql;
  const char *words;
};

static void a_damaged_copy_is_told_apart(void **state) {
  static const struct damage cases[] = {
      {"a row whose parent is gone", "insert into addresses values ('x', 'x', 77, 1)", "addresses"},
      {"a value that no statement could have written",
       "pragma ignore_check_constraints = on; insert into people (name, is_disabled, created_at) values ('x', 7, 1)",
       "damaged"},
  };
  struct scratch *scratch = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct copy copy = copy_path(scratch);
    struct db *writer = scratch_open(scratch, DB_READ_WRITE);
    assert_int_equal(ERR_OK, db_backup_copy(scratch->path, NULL, copy.path, NULL));
    db_close(writer);
    struct scratch other = *scratch;
    snprintf(other.path, sizeof other.path, "%.90s", copy.path);
    scratch_tamper(&other, cases[i].sql);
    struct db *db = open_copy(copy.path);
    const char *fault = NULL;
    int lines = 0;
    log_set_capture(scratch_count_line, &lines);
    assert_int_equal(ERR_OK, db_backup_check(db, scratch->arena, &fault));
    log_set_capture(NULL, NULL);
    if (fault == NULL || strstr(fault, cases[i].words) == NULL)
      fail_msg("%s: %s", cases[i].why, fault == NULL ? "no fault" : fault);
    db_close(db);
    unlink(copy.path);
  }
}

static void a_copy_of_an_older_schema_opens_and_stays_as_it_is(void **state) {
  struct scratch *scratch = *state;
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  int newest = db_schema_version(writer);
  struct copy copy = copy_path(scratch);
  assert_int_equal(ERR_OK, db_backup_copy(scratch->path, NULL, copy.path, NULL));
  db_close(writer);
  struct scratch other = *scratch;
  snprintf(other.path, sizeof other.path, "%.90s", copy.path);
  scratch_tamper(&other, "pragma user_version = 1");
  struct db *db = open_copy(copy.path);
  assert_int_equal(1, db_schema_version(db));
  db_close(db);
  scratch_tamper(&other, arena_format(scratch->arena, "pragma user_version = %d", newest + 1));
  int lines = 0;
  log_set_capture(scratch_count_line, &lines);
  assert_int_equal(ERR_INVALID, db_open(copy.path, &(struct db_options){.mode = DB_READ_COPY}, &db));
  assert_int_equal(1, lines);
  unlink(copy.path);
}

static void what_is_erased_leaves_file_and_log(void **state) {
  struct scratch *scratch = *state;
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  const char *log = arena_format(scratch->arena, "%s-wal", scratch->path);
  set(writer, "Zebulon Quagmire", 1);
  assert_int_equal(ERR_OK, db_checkpoint(writer, false));
  set(writer, "Zebulon Quagmire", 2); // in the file and in the log
  assert_true(file_holds(scratch->path, "Zebulon") && file_holds(log, "Zebulon"));

  struct db *reader = scratch_open(scratch, DB_READ_ONLY);
  assert_int_equal(ERR_OK, db_begin_read(reader));
  assert_int_equal(ERR_OK, db_begin_write(writer));
  assert_int_equal(ERR_OK, db_exec(writer, "delete from settings where name = $1", db_text("Zebulon Quagmire")));
  db_empty_log_soon(writer);
  assert_int_equal(ERR_OK, db_commit(writer));
  assert_int_equal(ERR_OK, db_checkpoint(writer, false)); // somebody still reads: it is tried again
  assert_true(file_holds(log, "Zebulon"));
  db_rollback(reader);
  assert_int_equal(ERR_OK, db_checkpoint(writer, false));
  assert_int_equal(0, size_of(log));
  assert_false(file_holds(scratch->path, "Zebulon"));
  db_close(reader);
  db_close(writer);
}

static void closing_empties_the_log_when_that_was_wished(void **state) {
  struct scratch *scratch = *state;
  struct db *writer = scratch_open(scratch, DB_READ_WRITE);
  const char *log = arena_format(scratch->arena, "%s-wal", scratch->path);
  set(writer, "Zebulon Quagmire", 1);
  assert_int_equal(ERR_OK, db_begin_write(writer));
  assert_int_equal(ERR_OK, db_exec(writer, "delete from settings where name = $1", db_text("Zebulon Quagmire")));
  db_empty_log_soon(writer);
  assert_int_equal(ERR_OK, db_commit(writer));
  db_close(writer);
  assert_int_equal(0, size_of(log));
  assert_false(file_holds(scratch->path, "Zebulon"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
      TEST(a_copy_holds_what_was_committed_and_nothing_of_an_open_transaction),
      TEST(a_file_that_is_there_is_never_overwritten),
      TEST(a_cancelled_copy_ends_early),
      TEST(a_damaged_copy_is_told_apart),
      TEST(a_copy_of_an_older_schema_opens_and_stays_as_it_is),
      TEST(what_is_erased_leaves_file_and_log),
      TEST(closing_empties_the_log_when_that_was_wished),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
