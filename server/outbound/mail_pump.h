// SPDX-License-Identifier: AGPL-3.0-or-later
// Takes what waits in the outbox to a transport and settles it: on the main loop, after the commit that wrote it, some
// at a time; a job of the writer marks what became of each.
#pragma once

#include "common/base/clock.h"
#include "server/outbound/transport.h"
#include "server/work/loop.h"
#include "server/work/work.h"

enum { MAIL_PUMP_AT_ONCE = 32, MAIL_PUMP_RETRY_SECONDS = 60 };

struct mail_pump_options {
  struct transport *transport; // borrowed
  const char *from_address;
  const char *public_url;    // or NULL
  const struct clock *clock; // the domain's
};

struct mail_pump;

// Looks each second. `main_loop` has a read-only connection.
CHECKED enum err mail_pump_start(const struct mail_pump_options *options, struct work *work, struct loop *main_loop,
                                 struct mail_pump **out);
void mail_pump_stop(struct mail_pump *pump); // submits nothing more; on the main loop's thread
void mail_pump_free(struct mail_pump *pump); // when the main loop has run out; NULL is allowed

// For tests and commands: everything that waits now, on a read-write connection, with a transport that is done at once.
// *settled counts.
CHECKED enum err mail_pump_run_due(const struct mail_pump_options *options, struct db *db, size_t *settled);
