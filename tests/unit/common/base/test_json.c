// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/json.h"

struct fixture {
  struct arena *arena;
  struct json json;
};

static int setup(void **state) {
  static struct fixture fixture;
  fixture.arena = arena_new();
  json_init(&fixture.json, fixture.arena);
  *state = &fixture;
  return 0;
}

static int teardown(void **state) {
  struct fixture *fixture = *state;
  arena_free(fixture->arena);
  return 0;
}

static struct json *begin(void **state) {
  struct fixture *fixture = *state;
  json_init(&fixture->json, fixture->arena);
  return &fixture->json;
}

static void every_kind_of_value_is_written(void **state) {
  struct json *json = begin(state);
  json_begin_object(json);
  json_text(json, "name", "Ada");
  json_text(json, "none", NULL);
  json_int(json, "size", 4);
  json_flag(json, "open", true);
  json_flag(json, "full", false);
  json_int_or_null(json, "team", 0);
  json_int_or_null(json, "contact", -3);
  json_instant(json, "due", 1694476740);
  json_instant_or_null(json, "opens", 0);
  json_instant_or_null(json, "closes", 1);
  json_decimal(json, "weight", 250);
  json_end(json);
  assert_string_equal(
      json_get(json),
      "{\"name\":\"Ada\",\"none\":null,\"size\":4,\"open\":true,\"full\":false,\"team\":null,\"contact\":-3,"
      "\"due\":\"2023-09-11T23:59:00Z\",\"opens\":null,\"closes\":\"1970-01-01T00:00:01Z\","
      "\"weight\":2.5}");
  assert_int_equal(json->text.size, strlen(json_get(json)));
}

static void scopes_nest_and_commas_stand_between_only(void **state) {
  struct json *json = begin(state);
  json_begin_array(json);
  json_begin_object(json);
  json_end(json);
  json_begin_array(json);
  json_int(json, NULL, 1);
  json_int(json, NULL, 2);
  json_end(json);
  json_begin_object(json);
  json_array_in(json, "a");
  json_text(json, NULL, "x");
  json_end(json);
  json_object_in(json, "o");
  json_int(json, "n", 0);
  json_end(json);
  json_end(json);
  json_end(json);
  assert_string_equal(json_get(json), "[{},[1,2],{\"a\":[\"x\"],\"o\":{\"n\":0}}]");
}

static void scopes_nest_to_the_depth_that_is_promised(void **state) {
  struct json *json = begin(state);
  for (int i = 0; i < JSON_DEPTH_MAX; i++)
    json_begin_array(json);
  for (int i = 0; i < JSON_DEPTH_MAX; i++)
    json_end(json);
  assert_int_equal(json->text.size, 2 * JSON_DEPTH_MAX);
}

