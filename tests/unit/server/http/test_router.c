// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/http/answer.h"
#include "server/http/router.h"
#include "server/http/shape.h"
#include "server/http/system_routes.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static enum err handle(struct request *request) {
  reply_no_content(request);
  return ERR_OK;
}

static enum err let_in(struct request *request) {
  (void)request;
  return ERR_OK;
}

static enum err identify(struct request *request, bool is_writing) {
  (void)is_writing;
  return let_in(request);
}

#define READ(path)                                                                                                     \
  { METHOD_GET, path, ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 204, NULL, "read" }
#define WRITE(method, path)                                                                                            \
  { method, path, ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, NULL, 204, NULL, "write" }

static const struct route rows[] = {
    READ("/me"),
    READ("/courses"),
    READ("/courses/{course}"),
    READ("/courses/{course}/teams"),
    WRITE(METHOD_POST, "/courses/{course}/teams"),
    READ("/courses/{course}/teams/{team}"),
    WRITE(METHOD_PATCH, "/courses/{course}/teams/{team}"),
    WRITE(METHOD_DELETE, "/courses/{course}/teams/{team}"),
    WRITE(METHOD_POST, "/courses/{course}/teams/{id}/registration"),
    WRITE(METHOD_DELETE, "/courses/{course}/teams/{team}/members/{person}"),
    WRITE(METHOD_PUT, "/courses/{course}/labs/seat"),
    READ("/courses/{course}/labs/{lab}"),
    READ("/courses/{course}/labs/{lab}/notes"),
    READ("/mail/{id}/draft"),
    READ("/{course}/{id}/sent"),
};
static const struct route_table tables[] = {{"test", rows, COUNT(rows)}};

struct match_case {
  enum method method;
  const char *path;
  enum err err;
  const char *row; // or what Allow lists
  const char *why;
};

static const struct match_case match_cases[] = {
    {METHOD_GET, "/api/v1/me", ERR_OK, "/me", "one literal segment"},
    {METHOD_GET, "/healthz", ERR_OK, "//healthz", "a row of the root"},
    {METHOD_GET, "/api/v1/healthz", ERR_NOT_FOUND, "", "the root's rows are not below the API"},
    {METHOD_GET, "/me", ERR_NOT_FOUND, "", "the API's rows are not at the root"},
    {METHOD_GET, "/", ERR_NOT_FOUND, "", "nothing at the root itself"},
    {METHOD_GET, "", ERR_NOT_FOUND, "", "no path"},
    {METHOD_GET, "*", ERR_NOT_FOUND, "", "no path but a star"},
    {METHOD_GET, "/api/v1", ERR_NOT_FOUND, "", "an inner node has no rows"},
    {METHOD_GET, "/api/v1/me/", ERR_NOT_FOUND, "", "a slash at the end is another path"},
    {METHOD_GET, "/api/v1//me", ERR_NOT_FOUND, "", "an empty segment"},
    {METHOD_GET, "/api/v1/courses//teams", ERR_NOT_FOUND, "", "an empty parameter"},
    {METHOD_GET, "/api/v1/ME", ERR_NOT_FOUND, "", "paths have one spelling"},
    {METHOD_GET, "/api/v1/courses/smr", ERR_OK, "/courses/{course}", "a text parameter"},
    {METHOD_PATCH, "/api/v1/courses/smr/teams/12", ERR_OK, "/courses/{course}/teams/{team}", "two parameters"},
    {METHOD_POST, "/api/v1/courses/smr/teams/12/registration", ERR_OK, "/courses/{course}/teams/{id}/registration",
     "another name for the parameter of a shared place"},
    {METHOD_GET, "/api/v1/courses/smr/teams/0", ERR_NOT_FOUND, "", "ids begin at 1"},
    {METHOD_GET, "/api/v1/courses/smr/teams/-1", ERR_NOT_FOUND, "", "ids have no sign"},
    {METHOD_GET, "/api/v1/courses/smr/teams/012", ERR_NOT_FOUND, "", "ids have one spelling"},
    {METHOD_GET, "/api/v1/courses/smr/teams/12x", ERR_NOT_FOUND, "", "ids are numbers"},
    {METHOD_GET, "/api/v1/courses/smr/teams/9223372036854775808", ERR_NOT_FOUND, "", "ids fit 63 bits"},
    {METHOD_PUT, "/api/v1/courses/smr/teams/abc", ERR_NOT_FOUND, "", "no such path comes before no such method"},
    {METHOD_PUT, "/api/v1/courses/smr/teams/12", ERR_METHOD, "GET, HEAD, PATCH, DELETE",
     "Allow lists the path's methods"},
    {METHOD_GET, "/api/v1/courses/smr/teams/12/registration", ERR_METHOD, "POST", "HEAD comes with GET only"},
    {METHOD_PUT, "/api/v1/courses/smr/labs/seat", ERR_OK, "/courses/{course}/labs/seat",
     "a literal before a parameter"},
    {METHOD_GET, "/api/v1/courses/smr/labs/3", ERR_OK, "/courses/{course}/labs/{lab}",
     "the parameter beside a literal"},
    {METHOD_GET, "/api/v1/courses/smr/labs/seat/notes", ERR_NOT_FOUND, "", "the way back ends at a bad id"},
    {METHOD_GET, "/api/v1/mail/5/sent", ERR_OK, "/{course}/{id}/sent", "the way back gives up what it took"},
    {METHOD_GET, "/api/v1/courses/a%2Fb", ERR_NOT_FOUND, "", "an escaped slash names nothing"},
    {METHOD_GET, "/api/v1/courses/a%0Ab", ERR_NOT_FOUND, "", "nor does an escaped control character"},
    {METHOD_GET, "/api/v1/courses/a%00b", ERR_NOT_FOUND, "", "nor NUL"},
    {METHOD_GET, "/api/v1/courses/a%4", ERR_NOT_FOUND, "", "a cut escape"},
    {METHOD_GET, "/api/v1/courses/%ff", ERR_NOT_FOUND, "", "an escape that is not UTF-8"},
    {METHOD_GET, "/api/v1/courses/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", ERR_NOT_FOUND, "", "deeper than any row"},
};

