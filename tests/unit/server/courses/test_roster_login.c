// SPDX-License-Identifier: AGPL-3.0-or-later
// The institution's logins, as a roster brings them.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "tests/support/app_fixture.h"

#define NOW "2023-09-05T14:00:00Z"
#define CANVAS "Student,ID,SIS User ID,SIS Login ID,Section\n"

static int setup(void **state) {
  *state = fixture_new(SAMPLE_COURSE, NOW);
  return 0;
}

static int teardown(void **state) {
  fixture_check(*state);
  fixture_free(*state);
  return 0;
}

static void import(struct fixture *f, const char *csv) {
  fixture_send(f, -1,
               &(struct local_call){.method = METHOD_POST,
                                    .target = SAMPLE "/roster?domain=example.edu&allow_drops=1000",
                                    .content_type = "text/csv",
                                    .body = csv});
}

// "-": none.
static const char *login_of(struct fixture *f, const char *address) {
  fixture_call(f, -1, METHOD_GET, NULL, "/api/v1/accounts?email=%s", address);
  const char *login = fixture_text(f, "accounts.0.login");
  return login == NULL ? "-" : login;
}

static void canvas_and_plain_files_set_logins(void **state) {
  struct fixture *f = *state;
  import(f, CANVAS "\"Lovelace, Ada\",1,903,alove3,A\n\"Hopper, Grace\",2,904,grace@example.edu,A\n");
  fixture_expect(f, 200);
  assert_string_equal("alove3", login_of(f, "alove3@example.edu"));
  assert_string_equal("grace@example.edu", login_of(f, "grace@example.edu"));
  import(f, "name,email,login\nBob,bob@example.edu,bob7\nCy,cy@example.edu,\n");
  fixture_expect(f, 200);
  assert_string_equal("bob7", login_of(f, "bob@example.edu"));
  assert_string_equal("-", login_of(f, "cy@example.edu"));
}

static void a_login_that_changes_is_told_and_one_left_out_stays(void **state) {
  struct fixture *f = *state;
  import(f, "name,email,login\nBob,bob@example.edu,bob7\n");
  import(f, "name,email,login\nBob,bob@example.edu,bob8\n");
  fixture_expect(f, 200);
  assert_string_equal("login", fixture_text(f, "changed.0.changes.0.field"));
  assert_string_equal("bob7", fixture_text(f, "changed.0.changes.0.from"));
  assert_string_equal("bob8", fixture_text(f, "changed.0.changes.0.to"));
  import(f, "name,email\nBob,bob@example.edu\n");
  assert_string_equal("bob8", login_of(f, "bob@example.edu"));
  import(f, "name,email,login\nBob,bob@example.edu,BOB8\n");
  assert_int_equal(1, fixture_int(f, "counts.unchanged"));
}

static void a_login_of_somebody_else_is_refused_with_its_line(void **state) {
  struct fixture *f = *state;
  import(f, "name,email,login\nBob,bob@example.edu,bob7\n");
  static const struct {
    const char *csv;
    const char *words;
    const char *why;
  } cases[] = {
      {"name,email,login\nBob,bob@example.edu,\nEve,eve@example.edu,Bob7\n", "another person's", "taken by another"},
      {"name,email,login\nEve,eve@example.edu,e1\nEli,eli@example.edu,E1\n", "stands on line 2", "twice in the file"},
      {"name,email,login\nEve,eve@example.edu,e 1\n", "not one word", "no login"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *before = fixture_dump(f);
    import(f, cases[i].csv);
    if (f->answer.status != 422 || strstr(f->answer.body, cases[i].words) == NULL)
      fail_msg("%s: %d %s", cases[i].why, f->answer.status, f->answer.body);
    assert_string_equal(before, fixture_dump(f));
  }
}

// The login is a key to the account: a roster of one course must not open the account of another course's staff.
static void no_roster_sets_the_login_of_staff(void **state) {
  struct fixture *f = *state;
  fixture_person(f, "Tom", ROLE_STAFF);
  import(f, "name,email,login\nTom,tom@example.edu,eve1\n");
  fixture_expect(f, 200);
  assert_non_null(strstr(f->answer.body, "set-login"));
  assert_string_equal("-", login_of(f, "tom@example.edu"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(canvas_and_plain_files_set_logins),
      TEST(a_login_that_changes_is_told_and_one_left_out_stays),
      TEST(a_login_of_somebody_else_is_refused_with_its_line),
      TEST(no_roster_sets_the_login_of_staff),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
