// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/fd.h"

#include <errno.h>
#include <unistd.h>

bool fd_write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = write(fd, bytes, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    bytes += count;
    size -= (size_t)count;
  }
  return true;
}

void fd_close_cleanup(const int *fd) {
  if (*fd >= 0)
    (void)close(*fd);
}
