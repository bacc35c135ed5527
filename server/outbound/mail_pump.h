// SPDX-License-Identifier: AGPL-3.0-or-later
// Takes what waits in the outbox to a transport and settles it, on the main loop: as many mails at a time as the
// transport is worth. One job of the writer at a time marks what became of mails, makes new ones and leases those that
// are due; what it leased is sent after its commit. So a crash sends again what was under way, and nothing else.
#pragma once

#include "common/base/clock.h"
#include "server/outbound/transport.h"
#include "server/work/loop.h"
#include "server/work/work.h"

enum {
  MAIL_PUMP_ROWS_AT_ONCE = 64, // made into mails by one job
  MAIL_PUMP_MAILS_MAX = 32,    // under way at a time, whatever the transport would take
  MAIL_PUMP_LEASE_EXTRA_SECONDS = 60,
  MAIL_PUMP_RETRY_SECONDS = 10, // after a job that the store did not take
  MAIL_PUMP_LAST_SECONDS = 5,   // after the stop
};

struct mail_pump_options {
  struct transport *transport; // borrowed, as all that follows
  const char *from_address;
  const char *public_url;    // or NULL
  const struct clock *clock; // the domain's: when a mail is made
  const struct clock *real;  // when it is tried again; NULL: the machine's
};

struct mail_pump;

// Looks each second. `main_loop` has a read-only connection.
CHECKED enum err mail_pump_start(const struct mail_pump_options *options, struct work *work, struct loop *main_loop,
                                 struct mail_pump **out);
// Sends nothing more; what is under way is still settled when it comes back. On the main loop's thread.
void mail_pump_stop(struct mail_pump *pump);
// Once stopped: calls `run(context)` on the main loop, perhaps before it returns, when all that has come back is in the
// store. What is still with the transport is waited for until MAIL_PUMP_LAST_SECONDS after the stop: it would leave a
// second time.
void mail_pump_when_settled(struct mail_pump *pump, void (*run)(void *context), void *context);
// When the main loop has run out; NULL is allowed. What is still under way then is sent again by the next start, with
// the same Message-ID.
void mail_pump_free(struct mail_pump *pump);

// For tests and commands: everything that is due now, on a read-write connection, with a transport that is done at
// once. *settled counts mails that were sent or failed.
CHECKED enum err mail_pump_run_due(const struct mail_pump_options *options, struct db *db, size_t *settled);
