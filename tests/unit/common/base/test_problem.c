// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/problem.h"

static void raising_sets_code_and_words_and_says_which_err(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  assert_int_equal(problem_raise(&problem, PROBLEM_LAB_FULL, "all %d seats are taken", 20), ERR_CONFLICT);
  assert_int_equal(problem.code, PROBLEM_LAB_FULL);
  assert_string_equal(problem.detail, "all 20 seats are taken");
  problem_clear(&problem);
  assert_int_equal(problem.code, PROBLEM_NONE);
  assert_null(problem.detail);
  assert_ptr_equal(problem.arena, arena);
}

static void field_errors_are_collected_in_order(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  char path[] = "skills[2].level";
  assert_int_equal(problem_field(&problem, path, "must be %d to %d", 0, 4), ERR_INVALID);
  path[7] = '9'; // the caller's text may change afterwards
  assert_int_equal(problem_field(&problem, "", "unknown field \"%s\"", "x"), ERR_INVALID);
  assert_int_equal(problem.code, PROBLEM_INVALID_FIELDS);
  assert_int_equal(problem.error_count, 2);
  assert_string_equal(problem.errors[0].field, "skills[2].level");
  assert_string_equal(problem.errors[0].message, "must be 0 to 4");
  assert_string_equal(problem.errors[1].message, "unknown field \"x\"");
}

static void a_code_that_is_set_stays_when_fields_are_added(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  assert_int_equal(problem_raise(&problem, PROBLEM_INVALID_CSV, "see the rows"), ERR_INVALID);
  assert_int_equal(problem_field(&problem, "row 3", "no e-mail"), ERR_INVALID);
  assert_int_equal(problem.code, PROBLEM_INVALID_CSV);
}

static void at_most_fifty_field_errors_are_kept(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  for (int i = 0; i < 60; i++)
    assert_int_equal(problem_field(&problem, "row", "error %d", i), ERR_INVALID);
  assert_int_equal(problem.error_count, 50);
  assert_string_equal(problem.errors[0].message, "error 0");
  assert_string_equal(problem.errors[49].message, "error 49");
}

static void every_code_is_a_whole_and_unique_row(void **state) {
  (void)state;
  for (int i = 0; i < PROBLEM_COUNT; i++) {
    const char *code = problem_code_text((enum problem_code)i);
    assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz_"), strlen(code));
    assert_true(strlen(problem_title((enum problem_code)i)) > 0);
    assert_true((i == PROBLEM_NONE) == (problem_err((enum problem_code)i) == ERR_OK));
    for (int other = 0; other < i; other++)
      assert_string_not_equal(code, problem_code_text((enum problem_code)other));
  }
  assert_string_equal(problem_code_text(PROBLEM_IN_TEAM), "in_team");
  assert_int_equal(problem_err(PROBLEM_VERSION_CONFLICT), ERR_PRECONDITION);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(raising_sets_code_and_words_and_says_which_err),
      cmocka_unit_test(field_errors_are_collected_in_order),
      cmocka_unit_test(a_code_that_is_set_stays_when_fields_are_added),
      cmocka_unit_test(at_most_fifty_field_errors_are_kept),
      cmocka_unit_test(every_code_is_a_whole_and_unique_row),
  };
  return cmocka_run_group_tests_name("problem", tests, NULL, NULL);
}
