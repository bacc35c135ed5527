// SPDX-License-Identifier: AGPL-3.0-or-later
// Transfers over a real socket: a thread of the test answers, or holds the answer until it is told.
#include "server/outbound/curl_loop.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/work/timer.h"

enum { PEERS_MAX = 16, TRANSFERS = 5 };

struct fixture {
  struct loop *loop;
  struct curl_loop *transfers;
  CURL *easy[TRANSFERS];
  CURLcode codes[TRANSFERS];
  bool is_done[TRANSFERS];
  int done_count;
  int stop_at; // the loop ends after so many
  size_t received;
  int listener;
  char url[64];
  pthread_t server;
  atomic_bool has_to_answer;
  atomic_bool is_over;
  atomic_int peers_most; // connections open at the same time
};

struct ticket {
  struct fixture *fixture;
  int number;
};

static void on_done(void *context, CURL *easy, CURLcode code) {
  struct ticket *ticket = context;
  struct fixture *f = ticket->fixture;
  assert_ptr_equal(easy, f->easy[ticket->number]);
  assert_false(f->is_done[ticket->number]);
  f->is_done[ticket->number] = true;
  f->codes[ticket->number] = code;
  if (++f->done_count == f->stop_at)
    loop_stop(f->loop);
}

// NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature
static size_t count_bytes(char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  ((struct fixture *)context)->received += size * count;
  return size * count;
}

// Takes connections, and answers every request once it may.
static void *serve(void *context) {
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  struct fixture *f = context;
  struct pollfd polled[PEERS_MAX + 1] = {{.fd = f->listener, .events = POLLIN}};
  nfds_t count = 1;
  while (!atomic_load(&f->is_over)) {
    if (poll(polled, count, 10) <= 0)
      continue;
    if (polled[0].revents != 0 && count <= PEERS_MAX)
      polled[count++] = (struct pollfd){.fd = accept(f->listener, NULL, NULL), .events = POLLIN};
    if ((int)count - 1 > atomic_load(&f->peers_most))
      atomic_store(&f->peers_most, (int)count - 1);
    for (nfds_t i = 1; i < count && atomic_load(&f->has_to_answer); i++) {
      char request[1024];
      if (polled[i].revents == 0)
        continue;
      if (read(polled[i].fd, request, sizeof request) > 0 && write(polled[i].fd, answer, sizeof answer - 1) > 0)
        continue;
      close(polled[i].fd);
      polled[i--] = polled[--count];
    }
  }
  for (nfds_t i = 1; i < count; i++)
    close(polled[i].fd);
  return NULL;
}

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  assert_int_equal(ERR_OK, loop_new(NULL, &f->loop));
  assert_int_equal(ERR_OK, curl_loop_new(f->loop, 2, &f->transfers));
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(0, bind(f->listener, (const struct sockaddr *)&address, sizeof address));
  assert_int_equal(0, listen(f->listener, 16));
  assert_int_equal(0, getsockname(f->listener, (struct sockaddr *)&address, &size));
  snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  for (int i = 0; i < TRANSFERS; i++) {
    CURL *easy = f->easy[i] = curl_easy_init();
    assert_non_null(easy);
    assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_URL, f->url));
    assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_PROXY, ""));
    assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
    assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, count_bytes));
    assert_int_equal(CURLE_OK, curl_easy_setopt(easy, CURLOPT_WRITEDATA, f));
  }
  assert_int_equal(0, pthread_create(&f->server, NULL, serve, f));
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  atomic_store(&f->is_over, true);
  pthread_join(f->server, NULL);
  curl_loop_free(f->transfers);
  for (int i = 0; i < TRANSFERS; i++)
    curl_easy_cleanup(f->easy[i]);
  loop_free(f->loop);
  close(f->listener);
  free(f);
  return 0;
}

static void answer_now(void *context) { atomic_store(&((struct fixture *)context)->has_to_answer, true); }

static void stop(void *context) { loop_stop(((struct fixture *)context)->loop); }

