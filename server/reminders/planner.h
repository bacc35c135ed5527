// SPDX-License-Identifier: AGPL-3.0-or-later
// Sends reminders when their instant comes: each course's window (planned_until, now] once, in the transaction that
// writes the ledger and the outbox and moves planned_until on, so that a kill at any instant loses and doubles nothing.
// Runs 2 s behind the clock, as duties do, so that what arrived in time stands first. Who is reminded of what: plan.h.
// A course of which nothing is due costs no write of its own: how far it was looked at is kept with the heartbeat, for
// all courses in one transaction; of one that changes all the time the writer keeps it, every five minutes.
#pragma once

#include "common/base/clock.h"
#include "server/accounts/services.h"
#include "server/reminders/course_reminders.h"
#include "server/work/loop.h"
#include "server/work/work.h"

enum {
  PLANNER_DELAY_SECONDS = 2,
  PLANNER_REST_SECONDS = 5,     // after a change, at least so long between two runs
  PLANNER_EVERY_SECONDS = 30,   // and at most
  PLANNER_PAUSE_SECONDS = 3600, // of a course that is not running: nothing is sent, its window moves on
  PLANNER_RETRY_SECONDS = 30,   // of a course whose run failed; the others go on
};

struct planner;

struct planner_options {
  const struct services *services;
  const struct clock *clock; // the domain's
};
// For a server: looks each second, on the main loop, which has a read-only connection; a worker looks whether anything
// is due, the writer sends.
CHECKED enum err planner_start(const struct planner_options *options, struct work *work, struct loop *main_loop,
                               struct planner **out);
// How far each course was looked at, for course_reminders_keep; on the main loop's thread.
void planner_handled(const struct planner *planner, struct arena *arena, struct course_handled **out, size_t *count);
void planner_stop(struct planner *planner); // submits nothing more; on the main loop's thread
void planner_free(struct planner *planner); // when the main loop has run out; NULL is allowed

// For tests, commands and the start of a server: all courses up to now, or up to `until` when that is earlier; one
// transaction a course, on a read-write connection. One that fails keeps the others from nothing; the first error.
CHECKED enum err planner_run_due(const struct planner_options *options, struct db *db, int64_t until);
