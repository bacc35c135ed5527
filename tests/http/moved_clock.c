// SPDX-License-Identifier: AGPL-3.0-or-later
// A library to preload into a server under test: its clocks, the real one and the monotonic one, are ahead by as many
// seconds as the file MOVED_CLOCK says, which the test may raise at any time, as if the machine had slept. The coarse
// clock, by which connections have their deadlines, is as it was.
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef int clock_reader(clockid_t clock, struct timespec *out);

static const volatile int64_t *moved_by(void) {
  static const int64_t nothing;
  const char *path = getenv("MOVED_CLOCK");
  int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof nothing, PROT_READ, MAP_SHARED, fd, 0);
  if (fd >= 0)
    close(fd);
  return mapped == MAP_FAILED ? &nothing : mapped;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
  static _Atomic(clock_reader *) reader;
  static _Atomic(const volatile int64_t *) moved;
  clock_reader *next = reader;
  if (next == NULL)
    reader = next = (clock_reader *)dlsym(RTLD_NEXT, "clock_gettime");
  const volatile int64_t *by = moved;
  if (by == NULL)
    moved = by = moved_by();
  int code = next(clock, out);
  if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC))
    out->tv_sec += *by;
  return code;
}
