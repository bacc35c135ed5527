// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/work/timer.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/base/log.h"

struct timer {
  struct event *event;
  int signal_fd; // -1: none
  void (*run)(void *context);
  void *context;
};

static struct timer *start(struct loop *loop, int fd, short what, int seconds, struct timer timer);
static void fire(evutil_socket_t fd, short what, void *context);

struct timer *timer_every(struct loop *loop, int seconds, void (*run)(void *context), void *context) {
  return start(loop, -1, EV_PERSIST, seconds, (struct timer){.signal_fd = -1, .run = run, .context = context});
}

struct timer *timer_once(struct loop *loop, int seconds, void (*run)(void *context), void *context) {
  return start(loop, -1, 0, seconds, (struct timer){.signal_fd = -1, .run = run, .context = context});
}

struct timer *timer_signal(struct loop *loop, int signal_number, void (*run)(void *context), void *context) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_number);
  int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd < 0) {
    log_line(LOG_ERROR, "timer", "no descriptor for signal %d: %m", signal_number);
    return NULL;
  }
  return start(loop, fd, EV_READ | EV_PERSIST, 0, (struct timer){.signal_fd = fd, .run = run, .context = context});
}

void timer_free(struct timer *timer) {
  if (timer == NULL)
    return;
  if (timer->event != NULL)
    event_free(timer->event);
  if (timer->signal_fd >= 0)
    close(timer->signal_fd);
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
  timer_free(made);
  return NULL;
}

static void fire(evutil_socket_t fd, short what, void *context) {
  (void)fd, (void)what;
  struct timer *timer = context;
  struct signalfd_siginfo info;
  if (timer->signal_fd >= 0 && read(timer->signal_fd, &info, sizeof info) != sizeof info)
    return;
  timer->run(timer->context);
}
