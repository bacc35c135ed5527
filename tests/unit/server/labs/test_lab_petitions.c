// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/courses/petition_helpers.h"

// Seats of the sample course: 20, until 2023-09-06 23:59 in New York.
#define DECIDE_BY "2023-09-07T03:59:00Z"
#define SECOND_AFTER "2023-09-07T03:59:01Z"
#define ASK "{\"kind\":\"lab seat\",\"message\":\"Please\"}"

enum { CAPACITY = 20 };

static struct fixture *start(void **state, const char *now) {
  struct fixture *fixture = sample_at(now);
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

static void staff_seat_somebody_after_the_day_of_decision(void **state) {
  struct fixture *fixture = start(state, SECOND_AFTER);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF), zoe = fixture_student(fixture, "Zoe Invented");
  int64_t request = asked(fixture, zoe, "lab seat", "");
  granted_and_told_once(fixture, kim, zoe, request, "gave you a lab seat");
  assert_int_equal(place_of(fixture, zoe), -1);
  ask_staff(fixture, zoe, ASK);
  fixture_refused(fixture, 409, "in_lab");
}

static void a_full_lab_keeps_the_request_open(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF), zoe = fixture_student(fixture, "Zoe Invented");
  int64_t last = 0;
  for (int i = 0; i < CAPACITY; i++) {
    last = fixture_student(fixture, arena_format(fixture->arena, "Student %d", i));
    take_seat(fixture, last);
  }
  take_seat(fixture, zoe); // waits
  int64_t request = asked(fixture, zoe, "lab seat", "");
  refused_and_open(fixture, kim, request, 409, "lab_full");
  fixture_at(fixture, SECOND_AFTER);
  fixture_run_duties(fixture);
  fixture_call(fixture, last, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  answer_it(fixture, kim, request, GRANT);
  fixture_expect(fixture, 201);
  assert_int_equal(place_of(fixture, zoe), -1);
}

static void a_member_of_a_registered_team_leaves_it_for_the_seat(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t team = covered_team(fixture, ada, bob, "Descenders");
  ask_staff(fixture, bob, ASK);
  fixture_refused(fixture, 409, "conflict"); // while it forms they can go by themselves
  register_team(fixture, ada, team, "{}");
  int64_t request = asked(fixture, bob, "lab seat", "");
  granted_and_told_once(fixture, kim, bob, request, "moved you from Descenders to a lab seat");
  assert_int_equal(place_of(fixture, bob), -1);
  assert_true(fixture_messages(fixture, ada, "") > 0);
}

static void what_one_can_do_oneself_is_not_asked_for(void **state) {
  struct fixture *fixture = start(state, "2023-08-28T16:29:59Z");
  int64_t zoe = fixture_student(fixture, "Zoe Invented"), aud = fixture_student(fixture, "Aud Invented");
  fixture_auditor(fixture, aud, false);
  ask_staff(fixture, zoe, ASK);
  fixture_refused(fixture, 409, "not_open");
  fixture_at(fixture, DECIDE_BY);
  ask_staff(fixture, zoe, ASK);
  fixture_refused(fixture, 409, "conflict");
  ask_staff(fixture, aud, ASK);
  fixture_refused(fixture, 403, "auditor_not_approved");
  fixture_at(fixture, SECOND_AFTER);
  ask_staff(fixture, zoe, ASK);
  fixture_expect(fixture, 201);
  ask_staff(fixture, aud, ASK);
  fixture_refused(fixture, 403, "auditor_not_approved");
}

static void an_approval_that_was_taken_back_refuses_the_seat(void **state) {
  struct fixture *fixture = start(state, SECOND_AFTER);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF), aud = fixture_student(fixture, "Aud Invented");
  fixture_auditor(fixture, aud, true);
  int64_t request = asked(fixture, aud, "lab seat", "");
  fixture_call(fixture, -1, METHOD_PUT, "{\"audit_approved\":false}", SAMPLE "/roster/%lld", (long long)aud);
  fixture_expect(fixture, 200);
  refused_and_open(fixture, kim, request, 403, "auditor_not_approved");
}

static void where_auditing_needs_no_approval_an_auditor_asks_like_anybody(void **state) {
  struct fixture *fixture = sample_with("requires_approval: true", "requires_approval: false", SECOND_AFTER);
  *state = fixture;
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF), aud = fixture_student(fixture, "Aud Invented");
  fixture_auditor(fixture, aud, false);
  int64_t request = asked(fixture, aud, "lab seat", "");
  granted_and_told_once(fixture, kim, aud, request, "gave you a lab seat");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(staff_seat_somebody_after_the_day_of_decision, stop),
      cmocka_unit_test_teardown(where_auditing_needs_no_approval_an_auditor_asks_like_anybody, stop),
      cmocka_unit_test_teardown(a_full_lab_keeps_the_request_open, stop),
      cmocka_unit_test_teardown(a_member_of_a_registered_team_leaves_it_for_the_seat, stop),
      cmocka_unit_test_teardown(what_one_can_do_oneself_is_not_asked_for, stop),
      cmocka_unit_test_teardown(an_approval_that_was_taken_back_refuses_the_seat, stop),
  };
  return cmocka_run_group_tests_name("lab_petitions", tests, NULL, NULL);
}
