// SPDX-License-Identifier: AGPL-3.0-or-later
// Clients that come, crowd and go, and a house that closes.
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/server/http/client_house.h"

static void a_client_that_vanishes_leaves_its_write_to_run(void **state) {
  struct house *house = *state;
  struct client client = client_open(house);
  client_say(&client, SLOW HELLO);
  sem_wait(&house->services.arrived);
  // A reset, as from a client that crashed.
  setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
  client_close(&client);
  wait_for_connections(house, 0);
  sem_post(&house->services.gate);
  struct client other = client_open(house);
  client_say(&other, NOTE); // comes home after the one that nobody waits for
  expect(&other, 200, "\"note\":2");
  client_close(&other);
  assert_int_equal(notes_stored(house), 2);
}

static void a_client_that_vanishes_before_a_large_reply_is_sent_costs_nothing(void **state) {
  struct house *house = *state;
  for (int i = 0; i < 20; i++) {
    struct client client = client_open(house);
    client_say(&client, "GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(client_receive(&client)); // some of it
    client_close(&client);
  }
  wait_for_connections(house, 0);
}

static void two_hundred_clients_at_once_are_all_answered(void **state) {
  enum { CLIENTS = 200 };
  static struct client clients[CLIENTS];
  for (int i = 0; i < CLIENTS; i++)
    clients[i] = client_open(*state);
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < CLIENTS; i++)
      client_say(&clients[i], i % 2 == 0 ? NOTE : HELLO);
    for (int i = 0; i < CLIENTS; i++)
      expect(&clients[i], 200, i % 2 == 0 ? "note" : "query");
  }
  assert_int_equal(notes_stored(*state), 5 * CLIENTS / 2);
  assert_int_equal(listener_open_connections(((struct house *)*state)->listener), CLIENTS);
  for (int i = 0; i < CLIENTS; i++)
    client_close(&clients[i]);
  wait_for_connections(*state, 0);
}

static void beyond_the_maximum_a_client_waits_until_another_leaves(void **state) {
  (void)state;
  struct house house;
  house_open(&house, 2);
  struct client clients[3];
  for (int i = 0; i < 3; i++) {
    clients[i] = client_open(&house); // the kernel's backlog takes the third
    client_say(&clients[i], HELLO);
  }
  // Which two are in is the loops' affair.
  struct pollfd wanted[3] = {{clients[0].fd, POLLIN, 0}, {clients[1].fd, POLLIN, 0}, {clients[2].fd, POLLIN, 0}};
  int answered[3] = {0};
  for (int served = 0; served < 2;) {
    assert_true(poll(wanted, 3, PATIENCE_MS) > 0);
    for (int i = 0; i < 3; i++)
      if ((wanted[i].revents & POLLIN) != 0) {
        expect(&clients[i], 200, "query");
        answered[i] = 1;
        served++;
      }
  }
  assert_int_equal(answered[0] + answered[1] + answered[2], 2);
  assert_int_equal(listener_open_connections(house.listener), 2);
  client_close(&clients[answered[0] ? 0 : 1]);
  int last = !answered[0] ? 0 : !answered[1] ? 1 : 2;
  expect(&clients[last], 200, "query");
  for (int i = 0; i < 3; i++)
    if (i != (answered[0] ? 0 : 1))
      client_close(&clients[i]);
  house_close(&house);
}

static void post_a_pause(enum log_level level, const char *line, void *context) {
  (void)level;
  if (strstr(line, "accepting pauses: Too many open files") != NULL)
    sem_post(context);
}

static void out_of_descriptors_accepting_pauses_and_goes_on(void **state) {
  struct house *house = *state;
  sem_t paused;
  sem_init(&paused, 0, 0);
  log_set_capture(post_a_pause, &paused);
  struct sockaddr_in address = address_of(house);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int lowest_free = dup(fd);
  close(lowest_free);
  struct rlimit limit, none;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  none = limit;
  none.rlim_cur = (rlim_t)lowest_free;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  struct client client = client_of(fd, (struct sockaddr *)&address, sizeof address);
  client_say(&client, HELLO);
  sem_wait(&paused);
  assert_int_equal(listener_open_connections(house->listener), 0);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
  expect(&client, 200, "query");
  assert_int_equal(sem_trywait(&paused), -1); // said once
  client_close(&client);
  log_set_capture(ignore_line, NULL);
  sem_destroy(&paused);
}

