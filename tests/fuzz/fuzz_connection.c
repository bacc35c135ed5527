// SPDX-License-Identifier: AGPL-3.0-or-later
// Bytes over a socket pair to a real connection, with handlers that number the requests and writes that are answered
// later: whatever pieces the bytes arrive in, the client hears the same, each request has one reply, in its order, and
// nothing is read once the connection has said that it closes. Input: a line of pieces ('~' as one: there the client
// hangs up; '}': there the house begins to close), then the bytes.
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/text.h"
#include "server/http/connection.h"
#include "server/http/router.h"
#include "server/http/shape.h"

enum { LARGE_BYTES = 20000, RAW_BYTES_MAX = 8000, TURNS_MAX = 2000, JOBS_MAX = 4, HEARD_BYTES_MAX = 64 << 20 };
enum manner { IN_ONE, IN_PIECES, WITH_EVENTS };

struct talk { // one connection, from its first byte to its end
  struct lane lane;
  int client;
  bool is_over; // the client has hung up
  bool is_draining;
  bool is_closing_said; // a reply said so
  int handled;
  struct job *jobs[JOBS_MAX]; // submitted and not yet run
  size_t job_count;
  struct text heard;
};

struct stream { // what the client heard, reply by reply
  const char *at;
  size_t left;
};

static struct talk *talk; // the handlers and the queue find it here
static struct db *store;
static struct loop *loop;
static struct http http;
static struct arena *house; // of the router

// The linker's name for what stands in for work_submit.
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
bool __wrap_work_submit(struct work *work, struct job *job);

static void close_house(void);
static enum err number(struct request *request);
static enum err large(struct request *request);
static enum err nobody(struct request *request, bool is_writing);
static enum err everything(struct request *request);
static void left(struct lane *lane);
static void converse(struct arena *arena, struct fuzz_input bytes, const struct fuzz_input *pieces, enum manner manner,
                     struct text *heard);
static void say(struct fuzz_input piece);
static void turn(void);
static void run_jobs(void);
static void hear(void);
static void hang_up(void);
static void check_replies(const struct text *heard, struct fuzz_input bytes);
static struct fuzz_input take_head(struct stream *stream);
static void check_head(struct fuzz_input head);
static const char *field_of(struct fuzz_input head, const char *name);
static struct fuzz_input take_body(struct stream *stream, struct fuzz_input head);
static size_t heads_in(struct fuzz_input bytes);
static const char *comparable(struct arena *arena, const struct text *heard);

static const struct shape raw = {.name = "Raw", .media = MEDIA_CSV, .max_bytes = RAW_BYTES_MAX, .size = 1};
static const struct route rows[] = {
    {METHOD_GET, "//hello", ACCESS_PUBLIC, ROUTE_READ, NULL, number, NULL, NULL, 200, NULL, "A small reply"},
    {METHOD_GET, "//large", ACCESS_PUBLIC, ROUTE_READ, NULL, large, NULL, NULL, 200, NULL, "A large reply"},
    {METHOD_PUT, "//raw", ACCESS_PUBLIC, ROUTE_READ, NULL, number, NULL, &raw, 200, NULL, "A body"},
    {METHOD_POST, "//notes", ACCESS_PUBLIC, ROUTE_WRITE, NULL, number, NULL, &raw, 201, NULL, "A write"},
};
static const struct route_table table = {"fuzz", rows, sizeof rows / sizeof *rows};

// NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer's signature
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  static struct clock clock;
  log_set_capture(fuzz_ignore_line, NULL);
  signal(SIGPIPE, SIG_IGN); // as main does
  house = arena_new();
  clock = clock_fixed(1694476740);
  require(db_open(":memory:", &(struct db_options){.mode = DB_READ_WRITE}, &store) == ERR_OK);
  require(db_migrate(store) == ERR_OK);
  require(loop_new(store, &loop) == ERR_OK);
  http = (struct http){.tables = &table,
                       .table_count = 1,
                       .router = router_new(house, &table, 1),
                       .work = (struct work *)&talk, // only handed to work_submit
                       .clock = &clock,
                       .authenticate = nobody,
                       .admit = everything};
  return atexit(close_house);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct fuzz_input input = fuzz_input_of(data, size);
  const struct fuzz_input pieces = fuzz_line(&input);
  struct text whole, split, eventful;
  converse(arena, input, &pieces, IN_ONE, &whole);
  check_replies(&whole, input);
  converse(arena, input, &pieces, IN_PIECES, &split);
  check_replies(&split, input);
  require(strcmp(comparable(arena, &whole), comparable(arena, &split)) == 0);
  bool hangs_up = pieces.left > 0 && memchr(pieces.at, '~', pieces.left) != NULL;
  if (!hangs_up && (pieces.left == 0 || memchr(pieces.at, '}', pieces.left) == NULL))
    return 0;
  converse(arena, input, &pieces, WITH_EVENTS, &eventful);
  if (!hangs_up)
    check_replies(&eventful, input);
  return 0;
}

