// SPDX-License-Identifier: AGPL-3.0-or-later
// Drives db.h as the writer does (a batch is a transaction, a command a savepoint) on a disk that fails at every
// position in turn.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/db/audit.h"
#include "server/db/db.h"
#include "tests/faults/fault_files.h"
#include "tests/faults/fault_vfs.h"

enum {
  BATCHES = 3,
  COMMANDS = 4,        // in a batch
  REFUSED_COMMAND = 2, // rolls back its own savepoint
  PEOPLE = 2,          // rows that a command writes, besides its message and its audit
  WORDS_BYTES =
      6000, // of a message: so that a batch outgrows the smallest page cache and pages go out before the commit
  POSITIONS_MAX = 2000,
  COURSE = 1,
};

static const char vfs_name[] = "fault";

struct world {
  struct fault_vfs *vfs;
  struct arena *arena;
  char folder[64];
  char path[96];
  char made[96]; // a new store, copied for each run
  char words[WORDS_BYTES + 1];
  bool is_acknowledged[BATCHES];
  bool was_commit_tried[BATCHES];
  bool is_done[BATCHES][COMMANDS]; // the command's savepoint was released
  int transactions_gone;           // ended by the engine in the middle of a batch
};

struct fault_row {
  const char *name;
  struct fault_plan plan;
  const char *why;
};

static const struct fault_row faults[] = {
    {"full once", {FAULT_WRITE, 0, SQLITE_FULL, false}, "space comes back at once: the next batch goes on"},
    {"full for good", {FAULT_WRITE, 0, SQLITE_FULL, true}, "no write succeeds any more"},
    {"write error", {FAULT_WRITE, 0, SQLITE_IOERR_WRITE, false}, "half of the bytes are there"},
    {"sync error", {FAULT_SYNC, 0, SQLITE_IOERR_FSYNC, false}, "a later sync would succeed: nobody may ask for one"},
    {"sync errors for good", {FAULT_SYNC, 0, SQLITE_IOERR_FSYNC, true}, "the disk is gone"},
    {"truncate error", {FAULT_TRUNCATE, 0, SQLITE_IOERR_TRUNCATE, false}, "of the WAL after the last checkpoint"},
};

static struct db *open_store(const struct world *world, const char *vfs) {
  struct db *db = NULL;
  struct db_options options = {.mode = DB_READ_WRITE, .vfs = vfs};
  assert_int_equal(ERR_OK, db_open(world->path, &options, &db));
  return db;
}

static int setup(void **state) {
  struct world *world = calloc(1, sizeof *world);
  assert_non_null(world);
  assert_int_equal(ERR_OK, secret_init());
  snprintf(world->folder, sizeof world->folder, "/tmp/tandem-faults-XXXXXX");
  assert_non_null(mkdtemp(world->folder));
  snprintf(world->path, sizeof world->path, "%s/store", world->folder);
  snprintf(world->made, sizeof world->made, "%s/made", world->folder);
  memset(world->words, 'w', WORDS_BYTES);
  world->vfs = fault_vfs_new(vfs_name);
  world->arena = arena_new();
  struct db *db = open_store(world, NULL);
  assert_int_equal(ERR_OK, db_checkpoint(db, true));
  db_close(db);
  copy_file(world->path, world->made);
  log_set_level(LOG_ERROR);
  *state = world;
  return 0;
}

static int teardown(void **state) {
  struct world *world = *state;
  log_set_capture(NULL, NULL);
  remove_store(world->path);
  remove_store(world->made);
  rmdir(world->folder);
  fault_vfs_free(world->vfs);
  arena_free(world->arena);
  free(world);
  return 0;
}

static void drop_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

static void begin_run(struct world *world) {
  remove_store(world->path);
  copy_file(world->made, world->path);
  fault_vfs_reset(world->vfs);
  memset(world->is_acknowledged, 0, sizeof world->is_acknowledged);
  memset(world->was_commit_tried, 0, sizeof world->was_commit_tried);
  memset(world->is_done, 0, sizeof world->is_done);
}

