// SPDX-License-Identifier: AGPL-3.0-or-later
// What a client may send over a connection, and what it hears.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/server/http/client_house.h"

static void a_connection_is_kept_for_the_next_request(void **state) {
  struct client client = client_open(*state);
  for (int i = 0; i < 3; i++) {
    client_say(&client, "GET /hello?q=%20b HTTP/1.1\r\nHost: a\r\nX-Word:  two words \t\r\n\r\n");
    struct answer answer = client_hear(&client);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "{\"query\":\"q=%20b\",\"peer\":\"127.0.0.1\",\"is_loopback\":true,\"is_"
                                     "control\":false,\"x\":\"two words\"}");
    assert_null(head_field(answer.head, "Connection"));
    assert_memory_equal(head_field(answer.head, "X-Tandem-Now"), "2023-09-11T23:59:00Z", 20);
    assert_memory_equal(head_field(answer.head, "X-Content-Type-Options"), "nosniff", 7);
    assert_memory_equal(head_field(answer.head, "Cache-Control"), "no-store", 8);
    assert_non_null(head_field(answer.head, "Date"));
  }
  client_close(&client);
}

static void pipelined_requests_are_answered_in_their_order(void **state) {
  struct client client = client_open(*state);
  client_say(&client, "GET /hello?q=1 HTTP/1.1\r\nHost: a\r\n\r\n" NOTE "GET /hello?q=3 HTTP/1.1\r\nHost: a\r\n\r\n" RAW
                      "Content-Length: 2\r\n\r\nab" CHUNKED "2\r\nab\r\n0\r\n\r\n" HELLO);
  expect(&client, 200, "\"query\":\"q=1\"");
  expect(&client, 200, "\"note\":1");
  expect(&client, 200, "\"query\":\"q=3\"");
  expect(&client, 200, "\"bytes\":2");
  expect(&client, 200, "\"bytes\":2");
  expect(&client, 200, "\"query\":null");
  client_close(&client);
}

static void a_thousand_pipelined_requests_do_not_nest(void **state) {
  struct client client = client_open(*state);
  for (int i = 0; i < 1000; i++)
    client_say(&client, HELLO);
  for (int i = 0; i < 1000; i++)
    expect(&client, 200, "query");
  client_close(&client);
}

