// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/event_feed.h"

#include "server/accounts/services.h"
#include "server/db/audit.h"
#include "server/event_batch.h"
#include "server/http/stream.h"

struct telling {
  struct db *db;
  const char *epoch;
  int64_t now;
  struct event_batch batch;
  struct text words; // of the stream at hand
};

static enum err tell_group(struct telling *telling, struct arena *arena, struct stream_group *group, bool is_check);
static enum err tell_stream(struct telling *telling, struct stream *stream);

enum err event_feed_tell(const struct http *http, struct stream_set *set, struct db *db, bool is_check) {
  const struct services *services = http->services;
  struct telling telling = {.db = db, .epoch = services->epoch, .now = clock_now(http->clock)};
  enum err err = db_begin_read(db);
  if (err != ERR_OK)
    return err;
  for (struct stream_group *group = stream_set_groups(set); err == ERR_OK && group != NULL; group = group->next) {
    struct arena *arena SCOPED_ARENA = arena_new();
    err = group->count == 0 ? ERR_OK : tell_group(&telling, arena, group, is_check);
  }
  db_rollback(db);
  return err;
}

static enum err tell_group(struct telling *telling, struct arena *arena, struct stream_group *group, bool is_check) {
  int64_t counter;
  enum err err = audit_counter(telling->db, group->course, &counter);
  if (err != ERR_OK || (counter == group->told && !is_check))
    return err;
  text_init(&telling->words, arena);
  const struct event_span span = {.epoch = telling->epoch, .course = group->course, .from = group->told, .to = counter};
  err = event_batch_load(telling->db, arena, &span, &telling->batch);
  // From the end: whoever leaves gives its place to the last.
  for (size_t i = group->count; err == ERR_OK && i-- > 0;)
    if (stream_take_turn(group->streams[i]))
      err = tell_stream(telling, group->streams[i]);
  return err;
}

static enum err tell_stream(struct telling *telling, struct stream *stream) {
  struct course_view view;
  enum err err = event_store_standing(telling->db, stream, telling->now, &view);
  if (err == ERR_NOT_FOUND) {
    stream_end(stream);
    return ERR_OK;
  }
  if (err != ERR_OK)
    return err;
  const struct event_reader reader = {.role = view.role, .person = stream->person, .team = view.team};
  telling->words.size = 0;
  event_batch_write(&telling->batch, &reader, stream->told, &telling->words);
  stream->told = telling->batch.to;
  if (telling->words.size > 0)
    stream_send(stream, telling->words.bytes, telling->words.size);
  return ERR_OK;
}
