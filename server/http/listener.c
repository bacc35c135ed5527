// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/http/connection.h"
#include "server/http/lane.h"
#include "server/http/sockets.h"
#include "server/http/stream.h"

enum {
  ACCEPTS_A_WAKE = 4, // few, so that an idle loop gets its share
  CONNECTIONS_DEFAULT = 10000,
  LOG_AGAIN_MS = 60000,
};

// The ways in.
enum door { DOOR_PLAIN, DOOR_TLS, DOOR_CONTROL, DOOR_COUNT };

static const struct timeval accept_pause = {.tv_usec = 100000};

// One loop's part: all of it but `owner` and `has_news` is touched on that loop only (and before it runs and after it
// has stopped).
struct station {
  struct lane lane; // first: lane_left finds the station by it
  struct listener *owner;
  struct event *accepts[DOOR_COUNT]; // NULL: not here
  struct event *retry;               // after a pause of accepting
  atomic_bool has_news;              // its loop has been called and has not looked yet; set by any thread
  bool is_opened;
  bool is_drained;
};

struct listener {
  int fds[DOOR_COUNT]; // -1: none
  uint16_t ports[DOOR_COUNT];
  char *control_path;
  struct tls *tls;
  size_t connection_max;
  atomic_size_t places_taken; // of connection_max: by connections, and by loops that are about to accept one
  atomic_size_t connection_count;
  _Atomic int64_t logged_at_ms; // when the descriptors ran out last
  struct station **stations;    // each on its own, because one that never opened outlives the listener
  size_t station_count;

  // of a drain; set once, before the stations are told
  void (*drained)(void *context);
  void *drained_context;
  int body_seconds;
  atomic_size_t stations_open;      // whose last connection has not gone yet
  atomic_size_t stations_accepting; // the last one closes the sockets
};

static enum err listener_open(struct listener *listener, const struct listener_options *options);
static enum err stations_new(struct listener *listener, const struct listener_options *options);
static void station_open(void *context);
static void station_free(struct station *station);
static void station_accept(struct station *station, bool is_waiting);
static void station_drain(void *context);
static void station_check_drained(struct station *station);
static void station_news(void *context);
static void listener_close_sockets(struct listener *listener);
static void plain_ready(int fd, short events, void *context);
static void tls_ready(int fd, short events, void *context);
static void control_ready(int fd, short events, void *context);
static void accept_some(struct station *station, enum door door);
static void retry_ready(int fd, short events, void *context);
static bool accept_one(struct station *station, enum door door);
static bool take_place(struct listener *listener);
static bool accept_failed(struct station *station);
static void accept_pauses(struct station *station);
static bool may_log(struct listener *listener);
static void peer_of(const struct sockaddr_storage *from, char address[static INET6_ADDRSTRLEN], struct peer *peer);
static void lane_left(struct lane *lane);

static const event_callback_fn ready_at[DOOR_COUNT] = {
    [DOOR_PLAIN] = plain_ready, [DOOR_TLS] = tls_ready, [DOOR_CONTROL] = control_ready};

enum err listener_new(const struct listener_options *options, struct listener **out) {
  struct listener *listener = calloc(1, sizeof *listener);
  if (listener == NULL)
    abort();
  for (int door = 0; door < DOOR_COUNT; door++)
    listener->fds[door] = -1;
  listener->tls = options->tls;
  listener->connection_max = options->connection_max > 0 ? options->connection_max : CONNECTIONS_DEFAULT;
  enum err err = listener_open(listener, options);
  if (err == ERR_OK)
    err = stations_new(listener, options);
  if (err != ERR_OK) {
    listener_free(listener);
    return err;
  }
  // On its own loop, which may be running already.
  for (size_t i = 0; i < listener->station_count; i++)
    loop_call(options->loops[i], station_open, listener->stations[i]);
  *out = listener;
  return ERR_OK;
}

uint16_t listener_port(const struct listener *listener) { return listener->ports[DOOR_PLAIN]; }

uint16_t listener_tls_port(const struct listener *listener) { return listener->ports[DOOR_TLS]; }

void listener_drain(struct listener *listener, int body_seconds, void (*drained)(void *context), void *context) {
  listener->drained = drained;
  listener->drained_context = context;
  listener->body_seconds = body_seconds;
  for (size_t i = 0; i < listener->station_count; i++)
    loop_call(listener->stations[i]->lane.loop, station_drain, listener->stations[i]);
}

