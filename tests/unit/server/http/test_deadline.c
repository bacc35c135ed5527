// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/http/deadline.h"

static void each_phase_has_its_time(void **state) {
  (void)state;
  static const struct {
    enum phase phase;
    size_t moved_bytes;
    int64_t expected_ms;
    const char *why;
  } rows[] = {
      {PHASE_HANDSHAKE, 0, 10000, "TLS handshake 10 s"},
      {PHASE_IDLE, 0, 60000, "idle 60 s"},
      {PHASE_HEAD, 0, 10000, "header 10 s"},
      {PHASE_HEAD, 16384, 10000, "a header gains nothing by its bytes"},
      {PHASE_BODY, 0, 30000, "body 30 s"},
      {PHASE_BODY, 8192, 31000, "and a second for 8 KiB"},
      {PHASE_BODY, 4194304, 30000 + 512000, "4 MiB at 8 KiB/s"},
      {PHASE_BODY, 15, 30001, "a byte every two seconds has gained a millisecond"},
      {PHASE_REPLY, 0, 30000, "reply 30 s"},
      {PHASE_REPLY, 81920, 40000, "and its bytes"},
      {PHASE_LINGER, 1 << 20, 2000, "what is thrown away is not waited for"},
  };
  static const int64_t since_ms = 1234567;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct deadline deadline = {.since_ms = since_ms, .moved_bytes = rows[i].moved_bytes};
    if (deadline_at_ms(rows[i].phase, deadline) != since_ms + rows[i].expected_ms)
      fail_msg("%s", rows[i].why);
  }
}

static void a_request_that_runs_is_not_hurried(void **state) {
  (void)state;
  assert_true(deadline_at_ms(PHASE_RUN, (struct deadline){0}) == INT64_MAX);
}

static void no_count_of_bytes_overflows(void **state) {
  (void)state;
  struct deadline deadline = {.since_ms = INT64_MAX / 2, .moved_bytes = SIZE_MAX};
  assert_true(deadline_at_ms(PHASE_BODY, deadline) > deadline.since_ms);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_phase_has_its_time),
      cmocka_unit_test(a_request_that_runs_is_not_hurried),
      cmocka_unit_test(no_count_of_bytes_overflows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
