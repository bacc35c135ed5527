// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/outbound/control_client.h"

// A socket in a folder of its own, and a thread that reads one request, gives a fixed answer and hangs up.
struct fixture {
  struct arena *arena;
  char folder[64];
  char path[96];
  int listener;
  const char *answer;
  size_t expected_bytes; // of the request
  char request[1024];
};

static void capture(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (*(int *)context)++;
}

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->arena = arena_new();
  snprintf(f->folder, sizeof f->folder, "/tmp/tandem-test-XXXXXX");
  assert_non_null(mkdtemp(f->folder));
  snprintf(f->path, sizeof f->path, "%s/control.sock", f->folder);
  f->listener = -1;
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  if (f->listener >= 0)
    close(f->listener);
  unlink(f->path);
  rmdir(f->folder);
  arena_free(f->arena);
  free(f);
  log_set_capture(NULL, NULL);
  return 0;
}

static void *answer_once(void *context) {
  struct fixture *f = context;
  int peer = accept(f->listener, NULL, NULL);
  size_t size = 0;
  while (size < f->expected_bytes) {
    ssize_t got = read(peer, f->request + size, sizeof f->request - 1 - size);
    if (got <= 0)
      break;
    size += (size_t)got;
  }
  for (size_t sent = 0, total = strlen(f->answer); sent < total;) {
    ssize_t put = write(peer, f->answer + sent, total - sent);
    if (put <= 0)
      break;
    sent += (size_t)put;
  }
  close(peer);
  return NULL;
}

static enum err call(struct fixture *f, const struct control_message *message, const char *expected_request,
                     const char *answer, struct control_response *out) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, f->path, strlen(f->path) + 1);
  f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(0, bind(f->listener, (const struct sockaddr *)&address, sizeof address));
  assert_int_equal(0, listen(f->listener, 1));
  f->answer = answer;
  f->expected_bytes = strlen(expected_request);
  pthread_t thread;
  assert_int_equal(0, pthread_create(&thread, NULL, answer_once, f));
  enum err err = control_client_call(f->path, f->arena, message, out);
  pthread_join(thread, NULL);
  assert_string_equal(expected_request, f->request);
  return err;
}

static const char get_request[] = "GET /api/v1/accounts?q=a%20b HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
static const struct control_message get_message = {.method = "GET", .target = "/api/v1/accounts?q=a%20b"};

static void an_answer_comes_back_whole(void **state) {
  struct fixture *f = *state;
  struct control_response response;
  enum err err =
      call(f, &get_message, get_request,
           "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"next\":null", &response);
  assert_int_equal(ERR_OK, err);
  assert_int_equal(200, response.status);
  assert_string_equal("application/json", response.content_type);
  assert_string_equal("{\"next\":null", response.body);
  assert_int_equal(12, response.size);
}

static void a_body_is_sent_as_it_is_and_a_refusal_is_an_answer(void **state) {
  struct fixture *f = *state;
  const struct control_message message = {
      .method = "PUT", .target = "/api/v1/x", .content_type = "application/yaml", .body = "a: \"b\"\n", .size = 7};
  struct control_response response;
  enum err err = call(f, &message,
                      "PUT /api/v1/x HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nContent-Type: application/yaml\r\n"
                      "Content-Length: 7\r\n\r\na: \"b\"\n",
                      "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n", &response);
  assert_int_equal(ERR_OK, err);
  assert_int_equal(409, response.status);
  assert_null(response.content_type);
  assert_string_equal("", response.body);
}

static void an_empty_body_is_still_a_body(void **state) {
  struct fixture *f = *state;
  const struct control_message message = {
      .method = "POST", .target = "/api/v1/x", .content_type = "text/csv", .body = ""};
  struct control_response response;
  enum err err = call(f, &message,
                      "POST /api/v1/x HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nContent-Type: text/csv\r\n"
                      "Content-Length: 0\r\n\r\n",
                      "HTTP/1.1 204 No Content\r\n\r\n", &response);
  assert_int_equal(ERR_OK, err);
  assert_int_equal(204, response.status);
}

static void a_server_that_hangs_up_is_unavailable(void **state) {
  static const struct {
    const char *answer;
    const char *why;
  } cases[] = {
      {"", "before it answered"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "in the middle of its answer"},
      {"nonsense\r\n\r\n", "and does not speak HTTP"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(0, i == 0 ? 0 : teardown(state) || setup(state));
    int lines = 0;
    log_set_capture(capture, &lines);
    struct control_response response;
    if (call(*state, &get_message, get_request, cases[i].answer, &response) != ERR_UNAVAILABLE || lines != 1)
      fail_msg("%s, %d lines", cases[i].why, lines);
  }
}

static void nobody_at_the_socket_is_not_found_and_not_logged(void **state) {
  struct fixture *f = *state;
  int lines = 0;
  log_set_capture(capture, &lines);
  struct control_response response;
  assert_int_equal(ERR_NOT_FOUND, control_client_call(f->path, f->arena, &get_message, &response));
  assert_int_equal(0, lines);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_answer_comes_back_whole, setup, teardown),
      cmocka_unit_test_setup_teardown(a_body_is_sent_as_it_is_and_a_refusal_is_an_answer, setup, teardown),
      cmocka_unit_test_setup_teardown(an_empty_body_is_still_a_body, setup, teardown),
      cmocka_unit_test_setup_teardown(a_server_that_hangs_up_is_unavailable, setup, teardown),
      cmocka_unit_test_setup_teardown(nobody_at_the_socket_is_not_found_and_not_logged, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