static enum err run_command(struct world *world, struct db *db, int batch, int command) {
  char name[48];
  snprintf(name, sizeof name, "batch %d command %d", batch, command);
  enum err err = ERR_OK;
  for (int i = 0; i < PEOPLE && err == ERR_OK; i++)
    err = db_exec(db, "insert into people (name, created_at) values ($1, 0)", db_text(name));
  if (err == ERR_OK)
    err = db_exec(db,
                  "insert into outbox (course_id, person_id, kind, subject, words, at) "
                  "values ($1, 1, 'invitation', $2, $3, 0)",
                  db_int(COURSE), db_text(name), db_text(world->words));
  struct act act = {.db = db, .now = 1000 + batch, .cause = "operator"};
  return err == ERR_OK ? audit_write(&act, COURSE, "thing done", name, NULL, "{}") : err;
}

// As the writer: false when the transaction is gone and nothing more of the batch may run.
static bool run_in_savepoint(struct world *world, struct db *db, int batch, int command) {
  if (db_savepoint(db) != ERR_OK)
    return db_in_transaction(db);
  enum err err = run_command(world, db, batch, command);
  if (!db_in_transaction(db))
    return false;
  if (err != ERR_OK || command == REFUSED_COMMAND)
    return db_savepoint_rollback(db) == ERR_OK && db_in_transaction(db);
  world->is_done[batch][command] = db_savepoint_release(db) == ERR_OK;
  return world->is_done[batch][command] && db_in_transaction(db);
}

static void run_batch(struct world *world, struct db *db, int batch) {
  if (db_begin_write(db) != ERR_OK)
    return;
  for (int command = 0; command < COMMANDS; command++) {
    if (run_in_savepoint(world, db, batch, command))
      continue;
    world->transactions_gone += !db_in_transaction(db);
    db_rollback(db);
    return;
  }
  world->was_commit_tried[batch] = true;
  if (db_commit(db) != ERR_OK)
    return;
  fault_vfs_acknowledge(world->vfs);
  world->is_acknowledged[batch] = true;
}

// The server ends at the first sign of a broken connection; here it goes on, and must be refused. `setting` is a PRAGMA
// or NULL.
static bool run_batches(struct world *world, const struct fault_plan *plan, const char *setting) {
  begin_run(world);
  struct db *db = open_store(world, vfs_name);
  assert_int_equal(ERR_OK, db_exec(db, "pragma cache_size = 5"));
  if (setting != NULL)
    assert_int_equal(ERR_OK, db_exec_values(db, setting, NULL, 0));
  fault_vfs_reset(world->vfs);
  fault_vfs_arm(world->vfs, plan);
  for (int batch = 0; batch < BATCHES; batch++) {
    run_batch(world, db, batch);
    enum err err = db_checkpoint(db, batch == BATCHES - 1);
    assert_true(err == ERR_OK || fault_vfs_has_struck(world->vfs));
  }
  bool is_broken = db_is_broken(db);
  if (is_broken) {
    assert_int_equal(ERR_UNAVAILABLE, db_begin_write(db));
    assert_int_equal(ERR_UNAVAILABLE, db_begin_read(db));
    assert_int_equal(ERR_UNAVAILABLE, db_checkpoint(db, false));
    assert_int_equal(ERR_UNAVAILABLE, db_exec(db, "delete from outbox"));
  }
  db_close(db);
  return is_broken;
}

static int64_t count_named(struct db *db, const char *sql, int batch, int command) {
  char name[48];
  snprintf(name, sizeof name, "batch %d command %d", batch, command);
  struct db_value value = db_text(name);
  int64_t count = -1;
  assert_int_equal(ERR_OK, db_get_int_values(db, &count, sql, &value, 1));
  return count;
}

