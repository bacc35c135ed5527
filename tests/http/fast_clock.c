// SPDX-License-Identifier: AGPL-3.0-or-later
// A library to preload into a server under test: its coarse monotonic clock, by which connections have their deadlines,
// runs FAST_CLOCK_TIMES as fast, so that a test need not wait a minute. Every other clock is as it was.
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

typedef int clock_reader(clockid_t clock, struct timespec *out);

int clock_gettime(clockid_t clock, struct timespec *out) {
  static const long long second = 1000000000;
  static _Atomic(clock_reader *) reader;
  static _Atomic long long started;
  clock_reader *next = reader;
  if (next == NULL)
    reader = next = (clock_reader *)dlsym(RTLD_NEXT, "clock_gettime");
  int code = next(clock, out);
  const char *times = getenv("FAST_CLOCK_TIMES");
  if (code != 0 || clock != CLOCK_MONOTONIC_COARSE || times == NULL)
    return code;
  long long now = out->tv_sec * second + out->tv_nsec;
  long long from = 0;
  if (!atomic_compare_exchange_strong(&started, &from, now))
    now = from + (now - from) * strtoll(times, NULL, 10);
  out->tv_sec = now / second;
  out->tv_nsec = now % second;
  return code;
}
