// SPDX-License-Identifier: AGPL-3.0-or-later
// The import through its request: what it changes, what it refuses, what a dry run says.
#include "server/courses/roster_import.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "server/accounts/person.h"
#include "tests/support/app_fixture.h"

#define NOW "2023-09-05T14:00:00Z"
#define OPERATOR (-1)

static int setup(void **state) {
  *state = fixture_new(SAMPLE_COURSE, NOW);
  return 0;
}

static int teardown(void **state) {
  fixture_check(*state);
  fixture_free(*state);
  return 0;
}

static int import(struct fixture *fixture, int64_t person, const char *query, const char *csv);
static const char *class_csv(struct fixture *fixture, int from, int to);
static int64_t counted(const struct fixture *fixture, const char *what);
static struct enrolment enrolment_of(struct fixture *fixture, int64_t person);
static int64_t person_of(struct fixture *fixture, const char *address);
static int64_t team_of_two(struct fixture *fixture, int64_t contact, int64_t other);
static void expect_fault(struct fixture *fixture, const char *place, const char *words);
static void expect_words(struct fixture *fixture, const char *path, const char *words);

static void a_plain_file_enrols_people(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "",
         "name,email,sis_id,role,credit,section\n"
         "Ada Lovelace,ada@example.edu,7,,pass-fail,A\n"
         "Grace Hopper,grace@example.edu,,staff,,\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "added"), 2);
  expect_words(fixture, "added.0.name", "Ada Lovelace");
  expect_words(fixture, "added.0.credit", "pass-fail");
  expect_words(fixture, "form", "plain");
  struct enrolment ada = enrolment_of(fixture, person_of(fixture, "ada@example.edu"));
  assert_int_equal(ada.person, fixture_int(fixture, "added.0.person"));
  assert_true(ada.is_active);
  assert_int_equal(ada.role, ROLE_STUDENT);
  assert_int_equal(ada.credit, CREDIT_PASS_FAIL);
  assert_string_equal(ada.sis_id, "7");
  assert_string_equal(ada.section, "A");
  assert_int_equal(enrolment_of(fixture, person_of(fixture, "grace@example.edu")).role, ROLE_STAFF);
}

static void a_canvas_file_enrols_its_students(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "?domain=example.edu",
         "Student,ID,SIS User ID,SIS Login ID,Section,Lab (1)\n    Points Possible,,,,,10\n"
         "\"Lovelace, Ada\",1,903,alove3,A and B,9\n\"Student, Test\",2,,abc,A,\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "added"), 1);
  assert_int_equal(counted(fixture, "skipped"), 1);
  assert_int_equal(fixture_int(fixture, "skipped.0.line"), 4);
  struct enrolment ada = enrolment_of(fixture, person_of(fixture, "alove3@example.edu"));
  assert_string_equal(ada.full_name, "Ada Lovelace");
  assert_string_equal(ada.section, "A and B");
}

static void the_same_file_again_changes_nothing_and_leaves_no_audit(void **state) {
  struct fixture *fixture = *state;
  const char *csv =
      "name,email,sis_id,role,credit,section\nAda,Ada@Example.edu,7,,audit,A\nGrace,g@example.edu,8,staff,,\n";
  import(fixture, OPERATOR, "", csv);
  fixture_expect(fixture, 200);
  const char *before = fixture_dump(fixture);
  import(fixture, OPERATOR, "", csv);
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "unchanged"), 2);
  assert_string_equal(fixture_dump(fixture), before);
}

static void what_nobody_sees_is_left_out_and_told(void **state) {
  struct fixture *fixture = *state;
  static const char *const csv = "name,email,sis_id,section\nA\u200Bda,ada\u200B@example.edu,\u20607,\uFEFFA\n"
                                 "Grace,g@example.edu,8,A\n";
  import(fixture, OPERATOR, "?dry_run=true", csv);
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "kept"), 1);
  import(fixture, OPERATOR, "", csv);
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "added"), 2);
  assert_int_equal(counted(fixture, "kept"), 1);
  assert_int_equal(fixture_int(fixture, "kept.0.line"), 2);
  expect_words(fixture, "kept.0.name", "Ada");
  expect_words(fixture, "kept.0.reason",
               "its name has a character that nobody can see, U+200B ZERO WIDTH SPACE: the 2nd, behind \"A\"; it was "
               "left out");
  struct enrolment ada = enrolment_of(fixture, person_of(fixture, "ada@example.edu"));
  assert_string_equal(ada.full_name, "Ada");
  assert_string_equal(ada.email, "ada@example.edu");
  assert_string_equal(ada.sis_id, "7");
  assert_string_equal(ada.section, "A");
  const char *before = fixture_dump(fixture);
  import(fixture, OPERATOR, "", csv);
  assert_int_equal(counted(fixture, "unchanged"), 2);
  assert_string_equal(fixture_dump(fixture), before);
}

