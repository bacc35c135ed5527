// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the lab queue: who waits, who holds an offer. Seats taken are placements (server/courses/placement.h).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/db/act.h"

enum queue_state {
  QUEUE_NONE,
  QUEUE_WAITING,
  QUEUE_OFFERED,
  QUEUE_SEATED,
  QUEUE_EXPIRED,
  QUEUE_WITHDRAWN,
  QUEUE_ENDED
};

struct queue_entry {
  int64_t id; // rises in the order of acceptance
  int64_t person;
  enum queue_state state; // QUEUE_NONE: there is no entry
  int64_t asked_at;
  int64_t offer_expires_at; // 0 unless offered or expired
  int64_t parked_at;        // left the line by dropping the course at this instant; 0: not so
  const char *name;         // lists only
};

struct lab_counts {
  int64_t seated;
  int64_t offers;
  int64_t waiting;
};

CHECKED enum err lab_store_counts(struct db *db, int64_t course, struct lab_counts *out);
// The person's latest entry; state QUEUE_NONE when there is none (also ERR_OK).
CHECKED enum err lab_store_latest(struct db *db, int64_t course, int64_t person, struct queue_entry *out);
CHECKED enum err lab_store_entry(struct db *db, int64_t course, int64_t id, struct queue_entry *out);
// The first who waits; ERR_NOT_FOUND when nobody does.
CHECKED enum err lab_store_first(struct db *db, int64_t course, struct queue_entry *out);
// The place in line of a waiting entry, from 1.
CHECKED enum err lab_store_place(struct db *db, int64_t course, int64_t id, int64_t *out);
CHECKED enum err lab_store_wait(const struct act *act, int64_t course, int64_t person, int64_t *id);
CHECKED enum err lab_store_offer(const struct act *act, int64_t id, int64_t expires_at);
CHECKED enum err lab_store_end(const struct act *act, int64_t id, enum queue_state state);
CHECKED enum err lab_store_end_all(const struct act *act, int64_t course); // who waits, and open offers
// Out of the line by a drop; and back into it, at the old place.
CHECKED enum err lab_store_park(const struct act *act, int64_t id);
CHECKED enum err lab_store_return(const struct act *act, int64_t id, enum queue_state state);
// Those who wait, entries greater than `after`, at most `limit`, in the order of the line, with names.
CHECKED enum err lab_store_waiting(struct db *db, struct arena *arena, int64_t course, int64_t after, int64_t limit,
                                   struct queue_entry **out, size_t *count);
struct seated {
  int64_t person;
  const char *name;
  bool is_active; // false: dropped, the seat is held
};
// In the order in which they were seated; as many as there are seats.
CHECKED enum err lab_store_seated(struct db *db, struct arena *arena, int64_t course, struct seated **out,
                                  size_t *count);
// Everybody in one state, in the order of the line, with names.
CHECKED enum err lab_store_list(struct db *db, struct arena *arena, int64_t course, enum queue_state state,
                                struct queue_entry **out, size_t *count);
