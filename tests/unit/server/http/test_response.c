// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/http/http.h"
#include "server/http/response.h"

static const struct http http;

static struct request *new_request(void) { return request_new(&http, arena_new()); }

static const char *head_of(struct request *request, bool closes) {
  struct response_facts facts = {.date = "Sun, 06 Nov 1994 08:49:37 GMT", .now = 1694476740, .closes = closes};
  struct text out;
  text_init(&out, request->arena);
  response_head(&out, request, &facts);
  return text_get(&out);
}

static void dates_are_in_the_form_of_rfc_9110(void **state) {
  (void)state;
  static const struct {
    time_t at;
    const char *text;
  } rows[] = {
      {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
      {4102444799, "Thu, 31 Dec 2099 23:59:59 GMT"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char text[RESPONSE_DATE_BYTES];
    response_date(rows[i].at, text);
    assert_string_equal(text, rows[i].text);
  }
}

static void a_reply_with_a_body_states_type_length_and_both_clocks(void **state) {
  (void)state;
  struct request *request = new_request();
  json_int(reply_object(request), "a", 1);
  json_end(&request->reply.json);
  reply_header(request, "ETag", "W/\"1\"");
  assert_string_equal(head_of(request, false), "HTTP/1.1 200 OK\r\n"
                                               "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                               "Content-Type: application/json\r\n"
                                               "Content-Length: 7\r\n"
                                               "ETag: W/\"1\"\r\n"
                                               "Cache-Control: no-store\r\n"
                                               "X-Content-Type-Options: nosniff\r\n"
                                               "X-Tandem-Now: 2023-09-11T23:59:00Z\r\n"
                                               "\r\n");
  assert_true(response_has_body(request));
  request_free(request);
}

static void caching_is_as_the_reply_says_and_closing_is_told(void **state) {
  (void)state;
  struct request *request = new_request();
  reply_no_content(request);
  reply_header(request, "Cache-Control", "private, no-cache");
  const char *head = head_of(request, true);
  assert_non_null(strstr(head, "\r\nCache-Control: private, no-cache\r\n"));
  assert_null(strstr(head, "no-store"));
  assert_non_null(strstr(head, "\r\nConnection: close\r\n"));
  request_free(request);
}

static void a_status_without_content_has_neither_body_nor_length(void **state) {
  (void)state;
  static const int statuses[] = {204, 304};
  for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
    struct request *request = new_request();
    reply_object(request);
    json_end(&request->reply.json);
    request->reply.status = statuses[i];
    assert_null(strstr(head_of(request, false), "Content-Length"));
    assert_false(response_has_body(request));
    request_free(request);
  }
}

static void head_states_the_length_of_the_body_that_get_would_send(void **state) {
  (void)state;
  struct request *request = new_request();
  request->is_head = true;
  text_add(reply_text(request, "text/plain"), "twelve bytes");
  assert_non_null(strstr(head_of(request, false), "\r\nContent-Length: 12\r\n"));
  assert_false(response_has_body(request));
  request_free(request);
}

static void only_https_at_a_public_https_address_is_asked_to_stay_so(void **state) {
  (void)state;
  static const struct {
    bool is_https;
    const char *public_url;
    bool is_told;
  } rows[] = {
      {true, "https://tandem.example.edu", true},   {true, "HTTPS://tandem.example.edu", true},
      {true, "http://tandem.example.edu", false},   {true, NULL, false},
      {false, "https://tandem.example.edu", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct http public = {.public_url = rows[i].public_url};
    struct request *request = request_new(&public, arena_new());
    request->is_https = rows[i].is_https;
    bool is_told = strstr(head_of(request, false), "\r\nStrict-Transport-Security: max-age=31536000\r\n") != NULL;
    assert_int_equal(is_told, rows[i].is_told);
    request_free(request);
  }
}

static void an_unknown_status_is_still_a_status_line(void **state) {
  (void)state;
  log_set_level(LOG_ERROR);
  struct request *request = new_request();
  request->reply.status = 299;
  assert_int_equal(strncmp(head_of(request, false), "HTTP/1.1 299 ", 13), 0);
  request_free(request);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates_are_in_the_form_of_rfc_9110),
      cmocka_unit_test(a_reply_with_a_body_states_type_length_and_both_clocks),
      cmocka_unit_test(caching_is_as_the_reply_says_and_closing_is_told),
      cmocka_unit_test(a_status_without_content_has_neither_body_nor_length),
      cmocka_unit_test(head_states_the_length_of_the_body_that_get_would_send),
      cmocka_unit_test(only_https_at_a_public_https_address_is_asked_to_stay_so),
      cmocka_unit_test(an_unknown_status_is_still_a_status_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
