// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/work/job.h"

static enum err batch_run(struct db *db, struct job *const *jobs, size_t count);
static enum err job_run(struct db *db, struct job *job);
static enum err batch_lost(struct db *db, struct job *const *jobs, size_t count);

enum err job_batch(struct db *db, struct job *const *jobs, size_t count) {
  if (count == 0)
    return ERR_OK;
  enum err err = db_begin_write(db);
  if (err == ERR_OK)
    err = batch_run(db, jobs, count);
  if (err == ERR_OK)
    err = db_commit(db);
  return err == ERR_OK ? ERR_OK : batch_lost(db, jobs, count);
}

// Other than ERR_OK only when the transaction as a whole cannot be kept.
static enum err batch_run(struct db *db, struct job *const *jobs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (jobs[i]->kind->run == NULL)
      continue;
    enum err err = job_run(db, jobs[i]);
    if (err != ERR_OK)
      return err;
  }
  return ERR_OK;
}

// A refusal of the job itself is ERR_OK here: its savepoint is rolled back and the others go on.
static enum err job_run(struct db *db, struct job *job) {
  enum err err = db_savepoint(db);
  if (err != ERR_OK)
    return err;
  enum err refused = job->kind->run(job, db);
  // Without this question the next savepoint would open, and commit, a transaction of its own (facts.md, SQLite).
  if (!db_in_transaction(db))
    return ERR_UNAVAILABLE;
  err = refused == ERR_OK ? db_savepoint_release(db) : db_savepoint_rollback(db);
  if (err != ERR_OK)
    return err;
  return db_in_transaction(db) ? ERR_OK : ERR_UNAVAILABLE;
}

// To a client all of these are one thing (503 store_unavailable); db has logged which it was.
static enum err batch_lost(struct db *db, struct job *const *jobs, size_t count) {
  db_rollback(db); // also when the engine has rolled back: the connection is to know it
  for (size_t i = 0; i < count; i++)
    jobs[i]->kind->lost(jobs[i], ERR_UNAVAILABLE);
  return ERR_UNAVAILABLE;
}
