// SPDX-License-Identifier: AGPL-3.0-or-later
#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/work/loop.h"
#include "server/work/work.h"

// A house of one loop and one writer over a store in a folder of its own.
struct house {
  char folder[64];
  char path[96];
  struct loop *loop;
  struct work *work;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int done;          // jobs that came home
  int64_t seen_last; // what the last of them saw in the store
  sem_t gate;        // a blocking job waits here
  sem_t arrived;     // and says so here
  atomic_int broken;
};

struct entry {
  struct job job;
  struct house *house;
  int64_t number;
  bool fails_prepare;
  bool blocks;
  atomic_int prepares;
  atomic_int runs;
  atomic_int losses;
};

static enum err entry_prepare(struct job *job, struct db *db) {
  struct entry *entry = (struct entry *)job;
  atomic_fetch_add(&entry->prepares, 1);
  if (entry->blocks) {
    sem_post(&entry->house->arrived);
    sem_wait(&entry->house->gate);
  }
  enum err err = db_begin_read(db);
  if (err == ERR_OK)
    db_rollback(db);
  return entry->fails_prepare ? ERR_INVALID : err;
}

static enum err entry_run(struct job *job, struct db *db) {
  struct entry *entry = (struct entry *)job;
  atomic_fetch_add(&entry->runs, 1);
  if (entry->blocks) {
    sem_post(&entry->house->arrived);
    sem_wait(&entry->house->gate);
  }
  return db_exec(db, "insert into entry (number) values ($1)", db_int(entry->number));
}

static void entry_lost(struct job *job, enum err why) {
  assert_int_equal(why, ERR_UNAVAILABLE);
  atomic_fetch_add(&((struct entry *)job)->losses, 1);
}

static int64_t stored(struct db *db) {
  int64_t count = -1;
  return db_get_int(db, &count, "select count(*) from entry") == ERR_OK ? count : -1;
}

static void entry_done(struct job *job) {
  struct house *house = ((struct entry *)job)->house;
  int64_t seen = stored(loop_db(house->loop));
  pthread_mutex_lock(&house->lock);
  house->done++;
  house->seen_last = seen;
  pthread_cond_broadcast(&house->changed);
  pthread_mutex_unlock(&house->lock);
}

static const struct job_kind write_kind = {.name = "write", .run = entry_run, .lost = entry_lost, .done = entry_done};
static const struct job_kind work_kind = {
    .name = "work", .prepare = entry_prepare, .run = entry_run, .lost = entry_lost, .done = entry_done};
static const struct job_kind read_kind = {
    .name = "read", .prepare = entry_prepare, .lost = entry_lost, .done = entry_done};

static void house_broken(void *context) { atomic_fetch_add(&((struct house *)context)->broken, 1); }

static void house_open(struct house *house, const char *vfs) {
  *house = (struct house){0};
  snprintf(house->folder, sizeof house->folder, "/tmp/tandem-test-work-XXXXXX");
  assert_non_null(mkdtemp(house->folder));
  snprintf(house->path, sizeof house->path, "%s/store", house->folder);
  pthread_mutex_init(&house->lock, NULL);
  pthread_cond_init(&house->changed, NULL);
  sem_init(&house->gate, 0, 0);
  sem_init(&house->arrived, 0, 0);
  struct db *db;
  struct db_options writing = {.mode = DB_READ_WRITE};
  assert_int_equal(db_open(house->path, &writing, &db), ERR_OK);
  assert_int_equal(db_exec(db, "create table entry (number integer primary key) strict"), ERR_OK);
  db_close(db);
  struct work_options options = {
      .path = house->path, .vfs = vfs, .worker_count = 2, .broken = house_broken, .context = house};
  assert_int_equal(work_new(&options, &house->work), ERR_OK);
  struct db_options reading = {.mode = DB_READ_ONLY};
  assert_int_equal(db_open(house->path, &reading, &db), ERR_OK);
  assert_int_equal(loop_new(db, &house->loop), ERR_OK);
  assert_int_equal(loop_start(house->loop), ERR_OK);
}

static void house_close(struct house *house) {
  work_free(house->work);
  loop_stop(house->loop);
  loop_join(house->loop);
  loop_free(house->loop);
  sem_destroy(&house->gate);
  sem_destroy(&house->arrived);
  pthread_cond_destroy(&house->changed);
  pthread_mutex_destroy(&house->lock);
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s%s", house->path, suffixes[i]);
    unlink(path);
  }
  assert_int_equal(rmdir(house->folder), 0);
}

// Waits until so many have come home; the runner's own time limit ends a wait for ever.
static void house_wait(struct house *house, int done) {
  pthread_mutex_lock(&house->lock);
  while (house->done < done)
    pthread_cond_wait(&house->changed, &house->lock);
  pthread_mutex_unlock(&house->lock);
}

