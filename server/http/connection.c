// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/connection.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/http/deadline.h"
#include "server/http/gate.h"
#include "server/http/incoming.h"
#include "server/http/problem_reply.h"
#include "server/http/response.h"
#include "server/http/stream.h"
#include "server/http/tls.h"
#include "server/http/upload.h"

enum {
  INPUT_BYTES_MAX = 64 * 1024,  // reading goes on up to here whatever the phase, so that a dead peer is noticed
  LINGER_BYTES_MAX = 64 * 1024, // thrown away after an error, so that the client reads the reply and not a reset
  REFERENCE_BYTES_MIN = 16 * 1024,
  TURNS_MAX = 32, // steps before other connections have their turn
  HEAD_RESERVE_BYTES = 500,
};

enum step { STEP_AGAIN, STEP_WAIT, STEP_CLOSE };

struct connection {
  struct connection_links links;
  struct lane *lane;
  struct bufferevent *bev;
  struct event *resume; // goes on after TURNS_MAX
  struct incoming incoming;
  struct request *request; // NULL: none, or its reply's bytes own it
  struct stream *stream;   // in PHASE_STREAM
  enum phase phase;
  struct deadline deadline;
  size_t seen_bytes;   // the gate's
  size_t reply_bytes;  // of the reply under way that the kernel has not taken at once
  size_t linger_bytes; // thrown away
  bool is_advancing;   // http_run may finish the request before it returns
  bool is_answered;
  bool was_stream; // its last words are on their way
  bool is_eof;     // the client sends no more; it may still want its answers
  bool closes;
  bool is_loopback;
  bool is_control;
  bool is_tls;
  char address[64];
};

static void connection_reads(struct bufferevent *bev, void *context);
static void connection_has_event(struct bufferevent *bev, short events, void *context);
static void connection_resumes(int fd, short events, void *context);
static void connection_finish(struct request *request);
static void advance(struct connection *connection, enum step step);
static struct bufferevent *bufferevent_of(struct event_base *base, int fd, struct tls *tls);
static enum step step_handshake(struct connection *connection);
static enum step step_head(struct connection *connection);
static enum step step_body(struct connection *connection);
static enum step step_run(struct connection *connection);
static enum step step_reply(struct connection *connection);
static enum step step_stream(struct connection *connection);
static enum step step_linger(struct connection *connection);
static enum step begin(struct connection *connection, const char *bytes, const struct gate_result *gate);
static enum step begin_body(struct connection *connection, size_t cap, const struct gate_result *gate);
static enum step run(struct connection *connection);
static enum step refuse_block(struct connection *connection, const struct gate_result *gate);
static enum step refuse(struct connection *connection, enum problem_code code, const char *why);
static enum step expire(struct connection *connection);
static void look_at_stream(struct connection *connection, int64_t now_ms, size_t waiting_bytes);
static void request_open(struct connection *connection);
static enum step send_reply(struct connection *connection);
static enum step begin_stream(struct connection *connection, struct stream *stream);
static bool send_bytes(struct connection *connection, const struct text *head, char *body, size_t body_size);
static bool queue_rest(struct connection *connection, const struct text *head, char *body, size_t body_size,
                       size_t sent);
static bool queue_file(struct connection *connection, const struct reply *reply);
static void release_request(const void *bytes, size_t size, void *context);
static void enter(struct connection *connection, enum phase phase);

static enum step (*const steps[PHASE_COUNT])(struct connection *connection) = {
    [PHASE_HANDSHAKE] = step_handshake, [PHASE_IDLE] = step_head,     [PHASE_HEAD] = step_head,
    [PHASE_BODY] = step_body,           [PHASE_RUN] = step_run,       [PHASE_REPLY] = step_reply,
    [PHASE_STREAM] = step_stream,       [PHASE_LINGER] = step_linger,
};

void connection_open(struct lane *lane, int fd, const struct peer *peer) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL)
    abort();
  connection->lane = lane;
  connection->is_loopback = peer->is_loopback;
  connection->is_control = peer->is_control;
  connection->is_tls = peer->tls != NULL;
  memccpy(connection->address, peer->address, '\0', sizeof connection->address - 1);
  struct event_base *base = loop_base(lane->loop);
  connection->bev = bufferevent_of(base, fd, peer->tls);
  connection->resume = event_new(base, -1, 0, connection_resumes, connection);
  if (connection->bev == NULL || connection->resume == NULL)
    abort(); // libevent fails here only for want of memory
  lane_add(lane, connection);
  bufferevent_setcb(connection->bev, connection_reads, connection_reads, connection_has_event, connection);
  bufferevent_setwatermark(connection->bev, EV_READ, 0, INPUT_BYTES_MAX);
  enter(connection, connection->is_tls ? PHASE_HANDSHAKE : PHASE_IDLE);
  if (bufferevent_enable(connection->bev, EV_READ | EV_WRITE) != 0)
    connection_close(connection);
}