void listener_news(struct listener *listener) {
  struct stream_hall *hall = listener->stations[0]->lane.http->hall;
  if (hall == NULL || stream_hall_count(hall) == 0)
    return;
  for (size_t i = 0; i < listener->station_count; i++) {
    struct station *station = listener->stations[i];
    if (!atomic_exchange(&station->has_news, true))
      loop_call(station->lane.loop, station_news, station);
  }
}

size_t listener_open_connections(const struct listener *listener) { return atomic_load(&listener->connection_count); }

void listener_free(struct listener *listener) {
  if (listener == NULL)
    return;
  for (size_t i = 0; i < listener->station_count; i++) {
    struct station *station = listener->stations[i];
    bool is_awaited = station->owner != NULL && !station->is_opened;
    station->owner = NULL;
    lane_done(&station->lane);
    if (!is_awaited) // else its opening still lies in the loop's inbox, and frees it
      station_free(station);
  }
  listener_close_sockets(listener);
  free(listener->stations);
  free(listener->control_path);
  free(listener);
}

static enum err listener_open(struct listener *listener, const struct listener_options *options) {
  enum err err = ERR_OK;
  if (options->host_port != NULL)
    err = socket_listen_network(options->host_port, &listener->fds[DOOR_PLAIN], &listener->ports[DOOR_PLAIN]);
  if (err == ERR_OK && options->tls_host_port != NULL)
    err = socket_listen_network(options->tls_host_port, &listener->fds[DOOR_TLS], &listener->ports[DOOR_TLS]);
  if (err == ERR_OK && options->control_path != NULL) {
    err = socket_listen_control(options->control_path, &listener->fds[DOOR_CONTROL]);
    listener->control_path = strdup(options->control_path);
    if (listener->control_path == NULL)
      abort();
  }
  return err;
}

static enum err stations_new(struct listener *listener, const struct listener_options *options) {
  listener->stations = calloc(options->loop_count, sizeof *listener->stations);
  if (listener->stations == NULL)
    abort();
  atomic_store(&listener->stations_open, options->loop_count);
  atomic_store(&listener->stations_accepting, options->loop_count);
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < options->loop_count; i++) {
    struct station *station = calloc(1, sizeof *station);
    if (station == NULL)
      abort();
    listener->stations[listener->station_count++] = station;
    struct event_base *base = loop_base(options->loops[i]);
    err = lane_init(&station->lane, options->http, options->loops[i], lane_left);
    station->retry = evtimer_new(base, retry_ready, station);
    for (int door = 0; door < DOOR_COUNT; door++)
      if (listener->fds[door] >= 0 && (door != DOOR_CONTROL || i == 0))
        station->accepts[door] = event_new(base, listener->fds[door], EV_READ | EV_PERSIST, ready_at[door], station);
  }
  for (size_t i = 0; err == ERR_OK && i < listener->station_count; i++)
    listener->stations[i]->owner = listener;
  return err;
}

static void station_open(void *context) {
  struct station *station = context;
  station->is_opened = true;
  if (station->owner == NULL) { // freed before the loop ever ran
    station_free(station);
    return;
  }
  station_accept(station, true);
}

static void station_free(struct station *station) {
  for (int door = 0; door < DOOR_COUNT; door++)
    if (station->accepts[door] != NULL)
      event_free(station->accepts[door]);
  if (station->retry != NULL)
    event_free(station->retry);
  free(station);
}

static void station_accept(struct station *station, bool is_waiting) {
  for (int door = 0; door < DOOR_COUNT; door++) {
    struct event *event = station->accepts[door];
    if (event != NULL && is_waiting)
      event_add(event, NULL);
    else if (event != NULL)
      event_del(event);
  }
}

static void station_drain(void *context) {
  struct station *station = context;
  struct listener *listener = station->owner;
  if (listener == NULL || station->lane.is_draining)
    return;
  evtimer_del(station->retry);
  station_accept(station, false);
  // A descriptor must not be closed while another loop still polls it.
  if (atomic_fetch_sub(&listener->stations_accepting, 1) == 1)
    listener_close_sockets(listener);
  lane_drain(&station->lane, listener->body_seconds);
  station_check_drained(station);
}

static void station_check_drained(struct station *station) {
  struct listener *listener = station->owner;
  if (listener == NULL || !station->lane.is_draining || station->lane.count > 0 || station->is_drained)
    return;
  station->is_drained = true;
  if (atomic_fetch_sub(&listener->stations_open, 1) == 1)
    loop_call(listener->stations[0]->lane.loop, listener->drained, listener->drained_context);
}

static void station_news(void *context) {
  struct station *station = context;
  atomic_store(&station->has_news, false);
  if (station->owner != NULL)
    stream_set_news(station->lane.streams);
}

