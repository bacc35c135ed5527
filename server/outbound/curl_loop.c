// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/curl_loop.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>

#include "common/base/log.h"

struct transfer {
  struct transfer *next;
  CURL *easy;
  curl_loop_done *done;
  void *context;
};

struct curl_loop {
  CURLM *multi;
  struct event_base *base;
  struct event *timer;
  struct transfer *first;
  bool is_in_done;
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *assigned);
static int on_timeout_change(CURLM *multi, long milliseconds, void *context);
static void on_event(int fd, short events, void *context);
static void on_timeout(int fd, short events, void *context);
static void act(struct curl_loop *transfers, curl_socket_t fd, int events);
static void tell_done(struct curl_loop *transfers);
static struct transfer *take(struct curl_loop *transfers, const CURL *easy);
static bool set_options(struct curl_loop *transfers, long connections_max);

enum err curl_loop_new(struct loop *loop, long connections_max, struct curl_loop **out) {
  struct curl_loop *transfers = calloc(1, sizeof *transfers);
  if (transfers == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    abort();
  *transfers = (struct curl_loop){.base = loop_base(loop), .multi = curl_multi_init()};
  transfers->timer = event_new(transfers->base, -1, 0, on_timeout, transfers);
  if (transfers->multi == NULL || transfers->timer == NULL || !set_options(transfers, connections_max)) {
    log_line(LOG_ERROR, "outbound", "libcurl cannot make a multi handle");
    curl_loop_free(transfers);
    return ERR_INTERNAL;
  }
  *out = transfers;
  return ERR_OK;
}

void curl_loop_free(struct curl_loop *transfers) {
  if (transfers == NULL)
    return;
  assert(!transfers->is_in_done);
  while (transfers->first != NULL)
    curl_loop_remove(transfers, transfers->first->easy);
  if (transfers->multi != NULL)
    curl_multi_cleanup(transfers->multi); // closes what is open; on_socket still hears of it
  if (transfers->timer != NULL)
    event_free(transfers->timer);
  free(transfers);
}

bool curl_loop_add(struct curl_loop *transfers, CURL *easy, curl_loop_done *done, void *context) {
  struct transfer *transfer = calloc(1, sizeof *transfer);
  if (transfer == NULL)
    abort();
  *transfer = (struct transfer){.next = transfers->first, .easy = easy, .done = done, .context = context};
  transfers->first = transfer;
  CURLMcode code = curl_multi_add_handle(transfers->multi, easy); // only arms the timer
  if (code == CURLM_OK)
    return true;
  log_line(LOG_ERROR, "outbound", "libcurl takes no transfer: %s", curl_multi_strerror(code));
  free(take(transfers, easy));
  return false;
}

void curl_loop_remove(struct curl_loop *transfers, CURL *easy) {
  struct transfer *transfer = take(transfers, easy);
  if (transfer == NULL)
    return;
  curl_multi_remove_handle(transfers->multi, easy);
  free(transfer);
}

static bool set_options(struct curl_loop *transfers, long connections_max) {
  CURLM *multi = transfers->multi;
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
         curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers) == CURLM_OK &&
         curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout_change) == CURLM_OK &&
         curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transfers) == CURLM_OK &&
         curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections_max) == CURLM_OK &&
         curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections_max) == CURLM_OK;
}

// What libcurl wants to hear of a socket. One event a socket, kept with the socket by curl_multi_assign.
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *assigned) {
  (void)easy;
  struct curl_loop *transfers = context;
  struct event *event = assigned;
  if (what == CURL_POLL_REMOVE) {
    if (event != NULL)
      event_free(event);
    curl_multi_assign(transfers->multi, fd, NULL);
    return 0;
  }
  short events = EV_PERSIST;
  if (what != CURL_POLL_OUT)
    events |= EV_READ;
  if (what != CURL_POLL_IN)
    events |= EV_WRITE;
  if (event == NULL) {
    event = event_new(transfers->base, fd, events, on_event, transfers);
    if (event == NULL || curl_multi_assign(transfers->multi, fd, event) != CURLM_OK) {
      if (event != NULL)
        event_free(event);
      return -1;
    }
  } else {
    event_del(event);
    if (event_assign(event, transfers->base, fd, events, on_event, transfers) != 0)
      return -1;
  }
  return event_add(event, NULL);
}

// Called from inside libcurl, which may not be called again from here: even a time-out of nothing goes by the loop.
static int on_timeout_change(CURLM *multi, long milliseconds, void *context) {
  (void)multi;
  struct curl_loop *transfers = context;
  if (milliseconds < 0)
    return event_del(transfers->timer);
  const struct timeval after = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
  return event_add(transfers->timer, &after);
}

static void on_event(int fd, short events, void *context) {
  int what = (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0);
  act(context, fd, what);
}

static void on_timeout(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  act(context, CURL_SOCKET_TIMEOUT, 0);
}

static void act(struct curl_loop *transfers, curl_socket_t fd, int events) {
  int running = 0;
  CURLMcode code = curl_multi_socket_action(transfers->multi, fd, events, &running);
  if (code != CURLM_OK)
    log_line(LOG_ERROR, "outbound", "libcurl: %s", curl_multi_strerror(code));
  tell_done(transfers);
}

static void tell_done(struct curl_loop *transfers) {
  transfers->is_in_done = true;
  int left = 0;
  for (CURLMsg *message; (message = curl_multi_info_read(transfers->multi, &left)) != NULL;) {
    if (message->msg != CURLMSG_DONE)
      continue;
    CURL *easy = message->easy_handle; // the message ends with the handle's stay
    CURLcode code = message->data.result;
    struct transfer *transfer = take(transfers, easy);
    curl_multi_remove_handle(transfers->multi, easy);
    if (transfer == NULL)
      continue;
    transfer->done(transfer->context, easy, code);
    free(transfer);
  }
  transfers->is_in_done = false;
}

static struct transfer *take(struct curl_loop *transfers, const CURL *easy) {
  for (struct transfer **at = &transfers->first; *at != NULL; at = &(*at)->next)
    if ((*at)->easy == easy) {
      struct transfer *found = *at;
      *at = found->next;
      return found;
    }
  return NULL;
}
