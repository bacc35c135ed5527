// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/http/http.h"
#include "server/http/response.h"
#include "server/http/static_files.h"

static const struct http http;

static struct request *ask(enum method method, const char *path, const char *header, const char *value) {
  struct request *request = request_new(&http, arena_new());
  struct header *headers = arena_alloc(request->arena, sizeof *headers);
  *headers = (struct header){header, value};
  request->headers = headers;
  request->header_count = header == NULL ? 0 : 1;
  request->method = method;
  request->path = path;
  size_t cap;
  assert_false(http_begin(request, &cap, false, false, 0));
  return request;
}

static const char *field(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcmp(request->reply.headers[i].name, name) == 0)
      return request->reply.headers[i].value;
  return "";
}

static const struct static_file *style_sheet(void) {
  for (size_t i = 0; i < static_file_count; i++)
    if (strncmp(static_files[i].path, "/assets/tandem.", 15) == 0)
      return &static_files[i];
  fail_msg("there is no style sheet");
  return NULL;
}

static uint32_t number_at(const unsigned char *at) {
  return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

// RFC 1952 8.
static uint32_t crc_32(const unsigned char *bytes, size_t size) {
  uint32_t crc = UINT32_MAX;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++)
      crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320U : crc >> 1;
  }
  return ~crc;
}

static void pages_have_their_types_and_are_asked_for_anew(void **state) {
  (void)state;
  static const struct {
    const char *path;
    const char *media;
    const char *words;
  } rows[] = {
      {"/", "text/html; charset=utf-8", "Mail me a link"},
      {"/sign-in", "text/html; charset=utf-8", "Set a new password"},
      {"/robots.txt", "text/plain; charset=utf-8", "Disallow: /"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct request *request = ask(METHOD_GET, rows[i].path, NULL, NULL);
    assert_int_equal(request->reply.status, 200);
    assert_string_equal(request->reply.content_type, rows[i].media);
    assert_non_null(strstr(text_get(&request->reply.json.text), rows[i].words));
    assert_string_equal(field(request, "Cache-Control"), "no-cache");
    assert_string_equal(field(request, "Vary"), "Accept-Encoding");
    request_free(request);
  }
}

static void assets_carry_their_hash_and_may_be_kept_forever(void **state) {
  (void)state;
  struct request *page = ask(METHOD_GET, "/", NULL, NULL);
  size_t count = 0;
  for (size_t i = 0; i < static_file_count; i++) {
    const struct static_file *file = &static_files[i];
    assert_int_equal(file->is_immutable, strncmp(file->path, "/assets/", 8) == 0);
    if (!file->is_immutable)
      continue;
    struct request *request = ask(METHOD_GET, file->path, NULL, NULL);
    assert_string_equal(field(request, "Cache-Control"), "public, max-age=31536000, immutable");
    request_free(request);
    char digest[20] = {0};
    memcpy(digest, file->tag + 1, 16);
    assert_non_null(strstr(file->path, digest));
    count++;
  }
  assert_true(count >= 4);
  // Who keeps the page has no names of assets that are gone.
  assert_null(strstr(text_get(&page->reply.json.text), "/assets/tandem.css"));
  assert_non_null(strstr(text_get(&page->reply.json.text), style_sheet()->path));
  request_free(page);
}

static void every_file_forbids_what_is_not_ours(void **state) {
  (void)state;
  for (size_t i = 0; i < static_file_count; i++) {
    if (static_files[i].path[0] == '\0')
      continue;
    struct request *request = ask(METHOD_GET, static_files[i].path, NULL, NULL);
    assert_string_equal(field(request, "Content-Security-Policy"),
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    assert_string_equal(field(request, "Referrer-Policy"), "no-referrer");
    assert_string_equal(field(request, "X-Frame-Options"), "DENY");
    request_free(request);
  }
}

static void no_page_has_script_or_style_that_the_policy_would_stop(void **state) {
  (void)state;
  static const char *const words[] = {"<style", " style=", " onclick=", " onload=", "javascript:", "<script>"};
  for (size_t i = 0; i < static_file_count; i++)
    for (size_t j = 0; j < sizeof words / sizeof *words; j++)
      if (memmem(static_files[i].bytes, static_files[i].size, words[j], strlen(words[j])) != NULL &&
          strstr(static_files[i].media, "html") != NULL)
        fail_msg("%s has %s", static_files[i].path, words[j]);
}

// tests/http/test_pages.py inflates them; here their trailers are looked at.
static void compressed_bytes_are_of_the_same_content_and_of_no_time(void **state) {
  (void)state;
  static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0};
  for (size_t i = 0; i < static_file_count; i++) {
    const struct static_file *file = &static_files[i];
    assert_true(file->gzip_size > sizeof head + 8);
    assert_memory_equal(file->gzip, head, sizeof head);
    assert_int_equal(number_at(file->gzip + file->gzip_size - 8), crc_32(file->bytes, file->size));
    assert_int_equal(number_at(file->gzip + file->gzip_size - 4), file->size);
  }
}

static void the_coding_is_what_the_client_takes(void **state) {
  (void)state;
  static const struct {
    const char *accept;
    bool is_gzip;
    const char *why;
  } rows[] = {
      {"gzip, deflate, br", true, "as browsers send it"},
      {"br;q=1.0, GZIP;q=0.5", true, "in any case, whatever the weight"},
      {"*", true, "anything"},
      {"gzip;q=0", false, "refused"},
      {"gzip;q=0.000, *", false, "refused by name, whatever else is taken"},
      {"*;q=0", false, "everything is refused"},
      {"identity", false, "not named"},
      {"gzippy", false, "another name"},
      {"", false, "nothing named"},
  };
  const struct static_file *style = style_sheet();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct request *request = ask(METHOD_GET, style->path, "accept-encoding", rows[i].accept);
    bool is_gzip = strcmp(field(request, "Content-Encoding"), "gzip") == 0;
    size_t size = is_gzip ? style->gzip_size : style->size;
    if (is_gzip != rows[i].is_gzip || request->reply.json.text.size != size)
      fail_msg("%s", rows[i].why);
    assert_string_equal(field(request, "ETag"), is_gzip ? style->gzip_tag : style->tag);
    request_free(request);
  }
  assert_string_not_equal(style->tag, style->gzip_tag);
}