// The writer's queue: full when nobody takes from it, so that the client hears 503 as well.
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
bool __wrap_work_submit(struct work *work, struct job *job) {
  require(work == http.work);
  if (talk->job_count == JOBS_MAX)
    return false;
  talk->jobs[talk->job_count++] = job;
  return true;
}

static void close_house(void) {
  loop_free(loop); // and the store with it
  arena_free(house);
}

// What was received, and the number that tells its place among the others.
static enum err number(struct request *request) {
  require(!talk->is_closing_said);
  struct json *json = reply_object(request);
  json_int(json, "n", ++talk->handled);
  json_text(json, "path", request->path);
  json_text(json, "query", request->query);
  json_int(json, "fields", (int64_t)request->header_count);
  unsigned sum = 0;
  for (size_t i = 0; i < request->body_size; i++)
    sum = sum * 31 + (unsigned char)request->body[i];
  json_int(json, "bytes", (int64_t)request->body_size);
  json_int(json, "sum", sum);
  require(request->body_size <= RAW_BYTES_MAX);
  return ERR_OK;
}

static enum err large(struct request *request) {
  struct text *text = reply_text(request, "text/plain");
  text_add_format(text, "{\"n\":%d,", ++talk->handled);
  char *end = text_reserve(text, LARGE_BYTES);
  memset(end, 'x', LARGE_BYTES);
  end[LARGE_BYTES] = '\0';
  text->size += LARGE_BYTES;
  return ERR_OK;
}

static enum err nobody(struct request *request, bool is_writing) {
  (void)request;
  (void)is_writing;
  return ERR_OK;
}

static enum err everything(struct request *request) {
  (void)request;
  return ERR_OK;
}

static void left(struct lane *lane) { require(lane->count == 0); }

static void converse(struct arena *arena, struct fuzz_input bytes, const struct fuzz_input *pieces, enum manner manner,
                     struct text *heard) {
  static const struct fuzz_input in_one = {NULL, 0};
  struct talk current = {.client = -1};
  talk = &current;
  text_init(&current.heard, arena);
  require(lane_init(&current.lane, &http, loop, left) == ERR_OK);
  int pair[2];
  require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
  current.client = pair[0];
  connection_open(&current.lane, pair[1], &(struct peer){.address = "192.0.2.7"});
  for (size_t at = 0; bytes.left > 0 && !current.is_over; at++) {
    uint8_t event = manner == WITH_EVENTS && pieces->left > 0 ? (uint8_t)pieces->at[at % pieces->left] : ' ';
    say(fuzz_take(&bytes, fuzz_piece(manner == IN_ONE ? &in_one : pieces, at, bytes.left)));
    turn();
    if (event == '~')
      hang_up();
    else if (event == '}' && !current.is_draining)
      lane_drain(&current.lane, 10);
    current.is_draining = current.lane.is_draining;
    if (manner == IN_ONE || at % 2 == 1)
      run_jobs();
  }
  if (!current.is_over)
    shutdown(current.client, SHUT_WR);
  int turns = 0;
  for (; current.lane.count > 0 || current.job_count > 0; turns++) {
    require(turns < TURNS_MAX); // somebody waits for what will not come
    run_jobs();
    turn();
  }
  turn();
  hang_up();
  lane_done(&current.lane);
  *heard = current.heard;
  talk = NULL;
}

static void say(struct fuzz_input piece) {
  for (int turns = 0; piece.left > 0 && !talk->is_over; turns++) {
    require(turns < TURNS_MAX); // the server must go on taking bytes
    ssize_t count = send(talk->client, piece.at, piece.left, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN && errno != EINTR)
      return; // the server has closed
    (void)fuzz_take(&piece, count > 0 ? (size_t)count : 0);
    if (piece.left > 0) {
      turn();
      run_jobs();
    }
  }
}

static void turn(void) {
  event_base_loop(loop_base(loop), EVLOOP_NONBLOCK);
  hear();
}

static void run_jobs(void) {
  while (talk->job_count > 0) {
    struct job *job = talk->jobs[0];
    memmove(talk->jobs, talk->jobs + 1, --talk->job_count * sizeof *talk->jobs);
    require(job_batch(store, &job, 1) == ERR_OK);
    job->kind->done(job);
  }
}