static void listener_close_sockets(struct listener *listener) {
  if (listener->fds[DOOR_CONTROL] >= 0)
    unlink(listener->control_path);
  for (int door = 0; door < DOOR_COUNT; door++) {
    if (listener->fds[door] >= 0)
      close(listener->fds[door]);
    listener->fds[door] = -1;
  }
}

static void plain_ready(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  accept_some(context, DOOR_PLAIN);
}

static void tls_ready(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  accept_some(context, DOOR_TLS);
}

static void control_ready(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  accept_some(context, DOOR_CONTROL);
}

static void accept_some(struct station *station, enum door door) {
  for (int i = 0; i < ACCEPTS_A_WAKE && accept_one(station, door); i++) {
  }
}

static void retry_ready(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  station_accept(context, true);
}

static bool accept_one(struct station *station, enum door door) {
  bool is_control = door == DOOR_CONTROL;
  struct listener *listener = station->owner;
  if (!take_place(listener)) {
    if (may_log(listener))
      log_line(LOG_WARN, "http", "accepting pauses: %zu connections are the limit", listener->connection_max);
    accept_pauses(station);
    return false;
  }
  struct sockaddr_storage from = {0};
  socklen_t size = sizeof from;
  int client = accept4(listener->fds[door], (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (client < 0) {
    int why = errno;
    atomic_fetch_sub(&listener->places_taken, 1);
    errno = why;
    return accept_failed(station);
  }
  char address[INET6_ADDRSTRLEN] = "control socket";
  struct peer peer = {.address = address, .is_loopback = true, .is_control = true};
  if (!is_control) {
    peer_of(&from, address, &peer);
    peer.tls = door == DOOR_TLS ? listener->tls : NULL;
    // A reply is one write: there is nothing to wait for.
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  } else if (!socket_peer_is_operator(client)) {
    close(client);
    atomic_fetch_sub(&listener->places_taken, 1);
    return true;
  }
  atomic_fetch_add(&listener->connection_count, 1);
  connection_open(&station->lane, client, &peer);
  return true;
}

// Before accepting, or two loops could both take the last one.
static bool take_place(struct listener *listener) {
  size_t taken = atomic_load(&listener->places_taken);
  while (taken < listener->connection_max)
    if (atomic_compare_exchange_weak(&listener->places_taken, &taken, taken + 1))
      return true;
  return false;
}

// True when the next accept may do better at once.
static bool accept_failed(struct station *station) {
  if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO)
    return true;
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return false;
  int why = errno;
  if (may_log(station->owner)) {
    errno = why;
    log_line(LOG_WARN, "http", "accepting pauses: %m");
  }
  accept_pauses(station);
  return false;
}

// Without a pause a full table of descriptors burns a core.
static void accept_pauses(struct station *station) {
  station_accept(station, false);
  evtimer_add(station->retry, &accept_pause);
}

static bool may_log(struct listener *listener) {
  int64_t now_ms = lane_now_ms();
  int64_t logged_at_ms = atomic_load(&listener->logged_at_ms);
  return (logged_at_ms == 0 || now_ms - logged_at_ms >= LOG_AGAIN_MS) &&
         atomic_compare_exchange_strong(&listener->logged_at_ms, &logged_at_ms, now_ms);
}

static void peer_of(const struct sockaddr_storage *from, char address[static INET6_ADDRSTRLEN], struct peer *peer) {
  *peer = (struct peer){.address = address};
  address[0] = '\0';
  if (from->ss_family == AF_INET) {
    struct sockaddr_in ipv4;
    memcpy(&ipv4, from, sizeof ipv4);
    inet_ntop(AF_INET, &ipv4.sin_addr, address, INET6_ADDRSTRLEN);
    peer->is_loopback = ntohl(ipv4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  } else if (from->ss_family == AF_INET6) {
    struct sockaddr_in6 ipv6;
    memcpy(&ipv6, from, sizeof ipv6);
    inet_ntop(AF_INET6, &ipv6.sin6_addr, address, INET6_ADDRSTRLEN);
    bool is_mapped = IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr) && ipv6.sin6_addr.s6_addr[12] == IN_LOOPBACKNET;
    peer->is_loopback = is_mapped || IN6_IS_ADDR_LOOPBACK(&ipv6.sin6_addr);
  }
}

static void lane_left(struct lane *lane) {
  struct station *station = (struct station *)lane;
  if (station->owner == NULL) // the listener is being freed
    return;
  atomic_fetch_sub(&station->owner->connection_count, 1);
  atomic_fetch_sub(&station->owner->places_taken, 1);
  station_check_drained(station);
}
