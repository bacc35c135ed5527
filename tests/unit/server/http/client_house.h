// SPDX-License-Identifier: AGPL-3.0-or-later
// For test_connection.c and test_listener.c: a listener on two loops with a writer and a store, and clients on real
// sockets that speak HTTP byte by byte. Asserts on every step; waits by poll, with much patience.
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/http/listener.h"
#include "server/http/router.h"
#include "server/http/shape.h"

enum { LOOPS = 2, PATIENCE_MS = 60000, RAW_BYTES_MAX = 300000, CLIENT_BYTES = 2 * 1024 * 1024 };

struct services {
  sem_t arrived; // a slow handler says that it runs
  sem_t gate;    // and waits here
};

struct house {
  char folder[64];
  char store[96];
  char control[96];
  struct clock clock;
  struct arena *arena;
  struct services services;
  struct work *work;
  struct http http;
  struct loop *loops[LOOPS];
  struct listener *listener;
  sem_t drained;
};

struct client {
  int fd;
  char *bytes; // received and not yet taken
  size_t size;
  char *body; // of the last answer
};

struct answer {
  int status; // 0: the connection ended instead
  char head[2048];
  const char *body; // the client's, until its next answer; "" when there is none
  size_t body_size;
};

// --- the routes

static inline enum err get_hello(struct request *request) {
  struct json *json = reply_object(request);
  json_text(json, "query", request->query);
  json_text(json, "peer", request->peer);
  json_flag(json, "is_loopback", request->is_loopback);
  json_flag(json, "is_control", request->is_control);
  json_text(json, "x", request_header(request, "x-word"));
  return ERR_OK;
}

static inline enum err get_large(struct request *request) {
  struct text *text = reply_text(request, "text/plain");
  for (int i = 0; i < 1 << 16; i++)
    text_add_n(text, "sixteen bytes...", 16);
  return ERR_OK;
}

static inline unsigned checksum(const char *bytes, size_t size) {
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++)
    sum = sum * 31 + (unsigned char)bytes[i];
  return sum;
}

static inline enum err put_raw(struct request *request) {
  struct json *json = reply_object(request);
  json_int(json, "bytes", (int64_t)request->body_size);
  json_int(json, "sum", checksum(request->body, request->body_size));
  return ERR_OK;
}

static inline enum err post_note(struct request *request) {
  enum err err = db_exec(request->act.db, "insert into note (size) values ($1)", db_int((int64_t)request->body_size));
  if (err != ERR_OK)
    return err;
  json_int(reply_object(request), "note", db_last_id(request->act.db));
  return ERR_OK;
}

static inline enum err post_slow(struct request *request) {
  struct services *services = request->http->services;
  sem_post(&services->arrived);
  sem_wait(&services->gate);
  return post_note(request);
}

struct hello {
  const char *q;
};
static const struct field hello_fields[] = {
    {"q", SHAPE_TEXT, OPTIONAL, 40, offsetof(struct hello, q), NO_PRESENT, NULL, NULL, "A word"},
};
static const struct shape hello = {
    .name = "Hello", .max_bytes = 100, .size = sizeof(struct hello), .fields = hello_fields, .count = 1};
static const struct shape raw = {.name = "Raw", .media = MEDIA_CSV, .max_bytes = RAW_BYTES_MAX, .size = 1};
static const struct route rows[] = {
    {METHOD_GET, "//hello", ACCESS_PUBLIC, ROUTE_READ, NULL, get_hello, &hello, NULL, 200, NULL, "A small reply"},
    {METHOD_GET, "//large", ACCESS_PUBLIC, ROUTE_READ, NULL, get_large, NULL, NULL, 200, NULL, "A large reply"},
    {METHOD_PUT, "//raw", ACCESS_PUBLIC, ROUTE_READ, NULL, put_raw, NULL, &raw, 200, NULL, "A body"},
    {METHOD_POST, "//notes", ACCESS_PUBLIC, ROUTE_WRITE, NULL, post_note, NULL, &raw, 201, NULL, "A write"},
    {METHOD_POST, "//slow", ACCESS_PUBLIC, ROUTE_WRITE, NULL, post_slow, NULL, &raw, 201, NULL, "A write that waits"},
};
static const struct route_table table = {"test", rows, sizeof rows / sizeof *rows};

