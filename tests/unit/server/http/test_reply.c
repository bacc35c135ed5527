// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "server/http/headers.h"
#include "server/http/http.h"
#include "server/http/problem_reply.h"
#include "server/http/reply.h"
#include "server/http/shape.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct http http = {.public_url = "https://tandem.example.edu"};

static struct request *new_request(void) { return request_new(&http, arena_new()); }

static const char *sent(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcmp(request->reply.headers[i].name, name) == 0)
      return request->reply.headers[i].value;
  return NULL;
}

struct fault {
  const char *field;
  const char *message;
};

struct document {
  const char *type;
  const char *title;
  int64_t status;
  const char *code;
  const char *detail;
  struct item_list errors;
};

static const struct field fault_fields[] = {
    {"field", SHAPE_TEXT, OPTIONAL, 999, offsetof(struct fault, field), NO_PRESENT, NULL, NULL, "path"},
    {"message", SHAPE_TEXT, REQUIRED, 999, offsetof(struct fault, message), NO_PRESENT, NULL, NULL, "words"},
};
static const struct shape fault_shape = {"Fault",      MEDIA_JSON,         1, sizeof(struct fault),
                                         fault_fields, COUNT(fault_fields)};

static const struct field document_fields[] = {
    {"type", SHAPE_TEXT, REQUIRED, 99, offsetof(struct document, type), NO_PRESENT, NULL, NULL, "URN"},
    {"title", SHAPE_TEXT, REQUIRED, 99, offsetof(struct document, title), NO_PRESENT, NULL, NULL, "of the code"},
    {"status", SHAPE_INTEGER, REQUIRED, 599, offsetof(struct document, status), NO_PRESENT, NULL, NULL, "as sent"},
    {"code", SHAPE_TEXT, REQUIRED, 99, offsetof(struct document, code), NO_PRESENT, NULL, NULL, "stable"},
    {"detail", SHAPE_TEXT, REQUIRED, 999, offsetof(struct document, detail), NO_PRESENT, NULL, NULL, "what to do"},
    {"errors", SHAPE_LIST, OPTIONAL, 50, offsetof(struct document, errors), NO_PRESENT, NULL, &fault_shape, "fields"},
};
static const struct shape document_shape = {
    "Problem", MEDIA_JSON, 1, sizeof(struct document), document_fields, COUNT(document_fields)};

// The document as a client reads it: JSON with these members, every one of them filled.
static const struct document *document(const struct request *request) {
  assert_string_equal(request->reply.content_type, "application/problem+json");
  const struct text *body = &request->reply.json.text;
  struct problem problem;
  problem_init(&problem, request->arena);
  void *out = NULL;
  if (shape_bind_json(&document_shape, body->bytes, body->size, request->arena, &problem, &out) != ERR_OK)
    fail_msg("not a problem document: %s", body->bytes);
  const struct document *read = out;
  assert_int_equal(read->status, request->reply.status);
  return read;
}

