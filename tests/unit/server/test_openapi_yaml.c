// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/openapi_yaml.h"

static void texts_are_quoted_where_yaml_would_read_something_else(void **state) {
  (void)state;
  static const struct {
    const char *value;
    const char *written;
    const char *why;
  } cases[] = {
      {"team_full", "team_full", "a word"},
      {"application/json", "application/json", "a media type"},
      {"", "\"\"", "empty"},
      {"no", "\"no\"", "a flag of YAML 1.1"},
      {"Null", "\"Null\"", "nothing"},
      {"200", "\"200\"", "a number"},
      {"2023-09-11", "\"2023-09-11\"", "a date"},
      {"a: b", "\"a: b\"", "a map"},
      {"#a", "\"#a\"", "a comment"},
      {"say \"no\" \\ yes", "\"say \\\"no\\\" \\\\ yes\"", "quotes and a backslash"},
      {"a\nb\tc", "\"a\\nb\\x09c\"", "control characters"},
      {"über", "\"über\"", "UTF-8 as it is"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct text text;
    text_init(&text, arena);
    struct yaml yaml = {.out = &text};
    yaml_text(&yaml, "k", cases[i].value);
    if (!text_equal(text_get(&text), arena_format(arena, "k: %s\n", cases[i].written)))
      fail_msg("%s: %s", cases[i].why, text_get(&text));
  }
}

static void maps_and_lists_stand_in_each_other(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct text text;
  text_init(&text, arena);
  struct yaml yaml = {.out = &text};
  static const char *const words[] = {"a", "b c"};
  yaml_open(&yaml, "list");
  yaml_item(&yaml);
  yaml_int(&yaml, "one", 1);
  yaml_open(&yaml, "inner");
  yaml_flag(&yaml, "yes", true);
  yaml_close(&yaml);
  yaml_close(&yaml);
  yaml_item(&yaml);
  yaml_texts(&yaml, "enum", words, 2, true);
  yaml_close(&yaml);
  yaml_text_item(&yaml, "plain");
  yaml_close(&yaml);
  yaml_empty(&yaml, "none", "{}");
  assert_string_equal(text_get(&text), "list:\n"
                                       "  - one: 1\n"
                                       "    inner:\n"
                                       "      \"yes\": true\n"
                                       "  - enum: [a, \"b c\", null]\n"
                                       "  - plain\n"
                                       "none: {}\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_are_quoted_where_yaml_would_read_something_else),
      cmocka_unit_test(maps_and_lists_stand_in_each_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