void connection_close(struct connection *connection) {
  struct lane *lane = connection->lane;
  struct request *request = connection->request;
  // Whoever has the request now never looks at its owner; it comes home to connection_finish.
  if (request != NULL && connection->phase == PHASE_RUN && !connection->is_answered)
    request->owner = NULL;
  else
    request_free(request);
  stream_free(connection->stream);
  event_free(connection->resume);
  if (connection->is_tls)
    tls_say_end(connection->bev);
  bufferevent_free(connection->bev);
  lane_remove(lane, connection);
  free(connection);
  lane->left(lane);
}

void connection_look(struct connection *connection, int64_t now_ms) {
  const struct lane *lane = connection->lane;
  enum phase phase = connection->phase;
  size_t waiting_bytes = evbuffer_get_length(bufferevent_get_output(connection->bev));
  if (phase == PHASE_REPLY)
    connection->deadline.moved_bytes = connection->reply_bytes - waiting_bytes;
  if (phase == PHASE_STREAM) {
    look_at_stream(connection, now_ms, waiting_bytes);
    return;
  }
  bool is_in_transit = phase == PHASE_HEAD || phase == PHASE_BODY;
  bool is_unread = phase == PHASE_REPLY && connection->was_stream; // nobody stops late for who reads nothing
  if (now_ms >= deadline_at_ms(phase, connection->deadline))
    advance(connection, expire(connection));
  else if (lane->is_draining && is_unread && now_ms >= lane->drain_until_ms)
    connection_close(connection);
  else if (lane->is_draining && (phase == PHASE_IDLE || phase == PHASE_HANDSHAKE))
    advance(connection, STEP_AGAIN); // closes unless bytes have come
  else if (lane->is_draining && is_in_transit && now_ms >= lane->drain_until_ms)
    advance(connection, refuse(connection, PROBLEM_SHUTTING_DOWN, "Nothing was changed. Try again in a few seconds."));
}

bool connection_say(struct connection *connection, const char *bytes, size_t size) {
  const struct text words = {.bytes = (char *)(uintptr_t)bytes, .size = size};
  struct evbuffer *output = bufferevent_get_output(connection->bev);
  return send_bytes(connection, &words, NULL, 0) && evbuffer_get_length(output) <= STREAM_UNSENT_BYTES_MAX;
}

void connection_end(struct connection *connection, const char *bytes, size_t size) {
  bool is_said = connection_say(connection, bytes, size);
  stream_free(connection->stream);
  connection->stream = NULL;
  connection->was_stream = true;
  enter(connection, PHASE_REPLY);
  connection->reply_bytes = evbuffer_get_length(bufferevent_get_output(connection->bev));
  advance(connection, is_said ? STEP_AGAIN : STEP_CLOSE);
}

struct connection_links *connection_links(struct connection *connection) {
  return &connection->links;
}

// Bytes have come, or the output has drained: both may be what the phase waits for.
static void connection_reads(struct bufferevent *bev, void *context) {
  (void)bev;
  advance(context, STEP_AGAIN);
}

static void connection_has_event(struct bufferevent *bev, short events, void *context) {
  struct connection *connection = context;
  if ((events & BEV_EVENT_CONNECTED) != 0)
    enter(connection, PHASE_IDLE);
  if ((events & BEV_EVENT_EOF) != 0)
    connection->is_eof = true;
  // Under TLS libevent calls a client that has gone "end of file" in both directions, and would try to write for ever.
  bool is_broken = (events & BEV_EVENT_ERROR) != 0 || (connection->is_eof && (events & BEV_EVENT_WRITING) != 0);
  if (connection->is_tls && is_broken)
    tls_broken(bev);
  else if (connection->is_tls && connection->is_eof)
    bufferevent_enable(bev, EV_WRITE); // libevent stops both ways at the end of one
  advance(connection, is_broken ? STEP_CLOSE : STEP_AGAIN);
}

static void connection_resumes(int fd, short events, void *context) {
  (void)fd;
  (void)events;
  advance(context, STEP_AGAIN);
}

static void connection_finish(struct request *request) {
  struct connection *connection = request->owner;
  if (connection == NULL) {
    request_free(request);
    return;
  }
  connection->is_answered = true;
  advance(connection, STEP_AGAIN);
}

