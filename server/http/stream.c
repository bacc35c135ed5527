// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/stream.h"

#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/http/connection.h"
#include "server/http/http.h"
#include "server/http/lane.h"

enum {
  HALL_ROWS_MIN = 64, // a power of two
  CHECK_MS = 5000,    // how long a stream may outlive its session when nothing happens in the course
  RETRY_MS = 1000,    // after news that could not be read
  REST_MS_MIN = 10,
  TOLD_AT_ONCE = 256,
  REST_TIMES = 3, // as long as the last telling took
  WAIT_MS_MIN = 1000,
  WAIT_MS_MAX = 5000,
};

struct hall_row {
  int64_t key; // the person and 1, since the operator is person 0; 0: nobody yet
  int count;
};

struct stream_hall {
  size_t stream_max;
  pthread_mutex_t lock; // of what follows
  size_t count;
  struct hall_row *rows; // open addressing
  size_t row_count;      // a power of two
  size_t used_rows;      // that have a key
};

struct stream_set {
  struct lane *lane;
  struct event *timer;
  struct stream_group *first;
  size_t count;
  int64_t rest_until_ms;
  int64_t checked_at_ms;
  int64_t took_us; // of the turn under way
  uint64_t turn;
  size_t quota;       // how many may be told before requests are served
  bool is_unfinished; // the turn under way has more to tell
  bool is_check;      // in the turn under way
  bool is_awaited;    // the timer runs
  bool has_news;      // since the turn began
  bool is_stale;      // something was committed since the sessions were looked at
};

static void set_tells(int fd, short events, void *context);
static void begin_turn(struct stream_set *set);
static void end_turn(struct stream_set *set);
static int64_t now_us(void);
static void set_await(struct stream_set *set, int64_t wait_ms);
static struct stream_group *group_for(struct stream_set *set, int64_t course);
static void leave(struct stream *stream);
static void put_off_beat(struct stream *stream, int64_t now_ms);
static uint32_t spread(uint32_t *dice, uint32_t from, uint32_t to);
static bool hall_take(struct stream_hall *hall, int64_t person, bool *is_full);
static void hall_give_back(struct stream_hall *hall, int64_t person);
static struct hall_row *hall_row_of(const struct stream_hall *hall, int64_t key);
static void hall_grow(struct stream_hall *hall);
static void *must(void *memory);

struct stream_hall *stream_hall_new(size_t stream_max) {
  struct stream_hall *hall = must(calloc(1, sizeof *hall));
  hall->stream_max = stream_max;
  hall->row_count = HALL_ROWS_MIN;
  hall->rows = must(calloc(hall->row_count, sizeof *hall->rows));
  pthread_mutex_init(&hall->lock, NULL);
  return hall;
}

void stream_hall_free(struct stream_hall *hall) {
  if (hall == NULL)
    return;
  pthread_mutex_destroy(&hall->lock);
  free(hall->rows);
  free(hall);
}

size_t stream_hall_count(struct stream_hall *hall) {
  pthread_mutex_lock(&hall->lock);
  size_t count = hall->count;
  pthread_mutex_unlock(&hall->lock);
  return count;
}

enum err stream_open(struct request *request) {
  struct stream_hall *hall = request->http->hall;
  if (hall == NULL || request->is_head)
    return ERR_OK;
  bool is_full;
  if (!hall_take(hall, request->who.person, &is_full)) {
    reply_header(request, "Retry-After", "30");
    if (is_full)
      return problem_raise(&request->problem, PROBLEM_BUSY,
                           "As many pages follow their course live as this server can serve. Load the page again to "
                           "see what is new, or try again in a while.");
    return problem_raise(&request->problem, PROBLEM_TOO_MANY_STREAMS,
                         "You have %d event streams open already. Close a few of the pages or programs that follow a "
                         "course live, or share one stream between them.",
                         STREAMS_A_PERSON_MAX);
  }
  struct stream *stream = must(calloc(1, sizeof *stream));
  stream->hall = hall;
  stream->person = request->who.person;
  stream->session = request->who.session;
  stream->token = request->who.token;
  stream->is_operator = request->who.is_operator;
  secret_random(&stream->dice, sizeof stream->dice);
  stream->dice |= 1; // zero would stay zero
  request->stream = stream;
  return ERR_OK;
}

void stream_free(struct stream *stream) {
  if (stream == NULL)
    return;
  leave(stream);
  hall_give_back(stream->hall, stream->person);
  free(stream);
}

