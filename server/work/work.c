// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/work/work.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/log.h"
#include "server/db/db.h"
#include "server/work/loop.h"
#include "server/work/queue.h"

// A checkpoint syncs the database file, which is as dear as a commit: after many batches, or when nobody waits.
enum { CHECKPOINT_BATCHES = 256, CHECKPOINT_IDLE_MS = 200, WORKERS_DEFAULT = 2 };

struct worker {
  struct work *work;
  struct db *db;
  pthread_t thread;
  bool is_started;
};

struct work {
  void (*broken)(void *context);
  void *context;
  struct queue writer_queue;
  struct queue worker_queue;
  struct worker writer;
  struct worker *workers;
  int worker_count;

  atomic_bool is_stopping; // nothing new from outside; workers still hand on to the writer
  atomic_bool is_broken;
  atomic_size_t in_hand; // taken from a queue, and neither queued again nor sent home
  atomic_uint_fast64_t batches;
  atomic_uint_fast64_t jobs;
  atomic_uint_fast64_t lost;
  atomic_uint_fast64_t refused;

  pthread_mutex_t lock; // of what follows
  pthread_cond_t ended;
  int workers_running;
  int writers_running;

  pthread_mutex_t watch_lock; // of what follows, and held while the watcher runs
  void (*committed)(void *context);
  void *watch_context;
};

static struct work *work_alloc(const struct work_options *options);
static enum err work_open(struct work *work, const struct work_options *options);
static enum err worker_start(struct worker *worker, int *running, void *(*thread)(void *));
static void worker_join(struct worker *worker);
static void *worker_thread(void *context);
static void worker_run(struct worker *worker, struct job *job);
static void *writer_thread(void *context);
static void writer_batch(struct work *work, struct job **jobs, size_t count);
static void writer_tell(struct work *work);
static void writer_checkpoint(struct work *work, bool is_final);
static void work_check_broken(struct work *work);
static void work_thread_ends(struct work *work, int *running);
static bool work_wait(struct work *work, const int *running, const struct timespec *until);
static size_t work_abandon(struct work *work);
static void job_lost(struct work *work, struct job *job);

enum err work_new(const struct work_options *options, struct work **out) {
  struct work *work = work_alloc(options);
  enum err err = work_open(work, options);
  if (err == ERR_OK)
    err = worker_start(&work->writer, &work->writers_running, writer_thread);
  for (int i = 0; err == ERR_OK && i < work->worker_count; i++)
    err = worker_start(&work->workers[i], &work->workers_running, worker_thread);
  if (err != ERR_OK) {
    work_free(work);
    return err;
  }
  *out = work;
  return ERR_OK;
}

bool work_stop(struct work *work, int deadline_seconds, size_t *left) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += deadline_seconds;
  *left = 0;
  atomic_store(&work->is_stopping, true);
  // The workers first: what they prepared goes to the writer, which therefore closes after them.
  queue_close(&work->worker_queue);
  bool is_done = work_wait(work, &work->workers_running, &until);
  queue_close(&work->writer_queue);
  is_done = is_done && work_wait(work, &work->writers_running, &until);
  if (!is_done)
    *left = work_abandon(work);
  return is_done;
}

void work_free(struct work *work) {
  if (work == NULL)
    return;
  atomic_store(&work->is_stopping, true);
  queue_close(&work->worker_queue);
  for (int i = 0; i < work->worker_count; i++)
    worker_join(&work->workers[i]);
  queue_close(&work->writer_queue);
  worker_join(&work->writer);
  queue_done(&work->worker_queue);
  queue_done(&work->writer_queue);
  pthread_cond_destroy(&work->ended);
  pthread_mutex_destroy(&work->lock);
  pthread_mutex_destroy(&work->watch_lock);
  free(work->workers);
  free(work);
}

void work_watch(struct work *work, void (*committed)(void *context), void *context) {
  pthread_mutex_lock(&work->watch_lock);
  work->committed = committed;
  work->watch_context = context;
  pthread_mutex_unlock(&work->watch_lock);
}

