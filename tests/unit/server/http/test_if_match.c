// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "server/http/http.h"
#include "server/http/if_match.h"
#include "server/http/reply.h"

static enum err ask(struct request *request, const struct header *headers, size_t count, int64_t version) {
  request->headers = headers;
  request->header_count = count;
  return request_if_match(request, version);
}

static void the_header_is_compared_with_the_current_version(void **state) {
  (void)state;
  static const struct {
    const char *value; // NULL: not sent
    int64_t version;
    enum err err;
    const char *why;
  } cases[] = {
      {NULL, 7, ERR_OK, "without the header anything goes"},
      {NULL, 0, ERR_OK, "without the header, for what is not there yet"},
      {"\"7\"", 7, ERR_OK, "the current version"},
      {"\"6\"", 7, ERR_PRECONDITION, "an older one"},
      {"\"77\"", 7, ERR_PRECONDITION, "longer"},
      {"\"07\"", 7, ERR_PRECONDITION, "a tag is text, not a number"},
      {"W/\"7\"", 7, ERR_PRECONDITION, "a weak tag never matches (RFC 9110 13.1.1)"},
      {"\"6\", \"7\"", 7, ERR_OK, "one of a list"},
      {"\"6\",\"5\"", 7, ERR_PRECONDITION, "none of a list"},
      {", \"7\" ,", 7, ERR_OK, "empty elements mean nothing"},
      {"W/\"6\", \"7\"", 7, ERR_OK, "a strong one beside a weak one"},
      {"*", 7, ERR_OK, "whatever there is"},
      {"*", 0, ERR_PRECONDITION, "there is nothing"},
      {"\"0\"", 0, ERR_PRECONDITION, "nothing has no version"},
      {"\"7,8\"", 7, ERR_PRECONDITION, "a comma inside a tag"},
      {"\"\"", 7, ERR_PRECONDITION, "an empty tag is one"},
      {"", 7, ERR_INVALID, "empty"},
      {",", 7, ERR_INVALID, "an empty list"},
      {"7", 7, ERR_INVALID, "no quotes"},
      {"\"7", 7, ERR_INVALID, "the quote does not end"},
      {"\"7\"8", 7, ERR_INVALID, "something behind the tag"},
      {"\"7\" \"8\"", 7, ERR_INVALID, "no comma"},
      {"\"a b\"", 7, ERR_INVALID, "a space is no part of a tag"},
      {"w/\"7\"", 7, ERR_INVALID, "W is a capital letter"},
      {"W/7", 7, ERR_INVALID, "weak without quotes"},
      {"*, \"7\"", 7, ERR_INVALID, "the star stands alone"},
      {"\"7\", *", 7, ERR_INVALID, "the star stands alone, behind too"},
  };
  static const struct http http = {0};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct request *request = request_new(&http, arena_new());
    const struct header header = {"if-match", cases[i].value};
    enum err err = ask(request, &header, cases[i].value != NULL, cases[i].version);
    if (err != cases[i].err)
      print_error("%s: %s instead of %s\n", cases[i].why, err_name(err), err_name(cases[i].err));
    assert_int_equal(err, cases[i].err);
    request_free(request);
  }
}

static void two_headers_are_one_list(void **state) {
  (void)state;
  static const struct http http = {0};
  static const struct header headers[] = {{"if-match", "\"5\""}, {"accept", "*/*"}, {"if-match", "\"7\""}};
  struct request *request = request_new(&http, arena_new());
  assert_int_equal(ask(request, headers, 3, 7), ERR_OK);
  assert_int_equal(ask(request, headers, 3, 8), ERR_PRECONDITION);
  request_free(request);
}

static void a_conflict_tells_the_current_version(void **state) {
  (void)state;
  static const struct http http = {0};
  static const struct header header = {"if-match", "\"5\""};
  struct request *request = request_new(&http, arena_new());
  enum err err = ask(request, &header, 1, 7);
  http_refuse(request, err);
  assert_int_equal(request->reply.status, 412);
  assert_non_null(strstr(json_get(&request->reply.json), "\"code\":\"version_conflict\""));
  assert_non_null(strstr(json_get(&request->reply.json), "its version is 7 now"));
  const char *tag = NULL;
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcmp(request->reply.headers[i].name, "ETag") == 0)
      tag = request->reply.headers[i].value;
  assert_string_equal(tag, "\"7\"");
  request_free(request);
}

static void what_is_replaced_as_a_whole_needs_the_header(void **state) {
  (void)state;
  static const struct http http = {0};
  static const struct header seen = {"if-match", "\"7\""}, stale = {"if-match", "\"6\""};
  struct request *request = request_new(&http, arena_new());
  request->headers = &seen;
  request->header_count = 1;
  assert_int_equal(request_need_match(request, 7), ERR_OK);
  request->headers = &stale;
  assert_int_equal(request_need_match(request, 7), ERR_PRECONDITION);
  request->header_count = 0;
  problem_clear(&request->problem);
  reply_reset(request);
  http_refuse(request, request_need_match(request, 7));
  assert_int_equal(request->reply.status, 412);
  assert_non_null(strstr(json_get(&request->reply.json), "\"code\":\"if_match_needed\""));
  assert_true(reply_has_header(request, "ETag"));
  request_free(request);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_header_is_compared_with_the_current_version),
      cmocka_unit_test(two_headers_are_one_list),
      cmocka_unit_test(a_conflict_tells_the_current_version),
      cmocka_unit_test(what_is_replaced_as_a_whole_needs_the_header),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
