// SPDX-License-Identifier: AGPL-3.0-or-later
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/work/loop.h"

enum { THREADS = 4, JOBS = 5000 };

struct entry {
  struct job job;
  struct board *board;
  int thread;
  int number;
};

// Touched by the loop's thread only.
struct board {
  struct loop *loop;
  pthread_t on;
  int last[THREADS];
  int done;
  int out_of_order;
  int on_another_thread;
  int stop_after; // 0: never
};

static void entry_done(struct job *job) {
  struct entry *entry = (struct entry *)job;
  struct board *board = entry->board;
  if (board->done == 0)
    board->on = pthread_self();
  board->on_another_thread += !pthread_equal(board->on, pthread_self());
  board->out_of_order += entry->number != board->last[entry->thread] + 1;
  board->last[entry->thread] = entry->number;
  if (++board->done == board->stop_after)
    loop_stop(board->loop);
  free(entry);
}

static const struct job_kind entry_kind = {.name = "entry", .done = entry_done};

static void post(struct board *board, int thread, int number) {
  struct entry *entry = calloc(1, sizeof *entry);
  assert_non_null(entry);
  *entry = (struct entry){
      .job = {.kind = &entry_kind, .home = board->loop}, .board = board, .thread = thread, .number = number};
  loop_post(board->loop, &entry->job);
}

struct poster {
  struct board *board;
  int thread;
};

static void *poster_thread(void *context) {
  struct poster *poster = context;
  for (int i = 1; i <= JOBS; i++)
    post(poster->board, poster->thread, i);
  return NULL;
}

static void jobs_of_many_threads_come_home_in_each_ones_order(void **state) {
  (void)state;
  struct board board = {.stop_after = THREADS * JOBS};
  assert_int_equal(loop_new(NULL, &board.loop), ERR_OK);
  assert_int_equal(loop_start(board.loop), ERR_OK);
  pthread_t threads[THREADS];
  struct poster posters[THREADS];
  for (int i = 0; i < THREADS; i++) {
    posters[i] = (struct poster){&board, i};
    assert_int_equal(pthread_create(&threads[i], NULL, poster_thread, &posters[i]), 0);
  }
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  loop_join(board.loop);
  assert_int_equal(board.done, THREADS * JOBS);
  assert_int_equal(board.out_of_order, 0);
  assert_int_equal(board.on_another_thread, 0);
  loop_free(board.loop);
}

static void stopping_runs_what_is_in_the_inbox_first(void **state) {
  (void)state;
  struct board board = {0};
  assert_int_equal(loop_new(NULL, &board.loop), ERR_OK);
  for (int i = 1; i <= 10; i++)
    post(&board, 0, i);
  loop_stop(board.loop);
  loop_run(board.loop); // returns
  assert_int_equal(board.done, 10);
  loop_free(board.loop);
}

static void post_two_more(void *context) {
  post(context, 0, 1);
  post(context, 0, 2);
}

static void stopping_also_runs_what_the_inbox_posts(void **state) {
  (void)state;
  struct board board = {0};
  assert_int_equal(loop_new(NULL, &board.loop), ERR_OK);
  loop_call(board.loop, post_two_more, &board);
  loop_stop(board.loop);
  loop_run(board.loop);
  assert_int_equal(board.done, 2);
  assert_int_equal(board.out_of_order, 0);
  loop_free(board.loop);
}

static void what_comes_home_too_late_is_still_released(void **state) {
  (void)state;
  struct board board = {0};
  assert_int_equal(loop_new(NULL, &board.loop), ERR_OK);
  loop_stop(board.loop);
  loop_run(board.loop);
  post(&board, 0, 1);
  assert_int_equal(board.done, 0);
  loop_free(board.loop); // the address sanitizer would tell of a leak
  assert_int_equal(board.done, 1);
}

static void count_a_call(void *context) { ++*(int *)context; }

static void a_call_runs_once(void **state) {
  (void)state;
  struct loop *loop;
  int calls = 0;
  assert_int_equal(loop_new(NULL, &loop), ERR_OK);
  assert_int_equal(loop_start(loop), ERR_OK);
  loop_call(loop, count_a_call, &calls);
  loop_call(loop, count_a_call, &calls);
  loop_stop(loop);
  loop_join(loop);
  loop_join(loop); // harmless
  assert_int_equal(calls, 2);
  loop_free(loop);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(jobs_of_many_threads_come_home_in_each_ones_order),
      cmocka_unit_test(stopping_runs_what_is_in_the_inbox_first),
      cmocka_unit_test(stopping_also_runs_what_the_inbox_posts),
      cmocka_unit_test(what_comes_home_too_late_is_still_released),
      cmocka_unit_test(a_call_runs_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