static void a_client_that_has_said_all_still_gets_its_answers(void **state) {
  struct client client = client_open(*state);
  client_say(&client, NOTE HELLO "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  shutdown(client.fd, SHUT_WR);
  expect(&client, 200, "\"note\":1");
  expect(&client, 200, "query");
  expect(&client, 200, "sixteen bytes...");
  expect_end(&client);
  client_close(&client);
}

static void half_a_request_and_an_end_get_no_answer(void **state) {
  static const char *const parts[] = {"", "GET /he", RAW "Content-Length: 5\r\n\r\nab", CHUNKED "5\r\nab"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    struct client client = client_open(*state);
    client_say(&client, parts[i]);
    shutdown(client.fd, SHUT_WR);
    expect_end(&client);
    client_close(&client);
  }
  wait_for_connections(*state, 0);
}

static void a_request_may_come_byte_by_byte(void **state) {
  struct client client = client_open(*state);
  setsockopt(client.fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  static const char request[] = CHUNKED "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" NOTE;
  for (size_t i = 0; i < sizeof request - 1; i++)
    client_say_n(&client, request + i, 1);
  expect(&client, 200, "\"bytes\":5");
  expect(&client, 200, "\"note\":1");
  client_close(&client);
}

static void a_large_body_arrives_as_it_was_sent(void **state) {
  struct client client = client_open(*state);
  char *body = malloc(RAW_BYTES_MAX);
  assert_non_null(body);
  for (size_t i = 0; i < RAW_BYTES_MAX; i++)
    body[i] = (char)(i * 7 + i / 251);
  char wanted[64];
  snprintf(wanted, sizeof wanted, "{\"bytes\":%d,\"sum\":%u}", RAW_BYTES_MAX, checksum(body, RAW_BYTES_MAX));
  char head[256];
  snprintf(head, sizeof head, RAW "Content-Length: %d\r\n\r\n", RAW_BYTES_MAX);
  client_say(&client, head);
  client_say_n(&client, body, RAW_BYTES_MAX);
  expect(&client, 200, wanted);
  client_say(&client, CHUNKED);
  for (size_t at = 0; at < RAW_BYTES_MAX; at += 30000) {
    client_say(&client, "7530\r\n"); // 30000
    client_say_n(&client, body + at, 30000);
    client_say(&client, "\r\n");
  }
  client_say(&client, "0\r\n\r\n");
  expect(&client, 200, wanted);
  free(body);
  client_close(&client);
}

static void bodies_over_the_cap_are_413(void **state) {
  static const struct {
    const char *request;
    const char *why;
  } requests[] = {
      {RAW "Content-Length: 300001\r\n\r\n", "declared"},
      {RAW "Content-Length: 1000000000000\r\nExpect: 100-continue\r\n\r\n", "declared, and the client asks first"},
      {CHUNKED "493e1\r\n", "one chunk, as soon as it is announced"},
      {CHUNKED "1\r\na\r\n493e0\r\n", "two chunks"},
      {CHUNKED "ffffffffffffffff\r\n", "the largest chunk there is"},
  };
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    struct client client = client_open(*state);
    client_say(&client, requests[i].request);
    expect_and_close(&client, 413, "too_large");
    client_close(&client);
  }
}

static void a_client_that_asks_first_is_told_to_go_on(void **state) {
  struct client client = client_open(*state);
  client_say(&client, RAW "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  struct answer answer = client_hear(&client);
  assert_string_equal(answer.head, "HTTP/1.1 100 Continue\r\n\r\n");
  client_say(&client, "abc");
  expect(&client, 200, "\"bytes\":3");
  // Who has sent the body already is not told any more.
  client_say(&client, RAW "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
  expect(&client, 200, "\"bytes\":3");
  // Nor who asks in vain.
  client_say(&client, "PUT /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  expect_and_close(&client, 404, "not_found");
  client_close(&client);
}

static void head_is_answered_without_a_body(void **state) {
  struct client client = client_open(*state);
  client_say(&client, "HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n");
  struct answer answer = client_hear_as(&client, true);
  assert_int_equal(answer.status, 200);
  assert_memory_equal(head_field(answer.head, "Content-Length"), "1048576\r\n", 9);
  client_say(&client, HELLO);
  expect(&client, 200, "query");
  client_close(&client);
}

static void a_connection_ends_where_the_client_wants_it(void **state) {
  static const char *const requests[] = {
      "GET /hello HTTP/1.0\r\n\r\n",
      "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      ("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n" HELLO),
  };
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    struct client client = client_open(*state);
    client_say(&client, requests[i]);
    expect_and_close(&client, 200, "query");
    client_close(&client);
  }
}

static void a_refusal_without_a_body_keeps_the_connection(void **state) {
  struct client client = client_open(*state);
  client_say(&client, "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(&client, 404, "not_found");
  client_say(&client, "DELETE /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  struct answer answer = client_hear(&client);
  assert_int_equal(answer.status, 405);
  assert_memory_equal(head_field(answer.head, "Allow"), "GET, HEAD\r\n", 11);
  client_say(&client, HELLO);
  expect(&client, 200, "query");
  client_close(&client);
}

static void what_is_no_request_gets_its_status_and_an_end(void **state) {
  static const struct {
    const char *bytes;
    int status;
    const char *code;
    const char *why;
  } requests[] = {
      {"\x16\x03\x01\x02", 400, "bad_request", "a TLS hello"},
      {"\r\n" HELLO, 400, "bad_request", "an empty line first"},
      {"GET /hello HTTP/1.1\n\n", 400, "bad_request", "bare LF"},
      {"GET /hello HTTP/1.1\r\n\r\n" HELLO, 400, "bad_request", "no Host, and the next request is not answered either"},
      {"GET /hello HTTP/2.0\r\n\r\n", 505, "version_not_supported", "a version that is not spoken"},
      {"OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n", 501, "not_implemented", "a method that is nowhere"},
      {RAW "Expect: 200-ok\r\n\r\n", 417, "expectation_failed", "an expectation"},
      {CHUNKED "3\r\nabcd\r\n0\r\n\r\n", 400, "bad_request", "junk after a chunk"},
      {CHUNKED "3\r\nabc\n0\r\n\r\n", 400, "bad_request", "bare LF after a chunk"},
      {CHUNKED "3\nabc\r\n0\r\n\r\n", 400, "bad_request", "bare LF after a size"},
      {CHUNKED "g\r\n", 400, "bad_request", "a size that is not hexadecimal"},
      {CHUNKED "-1\r\n", 400, "bad_request", "a negative size"},
      {CHUNKED "0x3\r\nabc\r\n", 400, "bad_request", "a size with a prefix"},
      {CHUNKED " 3\r\nabc\r\n0\r\n\r\n", 400, "bad_request", "a space before the size"},
      {CHUNKED "\r\n", 400, "bad_request", "no size"},
      {CHUNKED "10000000000000000\r\n", 400, "bad_request", "a size beyond 64 bits"},
      {CHUNKED "3\r\nabc\r\n0\r\nX-Trailer: a\r\n\r\n", 400, "bad_request", "a trailer"},
      {CHUNKED "3\r\nabc\r\n0\r\nX-Trailer:\r\n\r\n", 400, "bad_request", "a trailer without a value"},
      {CHUNKED "3\r\nabc\r\n0\r\nX\r\n\r\n", 400, "bad_request", "junk after the last chunk"},
  };
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    struct client client = client_open(*state);
    client_say(&client, requests[i].bytes);
    struct answer answer = client_hear(&client);
    if (answer.status != requests[i].status || strstr(answer.body, requests[i].code) == NULL)
      fail_msg("%s: %s%s", requests[i].why, answer.head, answer.body);
    assert_memory_equal(head_field(answer.head, "Connection"), "close", 5);
    expect_end(&client);
    client_close(&client);
  }
}

static void endless_framing_is_refused(void **state) {
  struct client client = client_open(*state);
  client_say(&client, CHUNKED "1;");
  char extension[5000];
  memset(extension, 'e', sizeof extension);
  client_say_n(&client, extension, sizeof extension);
  expect_and_close(&client, 400, "bad_request");
  client_close(&client);
  // As is a body in chunks of one byte each, once framing outweighs it.
  client = client_open(*state);
  client_say(&client, CHUNKED);
  for (int i = 0; i < 1000; i++)
    client_say(&client, "1\r\na\r\n");
  expect_and_close(&client, 400, "bad_request");
  client_close(&client);
}

static void a_header_too_large_is_told_which_part(void **state) {
  char value[20000];
  memset(value, 'v', sizeof value);
  struct client client = client_open(*state);
  client_say(&client, "GET /hello HTTP/1.1\r\nHost: a\r\nX-Word: ");
  client_say_n(&client, value, sizeof value);
  expect_and_close(&client, 431, "headers_too_large");
  client_close(&client);
  client = client_open(*state);
  client_say(&client, "GET /");
  client_say_n(&client, value, 5000);
  expect_and_close(&client, 414, "uri_too_long");
  client_close(&client);
}

static void an_error_is_read_although_the_client_goes_on_sending(void **state) {
  struct client client = client_open(*state);
  client_say(&client, RAW "Content-Length: 300001\r\n\r\n");
  char part[4096] = {0};
  for (int i = 0; i < 12; i++)
    client_say_n(&client, part, sizeof part);
  expect_and_close(&client, 413, "too_large");
  client_close(&client);
  wait_for_connections(*state, 0);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  log_set_capture(ignore_line, NULL);
  const struct CMUnitTest tests[] = {
      HOUSE_TEST(a_connection_is_kept_for_the_next_request),
      HOUSE_TEST(pipelined_requests_are_answered_in_their_order),
      HOUSE_TEST(a_thousand_pipelined_requests_do_not_nest),
      HOUSE_TEST(a_client_that_has_said_all_still_gets_its_answers),
      HOUSE_TEST(half_a_request_and_an_end_get_no_answer),
      HOUSE_TEST(a_request_may_come_byte_by_byte),
      HOUSE_TEST(a_large_body_arrives_as_it_was_sent),
      HOUSE_TEST(bodies_over_the_cap_are_413),
      HOUSE_TEST(a_client_that_asks_first_is_told_to_go_on),
      HOUSE_TEST(head_is_answered_without_a_body),
      HOUSE_TEST(a_connection_ends_where_the_client_wants_it),
      HOUSE_TEST(a_refusal_without_a_body_keeps_the_connection),
      HOUSE_TEST(what_is_no_request_gets_its_status_and_an_end),
      HOUSE_TEST(endless_framing_is_refused),
      HOUSE_TEST(a_header_too_large_is_told_which_part),
      HOUSE_TEST(an_error_is_read_although_the_client_goes_on_sending),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