// A SIS id that was stored before such characters were left out still finds its student.
static void a_stored_id_with_such_a_character_is_found(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "", "name,email,sis_id,section\nAda,ada@example.edu,7,A\nBen,b@example.edu,8,A\n");
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update enrolments set sis_id = sis_id || $1, section = $2",
                                   db_text("\u200B"), db_text("A\u200B")));
  import(fixture, OPERATOR, "?allow_drops=9", "name,email,sis_id,section\nAda,king@example.edu,7\u200B,A\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "changed"), 1);
  assert_int_equal(counted(fixture, "dropped"), 1); // Ben, of the file's section
}

static void columns_that_a_file_lacks_leave_what_is_stored(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "", "name,email,sis_id,role,credit,section\nAda,ada@example.edu,7,staff,audit,A\n");
  const char *before = fixture_dump(fixture);
  import(fixture, OPERATOR, "", "name,email\nAda,ada@example.edu\n");
  fixture_expect(fixture, 200);
  import(fixture, OPERATOR, "", "name,email,sis_id,role,credit,section\nAda,ada@example.edu,,,,\n");
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_dump(fixture), before);
}

static void a_dry_run_tells_everything_and_changes_nothing(void **state) {
  struct fixture *fixture = *state;
  int64_t ada = fixture_student(fixture, "ada"), bob = fixture_student(fixture, "bob");
  int64_t cy = fixture_student(fixture, "cy"), dan = fixture_student(fixture, "dan");
  fixture_student(fixture, "eve");
  int64_t fay = fixture_student(fixture, "fay");
  team_of_two(fixture, ada, bob);
  fixture_call(fixture, cy, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  fixture_drop(fixture, dan);
  const char *csv = "name,email,section\nAda,ada@example.edu,\nDan,dan@example.edu,A\nGil,gil@example.edu,A\nHal,,\n"
                    "fay,fay@example.edu,\n";
  const char *plain =
      "name,email\nAda,ada@example.edu\nDan,dan@example.edu\nGil,gil@example.edu\nHal,\nfay,fay@example.edu\n";
  const char *before = fixture_dump(fixture);
  import(fixture, OPERATOR, "?dry_run=true", csv);
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "dropped"), 0); // nobody's section is known
  assert_int_equal(counted(fixture, "kept"), 3);
  import(fixture, OPERATOR, "?dry_run=true", plain);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_dump(fixture), before);
  assert_true(json_is_true(fixture_json(fixture, "dry_run")));
  assert_int_equal(counted(fixture, "added"), 1);
  assert_true(json_is_null(fixture_json(fixture, "added.0.person")));
  assert_int_equal(counted(fixture, "changed"), 1);
  expect_words(fixture, "changed.0.changes.0.field", "name");
  expect_words(fixture, "changed.0.changes.0.from", "ada");
  expect_words(fixture, "changed.0.changes.0.to", "Ada");
  assert_int_equal(counted(fixture, "came_back"), 1);
  expect_words(fixture, "came_back.0.place", "has neither team nor seat");
  expect_words(fixture, "skipped.0.reason", "Hal has neither an address nor a SIS id to find it by");
  assert_int_equal(counted(fixture, "unchanged"), 1);
  assert_int_equal(fixture_int(fixture, "drops_to_allow"), 3);
  assert_int_equal(fixture_int(fixture, "active_students_before"), 5);
  expect_words(fixture, "dropped.0.name", "bob");
  expect_words(
      fixture, "dropped.0.consequence",
      "leaves Gradient Descenders with 1 of at least 2; the place is held for 72 h, until Fri 8 Sep 2023 10:00 EDT");
  expect_words(fixture, "dropped.1.consequence", "holds a lab seat for 72 h, until Fri 8 Sep 2023 10:00 EDT");
  expect_words(fixture, "dropped.2.consequence", "has neither team nor seat");
  assert_true(enrolment_of(fixture, fay).is_active);
}

