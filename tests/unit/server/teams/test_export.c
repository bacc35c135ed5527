// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/teams/team_helpers.h"

#include "common/base/log.h"
#include "server/accounts/login.h"

#define EXPORT SAMPLE "/teams/export?format="

static const char *export(struct fixture *fixture, int64_t by, const char *query) {
  fixture_call(fixture, by, METHOD_GET, NULL, EXPORT "%s", query);
  fixture_expect(fixture, 200);
  return fixture->answer.body;
}

static void set_ids(struct fixture *fixture, int64_t person, const char *sis_id, const char *login) {
  struct db *db = app_db(fixture->app);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, db_exec(db, "update enrolments set sis_id = $1, section = 'A' where person_id = $2",
                                   db_text(sis_id), db_int(person)));
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {
      .db = db, .arena = fixture->arena, .now = OPENS_AT, .actor = 0, .cause = "test", .problem = &problem};
  if (login != NULL)
    assert_int_equal(ERR_OK, login_set(&act, person, login));
  assert_int_equal(ERR_OK, db_commit(db));
}

struct class {
  struct fixture *fixture;
  int64_t staff, ann, bob, cem;
  int64_t first, second;
};

// Two teams: Ann (contact) and Bob in one with a comma, Cem alone in one that is called like a formula.
static struct class new_class(void) {
  struct class class = {.fixture = sample_at(INSIDE)};
  struct fixture *fixture = class.fixture;
  class.staff = fixture_person(fixture, "Ines Staff", ROLE_STAFF);
  class.ann = fixture_student(fixture, "Ann Ng");
  class.bob = fixture_student(fixture, "Bob O'Neil");
  class.cem = fixture_student(fixture, "Cem Yilmaz");
  set_ids(fixture, class.ann, "903000001", "ang3");
  set_ids(fixture, class.bob, NULL, "boneil7");
  class.first = found_team(fixture, class.ann, "Descent, Gradient");
  add_member(fixture, class.ann, class.first, class.bob);
  class.second = found_team(fixture, class.cem, "=cmd()");
  return class;
}

static void canvas_gets_a_user_a_row_with_what_it_can_match(void **state) {
  (void)state;
  struct class class = new_class();
  assert_string_equal(export(class.fixture, class.staff, "canvas"),
                      arena_format(class.fixture->arena,
                                   "canvas_user_id,user_id,login_id,group_name,canvas_group_id,group_id\r\n"
                                   ",903000001,ang3,\"Descent, Gradient\",,tandem-cs8803-smr-2023fa-%lld\r\n"
                                   ",,boneil7,\"Descent, Gradient\",,tandem-cs8803-smr-2023fa-%lld\r\n"
                                   ",,cem.yilmaz@example.edu,'=cmd(),,tandem-cs8803-smr-2023fa-%lld\r\n",
                                   (long long)class.first, (long long)class.first, (long long)class.second));
  assert_string_equal("text/csv; charset=utf-8", class.fixture->answer.content_type);
  assert_string_equal("attachment; filename=\"cs8803-smr-2023fa-teams-canvas.csv\"",
                      local_answer_header(&class.fixture->answer, "Content-Disposition"));
  fixture_free(class.fixture);
}

static void moodle_gets_a_group_a_row_without_quotes(void **state) {
  (void)state;
  struct class class = new_class();
  assert_string_equal(export(class.fixture, class.staff, "moodle"),
                      arena_format(class.fixture->arena,
                                   "groupname,groupidnumber\r\n"
                                   "Descent&#44 Gradient,tandem-cs8803-smr-2023fa-%lld\r\n"
                                   "'=cmd(),tandem-cs8803-smr-2023fa-%lld\r\n",
                                   (long long)class.first, (long long)class.second));
  fixture_free(class.fixture);
}