static struct entry *entries_new(struct house *house, const struct job_kind *kind, size_t count) {
  struct entry *entries = calloc(count, sizeof *entries);
  assert_non_null(entries);
  for (size_t i = 0; i < count; i++) {
    entries[i].job = (struct job){.kind = kind, .home = house->loop};
    entries[i].house = house;
    entries[i].number = (int64_t)i + 1;
  }
  return entries;
}

static void a_job_comes_home_after_its_commit_can_be_seen(void **state) {
  (void)state;
  struct house house;
  house_open(&house, NULL);
  struct entry *entries = entries_new(&house, &write_kind, 20);
  for (int i = 0; i < 20; i++) {
    assert_true(work_submit(house.work, &entries[i].job));
    house_wait(&house, i + 1);
    assert_int_equal(house.seen_last, i + 1);
  }
  struct work_figures figures;
  work_figures(house.work, &figures);
  assert_int_equal(figures.batches, 20); // nobody waited for company
  assert_int_equal(figures.jobs, 20);
  assert_int_equal(figures.lost, 0);
  house_close(&house);
  free(entries);
}

static void what_queues_up_during_a_batch_shares_the_next_one(void **state) {
  (void)state;
  struct house house;
  house_open(&house, NULL);
  enum { COUNT = 1 + WORK_BATCH_MAX + 44 };
  struct entry *entries = entries_new(&house, &write_kind, COUNT);
  entries[0].blocks = true;
  assert_true(work_submit(house.work, &entries[0].job));
  sem_wait(&house.arrived);
  for (int i = 1; i < COUNT; i++)
    assert_true(work_submit(house.work, &entries[i].job));
  sem_post(&house.gate);
  house_wait(&house, COUNT);
  struct work_figures figures;
  work_figures(house.work, &figures);
  assert_int_equal(figures.batches, 3);
  assert_int_equal(figures.jobs, COUNT);
  house_close(&house);
  free(entries);
}

static void work_is_prepared_on_a_worker_and_only_then_written(void **state) {
  (void)state;
  struct house house;
  house_open(&house, NULL);
  struct entry *entries = entries_new(&house, &work_kind, 3);
  entries[1].fails_prepare = true;
  entries[2].job.kind = &read_kind;
  for (int i = 0; i < 3; i++)
    assert_true(work_submit(house.work, &entries[i].job));
  house_wait(&house, 3);
  static const int runs[] = {1, 0, 0};
  for (int i = 0; i < 3; i++) {
    assert_int_equal(entries[i].prepares, 1);
    assert_int_equal(entries[i].runs, runs[i]);
    assert_int_equal(entries[i].losses, 0);
  }
  house_close(&house);
  free(entries);
}

static void a_full_queue_refuses_and_calls_nothing(void **state) {
  (void)state;
  struct house house;
  house_open(&house, NULL);
  enum { COUNT = 1 + WORK_WRITER_QUEUE_MAX + 1 };
  struct entry *entries = entries_new(&house, &write_kind, COUNT);
  entries[0].blocks = true;
  assert_true(work_submit(house.work, &entries[0].job));
  sem_wait(&house.arrived);
  for (int i = 1; i < COUNT - 1; i++)
    assert_true(work_submit(house.work, &entries[i].job));
  assert_false(work_submit(house.work, &entries[COUNT - 1].job));
  struct work_figures figures;
  work_figures(house.work, &figures);
  assert_int_equal(figures.writer_queued, WORK_WRITER_QUEUE_MAX);
  sem_post(&house.gate);
  house_wait(&house, COUNT - 1);
  assert_int_equal(entries[COUNT - 1].runs + entries[COUNT - 1].losses, 0);
  house_close(&house);
  free(entries);
}

static void workers_have_a_bound_of_their_own(void **state) {
  (void)state;
  struct house house;
  house_open(&house, NULL);
  enum { COUNT = 2 + WORK_WORKER_QUEUE_MAX + 1 };
  struct entry *entries = entries_new(&house, &work_kind, COUNT);
  for (int i = 0; i < 2; i++) {
    entries[i].job.kind = &read_kind;
    entries[i].blocks = true;
    assert_true(work_submit(house.work, &entries[i].job));
    sem_wait(&house.arrived);
  }
  for (int i = 2; i < COUNT - 1; i++)
    assert_true(work_submit(house.work, &entries[i].job));
  assert_false(work_submit(house.work, &entries[COUNT - 1].job));
  sem_post(&house.gate);
  sem_post(&house.gate);
  house_wait(&house, COUNT - 1);
  house_close(&house);
  free(entries);
}