static struct request *request_at(struct http *http, enum method method, const char *path) {
  struct request *request = request_new(http, arena_new());
  request->method = method;
  request->path = path;
  return request;
}

static struct http test_http(void) { return (struct http){.tables = tables, .table_count = COUNT(tables)}; }

static void check_match(struct http *http, const struct match_case *row) {
  struct request *request = request_at(http, row->method, row->path);
  char allow[ROUTER_METHODS_TEXT_BYTES] = "";
  enum err err = router_match(request, allow);
  const char *found = err == ERR_OK ? request->route->path : allow;
  if (err != row->err || strcmp(found, row->row) != 0)
    fail_msg("%s: %s gave %s \"%s\"", row->why, row->path, err_name(err), found);
  request_free(request);
}

static void a_path_finds_its_row_or_says_why_not(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct route_table both[] = {tables[0], system_routes};
  struct http http = {.tables = both, .table_count = COUNT(both)};
  for (size_t i = 0; i < COUNT(match_cases); i++)
    check_match(&http, &match_cases[i]);
  http.router = router_new(arena, both, COUNT(both));
  for (size_t i = 0; i < COUNT(match_cases); i++)
    check_match(&http, &match_cases[i]);
}

static void parameters_carry_the_names_of_the_row(void **state) {
  (void)state;
  struct http http = test_http();
  char allow[ROUTER_METHODS_TEXT_BYTES];
  struct request *request =
      request_at(&http, METHOD_DELETE, "/api/v1/courses/smr%2d1/teams/7/members/9223372036854775807");
  assert_int_equal(router_match(request, allow), ERR_OK);
  assert_string_equal(request_text(request, "course"), "smr-1");
  assert_int_equal(request_id(request, "team"), 7);
  assert_true(request_id(request, "person") == INT64_MAX);
  request_free(request);
  request = request_at(&http, METHOD_POST, "/api/v1/courses/smr/teams/8/registration");
  assert_int_equal(router_match(request, allow), ERR_OK);
  assert_int_equal(request_id(request, "id"), 8);
  request_free(request);
}

struct stray {
  const char *name;
};

static const struct field outside[] = {
    {"name", SHAPE_TEXT, REQUIRED, 10, sizeof(struct stray), NO_PRESENT, NULL, NULL, "x"}};
static const struct field doubled[] = {{"name", SHAPE_TEXT, REQUIRED, 10, 0, NO_PRESENT, NULL, NULL, "x"},
                                       {"name", SHAPE_TEXT, REQUIRED, 10, 8, NO_PRESENT, NULL, NULL, "x"}};
static const struct field upon[] = {{"a", SHAPE_TEXT, REQUIRED, 10, 0, NO_PRESENT, NULL, NULL, "x"},
                                    {"b", SHAPE_FLAG, REQUIRED, 0, 4, NO_PRESENT, NULL, NULL, "x"}};
static const struct field secret[] = {{"a", SHAPE_SECRET, REQUIRED, 10, 0, NO_PRESENT, NULL, NULL, "x"}};
static const struct field unchosen[] = {{"a", SHAPE_CHOICE, REQUIRED, 0, 0, NO_PRESENT, NULL, NULL, "x"}};
static const struct shape outside_shape = {"Outside", MEDIA_JSON, 100, sizeof(struct stray), outside, 1};
static const struct shape doubled_shape = {"Doubled", MEDIA_JSON, 100, 16, doubled, 2};
static const struct shape upon_shape = {"Upon", MEDIA_JSON, 100, 16, upon, 2};
static const struct shape secret_shape = {"Secret", MEDIA_JSON, 100, 16, secret, 1};
static const struct shape unchosen_shape = {"Unchosen", MEDIA_JSON, 100, 16, unchosen, 1};
static const struct shape endless_shape = {"Endless", MEDIA_JSON, 0, 16, secret, 1};

