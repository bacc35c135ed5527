// SPDX-License-Identifier: AGPL-3.0-or-later
// fsync_rate FOLDER SECONDS
// How many times a second the disk takes 4 KiB more at the end of a file, write and fdatasync: what bounds one join a
// commit.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, SECONDS_MAX = 10 };

static double seconds_now(void);

int main(int argc, char **argv) {
  double limit = argc == 3 ? strtod(argv[2], NULL) : 0;
  int folder = argc == 3 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (limit <= 0 || limit > SECONDS_MAX || folder < 0) {
    fprintf(stderr, "usage: fsync_rate FOLDER SECONDS\n");
    return 2;
  }
  static char page[PAGE_BYTES];
  memset(page, 'x', sizeof page);
  int fd = openat(folder, "fsync-rate", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  size_t count = 0;
  double start = seconds_now(), end = start;
  for (; fd >= 0 && end - start < limit; count++, end = seconds_now())
    if (write(fd, page, sizeof page) != (ssize_t)sizeof page || fdatasync(fd) != 0)
      break;
  if (fd < 0 || end - start < limit) {
    fprintf(stderr, "fsync_rate: %s: %m\n", argv[1]);
    return 3;
  }
  close(fd);
  unlinkat(folder, "fsync-rate", 0);
  printf("rate=%.0f\n", (double)count / (end - start));
  return 0;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
