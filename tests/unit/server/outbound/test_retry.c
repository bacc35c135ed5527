// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/retry.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

static void it_doubles_from_a_minute_to_four_hours(void **state) {
  (void)state;
  static const struct {
    int64_t attempts;
    int64_t longest;
    const char *why;
  } cases[] = {
      {1, 60, "the first"},           {2, 120, "doubled"},         {3, 240, "again"},
      {8, 7680, "the last doubling"}, {9, 14400, "the limit"},     {10, 14400, "and from there on"},
      {1000, 14400, "no overflow"},   {INT64_MAX, 14400, "never"}, {0, 60, "before any try, as after one"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (retry_delay(cases[i].attempts, 0) != cases[i].longest)
      fail_msg("%s", cases[i].why);
    if (retry_delay(cases[i].attempts, UINT32_MAX) != cases[i].longest - cases[i].longest / 4)
      fail_msg("%s: less a quarter at the most", cases[i].why);
  }
}

static void chance_spreads_evenly_over_the_last_quarter(void **state) {
  (void)state;
  assert_int_equal(60 - 7, retry_delay(1, UINT32_MAX / 2 + 1));
  int64_t before = retry_delay(9, 0);
  for (uint32_t random = 0; random < UINT32_MAX - (1U << 24); random += 1U << 24) {
    int64_t delay = retry_delay(9, random);
    assert_in_range(delay, 14400 - 3600, 14400);
    assert_true(delay <= before && before - delay <= 15);
    before = delay;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_doubles_from_a_minute_to_four_hours),
      cmocka_unit_test(chance_spreads_evenly_over_the_last_quarter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
