// SPDX-License-Identifier: AGPL-3.0-or-later
// For the tests of the store: a folder that ends with the test, a store in it, and another program's hand on its file.
// Include after cmocka.h. Knows nothing of the engine's private parts.
#pragma once

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/db/db.h"

struct scratch {
  char folder[64];
  char path[96];
  struct arena *arena;
};

__attribute__((unused)) static int scratch_setup(void **state) {
  struct scratch *scratch = calloc(1, sizeof *scratch);
  assert_non_null(scratch);
  assert_int_equal(ERR_OK, secret_init());
  snprintf(scratch->folder, sizeof scratch->folder, "/tmp/tandem-test-XXXXXX");
  assert_non_null(mkdtemp(scratch->folder));
  snprintf(scratch->path, sizeof scratch->path, "%s/store", scratch->folder);
  scratch->arena = arena_new();
  *state = scratch;
  return 0;
}

__attribute__((unused)) static int scratch_teardown(void **state) {
  struct scratch *scratch = *state;
  static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    char path[112];
    snprintf(path, sizeof path, "%s%s", scratch->path, endings[i]);
    unlink(path);
  }
  rmdir(scratch->folder);
  arena_free(scratch->arena);
  free(scratch);
  log_set_capture(NULL, NULL);
  return 0;
}

__attribute__((unused)) static struct db *scratch_open(const struct scratch *scratch, enum db_mode mode) {
  struct db *db = NULL;
  struct db_options options = {.mode = mode};
  assert_int_equal(ERR_OK, db_open(scratch->path, &options, &db));
  return db;
}

__attribute__((unused)) static struct db *scratch_memory(void) {
  struct db *db = NULL;
  struct db_options options = {.mode = DB_READ_WRITE};
  assert_int_equal(ERR_OK, db_open(":memory:", &options, &db));
  assert_int_equal(ERR_OK, db_migrate(db));
  return db;
}

// Somebody else's hand: a bare SQLite connection, with none of our settings.
__attribute__((unused)) static void scratch_tamper(const struct scratch *scratch, const char *sql) {
  sqlite3 *raw = NULL;
  assert_int_equal(SQLITE_OK, sqlite3_open(scratch->path, &raw));
  char *message = NULL;
  if (sqlite3_exec(raw, sql, NULL, NULL, &message) != SQLITE_OK)
    fail_msg("%s: %s", sql, message);
  sqlite3_close(raw);
}

// Counts the lines logged; nothing is printed.
__attribute__((unused)) static void scratch_count_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (*(int *)context)++;
}