static void hear(void) {
  char bytes[16 * 1024];
  ssize_t count = 0;
  while (!talk->is_over && (count = recv(talk->client, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
    text_add_n(&talk->heard, bytes, (size_t)count);
  if (talk->heard.size > 0 && strstr(talk->heard.bytes, "\r\nConnection: close\r\n") != NULL)
    talk->is_closing_said = true;
  require(talk->heard.size < HEARD_BYTES_MAX);
}

static void hang_up(void) {
  if (!talk->is_over)
    close(talk->client);
  talk->is_over = true;
}

static void check_replies(const struct text *heard, struct fuzz_input bytes) {
  struct stream stream = {text_get(heard), heard->size};
  size_t replies = 0;
  int last = 0;
  bool is_closed = false;
  while (stream.left > 0) {
    struct fuzz_input head = take_head(&stream);
    require(!is_closed); // nothing follows what said that it was the last
    if (strncmp(head.at, "HTTP/1.1 100 ", 13) == 0)
      continue;
    replies++;
    check_head(head);
    struct fuzz_input body = take_body(&stream, head);
    const char *connection = field_of(head, "Connection");
    is_closed = connection != NULL && strncmp(connection, "close\r\n", 7) == 0;
    if (body.left > 5 && strncmp(body.at, "{\"n\":", 5) == 0) {
      int n = (int)strtol(body.at + 5, NULL, 10);
      require(n > last); // HEAD takes a number and shows none
      last = n;
    }
  }
  // Each reply is of one header, but perhaps the last, of something that was none.
  require(replies <= heads_in(bytes) + 1);
  require((size_t)last <= replies);
}

static struct fuzz_input take_head(struct stream *stream) {
  require(stream->left > 13 && strncmp(stream->at, "HTTP/1.1 ", 9) == 0);
  const char *end = memmem(stream->at, stream->left, "\r\n\r\n", 4);
  require(end != NULL);
  struct fuzz_input head = {stream->at, (size_t)(end - stream->at) + 4};
  stream->at += head.left;
  stream->left -= head.left;
  return head;
}

// A status line, then fields, each on one line.
static void check_head(struct fuzz_input head) {
  int status = (int)strtol(head.at + 9, NULL, 10);
  require(status >= 200 && status <= 599 && head.at[12] == ' ');
  require(memchr(head.at, '\0', head.left) == NULL);
  require(field_of(head, "Date") != NULL && field_of(head, "X-Tandem-Now") != NULL);
  (void)fuzz_line(&head);
  for (struct fuzz_input line = fuzz_line(&head); line.left > 1; line = fuzz_line(&head)) {
    require(line.at[line.left - 1] == '\r');
    require(memchr(line.at, '\r', line.left - 1) == NULL);
    const char *colon = memchr(line.at, ':', line.left);
    require(colon != NULL && colon > line.at && colon[1] == ' ');
  }
  require(head.left == 0);
}

static const char *field_of(struct fuzz_input head, const char *name) {
  size_t size = strlen(name);
  for (struct fuzz_input line = fuzz_line(&head); line.left > 0; line = fuzz_line(&head))
    if (line.left > size + 1 && strncasecmp(line.at, name, size) == 0 && line.at[size] == ':')
      return line.at + size + 2;
  return NULL;
}

// The answer to a HEAD names a length and has no body; no body of ours begins like a status line.
static struct fuzz_input take_body(struct stream *stream, struct fuzz_input head) {
  const char *length = field_of(head, "Content-Length");
  struct fuzz_input body = {stream->at, length == NULL ? 0 : strtoul(length, NULL, 10)};
  if (stream->left == 0 || strncmp(stream->at, "HTTP/1.1 ", 9) == 0)
    body.left = 0;
  require(body.left <= stream->left);
  stream->at += body.left;
  stream->left -= body.left;
  return body;
}

static size_t heads_in(struct fuzz_input bytes) {
  size_t count = 0;
  const char *found;
  while (bytes.left > 0 && (found = memmem(bytes.at, bytes.left, "\r\n\r\n", 4)) != NULL) {
    (void)fuzz_take(&bytes, (size_t)(found - bytes.at) + 4);
    count++;
  }
  return count;
}

// Without what the moment decides: the Date, and whether a client that asks first had sent the body already.
static const char *comparable(struct arena *arena, const struct text *heard) {
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
  struct text text;
  text_init(&text, arena);
  struct fuzz_input rest = {text_get(heard), heard->size};
  while (rest.left > 0) {
    if (rest.left >= sizeof go_on - 1 && memcmp(rest.at, go_on, sizeof go_on - 1) == 0)
      (void)fuzz_take(&rest, sizeof go_on - 1);
    const char *end = rest.left == 0 ? NULL : memchr(rest.at, '\n', rest.left);
    struct fuzz_input line = fuzz_take(&rest, end == NULL ? rest.left : (size_t)(end - rest.at) + 1);
    if (line.left > 6 && memcmp(line.at, "Date: ", 6) == 0)
      continue;
    text_add_n(&text, line.at, line.left);
  }
  return text_get(&text);
}
