// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/event_batch.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "common/base/json.h"

enum { TARGETS_MAX = 4 }; // the subject, two teams that a move names, the rest of the course

// One wording of an event and whom it is for. A reader gets the first that is for them.
struct target {
  const char *words;
  size_t size;
  enum event_audience audience; // never EVENT_TEAM: that is HOLDER or COURSE once the team is known
  struct event_holders holders;
};

struct event {
  int64_t seq;
  struct target targets[TARGETS_MAX];
  size_t count;
};

struct loading {
  struct db *db;
  struct arena *arena;
  const char *epoch;
  int64_t course;
};

static enum err load_event(const struct loading *loading, const struct event_row *row, struct event *event);
static enum err add_target(const struct loading *loading, struct event *event, const char *topic,
                           enum event_audience audience, const char *subject_words);
static enum err add_moves(const struct loading *loading, struct event *event);
static int64_t team_in(const char *details);
static const char *words_of(const struct loading *loading, int64_t counter, const char *topic,
                            const struct event_subject *subject);
static void add_id(struct text *out, const char *epoch, int64_t counter);
static bool reaches(const struct target *target, const struct event_reader *reader);
static bool is_among(int64_t id, const int64_t *ids, size_t count);

int64_t event_id_counter(const char *epoch, const char *id) {
  size_t size = strlen(epoch);
  int64_t counter;
  bool is_ours = strncmp(id, epoch, size) == 0 && id[size] == '.' && int64_parse(id + size + 1, &counter);
  return is_ours && counter >= 0 ? counter : INT64_MAX;
}

enum err event_batch_load(struct db *db, struct arena *arena, const struct event_span *span, struct event_batch *out) {
  *out = (struct event_batch){.epoch = span->epoch, .to = span->to};
  int64_t from = span->from;
  if (from < span->to - EVENT_ROWS_MAX)
    from = span->to - EVENT_ROWS_MAX;
  if (from >= span->to)
    return ERR_OK;
  struct event_row *rows;
  enum err err = event_store_rows(db, arena, span->course, from, span->to, &rows, &out->count);
  if (err != ERR_OK)
    return err;
  out->events = arena_array(arena, out->count, sizeof *out->events);
  const struct loading loading = {.db = db, .arena = arena, .epoch = span->epoch, .course = span->course};
  for (size_t i = 0; err == ERR_OK && i < out->count; i++)
    err = load_event(&loading, &rows[i], &out->events[i]);
  return err;
}

void event_batch_write(const struct event_batch *batch, const struct event_reader *reader, int64_t told,
                       struct text *out) {
  if (told > batch->to || told < batch->to - EVENT_ROWS_MAX) {
    add_id(out, batch->epoch, batch->to);
    text_add_format(out, "event: reload\ndata: {\"counter\":%" PRId64 "}\n\n", batch->to);
    return;
  }
  for (size_t i = 0; i < batch->count; i++) {
    const struct event *event = &batch->events[i];
    size_t at = 0;
    while (at < event->count && !reaches(&event->targets[at], reader))
      at++;
    if (event->seq > told && at < event->count)
      text_add_n(out, event->targets[at].words, event->targets[at].size);
  }
}

void event_write_hello(struct text *out, const char *epoch, int64_t counter, bool has_id) {
  if (has_id)
    add_id(out, epoch, counter);
  text_add_format(out, "event: hello\ndata: {\"counter\":%" PRId64 "}\n\n", counter);
}

void event_write_place(struct text *out, const char *epoch, int64_t counter) {
  add_id(out, epoch, counter);
  text_add_char(out, '\n');
}

static enum err load_event(const struct loading *loading, const struct event_row *row, struct event *event) {
  const struct event_rule *rule = event_rule_of(row->kind);
  event->seq = row->seq;
  enum err err = add_target(loading, event, rule->topic, rule->audience, row->subject);
  if (err == ERR_OK && rule->moves)
    err = add_moves(loading, event);
  if (err == ERR_OK && rule->course_topic != NULL)
    err = add_target(loading, event, rule->course_topic, EVENT_COURSE, "");
  return err;
}

static enum err add_target(const struct loading *loading, struct event *event, const char *topic,
                           enum event_audience audience, const char *subject_words) {
  struct event_subject subject = event_subject_of(subject_words);
  struct target *target = &event->targets[event->count++];
  *target = (struct target){.words = words_of(loading, event->seq, topic, &subject), .audience = audience};
  target->size = strlen(target->words);
  enum err err = ERR_OK;
  if (audience == EVENT_TEAM) {
    bool is_guarded = true;
    err = event_store_is_guarded(loading->db, subject.number, &is_guarded);
    target->audience = is_guarded ? EVENT_HOLDER : EVENT_COURSE;
  }
  if (err == ERR_OK && target->audience == EVENT_HOLDER)
    err = event_store_holders(loading->db, loading->arena, loading->course, &subject, &target->holders);
  return err;
}

static enum err add_moves(const struct loading *loading, struct event *event) {
  const char *details[2];
  enum err err =
      event_store_details(loading->db, loading->arena, loading->course, event->seq, &details[0], &details[1]);
  for (size_t i = 0; err == ERR_OK && i < 2; i++) {
    int64_t team = team_in(details[i]);
    if (team != 0)
      err = add_target(loading, event, "team", EVENT_TEAM, arena_format(loading->arena, "team %" PRId64, team));
  }
  return err;
}

static int64_t team_in(const char *details) {
  json_t *root = details == NULL ? NULL : json_loads(details, 0, NULL);
  int64_t team = json_integer_value(json_object_get(root, "team"));
  json_decref(root);
  return team;
}

// The JSON writer escapes control characters, so that no line of the stream begins inside of a value.
static const char *words_of(const struct loading *loading, int64_t counter, const char *topic,
                            const struct event_subject *subject) {
  struct json json;
  json_init(&json, loading->arena);
  json_begin_object(&json);
  json_text(&json, "topic", topic);
  json_text(&json, "subject", subject->noun[0] != '\0' ? subject->noun : NULL);
  if (subject->number != 0)
    json_int(&json, "id", subject->number);
  else
    json_text(&json, "id", subject->noun[0] != '\0' && subject->id[0] != '\0' ? subject->id : NULL);
  json_int(&json, "counter", counter);
  json_end(&json);
  struct text words;
  text_init(&words, loading->arena);
  add_id(&words, loading->epoch, counter);
  text_add_format(&words, "event: change\ndata: %s\n\n", json_get(&json));
  return text_get(&words);
}

static void add_id(struct text *out, const char *epoch, int64_t counter) {
  text_add_format(out, "id: %s.%" PRId64 "\n", epoch, counter);
}

static bool reaches(const struct target *target, const struct event_reader *reader) {
  if (reader->role == ROLE_INSTRUCTOR)
    return true;
  if (reader->role == ROLE_STAFF)
    return target->audience != EVENT_INSTRUCTORS;
  if (target->audience == EVENT_COURSE)
    return true;
  const struct event_holders *holders = &target->holders;
  return target->audience == EVENT_HOLDER &&
         (holders->is_everybody || is_among(reader->person, holders->people, holders->people_count) ||
          (reader->team != 0 && is_among(reader->team, holders->teams, holders->team_count)));
}

static bool is_among(int64_t id, const int64_t *ids, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ids[i] == id)
      return true;
  return false;
}