static void texts_are_escaped(void **state) {
  static const struct {
    const char *value, *expected, *why;
  } cases[] = {
      {"", "\"\"", "an empty text"},
      {"\"", "\"\\\"\"", "a quote ends a string"},
      {"\\", "\"\\\\\"", "a backslash begins an escape"},
      {"a/b", "\"a/b\"", "a slash needs none"},
      {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"", "the short ones"},
      {"\x01\x0B\x1F\x7F", "\"\\u0001\\u000b\\u001f\x7F\"", "controls; DEL is none to RFC 8259"},
      {"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"", "UTF-8 as it is"},
      {"\xE2\x80\xA8", "\"\xE2\x80\xA8\"", "U+2028 is allowed in JSON"},
      {"x\xC3", "\"x\xEF\xBF\xBD\"", "a cut character would swallow the quote"},
      {"\xC3\"\xA9", "\"\xEF\xBF\xBD\\\"\xEF\xBF\xBD\"", "a cut character before a quote"},
      {"\xC3\xA9\xFF\xE2\x82\xAC", "\"\xC3\xA9\xEF\xBF\xBD\xE2\x82\xAC\"", "only what is broken is replaced"},
      {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"", "a surrogate is not UTF-8"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct json *json = begin(state);
    json_text(json, NULL, cases[i].value);
    if (strcmp(json_get(json), cases[i].expected) != 0)
      fail_msg("%s: %s", cases[i].why, json_get(json));
    json = begin(state);
    json_begin_object(json);
    json_int(json, cases[i].value, 1);
    json_end(json);
    if (strncmp(json_get(json) + 1, cases[i].expected, strlen(cases[i].expected)) != 0)
      fail_msg("%s, in a name: %s", cases[i].why, json_get(json));
  }
}

static void long_texts_of_nothing_but_escapes_fit(void **state) {
  for (size_t size = 30; size < 600; size += 7) { // across the capacities at which the buffer grows
    char value[600], high[600];
    memset(value, 1, size);
    memset(high, 0xFF, size);
    value[size] = high[size] = '\0';
    struct json *json = begin(state);
    json_begin_array(json);
    json_text(json, NULL, value);
    json_text(json, NULL, high);
    json_end(json);
    assert_int_equal(json->text.size, 6 * size + 3 * size + 7);
    assert_int_equal(strlen(json_get(json)), json->text.size);
  }
}

static void numbers_are_written_to_their_limits(void **state) {
  static const struct {
    int64_t value;
    const char *whole, *decimal;
  } cases[] = {
      {0, "0", "0"},
      {-1, "-1", "-0.01"},
      {7, "7", "0.07"},
      {50, "50", "0.5"},
      {99, "99", "0.99"},
      {100, "100", "1"},
      {-250, "-250", "-2.5"},
      {1205, "1205", "12.05"},
      {INT64_MAX, "9223372036854775807", "92233720368547758.07"},
      {INT64_MIN, "-9223372036854775808", "-92233720368547758.08"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct json *json = begin(state);
    json_int(json, NULL, cases[i].value);
    assert_string_equal(json_get(json), cases[i].whole);
    json = begin(state);
    json_decimal(json, NULL, cases[i].value);
    assert_string_equal(json_get(json), cases[i].decimal);
  }
}

#ifndef NDEBUG
static void a_value_without_a_name_in_an_object(struct json *json) {
  json_begin_object(json);
  json_int(json, NULL, 1);
}

static void a_name_in_an_array(struct json *json) {
  json_begin_array(json);
  json_int(json, "n", 1);
}

static void a_second_root(struct json *json) {
  json_none(json, NULL);
  json_none(json, NULL);
}

static void an_unclosed_scope(struct json *json) {
  json_begin_object(json);
  json_get(json);
}

static void an_end_too_many(struct json *json) {
  json_begin_object(json);
  json_end(json);
  json_end(json);
}

static void a_scope_too_deep(struct json *json) {
  for (int i = 0; i <= JSON_DEPTH_MAX; i++)
    json_begin_array(json);
}

static void misuse_aborts(void **state) {
  static void (*const misuses[])(struct json *) = {
      a_value_without_a_name_in_an_object,
      a_name_in_an_array,
      a_second_root,
      an_unclosed_scope,
      an_end_too_many,
      a_scope_too_deep,
  };
  for (size_t i = 0; i < sizeof misuses / sizeof misuses[0]; i++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      signal(SIGABRT, SIG_DFL); // cmocka's handler would report a failed test
      close(STDERR_FILENO);
      misuses[i](begin(state));
      _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
      fail_msg("misuse %zu passed", i);
  }
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_kind_of_value_is_written, setup, teardown),
      cmocka_unit_test_setup_teardown(scopes_nest_and_commas_stand_between_only, setup, teardown),
      cmocka_unit_test_setup_teardown(scopes_nest_to_the_depth_that_is_promised, setup, teardown),
      cmocka_unit_test_setup_teardown(texts_are_escaped, setup, teardown),
      cmocka_unit_test_setup_teardown(long_texts_of_nothing_but_escapes_fit, setup, teardown),
#ifndef NDEBUG
      cmocka_unit_test_setup_teardown(misuse_aborts, setup, teardown),
#endif
      cmocka_unit_test_setup_teardown(numbers_are_written_to_their_limits, setup, teardown),
  };
  return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
