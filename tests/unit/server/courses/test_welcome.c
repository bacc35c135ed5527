// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/welcome.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "tests/support/app_fixture.h"

#define NOW "2023-08-22T14:00:00Z"
#define WELCOME SAMPLE "/welcome"

static int setup(void **state) {
  *state = fixture_new(SAMPLE_COURSE, NOW);
  return 0;
}

static int teardown(void **state) {
  fixture_check(*state);
  fixture_free(*state);
  return 0;
}

static void a_dry_run_shows_the_mail_and_who_gets_it_and_sends_nothing(void **state) {
  struct fixture *f = *state;
  int64_t ines = fixture_person(f, "Ines", ROLE_INSTRUCTOR);
  int64_t ada = fixture_student(f, "Ada");
  fixture_student(f, "Bob");
  const char *before = fixture_dump(f);
  fixture_call(f, ines, METHOD_POST, NULL, WELCOME "?dry_run=true");
  fixture_expect(f, 200);
  assert_int_equal(2, fixture_int(f, "recipients"));
  assert_int_equal(ada, fixture_int(f, "people.0.person"));
  assert_string_equal("not being sent", fixture_text(f, "mail"));
  assert_non_null(strstr(fixture_text(f, "subject"), "Welcome to "));
  assert_non_null(strstr(fixture_text(f, "words"), "NAME"));
  assert_string_equal(before, fixture_dump(f));
}

static void everybody_is_welcomed_once(void **state) {
  struct fixture *f = *state;
  int64_t ines = fixture_person(f, "Ines", ROLE_INSTRUCTOR);
  int64_t ada = fixture_student(f, "Ada");
  int64_t tom = fixture_person(f, "Tom", ROLE_STAFF);
  fixture_call(f, ines, METHOD_POST, NULL, WELCOME);
  fixture_expect(f, 200);
  assert_int_equal(2, fixture_int(f, "recipients"));
  assert_int_equal(1, fixture_messages(f, ada, "welcome"));
  assert_int_equal(1, fixture_messages(f, tom, "welcome"));
  assert_int_equal(0, fixture_messages(f, ines, ""));
  const char *words = fixture_last_words(f, ada);
  assert_non_null(strstr(words, "Hello Ada"));
  assert_non_null(strstr(words, "ada@example.edu"));
  assert_non_null(strstr(words, "info card, by"));
  assert_null(strstr(fixture_last_words(f, tom), "info card, by"));

  const char *before = fixture_dump(f);
  fixture_call(f, ines, METHOD_POST, NULL, WELCOME);
  assert_int_equal(0, fixture_int(f, "recipients"));
  assert_int_equal(2, fixture_int(f, "already_welcomed"));
  assert_string_equal(before, fixture_dump(f));

  int64_t late = fixture_student(f, "Late");
  fixture_call(f, ines, METHOD_POST, NULL, WELCOME);
  assert_int_equal(1, fixture_int(f, "recipients"));
  assert_int_equal(1, fixture_messages(f, late, "welcome"));
  assert_int_equal(1, fixture_messages(f, ada, "welcome"));
}

static void whoever_has_left_or_may_not_sign_in_is_not_welcomed(void **state) {
  struct fixture *f = *state;
  int64_t ines = fixture_person(f, "Ines", ROLE_INSTRUCTOR);
  int64_t gone = fixture_student(f, "Gone"), barred = fixture_student(f, "Barred");
  fixture_drop(f, gone);
  fixture_call(f, -1, METHOD_PATCH, "{\"disabled\":true}", "/api/v1/accounts/%lld", (long long)barred);
  fixture_expect(f, 200);
  fixture_call(f, ines, METHOD_POST, NULL, WELCOME);
  assert_int_equal(0, fixture_int(f, "recipients"));
}

static void students_of_a_draft_are_welcomed_once_it_runs(void **state) {
  struct fixture *f = *state;
  int64_t ines = fixture_person(f, "Ines", ROLE_INSTRUCTOR);
  fixture_call(f, ines, METHOD_PATCH, "{\"state\":\"draft\"}", SAMPLE);
  fixture_expect(f, 200);
  int64_t ada = fixture_student(f, "Ada"), tom = fixture_person(f, "Tom", ROLE_STAFF);
  fixture_call(f, ines, METHOD_POST, NULL, WELCOME);
  fixture_expect(f, 200);
  assert_int_equal(1, fixture_int(f, "recipients"));
  assert_int_equal(1, fixture_messages(f, tom, "welcome"));
  assert_int_equal(0, fixture_messages(f, ada, ""));
  fixture_call(f, ines, METHOD_PATCH, "{\"state\":\"running\"}", SAMPLE);
  fixture_expect(f, 200);
  fixture_call(f, ines, METHOD_POST, NULL, WELCOME);
  assert_int_equal(1, fixture_int(f, "recipients"));
  assert_int_equal(1, fixture_messages(f, ada, "welcome"));
}

static void only_an_instructor_sends_it(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada"), tom = fixture_person(f, "Tom", ROLE_STAFF);
  const char *before = fixture_dump(f);
  static const int statuses[] = {401, 403, 403};
  const int64_t people[] = {0, ada, tom};
  for (size_t i = 0; i < 3; i++) {
    fixture_call(f, people[i], METHOD_POST, NULL, WELCOME "?dry_run=true");
    fixture_expect(f, statuses[i]);
  }
  assert_string_equal(before, fixture_dump(f));
}

static void staff_are_told_that_mail_is_not_being_sent_and_students_are_not(void **state) {
  struct fixture *f = *state;
  int64_t ada = fixture_student(f, "Ada"), tom = fixture_person(f, "Tom", ROLE_STAFF);
  fixture_call(f, tom, METHOD_GET, NULL, SAMPLE);
  assert_string_equal("not being sent", fixture_text(f, "mail"));
  fixture_call(f, ada, METHOD_GET, NULL, SAMPLE);
  fixture_expect(f, 200);
  assert_null(fixture_json(f, "mail"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_dry_run_shows_the_mail_and_who_gets_it_and_sends_nothing),
      TEST(everybody_is_welcomed_once),
      TEST(whoever_has_left_or_may_not_sign_in_is_not_welcomed),
      TEST(students_of_a_draft_are_welcomed_once_it_runs),
      TEST(only_an_instructor_sends_it),
      TEST(staff_are_told_that_mail_is_not_being_sent_and_students_are_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