static void drops_of_one_team_are_counted_together(void **state) {
  struct fixture *fixture = *state;
  int64_t ada = fixture_student(fixture, "ada"), bob = fixture_student(fixture, "bob");
  team_of_two(fixture, ada, bob);
  import(fixture, OPERATOR, "?dry_run=true", "name,email\nZoe,zoe@example.edu\n");
  expect_words(
      fixture, "dropped.0.consequence",
      "leaves Gradient Descenders with 0 of at least 2; the place is held for 72 h, until Fri 8 Sep 2023 10:00 EDT");
  expect_words(
      fixture, "dropped.1.consequence",
      "leaves Gradient Descenders with 0 of at least 2; the place is held for 72 h, until Fri 8 Sep 2023 10:00 EDT");
}

static void who_dropped_before_is_no_member_who_remains(void **state) {
  struct fixture *fixture = *state;
  int64_t ada = fixture_student(fixture, "ada"), bob = fixture_student(fixture, "bob");
  team_of_two(fixture, ada, bob);
  fixture_drop(fixture, bob); // the place is held
  import(fixture, OPERATOR, "?dry_run=true", "name,email\nZoe,zoe@example.edu\n");
  assert_int_equal(counted(fixture, "dropped"), 1);
  assert_non_null(strstr(fixture_text(fixture, "dropped.0.consequence"), "with 0 of at least 2"));
  import(fixture, OPERATOR, "?dry_run=true", "name,email\nbob,bob@example.edu\n"); // who comes back counts
  assert_non_null(strstr(fixture_text(fixture, "dropped.0.consequence"), "with 1 of at least 2"));
}

static void ten_people_drop_freely_and_eleven_need_consent(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "", class_csv(fixture, 1, 200));
  fixture_expect(fixture, 200);
  import(fixture, OPERATOR, "", class_csv(fixture, 11, 200));
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "dropped"), 10);
  const char *before = fixture_dump(fixture);
  import(fixture, OPERATOR, "", class_csv(fixture, 22, 200));
  fixture_refused(fixture, 409, "drops_need_consent");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "11 of 190"));
  assert_non_null(strstr(fixture_text(fixture, "detail"), "--allow-drops 11"));
  import(fixture, OPERATOR, "?allow_drops=10", class_csv(fixture, 22, 200));
  fixture_refused(fixture, 409, "drops_need_consent");
  assert_string_equal(fixture_dump(fixture), before);
  import(fixture, OPERATOR, "?dry_run=true", class_csv(fixture, 22, 200));
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "drops_to_allow"), 11);
  import(fixture, OPERATOR, "?allow_drops=11", class_csv(fixture, 22, 200));
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "dropped"), 11);
}