static void stopping_runs_what_is_queued_and_takes_no_more(void **state) {
  (void)state;
  struct house house;
  house_open(&house, NULL);
  struct entry *entries = entries_new(&house, &work_kind, 41);
  for (int i = 0; i < 40; i++)
    assert_true(work_submit(house.work, &entries[i].job));
  size_t left = 99;
  assert_true(work_stop(house.work, 60, &left));
  assert_int_equal(left, 0);
  assert_false(work_submit(house.work, &entries[40].job));
  house_wait(&house, 40);
  assert_int_equal(house.seen_last, 40);
  house_close(&house);
  free(entries);
}

static void stopping_tells_what_is_left_at_the_deadline(void **state) {
  (void)state;
  struct house house;
  house_open(&house, NULL);
  struct entry *entries = entries_new(&house, &write_kind, 5);
  entries[0].blocks = true;
  assert_true(work_submit(house.work, &entries[0].job));
  sem_wait(&house.arrived);
  for (int i = 1; i < 5; i++)
    assert_true(work_submit(house.work, &entries[i].job));
  size_t left = 0;
  assert_false(work_stop(house.work, 0, &left));
  assert_int_equal(left, 5); // four told, one still in the writer's hands
  house_wait(&house, 4);
  for (int i = 1; i < 5; i++) {
    assert_int_equal(entries[i].losses, 1);
    assert_int_equal(entries[i].runs, 0);
  }
  sem_post(&house.gate);
  house_wait(&house, 5);
  assert_int_equal(entries[0].losses, 0);
  assert_int_equal(house.seen_last, 1);
  house_close(&house);
  free(entries);
}

// --- a disk whose syncs fail from some moment on

struct disk {
  sqlite3_io_methods methods; // first: a file's methods lead to its disk
  const sqlite3_io_methods *real;
  sqlite3_vfs vfs; // its pAppData is the disk
  atomic_bool fails;
};

static int disk_sync(sqlite3_file *file, int flags) {
  const struct disk *disk = (const struct disk *)file->pMethods;
  return atomic_load(&disk->fails) ? SQLITE_IOERR_FSYNC : disk->real->xSync(file, flags);
}

static int disk_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags) {
  struct disk *disk = vfs->pAppData;
  sqlite3_vfs *real = sqlite3_vfs_find("unix");
  int code = real->xOpen(real, name, file, flags, out_flags);
  // A commit syncs the WAL alone.
  if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
    disk->real = file->pMethods;
    disk->methods = *disk->real;
    disk->methods.xSync = disk_sync;
    file->pMethods = &disk->methods;
  }
  return code;
}

static void a_failed_sync_is_told_once_and_nothing_is_written_after_it(void **state) {
  (void)state;
  struct disk disk = {.vfs = *sqlite3_vfs_find("unix")};
  disk.vfs.zName = "failing";
  disk.vfs.xOpen = disk_open;
  disk.vfs.pAppData = &disk;
  disk.vfs.pNext = NULL;
  assert_int_equal(sqlite3_vfs_register(&disk.vfs, 0), SQLITE_OK);
  struct house house;
  house_open(&house, "failing");
  struct entry *entries = entries_new(&house, &write_kind, 6);
  entries[0].blocks = true;
  assert_true(work_submit(house.work, &entries[0].job));
  sem_wait(&house.arrived);
  for (int i = 1; i < 5; i++)
    assert_true(work_submit(house.work, &entries[i].job));
  atomic_store(&disk.fails, true);
  sem_post(&house.gate);
  house_wait(&house, 5);
  atomic_store(&disk.fails, false);
  for (int i = 0; i < 5; i++)
    assert_int_equal(entries[i].losses, 1);
  for (int i = 1; i < 5; i++)
    assert_int_equal(entries[i].runs, 0);
  assert_int_equal(house.broken, 1);
  assert_false(work_submit(house.work, &entries[5].job));
  house_close(&house);
  sqlite3_vfs_unregister(&disk.vfs);
  free(entries);
}

int main(void) {
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_job_comes_home_after_its_commit_can_be_seen),
      cmocka_unit_test(what_queues_up_during_a_batch_shares_the_next_one),
      cmocka_unit_test(work_is_prepared_on_a_worker_and_only_then_written),
      cmocka_unit_test(a_full_queue_refuses_and_calls_nothing),
      cmocka_unit_test(workers_have_a_bound_of_their_own),
      cmocka_unit_test(stopping_runs_what_is_queued_and_takes_no_more),
      cmocka_unit_test(stopping_tells_what_is_left_at_the_deadline),
      cmocka_unit_test(a_failed_sync_is_told_once_and_nothing_is_written_after_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