void stream_add_retry(struct text *out) {
  uint32_t dice;
  secret_random(&dice, sizeof dice);
  text_add_format(out, "retry: %u\n", WAIT_MS_MIN + dice % (WAIT_MS_MAX - WAIT_MS_MIN + 1));
}

enum err stream_set_new(struct lane *lane, struct stream_set **out) {
  struct stream_set *set = must(calloc(1, sizeof *set));
  set->lane = lane;
  set->timer = evtimer_new(loop_base(lane->loop), set_tells, set);
  if (set->timer == NULL) {
    log_line(LOG_ERROR, "http", "cannot make a timer");
    free(set);
    return ERR_UNAVAILABLE;
  }
  *out = set;
  return ERR_OK;
}

void stream_set_free(struct stream_set *set) {
  if (set == NULL)
    return;
  while (set->first != NULL) {
    struct stream_group *group = set->first;
    set->first = group->next;
    free(group->streams);
    free(group);
  }
  event_free(set->timer);
  free(set);
}

struct stream_group *stream_set_groups(struct stream_set *set) {
  return set->first;
}

void stream_join(struct stream *stream, struct stream_set *set, struct connection *connection) {
  struct stream_group *group = group_for(set, stream->course);
  if (group->count == group->capacity) {
    group->capacity = group->capacity == 0 ? 16 : group->capacity * 2;
    group->streams = must(reallocarray(group->streams, group->capacity, sizeof *group->streams));
  }
  if (group->count == 0 || stream->told < group->told)
    group->told = stream->told;
  stream->index = group->count;
  group->streams[group->count++] = stream;
  stream->group = group;
  set->count++;
  stream->connection = connection;
  stream->taken_at_ms = lane_now_ms();
  put_off_beat(stream, stream->taken_at_ms);
  // A commit between the handler's snapshot and this moment rang for a set that did not have it yet.
  stream_set_news(set);
}

void stream_set_news(struct stream_set *set) {
  set->is_stale = true;
  set->has_news = true;
  int64_t wait_ms = set->rest_until_ms - lane_now_ms();
  set_await(set, wait_ms > 0 ? wait_ms : 0);
}

void stream_set_look(struct stream_set *set, int64_t now_ms) {
  if (set->is_stale && now_ms - set->checked_at_ms >= CHECK_MS)
    set_await(set, 0);
}

bool stream_take_turn(struct stream *stream) {
  struct stream_set *set = stream->group->set;
  if (stream->turn == set->turn)
    return false;
  if (set->quota == 0) {
    set->is_unfinished = true;
    return false;
  }
  set->quota--;
  stream->turn = set->turn;
  return true;
}

void stream_send(struct stream *stream, const char *bytes, size_t size) {
  struct connection *connection = stream->connection;
  put_off_beat(stream, lane_now_ms());
  if (!connection_say(connection, bytes, size))
    connection_close(connection);
}

void stream_end(struct stream *stream) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text words;
  text_init(&words, arena);
  stream_add_retry(&words);
  text_add_char(&words, '\n');
  connection_end(stream->connection, words.bytes, words.size);
}

bool stream_look(struct stream *stream, int64_t now_ms, size_t unsent_bytes) {
  if (unsent_bytes == 0 || unsent_bytes < stream->unsent_bytes)
    stream->taken_at_ms = now_ms;
  stream->unsent_bytes = unsent_bytes;
  if (now_ms - stream->taken_at_ms >= STREAM_UNSENT_SECONDS_MAX * 1000)
    return false;
  if (now_ms < stream->beat_at_ms || unsent_bytes > 0)
    return true;
  put_off_beat(stream, now_ms);
  return connection_say(stream->connection, ":\n\n", 3);
}

bool stream_ignore(struct stream *stream, size_t size) {
  stream->ignored_bytes += size;
  return stream->ignored_bytes <= STREAM_IGNORED_BYTES_MAX;
}

static void set_tells(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  struct stream_set *set = context;
  const struct http *http = set->lane->http;
  set->is_awaited = false;
  if (http->tell == NULL || set->count == 0) {
    set->is_unfinished = false;
    return;
  }
  if (!set->is_unfinished)
    begin_turn(set);
  set->is_unfinished = false;
  set->quota = TOLD_AT_ONCE;
  int64_t begun_us = now_us();
  enum err err = http->tell(http, set, loop_db(set->lane->loop), set->is_check);
  set->took_us += now_us() - begun_us;
  if (err != ERR_OK) {
    set->is_unfinished = false;
    set_await(set, RETRY_MS);
  } else if (set->is_unfinished) {
    set_await(set, 0);
  } else {
    end_turn(set);
  }
}

