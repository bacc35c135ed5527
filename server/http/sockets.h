// SPDX-License-Identifier: AGPL-3.0-or-later
// How a listening socket comes to be: addresses in words, modes of files, whose peer it is. Knows no loops and no HTTP.
// Failures are logged here with the address, because whoever starts the server has to act on them.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/err.h"

// "127.0.0.1:8803", "[::1]:0", "localhost:8803", ":8803" (every address). ERR_INVALID when it is not an address,
// ERR_UNAVAILABLE when it cannot be bound. Non-blocking.
CHECKED enum err socket_listen_network(const char *host_port, int *out_fd, uint16_t *out_port);
// A Unix socket of mode 0600 from its first moment; one that is left over is replaced (the caller holds the store's
// lock).
CHECKED enum err socket_listen_control(const char *path, int *out_fd);
// Whether the process at the other end runs as our user or as root.
bool socket_peer_is_operator(int fd);