static inline enum err anybody(struct request *request, bool is_writing) {
  (void)is_writing;
  request->who.person = 1;
  return ERR_OK;
}

static inline enum err everything(struct request *request) {
  (void)request;
  return ERR_OK;
}

// --- the house

static inline void house_open(struct house *house, size_t connection_max) {
  *house = (struct house){.clock = clock_fixed(1694476740), .arena = arena_new()};
  snprintf(house->folder, sizeof house->folder, "/tmp/tandem-test-connection-XXXXXX");
  assert_non_null(mkdtemp(house->folder));
  snprintf(house->store, sizeof house->store, "%s/store", house->folder);
  snprintf(house->control, sizeof house->control, "%s/control.sock", house->folder);
  sem_init(&house->services.arrived, 0, 0);
  sem_init(&house->services.gate, 0, 0);
  sem_init(&house->drained, 0, 0);
  struct work_options options = {.path = house->store, .worker_count = 1};
  assert_int_equal(work_new(&options, &house->work), ERR_OK);
  struct db *db;
  assert_int_equal(db_open(house->store, &(struct db_options){.mode = DB_READ_WRITE}, &db), ERR_OK);
  assert_int_equal(db_exec(db, "create table note (id integer primary key, size integer not null) strict"), ERR_OK);
  db_close(db);
  house->http = (struct http){.tables = &table,
                              .table_count = 1,
                              .router = router_new(house->arena, &table, 1),
                              .work = house->work,
                              .clock = &house->clock,
                              .services = &house->services,
                              .authenticate = anybody,
                              .admit = everything};
  for (int i = 0; i < LOOPS; i++) {
    assert_int_equal(db_open(house->store, &(struct db_options){.mode = DB_READ_ONLY}, &db), ERR_OK);
    assert_int_equal(loop_new(db, &house->loops[i]), ERR_OK);
  }
  struct listener_options listening = {.http = &house->http,
                                       .loops = house->loops,
                                       .loop_count = LOOPS,
                                       .host_port = "127.0.0.1:0",
                                       .control_path = house->control,
                                       .connection_max = connection_max};
  assert_int_equal(listener_new(&listening, &house->listener), ERR_OK);
  for (int i = 0; i < LOOPS; i++)
    assert_int_equal(loop_start(house->loops[i]), ERR_OK);
}

static inline void house_close(struct house *house) {
  size_t left;
  assert_true(work_stop(house->work, 60, &left));
  for (int i = 0; i < LOOPS; i++) {
    loop_stop(house->loops[i]);
    loop_join(house->loops[i]);
  }
  listener_free(house->listener);
  for (int i = 0; i < LOOPS; i++)
    loop_free(house->loops[i]);
  work_free(house->work);
  arena_free(house->arena);
  sem_destroy(&house->services.arrived);
  sem_destroy(&house->services.gate);
  sem_destroy(&house->drained);
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s%s", house->store, suffixes[i]);
    unlink(path);
  }
  assert_int_equal(rmdir(house->folder), 0); // the control socket is gone as well
}

static inline int setup(void **state) {
  struct house *house = calloc(1, sizeof *house);
  assert_non_null(house);
  house_open(house, 0);
  *state = house;
  return 0;
}

static inline int teardown(void **state) {
  house_close(*state);
  free(*state);
  return 0;
}

static inline int64_t notes_stored(struct house *house) {
  struct db *db;
  int64_t count = -1;
  assert_int_equal(db_open(house->store, &(struct db_options){.mode = DB_READ_ONLY}, &db), ERR_OK);
  assert_int_equal(db_get_int(db, &count, "select count(*) from note"), ERR_OK);
  db_close(db);
  return count;
}

static inline void wait_for_connections(struct house *house, size_t count) {
  for (int i = 0; i < PATIENCE_MS && listener_open_connections(house->listener) != count; i++)
    poll(NULL, 0, 1);
  assert_int_equal(listener_open_connections(house->listener), count);
}

static inline void house_is_drained(void *context) { sem_post(context); }

// --- the clients

static inline struct client client_of(int fd, const struct sockaddr *address, socklen_t size) {
  assert_true(fd >= 0);
  assert_int_equal(connect(fd, address, size), 0);
  struct client client = {.fd = fd, .bytes = malloc(CLIENT_BYTES)};
  assert_non_null(client.bytes);
  return client;
}

