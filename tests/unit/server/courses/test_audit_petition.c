// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/courses/petition_helpers.h"

#define ASK "{\"kind\":\"audit\",\"message\":\"Please\"}"

static struct fixture *start(void **state) {
  struct fixture *fixture = sample_at(INSIDE);
  *state = fixture;
  return fixture;
}

static int stop(void **state) {
  if (*state != NULL) {
    fixture_check(*state);
    fixture_free(*state);
  }
  *state = NULL;
  return 0;
}

static void an_instructor_approves_an_auditor_who_asks_and_staff_cannot(void **state) {
  struct fixture *fixture = start(state);
  int64_t pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF), aud = fixture_student(fixture, "Aud Invented");
  fixture_auditor(fixture, aud, false);
  fixture_confidential(fixture, aud);
  int64_t request = asked(fixture, aud, "audit", "");
  assert_string_equal(fixture_text(fixture, "decided_by"), "instructor");
  assert_int_equal(fixture_messages(fixture, pat, "request"), 1);
  assert_int_equal(fixture_messages(fixture, kim, "request"), 0);
  refused_and_open(fixture, kim, request, 403, "not_allowed");
  granted_and_told_once(fixture, pat, aud, request, "audit");
  fixture_call(fixture, aud, METHOD_GET, NULL, SAMPLE);
  assert_true(json_is_true(fixture_json(fixture, "you.audit_approved")));
  int64_t is_confidential = 0; // the other flag stays
  assert_int_equal(db_get_int(app_db(fixture->app), &is_confidential,
                              "select is_confidential from enrolments where person_id = $1", db_int(aud)),
                   ERR_OK);
  assert_int_equal(is_confidential, 1);
  assert_int_equal(fixture_messages(fixture, aud, "request answered"), 1);
  ask_staff(fixture, aud, ASK);
  fixture_refused(fixture, 409, "conflict");
}

static void only_an_auditor_asks_to_audit_and_only_one_is_approved(void **state) {
  struct fixture *fixture = start(state);
  int64_t pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR),
          ada = fixture_student(fixture, "Ada Invented");
  ask_staff(fixture, ada, ASK);
  fixture_refused(fixture, 409, "conflict");
  fixture_auditor(fixture, ada, false);
  int64_t request = asked(fixture, ada, "audit", "");
  fixture_call(fixture, -1, METHOD_PUT, "{\"credit\":\"credit\"}", SAMPLE "/roster/%lld", (long long)ada);
  fixture_expect(fixture, 200);
  refused_and_open(fixture, pat, request, 409, "conflict");
}

static void where_auditing_needs_no_approval_there_is_nothing_to_ask(void **state) {
  struct fixture *fixture = sample_with("requires_approval: true", "requires_approval: false", INSIDE);
  *state = fixture;
  int64_t aud = fixture_student(fixture, "Aud Invented");
  fixture_auditor(fixture, aud, false);
  ask_staff(fixture, aud, ASK);
  fixture_refused(fixture, 409, "conflict");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(an_instructor_approves_an_auditor_who_asks_and_staff_cannot, stop),
      cmocka_unit_test_teardown(only_an_auditor_asks_to_audit_and_only_one_is_approved, stop),
      cmocka_unit_test_teardown(where_auditing_needs_no_approval_there_is_nothing_to_ask, stop),
  };
  return cmocka_run_group_tests_name("audit_petition", tests, NULL, NULL);
}
