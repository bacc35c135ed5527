// SPDX-License-Identifier: AGPL-3.0-or-later
// A file as an answer: which part of it, under which name, and when not at all.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <unistd.h>

#include "server/http/download.h"
#include "server/http/http.h"

#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct http http = {0};

static struct request *answered(const struct header *headers, size_t count, int64_t size, const char *name) {
  struct request *request = request_new(&http, arena_new());
  request->headers = headers;
  request->header_count = count;
  const struct download download = {.fd = memfd_create("download", MFD_CLOEXEC),
                                    .size_bytes = size,
                                    .sha256 = HASH,
                                    .media = "application/pdf",
                                    .name = name};
  assert_true(download.fd >= 0);
  assert_int_equal(ERR_OK, download_reply(request, &download));
  return request;
}

static const char *header_of(const struct request *request, const char *name) {
  for (size_t i = 0; i < request->reply.header_count; i++)
    if (strcmp(request->reply.headers[i].name, name) == 0)
      return request->reply.headers[i].value;
  return "";
}

static void a_range_gives_that_part_and_what_is_no_range_gives_all(void **state) {
  (void)state;
  static const struct {
    const char *range;
    const char *if_range;
    int status;
    int64_t offset;
    int64_t size;
    const char *content_range;
    const char *why;
  } cases[] = {
      {"bytes=0-9", NULL, 206, 0, 10, "bytes 0-9/100", "the first ten"},
      {"bytes=0-0", NULL, 206, 0, 1, "bytes 0-0/100", "one byte"},
      {"bytes=90-", NULL, 206, 90, 10, "bytes 90-99/100", "to the end"},
      {"bytes=90-1000", NULL, 206, 90, 10, "bytes 90-99/100", "beyond the end is to the end"},
      {"bytes=-10", NULL, 206, 90, 10, "bytes 90-99/100", "the last ten"},
      {"bytes=-1000", NULL, 206, 0, 100, "bytes 0-99/100", "more than there is"},
      {"bytes=99-99", "\"" HASH "\"", 206, 99, 1, "bytes 99-99/100", "of this very content"},
      {"bytes=99-99", "\"another\"", 200, 0, 100, "", "of another content"},
      {"bytes=99-99", "W/\"" HASH "\"", 200, 0, 100, "", "a weak tag proves no bytes"},
      {"bytes=100-", NULL, 416, 0, 0, "bytes */100", "behind the end"},
      {"bytes=-0", NULL, 416, 0, 0, "bytes */100", "none of it"},
      {"bytes=9-0", NULL, 200, 0, 100, "", "backwards"},
      {"bytes=-", NULL, 200, 0, 100, "", "no number"},
      {"bytes=0-1,5-6", NULL, 200, 0, 100, "", "several"},
      {"bytes=0-1x", NULL, 200, 0, 100, "", "junk"},
      {"bytes=+0-1", NULL, 200, 0, 100, "", "a sign"},
      {"bytes=99999999999999999999-", NULL, 200, 0, 100, "", "no 64 bits"},
      {"lines=0-1", NULL, 200, 0, 100, "", "another unit"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct header headers[] = {{"range", cases[i].range}, {"if-range", cases[i].if_range}};
    struct request *request = answered(headers, cases[i].if_range == NULL ? 1 : 2, 100, "a.pdf");
    const struct reply *reply = &request->reply;
    bool is_right =
        reply->status == cases[i].status && reply->has_file == (cases[i].status != 416) &&
        (!reply->has_file || (reply->file_offset == cases[i].offset && reply->file_size == cases[i].size)) &&
        strcmp(header_of(request, "Content-Range"), cases[i].content_range) == 0;
    if (!is_right)
      fail_msg("%s (%s): %d, %lld bytes from %lld", cases[i].range, cases[i].why, reply->status,
               (long long)reply->file_size, (long long)reply->file_offset);
    request_free(request);
  }
}

static void a_head_has_the_length_of_all_of_it(void **state) {
  (void)state;
  const struct header range = {"range", "bytes=0-9"};
  struct request *request = request_new(&http, arena_new());
  request->headers = &range;
  request->header_count = 1;
  request->is_head = true;
  const struct download download = {memfd_create("download", MFD_CLOEXEC), 100, HASH, "application/pdf", "a.pdf"};
  assert_int_equal(ERR_OK, download_reply(request, &download));
  assert_int_equal(200, request->reply.status);
  assert_int_equal(100, request->reply.file_size);
  request_free(request);
}

static void who_has_it_already_gets_no_byte(void **state) {
  (void)state;
  const struct header known = {"if-none-match", "\"x\", \"" HASH "\""}, other = {"if-none-match", "\"x\""};
  struct request *request = answered(&known, 1, 100, "a.pdf");
  assert_int_equal(304, request->reply.status);
  assert_false(request->reply.has_file);
  assert_string_equal("\"" HASH "\"", header_of(request, "ETag"));
  request_free(request);
  request = answered(&other, 1, 100, "a.pdf");
  assert_int_equal(200, request->reply.status);
  request_free(request);
}

static void any_name_is_safe_in_the_header(void **state) {
  (void)state;
  static const struct {
    const char *name;
    const char *header;
  } cases[] = {
      {"report 1.pdf", "attachment; filename=\"report 1.pdf\"; filename*=UTF-8''report%201.pdf"},
      {"a\"; x=\"b.pdf", "attachment; filename=\"a__ x__b.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22b.pdf"},
      {"100%'.pdf", "attachment; filename=\"100__.pdf\"; filename*=UTF-8''100%25%27.pdf"},
      {"\xC3\xBC\xE2\x82\xAC.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%C3%BC%E2%82%AC.pdf"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct request *request = answered(NULL, 0, 100, cases[i].name);
    assert_string_equal(cases[i].header, header_of(request, "Content-Disposition"));
    request_free(request);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_range_gives_that_part_and_what_is_no_range_gives_all),
      cmocka_unit_test(a_head_has_the_length_of_all_of_it),
      cmocka_unit_test(who_has_it_already_gets_no_byte),
      cmocka_unit_test(any_name_is_safe_in_the_header),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
