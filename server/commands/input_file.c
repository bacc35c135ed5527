// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/commands/input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/base/fd.h"

static enum err refuse(struct arena *arena, int error, const char **reason);

enum err input_file_read(struct arena *arena, const char *path, size_t max, const char **bytes, size_t *size,
                         const char **reason) {
  bool is_stdin = strcmp(path, "-") == 0;
  int opened SCOPED_FD = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  int fd = is_stdin ? STDIN_FILENO : opened;
  if (fd < 0)
    return refuse(arena, errno, reason);
  char *buffer = arena_alloc(arena, max + 2);
  size_t filled = 0;
  while (filled <= max) {
    ssize_t got = read(fd, buffer + filled, max + 1 - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return refuse(arena, errno, reason);
    if (got == 0)
      break;
    filled += (size_t)got;
  }
  *bytes = buffer;
  *size = filled;
  return ERR_OK;
}

static enum err refuse(struct arena *arena, int error, const char **reason) {
  static const int of_the_system[] = {EIO, EMFILE, ENFILE, ENOMEM, EAGAIN};
  errno = error;
  *reason = arena_format(arena, "%m");
  for (size_t i = 0; i < sizeof of_the_system / sizeof *of_the_system; i++)
    if (error == of_the_system[i])
      return ERR_UNAVAILABLE;
  return ERR_INVALID;
}