// A loop and not recursion, or a client could nest as many frames as it pipelines requests. The connection may be gone
// afterwards.
static void advance(struct connection *connection, enum step step) {
  if (connection->is_advancing)
    return;
  connection->is_advancing = true;
  for (int turns = 0; step == STEP_AGAIN && turns < TURNS_MAX; turns++) {
    step = steps[connection->phase](connection);
    if (step == STEP_WAIT && connection->is_tls && tls_take_pending(connection->bev, INPUT_BYTES_MAX))
      step = STEP_AGAIN;
  }
  connection->is_advancing = false;
  if (step == STEP_CLOSE) {
    connection_close(connection);
  } else if (step == STEP_AGAIN) {
    static const struct timeval at_once = {0};
    event_add(connection->resume, &at_once);
  }
}

static enum step step_handshake(struct connection *connection) {
  return connection->is_eof || connection->lane->is_draining ? STEP_CLOSE : STEP_WAIT;
}

static enum step step_head(struct connection *connection) {
  struct evbuffer *input = bufferevent_get_input(connection->bev);
  size_t size = evbuffer_get_length(input);
  if (size == 0)
    return connection->is_eof || connection->lane->is_draining ? STEP_CLOSE : STEP_WAIT;
  if (connection->phase == PHASE_IDLE)
    enter(connection, PHASE_HEAD);
  if (size > GATE_HEADER_BYTES_MAX)
    size = GATE_HEADER_BYTES_MAX;
  const char *bytes = (const char *)evbuffer_pullup(input, (ev_ssize_t)size);
  struct gate_result gate = gate_check(bytes, size, &connection->seen_bytes);
  if (gate.verdict == GATE_MORE)
    return connection->is_eof ? STEP_CLOSE : STEP_WAIT;
  return gate.verdict == GATE_PASS ? begin(connection, bytes, &gate) : refuse_block(connection, &gate);
}

static enum step step_body(struct connection *connection) {
  struct evbuffer *input = bufferevent_get_input(connection->bev);
  enum incoming_verdict verdict = INCOMING_MORE;
  for (size_t size; verdict == INCOMING_MORE && (size = evbuffer_get_contiguous_space(input)) > 0;) {
    const char *bytes = (const char *)evbuffer_pullup(input, (ev_ssize_t)size);
    size_t used;
    verdict = incoming_take_body(&connection->incoming, bytes, size, &used);
    evbuffer_drain(input, used);
    connection->deadline.moved_bytes += used;
  }
  switch (verdict) {
  case INCOMING_MORE:
    return connection->is_eof ? STEP_CLOSE : STEP_WAIT;
  case INCOMING_DONE:
    return run(connection);
  case INCOMING_TOO_LARGE:
    return refuse(connection, PROBLEM_TOO_LARGE, "The body is larger than this address takes.");
  case INCOMING_LOST:
    return refuse(connection, PROBLEM_STORE_UNAVAILABLE,
                  "The server's disk cannot take the file now. Nothing was kept; try again later.");
  case INCOMING_BAD:
    break;
  }
  return refuse(connection, PROBLEM_BAD_REQUEST, "The chunks of the body are not well formed.");
}

static enum step step_run(struct connection *connection) {
  return connection->is_answered ? send_reply(connection) : STEP_WAIT;
}

static enum step step_reply(struct connection *connection) {
  if (evbuffer_get_length(bufferevent_get_output(connection->bev)) > 0)
    return STEP_WAIT;
  if (!connection->closes) {
    enter(connection, PHASE_IDLE);
    return STEP_AGAIN;
  }
  if (connection->is_eof)
    return STEP_CLOSE;
  // Closing with unread bytes would send a reset, and the client might lose the reply to it.
  if (connection->is_tls)
    tls_say_end(connection->bev);
  shutdown(bufferevent_getfd(connection->bev), SHUT_WR);
  enter(connection, PHASE_LINGER);
  return STEP_AGAIN;
}

// A client of a stream has nothing to say; what it says is thrown away. When it sends no more, it has gone.
static enum step step_stream(struct connection *connection) {
  struct evbuffer *input = bufferevent_get_input(connection->bev);
  size_t size = evbuffer_get_length(input);
  evbuffer_drain(input, size);
  return connection->is_eof || !stream_ignore(connection->stream, size) ? STEP_CLOSE : STEP_WAIT;
}

static void look_at_stream(struct connection *connection, int64_t now_ms, size_t waiting_bytes) {
  if (connection->lane->is_draining)
    stream_end(connection->stream);
  else if (!stream_look(connection->stream, now_ms, waiting_bytes))
    connection_close(connection);
}