static void draining_answers_what_was_received_and_closes_the_rest(void **state) {
  struct house *house = *state;
  struct client idle = client_open(house);
  client_say(&idle, HELLO);
  expect(&idle, 200, "query");
  struct client running = client_open(house);
  client_say(&running, SLOW);
  sem_wait(&house->services.arrived);
  struct client sending = client_open(house);
  client_say(&sending, RAW "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  struct answer answer = client_hear(&sending); // so the body is in transit
  assert_int_equal(answer.status, 100);
  listener_drain(house->listener, 60, house_is_drained, &house->drained);
  expect_end(&idle);
  client_say(&sending, "hello");
  expect(&sending, 200, "\"bytes\":5"); // its loop may learn of the drain only after this reply
  expect_end(&sending);
  client_close(&sending);
  assert_int_equal(sem_trywait(&house->drained), -1); // not as long as somebody waits for an answer
  sem_post(&house->services.gate);
  expect_and_close(&running, 200, "note");
  client_close(&running);
  sem_wait(&house->drained);
  assert_int_equal(listener_open_connections(house->listener), 0);
  struct sockaddr_in address = address_of(house);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), -1);
  assert_int_equal(errno, ECONNREFUSED);
  close(fd);
  client_close(&idle);
}

static void draining_without_connections_says_so_too(void **state) {
  struct house *house = *state;
  listener_drain(house->listener, 0, house_is_drained, &house->drained);
  sem_wait(&house->drained);
  listener_drain(house->listener, 0, house_is_drained, &house->drained); // once more is harmless
}

static void the_control_socket_is_the_operators(void **state) {
  struct house *house = *state;
  struct stat status;
  assert_int_equal(stat(house->control, &status), 0);
  assert_int_equal(status.st_mode & 07777, 0600);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", house->control);
  struct client client = client_of(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address);
  client_say(&client, HELLO);
  expect(&client, 200, "\"is_loopback\":true,\"is_control\":true");
  client_close(&client);
}

static void an_address_that_cannot_be_listened_on_is_refused(void **state) {
  struct house *house = *state;
  static const struct {
    const char *host_port;
    enum err err;
  } addresses[] = {{"127.0.0.1", ERR_INVALID},
                   {"::1:80", ERR_INVALID},
                   {"127.0.0.1:", ERR_INVALID},
                   {"127.0.0.1:x", ERR_INVALID},
                   {"192.0.2.1:0", ERR_UNAVAILABLE}};
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    struct listener_options options = {
        .http = &house->http, .loops = house->loops, .loop_count = LOOPS, .host_port = addresses[i].host_port};
    struct listener *listener = NULL;
    assert_int_equal(listener_new(&options, &listener), addresses[i].err);
    assert_null(listener);
  }
}

static void a_listener_whose_loops_never_ran_is_released(void **state) {
  struct house *house = *state;
  struct loop *loop;
  assert_int_equal(loop_new(NULL, &loop), ERR_OK);
  struct listener_options options = {.http = &house->http, .loops = &loop, .loop_count = 1, .host_port = "127.0.0.1:0"};
  struct listener *listener;
  assert_int_equal(listener_new(&options, &listener), ERR_OK);
  listener_free(listener);
  loop_free(loop);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  log_set_capture(ignore_line, NULL);
  const struct CMUnitTest tests[] = {
      HOUSE_TEST(a_client_that_vanishes_leaves_its_write_to_run),
      HOUSE_TEST(a_client_that_vanishes_before_a_large_reply_is_sent_costs_nothing),
      HOUSE_TEST(two_hundred_clients_at_once_are_all_answered),
      cmocka_unit_test(beyond_the_maximum_a_client_waits_until_another_leaves),
      HOUSE_TEST(out_of_descriptors_accepting_pauses_and_goes_on),
      HOUSE_TEST(draining_answers_what_was_received_and_closes_the_rest),
      HOUSE_TEST(draining_without_connections_says_so_too),
      HOUSE_TEST(the_control_socket_is_the_operators),
      HOUSE_TEST(an_address_that_cannot_be_listened_on_is_refused),
      HOUSE_TEST(a_listener_whose_loops_never_ran_is_released),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
