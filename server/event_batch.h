// SPDX-License-Identifier: AGPL-3.0-or-later
// What happened in a course between two values of its change counter, as text/event-stream, each reader getting what
// they may read (event_topics.h): topic, subject, id and counter, never content. Knows no connection.
#pragma once

#include "server/event_store.h"

enum { EVENT_ROWS_MAX = 256 }; // so far back; whoever has missed more is told to load everything anew

struct event_reader {
  enum role role;
  int64_t person;
  int64_t team; // 0: none
};

struct event_span {
  const char *epoch; // of the store (server/db/epoch.h)
  int64_t course;
  int64_t from;
  int64_t to; // the counter
};

struct event_batch {
  const char *epoch;
  int64_t to; // the counter
  struct event *events;
  size_t count;
};

// The counter in the id of an event, "EPOCH.COUNTER"; INT64_MAX, which is ahead of every store, for an id of another
// epoch and for what is none: its reader knows something that this store does not.
int64_t event_id_counter(const char *epoch, const char *id);

// In a read transaction. What was before `to` - EVENT_ROWS_MAX is left out.
CHECKED enum err event_batch_load(struct db *db, struct arena *arena, const struct event_span *span,
                                  struct event_batch *out);
// Appends what is new to a reader who knows everything up to `told`: nothing when they may see none of it; "reload"
// when that is too long ago, or from a time that the store does not know (it was restored from a backup).
void event_batch_write(const struct event_batch *batch, const struct event_reader *reader, int64_t told,
                       struct text *out);
// The first event of every stream. With an id only if nothing follows that a reader must not lose.
void event_write_hello(struct text *out, const char *epoch, int64_t counter, bool has_id);
// No event, but the place to go on from.
void event_write_place(struct text *out, const char *epoch, int64_t counter);
