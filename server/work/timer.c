// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/work/timer.h"

#include <event2/event.h>
#include <stdlib.h>

#include "common/base/log.h"

struct timer {
  struct event *event;
  void (*run)(void *context);
  void *context;
};

static struct timer *start(struct loop *loop, int fd, short what, int seconds, struct timer timer);
static void fire(evutil_socket_t fd, short what, void *context);

struct timer *timer_every(struct loop *loop, int seconds, void (*run)(void *context), void *context) {
  return start(loop, -1, EV_PERSIST, seconds, (struct timer){.run = run, .context = context});
}

struct timer *timer_once(struct loop *loop, int seconds, void (*run)(void *context), void *context) {
  return start(loop, -1, 0, seconds, (struct timer){.run = run, .context = context});
}

struct timer *timer_signal(struct loop *loop, int signal_number, void (*run)(void *context), void *context) {
  return start(loop, signal_number, EV_SIGNAL | EV_PERSIST, 0, (struct timer){.run = run, .context = context});
}

void timer_free(struct timer *timer) {
  if (timer == NULL)
    return;
  event_free(timer->event);
  free(timer);
}

static struct timer *start(struct loop *loop, int fd, short what, int seconds, struct timer timer) {
  struct timer *made = malloc(sizeof *made);
  if (made == NULL)
    abort();
  *made = timer;
  made->event = event_new(loop_base(loop), fd, what, fire, made);
  const struct timeval after = {.tv_sec = seconds};
  if (made->event != NULL && event_add(made->event, seconds > 0 ? &after : NULL) == 0)
    return made;
  log_line(LOG_ERROR, "timer", "cannot be set");
  if (made->event != NULL)
    event_free(made->event);
  free(made);
  return NULL;
}

static void fire(evutil_socket_t fd, short what, void *context) {
  (void)fd, (void)what;
  struct timer *timer = context;
  timer->run(timer->context);
}
