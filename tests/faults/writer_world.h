// SPDX-License-Identifier: AGPL-3.0-or-later
// What the tests of the writer on a failing disk share: a store with everybody in it, copied for each run, and the
// batches of requests that a run makes, in a table. Knows nothing of threads (writer_house.h) nor of what must come
// out.
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "server/work/loop.h"
#include "server/work/work.h"
#include "tests/faults/fault_vfs.h"
#include "tests/support/app_fixture.h"

#define FAULT_VFS_NAME "fault"
#define CARD                                                                                                           \
  "{\"skills\":[{\"skill\":\"ml\",\"level\":\"project\",\"evidence\":\"A compiler pass\"}],\"topics\":[],"             \
  "\"availability\":\"evenings\",\"about\":\"\",\"seeking\":false}"

enum {
  BATCHES = 3,
  EVERY_BATCH = (1 << BATCHES) - 1,
  ASKS_MAX = 32, // of a batch
  STUDENTS = 25,
  GUESTS = 4,
  PEOPLE_MAX = 64,
};

enum group { STUDENT, OWNER, GUEST, LONER, STAFF, SIGNER, GROUPS };

// One request, or one by each of a group; `tail` follows the number of who asks.
struct ask {
  int batch;
  enum group group;
  int first;
  int last;
  enum method method;
  const char *target;
  const char *tail;
  const char *body;
};

struct world;

struct answer {
  int status;
  char code[32]; // of a refusal
};

// A request's way back. Filled on the loop, read once the batch is home.
struct slot {
  struct world *world;
  const struct ask *ask;
  int number; // of who asks, in the group
  struct answer answer;
  bool is_told; // before the process would have ended
};

struct hold {
  struct job job; // first
  struct world *world;
  atomic_bool has_arrived;
  bool is_lost;
};

struct world {
  struct fault_vfs *vfs;
  struct clock clock;
  char folder[64];
  char path[96];
  char made[96]; // the store with everybody in it, copied for each run
  int64_t people[GROUPS][PEOPLE_MAX];
  char tokens[GROUPS][PEOPLE_MAX][TOKEN_TEXT_BYTES];
  size_t counts[BATCHES];
  struct app *app;
  struct work *work;
  struct loop *loop;
  struct hold hold;
  struct hold spoiler; // writes a setting and is refused
  sem_t held;          // the writer is in the hold job
  sem_t gate;          // and may go on
  sem_t passed;        // the loop has run what was posted before
  pthread_mutex_t lock;
  pthread_cond_t changed;
  size_t answered;        // under the lock
  bool is_hold_home;      // under the lock
  atomic_int checkpoints; // syncs of the store's file
  atomic_int broken;      // calls of work_options.broken
  struct slot slots[BATCHES][ASKS_MAX];
  bool was_run[BATCHES];
  bool had_struck[BATCHES]; // before the batch began
  bool has_struck;
  uint64_t batches_expected;
};

// In a folder of its own; log lines below errors are dropped.
struct world *world_new(void);
void world_free(struct world *world);
// The store as it was made, and slots that nobody has answered.
void world_restore(struct world *world);