static void a_tenth_drops_freely_and_one_more_needs_consent(void **state) {
  struct fixture *fixture = *state;
  static const struct {
    int students, dropped;
    int64_t needed;
    const char *why;
  } cases[] = {
      {50, 5, 0, "exactly 10 %"},
      {50, 6, 6, "12 %"},
      {59, 5, 0, "8.5 %"},
      {49, 5, 5, "10.2 %"},
      {100, 10, 0, "both at the limit"},
      {99, 10, 10, "ten of 99 are 10.1 %"},
      {9, 1, 1, "11 %"},
      {10, 1, 0, "one of ten"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    import(fixture, OPERATOR, "?allow_drops=200", class_csv(fixture, 1, cases[i].students));
    fixture_expect(fixture, 200);
    import(fixture, OPERATOR, "?dry_run=true", class_csv(fixture, cases[i].dropped + 1, cases[i].students));
    fixture_expect(fixture, 200);
    if (fixture_int(fixture, "drops_to_allow") != cases[i].needed)
      fail_msg("%d of %d: %s: needs %lld", cases[i].dropped, cases[i].students, cases[i].why,
               (long long)fixture_int(fixture, "drops_to_allow"));
    import(fixture, OPERATOR, "", class_csv(fixture, cases[i].dropped + 1, cases[i].students));
    fixture_expect(fixture, cases[i].needed == 0 ? 200 : 409);
  }
}

static void only_students_of_the_sections_in_the_file_are_dropped(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "",
         "name,email,section\nA,a@example.edu,A\nB,b@example.edu,A\nC,c@example.edu,B\nD,d@example.edu,A and "
         "B\nE,e@example.edu,\n");
  fixture_expect(fixture, 200);
  import(fixture, OPERATOR, "?allow_drops=5", "name,email,section\nA,a@example.edu,A\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "dropped"), 1);
  expect_words(fixture, "dropped.0.name", "B");
  assert_int_equal(counted(fixture, "kept"), 1); // E, whose section nobody knows
  expect_words(fixture, "kept.0.name", "E");
  assert_true(enrolment_of(fixture, person_of(fixture, "c@example.edu")).is_active);
  assert_true(enrolment_of(fixture, person_of(fixture, "d@example.edu")).is_active);
  import(fixture, OPERATOR, "?allow_drops=5", "name,email,section\nA,a@example.edu,\"A and B\"\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "dropped"), 2); // C and D
  assert_false(enrolment_of(fixture, person_of(fixture, "d@example.edu")).is_active);
}

static void staff_are_never_dropped_nor_made_students(void **state) {
  struct fixture *fixture = *state;
  int64_t prof = fixture_person(fixture, "prof", ROLE_INSTRUCTOR), tina = fixture_person(fixture, "tina", ROLE_STAFF);
  fixture_student(fixture, "ada");
  import(fixture, prof, "?allow_drops=9", "name,email\nZoe,zoe@example.edu\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "dropped"), 1);
  assert_true(enrolment_of(fixture, prof).is_active);
  assert_true(enrolment_of(fixture, tina).is_active);
  const char *before = fixture_dump(fixture);
  import(fixture, prof, "",
         "name,email,role\nprof,prof@example.edu,student\ntina,tina@example.edu,student\nZoe,zoe@example.edu,staff\n");
  fixture_refused(fixture, 422, "invalid_csv");
  expect_fault(fixture, "line 2", "from instructor into student");
  expect_fault(fixture, "line 3", "from staff into student");
  import(fixture, prof, "", "name,email,role\nprof,prof@example.edu,staff\nZoe,zoe@example.edu,\n");
  expect_fault(fixture, "line 2", "from instructor into staff");
  assert_string_equal(fixture_dump(fixture), before);
  import(fixture, prof, "", "name,email,role\ntina,tina@example.edu,instructor\nZoe,zoe@example.edu,staff\n");
  fixture_expect(fixture, 200);
  assert_int_equal(enrolment_of(fixture, tina).role, ROLE_INSTRUCTOR);
}

static void who_was_staff_and_left_comes_back_as_a_student(void **state) {
  struct fixture *fixture = *state;
  int64_t tina = fixture_person(fixture, "tina", ROLE_STAFF);
  fixture_drop(fixture, tina);
  import(fixture, OPERATOR, "", "name,email\ntina,tina@example.edu\n");
  fixture_expect(fixture, 200);
  expect_words(fixture, "came_back.0.changes.0.field", "role");
  assert_int_equal(enrolment_of(fixture, tina).role, ROLE_STUDENT);
  assert_true(enrolment_of(fixture, tina).is_active);
}

static void somebody_with_a_place_does_not_become_staff(void **state) {
  struct fixture *fixture = *state;
  int64_t ada = fixture_student(fixture, "ada"), bob = fixture_student(fixture, "bob");
  team_of_two(fixture, ada, bob);
  import(fixture, OPERATOR, "", "name,email,role\nada,ada@example.edu,staff\nbob,bob@example.edu,\n");
  expect_fault(fixture, "line 2", "a place in Gradient Descenders");
  fixture_drop(fixture, bob); // the place is held
  import(fixture, OPERATOR, "", "name,email,role\nada,ada@example.edu,\nbob,bob@example.edu,staff\n");
  expect_fault(fixture, "line 3", "a place in Gradient Descenders");
}

static void who_comes_back_within_the_hold_finds_the_place(void **state) {
  struct fixture *fixture = *state;
  int64_t ada = fixture_student(fixture, "ada"), bob = fixture_student(fixture, "bob");
  int64_t team = team_of_two(fixture, ada, bob);
  import(fixture, OPERATOR, "?allow_drops=1", "name,email\nada,ada@example.edu\n");
  fixture_expect(fixture, 200);
  assert_false(enrolment_of(fixture, bob).is_active);
  fixture_at(fixture, "2023-09-08T13:59:59Z"); // a second before the hold ends
  fixture_run_duties(fixture);
  import(fixture, OPERATOR, "", "name,email\nada,ada@example.edu\nbob,bob@example.edu\n");
  fixture_expect(fixture, 200);
  expect_words(fixture, "came_back.0.place", "finds the place in Gradient Descenders again");
  fixture_at(fixture, "2023-09-08T14:00:10Z");
  fixture_run_duties(fixture);
  struct enrolment back = enrolment_of(fixture, bob);
  assert_true(back.is_active);
  assert_int_equal(back.team, team);
  assert_int_equal(back.hold_until, 0);
}

static void who_comes_back_after_the_hold_starts_anew(void **state) {
  struct fixture *fixture = *state;
  int64_t ada = fixture_student(fixture, "ada"), bob = fixture_student(fixture, "bob");
  team_of_two(fixture, ada, bob);
  import(fixture, OPERATOR, "?allow_drops=1", "name,email\nada,ada@example.edu\n");
  fixture_at(fixture, "2023-09-08T14:00:02Z");
  fixture_run_duties(fixture);
  import(fixture, OPERATOR, "", "name,email\nada,ada@example.edu\nbob,bob@example.edu\n");
  fixture_expect(fixture, 200);
  expect_words(fixture, "came_back.0.place", "has neither team nor seat");
  assert_int_equal(enrolment_of(fixture, bob).team, 0);
}

static void the_sis_id_finds_a_person_before_the_address_does(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "", "name,email,sis_id\nAda Byron,byron@example.edu,7\n");
  int64_t ada = person_of(fixture, "byron@example.edu");
  import(fixture, OPERATOR, "", "name,email,sis_id\nAda Lovelace,lovelace@example.edu,7\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "changed"), 1);
  expect_words(fixture, "changed.0.changes.1.field", "email");
  expect_words(fixture, "changed.0.changes.1.from", "byron@example.edu");
  struct enrolment now = enrolment_of(fixture, ada);
  assert_string_equal(now.full_name, "Ada Lovelace");
  assert_string_equal(now.email, "lovelace@example.edu");
  assert_int_equal(person_of(fixture, "byron@example.edu"), ada); // older ones stay hers
}

static void an_address_that_is_somebody_elses_is_refused(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "", "name,email,sis_id\nAda,ada@example.edu,7\nBob,bob@example.edu,8\n");
  const char *before = fixture_dump(fixture);
  import(fixture, OPERATOR, "", "name,email,sis_id\nAda,BOB@example.edu,7\n");
  fixture_refused(fixture, 422, "invalid_csv");
  expect_fault(fixture, "line 2", "the SIS id 7 is Ada's, but the address BOB@example.edu is Bob's");
  assert_string_equal(fixture_dump(fixture), before);
}

static void two_rows_that_mean_one_person_by_an_older_address_are_refused(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "", "name,email,sis_id\nAda,old@example.edu,7\n");
  import(fixture, OPERATOR, "", "name,email,sis_id\nAda,new@example.edu,7\n");
  fixture_expect(fixture, 200);
  import(fixture, OPERATOR, "", "name,email,sis_id\nAda,new@example.edu,7\n\nAda,old@example.edu,\n");
  expect_fault(fixture, "line 4", "means Ada, as line 2 does already");
}

static void a_roster_does_not_take_over_the_account_of_staff(void **state) {
  struct fixture *fixture = *state;
  int64_t prof = fixture_person(fixture, "prof", ROLE_INSTRUCTOR);
  import(fixture, OPERATOR, "", "name,email,sis_id,role\nprof,prof@example.edu,7,\n");
  fixture_expect(fixture, 200);
  import(fixture, OPERATOR, "", "name,email,sis_id\nMallory,mallory@example.edu,7\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "kept"), 1);
  assert_int_equal(fixture_int(fixture, "kept.0.line"), 2);
  assert_string_equal(enrolment_of(fixture, prof).email, "prof@example.edu");
  assert_string_equal(enrolment_of(fixture, prof).full_name, "prof");
  assert_int_equal(person_of(fixture, "mallory@example.edu"), 0);
}

static void who_stands_in_a_skipped_row_is_not_dropped(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "",
         "name,email,sis_id\nAda,ada@example.edu,7\nBob Ray,bob@example.edu,\nCy,cy@example.edu,9\n");
  import(fixture, OPERATOR, "?allow_drops=1", "name,email,sis_id\nA. Lovelace,,7\nBOB  RAY,,\nZoe,zoe@example.edu,\n");
  fixture_expect(fixture, 200);
  assert_int_equal(counted(fixture, "skipped"), 2);
  assert_int_equal(counted(fixture, "dropped"), 1);
  expect_words(fixture, "dropped.0.name", "Cy");
  assert_int_equal(counted(fixture, "kept"), 2);
  expect_words(fixture, "kept.0.reason", "stays: line 2 is about them, though it was skipped");
}

static void a_second_file_brings_the_addresses(void **state) {
  struct fixture *fixture = *state;
  import(fixture, OPERATOR, "",
         "Student,ID,SIS User ID,SIS Login ID,Section\n\"Lovelace, "
         "Ada\",1,903,alove3,A\n\f\nsis_id,email\n903,ada@example.edu\n");
  fixture_expect(fixture, 200);
  assert_string_equal(enrolment_of(fixture, person_of(fixture, "ada@example.edu")).full_name, "Ada Lovelace");
}

static void people_with_an_account_keep_it(void **state) {
  struct fixture *fixture = *state;
  int64_t ada = fixture_student(fixture, "ada");
  int64_t accounts = 0, after = 0;
  assert_int_equal(db_get_int(app_db(fixture->app), &accounts, "select count(*) from people"), ERR_OK);
  fixture_drop(fixture, ada);
  import(fixture, OPERATOR, "", "name,email\nada,ada@example.edu\n");
  fixture_expect(fixture, 200);
  assert_int_equal(db_get_int(app_db(fixture->app), &after, "select count(*) from people"), ERR_OK);
  assert_int_equal(accounts, after);
}

static void only_an_instructor_or_the_operator_imports(void **state) {
  struct fixture *fixture = *state;
  int64_t prof = fixture_person(fixture, "prof", ROLE_INSTRUCTOR), tina = fixture_person(fixture, "tina", ROLE_STAFF);
  int64_t ada = fixture_student(fixture, "ada");
  const char *csv = "name,email\nada,ada@example.edu\n";
  const char *before = fixture_dump(fixture);
  import(fixture, tina, "?dry_run=true", csv);
  fixture_refused(fixture, 403, "not_allowed");
  import(fixture, ada, "", csv);
  fixture_refused(fixture, 403, "not_allowed");
  import(fixture, 0, "", csv);
  fixture_refused(fixture, 401, "not_signed_in");
  assert_string_equal(fixture_dump(fixture), before);
  import(fixture, prof, "", csv);
  fixture_expect(fixture, 200);
}

static void faulty_requests_change_nothing(void **state) {
  struct fixture *fixture = *state;
  fixture_student(fixture, "ada");
  const char *before = fixture_dump(fixture);
  static const struct {
    const char *query, *csv;
    int status;
    const char *code;
  } cases[] = {
      {"", "name,email\nBob,bob@example.edu\nCy,cy\n", 422, "invalid_csv"},
      {"", "\xFF\xFE", 422, "invalid_csv"},
      {"", "", 400, "bad_request"},
      {"?allow_drops=-1", "name,email\nBob,bob@example.edu\n", 422, "invalid_fields"},
      {"?dry_run=yes", "name,email\nBob,bob@example.edu\n", 422, "invalid_fields"},
      {"?domain=x", "name,email\nBob,bob@example.edu\n", 422, "invalid_fields"},
      {"?drop=1", "name,email\nBob,bob@example.edu\n", 422, "invalid_fields"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    import(fixture, OPERATOR, cases[i].query, cases[i].csv);
    fixture_expect(fixture, cases[i].status);
    assert_string_equal(fixture_code(fixture), cases[i].code);
    assert_string_equal(fixture_dump(fixture), before);
  }
  fixture_call(fixture, OPERATOR, METHOD_POST, "{}", SAMPLE "/roster");
  fixture_expect(fixture, 415);
}

static int import(struct fixture *fixture, int64_t person, const char *query, const char *csv) {
  return fixture_send(fixture, person,
                      &(struct local_call){.method = METHOD_POST,
                                           .target = arena_format(fixture->arena, SAMPLE "/roster%s", query),
                                           .content_type = "text/csv",
                                           .body = csv});
}

static const char *class_csv(struct fixture *fixture, int from, int to) {
  struct text text;
  text_init(&text, fixture->arena);
  text_add(&text, "name,email\n");
  for (int i = from; i <= to; i++)
    text_add_format(&text, "Student %03d,s%03d@example.edu\n", i, i);
  return text_get(&text);
}

static int64_t counted(const struct fixture *fixture, const char *what) {
  json_t *counts = fixture_json(fixture, "counts");
  int64_t count = json_integer_value(json_object_get(counts, what));
  if (strcmp(what, "unchanged") != 0)
    assert_int_equal(json_array_size(fixture_json(fixture, what)), count);
  return count;
}

static struct enrolment enrolment_of(struct fixture *fixture, int64_t person) {
  struct act act = {.db = app_db(fixture->app), .arena = fixture->arena};
  struct enrolment enrolment = {0};
  assert_int_equal(enrolment_get(&act, fixture->course, person, &enrolment), ERR_OK);
  return enrolment;
}

static int64_t person_of(struct fixture *fixture, const char *address) {
  struct person person = {0};
  enum err err = person_find(app_db(fixture->app), fixture->arena, address, &person);
  assert_true(err == ERR_OK || err == ERR_NOT_FOUND);
  return person.id;
}

static int64_t team_of_two(struct fixture *fixture, int64_t contact, int64_t other) {
  fixture_call(fixture, contact, METHOD_POST, "{\"name\":\"Gradient Descenders\"}", SAMPLE "/teams");
  fixture_expect(fixture, 201);
  int64_t team = enrolment_of(fixture, contact).team, asked = 0;
  fixture_call(fixture, other, METHOD_POST, "{}", SAMPLE "/teams/%lld/join-requests", (long long)team);
  fixture_expect(fixture, 201);
  assert_int_equal(db_get_int(app_db(fixture->app), &asked, "select max(id) from invitations"), ERR_OK);
  fixture_call(fixture, contact, METHOD_POST, NULL, SAMPLE "/join-requests/%lld/acceptance", (long long)asked);
  assert_in_range(fixture->answer.status, 200, 204);
  assert_int_equal(enrolment_of(fixture, other).team, team);
  return team;
}

static void expect_fault(struct fixture *fixture, const char *place, const char *words) {
  fixture_refused(fixture, 422, "invalid_csv");
  const json_t *errors = fixture_json(fixture, "errors");
  for (size_t i = 0; i < json_array_size(errors); i++) {
    const json_t *error = json_array_get(errors, i);
    if (strcmp(json_string_value(json_object_get(error, "field")), place) == 0 &&
        strstr(json_string_value(json_object_get(error, "message")), words) != NULL)
      return;
  }
  fail_msg("wanted %s: %s in %s", place, words, fixture->answer.body);
}

static void expect_words(struct fixture *fixture, const char *path, const char *words) {
  const char *got = fixture_text(fixture, path);
  if (got == NULL)
    fail_msg("no %s in %s", path, fixture->answer.body);
  assert_string_equal(got, words);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_plain_file_enrols_people),
      TEST(a_canvas_file_enrols_its_students),
      TEST(the_same_file_again_changes_nothing_and_leaves_no_audit),
      TEST(what_nobody_sees_is_left_out_and_told),
      TEST(a_stored_id_with_such_a_character_is_found),
      TEST(columns_that_a_file_lacks_leave_what_is_stored),
      TEST(a_dry_run_tells_everything_and_changes_nothing),
      TEST(drops_of_one_team_are_counted_together),
      TEST(who_dropped_before_is_no_member_who_remains),
      TEST(ten_people_drop_freely_and_eleven_need_consent),
      TEST(a_tenth_drops_freely_and_one_more_needs_consent),
      TEST(only_students_of_the_sections_in_the_file_are_dropped),
      TEST(staff_are_never_dropped_nor_made_students),
      TEST(who_was_staff_and_left_comes_back_as_a_student),
      TEST(somebody_with_a_place_does_not_become_staff),
      TEST(who_comes_back_within_the_hold_finds_the_place),
      TEST(who_comes_back_after_the_hold_starts_anew),
      TEST(the_sis_id_finds_a_person_before_the_address_does),
      TEST(an_address_that_is_somebody_elses_is_refused),
      TEST(two_rows_that_mean_one_person_by_an_older_address_are_refused),
      TEST(a_roster_does_not_take_over_the_account_of_staff),
      TEST(who_stands_in_a_skipped_row_is_not_dropped),
      TEST(a_second_file_brings_the_addresses),
      TEST(people_with_an_account_keep_it),
      TEST(only_an_instructor_or_the_operator_imports),
      TEST(faulty_requests_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
