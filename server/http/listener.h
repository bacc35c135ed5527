// SPDX-License-Identifier: AGPL-3.0-or-later
// Listening sockets and the connections that come from them, on N loops that share each socket. Owns bufferevents and
// llhttp together with connection.c and gate.c; nobody else sees them. Deadlines run on the monotonic clock: header 10
// s; body and reply 30 s plus their bytes at 8 KiB/s; idle 60 s.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http/http.h"
#include "server/work/loop.h"

struct listener;
struct tls; // server/http/tls.h

struct listener_options {
  const struct http *http;
  struct loop *const *loops;
  size_t loop_count;
  const char *host_port;     // "127.0.0.1:8803", "[::1]:0"; NULL for none
  const char *tls_host_port; // the same with TLS; NULL for none
  struct tls *tls;           // whose certificate is shown there; outlives the listener
  const char *control_path;  // DIR/control.sock (0600; the peer's uid must be ours or root's), or NULL
  size_t connection_max;     // beyond it accepting pauses; 10000
};

// The loops may run already or not; main has SIGPIPE ignored (a bufferevent writes with writev).
CHECKED enum err listener_new(const struct listener_options *options, struct listener **out);
uint16_t listener_port(const struct listener *listener); // what the kernel chose for port 0
uint16_t listener_tls_port(const struct listener *listener);
// Closes the sockets and idle connections; requests received whole are answered, bodies in transit get `body_seconds`.
// `drained(context)` is called on the first loop when the last connection is gone.
void listener_drain(struct listener *listener, int body_seconds, void (*drained)(void *context), void *context);
// Something was committed: from any thread; the loops fetch it for their event streams. One call a loop for many.
void listener_news(struct listener *listener);
size_t listener_open_connections(const struct listener *listener);
// After the loops have stopped, before loop_free. Requests that are still in work come home to nobody: loop_free
// releases them.
void listener_free(struct listener *listener);
