// SPDX-License-Identifier: AGPL-3.0-or-later
// What the clock does: each kind of the agenda (server/db/agenda.h) has its function here, a row each. A duty runs on
// the writer like a request's handler, in a savepoint of its own, 2 s after its instant, so that what arrived in time
// stands before it in the queue.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "server/app.h"
#include "server/work/loop.h"

enum { DUTY_DELAY_SECONDS = 2, DUTY_RETRY_SECONDS = 60 };

struct duties;

// For a server: looks at the agenda each second (also every 30 s or when the clock jumps, then) and submits what is
// due. `main_loop` has a read-only connection.
CHECKED enum err duties_start(struct app *app, struct work *work, struct loop *main_loop, struct duties **out);
// Submits nothing more; on the main loop's thread.
void duties_stop(struct duties *duties);
void duties_free(struct duties *duties);

// Of what fell due while nobody was here, what stands for instants up to `until`.
CHECKED enum err duties_run_until(struct app *app, int64_t until, size_t *ran);
// For tests and commands: runs what is due now on app_db, one transaction each; *ran counts. Stops at the first
// failure.
CHECKED enum err duties_run_due(struct app *app, size_t *ran);
