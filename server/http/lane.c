// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/lane.h"

#include <event2/event.h>

#include "common/base/log.h"
#include "server/http/connection.h"
#include "server/http/stream.h"

static const struct timeval tick_every = {.tv_usec = 500000};

static void lane_ticks(int fd, short events, void *context);

enum err lane_init(struct lane *lane, const struct http *http, struct loop *loop, void (*left)(struct lane *lane)) {
  lane->http = http;
  lane->loop = loop;
  lane->left = left;
  lane->date_at = -1;
  lane->tick = event_new(loop_base(loop), -1, EV_PERSIST, lane_ticks, lane);
  if (lane->tick != NULL)
    return stream_set_new(lane, &lane->streams);
  log_line(LOG_ERROR, "http", "cannot make a timer");
  return ERR_UNAVAILABLE;
}

void lane_done(struct lane *lane) {
  while (lane->first != NULL)
    connection_close(lane->first);
  if (lane->tick != NULL)
    event_free(lane->tick);
  lane->tick = NULL;
  stream_set_free(lane->streams);
  lane->streams = NULL;
}

void lane_add(struct lane *lane, struct connection *connection) {
  struct connection_links *links = connection_links(connection);
  links->previous = NULL;
  links->next = lane->first;
  if (lane->first != NULL)
    connection_links(lane->first)->previous = connection;
  lane->first = connection;
  if (lane->count++ == 0)
    event_add(lane->tick, &tick_every);
}

void lane_remove(struct lane *lane, struct connection *connection) {
  struct connection_links *links = connection_links(connection);
  if (links->previous != NULL)
    connection_links(links->previous)->next = links->next;
  else
    lane->first = links->next;
  if (links->next != NULL)
    connection_links(links->next)->previous = links->previous;
  if (--lane->count == 0)
    event_del(lane->tick);
}

void lane_drain(struct lane *lane, int body_seconds) {
  lane->is_draining = true;
  lane->drain_until_ms = lane_now_ms() + (int64_t)body_seconds * 1000;
  lane_ticks(-1, 0, lane);
}

const char *lane_date(struct lane *lane) {
  time_t now = time(NULL);
  if (now != lane->date_at) {
    response_date(now, lane->date);
    lane->date_at = now;
  }
  return lane->date;
}

int64_t lane_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void lane_ticks(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  struct lane *lane = context;
  int64_t now_ms = lane_now_ms();
  struct connection *next;
  for (struct connection *at = lane->first; at != NULL; at = next) {
    next = connection_links(at)->next; // the look may close it, but no other one
    connection_look(at, now_ms);
  }
  stream_set_look(lane->streams, now_ms);
}
