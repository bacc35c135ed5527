// SPDX-License-Identifier: AGPL-3.0-or-later
// Connections over a socket pair on this thread, and a clock that the test passes in: every deadline without waiting
// for it.
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/http/connection.h"
#include "server/http/lane.h"
#include "server/http/router.h"
#include "server/http/shape.h"

struct house {
  struct lane lane; // first: count_departure finds the house by it
  int departures;
  struct clock clock;
  struct arena *arena;
  struct http http;
  struct loop *loop;
  int client;
};

static enum err get_large(struct request *request) {
  struct text *text = reply_text(request, "text/plain");
  memset(text_reserve(text, 1 << 20), 'x', 1 << 20);
  text->size = 1 << 20;
  return ERR_OK;
}

static enum err get_small(struct request *request) {
  json_int(reply_object(request), "answer", 42);
  return ERR_OK;
}

static enum err put_raw(struct request *request) {
  json_int(reply_object(request), "bytes", (int64_t)request->body_size);
  return ERR_OK;
}

static const struct shape raw = {.name = "Raw", .media = MEDIA_CSV, .max_bytes = 1 << 20, .size = 1};
static const struct route rows[] = {
    {METHOD_GET, "//large", ACCESS_PUBLIC, ROUTE_READ, NULL, get_large, NULL, NULL, 200, NULL, "A large reply"},
    {METHOD_GET, "//small", ACCESS_PUBLIC, ROUTE_READ, NULL, get_small, NULL, NULL, 200, NULL, "A small reply"},
    {METHOD_PUT, "//raw", ACCESS_PUBLIC, ROUTE_READ, NULL, put_raw, NULL, &raw, 200, NULL, "A body"},
};
static const struct route_table table = {"test", rows, sizeof rows / sizeof *rows};

static enum err anybody(struct request *request, bool is_writing) {
  (void)request;
  (void)is_writing;
  return ERR_OK;
}

static enum err everything(struct request *request) {
  (void)request;
  return ERR_OK;
}

static void count_departure(struct lane *lane) {
  struct house *house = (struct house *)lane;
  house->departures++;
}

static void turn(struct house *house) {
  for (int i = 0; i < 5; i++)
    event_base_loop(loop_base(house->loop), EVLOOP_NONBLOCK);
}

static int setup(void **state) {
  signal(SIGPIPE, SIG_IGN);
  struct house *house = calloc(1, sizeof *house);
  struct db *db;
  assert_non_null(house);
  assert_int_equal(db_open(":memory:", &(struct db_options){.mode = DB_READ_WRITE}, &db), ERR_OK);
  assert_int_equal(loop_new(db, &house->loop), ERR_OK);
  house->clock = clock_fixed(1694476740);
  house->arena = arena_new();
  house->http = (struct http){.tables = &table,
                              .table_count = 1,
                              .router = router_new(house->arena, &table, 1),
                              .clock = &house->clock,
                              .authenticate = anybody,
                              .admit = everything};
  assert_int_equal(lane_init(&house->lane, &house->http, house->loop, count_departure), ERR_OK);
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
  house->client = pair[0];
  connection_open(&house->lane, pair[1], &(struct peer){.address = "127.0.0.1", .is_loopback = true});
  *state = house;
  return 0;
}

static int teardown(void **state) {
  struct house *house = *state;
  lane_done(&house->lane);
  loop_free(house->loop);
  arena_free(house->arena);
  close(house->client);
  free(house);
  return 0;
}

