// SPDX-License-Identifier: AGPL-3.0-or-later
// File descriptors: one that closes itself, and what every writer of files needs beyond write(2).
#pragma once

#include <stdbool.h>
#include <stddef.h>

// All of the bytes, in as many writes as it takes; false with errno when they cannot be written, some perhaps were.
bool fd_write_all(int fd, const char *bytes, size_t size);

void fd_close_cleanup(const int *fd);
// Closed with the scope, unless negative: `int fd SCOPED_FD = open(…);`
#define SCOPED_FD __attribute__((cleanup(fd_close_cleanup)))
