// SPDX-License-Identifier: AGPL-3.0-or-later
// Timers and signals of a loop, in real seconds. Made and freed on the loop's own thread, or before it runs and after
// it has ended.
#pragma once

#include "server/work/loop.h"

struct timer;

// Each calls `run(context)` on the loop. NULL when the kernel refuses; that was logged.
struct timer *timer_every(struct loop *loop, int seconds, void (*run)(void *context), void *context);
struct timer *timer_once(struct loop *loop, int seconds, void (*run)(void *context), void *context);
// Read from a descriptor (signalfd): every thread must have the signal blocked, from before the first one is started,
// so that it waits for the loop. There is no handler, which could interrupt anything.
struct timer *timer_signal(struct loop *loop, int signal_number, void (*run)(void *context), void *context);
void timer_free(struct timer *timer); // NULL is allowed
