// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/secret.h"
#include "server/accounts/throttle.h"

struct fixture {
  struct clock clock;
  struct throttle *throttle;
};

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  assert_int_equal(ERR_OK, secret_init());
  f->clock = clock_fixed(5000);
  f->throttle = throttle_new(&f->clock);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  throttle_free(f->throttle);
  free(f);
  return 0;
}

static bool take(struct fixture *f, const char *account, const char *peer) {
  int64_t wait = -1;
  bool is_taken = throttle_take(f->throttle, THROTTLE_PASSWORD, account, peer, &wait);
  assert_int_equal(is_taken, wait == -1);
  return is_taken;
}

static void fail_times(struct fixture *f, const char *account, const char *peer, int times) {
  for (int i = 0; i < times; i++)
    assert_true(take(f, account, peer));
}

static void the_eleventh_try_of_an_account_is_refused_from_wherever_it_comes(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < THROTTLE_ACCOUNT_TRIES; i++) {
    char peer[32];
    snprintf(peer, sizeof peer, "192.0.2.%d", i);
    assert_true(take(f, "ada", peer));
  }
  assert_false(take(f, "ada", "198.51.100.7"));
  assert_true(take(f, "grace", "198.51.100.7"));
}

static void a_failure_is_forgotten_exactly_when_its_window_ends(void **state) {
  struct fixture *f = *state;
  assert_true(take(f, "ada", "192.0.2.1"));
  clock_set(&f->clock, 5010);
  fail_times(f, "ada", "192.0.2.1", THROTTLE_ACCOUNT_TRIES - 1);
  static const struct {
    int64_t at;
    int64_t wait; // 0: allowed
    const char *why;
  } cases[] = {
      {5010, THROTTLE_WINDOW_SECONDS - 10, "until the first failure is old enough"},
      {5000 + THROTTLE_WINDOW_SECONDS - 1, 1, "the second before"},
      {5000 + THROTTLE_WINDOW_SECONDS, 0, "the first failure is forgotten"},
      {5000 + THROTTLE_WINDOW_SECONDS, 10, "the window slides: the other nine and the new one still count"},
      {5009 + THROTTLE_WINDOW_SECONDS, 1, "the second before those"},
      {5010 + THROTTLE_WINDOW_SECONDS, 0, "and then they are forgotten, too"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    clock_set(&f->clock, cases[i].at);
    int64_t wait = 0;
    bool is_taken = throttle_take(f->throttle, THROTTLE_PASSWORD, "ada", "192.0.2.1", &wait);
    if (is_taken != (cases[i].wait == 0) || wait != cases[i].wait)
      fail_msg("%s: wait %ld", cases[i].why, (long)wait);
  }
}

static void a_refused_try_counts_for_nothing(void **state) {
  struct fixture *f = *state;
  fail_times(f, "ada", "192.0.2.1", THROTTLE_ACCOUNT_TRIES);
  clock_set(&f->clock, 5000 + THROTTLE_WINDOW_SECONDS - 1);
  for (int i = 0; i < 500; i++)
    assert_false(take(f, "ada", "192.0.2.1"));
  clock_set(&f->clock, 5000 + THROTTLE_WINDOW_SECONDS);
  fail_times(f, "ada", "192.0.2.1", THROTTLE_ACCOUNT_TRIES);
}

static void a_success_clears_the_account_and_takes_back_one_try_of_the_address(void **state) {
  struct fixture *f = *state;
  fail_times(f, "ada", "192.0.2.1", THROTTLE_ACCOUNT_TRIES);
  throttle_clear(f->throttle, THROTTLE_PASSWORD, "ada", "192.0.2.1");
  fail_times(f, "ada", "192.0.2.1", THROTTLE_ACCOUNT_TRIES);
  for (int i = 0; i < THROTTLE_ADDRESS_TRIES - 2 * THROTTLE_ACCOUNT_TRIES + 1; i++) {
    char account[32];
    snprintf(account, sizeof account, "person %d", i);
    assert_true(take(f, account, "192.0.2.1"));
  }
  assert_false(take(f, "grace", "192.0.2.1"));
}

static void an_address_is_refused_after_a_hundred_failures_on_any_accounts(void **state) {
  static const struct {
    const char *failing;
    const char *asking;
    bool is_same;
    const char *why;
  } cases[] = {
      {"192.0.2.1", "192.0.2.1", true, "the address itself"},
      {"192.0.2.1", "192.0.2.2", false, "its neighbour"},
      {"192.0.2.1", "::ffff:192.0.2.1", true, "the same, mapped into IPv6"},
      {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true, "the same /64"},
      {"2001:db8:1:2::1", "2001:db8:1:3::1", false, "another /64"},
      {"192.0.2.1", NULL, false, "the control socket has no address"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct throttle *throttle = throttle_new(&((struct fixture *)*state)->clock);
    struct fixture f = {.throttle = throttle};
    for (int j = 0; j < THROTTLE_ADDRESS_TRIES; j++) {
      char account[32];
      snprintf(account, sizeof account, "person %d", j);
      assert_true(take(&f, account, cases[i].failing));
    }
    if (take(&f, "grace", cases[i].asking) == cases[i].is_same)
      fail_msg("%s", cases[i].why);
    throttle_free(throttle);
  }
}

static void a_flood_of_other_accounts_does_not_push_a_blocked_one_out(void **state) {
  struct fixture *f = *state;
  fail_times(f, "ada", NULL, THROTTLE_ACCOUNT_TRIES);
  for (int i = 0; i < 100000; i++) {
    char account[32];
    snprintf(account, sizeof account, "person %d", i);
    assert_true(take(f, account, NULL));
  }
  assert_false(take(f, "ada", NULL));
}

struct racer {
  struct throttle *throttle;
  int taken;
};

static void *race(void *context) {
  struct racer *racer = context;
  for (int i = 0; i < 200; i++) {
    int64_t wait;
    racer->taken += throttle_take(racer->throttle, THROTTLE_PASSWORD, "ada", "192.0.2.1", &wait);
  }
  return NULL;
}

static void tries_at_the_same_moment_do_not_exceed_the_limit_together(void **state) {
  struct fixture *f = *state;
  struct racer racers[4];
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    racers[i] = (struct racer){.throttle = f->throttle};
    assert_int_equal(0, pthread_create(&threads[i], NULL, race, &racers[i]));
  }
  int taken = 0;
  for (int i = 0; i < 4; i++) {
    pthread_join(threads[i], NULL);
    taken += racers[i].taken;
  }
  assert_int_equal(THROTTLE_ACCOUNT_TRIES, taken);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_eleventh_try_of_an_account_is_refused_from_wherever_it_comes, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(a_failure_is_forgotten_exactly_when_its_window_ends, setup, teardown),
      cmocka_unit_test_setup_teardown(a_refused_try_counts_for_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(a_success_clears_the_account_and_takes_back_one_try_of_the_address, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(an_address_is_refused_after_a_hundred_failures_on_any_accounts, setup, teardown),
      cmocka_unit_test_setup_teardown(a_flood_of_other_accounts_does_not_push_a_blocked_one_out, setup, teardown),
      cmocka_unit_test_setup_teardown(tries_at_the_same_moment_do_not_exceed_the_limit_together, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