static const struct answer_field answer_fields[] = {
    {"a", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_CALLER, NULL, NULL, "s"},
};
static const struct answer_field careless_fields[] = {
    {"a", ANSWER_TEXT, ANSWER_ALWAYS, AUDIENCE_UNSET, NULL, NULL, "s"},
};
static const struct answer answer = {"Same", NULL, false, answer_fields, 1};
static const struct answer namesake = {"Same", NULL, false, answer_fields, 1};
static const struct answer careless = {"Careless", NULL, false, careless_fields, 1};

struct table_case {
  struct route rows[2];
  size_t count;
  const char *why;
};

static const struct table_case bad_tables[] = {
    {{{METHOD_GET, "/a", ACCESS_UNSET, ROUTE_READ, NULL, handle, NULL, NULL, 204, NULL, "s"}}, 1, "access forgotten"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, NULL, NULL, NULL, 204, NULL, "s"}},
     1,
     "a read without handler"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "a GET that writes"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "a POST that reads"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WRITE, handle, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "a write with prepare"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WORK, NULL, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "work without prepare"},
    {{{METHOD_POST, "a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, NULL, 204, NULL, "s"}}, 1, "no slash"},
    {{{METHOD_POST, "/a//b", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "an empty segment"},
    {{{METHOD_POST, "/{a}/{a}", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "a name twice"},
    {{{METHOD_POST, "/{a}/{b}/{c}/{d}/{e}", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "five parameters"},
    {{{METHOD_GET, "/teams", ACCESS_STAFF, ROUTE_READ, NULL, handle, NULL, NULL, 204, NULL, "s"}}, 1, "staff of what?"},
    {{{METHOD_GET, "/{course}", ACCESS_TEAM, ROUTE_READ, NULL, handle, NULL, NULL, 204, NULL, "s"}},
     1,
     "a member of what?"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 204, NULL, NULL}}, 1, "no summary"},
    {{READ("/a/{b}"), READ("/a/{c}")}, 2, "one path under two names"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, &outside_shape, 204, NULL, "s"}},
     1,
     "a field outside"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, &doubled_shape, 204, NULL, "s"}},
     1,
     "a field twice"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, &upon_shape, 204, NULL, "s"}},
     1,
     "fields that overlap"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, &unchosen_shape, 204, NULL, "s"}},
     1,
     "no choices"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, NULL, &endless_shape, 204, NULL, "s"}},
     1,
     "a body without cap"},
    {{{METHOD_POST, "/a", ACCESS_PUBLIC, ROUTE_WRITE, NULL, handle, &secret_shape, NULL, 204, NULL, "s"}},
     1,
     "a secret in the query"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 200, NULL, "s"}},
     1,
     "a 200 that answers nothing"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 204, &answer, "s"}},
     1,
     "a 204 that answers"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 302, &answer, "s"}},
     1,
     "a success that is none"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 200, &careless, "s"}},
     1,
     "an answer without audience"},
    {{{METHOD_GET, "/a", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 200, &answer, "s"},
      {METHOD_GET, "/b", ACCESS_PUBLIC, ROUTE_READ, NULL, handle, NULL, NULL, 200, &namesake, "s"}},
     2,
     "two answers of one name"},
};

static size_t lines_logged;

static void count_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
  lines_logged++;
}

static void tables_that_do_not_hold_are_refused_at_start(void **state) {
  (void)state;
  static const struct clock clock = {0};
  log_set_capture(count_line, NULL);
  for (size_t i = 0; i < COUNT(bad_tables); i++) {
    const struct route_table table = {"bad", bad_tables[i].rows, bad_tables[i].count};
    struct http http = {.tables = &table, .table_count = 1, .clock = &clock, .authenticate = identify, .admit = let_in};
    lines_logged = 0;
    if (http_check(&http) != ERR_INTERNAL || lines_logged != 1)
      fail_msg("%s: not refused with one line (%zu)", bad_tables[i].why, lines_logged);
  }
  lines_logged = 0;
  const struct route_table good[] = {tables[0], system_routes};
  struct http http = {.tables = good, .table_count = 2, .clock = &clock, .authenticate = identify, .admit = let_in};
  assert_int_equal(http_check(&http), ERR_OK);
  assert_int_equal(lines_logged, 0);
  http.admit = NULL;
  assert_int_equal(http_check(&http), ERR_INTERNAL);
  log_set_capture(NULL, NULL);
}

static void every_enumerator_has_its_word(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  for (int method = 0; method < METHOD_COUNT; method++)
    assert_non_null(method_text((enum method)method));
  for (int access = 0; access <= ACCESS_OPERATOR; access++)
    assert_non_null(access_text((enum access)access));
  assert_string_equal(route_kind_text(ROUTE_WORK), "work");
  assert_string_equal(route_full_path(arena, &rows[0]), "/api/v1/me");
  assert_string_equal(route_full_path(arena, &system_routes.rows[0]), "/healthz");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_finds_its_row_or_says_why_not),
      cmocka_unit_test(parameters_carry_the_names_of_the_row),
      cmocka_unit_test(tables_that_do_not_hold_are_refused_at_start),
      cmocka_unit_test(every_enumerator_has_its_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