static void begin_turn(struct stream_set *set) {
  set->turn++;
  set->took_us = 0;
  set->has_news = false;
  set->is_check = set->is_stale && lane_now_ms() - set->checked_at_ms >= CHECK_MS;
  if (set->is_check)
    set->is_stale = false;
}

static void end_turn(struct stream_set *set) {
  for (struct stream_group *group = set->first; group != NULL; group = group->next) {
    int64_t told = INT64_MAX;
    for (size_t i = 0; i < group->count; i++)
      told = group->streams[i]->told < told ? group->streams[i]->told : told;
    group->told = told;
  }
  int64_t now_ms = lane_now_ms();
  int64_t rest_ms = set->took_us * REST_TIMES / 1000;
  set->rest_until_ms = now_ms + (rest_ms > REST_MS_MIN ? rest_ms : REST_MS_MIN);
  if (set->is_check)
    set->checked_at_ms = now_ms;
  if (set->has_news)
    set_await(set, set->rest_until_ms - now_ms);
}

static void set_await(struct stream_set *set, int64_t wait_ms) {
  if (set->is_awaited)
    return;
  struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
  set->is_awaited = evtimer_add(set->timer, &wait) == 0;
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct stream_group *group_for(struct stream_set *set, int64_t course) {
  for (struct stream_group *group = set->first; group != NULL; group = group->next)
    if (group->course == course)
      return group;
  struct stream_group *group = must(calloc(1, sizeof *group));
  group->set = set;
  group->course = course;
  group->next = set->first;
  set->first = group;
  return group;
}

static void leave(struct stream *stream) {
  struct stream_group *group = stream->group;
  if (group == NULL)
    return;
  struct stream *last = group->streams[--group->count];
  group->streams[stream->index] = last;
  last->index = stream->index;
  stream->group = NULL;
  group->set->count--;
}

static void put_off_beat(struct stream *stream, int64_t now_ms) {
  stream->beat_at_ms = now_ms + spread(&stream->dice, STREAM_BEAT_SECONDS_MIN * 1000, STREAM_BEAT_SECONDS_MAX * 1000);
}

// Xorshift: a system call for each would cost more than what is sent.
static uint32_t spread(uint32_t *dice, uint32_t from, uint32_t to) {
  *dice ^= *dice << 13;
  *dice ^= *dice >> 17;
  *dice ^= *dice << 5;
  return from + *dice % (to - from + 1);
}

static bool hall_take(struct stream_hall *hall, int64_t person, bool *is_full) {
  pthread_mutex_lock(&hall->lock);
  if (hall->used_rows * 2 >= hall->row_count)
    hall_grow(hall);
  struct hall_row *row = hall_row_of(hall, person + 1);
  *is_full = hall->count >= hall->stream_max;
  bool has_room = !*is_full && row->count < STREAMS_A_PERSON_MAX;
  if (has_room) {
    hall->used_rows += row->key == 0;
    row->key = person + 1;
    row->count++;
    hall->count++;
  }
  pthread_mutex_unlock(&hall->lock);
  return has_room;
}

static void hall_give_back(struct stream_hall *hall, int64_t person) {
  pthread_mutex_lock(&hall->lock);
  hall_row_of(hall, person + 1)->count--;
  hall->count--;
  pthread_mutex_unlock(&hall->lock);
}

// The key's row, or the free one where it would stand.
static struct hall_row *hall_row_of(const struct stream_hall *hall, int64_t key) {
  size_t mask = hall->row_count - 1;
  size_t at = (size_t)((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & mask;
  while (hall->rows[at].key != key && hall->rows[at].key != 0)
    at = (at + 1) & mask;
  return &hall->rows[at];
}

// Whoever has no stream any more is left out.
static void hall_grow(struct stream_hall *hall) {
  struct hall_row *old = hall->rows;
  size_t old_count = hall->row_count;
  size_t live = 0;
  for (size_t i = 0; i < old_count; i++)
    live += old[i].count > 0;
  while (live * 4 >= hall->row_count)
    hall->row_count *= 2;
  hall->rows = must(calloc(hall->row_count, sizeof *hall->rows));
  hall->used_rows = 0;
  for (size_t i = 0; i < old_count; i++) {
    if (old[i].count == 0)
      continue;
    *hall_row_of(hall, old[i].key) = old[i];
    hall->used_rows++;
  }
  free(old);
}

// Small sizes, each behind a cap: what fails is the machine.
static void *must(void *memory) {
  if (memory == NULL)
    abort();
  return memory;
}