static const char *judge_batch(const struct world *world, struct db *db, int batch, int64_t *kept_in_all) {
  int kept = 0;
  int done = 0;
  for (int command = 0; command < COMMANDS; command++) {
    int64_t people = count_named(db, "select count(*) from people where name = $1", batch, command);
    int64_t messages = count_named(db, "select count(*) from outbox where subject = $1", batch, command);
    int64_t audits = count_named(db, "select count(*) from audit where subject = $1", batch, command);
    bool is_kept = people == PEOPLE && messages == 1 && audits == 1;
    if (!is_kept && people + messages + audits != 0)
      return "half of a command is kept";
    if (is_kept && !world->is_done[batch][command])
      return "a refused command is kept";
    kept += is_kept;
    done += world->is_done[batch][command];
  }
  *kept_in_all += kept;
  if (world->is_acknowledged[batch] && kept != done)
    return "an acknowledged batch is lost";
  if (kept != 0 && kept != done)
    return "half of a batch is kept";
  return kept != 0 && !world->was_commit_tried[batch] ? "a batch that was never committed is kept" : NULL;
}

static const char *judge_chain(const struct world *world, struct db *db, int64_t kept_in_all) {
  struct audit_verdict *verdicts = NULL;
  size_t count = 0;
  if (audit_verify(db, world->arena, &verdicts, &count) != ERR_OK || count > 1)
    return "the audit cannot be verified";
  if (count == 1 && verdicts[0].broken_at != 0)
    return "the audit's chain is broken";
  return kept_in_all == (count == 0 ? 0 : verdicts[0].seq) ? NULL : "the audit tells of other changes than were kept";
}

static const char *judge_file(struct db *db) {
  struct db_rows rows DB_SCOPE = db_query(db, "pragma integrity_check");
  if (!db_next(&rows) || strcmp(db_column_peek(&rows, 0), "ok") != 0)
    return "the file is damaged";
  int64_t dangling = -1;
  enum err err = db_get_int(db, &dangling, "select count(*) from pragma_foreign_key_check");
  return err == ERR_OK && dangling == 0 ? NULL : "references dangle";
}

// What somebody finds who opens the store after the process has gone: NULL when all is as it must be.
static const char *judge(const struct world *world, bool can_write) {
  struct db *db = open_store(world, NULL);
  const char *fault = judge_file(db);
  int64_t kept_in_all = 0;
  for (int batch = 0; batch < BATCHES && fault == NULL; batch++)
    fault = judge_batch(world, db, batch, &kept_in_all);
  if (fault == NULL)
    fault = judge_chain(world, db, kept_in_all);
  if (fault == NULL && can_write) {
    struct act act = {.db = db, .now = 2000, .cause = "operator"};
    if (db_begin_write(db) != ERR_OK || audit_write(&act, COURSE, "started", "server", NULL, NULL) != ERR_OK ||
        db_commit(db) != ERR_OK)
      fault = "nothing can be written any more";
    else
      fault = judge_chain(world, db, kept_in_all + 1);
  }
  db_close(db);
  return fault;
}

// After a sync of the WAL or the store has failed, nobody is told that anything is kept.
static bool is_silent_after_failed_sync(const struct world *world) {
  const struct fault_event *events = NULL;
  size_t count = fault_vfs_log(world->vfs, &events);
  bool has_failed = false;
  for (size_t i = 0; i < count; i++) {
    has_failed |= events[i].op == FAULT_SYNC && events[i].is_failed;
    if (has_failed && events[i].op == FAULT_ACKNOWLEDGED)
      return false;
  }
  return true;
}

static int count_acknowledged(const struct world *world) {
  int count = 0;
  for (int batch = 0; batch < BATCHES; batch++)
    count += world->is_acknowledged[batch];
  return count;
}

