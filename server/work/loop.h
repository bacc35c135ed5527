// SPDX-License-Identifier: AGPL-3.0-or-later
// A thread with an event base, a read-only connection to the store, and an inbox of jobs that come home. N of them
// serve connections; one more, the main loop (run by main's own thread), has the timers and signals.
#pragma once

#include <stdint.h>

#include "common/base/err.h"
#include "server/work/job.h"

struct event_base;
struct loop;

// `db` is taken over (may be NULL for the main loop); closed by loop_free.
CHECKED enum err loop_new(struct db *db, struct loop **out);
void loop_free(struct loop *loop);
CHECKED enum err loop_start(struct loop *loop); // on a thread of its own
void loop_run(struct loop *loop);               // on the caller's thread, until loop_stop
void loop_stop(struct loop *loop); // from any thread; runs what is in the inbox, then returns from loop_run
void loop_join(struct loop *loop);

struct event_base *loop_base(struct loop *loop);
struct db *loop_db(struct loop *loop);
// From any thread: `job->kind->done(job)` runs on the loop. One wake-up for many.
void loop_post(struct loop *loop, struct job *job);
// From any thread: calls `run(context)` on the loop, once.
void loop_call(struct loop *loop, void (*run)(void *context), void *context);
