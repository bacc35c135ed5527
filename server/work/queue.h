// SPDX-License-Identifier: AGPL-3.0-or-later
// A bounded queue of jobs between threads: a lock, a condition, a linked list through job->next. Knows nothing of what
// the jobs do or where they go next.
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/work/job.h"

struct queue {
  pthread_mutex_t lock;
  pthread_cond_t filled; // by the monotonic clock
  struct job *first;
  struct job *last;
  size_t count;
  size_t count_max;
  bool is_closed;
};

void queue_init(struct queue *queue, size_t count_max);
void queue_done(struct queue *queue);
// False when it is full or closed: the job stays the caller's.
bool queue_put(struct queue *queue, struct job *job);
// Takes up to `max` jobs in their order; waits for one, but not longer than `wait_ms` (negative: for ever). 0: the time
// is up, or the queue is closed and empty, which `is_over` tells apart.
size_t queue_take(struct queue *queue, struct job **jobs, size_t max, int wait_ms, bool *is_over);
// Nothing more comes in; what is queued can still be taken.
void queue_close(struct queue *queue);
size_t queue_count(struct queue *queue);