static enum step step_linger(struct connection *connection) {
  struct evbuffer *input = bufferevent_get_input(connection->bev);
  size_t size = evbuffer_get_length(input);
  connection->linger_bytes += size;
  evbuffer_drain(input, size);
  return connection->is_eof || connection->linger_bytes > LINGER_BYTES_MAX ? STEP_CLOSE : STEP_WAIT;
}

static enum step begin(struct connection *connection, const char *bytes, const struct gate_result *gate) {
  request_open(connection);
  struct request *request = connection->request;
  bool is_sound = incoming_take_head(&connection->incoming, request, bytes, gate);
  evbuffer_drain(bufferevent_get_input(connection->bev), gate->block_bytes);
  connection->seen_bytes = 0;
  if (!is_sound)
    return refuse(connection, PROBLEM_BAD_REQUEST, "The header is not well formed.");
  connection->closes = !connection->incoming.keeps_alive;
  bool has_body = gate->is_chunked || gate->length > 0;
  size_t cap = 0;
  bool is_begun = http_begin(request, &cap, has_body, gate->has_length, gate->length);
  if (is_begun && has_body && request->route->kind == ROUTE_UPLOAD)
    is_begun = http_admit(request, loop_db(connection->lane->loop), gate->has_length, gate->length);
  if (!is_begun) {
    // The body that was announced may or may not follow; only the end of the connection is certain.
    connection->closes = connection->closes || has_body;
    return send_reply(connection);
  }
  return has_body ? begin_body(connection, cap, gate) : run(connection);
}

static enum step begin_body(struct connection *connection, size_t cap, const struct gate_result *gate) {
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
  if (connection->request->upload != NULL)
    incoming_expect_upload(&connection->incoming, connection->request->upload);
  else
    incoming_expect_body(&connection->incoming, cap, gate->length);
  bool has_come = evbuffer_get_length(bufferevent_get_input(connection->bev)) > 0;
  if (gate->expects_continue && !has_come)
    bufferevent_write(connection->bev, go_on, sizeof go_on - 1);
  enter(connection, PHASE_BODY);
  return STEP_AGAIN;
}

static enum step run(struct connection *connection) {
  connection->phase = PHASE_RUN;
  connection->is_answered = false;
  http_run(connection->request, loop_db(connection->lane->loop));
  return STEP_AGAIN;
}

static enum step refuse_block(struct connection *connection, const struct gate_result *gate) {
  static const enum problem_code codes[] = {
      [GATE_BAD] = PROBLEM_BAD_REQUEST,
      [GATE_TOO_LARGE] = PROBLEM_HEADERS_TOO_LARGE,
      [GATE_URI_TOO_LONG] = PROBLEM_URI_TOO_LONG,
      [GATE_EXPECTATION] = PROBLEM_EXPECTATION_FAILED,
      [GATE_VERSION] = PROBLEM_VERSION_NOT_SUPPORTED,
      [GATE_METHOD] = PROBLEM_NOT_IMPLEMENTED,
  };
  return refuse(connection, codes[gate->verdict], gate->why);
}

// What the server says to bytes that are no request, or not in time; the connection ends with it.
static enum step refuse(struct connection *connection, enum problem_code code, const char *why) {
  if (connection->request == NULL)
    request_open(connection);
  http_refuse_status(connection->request, problem_status(code), code, why);
  connection->closes = true;
  return send_reply(connection);
}

static enum step expire(struct connection *connection) {
  if (connection->phase == PHASE_HEAD)
    return refuse(connection, PROBLEM_TIMEOUT, "The header did not arrive in time.");
  if (connection->phase == PHASE_BODY)
    return refuse(connection, PROBLEM_TIMEOUT, "The body did not arrive in time.");
  return STEP_CLOSE;
}

static void request_open(struct connection *connection) {
  struct arena *arena = arena_new();
  struct request *request = request_new(connection->lane->http, arena);
  request->job.home = connection->lane->loop;
  request->peer = arena_text(arena, connection->address);
  request->is_loopback = connection->is_loopback;
  request->is_control = connection->is_control;
  request->is_https = connection->is_tls;
  request->finish = connection_finish;
  request->owner = connection;
  connection->request = request;
}