static void transfers_end_on_the_loop_and_never_within_add(void **state) {
  struct fixture *f = *state;
  struct ticket tickets[TRANSFERS];
  atomic_store(&f->has_to_answer, true);
  f->stop_at = TRANSFERS;
  for (int i = 0; i < TRANSFERS; i++) {
    tickets[i] = (struct ticket){f, i};
    assert_true(curl_loop_add(f->transfers, f->easy[i], on_done, &tickets[i]));
  }
  assert_int_equal(0, f->done_count);
  loop_run(f->loop);
  assert_int_equal(TRANSFERS, f->done_count);
  assert_int_equal(5 * TRANSFERS, f->received);
  for (int i = 0; i < TRANSFERS; i++)
    assert_int_equal(CURLE_OK, f->codes[i]);
}

static void only_so_many_connections_are_open_at_once(void **state) {
  struct fixture *f = *state;
  struct ticket tickets[TRANSFERS];
  f->stop_at = TRANSFERS;
  for (int i = 0; i < TRANSFERS; i++) {
    tickets[i] = (struct ticket){f, i};
    assert_true(curl_loop_add(f->transfers, f->easy[i], on_done, &tickets[i]));
  }
  struct timer *timer = timer_once(f->loop, 1, answer_now, f); // till then every one that could has connected
  assert_non_null(timer);
  loop_run(f->loop);
  timer_free(timer);
  assert_int_equal(TRANSFERS, f->done_count);
  assert_int_equal(2, atomic_load(&f->peers_most));
}

static void what_fails_is_told_with_its_code(void **state) {
  struct fixture *f = *state;
  struct ticket ticket = {f, 0};
  f->stop_at = 1;
  // A port that is taken, and at which nobody listens.
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  char url[64];
  int deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(0, bind(deaf, (const struct sockaddr *)&address, sizeof address));
  assert_int_equal(0, getsockname(deaf, (struct sockaddr *)&address, &size));
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  assert_int_equal(CURLE_OK, curl_easy_setopt(f->easy[0], CURLOPT_URL, url));
  assert_true(curl_loop_add(f->transfers, f->easy[0], on_done, &ticket));
  loop_run(f->loop);
  close(deaf);
  assert_true(f->is_done[0]);
  assert_int_equal(CURLE_COULDNT_CONNECT, f->codes[0]);
}

static void what_is_taken_out_is_not_told_and_may_come_again(void **state) {
  struct fixture *f = *state;
  struct ticket tickets[TRANSFERS] = {{f, 0}, {f, 1}};
  f->stop_at = 1;
  assert_true(curl_loop_add(f->transfers, f->easy[0], on_done, &tickets[0]));
  assert_true(curl_loop_add(f->transfers, f->easy[1], on_done, &tickets[1]));
  curl_loop_remove(f->transfers, f->easy[0]);
  curl_loop_remove(f->transfers, f->easy[0]); // again is nothing
  atomic_store(&f->has_to_answer, true);
  loop_run(f->loop);
  assert_false(f->is_done[0]);
  assert_true(f->is_done[1]);
}

static void the_end_takes_out_what_is_under_way_and_tells_nobody(void **state) {
  struct fixture *f = *state;
  struct ticket ticket = {f, 0};
  assert_true(curl_loop_add(f->transfers, f->easy[0], on_done, &ticket));
  struct timer *timer = timer_once(f->loop, 1, stop, f);
  loop_run(f->loop); // it is connected and waits for its answer
  timer_free(timer);
  assert_int_equal(1, atomic_load(&f->peers_most));
  curl_loop_free(f->transfers);
  f->transfers = NULL;
  assert_false(f->is_done[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(transfers_end_on_the_loop_and_never_within_add),
      TEST(only_so_many_connections_are_open_at_once),
      TEST(what_fails_is_told_with_its_code),
      TEST(what_is_taken_out_is_not_told_and_may_come_again),
      TEST(the_end_takes_out_what_is_under_way_and_tells_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