bool work_submit(struct work *work, struct job *job) {
  if (atomic_load(&work->is_stopping) || atomic_load(&work->is_broken))
    return false;
  return queue_put(job->kind->prepare != NULL ? &work->worker_queue : &work->writer_queue, job);
}

void work_refused(struct work *work) { atomic_fetch_add(&work->refused, 1); }

void work_figures(struct work *work, struct work_figures *out) {
  *out = (struct work_figures){
      .batches = atomic_load(&work->batches),
      .jobs = atomic_load(&work->jobs),
      .lost = atomic_load(&work->lost),
      .refused = atomic_load(&work->refused),
      .writer_queued = queue_count(&work->writer_queue),
      .worker_queued = queue_count(&work->worker_queue),
  };
}

static struct work *work_alloc(const struct work_options *options) {
  struct work *work = calloc(1, sizeof *work);
  int worker_count = options->worker_count > 0 ? options->worker_count : WORKERS_DEFAULT;
  struct worker *workers = calloc((size_t)worker_count, sizeof *workers);
  if (work == NULL || workers == NULL)
    abort();
  work->broken = options->broken;
  work->context = options->context;
  work->workers = workers;
  work->worker_count = worker_count;
  queue_init(&work->writer_queue, WORK_WRITER_QUEUE_MAX);
  queue_init(&work->worker_queue, WORK_WORKER_QUEUE_MAX);
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&work->lock, NULL);
  pthread_mutex_init(&work->watch_lock, NULL);
  pthread_cond_init(&work->ended, &attributes);
  pthread_condattr_destroy(&attributes);
  work->writer.work = work;
  for (int i = 0; i < worker_count; i++)
    workers[i].work = work;
  return work;
}

// The writer's connection first: it brings the schema up to date.
static enum err work_open(struct work *work, const struct work_options *options) {
  struct db_options writing = {.mode = DB_READ_WRITE, .vfs = options->vfs};
  struct db_options reading = {.mode = DB_READ_ONLY, .vfs = options->vfs};
  enum err err = db_open(options->path, &writing, &work->writer.db);
  for (int i = 0; err == ERR_OK && i < work->worker_count; i++)
    err = db_open(options->path, &reading, &work->workers[i].db);
  return err;
}

static enum err worker_start(struct worker *worker, int *running, void *(*thread)(void *)) {
  pthread_mutex_lock(&worker->work->lock);
  int code = pthread_create(&worker->thread, NULL, thread, worker);
  worker->is_started = code == 0;
  *running += code == 0;
  pthread_mutex_unlock(&worker->work->lock);
  if (code == 0)
    return ERR_OK;
  errno = code;
  log_line(LOG_ERROR, "work", "cannot start a thread: %m");
  return ERR_UNAVAILABLE;
}

static void worker_join(struct worker *worker) {
  if (worker->is_started)
    pthread_join(worker->thread, NULL);
  if (worker->db != NULL)
    db_close(worker->db);
}

static void *worker_thread(void *context) {
  struct worker *worker = context;
  struct job *job;
  bool is_over = false;
  while (!is_over)
    if (queue_take(&worker->work->worker_queue, &job, 1, -1, &is_over) == 1)
      worker_run(worker, job);
  work_thread_ends(worker->work, &worker->work->workers_running);
  return NULL;
}

static void worker_run(struct worker *worker, struct job *job) {
  struct work *work = worker->work;
  atomic_fetch_add(&work->in_hand, 1);
  enum err err = job->kind->prepare(job, worker->db);
  // An open snapshot would keep the WAL from being reset for as long as this worker sleeps.
  if (db_in_transaction(worker->db))
    log_line(LOG_ERROR, "work", "%s left its transaction open", job->kind->name);
  db_rollback(worker->db);
  if (err != ERR_OK || job->kind->run == NULL) {
    loop_post(job->home, job);
  } else if (!queue_put(&work->writer_queue, job)) {
    job_lost(work, job);
  }
  atomic_fetch_sub(&work->in_hand, 1);
}

