// SPDX-License-Identifier: AGPL-3.0-or-later
// One piece of work and the way it takes through the threads: (worker →) (writer →) home loop. Embedded by value in
// what it carries (a request, a timer's run); belongs to exactly one thread at a time. Knows neither HTTP nor a
// feature.
#pragma once

#include "common/base/err.h"
#include "server/db/db.h"

struct job;
struct loop;

struct job_kind {
  const char *name;
  // On a worker, with its read-only connection (no transaction open; it ends what it begins). NULL: straight to the
  // writer.
  enum err (*prepare)(struct job *job, struct db *db);
  // On the writer, inside a savepoint of the batch's transaction; anything but ERR_OK rolls the savepoint back. May be
  // run again from the start: no effect outside the transaction and the job itself. NULL: nothing to write.
  enum err (*run)(struct job *job, struct db *db);
  // Nothing of the job is kept although run may have succeeded: the transaction was lost, or a queue was full, or the
  // house is closing. On whichever thread finds out; done follows on the home loop.
  void (*lost)(struct job *job, enum err why);
  // On the home loop, after the commit is durable. The job may free itself.
  void (*done)(struct job *job);
};

struct job {
  const struct job_kind *kind;
  struct loop *home;
  struct job *next; // the queue's
};

// One transaction for `count` jobs: begin, a savepoint each, commit; then each job is either kept or told `lost`. done
// is not called. ERR_OK when the commit is durable (single refusals included); otherwise every job of the batch was
// told lost. What the writer thread runs, and what a command without a server runs with a batch of one.
CHECKED enum err job_batch(struct db *db, struct job *const *jobs, size_t count);
