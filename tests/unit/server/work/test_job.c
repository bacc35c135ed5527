// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/work/job.h"

enum act { INSERT, REFUSE_AFTER_INSERT, LOSE_TRANSACTION, LOSE_AND_SAY_OK, FAIL_AT_COMMIT };

struct entry {
  struct job job;
  int64_t number;
  enum act act;
  int runs;
  int losses;
  enum err why;
};

static enum err entry_run(struct job *job, struct db *db) {
  struct entry *entry = (struct entry *)job;
  entry->runs++;
  enum err err = db_exec(db, "insert into entry (number, other) values ($1, null)", db_int(entry->number));
  if (err != ERR_OK)
    return err;
  switch (entry->act) {
  case INSERT:
    return ERR_OK;
  case REFUSE_AFTER_INSERT:
    return ERR_CONFLICT;
  case LOSE_TRANSACTION: // as the engine does by itself when the disk is full: the connection is not asked
    err = db_exec(db, "rollback");
    return err == ERR_OK ? ERR_CONFLICT : err;
  case LOSE_AND_SAY_OK:
    return db_exec(db, "rollback");
  case FAIL_AT_COMMIT: // a reference that is only looked at by the commit
    return db_exec(db, "update entry set other = -1 where number = $1", db_int(entry->number));
  }
  return ERR_INTERNAL;
}

static void entry_lost(struct job *job, enum err why) {
  struct entry *entry = (struct entry *)job;
  entry->losses++;
  entry->why = why;
}

static void entry_done(struct job *job) {
  (void)job;
  fail_msg("a batch does not call done");
}

static const struct job_kind entry_kind = {.name = "entry", .run = entry_run, .lost = entry_lost, .done = entry_done};
static const struct job_kind idle_kind = {.name = "idle", .lost = entry_lost, .done = entry_done};

struct batch {
  struct entry entries[5];
  struct job *jobs[5];
};

static void batch_init(struct batch *batch, enum act third) {
  *batch = (struct batch){0};
  for (int i = 0; i < 5; i++) {
    batch->entries[i] = (struct entry){.job.kind = &entry_kind, .number = i + 1};
    batch->jobs[i] = &batch->entries[i].job;
  }
  batch->entries[2].act = third;
}

static int64_t count_of(struct db *db) {
  int64_t count = -1;
  assert_int_equal(db_get_int(db, &count, "select count(*) from entry"), ERR_OK);
  return count;
}

static int setup(void **state) {
  struct db_options options = {.mode = DB_READ_WRITE};
  struct db *db;
  if (db_open(":memory:", &options, &db) != ERR_OK)
    return -1;
  *state = db;
  return db_exec(db, "create table entry (number integer primary key, other integer references entry deferrable "
                     "initially deferred) strict") == ERR_OK
             ? 0
             : -1;
}

static int teardown(void **state) {
  db_close(*state);
  return 0;
}

static void a_batch_is_kept_as_one(void **state) {
  struct batch batch;
  batch_init(&batch, INSERT);
  assert_int_equal(job_batch(*state, batch.jobs, 5), ERR_OK);
  assert_int_equal(count_of(*state), 5);
  assert_false(db_in_transaction(*state));
  for (int i = 0; i < 5; i++) {
    assert_int_equal(batch.entries[i].runs, 1);
    assert_int_equal(batch.entries[i].losses, 0);
  }
}

static void a_refused_job_takes_back_its_own_rows_only(void **state) {
  struct batch batch;
  batch_init(&batch, REFUSE_AFTER_INSERT);
  assert_int_equal(job_batch(*state, batch.jobs, 5), ERR_OK);
  assert_int_equal(count_of(*state), 4);
  int64_t count;
  assert_int_equal(db_get_int(*state, &count, "select count(*) from entry where number = 3"), ERR_OK);
  assert_int_equal(count, 0);
  for (int i = 0; i < 5; i++)
    assert_int_equal(batch.entries[i].losses, 0);
}

static void nothing_runs_after_the_transaction_is_lost_and_all_are_told(void **state) {
  static const struct {
    enum act act;
    int runs_of_fourth;
    const char *why;
  } rows[] = {
      {LOSE_TRANSACTION, 0, "the store ended the transaction"},
      {LOSE_AND_SAY_OK, 0, "the handler did not notice"},
      {FAIL_AT_COMMIT, 1, "only the commit fails"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct batch batch;
    batch_init(&batch, rows[i].act);
    if (job_batch(*state, batch.jobs, 5) != ERR_UNAVAILABLE)
      fail_msg("%s: the batch was kept", rows[i].why);
    assert_int_equal(count_of(*state), 0);
    assert_false(db_in_transaction(*state));
    assert_int_equal(batch.entries[3].runs, rows[i].runs_of_fourth);
    for (int j = 0; j < 5; j++) {
      assert_int_equal(batch.entries[j].losses, 1);
      assert_int_equal(batch.entries[j].why, ERR_UNAVAILABLE);
    }
  }
}

static void a_batch_that_cannot_begin_is_lost(void **state) {
  struct batch batch;
  batch_init(&batch, INSERT);
  assert_int_equal(db_exec(*state, "pragma query_only = on"), ERR_OK);
  assert_int_equal(job_batch(*state, batch.jobs, 5), ERR_UNAVAILABLE);
  assert_int_equal(db_exec(*state, "pragma query_only = off"), ERR_OK);
  for (int i = 0; i < 5; i++)
    assert_int_equal(batch.entries[i].losses, 1);
  assert_int_equal(count_of(*state), 0);
}

static void jobs_without_a_run_and_empty_batches_are_kept(void **state) {
  struct batch batch;
  batch_init(&batch, INSERT);
  batch.entries[2].job.kind = &idle_kind;
  assert_int_equal(job_batch(*state, batch.jobs, 0), ERR_OK);
  assert_int_equal(job_batch(*state, batch.jobs, 5), ERR_OK);
  assert_int_equal(count_of(*state), 4);
}

int main(void) {
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_batch_is_kept_as_one, setup, teardown),
      cmocka_unit_test_setup_teardown(a_refused_job_takes_back_its_own_rows_only, setup, teardown),
      cmocka_unit_test_setup_teardown(nothing_runs_after_the_transaction_is_lost_and_all_are_told, setup, teardown),
      cmocka_unit_test_setup_teardown(jobs_without_a_run_and_empty_batches_are_kept, setup, teardown),
      cmocka_unit_test_setup_teardown(a_batch_that_cannot_begin_is_lost, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
