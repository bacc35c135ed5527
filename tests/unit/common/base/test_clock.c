// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <time.h>

#include "common/base/clock.h"

static void a_fixed_clock_stands_still_until_it_is_set(void **state) {
  (void)state;
  struct clock clock = clock_fixed(1694476740);
  assert_int_equal(clock_now(&clock), 1694476740);
  assert_int_equal(clock_now(&clock), 1694476740);
  clock_set(&clock, 1694476741);
  assert_int_equal(clock_now(&clock), 1694476741);
}

static void a_real_clock_is_the_time_of_day_plus_its_offset(void **state) {
  (void)state;
  struct clock clock = clock_real(-86400);
  struct timespec before, after;
  clock_gettime(CLOCK_REALTIME, &before);
  int64_t now = clock_now(&clock);
  clock_gettime(CLOCK_REALTIME, &after);
  assert_true(now >= before.tv_sec - 86400 && now <= after.tv_sec - 86400);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fixed_clock_stands_still_until_it_is_set),
      cmocka_unit_test(a_real_clock_is_the_time_of_day_plus_its_offset),
  };
  return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
