// SPDX-License-Identifier: AGPL-3.0-or-later
// One client's connection: gate, request, reply, and again, one request at a time; pipelined ones wait in the input
// buffer (64 KiB). A stream's connection stays with it to its end (stream.h). Owns the bufferevent. Private to lane.c,
// listener.c and stream.c; the request layer is only called (http.h).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/http/lane.h"

struct tls; // server/http/tls.h

struct peer {
  const char *address; // in words; copied
  bool is_loopback;
  bool is_control;
  struct tls *tls; // NULL: plain HTTP
};

struct connection_links {
  struct connection *previous;
  struct connection *next;
};

// Takes the descriptor over, also when there is no memory for it (then it is closed).
void connection_open(struct lane *lane, int fd, const struct peer *peer);
// At once. A request that is elsewhere runs to its end and its reply is dropped.
void connection_close(struct connection *connection);
// Whether it is too late, or the house is closing and nothing is under way: then it is answered or closed.
void connection_look(struct connection *connection, int64_t now_ms);
// More of a stream: to the kernel, and what it does not take is queued. False: the client has gone, or takes too little
// (stream.h); close it.
bool connection_say(struct connection *connection, const char *bytes, size_t size);
// The stream's last words, then the connection's end in good order.
void connection_end(struct connection *connection, const char *bytes, size_t size);
struct connection_links *connection_links(struct connection *connection);