static void say(struct house *house, const char *text) {
  assert_int_equal(send(house->client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
  turn(house);
}

// What the server has sent so far; is_over: and nothing follows.
static const char *hear(struct house *house, bool *is_over) {
  static char heard[64 * 1024];
  size_t size = 0;
  ssize_t count;
  while ((count = recv(house->client, heard + size, sizeof heard - 1 - size, MSG_DONTWAIT)) > 0)
    size += (size_t)count;
  heard[size] = '\0';
  *is_over = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  return heard;
}

static void look_after(struct house *house, int64_t ms) {
  assert_non_null(house->lane.first);
  connection_look(house->lane.first, lane_now_ms() + ms);
  turn(house);
}

static void an_idle_connection_is_closed_after_its_minute_without_a_word(void **state) {
  struct house *house = *state;
  bool is_over;
  turn(house);
  look_after(house, 59000);
  assert_string_equal(hear(house, &is_over), "");
  assert_false(is_over);
  look_after(house, 60001);
  assert_string_equal(hear(house, &is_over), "");
  assert_true(is_over);
  assert_int_equal(house->departures, 1);
}

static void a_header_that_does_not_end_is_answered_408(void **state) {
  struct house *house = *state;
  bool is_over;
  say(house, "GET /small HT");
  look_after(house, 9000);
  assert_string_equal(hear(house, &is_over), "");
  look_after(house, 10001);
  const char *heard = hear(house, &is_over);
  assert_int_equal(strncmp(heard, "HTTP/1.1 408 ", 13), 0);
  assert_non_null(strstr(heard, "\"code\":\"timeout\""));
  assert_non_null(strstr(heard, "\r\nConnection: close\r\n"));
  assert_true(is_over);
  assert_int_equal(house->departures, 0); // the client may still be sending
  look_after(house, 2001);
  assert_int_equal(house->departures, 1);
}

static void a_header_that_comes_in_time_is_answered(void **state) {
  struct house *house = *state;
  bool is_over;
  say(house, "GET /small HT");
  look_after(house, 9000);
  say(house, "TP/1.1\r\nHost: a\r\n\r\n");
  assert_int_equal(strncmp(hear(house, &is_over), "HTTP/1.1 200 ", 13), 0);
  assert_false(is_over);
  look_after(house, 59000); // the header's 10 s no longer count
  hear(house, &is_over);
  assert_false(is_over);
}

static void a_body_has_thirty_seconds_and_its_bytes(void **state) {
  struct house *house = *state;
  bool is_over;
  say(house, "PUT /raw HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n");
  char part[8193];
  memset(part, 'a', 8192);
  part[8192] = '\0';
  for (int i = 0; i < 4; i++)
    say(house, part);
  look_after(house, 33000); // 30 s and 4 times 8 KiB
  hear(house, &is_over);
  assert_false(is_over);
  look_after(house, 34001);
  assert_int_equal(strncmp(hear(house, &is_over), "HTTP/1.1 408 ", 13), 0);
  assert_true(is_over);
}

static void a_reply_that_nobody_reads_ends_the_connection(void **state) {
  struct house *house = *state;
  say(house, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  look_after(house, 29000);
  assert_int_equal(house->departures, 0);
  look_after(house, 30000 + 1000 * (1 << 20) / 8192 + 1000); // later than the whole of it could take
  assert_int_equal(house->departures, 1);
}

static void a_reply_that_is_read_slowly_gains_time_by_what_was_read(void **state) {
  struct house *house = *state;
  bool is_over;
  say(house, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 4; i++) {
    hear(house, &is_over);
    turn(house);
  }
  look_after(house, 31000);
  assert_int_equal(house->departures, 0);
}

static void the_tick_runs_while_there_is_a_connection(void **state) {
  struct house *house = *state;
  assert_true(event_pending(house->lane.tick, EV_TIMEOUT, NULL));
  shutdown(house->client, SHUT_WR);
  turn(house);
  assert_int_equal(house->departures, 1);
  assert_false(event_pending(house->lane.tick, EV_TIMEOUT, NULL));
}

static void a_reply_that_is_read_arrives_whole(void **state) {
  struct house *house = *state;
  say(house, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  size_t size = 0;
  bool is_over = false;
  for (int i = 0; i < 1000 && size < 1 << 20; i++) {
    size += strlen(hear(house, &is_over));
    turn(house);
  }
  assert_in_range(size, 1 << 20, (1 << 20) + 1024);
  assert_false(is_over);
  say(house, "GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
  assert_non_null(strstr(hear(house, &is_over), "{\"answer\":42}"));
}

static void draining_closes_what_is_idle_at_once(void **state) {
  struct house *house = *state;
  bool is_over;
  turn(house);
  lane_drain(&house->lane, 10);
  turn(house);
  assert_int_equal(house->departures, 1);
  assert_string_equal(hear(house, &is_over), "");
  assert_true(is_over);
}

static void draining_gives_a_body_its_seconds_and_then_says_why(void **state) {
  struct house *house = *state;
  bool is_over;
  say(house, "PUT /raw HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 10\r\n\r\n12345");
  lane_drain(&house->lane, 10);
  look_after(house, 9000);
  hear(house, &is_over);
  assert_false(is_over);
  look_after(house, 10001);
  const char *heard = hear(house, &is_over);
  assert_int_equal(strncmp(heard, "HTTP/1.1 503 ", 13), 0);
  assert_non_null(strstr(heard, "shutting_down"));
  assert_true(is_over);
}

static void draining_answers_a_body_that_comes_in_time_and_closes(void **state) {
  struct house *house = *state;
  bool is_over;
  say(house, "PUT /raw HTTP/1.1\r\nHost: a\r\nContent-Type: text/csv\r\nContent-Length: 10\r\n\r\n12345");
  lane_drain(&house->lane, 10);
  say(house, "67890");
  const char *heard = hear(house, &is_over);
  assert_int_equal(strncmp(heard, "HTTP/1.1 200 ", 13), 0);
  assert_non_null(strstr(heard, "\r\nConnection: close\r\n"));
  assert_true(is_over);
}

static void what_a_client_sends_after_an_error_is_thrown_away_up_to_a_limit(void **state) {
  struct house *house = *state;
  bool is_over;
  say(house, "nonsense\n");
  assert_int_equal(strncmp(hear(house, &is_over), "HTTP/1.1 400 ", 13), 0);
  char part[8193];
  memset(part, 'a', 8192);
  part[8192] = '\0';
  for (int i = 0; i < 7; i++)
    say(house, part);
  assert_int_equal(house->departures, 0);
  say(house, part); // 64 KiB and the nonsense
  assert_int_equal(house->departures, 1);
}

int main(void) {
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_idle_connection_is_closed_after_its_minute_without_a_word, setup, teardown),
      cmocka_unit_test_setup_teardown(a_header_that_does_not_end_is_answered_408, setup, teardown),
      cmocka_unit_test_setup_teardown(a_header_that_comes_in_time_is_answered, setup, teardown),
      cmocka_unit_test_setup_teardown(a_body_has_thirty_seconds_and_its_bytes, setup, teardown),
      cmocka_unit_test_setup_teardown(a_reply_that_nobody_reads_ends_the_connection, setup, teardown),
      cmocka_unit_test_setup_teardown(a_reply_that_is_read_slowly_gains_time_by_what_was_read, setup, teardown),
      cmocka_unit_test_setup_teardown(the_tick_runs_while_there_is_a_connection, setup, teardown),
      cmocka_unit_test_setup_teardown(a_reply_that_is_read_arrives_whole, setup, teardown),
      cmocka_unit_test_setup_teardown(draining_closes_what_is_idle_at_once, setup, teardown),
      cmocka_unit_test_setup_teardown(draining_gives_a_body_its_seconds_and_then_says_why, setup, teardown),
      cmocka_unit_test_setup_teardown(draining_answers_a_body_that_comes_in_time_and_closes, setup, teardown),
      cmocka_unit_test_setup_teardown(what_a_client_sends_after_an_error_is_thrown_away_up_to_a_limit, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