static void *writer_thread(void *context) {
  struct worker *writer = context;
  struct work *work = writer->work;
  struct job *jobs[WORK_BATCH_MAX];
  int batches = 0; // since the last checkpoint
  bool is_over = false;
  while (!is_over) {
    int wait_ms = batches > 0 ? CHECKPOINT_IDLE_MS : -1;
    size_t count = queue_take(&work->writer_queue, jobs, WORK_BATCH_MAX, wait_ms, &is_over);
    if (count > 0) {
      writer_batch(work, jobs, count);
      batches++;
    }
    if (batches >= CHECKPOINT_BATCHES || (count == 0 && batches > 0 && !is_over)) {
      writer_checkpoint(work, false);
      batches = 0;
    }
  }
  writer_checkpoint(work, true);
  work_thread_ends(work, &work->writers_running);
  return NULL;
}

static void writer_batch(struct work *work, struct job **jobs, size_t count) {
  if (atomic_load(&work->is_broken)) {
    for (size_t i = 0; i < count; i++)
      job_lost(work, jobs[i]);
    return;
  }
  atomic_fetch_add(&work->in_hand, count);
  enum err err = job_batch(work->writer.db, jobs, count);
  atomic_fetch_add(&work->batches, 1);
  atomic_fetch_add(err == ERR_OK ? &work->jobs : &work->lost, count);
  if (err != ERR_OK)
    work_check_broken(work);
  for (size_t i = 0; i < count; i++)
    loop_post(jobs[i]->home, jobs[i]);
  if (err == ERR_OK)
    writer_tell(work);
  atomic_fetch_sub(&work->in_hand, count);
}

static void writer_tell(struct work *work) {
  pthread_mutex_lock(&work->watch_lock);
  if (work->committed != NULL)
    work->committed(work->watch_context);
  pthread_mutex_unlock(&work->watch_lock);
}

// A failure is logged by db and otherwise harmless: the pages stay in the WAL until the next one.
static void writer_checkpoint(struct work *work, bool is_final) {
  if (!atomic_load(&work->is_broken) && db_checkpoint(work->writer.db, is_final) != ERR_OK)
    work_check_broken(work);
}

static void work_check_broken(struct work *work) {
  if (!db_is_broken(work->writer.db))
    return;
  atomic_store(&work->is_broken, true);
  if (work->broken != NULL)
    work->broken(work->context);
}

static void work_thread_ends(struct work *work, int *running) {
  pthread_mutex_lock(&work->lock);
  (*running)--;
  pthread_cond_broadcast(&work->ended);
  pthread_mutex_unlock(&work->lock);
}

static bool work_wait(struct work *work, const int *running, const struct timespec *until) {
  pthread_mutex_lock(&work->lock);
  while (*running > 0 && pthread_cond_timedwait(&work->ended, &work->lock, until) != ETIMEDOUT) {
  }
  bool is_done = *running == 0;
  pthread_mutex_unlock(&work->lock);
  return is_done;
}

// The time is up: what still waits is told so; what a thread has in its hands is only counted.
static size_t work_abandon(struct work *work) {
  struct queue *queues[] = {&work->worker_queue, &work->writer_queue};
  size_t left = 0;
  for (size_t i = 0; i < sizeof queues / sizeof *queues; i++) {
    struct job *job;
    bool is_over = false;
    while (queue_take(queues[i], &job, 1, 0, &is_over) == 1) {
      job_lost(work, job);
      left++;
    }
  }
  return left + atomic_load(&work->in_hand);
}

static void job_lost(struct work *work, struct job *job) {
  atomic_fetch_add(&work->lost, 1);
  job->kind->lost(job, ERR_UNAVAILABLE);
  loop_post(job->home, job);
}
