// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/http/gate.h"

struct gate_case {
  const char *why;
  const char *bytes;
  size_t size;
  enum gate_verdict verdict;
};

#define B(text) text, sizeof(text) - 1
#define R1(line) B(line "\r\nHost: a.test\r\n\r\n")
#define H1(fields) B("POST /x HTTP/1.1\r\nHost: a.test\r\n" fields "\r\n")

static const struct gate_case cases[] = {
    // The first line
    {"the simplest request", R1("GET / HTTP/1.1"), GATE_PASS},
    {"1.0 needs no Host", B("GET / HTTP/1.0\r\n\r\n"), GATE_PASS},
    {"a query is part of the target", R1("GET /a?b=c&d=%20 HTTP/1.1"), GATE_PASS},
    {"an absolute target of this host", R1("GET http://a.test/x HTTP/1.1"), GATE_PASS},
    {"an authority has no case", R1("GET HTTP://A.TEST/x HTTP/1.1"), GATE_PASS},
    {"an absolute target without a path means /", R1("GET http://a.test HTTP/1.1"), GATE_PASS},
    {"an absolute target of another host", R1("GET http://b.test/x HTTP/1.1"), GATE_BAD},
    {"the authority must be the whole of Host", R1("GET http://a.test:80/x HTTP/1.1"), GATE_BAD},
    {"user information is not ours", R1("GET http://me@a.test/x HTTP/1.1"), GATE_BAD},
    {"an absolute target without an authority", R1("GET http:///x HTTP/1.1"), GATE_BAD},
    {"an absolute target with two slashes in its path", R1("GET http://a.test//x HTTP/1.1"), GATE_BAD},
    {"an absolute target and no Host to compare with", B("GET http://a.test/ HTTP/1.0\r\n\r\n"), GATE_BAD},
    {"another scheme", R1("GET ftp://a.test/x HTTP/1.1"), GATE_BAD},
    {"a network-path reference", R1("GET //a.test/x HTTP/1.1"), GATE_BAD},
    {"the authority form belongs to CONNECT", R1("GET a.test:80 HTTP/1.1"), GATE_BAD},
    {"the asterisk form belongs to OPTIONS", R1("GET * HTTP/1.1"), GATE_BAD},
    {"an empty target", R1("GET  HTTP/1.1"), GATE_BAD},
    {"a fragment is not sent", R1("GET /a#b HTTP/1.1"), GATE_BAD},
    {"a byte over 0x7F in the target", R1("GET /\xC3\xA9 HTTP/1.1"), GATE_BAD},
    {"DEL in the target", R1("GET /\x7F HTTP/1.1"), GATE_BAD},
    {"a tab in the target", R1("GET /a\tb HTTP/1.1"), GATE_BAD},
    {"a space in the target", R1("GET /a b HTTP/1.1"), GATE_BAD},
    {"two spaces before the target", R1("GET  / HTTP/1.1"), GATE_BAD},
    {"two spaces before the version", R1("GET /  HTTP/1.1"), GATE_BAD},
    {"a space after the version", R1("GET / HTTP/1.1 "), GATE_BAD},
    {"a tab is not a space", R1("GET\t/\tHTTP/1.1"), GATE_BAD},
    {"HTTP/0.9 has no version", R1("GET /"), GATE_BAD},
    {"HTTP/0.9 in words", R1("GET / HTTP/0.9"), GATE_VERSION},
    {"HTTP/1.2 does not exist", R1("GET / HTTP/1.2"), GATE_VERSION},
    {"HTTP/2.0", R1("GET / HTTP/2.0"), GATE_VERSION},
    {"the preface of HTTP/2", B("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), GATE_VERSION},
    {"RTSP", R1("GET / RTSP/1.0"), GATE_BAD},
    {"the version is written large", R1("GET / http/1.1"), GATE_BAD},
    {"a version of three numbers", R1("GET / HTTP/1.1.1"), GATE_BAD},
    {"a version of two digits", R1("GET / HTTP/1.11"), GATE_BAD},
    {"an empty line before the request", B("\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n"), GATE_BAD},
    {"a bare LF before the request", B("\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n"), GATE_BAD},
    {"a bare CR before the request", B("\rGET / HTTP/1.1\r\nHost: a.test\r\n\r\n"), GATE_BAD},
    {"a space before the method", R1(" GET / HTTP/1.1"), GATE_BAD},
    {"a TLS hello", B("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), GATE_BAD},
    {"a method that is not a token", R1("G(T / HTTP/1.1"), GATE_BAD},
    {"no method at all", R1("/ HTTP/1.1"), GATE_BAD},
    // Methods
    {"every method of a route: HEAD", R1("HEAD / HTTP/1.1"), GATE_PASS},
    {"every method of a route: PUT", R1("PUT / HTTP/1.1"), GATE_PASS},
    {"every method of a route: PATCH", R1("PATCH / HTTP/1.1"), GATE_PASS},
    {"every method of a route: DELETE", R1("DELETE / HTTP/1.1"), GATE_PASS},
    {"methods have a case", R1("get / HTTP/1.1"), GATE_METHOD},
    {"TRACE would echo cookies", R1("TRACE / HTTP/1.1"), GATE_METHOD},
    {"CONNECT in origin form", R1("CONNECT / HTTP/1.1"), GATE_METHOD},
    {"OPTIONS is nowhere", R1("OPTIONS / HTTP/1.1"), GATE_METHOD},
    {"a method of somebody's own", R1("BREW / HTTP/1.1"), GATE_METHOD},
    {"a method that only begins like ours", R1("GETS / HTTP/1.1"), GATE_METHOD},
    {"an ill-formed request is bad, whatever its method", B("BREW / HTTP/1.1\r\n\r\n"), GATE_BAD},
    // Lines
    {"bare LF after the first line", B("GET / HTTP/1.1\nHost: a.test\r\n\r\n"), GATE_BAD},
    {"bare LF after a field", H1("A: b\n"), GATE_BAD},
    {"bare LF as the empty line", B("GET / HTTP/1.1\r\nHost: a.test\r\n\n"), GATE_BAD},
    {"bare CR in a value", H1("A: b\rC: d\r\n"), GATE_BAD},
    {"CR after an empty value", H1("A:\rB: c\r\n"), GATE_BAD},
    {"bare CR in the first line", B("GET / HTTP/1.1\rHost: a.test\r\n\r\n"), GATE_BAD},
    {"CR CR LF", H1("A: b\r\r\n"), GATE_BAD},
    {"NUL in a value", H1("A: b\0c\r\n"), GATE_BAD},
    {"NUL in a name", H1("A\0: b\r\n"), GATE_BAD},
    {"NUL in the target", R1("GET /\0 HTTP/1.1"), GATE_BAD},
    {"an escape character in a value", H1("A: \x1B[2J\r\n"), GATE_BAD},
    {"DEL in a value", H1("A: b\x7F\r\n"), GATE_BAD},
    {"a tab in a value", H1("A: b\tc\r\n"), GATE_PASS},
    {"bytes over 0x7F in a value are opaque", H1("A: \xE9\r\n"), GATE_PASS},
    {"an empty value", H1("A:\r\n"), GATE_PASS},
    {"a field folded with a space", H1("A: b\r\n c\r\n"), GATE_BAD},
    {"a field folded with a tab", H1("A: b\r\n\tc\r\n"), GATE_BAD},
    {"a fold before the first field", B("GET / HTTP/1.1\r\n Host: a.test\r\n\r\n"), GATE_BAD},
    {"a space before the colon", H1("A : b\r\n"), GATE_BAD},
    {"an empty name", H1(": b\r\n"), GATE_BAD},
    {"a name that is not a token", H1("A[0]: b\r\n"), GATE_BAD},
    {"a name beyond ASCII", H1("\xC3\xA9: b\r\n"), GATE_BAD},
    {"no colon", H1("A\r\n"), GATE_BAD},
    // Host
    {"no Host in 1.1", B("GET / HTTP/1.1\r\nA: b\r\n\r\n"), GATE_BAD},
    {"two Hosts", H1("Host: a.test\r\n"), GATE_BAD},
    {"two Hosts in 1.0", B("GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n"), GATE_BAD},
    {"an empty Host", B("GET / HTTP/1.1\r\nHost: \r\n\r\n"), GATE_BAD},
    {"two hosts in one field", B("GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n"), GATE_BAD},
    {"Host with a path", B("GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n"), GATE_BAD},
    {"Host with user information", B("GET / HTTP/1.1\r\nHost: me@a.test\r\n\r\n"), GATE_BAD},
    {"Host with a port", B("GET / HTTP/1.1\r\nHost: [::1]:8803\r\n\r\n"), GATE_PASS},
    // Doubles
    {"two lengths that agree", H1("Content-Length: 1\r\nContent-Length: 1\r\n"), GATE_BAD},
    {"two codings", H1("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), GATE_BAD},
    {"two Authorizations", H1("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), GATE_BAD},
    {"two Cookies", H1("Cookie: a=1\r\ncookie: a=2\r\n"), GATE_BAD},
    {"two media types", H1("Content-Type: text/csv\r\nContent-Type: application/json\r\n"), GATE_BAD},
    {"two Origins", H1("Origin: http://a.test\r\nOrigin: http://b.test\r\n"), GATE_BAD},
    {"lists may come in parts", H1("Accept: text/html\r\nAccept: */*\r\n"), GATE_PASS},
    // Framing
    {"a length", H1("Content-Length: 12\r\n"), GATE_PASS},
    {"leading zeros are digits", H1("Content-Length: 00012\r\n"), GATE_PASS},
    {"the largest length that is asked about", H1("Content-Length: 1099511627776\r\n"), GATE_PASS},
    {"one more", H1("Content-Length: 1099511627777\r\n"), GATE_BAD},
    {"a length beyond 64 bits", H1("Content-Length: 18446744073709551617\r\n"), GATE_BAD},
    {"a sign", H1("Content-Length: +1\r\n"), GATE_BAD},
    {"a negative length", H1("Content-Length: -1\r\n"), GATE_BAD},
    {"a list of lengths", H1("Content-Length: 1, 1\r\n"), GATE_BAD},
    {"hexadecimal", H1("Content-Length: 0x1\r\n"), GATE_BAD},
    {"an empty length", H1("Content-Length:\r\n"), GATE_BAD},
    {"chunked", H1("Transfer-Encoding: chunked\r\n"), GATE_PASS},
    {"codings have no case", H1("transfer-encoding: Chunked\t \r\n"), GATE_PASS},
    {"another coding first", H1("Transfer-Encoding: gzip, chunked\r\n"), GATE_BAD},
    {"a list with nothing in it", H1("Transfer-Encoding: , chunked\r\n"), GATE_BAD},
    {"another coding after", H1("Transfer-Encoding: chunked, identity\r\n"), GATE_BAD},
    {"chunked in quotes", H1("Transfer-Encoding: \"chunked\"\r\n"), GATE_BAD},
    {"identity", H1("Transfer-Encoding: identity\r\n"), GATE_BAD},
    {"a coding that only begins like chunked", H1("Transfer-Encoding: chunkedx\r\n"), GATE_BAD},
    {"vertical tab before the coding",
     H1("Transfer-Encoding: \x0B"
        "chunked\r\n"),
     GATE_BAD},
    {"no coding", H1("Transfer-Encoding:\r\n"), GATE_BAD},
    {"both length and coding", H1("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), GATE_BAD},
    {"chunked in 1.0", B("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), GATE_BAD},
    // The rest
    {"the one expectation", H1("Expect: 100-Continue\r\n"), GATE_PASS},
    {"another expectation", H1("Expect: 200-maybe\r\n"), GATE_EXPECTATION},
    {"two expectations", H1("Expect: 100-continue\r\nExpect: 100-continue\r\n"), GATE_BAD},
    {"an upgrade is not taken up", H1("Connection: upgrade\r\nUpgrade: h2c\r\n"), GATE_PASS},
    // Not whole yet
    {"nothing", B(""), GATE_MORE},
    {"half a first line", B("GET /"), GATE_MORE},
    {"one CRLF short", B("GET / HTTP/1.1\r\nHost: a.test\r\n"), GATE_MORE},
    {"half a CRLF short", B("GET / HTTP/1.1\r\nHost: a.test\r\n\r"), GATE_MORE},
};

static struct gate_result check(const char *bytes, size_t size) {
  // A copy of exactly this size, so that a read beyond it is seen.
  char *copy = malloc(size > 0 ? size : 1);
  memcpy(copy, bytes, size);
  size_t seen = 0;
  struct gate_result result = gate_check(copy, size, &seen);
  free(copy);
  return result;
}

static void every_block_gets_its_verdict_and_every_refusal_its_words(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct gate_result result = check(cases[i].bytes, cases[i].size);
    if (result.verdict != cases[i].verdict)
      print_error("%s: verdict %d, expected %d\n", cases[i].why, (int)result.verdict, (int)cases[i].verdict);
    assert_int_equal(result.verdict, cases[i].verdict);
    assert_int_equal(result.why != NULL, result.verdict != GATE_PASS && result.verdict != GATE_MORE);
    if (result.verdict == GATE_PASS)
      assert_int_equal(result.block_bytes, cases[i].size);
  }
}

static void a_block_that_comes_byte_by_byte_gets_the_same_verdict(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t seen = 0;
    struct gate_result result = {.verdict = GATE_MORE};
    for (size_t size = 1; size <= cases[i].size && result.verdict == GATE_MORE; size++) {
      char *copy = malloc(size);
      memcpy(copy, cases[i].bytes, size);
      result = gate_check(copy, size, &seen);
      assert_true(seen <= size);
      free(copy);
    }
    if (result.verdict != cases[i].verdict)
      print_error("%s: verdict %d, expected %d\n", cases[i].why, (int)result.verdict, (int)cases[i].verdict);
    assert_int_equal(result.verdict, cases[i].verdict);
  }
}

static void what_follows_the_block_is_not_looked_at(void **state) {
  (void)state;
  static const char bytes[] = "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b\n\0 garbage\r\n\r\n";
  struct gate_result result = check(bytes, sizeof bytes - 1);
  assert_int_equal(result.verdict, GATE_PASS);
  assert_int_equal(result.block_bytes, strlen("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"));
}

static void the_result_tells_how_the_body_is_framed(void **state) {
  (void)state;
  struct gate_result result = check(H1("content-length:  4096 \r\nExpect: 100-continue\r\n"));
  assert_int_equal(result.verdict, GATE_PASS);
  assert_true(result.has_length && result.expects_continue && !result.is_chunked && !result.is_http_10);
  assert_int_equal(result.length, 4096);
  result = check(H1("Transfer-Encoding: chunked\r\n"));
  assert_true(result.is_chunked && !result.has_length && !result.expects_continue);
  result = check(B("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n"));
  assert_int_equal(result.verdict, GATE_PASS);
  assert_true(result.is_http_10 && !result.expects_continue);
}

static void the_result_tells_where_the_target_is_without_scheme_and_host(void **state) {
  (void)state;
  static const struct {
    const char *line;
    const char *target;
  } rows[] = {
      {"GET /a?b HTTP/1.1", "/a?b"},
      {"DELETE / HTTP/1.1", "/"},
      {"GET http://h/a?b HTTP/1.1", "/a?b"},
      {"GET https://h HTTP/1.1", ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char bytes[128];
    int size = snprintf(bytes, sizeof bytes, "%s\r\nHost: h\r\n\r\n", rows[i].line);
    struct gate_result result = check(bytes, (size_t)size);
    assert_int_equal(result.verdict, GATE_PASS);
    assert_int_equal(result.target_size, strlen(rows[i].target));
    assert_memory_equal(bytes + result.target_at, rows[i].target, result.target_size);
  }
}

// A request with one field, padded so that the block has exactly `size` bytes.
static char *request_of(size_t size) {
  static const char start[] = "GET / HTTP/1.1\r\nHost: a\r\nP: ";
  char *bytes = malloc(size + 1);
  memset(bytes, 'p', size);
  memcpy(bytes, start, sizeof start - 1);
  memcpy(bytes + size - 4, "\r\n\r\n", 5);
  return bytes;
}

static void limits_hold_to_the_byte(void **state) {
  (void)state;
  char *bytes = request_of(GATE_HEADER_BYTES_MAX);
  assert_int_equal(check(bytes, strlen(bytes)).verdict, GATE_PASS);
  free(bytes);
  bytes = request_of(GATE_HEADER_BYTES_MAX + 1);
  assert_int_equal(check(bytes, strlen(bytes)).verdict, GATE_TOO_LARGE);
  assert_int_equal(check(bytes, GATE_HEADER_BYTES_MAX - 1).verdict, GATE_MORE);
  assert_int_equal(check(bytes, GATE_HEADER_BYTES_MAX).verdict, GATE_TOO_LARGE);
  free(bytes);
  char fields[4096] = "";
  size_t at = 0;
  for (int i = 0; i < GATE_HEADERS_MAX - 1; i++)
    at += (size_t)snprintf(fields + at, sizeof fields - at, "A: b\r\n");
  char block[8192];
  int size = snprintf(block, sizeof block, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
  assert_int_equal(check(block, (size_t)size).verdict, GATE_PASS);
  size = snprintf(block, sizeof block, "GET / HTTP/1.1\r\nHost: a\r\n%sA: b\r\n\r\n", fields);
  assert_int_equal(check(block, (size_t)size).verdict, GATE_TOO_LARGE);
}

static void a_target_over_4_kib_is_too_long_whether_it_ends_or_not(void **state) {
  (void)state;
  char target[GATE_TARGET_BYTES_MAX + 256];
  char bytes[sizeof target + 64];
  memset(target, 'a', sizeof target);
  target[0] = '/';
  target[GATE_TARGET_BYTES_MAX] = '\0';
  int size = snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target);
  assert_int_equal(check(bytes, (size_t)size).verdict, GATE_PASS);
  target[GATE_TARGET_BYTES_MAX] = 'a';
  target[GATE_TARGET_BYTES_MAX + 1] = '\0';
  size = snprintf(bytes, sizeof bytes, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target);
  assert_int_equal(check(bytes, (size_t)size).verdict, GATE_URI_TOO_LONG);
  memset(bytes, 'a', sizeof bytes);
  assert_int_equal(check(bytes, sizeof bytes).verdict, GATE_URI_TOO_LONG);
  // Byte by byte the answer comes before 16 KiB have been waited for.
  size_t seen = 0, at = 1;
  while (at < sizeof bytes && gate_check(bytes, at, &seen).verdict == GATE_MORE)
    at++;
  assert_int_equal(gate_check(bytes, at, &(size_t){0}).verdict, GATE_URI_TOO_LONG);
  assert_true(at <= GATE_TARGET_BYTES_MAX + 64);
}

static void slow_senders_do_not_make_the_search_start_over(void **state) {
  (void)state;
  char *bytes = request_of(GATE_HEADER_BYTES_MAX);
  size_t size = strlen(bytes), seen = 0;
  for (size_t at = 1; at < size; at++) {
    size_t before = seen;
    assert_int_equal(gate_check(bytes, at, &seen).verdict, GATE_MORE);
    assert_true(seen >= before && seen == at);
  }
  assert_int_equal(gate_check(bytes, size, &seen).verdict, GATE_PASS);
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_block_gets_its_verdict_and_every_refusal_its_words),
      cmocka_unit_test(a_block_that_comes_byte_by_byte_gets_the_same_verdict),
      cmocka_unit_test(what_follows_the_block_is_not_looked_at),
      cmocka_unit_test(the_result_tells_how_the_body_is_framed),
      cmocka_unit_test(the_result_tells_where_the_target_is_without_scheme_and_host),
      cmocka_unit_test(limits_hold_to_the_byte),
      cmocka_unit_test(a_target_over_4_kib_is_too_long_whether_it_ends_or_not),
      cmocka_unit_test(slow_senders_do_not_make_the_search_start_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
