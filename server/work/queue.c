// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/work/queue.h"

#include <errno.h>
#include <time.h>

static struct timespec instant_in_ms(int wait_ms);

void queue_init(struct queue *queue, size_t count_max) {
  *queue = (struct queue){.count_max = count_max};
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&queue->lock, NULL);
  pthread_cond_init(&queue->filled, &attributes);
  pthread_condattr_destroy(&attributes);
}

void queue_done(struct queue *queue) {
  pthread_cond_destroy(&queue->filled);
  pthread_mutex_destroy(&queue->lock);
}

bool queue_put(struct queue *queue, struct job *job) {
  pthread_mutex_lock(&queue->lock);
  bool is_taken = !queue->is_closed && queue->count < queue->count_max;
  if (is_taken) {
    job->next = NULL;
    if (queue->first == NULL)
      queue->first = job;
    else
      queue->last->next = job;
    queue->last = job;
    queue->count++;
    pthread_cond_signal(&queue->filled);
  }
  pthread_mutex_unlock(&queue->lock);
  return is_taken;
}

size_t queue_take(struct queue *queue, struct job **jobs, size_t max, int wait_ms, bool *is_over) {
  struct timespec until = instant_in_ms(wait_ms);
  pthread_mutex_lock(&queue->lock);
  while (queue->first == NULL && !queue->is_closed) {
    if (wait_ms < 0)
      pthread_cond_wait(&queue->filled, &queue->lock);
    else if (pthread_cond_timedwait(&queue->filled, &queue->lock, &until) == ETIMEDOUT)
      break;
  }
  size_t count = 0;
  for (; count < max && queue->first != NULL; count++) {
    jobs[count] = queue->first;
    queue->first = queue->first->next;
  }
  queue->count -= count;
  *is_over = count == 0 && queue->is_closed;
  pthread_mutex_unlock(&queue->lock);
  return count;
}

void queue_close(struct queue *queue) {
  pthread_mutex_lock(&queue->lock);
  queue->is_closed = true;
  pthread_cond_broadcast(&queue->filled);
  pthread_mutex_unlock(&queue->lock);
}

size_t queue_count(struct queue *queue) {
  pthread_mutex_lock(&queue->lock);
  size_t count = queue->count;
  pthread_mutex_unlock(&queue->lock);
  return count;
}

static struct timespec instant_in_ms(int wait_ms) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  if (wait_ms > 0) {
    at.tv_sec += wait_ms / 1000;
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
      at.tv_sec++;
      at.tv_nsec -= 1000000000;
    }
  }
  return at;
}
