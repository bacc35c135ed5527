// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/course/course_values.h"

static void an_id_has_small_letters_digits_and_inner_dashes(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_valid;
    const char *why;
  } cases[] = {
      {"a", true, "one letter"},
      {"8803-smr", true, "a digit first"},
      {"", false, "empty"},
      {"-a", false, "a dash first"},
      {"Lab", false, "a capital"},
      {"lab_1", false, "an underscore"},
      {"caf\xC3\xA9", false, "not ASCII"},
      {"a23456789012345678901234567890123456789012345678901234567890abcd", true, "64 characters"},
      {"a23456789012345678901234567890123456789012345678901234567890abcde", false, "65 characters"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (value_id_is_valid(cases[i].text) != cases[i].is_valid)
      fail_msg("%s", cases[i].why);
}

static void a_span_is_one_number_and_one_unit(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_valid;
    struct span span;
    bool has_sign;
    const char *why;
  } cases[] = {
      {"-3d", true, {-3, 0}, true, "civil days before"},
      {"+1h", true, {0, 3600}, true, "an hour after"},
      {"72h", true, {0, 259200}, false, "hours stay exact, not days"},
      {"5m", true, {0, 300}, false, "minutes"},
      {"366d", true, {366, 0}, false, "the longest in days"},
      {"367d", false, {0, 0}, false, "too many days"},
      {"8785h", false, {0, 0}, false, "too many hours"},
      {"-", false, {0, 0}, false, "no number"},
      {"3", false, {0, 0}, false, "no unit"},
      {"3w", false, {0, 0}, false, "another unit"},
      {"3 d", false, {0, 0}, false, "a space"},
      {"1d12h", false, {0, 0}, false, "two units"},
      {"1.5h", false, {0, 0}, false, "a fraction"},
      {"+-3d", false, {0, 0}, false, "two signs"},
      {"9999999999999999999d", false, {0, 0}, false, "beyond any integer"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct span span = {0};
    bool has_sign = false;
    if (value_span(cases[i].text, &span, &has_sign) != cases[i].is_valid)
      fail_msg("%s", cases[i].why);
    if (span.days != cases[i].span.days || span.seconds != cases[i].span.seconds || has_sign != cases[i].has_sign)
      fail_msg("%s", cases[i].why);
  }
}

static void dates_exist_and_have_two_digits(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_valid;
    const char *why;
  } cases[] = {
      {"2023-09-11", true, "plain"},           {"2024-02-29", true, "a leap day"},
      {"2023-02-29", false, "no leap year"},   {"2100-02-29", false, "a century is none"},
      {"2000-02-29", true, "every fourth is"}, {"2023-9-11", false, "one digit"},
      {"2023-13-01", false, "month 13"},       {"2023-00-01", false, "month 0"},
      {"2023-04-31", false, "31 April"},       {"2023-04-00", false, "day 0"},
      {"1969-12-31", false, "before 1970"},    {"2023-09-11 ", false, "a space behind"},
      {"20230911", false, "no dashes"},        {"", false, "empty"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct day day;
    if (value_date(cases[i].text, &day) != cases[i].is_valid)
      fail_msg("%s", cases[i].why);
  }
}

static void wall_times_are_a_date_and_a_time_without_seconds(void **state) {
  (void)state;
  struct wall wall;
  assert_true(value_wall("2023-09-11 23:59", &wall));
  assert_int_equal(wall.year, 2023);
  assert_int_equal(wall.minute, 59);
  static const char *const wrong[] = {"2023-09-11",      "2023-09-11T23:59",  "2023-09-11 23:59:00",
                                      "2023-09-11 9:00", "2023-09-11  09:00", "23:59",
                                      "2023-09-11 23.59"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (value_wall(wrong[i], &wall))
      fail_msg("%s was taken", wrong[i]);
}

static void numbers_are_exact(void **state) {
  (void)state;
  int64_t value;
  assert_true(value_hundredths("2.5", &value) && value == 250);
  assert_true(value_hundredths("2.05", &value) && value == 205);
  assert_true(value_hundredths("100", &value) && value == 10000);
  assert_false(value_hundredths("2.", &value));
  assert_false(value_hundredths(".5", &value));
  assert_false(value_hundredths("-1", &value));
  assert_false(value_hundredths("1e1", &value));
  assert_false(value_hundredths("0.333", &value));
  assert_true(value_size("20MB", &value) && value == 20971520);
  assert_true(value_size("1KB", &value) && value == 1024);
  assert_false(value_size("20mb", &value));
  assert_false(value_size("20", &value));
  assert_false(value_size("MB", &value));
  int percent;
  assert_true(value_percent("20%", &percent) && percent == 20);
  assert_false(value_percent("20", &percent));
  assert_false(value_percent("0.2%", &percent));
}

static void values_are_told_as_they_are_written(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  assert_string_equal(hundredths_words(arena, 250), "2.5");
  assert_string_equal(hundredths_words(arena, 205), "2.05");
  assert_string_equal(hundredths_words(arena, 5500), "55");
  assert_string_equal(hundredths_words(arena, 0), "0");
  assert_string_equal(span_words(arena, (struct span){-3, 0}, true), "-3d");
  assert_string_equal(span_words(arena, (struct span){0, 3600}, true), "+1h");
  assert_string_equal(span_words(arena, (struct span){0, -5400}, true), "-90m");
  assert_string_equal(span_words(arena, (struct span){0, 86400}, false), "24h");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_id_has_small_letters_digits_and_inner_dashes),
      cmocka_unit_test(a_span_is_one_number_and_one_unit),
      cmocka_unit_test(dates_exist_and_have_two_digits),
      cmocka_unit_test(wall_times_are_a_date_and_a_time_without_seconds),
      cmocka_unit_test(numbers_are_exact),
      cmocka_unit_test(values_are_told_as_they_are_written),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
