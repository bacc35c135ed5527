// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/event_routes.h"

#include "server/accounts/services.h"
#include "server/db/audit.h"
#include "server/event_batch.h"
#include "server/http/answer.h"
#include "server/http/shape.h"
#include "server/http/stream.h"

enum { ID_CHARACTERS = 64 };

struct events_query {
  const char *after;
  bool has_after;
};

static route_handler follow;
static bool is_resumed(const struct request *request, int64_t *told);

// clang-format off
static const struct field query_fields[] = {
  {"after", SHAPE_TEXT, OPTIONAL, ID_CHARACTERS, offsetof(struct events_query, after), offsetof(struct events_query, has_after), NULL, NULL, "The id of the last event that you have, for programs that cannot send Last-Event-ID; that header goes before it."},
};
static const struct shape events_query = {"EventsAfter", MEDIA_JSON, 0, sizeof(struct events_query), query_fields, 1};
static const struct answer events_answer = {"Events", "text/event-stream", false, NULL, 0};

static const struct route rows[] = {
  {METHOD_GET, "/courses/{course}/events", ACCESS_COURSE, ROUTE_STREAM, NULL, follow, &events_query, NULL, 200, &events_answer, "What changes in the course, as it happens: topic, id and counter of what you may read, never content"},
};
// clang-format on

const struct route_table event_routes = {"live events", rows, sizeof rows / sizeof *rows};

static enum err follow(struct request *request) {
  const struct course_view *course = request_course(request);
  struct db *db = request->act.db;
  int64_t counter, told;
  const char *epoch = request_services(request)->epoch;
  enum err err = audit_counter(db, course->id, &counter);
  if (err != ERR_OK)
    return err;
  bool has_missed = is_resumed(request, &told) && told != counter;
  struct event_batch batch;
  const struct event_span span = {.epoch = epoch, .course = course->id, .from = told, .to = counter};
  if (has_missed && (err = event_batch_load(db, request->arena, &span, &batch)) != ERR_OK)
    return err;
  struct text *out = reply_text(request, "text/event-stream");
  stream_add_retry(out);
  event_write_hello(out, epoch, counter, !has_missed);
  if (has_missed) {
    const struct event_reader reader = {.role = course->role, .person = request->who.person, .team = course->team};
    event_batch_write(&batch, &reader, told, out);
    event_write_place(out, epoch, counter);
  }
  if (request->stream != NULL) {
    request->stream->course = course->id;
    request->stream->told = counter;
  }
  return ERR_OK;
}

// An id that is none of ours leads to a reload.
static bool is_resumed(const struct request *request, int64_t *told) {
  const struct events_query *query = request->query_input;
  const char *last = request_header(request, "last-event-id");
  if (last == NULL || last[0] == '\0')
    last = query->has_after ? query->after : NULL;
  *told = last == NULL ? -1 : event_id_counter(request_services(request)->epoch, last);
  return last != NULL;
}