static void every_problem_has_its_own_code_a_title_and_a_status(void **state) {
  (void)state;
  for (int code = PROBLEM_NONE + 1; code < PROBLEM_COUNT; code++) {
    const char *text = problem_code_text((enum problem_code)code);
    assert_true(strlen(problem_title((enum problem_code)code)) > 0);
    assert_true(strlen(text) > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz_") == strlen(text));
    int status = problem_status((enum problem_code)code);
    assert_true(status >= 400 && status < 600);
    for (int other = PROBLEM_NONE; other < code; other++)
      assert_string_not_equal(text, problem_code_text((enum problem_code)other));
  }
  assert_int_equal(problem_status(PROBLEM_INVALID_FIELDS), 422);
  assert_int_equal(problem_status(PROBLEM_INVALID_JSON), 400);
  assert_int_equal(problem_status(PROBLEM_LAB_FULL), 409);
  assert_int_equal(problem_status(PROBLEM_VERSION_CONFLICT), 412);
}

static void every_failure_without_words_still_says_what_to_do(void **state) {
  (void)state;
  log_set_level(LOG_ERROR);
  for (int err = ERR_INVALID; err <= ERR_INTERNAL; err++) {
    struct request *request = new_request();
    http_refuse(request, (enum err)err);
    const struct document *json = document(request);
    assert_int_equal(request->reply.status, err_status((enum err)err));
    assert_int_equal(problem_status(PROBLEM_INTERNAL), 500);
    assert_true(strlen(json->detail) > 20);
    assert_true(strncmp(json->type, "urn:tandem:problem:", 19) == 0);
    assert_string_equal(json->type + 19, json->code);
    assert_string_equal(sent(request, "Cache-Control"), "no-store");
    request_free(request);
  }
}

static void a_refusal_carries_its_code_words_and_fields(void **state) {
  (void)state;
  struct request *request = new_request();
  enum err err =
      problem_raise(&request->problem, PROBLEM_LAB_FULL, "All %d seats are taken. Join the \"waitlist\".", 20);
  http_refuse(request, err);
  const struct document *json = document(request);
  assert_int_equal(request->reply.status, 409);
  assert_string_equal(json->code, "lab_full");
  assert_string_equal(json->title, problem_title(PROBLEM_LAB_FULL));
  assert_string_equal(json->detail, "All 20 seats are taken. Join the \"waitlist\".");
  assert_int_equal(json->errors.count, 0);
  assert_null(strstr(text_get(&request->reply.json.text), "errors"));
  request_free(request);

  request = new_request();
  err = problem_field(&request->problem, "skills[2].level", "must be a whole number from 0 to %d", 4);
  http_refuse(request, err);
  json = document(request);
  assert_int_equal(request->reply.status, 422);
  assert_string_equal(json->code, "invalid_fields");
  const struct fault *first = json->errors.items;
  assert_int_equal(json->errors.count, 1);
  assert_string_equal(first->field, "skills[2].level");
  assert_string_equal(first->message, "must be a whole number from 0 to 4");
  assert_true(strlen(json->detail) > 0);
  request_free(request);
}

static void a_save_that_met_another_carries_both_texts(void **state) {
  (void)state;
  struct request *request = new_request();
  const struct problem_current both = {.yours = "my \"words\"", .value = "theirs", .version = 3, .by = 0, .at = 60};
  request->problem.current = &both;
  http_refuse(request, problem_raise(&request->problem, PROBLEM_VERSION_CONFLICT, "Saved meanwhile."));
  const char *body = text_get(&request->reply.json.text);
  assert_int_equal(request->reply.status, 412);
  assert_non_null(strstr(body, "\"current\":{\"yours\":\"my \\\"words\\\"\",\"value\":\"theirs\",\"version\":3,"
                               "\"by\":null,\"by_name\":null,\"at\":\"1970-01-01T00:01:00Z\"}"));
  problem_clear(&request->problem);
  http_refuse(request, problem_raise(&request->problem, PROBLEM_VERSION_CONFLICT, "Changed."));
  assert_null(strstr(text_get(&request->reply.json.text), "current"));
  request_free(request);
}

static void words_of_another_failure_are_not_sent(void **state) {
  (void)state;
  struct request *request = new_request();
  (void)problem_raise(&request->problem, PROBLEM_LAB_FULL, "full");
  http_refuse(request, ERR_NOT_FOUND);
  const struct document *json = document(request);
  assert_string_equal(json->code, "not_found");
  request_free(request);
}

static char logged[512];

static void keep_line(enum log_level level, const char *line, void *context) {
  (void)context;
  if (level == LOG_ERROR)
    snprintf(logged, sizeof logged, "%s", line);
}

static void a_mistake_of_ours_is_logged_and_not_told(void **state) {
  (void)state;
  log_set_capture(keep_line, NULL);
  struct request *request = new_request();
  static const struct route route = {.path = "/courses/{course}"};
  request->route = &route;
  enum err err = problem_raise(&request->problem, PROBLEM_INTERNAL, "row 17 of table teams has no contact");
  http_refuse(request, err);
  const struct document *json = document(request);
  assert_int_equal(request->reply.status, 500);
  assert_null(strstr(json->detail, "row 17"));
  assert_non_null(strstr(logged, "row 17"));
  assert_non_null(strstr(logged, "GET /courses/{course}"));
  request_free(request);
  log_set_capture(NULL, NULL);
}

static void a_refusal_drops_what_the_handler_had_begun_except_the_time_to_wait(void **state) {
  (void)state;
  struct request *request = new_request();
  json_text(reply_object(request), "half", "done");
  reply_cookie(request, "session", "secret", 60);
  reply_header(request, "Retry-After", "900");
  http_refuse(request, problem_raise(&request->problem, PROBLEM_TOO_MANY_TRIES, "Wait 15 minutes."));
  assert_null(sent(request, "Set-Cookie"));
  assert_string_equal(sent(request, "Retry-After"), "900");
  assert_null(strstr(text_get(&request->reply.json.text), "half"));
  request_free(request);
}

static void some_statuses_bring_their_headers(void **state) {
  (void)state;
  struct request *request = new_request();
  http_refuse(request, ERR_UNAUTHENTICATED);
  assert_non_null(sent(request, "WWW-Authenticate"));
  http_refuse(request, ERR_UNAVAILABLE);
  assert_non_null(sent(request, "Retry-After"));
  http_refuse_status(request, 431, PROBLEM_BAD_REQUEST, NULL);
  const struct document *json = document(request);
  assert_int_equal(request->reply.status, 431);
  assert_string_equal(json->detail, problem_title(PROBLEM_BAD_REQUEST));
  request_free(request);
}

static void what_a_handler_leaves_open_is_closed(void **state) {
  (void)state;
  struct request *request = new_request();
  struct json *json = reply_object(request);
  json_array_in(json, "teams");
  json_begin_object(json);
  json_int(json, "id", 1);
  reply_complete(request);
  assert_string_equal(text_get(&request->reply.json.text), "{\"teams\":[{\"id\":1}]}");
  assert_int_equal(request->reply.status, 200);
  assert_string_equal(request->reply.content_type, "application/json");
  request_free(request);
}

static void no_reply_is_204_and_a_creation_has_its_location(void **state) {
  (void)state;
  struct request *request = new_request();
  reply_complete(request);
  assert_int_equal(request->reply.status, 204);
  reply_reset(request);
  reply_created(request, "/courses/%s/teams/%d", "smr", 7);
  reply_complete(request);
  assert_int_equal(request->reply.status, 201);
  assert_string_equal(sent(request, "Location"), "/api/v1/courses/smr/teams/7");
  request_free(request);
}

static void only_a_successful_read_carries_the_tag(void **state) {
  (void)state;
  struct request *request = new_request();
  snprintf(request->tag, sizeof request->tag, "W/\"7-1\"");
  reply_object(request);
  reply_complete(request);
  assert_string_equal(sent(request, "ETag"), "W/\"7-1\"");
  assert_string_equal(sent(request, "Cache-Control"), "private, no-cache");
  assert_string_equal(sent(request, "Vary"), "Cookie, Authorization");
  http_refuse(request, ERR_NOT_FOUND);
  assert_null(sent(request, "ETag"));
  assert_string_equal(sent(request, "Cache-Control"), "no-store");
  reply_reset(request);
  request->method = METHOD_PATCH;
  reply_object(request);
  reply_complete(request);
  assert_null(sent(request, "ETag"));
  request_free(request);
}

static void cookies_are_set_for_this_site_alone(void **state) {
  (void)state;
  struct request *request = new_request();
  reply_cookie(request, "session", "abc_-", 3600);
  assert_string_equal(sent(request, "Set-Cookie"),
                      "session=abc_-; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax; Secure");
  request_free(request);
  static const struct http plain = {.public_url = NULL};
  request = request_new(&plain, arena_new());
  reply_cookie(request, "session", "", 0);
  assert_string_equal(sent(request, "Set-Cookie"), "session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax");
  request_free(request);
  request = request_new(&plain, arena_new());
  request->is_https = true;
  reply_cookie(request, "session", "", 0);
  assert_string_equal(sent(request, "Set-Cookie"), "session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure");
  request_free(request);
}

static void weights_are_thousandths_of_the_most_precise_range(void **state) {
  (void)state;
  static const struct {
    const char *accept;
    const char *type;
    int weight;
  } rows[] = {
      {NULL, "text/html", 1000},
      {"text/html;q=0.75, */*;q=0.1", "text/html; charset=utf-8", 750},
      {"text/html;q=0.75, */*;q=0.1", "application/json", 100},
      {"text/*; q=0.333;x=1", "text/html", 333},
      {"text/html;q=0.0009", "text/html", 0},
      {"text/html;q=1.000", "text/html", 1000},
      {"text/html;q=.5", "text/html", 1000},
      {"text/html;q=2", "text/html", 1000},
      {"application/json", "text/html", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (header_weight(rows[i].accept, rows[i].type) != rows[i].weight)
      fail_msg("%s: %d", rows[i].accept, header_weight(rows[i].accept, rows[i].type));
  assert_int_equal(header_coding_weight(NULL, "gzip"), 0);
  assert_int_equal(header_coding_weight("br, gzip;q=0.5", "gzip"), 500);
}

struct value_case {
  const char *header;
  const char *value; // NULL: nothing is found
  const char *why;
};

static const struct value_case cookie_cases[] = {
    {"session=abc", "abc", "the only one"},
    {"a=b; session=abc; c=d", "abc", "between others"},
    {"a=b;session=abc", "abc", "without a space"},
    {"session=one; session=two", "one", "the first of two"},
    {"xsession=abc", NULL, "another's end"},
    {"sessions=abc", NULL, "another's beginning"},
    {"a=session=abc", NULL, "within a value"},
    {"session", NULL, "no value"},
    {"session=", "", "an empty value"},
    {"session=\"abc\"", "abc", "quoted"},
    {"session=a=b==", "a=b==", "equal signs in the value"},
    {"session=abc ; x=y", "abc", "a space behind"},
    {"; ;session=abc", "abc", "empty pairs"},
    {"", NULL, "an empty header"},
    {NULL, NULL, "no header"},
};

static const struct value_case bearer_cases[] = {
    {"Bearer abc-_.~+/==", "abc-_.~+/==", "token68"},
    {"bearer abc", "abc", "the scheme has no case"},
    {"Bearer   abc", "abc", "several spaces"},
    {"Basic abc", NULL, "another scheme"},
    {"Bearer", NULL, "no token"},
    {"Bearer ", NULL, "an empty token"},
    {"Bearer a b", NULL, "two tokens"},
    {"Bearer a,b", NULL, "a character no token has"},
    {"Bearer =", NULL, "padding alone"},
    {NULL, NULL, "no header"},
};

static void check_values(const struct value_case *cases, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    struct request *request = new_request();
    struct header header = {name, cases[i].header};
    request->headers = &header;
    request->header_count = cases[i].header == NULL ? 0 : 1;
    const char *found = name[0] == 'c' ? request_cookie(request, "session") : request_bearer(request);
    if (!text_equal(found, cases[i].value))
      fail_msg("%s: %s", cases[i].why, found == NULL ? "(none)" : found);
    request_free(request);
  }
}

static void cookies_and_bearer_tokens_are_read(void **state) {
  (void)state;
  check_values(cookie_cases, COUNT(cookie_cases), "cookie");
  check_values(bearer_cases, COUNT(bearer_cases), "authorization");
}

struct pair_case {
  const char *header;
  const char *other;
  bool is_true;
  const char *why;
};

static const struct pair_case accept_cases[] = {
    {NULL, "application/json", true, "no wish"},
    {"", "application/json", true, "an empty wish"},
    {"*/*", "text/csv", true, "anything"},
    {"application/json", "application/json", true, "the type"},
    {"APPLICATION/JSON", "application/json", true, "types have no case"},
    {"application/problem+json", "application/json", true, "who reads problems reads JSON"},
    {"application/*", "application/json", true, "the main type"},
    {"text/html, application/*;q=0.5", "application/json", true, "one of several"},
    {"text/csv", "text/csv; charset=utf-8", true, "the answer's parameters do not count"},
    {"text/html", "application/json", false, "another type"},
    {"application/*", "text/csv", false, "another main type"},
    {"application/json;q=0", "application/json", false, "refused"},
    {"application/json; Q=0.000, */*", "application/json", false, "the most specific decides"},
    {"application/json;q=0.001", "application/json", true, "hardly liked"},
    {"*/*;q=0, application/json", "application/json", true, "the most specific decides"},
    {"application/json;version=1;q=0", "application/json", false, "a parameter before q"},
    {"application/json;x=\"a,b;q=0\"", "application/json", true, "quotes hide commas"},
    {"application/jsonp", "application/json", false, "a longer type"},
    {"appl", "application/json", false, "half a type"},
};

static const struct pair_case origin_cases[] = {
    {"http://localhost:8803", "localhost:8803", true, "the Host"},
    {"http://LOCALHOST:8803", "localhost:8803", true, "hosts have no case"},
    {"http://localhost:8804", "localhost:8803", false, "another port"},
    {"http://localhost", "localhost:80", true, "the default port"},
    {"https://x.org", "x.org:443", true, "the default port of https"},
    {"https://x.org", "x.org:80", false, "the default port of http is not https's"},
    {"https://tandem.example.edu", "127.0.0.1:8803", true, "the public URL behind a proxy"},
    {"http://tandem.example.edu", "tandem.example.edu", false, "the public URL without TLS"},
    {"https://tandem.example.edu.evil.org", "tandem.example.edu", false, "our name as another's beginning"},
    {"https://evil.org", "tandem.example.edu", false, "another site"},
    {"null", "null", false, "a sandboxed page"},
    {"", "localhost", false, "an empty origin"},
    {"file://localhost", "localhost", false, "another scheme"},
    {NULL, "localhost", false, "no origin"},
    {"http://localhost", NULL, false, "no Host"},
};

static const struct pair_case media_cases[] = {
    {"application/json", "json", true, "JSON"},
    {"Application/JSON ; charset=UTF-8", "json", true, "with a charset"},
    {"application/json;charset=\"utf-8\"", "json", true, "with a quoted charset"},
    {"application/json; charset=latin1", "json", false, "another charset"},
    {"application/json-seq", "json", false, "a longer type"},
    {"text/plain", "json", false, "what a form can send across sites"},
    {"application/x-www-form-urlencoded", "json", false, "a form"},
    {"", "json", false, "empty"},
    {NULL, "json", false, "none"},
    {"text/csv; header=present", "csv", true, "CSV with a parameter"},
    {"application/json", "csv", false, "JSON for CSV"},
    {"application/yaml", "yaml", true, "YAML"},
    {"application/x-yaml", "yaml", true, "YAML, older"},
    {"text/yaml; charset=utf-8", "yaml", true, "YAML, as text"},
    {"application/x-www-form-urlencoded", "form", true, "what mail programs post"},
    {"multipart/form-data; boundary=x", "form", true, "the other encoding of forms"},
    {"application/json", "form", false, "JSON for a form"},
    {"text/plain", "form", false, "the third encoding, which nobody needs"},
};

static const struct pair_case tag_cases[] = {
    {"W/\"7\"", "W/\"7\"", true, "the tag"},
    {"\"7\"", "W/\"7\"", true, "the comparison is weak"},
    {"\"6\", W/\"7\"", "W/\"7\"", true, "one of several"},
    {"\"a,b\",W/\"7\"", "W/\"7\"", true, "a comma within a tag"},
    {"W/\"8\"", "W/\"7\"", false, "another"},
    {"7", "W/\"7\"", false, "without quotes"},
    {"*", "W/\"7\"", false, "not known before the handler"},
    {"", "W/\"7\"", false, "empty"},
    {NULL, "W/\"7\"", false, "none"},
};

static enum media media_named(const char *name) {
  static const enum media by_letter[] = {['j'] = MEDIA_JSON, ['c'] = MEDIA_CSV, ['y'] = MEDIA_YAML, ['f'] = MEDIA_FORM};
  return by_letter[(unsigned char)name[0]];
}

static void header_values_mean_what_the_standards_say(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(accept_cases); i++)
    if (header_accepts(accept_cases[i].header, accept_cases[i].other) != accept_cases[i].is_true)
      fail_msg("Accept: %s", accept_cases[i].why);
  for (size_t i = 0; i < COUNT(origin_cases); i++)
    if (header_origin_is_ours(origin_cases[i].header, origin_cases[i].other, http.public_url) !=
        origin_cases[i].is_true)
      fail_msg("Origin: %s", origin_cases[i].why);
  for (size_t i = 0; i < COUNT(media_cases); i++)
    if (header_is_media(media_cases[i].header, media_named(media_cases[i].other)) != media_cases[i].is_true)
      fail_msg("Content-Type: %s", media_cases[i].why);
  for (size_t i = 0; i < COUNT(tag_cases); i++)
    if (header_lists_tag(tag_cases[i].header, tag_cases[i].other) != tag_cases[i].is_true)
      fail_msg("If-None-Match: %s", tag_cases[i].why);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_problem_has_its_own_code_a_title_and_a_status),
      cmocka_unit_test(every_failure_without_words_still_says_what_to_do),
      cmocka_unit_test(a_refusal_carries_its_code_words_and_fields),
      cmocka_unit_test(a_save_that_met_another_carries_both_texts),
      cmocka_unit_test(words_of_another_failure_are_not_sent),
      cmocka_unit_test(a_mistake_of_ours_is_logged_and_not_told),
      cmocka_unit_test(a_refusal_drops_what_the_handler_had_begun_except_the_time_to_wait),
      cmocka_unit_test(some_statuses_bring_their_headers),
      cmocka_unit_test(what_a_handler_leaves_open_is_closed),
      cmocka_unit_test(no_reply_is_204_and_a_creation_has_its_location),
      cmocka_unit_test(only_a_successful_read_carries_the_tag),
      cmocka_unit_test(cookies_are_set_for_this_site_alone),
      cmocka_unit_test(weights_are_thousandths_of_the_most_precise_range),
      cmocka_unit_test(cookies_and_bearer_tokens_are_read),
      cmocka_unit_test(header_values_mean_what_the_standards_say),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