static enum step send_reply(struct connection *connection) {
  struct request *request = connection->request;
  struct lane *lane = connection->lane;
  bool is_stream = request->route != NULL && request->route->kind == ROUTE_STREAM && request->reply.status == 200;
  struct stream *stream = is_stream && !lane->is_draining ? request->stream : NULL;
  connection->closes = connection->closes || lane->is_draining || is_stream;
  int64_t now = request->act.now != 0 ? request->act.now : clock_now(lane->http->clock);
  struct response_facts facts = {.date = lane_date(lane), .now = now, .closes = connection->closes};
  struct text head;
  text_init(&head, request->arena);
  text_reserve(&head, HEAD_RESERVE_BYTES);
  response_head(&head, request, &facts);
  bool has_body = response_has_body(request);
  enter(connection, PHASE_REPLY);
  bool has_file = request->reply.has_file;
  char *body = has_file ? NULL : request->reply.json.text.bytes; // NULL when there is none
  if (!send_bytes(connection, &head, body, has_body && !has_file ? request->reply.json.text.size : 0) ||
      (has_body && has_file && !queue_file(connection, &request->reply)))
    return STEP_CLOSE;
  if (stream != NULL)
    request->stream = NULL; // from here on the connection's
  request_free(connection->request);
  connection->request = NULL;
  if (stream != NULL)
    return begin_stream(connection, stream);
  connection->reply_bytes = evbuffer_get_length(bufferevent_get_output(connection->bev));
  return STEP_AGAIN;
}

// A client that sleeps acknowledges nothing: the kernel gives it up after a minute, and holds little for one that does
// not read, so that it is noticed here.
static enum step begin_stream(struct connection *connection, struct stream *stream) {
  static const int send_bytes_max = 32 * 1024;
  static const unsigned user_timeout_ms = 60000;
  evutil_socket_t fd = bufferevent_getfd(connection->bev);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_bytes_max, sizeof send_bytes_max);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_ms, sizeof user_timeout_ms); // none of a Unix socket's
  enter(connection, PHASE_STREAM);
  connection->stream = stream;
  stream_join(stream, connection->lane->streams, connection);
  return STEP_AGAIN;
}

// Straight to the kernel when nothing is queued: a bufferevent's own way costs two epoll_ctl and a turn of the loop a
// reply. TLS goes through the bufferevent. MSG_NOSIGNAL covers this path; for the bufferevent's own writes main ignores
// SIGPIPE.
static bool send_bytes(struct connection *connection, const struct text *head, char *body, size_t body_size) {
  size_t sent = 0;
  if (!connection->is_tls && evbuffer_get_length(bufferevent_get_output(connection->bev)) == 0) {
    struct iovec parts[] = {{head->bytes, head->size}, {body, body_size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = body_size > 0 ? 2 : 1};
    ssize_t count = sendmsg(bufferevent_getfd(connection->bev), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
      return false; // the client has gone
    sent = count > 0 ? (size_t)count : 0;
  }
  return sent == head->size + body_size || queue_rest(connection, head, body, body_size, sent);
}

static bool queue_rest(struct connection *connection, const struct text *head, char *body, size_t body_size,
                       size_t sent) {
  struct evbuffer *output = bufferevent_get_output(connection->bev);
  if (sent < head->size && evbuffer_add(output, head->bytes + sent, head->size - sent) != 0)
    return false;
  size_t skipped = sent > head->size ? sent - head->size : 0;
  size_t rest = body_size - skipped;
  if (rest < REFERENCE_BYTES_MIN)
    return rest == 0 || evbuffer_add(output, body + skipped, rest) == 0;
  // A large body is not copied: its bytes keep the request until they are sent.
  if (evbuffer_add_reference(output, body + skipped, rest, release_request, connection->request) != 0)
    return false;
  connection->request = NULL;
  return true;
}

// libevent sends it from file to socket in the kernel, or maps it where TLS stands between; it takes a descriptor of
// its own over.
static bool queue_file(struct connection *connection, const struct reply *reply) {
  struct evbuffer *output = bufferevent_get_output(connection->bev);
  int fd = fcntl(reply->file, F_DUPFD_CLOEXEC, 0);
  return fd >= 0 && evbuffer_add_file(output, fd, reply->file_offset, reply->file_size) == 0;
}

static void release_request(const void *bytes, size_t size, void *context) {
  (void)bytes;
  (void)size;
  request_free(context);
}

// Takes the descriptor over; there is none to return only for want of memory.
static struct bufferevent *bufferevent_of(struct event_base *base, int fd, struct tls *tls) {
  return tls != NULL ? tls_accept(tls, base, fd) : bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
}

static void enter(struct connection *connection, enum phase phase) {
  connection->phase = phase;
  connection->deadline = (struct deadline){.since_ms = lane_now_ms()};
}