static void plain_tells_all_that_staff_may_see(void **state) {
  (void)state;
  struct class class = new_class();
  fixture_drop(class.fixture, class.bob); // the place is held
  assert_string_equal(export(class.fixture, class.staff, "plain"),
                      arena_format(class.fixture->arena,
                                   "team_id,team,state,person_id,name,email,sis_id,login,section,contact,member\r\n"
                                   "tandem-cs8803-smr-2023fa-%lld,\"Descent, Gradient\",forming,%lld,Ann "
                                   "Ng,ann.ng@example.edu,903000001,ang3,A,yes,active\r\n"
                                   "tandem-cs8803-smr-2023fa-%lld,\"Descent, Gradient\",forming,%lld,Bob "
                                   "O'Neil,bob.o'neil@example.edu,,boneil7,A,no,\"dropped, place held\"\r\n"
                                   "tandem-cs8803-smr-2023fa-%lld,'=cmd(),forming,%lld,Cem "
                                   "Yilmaz,cem.yilmaz@example.edu,,,,yes,active\r\n",
                                   (long long)class.first, (long long)class.ann, (long long)class.first,
                                   (long long)class.bob, (long long)class.second, (long long)class.cem));
  assert_null(strstr(export(class.fixture, class.staff, "canvas"), "boneil7")); // no user of the course there any more
  fixture_free(class.fixture);
}

static void ids_stay_when_a_team_is_renamed(void **state) {
  (void)state;
  struct class class = new_class();
  fixture_call(class.fixture, class.ann, METHOD_PATCH, "{\"name\":\"Another\"}", SAMPLE "/teams/%lld",
               (long long)class.first);
  fixture_expect(class.fixture, 200);
  const char *expected =
      arena_format(class.fixture->arena, "\r\nAnother,tandem-cs8803-smr-2023fa-%lld\r\n", (long long)class.first);
  assert_non_null(strstr(export(class.fixture, class.staff, "moodle"), expected));
  fixture_free(class.fixture);
}

static void dissolved_teams_are_left_out_and_others_when_only_registered_ones_are_asked_for(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  fixture_card(fixture, class.ann, "research", "research", false);
  fixture_card(fixture, class.bob, "research", "research", false);
  fixture_call(fixture, class.ann, METHOD_POST, PLAN, SAMPLE "/teams/%lld/registration", (long long)class.first);
  fixture_expect(fixture, 200);
  const char *registered = export(fixture, class.staff, "moodle&registered=true");
  assert_non_null(strstr(registered, "Descent&#44 Gradient"));
  assert_null(strstr(registered, "'=cmd()"));
  assert_non_null(strstr(export(fixture, class.staff, "moodle"), "'=cmd()"));
  fixture_call(fixture, class.cem, METHOD_DELETE, NULL, SAMPLE "/teams/%lld", (long long)class.second);
  assert_true(fixture->answer.status < 300);
  assert_null(strstr(export(fixture, class.staff, "moodle"), "'=cmd()"));
  fixture_free(class.fixture);
}

static void only_staff_may_export_and_only_to_a_known_format(void **state) {
  (void)state;
  struct class class = new_class();
  struct fixture *fixture = class.fixture;
  fixture_call(fixture, class.ann, METHOD_GET, NULL, EXPORT "plain");
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, 0, METHOD_GET, NULL, EXPORT "plain");
  fixture_refused(fixture, 401, "not_signed_in");
  fixture_call(fixture, class.staff, METHOD_GET, NULL, EXPORT "excel");
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_call(fixture, class.staff, METHOD_GET, NULL, SAMPLE "/teams/export");
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_free(class.fixture);
}

int main(void) {
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(canvas_gets_a_user_a_row_with_what_it_can_match),
      cmocka_unit_test(moodle_gets_a_group_a_row_without_quotes),
      cmocka_unit_test(plain_tells_all_that_staff_may_see),
      cmocka_unit_test(ids_stay_when_a_team_is_renamed),
      cmocka_unit_test(dissolved_teams_are_left_out_and_others_when_only_registered_ones_are_asked_for),
      cmocka_unit_test(only_staff_may_export_and_only_to_a_known_format),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
