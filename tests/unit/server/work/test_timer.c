// SPDX-License-Identifier: AGPL-3.0-or-later
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/work/timer.h"

struct count {
  struct loop *loop;
  int heard, wanted;
};

static void hear(void *context) {
  struct count *count = context;
  if (++count->heard == count->wanted)
    loop_stop(count->loop);
}

static void hold(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  assert_int_equal(0, pthread_sigmask(how, &set, NULL));
}

static void a_signal_waits_for_the_loop_from_before_it_runs(void **state) {
  (void)state;
  hold(SIG_BLOCK);
  struct count count = {.wanted = 2};
  assert_int_equal(ERR_OK, loop_new(NULL, &count.loop));
  struct timer *first = timer_signal(count.loop, SIGUSR1, hear, &count);
  struct timer *second = timer_signal(count.loop, SIGUSR2, hear, &count);
  assert_non_null(first);
  assert_non_null(second);
  assert_int_equal(0, raise(SIGUSR1));
  assert_int_equal(0, raise(SIGUSR2));
  assert_int_equal(0, count.heard); // nothing is interrupted
  loop_run(count.loop);
  assert_int_equal(2, count.heard);
  timer_free(first);
  timer_free(second);
  loop_free(count.loop);
  hold(SIG_UNBLOCK);
}

static void each_time_it_comes_again_it_is_heard_again(void **state) {
  (void)state;
  hold(SIG_BLOCK);
  struct count count = {0};
  assert_int_equal(ERR_OK, loop_new(NULL, &count.loop));
  struct timer *timer = timer_signal(count.loop, SIGUSR1, hear, &count);
  assert_non_null(timer);
  for (int i = 1; i <= 3; i++) {
    count.wanted = i;
    assert_int_equal(0, raise(SIGUSR1));
    loop_run(count.loop);
    assert_int_equal(i, count.heard);
  }
  timer_free(timer);
  loop_free(count.loop);
  hold(SIG_UNBLOCK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_signal_waits_for_the_loop_from_before_it_runs),
      cmocka_unit_test(each_time_it_comes_again_it_is_heard_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
