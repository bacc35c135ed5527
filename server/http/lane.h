// SPDX-License-Identifier: AGPL-3.0-or-later
// The connections of one loop: their list, their deadlines (one tick looks at all, so that no request arms a timer),
// their orderly end. Used on the loop's thread only. Knows no listening socket.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "server/http/http.h"
#include "server/http/response.h"
#include "server/work/loop.h"

struct connection;
struct event;
struct stream_set;

struct lane {
  const struct http *http;
  struct loop *loop;
  struct connection *first;
  size_t count;
  void (*left)(struct lane *lane); // a connection has gone; the last thing that happens to it
  bool is_draining;
  int64_t drain_until_ms; // for heads and bodies in transit
  struct event *tick;
  struct stream_set *streams; // those of its connections that are event streams (stream.h)
  time_t date_at;
  char date[RESPONSE_DATE_BYTES];
};

// Before the loop runs, or on its thread. The lane is zeroed by its owner first.
CHECKED enum err lane_init(struct lane *lane, const struct http *http, struct loop *loop,
                           void (*left)(struct lane *lane));
// Closes what is still open; a request that is elsewhere comes home to nobody and is released there.
void lane_done(struct lane *lane);
void lane_add(struct lane *lane, struct connection *connection);
void lane_remove(struct lane *lane, struct connection *connection);
// Closes idle connections; what is in transit gets so many seconds.
void lane_drain(struct lane *lane, int body_seconds);
// The Date field's text, made anew once a second.
const char *lane_date(struct lane *lane);
int64_t lane_now_ms(void); // monotonic, a few ms coarse