static void run_at_every_position(struct world *world, const struct fault_row *row) {
  uint64_t position = 1;
  for (; position <= POSITIONS_MAX; position++) {
    struct fault_plan plan = row->plan;
    plan.position = position;
    bool is_broken = run_batches(world, &plan, NULL);
    bool has_struck = fault_vfs_has_struck(world->vfs);
    const char *fault = fault_vfs_order(world->vfs);
    if (fault == NULL && is_broken != (has_struck && row->plan.code == SQLITE_IOERR_FSYNC))
      fault = "the connection is broken, or not, against the rule";
    if (fault == NULL && !is_silent_after_failed_sync(world))
      fault = "acknowledged after a failed sync";
    if (fault == NULL && !has_struck && count_acknowledged(world) != BATCHES)
      fault = "refused without a reason";
    if (fault == NULL)
      fault = judge(world, false);
    if (fault == NULL) {
      fault_vfs_cut_power(world->vfs);
      fault = judge(world, true);
    }
    if (fault != NULL)
      fail_msg("%s (%s), position %llu: %s", row->name, row->why, (unsigned long long)position, fault);
    if (!has_struck)
      break;
  }
  // One write a page and one for its header, a sync a batch at the least, and one truncation at the end.
  uint64_t least = row->plan.ops == FAULT_TRUNCATE ? 1 : row->plan.ops == FAULT_SYNC ? BATCHES : 8 * BATCHES;
  assert_in_range(position, least + 1, POSITIONS_MAX);
}

static void whatever_fails_nothing_acknowledged_is_lost_and_nothing_is_half_done(void **state) {
  struct world *world = *state;
  log_set_capture(drop_line, NULL);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    run_at_every_position(world, &faults[i]);
  // Pages went out before the commit: some faults ended the transaction under a command, not at the commit.
  assert_true(world->transactions_gone > 0);
}

static void every_commit_returns_after_the_wal_was_written_and_then_synced(void **state) {
  struct world *world = *state;
  assert_false(run_batches(world, NULL, NULL));
  assert_int_equal(BATCHES, count_acknowledged(world));
  assert_null(fault_vfs_order(world->vfs));
  fault_vfs_cut_power(world->vfs);
  assert_null(judge(world, true));
}

static void a_connection_that_does_not_sync_is_found_out(void **state) {
  struct world *world = *state;
  assert_false(run_batches(world, NULL, "pragma synchronous = off"));
  assert_int_equal(BATCHES, count_acknowledged(world));
  assert_string_equal("commit acknowledged before sync", fault_vfs_order(world->vfs));
  assert_null(judge(world, false)); // killing a process alone shows nothing
  fault_vfs_cut_power(world->vfs);
  assert_string_equal("an acknowledged batch is lost", judge(world, false));
}

static void a_connection_that_syncs_only_at_checkpoints_is_found_out(void **state) {
  struct world *world = *state;
  assert_false(run_batches(world, NULL, "pragma synchronous = normal"));
  assert_string_equal("commit acknowledged before sync", fault_vfs_order(world->vfs));
}

static void a_store_whose_making_is_cut_short_is_made_whole_by_the_next_start(void **state) {
  struct world *world = *state;
  log_set_capture(drop_line, NULL);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    bool has_struck = true;
    for (uint64_t position = 1; has_struck; position++) {
      remove_store(world->path);
      fault_vfs_reset(world->vfs);
      struct fault_plan plan = faults[i].plan;
      plan.position = position;
      fault_vfs_arm(world->vfs, &plan);
      struct db *db = NULL;
      struct db_options options = {.mode = DB_READ_WRITE, .vfs = vfs_name};
      enum err err = db_open(world->path, &options, &db);
      has_struck = fault_vfs_has_struck(world->vfs);
      if (err == ERR_OK)
        db_close(db);
      assert_true(has_struck || err == ERR_OK);
      fault_vfs_cut_power(world->vfs);
      const char *fault = judge(world, true);
      if (fault != NULL)
        fail_msg("%s, position %llu: %s", faults[i].name, (unsigned long long)position, fault);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_commit_returns_after_the_wal_was_written_and_then_synced, setup, teardown),
      cmocka_unit_test_setup_teardown(a_connection_that_does_not_sync_is_found_out, setup, teardown),
      cmocka_unit_test_setup_teardown(a_connection_that_syncs_only_at_checkpoints_is_found_out, setup, teardown),
      cmocka_unit_test_setup_teardown(whatever_fails_nothing_acknowledged_is_lost_and_nothing_is_half_done, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(a_store_whose_making_is_cut_short_is_made_whole_by_the_next_start, setup,
                                      teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
