// SPDX-License-Identifier: AGPL-3.0-or-later
// The writer thread and the workers: bounded queues, group commit, orderly end. design.md, How a request flows.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "server/work/job.h"

enum { WORK_BATCH_MAX = 256, WORK_WRITER_QUEUE_MAX = 4096, WORK_WORKER_QUEUE_MAX = 64 };

struct work;

struct work_options {
  const char *path;              // of the store
  const char *vfs;               // NULL: the default
  int worker_count;              // 2: argon2id takes 64 MiB each
  void (*broken)(void *context); // on the writer, after a failed fsync: the process must end
  void *context;
};

// Opens the writer's and the workers' connections and starts the threads.
CHECKED enum err work_new(const struct work_options *options, struct work **out);
// Takes no more jobs, runs those that are queued, checkpoints, ends the threads. False if `deadline_seconds` (real
// time) passed first; then `left` jobs were told lost or are still in a thread's hands. The home loops must still be
// running.
bool work_stop(struct work *work, int deadline_seconds, size_t *left);
// Waits for the threads: after a work_stop that returned false, end the process instead.
void work_free(struct work *work);
// From now on `committed(context)` is called on the writer after each batch that is durable, after its jobs went home:
// nothing that takes long. One watcher; NULL ends it, and then no call is under way any more. From any thread but the
// writer.
void work_watch(struct work *work, void (*committed)(void *context), void *context);

// Hands the job over: to a worker when it has a prepare, else to the writer. Never blocks. False when the queue is full
// or work is stopping: then the job is still the caller's and nothing was called.
bool work_submit(struct work *work, struct job *job);

// Somebody's change was kept out by the state that the server is in: no room for it, a full queue, a failing store.
// From any thread.
void work_refused(struct work *work);

struct work_figures { // since start; for /metrics, bench and the heartbeat
  uint64_t batches;
  uint64_t jobs;
  uint64_t lost;    // in a queue or at the writer
  uint64_t refused; // as work_refused was told, most of the lost among them
  size_t writer_queued;
  size_t worker_queued;
};
void work_figures(struct work *work, struct work_figures *out);