static inline struct sockaddr_in address_of(struct house *house) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(listener_port(house->listener)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static inline struct client client_open(struct house *house) {
  struct sockaddr_in address = address_of(house);
  return client_of(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
}

static inline void client_close(struct client *client) {
  close(client->fd);
  free(client->bytes);
  free(client->body);
}

static inline void client_say_n(struct client *client, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t count = send(client->fd, bytes, size, MSG_NOSIGNAL);
    assert_true(count > 0);
    bytes += count;
    size -= (size_t)count;
  }
}

static inline void client_say(struct client *client, const char *text) { client_say_n(client, text, strlen(text)); }

// False at the end of the stream.
static inline bool client_receive(struct client *client) {
  struct pollfd wanted = {.fd = client->fd, .events = POLLIN};
  assert_int_equal(poll(&wanted, 1, PATIENCE_MS), 1);
  assert_true(client->size < CLIENT_BYTES);
  ssize_t count = recv(client->fd, client->bytes + client->size, CLIENT_BYTES - client->size, 0);
  assert_true(count >= 0);
  client->size += (size_t)count;
  return count > 0;
}

static inline void client_drop(struct client *client, size_t size) {
  client->size -= size;
  memmove(client->bytes, client->bytes + size, client->size);
}

static inline const char *head_field(const char *head, const char *name) {
  for (const char *at = head; (at = strstr(at, "\r\n")) != NULL;) {
    at += 2;
    if (strncasecmp(at, name, strlen(name)) == 0 && at[strlen(name)] == ':')
      return at + strlen(name) + 2;
  }
  return NULL;
}

static inline struct answer client_hear_as(struct client *client, bool is_head_only) {
  struct answer answer = {.body = ""};
  char *end;
  while ((end = memmem(client->bytes, client->size, "\r\n\r\n", 4)) == NULL)
    if (!client_receive(client)) {
      assert_int_equal(client->size, 0);
      return answer;
    }
  size_t head_size = (size_t)(end - client->bytes) + 4;
  assert_true(head_size < sizeof answer.head);
  memcpy(answer.head, client->bytes, head_size);
  client_drop(client, head_size);
  assert_int_equal(strncmp(answer.head, "HTTP/1.1 ", 9), 0);
  answer.status = (int)strtol(answer.head + 9, NULL, 10);
  const char *length = head_field(answer.head, "Content-Length");
  size_t body_size = length == NULL || is_head_only ? 0 : strtoul(length, NULL, 10);
  while (client->size < body_size)
    assert_true(client_receive(client));
  free(client->body);
  client->body = strndup(client->bytes, body_size);
  assert_non_null(client->body);
  answer.body = client->body;
  answer.body_size = body_size;
  client_drop(client, body_size);
  return answer;
}

static inline struct answer client_hear(struct client *client) { return client_hear_as(client, false); }

static inline void expect(struct client *client, int status, const char *in_body) {
  struct answer answer = client_hear(client);
  bool is_expected = answer.status == status && strstr(answer.body, in_body) != NULL;
  if (!is_expected)
    print_error("expected %d with %s, got %s%s\n", status, in_body, answer.head, answer.body);
  assert_true(is_expected);
}

static inline void expect_end(struct client *client) {
  struct answer answer = client_hear(client);
  assert_int_equal(answer.status, 0);
}

static inline void expect_and_close(struct client *client, int status, const char *in_body) {
  struct answer answer = client_hear(client);
  const char *connection = head_field(answer.head, "Connection");
  bool is_expected = answer.status == status && strstr(answer.body, in_body) != NULL && connection != NULL &&
                     strncmp(connection, "close\r\n", 7) == 0;
  if (!is_expected)
    print_error("expected %d with %s, got %s%s\n", status, in_body, answer.head, answer.body);
  assert_true(is_expected);
  expect_end(client);
}

static inline void ignore_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

#define HELLO "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
#define RAW "PUT /raw HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\n"
#define CHUNKED RAW "Transfer-Encoding: chunked\r\n\r\n"
#define NOTE "POST /notes HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 5\r\n\r\nhello"
#define SLOW "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 5\r\n\r\nhello"
#define HOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
