// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/work/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/db/db.h"

// The base is used by the loop's own thread only (before loop_start by its maker), so libevent needs no locks. Other
// threads touch nothing but the inbox, under its lock, and the eventfd.
struct loop {
  struct event_base *base;
  struct event *wake;
  struct db *db;
  int wake_fd;
  pthread_t thread;
  bool is_started;

  pthread_mutex_t lock; // of what follows
  struct job *first;
  struct job *last;
  bool is_woken; // the eventfd is written and not yet read: one wake-up serves many
  bool is_stopping;
};

struct call {
  struct job job;
  void (*run)(void *context);
  void *context;
};

static void call_done(struct job *job);
static const struct job_kind call_kind = {.name = "call", .done = call_done};

static enum err loop_open(struct loop *loop);
static void *loop_thread(void *context);
static void loop_woken(int fd, short events, void *context);
static struct job *loop_take(struct loop *loop, bool *is_stopping);
static void loop_wake(struct loop *loop);
static void jobs_done(struct job *job);

enum err loop_new(struct db *db, struct loop **out) {
  struct loop *loop = calloc(1, sizeof *loop);
  if (loop == NULL)
    abort();
  loop->db = db;
  loop->wake_fd = -1;
  pthread_mutex_init(&loop->lock, NULL);
  enum err err = loop_open(loop);
  if (err != ERR_OK) {
    loop_free(loop);
    return err;
  }
  *out = loop;
  return ERR_OK;
}

void loop_free(struct loop *loop) {
  if (loop == NULL)
    return;
  // What came home after the loop had stopped must still be released by its owner.
  bool is_stopping;
  for (struct job *job; (job = loop_take(loop, &is_stopping)) != NULL;)
    jobs_done(job);
  if (loop->wake != NULL)
    event_free(loop->wake);
  if (loop->base != NULL)
    event_base_free(loop->base);
  if (loop->wake_fd >= 0)
    close(loop->wake_fd);
  if (loop->db != NULL)
    db_close(loop->db);
  pthread_mutex_destroy(&loop->lock);
  free(loop);
}

enum err loop_start(struct loop *loop) {
  int code = pthread_create(&loop->thread, NULL, loop_thread, loop);
  if (code != 0) {
    errno = code;
    log_line(LOG_ERROR, "loop", "cannot start a thread: %m");
    return ERR_UNAVAILABLE;
  }
  loop->is_started = true;
  return ERR_OK;
}

void loop_run(struct loop *loop) { event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY); }

void loop_stop(struct loop *loop) {
  pthread_mutex_lock(&loop->lock);
  loop->is_stopping = true;
  loop_wake(loop);
  pthread_mutex_unlock(&loop->lock);
}

void loop_join(struct loop *loop) {
  if (loop->is_started)
    pthread_join(loop->thread, NULL);
  loop->is_started = false;
}

struct event_base *loop_base(struct loop *loop) {
  return loop->base;
}

struct db *loop_db(struct loop *loop) {
  return loop->db;
}

void loop_post(struct loop *loop, struct job *job) {
  job->next = NULL;
  pthread_mutex_lock(&loop->lock);
  if (loop->first == NULL)
    loop->first = job;
  else
    loop->last->next = job;
  loop->last = job;
  loop_wake(loop);
  pthread_mutex_unlock(&loop->lock);
}

void loop_call(struct loop *loop, void (*run)(void *context), void *context) {
  struct call *call = calloc(1, sizeof *call);
  if (call == NULL)
    abort();
  *call = (struct call){.job = {.kind = &call_kind, .home = loop}, .run = run, .context = context};
  loop_post(loop, &call->job);
}

static enum err loop_open(struct loop *loop) {
  loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (loop->wake_fd < 0) {
    log_line(LOG_ERROR, "loop", "eventfd: %m");
    return ERR_UNAVAILABLE;
  }
  loop->base = event_base_new();
  if (loop->base != NULL)
    loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST, loop_woken, loop);
  if (loop->wake == NULL || event_add(loop->wake, NULL) != 0) {
    log_line(LOG_ERROR, "loop", "cannot make an event base");
    return ERR_UNAVAILABLE;
  }
  return ERR_OK;
}

static void *loop_thread(void *context) {
  loop_run(context);
  return NULL;
}

static void loop_woken(int fd, short events, void *context) {
  struct loop *loop = context;
  (void)events;
  uint64_t count;
  // Level-triggered: should the read be interrupted, the loop comes here again.
  if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN)
    return;
  bool is_stopping;
  struct job *jobs = loop_take(loop, &is_stopping);
  jobs_done(jobs);
  while (is_stopping && jobs != NULL) { // what these jobs posted in turn
    jobs = loop_take(loop, &is_stopping);
    jobs_done(jobs);
  }
  if (is_stopping)
    event_base_loopbreak(loop->base);
}

static struct job *loop_take(struct loop *loop, bool *is_stopping) {
  pthread_mutex_lock(&loop->lock);
  struct job *jobs = loop->first;
  loop->first = loop->last = NULL;
  loop->is_woken = false;
  *is_stopping = loop->is_stopping;
  pthread_mutex_unlock(&loop->lock);
  return jobs;
}

// Under the lock. A counter of 2^64 cannot fill up, so the write does not fail.
static void loop_wake(struct loop *loop) {
  if (loop->is_woken)
    return;
  loop->is_woken = true;
  uint64_t one = 1;
  while (write(loop->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

static void jobs_done(struct job *job) {
  while (job != NULL) {
    struct job *next = job->next; // done may free the job
    job->kind->done(job);
    job = next;
  }
}

static void call_done(struct job *job) {
  struct call *call = (struct call *)job; // the job is its first member
  call->run(call->context);
  free(call);
}
