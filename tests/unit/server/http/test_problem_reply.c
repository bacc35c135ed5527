// SPDX-License-Identifier: AGPL-3.0-or-later
// Which refusals the heartbeat hears of: changes that the server could not take.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "server/http/upload.h"
#include "tests/unit/server/http/dispatch_house.h"

static const struct route row = {.path = "/notes", .kind = ROUTE_WRITE};

static void ignore_line(enum log_level level, const char *line, void *context) {
  (void)level;
  (void)line;
  (void)context;
}

static uint64_t refused(struct work *work) {
  struct work_figures figures;
  work_figures(work, &figures);
  return figures.refused;
}

static void a_change_that_the_server_could_not_take_is_counted_and_nothing_else_is(void **state) {
  (void)state;
  const struct {
    enum method method;
    enum err err;
    enum problem_code code; // NONE: without words
    bool is_of_no_course;
    bool is_own_limit;
    uint64_t count;
    const char *why;
  } cases[] = {
      {METHOD_POST, ERR_UNAVAILABLE, PROBLEM_NONE, false, false, 1, "the store failed"},
      {METHOD_POST, ERR_UNAVAILABLE, PROBLEM_STORE_UNAVAILABLE, false, false, 1, "no room for a file"},
      {METHOD_PATCH, ERR_UNAVAILABLE, PROBLEM_BUSY, false, false, 1, "a queue is full"},
      {METHOD_DELETE, ERR_UNAVAILABLE, PROBLEM_BUSY, false, false, 1, "a queue is full"},
      {METHOD_POST, ERR_UNAVAILABLE, PROBLEM_BUSY, false, true, 0, "too many uploads of one's own"},
      {METHOD_GET, ERR_UNAVAILABLE, PROBLEM_BUSY, false, false, 0, "a reader"},
      {METHOD_GET, ERR_UNAVAILABLE, PROBLEM_NONE, false, false, 0, "a reader, and the store failed"},
      {METHOD_POST, ERR_UNAVAILABLE, PROBLEM_SHUTTING_DOWN, false, false, 0, "the next start notes it"},
      {METHOD_POST, ERR_UNAVAILABLE, PROBLEM_BACKUP_FAILED, false, false, 0, "what failed changes nothing"},
      {METHOD_POST, ERR_UNAVAILABLE, PROBLEM_STORE_UNAVAILABLE, true, false, 0, "of no course: anybody's"},
      {METHOD_POST, ERR_UNAVAILABLE, PROBLEM_BUSY, true, false, 0, "sign-ins that fill a queue"},
      {METHOD_POST, ERR_THROTTLED, PROBLEM_NONE, false, false, 0, "429"},
      {METHOD_POST, ERR_TOO_LARGE, PROBLEM_NONE, false, false, 0, "413"},
      {METHOD_POST, ERR_CONFLICT, PROBLEM_CONFLICT, false, false, 0, "409"},
      {METHOD_POST, ERR_INTERNAL, PROBLEM_NONE, false, false, 0, "500"},
  };
  char folder[] = "/tmp/test_problem_reply_XXXXXX";
  assert_non_null(mkdtemp(folder));
  struct arena *arena = arena_new();
  struct http http = {0};
  struct house house;
  set_up_house(&http, arena, &house, folder);
  log_set_capture(ignore_line, NULL);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct request *request = request_new(&http, arena_new());
    struct upload upload = {.is_own_limit = cases[i].is_own_limit};
    request->method = cases[i].method;
    request->route = &row;
    request->course = cases[i].is_of_no_course ? NULL : &row;
    request->upload = cases[i].is_own_limit ? &upload : NULL;
    if (cases[i].code != PROBLEM_NONE)
      assert_int_equal(cases[i].err, problem_raise(&request->problem, cases[i].code, "Words."));
    uint64_t before = refused(house.work);
    http_refuse(request, cases[i].err);
    http_refuse(request, cases[i].err); // as when its batch is lost after that
    if (refused(house.work) - before != cases[i].count)
      fail_msg("%s", cases[i].why);
    request_free(request);
  }
  log_set_capture(NULL, NULL);
  tear_down_house(arena, &house, folder);
  arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_change_that_the_server_could_not_take_is_counted_and_nothing_else_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