static void what_the_client_has_is_not_sent_again(void **state) {
  (void)state;
  const struct static_file *style = style_sheet();
  const struct {
    const char *known;
    int status;
  } rows[] = {
      {style->tag, 304},      {arena_format(*state, "\"x\", W/%s", style->tag), 304}, {"*", 304}, {"\"x\"", 200},
      {style->gzip_tag, 200},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct request *request = ask(METHOD_GET, style->path, "if-none-match", rows[i].known);
    assert_int_equal(request->reply.status, rows[i].status);
    assert_int_equal(response_has_body(request), rows[i].status == 200);
    assert_string_equal(field(request, "ETag"), style->tag);
    request_free(request);
  }
}

static void other_methods_are_told_which_exist(void **state) {
  (void)state;
  static const enum method methods[] = {METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE};
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    struct request *request = ask(methods[i], "/sign-in", NULL, NULL);
    assert_int_equal(request->reply.status, 405);
    assert_string_equal(field(request, "Allow"), "GET, HEAD");
    assert_string_equal(request->reply.content_type, "application/problem+json");
    request_free(request);
  }
}

static void a_path_that_does_not_exist_is_told_in_the_clients_language(void **state) {
  (void)state;
  static const char browser[] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  static const struct {
    enum method method;
    const char *path;
    const char *accept;
    bool is_page;
    const char *why;
  } rows[] = {
      {METHOD_GET, "/teams/4", browser, true, "a browser"},
      {METHOD_GET, "/teams/4", "*/*", false, "curl"},
      {METHOD_GET, "/teams/4", "application/json", false, "a program"},
      {METHOD_GET, "/teams/4", "application/json, text/html;q=0.5", false, "rather JSON"},
      {METHOD_POST, "/teams/4", browser, true, "a form of a page that is no more"},
      {METHOD_POST, "/teams/4", "*/*", false, "a form goes to the API"},
      {METHOD_POST, "/api/v1/nothing", browser, false, "and the API speaks JSON to all"},
      {METHOD_GET, "/api/v1/nothing", browser, false, "the API speaks JSON"},
      {METHOD_GET, "/api/v1", browser, false, "and so does its root"},
      {METHOD_GET, "/api/v10", browser, true, "another name"},
      {METHOD_GET, "", browser, false, "an absolute target without a path"},
      {METHOD_GET, "/../etc/passwd", browser, true, "nothing is looked up in a file system"},
      {METHOD_GET, "/assets/../sign-in", browser, true, "nor are paths put together"},
      {METHOD_GET, "/%73ign-in", browser, true, "one spelling for each page"},
      {METHOD_GET, "/sign-in/", browser, true, "also at its end"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct request *request = ask(rows[i].method, rows[i].path, "accept", rows[i].accept);
    const char *media = rows[i].is_page ? "text/html; charset=utf-8" : "application/problem+json";
    if (request->reply.status != 404 || strcmp(request->reply.content_type, media) != 0)
      fail_msg("%s: %d %s", rows[i].why, request->reply.status, request->reply.content_type);
    assert_int_equal(field(request, "Content-Security-Policy")[0] != '\0', rows[i].is_page);
    request_free(request);
  }
}

static void a_browser_is_told_other_refusals_in_words_too(void **state) {
  (void)state;
  static const char browser[] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  struct request *request = ask(METHOD_POST, "/sign-in", "accept", browser);
  const char *page = text_get(&request->reply.json.text);
  assert_int_equal(request->reply.status, 405);
  assert_string_equal(field(request, "Allow"), "GET, HEAD");
  assert_string_equal(field(request, "Referrer-Policy"), "no-referrer");
  assert_non_null(strstr(page, "<title>This method does not exist here \xc2\xb7 Tandem</title>"));
  assert_non_null(strstr(page, "<h1>This method does not exist here</h1>\n<p>Use GET, HEAD at this address.</p>"));
  assert_null(strstr(page, "There is nothing here")); // what the file holds for a path that no row has
  request_free(request);
}

// A detail may hold what somebody wrote.
static void words_of_a_refusal_are_no_mark_up(void **state) {
  (void)state;
  struct request *request = request_new(&http, arena_new());
  const struct header accept = {"accept", "text/html"};
  request->headers = &accept;
  request->header_count = 1;
  request->path = "/x";
  http_refuse_status(request, 408, PROBLEM_TIMEOUT, "<script>alert(1)</script>");
  assert_int_equal(request->reply.status, 408);
  assert_non_null(strstr(text_get(&request->reply.json.text), "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"));
  request_free(request);
}

static void a_refusal_of_what_could_not_be_read_is_a_problem_document(void **state) {
  (void)state;
  struct request *request = request_new(&http, arena_new());
  http_refuse_status(request, 400, PROBLEM_BAD_REQUEST, "Nobody can read this.");
  assert_string_equal(request->reply.content_type, "application/problem+json");
  request_free(request);
}

static int setup(void **state) {
  *state = arena_new();
  return 0;
}

static int teardown(void **state) {
  arena_free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pages_have_their_types_and_are_asked_for_anew),
      cmocka_unit_test(assets_carry_their_hash_and_may_be_kept_forever),
      cmocka_unit_test(every_file_forbids_what_is_not_ours),
      cmocka_unit_test(no_page_has_script_or_style_that_the_policy_would_stop),
      cmocka_unit_test(compressed_bytes_are_of_the_same_content_and_of_no_time),
      cmocka_unit_test(the_coding_is_what_the_client_takes),
      cmocka_unit_test_setup_teardown(what_the_client_has_is_not_sent_again, setup, teardown),
      cmocka_unit_test(other_methods_are_told_which_exist),
      cmocka_unit_test(a_path_that_does_not_exist_is_told_in_the_clients_language),
      cmocka_unit_test(a_browser_is_told_other_refusals_in_words_too),
      cmocka_unit_test(words_of_a_refusal_are_no_mark_up),
      cmocka_unit_test(a_refusal_of_what_could_not_be_read_is_a_problem_document),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
