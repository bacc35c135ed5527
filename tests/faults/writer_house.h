// SPDX-License-Identifier: AGPL-3.0-or-later
// The application with its loop and its writer over a failing disk: `serve` without sockets. The writer is held while a
// batch is queued, so that what a batch holds is known; replies end where a connection would write them.
#pragma once

#include <stdbool.h>

#include "tests/faults/writer_world.h"

// On the store as world_restore makes it. `setting` is a PRAGMA for the writer's connection, or NULL.
void house_open(struct world *world, const char *setting);
// Stops it in good order, and fails the test when a batch was not one transaction.
void house_close(struct world *world);
// Returns when every reply is home; `is_idle`: and the writer has made a checkpoint, or something has failed. False
// when the writer takes nothing more.
bool house_run_batch(struct world *world, int batch, bool is_idle);
// A request is answered 503 without coming to the writer.
bool house_is_shut(struct world *world);
// A change by a student on the caller's thread, on a store that nobody else has open; returns the status.
int house_change(struct world *world, struct db *db);
