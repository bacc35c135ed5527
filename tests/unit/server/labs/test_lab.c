// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "tests/support/app_fixture.h"

#define WHY "\"reason\":\"They asked for it.\""

// The sample course: 20 seats, from 2023-08-28 12:30 to 2023-09-06 23:59 in New York (UTC-4), offers of 24 h.
#define OPENS "2023-08-28T16:30:00Z"
#define SECOND_BEFORE_OPENS "2023-08-28T16:29:59Z"
#define DECIDE_BY "2023-09-07T03:59:00Z"
#define SECOND_AFTER_DECIDE_BY "2023-09-07T03:59:01Z"
#define INSIDE "2023-09-05T14:00:00Z"

enum { CAPACITY = 20 };

static struct fixture *start(void **state, const char *now) {
  struct fixture *fixture = fixture_new(SAMPLE_COURSE, now);
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

static int ask(struct fixture *fixture, int64_t person) {
  return fixture_call(fixture, person, METHOD_PUT, "{}", SAMPLE "/labs/seat");
}

static const char *standing(struct fixture *fixture, int64_t person) {
  fixture_call(fixture, person, METHOD_GET, NULL, SAMPLE "/labs");
  fixture_expect(fixture, 200);
  return fixture_text(fixture, "you.state");
}

// `count` students in order of their ids; those beyond the capacity wait. Returns the first id.
static int64_t fill(struct fixture *fixture, int count) {
  int64_t first = 0;
  for (int i = 0; i < count; i++) {
    int64_t person = fixture_student(fixture, arena_format(fixture->arena, "Student %d", i + 1));
    first = first == 0 ? person : first;
    ask(fixture, person);
    fixture_expect(fixture, 200);
  }
  return first;
}

static void a_free_seat_is_taken_at_once(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented");
  ask(fixture, ada);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "seated");
  assert_int_equal(fixture_int(fixture, "free"), CAPACITY - 1);
  ask(fixture, ada);
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "seated"), 1);
}

static void seats_are_asked_for_within_the_window_to_the_second(void **state) {
  static const struct {
    const char *now;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {SECOND_BEFORE_OPENS, 409, "not_open", "the second before it opens"},
      {OPENS, 200, "", "the second at which it opens"},
      {DECIDE_BY, 200, "", "the last second"},
      {SECOND_AFTER_DECIDE_BY, 409, "deadline_passed", "one second after"},
  };
  struct fixture *fixture = start(state, "2023-08-22T00:00:00Z");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t person = fixture_student(fixture, arena_format(fixture->arena, "Case %zu", i));
    fixture_at(fixture, cases[i].now);
    const char *before = fixture_dump(fixture);
    ask(fixture, person);
    fixture_expect(fixture, cases[i].status);
    assert_string_equal(fixture_code(fixture), cases[i].code);
    if (cases[i].status != 200)
      assert_string_equal(fixture_dump(fixture), before);
  }
}

static void beyond_the_capacity_students_wait_in_the_order_of_asking(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t first = fill(fixture, CAPACITY + 5);
  for (int i = 0; i < CAPACITY + 5; i++) {
    const char *is = standing(fixture, first + i);
    assert_string_equal(is, i < CAPACITY ? "seated" : "waiting");
    if (i >= CAPACITY)
      assert_int_equal(fixture_int(fixture, "you.place"), i - CAPACITY + 1);
  }
  fixture_check(fixture);
}

static void a_freed_seat_is_offered_down_the_line_until_somebody_takes_it(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t first = fill(fixture, CAPACITY + 3);
  int64_t one = first + CAPACITY, two = one + 1;
  fixture_call(fixture, first, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  assert_string_equal(standing(fixture, one), "offered");
  assert_string_equal(fixture_text(fixture, "you.offer_expires_at"), "2023-09-06T14:00:00Z");
  assert_int_equal(fixture_messages(fixture, one, "lab seat"), 1);
  int64_t stale = 0; // a mail that could not leave in time does not offer what is another's by then
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &stale,
                                      "select count(*) from outbox where person_id = $1 and not_after = "
                                      "(select offer_expires_at from lab_queue where person_id = $1)",
                                      db_int(one)));
  assert_int_equal(1, stale);
  assert_string_equal(standing(fixture, two), "waiting");
  assert_int_equal(fixture_int(fixture, "you.place"), 1);
  // Whoever comes now waits, although a seat is not taken yet: it is offered.
  int64_t late = fixture_student(fixture, "Late Comer");
  ask(fixture, late);
  assert_string_equal(fixture_text(fixture, "you.state"), "waiting");
  fixture_check(fixture);

  fixture_at(fixture, "2023-09-06T14:00:01Z");
  assert_int_equal(fixture_run_duties(fixture), 0);
  assert_string_equal(standing(fixture, one), "offered");
  fixture_at(fixture, "2023-09-06T14:00:02Z");
  assert_int_equal(fixture_run_duties(fixture), 1);
  assert_string_equal(standing(fixture, one), "offer expired");
  assert_string_equal(standing(fixture, two), "offered");
  fixture_check(fixture);

  ask(fixture, one);
  fixture_refused(fixture, 409, "offer_expired");
  fixture_call(fixture, one, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  ask(fixture, one);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "waiting");
  assert_int_equal(fixture_int(fixture, "you.place"), 3);
  ask(fixture, two);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "seated");
}

static void an_offer_is_taken_until_its_expiry_has_run(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t first = fill(fixture, CAPACITY + 1);
  fixture_call(fixture, first, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_at(fixture, "2023-09-06T14:00:02Z"); // its instant has passed, but the queue's order decides
  ask(fixture, first + CAPACITY);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "seated");
  assert_int_equal(fixture_run_duties(fixture), 0);
}

static void declining_an_offer_passes_it_on_at_once(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t first = fill(fixture, CAPACITY + 2);
  fixture_call(fixture, first, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_call(fixture, first + CAPACITY, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  assert_string_equal(standing(fixture, first + CAPACITY + 1), "offered");
  fixture_call(fixture, first + CAPACITY, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_refused(fixture, 409, "not_seated");
}

static void at_decide_by_the_line_ends_and_open_offers_keep_their_time(void **state) {
  struct fixture *fixture = start(state, "2023-09-06T20:00:00Z");
  int64_t first = fill(fixture, CAPACITY + 3);
  int64_t holder = first + CAPACITY;
  fixture_call(fixture, first, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_at(fixture, "2023-09-07T03:59:02Z");
  assert_int_equal(fixture_run_duties(fixture), 1);
  assert_string_equal(standing(fixture, holder), "offered");
  assert_string_equal(standing(fixture, holder + 1), "list ended");
  assert_non_null(
      strstr(fixture_last_words(fixture, holder + 1), "5 days")); // registration closes 12 September 03:59 UTC
  ask(fixture, holder + 1);
  fixture_refused(fixture, 409, "deadline_passed");
  // Freed after the decision: no offer goes out by itself.
  fixture_call(fixture, first + 1, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "offered"), 1);
  ask(fixture, holder);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "seated");
}

static void after_the_decision_staff_seat_up_to_the_capacity(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t staff = fixture_person(fixture, "Terry Assistant", ROLE_STAFF);
  int64_t first = fill(fixture, CAPACITY + 1);
  fixture_at(fixture, "2023-09-07T04:00:00Z");
  fixture_run_duties(fixture);
  fixture_call(fixture, staff, METHOD_PUT, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)(first + CAPACITY));
  fixture_refused(fixture, 409, "lab_full");
  fixture_call(fixture, staff, METHOD_DELETE, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)first);
  fixture_expect(fixture, 200);
  fixture_call(fixture, staff, METHOD_PUT, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)(first + CAPACITY));
  fixture_expect(fixture, 200);
  assert_string_equal(standing(fixture, first + CAPACITY), "seated");
  assert_int_equal(fixture_messages(fixture, first + CAPACITY, "lab seat"), 1); // the list's end
  assert_int_equal(fixture_messages(fixture, first + CAPACITY, "moved by staff"), 1);
  assert_non_null(strstr(fixture_last_words(fixture, first + CAPACITY), "They write: \"They asked for it.\""));
  assert_non_null(strstr(fixture_last_words(fixture, first), "took your lab seat back. They write:"));
  fixture_call(fixture, first, METHOD_PUT, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)first);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, staff, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_refused(fixture, 403, "not_allowed");
}

static void a_student_in_a_team_is_told_what_leaving_means(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented");
  fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"Gradient Descenders\"}", SAMPLE "/teams");
  fixture_expect(fixture, 201);
  ask(fixture, ada);
  fixture_refused(fixture, 409, "in_team");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "Gradient Descenders"));
  fixture_call(fixture, ada, METHOD_PUT, "{\"leave_team\":true}", SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "seated");
  fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"Second Thoughts\"}", SAMPLE "/teams");
  fixture_refused(fixture, 409, "in_lab");
}

static void one_in_a_team_may_wait_and_leaves_it_when_taking_the_offer(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t first = fill(fixture, CAPACITY);
  int64_t ada = fixture_student(fixture, "Ada Invented");
  fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"Gradient Descenders\"}", SAMPLE "/teams");
  ask(fixture, ada);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "waiting");
  fixture_call(fixture, first, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  ask(fixture, ada);
  fixture_refused(fixture, 409, "in_team");
  assert_string_equal(standing(fixture, ada), "offered");
  fixture_call(fixture, ada, METHOD_PUT, "{\"leave_team\":true}", SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "you.state"), "seated");
}

static void out_of_a_registered_team_only_the_staff_let_somebody_go(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  fixture_card(fixture, ada, "project", "project", false);
  fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"Gradient Descenders\"}", SAMPLE "/teams");
  fixture_call(fixture, ada, METHOD_POST, "{\"email\":\"bob.invented@example.edu\"}", SAMPLE "/teams/1/invitations");
  fixture_expect(fixture, 201);
  fixture_call(fixture, bob, METHOD_POST, NULL, SAMPLE "/invitations/1/acceptance");
  fixture_call(fixture, ada, METHOD_POST, "{}", SAMPLE "/teams/1/registration");
  assert_in_range(fixture->answer.status, 200, 201);
  ask(fixture, ada);
  fixture_refused(fixture, 409, "in_team");
  assert_null(strstr(fixture_text(fixture, "detail"), "leave_team"));
  fixture_call(fixture, ada, METHOD_PUT, "{\"leave_team\":true}", SAMPLE "/labs/seat");
  fixture_refused(fixture, 409, "team_registered");
}

static void an_auditor_needs_approval_before_a_seat(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t ada = fixture_student(fixture, "Ada Invented");
  fixture_auditor(fixture, ada, false);
  ask(fixture, ada);
  fixture_refused(fixture, 403, "auditor_not_approved");
  fixture_auditor(fixture, ada, true);
  ask(fixture, ada);
  fixture_expect(fixture, 200);
}

static void a_drop_holds_the_seat_for_72_hours_and_leaves_the_line_at_once(void **state) {
  struct fixture *fixture = start(state, "2023-08-30T14:00:00Z");
  int64_t first = fill(fixture, CAPACITY + 2);
  int64_t waiting = first + CAPACITY;
  fixture_drop(fixture, waiting);
  assert_string_equal(standing(fixture, waiting + 1), "waiting");
  assert_int_equal(fixture_int(fixture, "you.place"), 1);
  fixture_drop(fixture, first);
  assert_string_equal(standing(fixture, waiting + 1), "waiting");
  assert_int_equal(fixture_int(fixture, "seated"), CAPACITY);
  fixture_at(fixture, "2023-09-02T14:00:01Z");
  assert_int_equal(fixture_run_duties(fixture), 0);
  fixture_at(fixture, "2023-09-02T14:00:02Z");
  assert_int_equal(fixture_run_duties(fixture), 1);
  assert_string_equal(standing(fixture, waiting + 1), "offered");
  assert_int_equal(fixture_int(fixture, "seated"), CAPACITY - 1);
}

static void staff_release_a_held_seat_at_once(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t staff = fixture_person(fixture, "Terry Assistant", ROLE_STAFF);
  int64_t first = fill(fixture, CAPACITY + 1);
  fixture_drop(fixture, first);
  fixture_call(fixture, staff, METHOD_DELETE, NULL, SAMPLE "/roster/%lld/hold", (long long)first);
  fixture_expect(fixture, 204);
  assert_string_equal(standing(fixture, first + CAPACITY), "offered");
  fixture_call(fixture, staff, METHOD_DELETE, NULL, SAMPLE "/roster/%lld/hold", (long long)first);
  fixture_refused(fixture, 404, "not_found");
}

static void what_staff_do_about_seats_has_a_reason(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t staff = fixture_person(fixture, "Terry Assistant", ROLE_STAFF);
  int64_t first = fill(fixture, CAPACITY + 2);
  int64_t waiting = first + CAPACITY;
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, staff, METHOD_PUT, "{}", SAMPLE "/labs/seats/%lld", (long long)waiting);
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_call(fixture, staff, METHOD_DELETE, "{\"reason\":\"  \"}", SAMPLE "/labs/seats/%lld", (long long)first);
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_call(fixture, staff, METHOD_DELETE, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)staff);
  fixture_refused(fixture, 409, "not_seated");
  fixture_call(fixture, staff, METHOD_DELETE, "{" WHY "}", SAMPLE "/labs/seats/%lld?dry_run=true", (long long)first);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "moved.0.words"),
                      "Student 1 leaves a lab seat and has neither a team nor a seat.");
  assert_int_equal(json_array_size(fixture_json(fixture, "told")), 2); // and the first in line
  assert_string_equal(fixture_dump(fixture), before);
  fixture_call(fixture, staff, METHOD_DELETE, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)waiting);
  fixture_expect(fixture, 200);
  assert_string_equal(standing(fixture, waiting), "none");
  assert_int_equal(fixture_int(fixture, "waiting"), 1);
  assert_non_null(strstr(fixture_last_words(fixture, waiting), "took back your place in the line for the labs"));
}

static void a_freed_seat_goes_to_whom_staff_seat_beyond_the_order_only_while_nobody_holds_it(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t staff = fixture_person(fixture, "Terry Assistant", ROLE_STAFF);
  int64_t first = fill(fixture, CAPACITY + 2);
  fixture_call(fixture, staff, METHOD_DELETE, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)first);
  fixture_expect(fixture, 200); // offered to the first in line, so that the second cannot have it
  const char *before = fixture_dump(fixture);
  fixture_call(fixture, staff, METHOD_PUT, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)(first + CAPACITY + 1));
  fixture_refused(fixture, 409, "lab_full");
  assert_string_equal(fixture_dump(fixture), before);
  fixture_call(fixture, staff, METHOD_PUT, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)(first + CAPACITY));
  fixture_expect(fixture, 200); // the holder may
  assert_string_equal(standing(fixture, first + CAPACITY), "seated");
}

static void staff_seat_a_member_of_a_team_when_they_say_so(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  int64_t staff = fixture_person(fixture, "Terry Assistant", ROLE_STAFF);
  int64_t ada = fixture_student(fixture, "Ada Invented");
  fixture_call(fixture, ada, METHOD_POST, "{\"name\":\"Gradient Descenders\"}", SAMPLE "/teams");
  fixture_call(fixture, staff, METHOD_PUT, "{" WHY "}", SAMPLE "/labs/seats/%lld", (long long)ada);
  fixture_refused(fixture, 409, "in_team");
  fixture_call(fixture, staff, METHOD_PUT, "{\"leave_team\":true," WHY "}", SAMPLE "/labs/seats/%lld", (long long)ada);
  fixture_expect(fixture, 200);
  assert_string_equal(standing(fixture, ada), "seated");
  assert_non_null(strstr(fixture_last_words(fixture, ada), "moved you from Gradient Descenders to a lab seat"));
}

static void come_back(struct fixture *fixture, int64_t person) {
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)person);
  fixture_expect(fixture, 200);
}

static void who_comes_back_finds_the_seat_and_the_place_in_line(void **state) {
  struct fixture *fixture = start(state, "2023-08-30T14:00:00Z");
  int64_t first = fill(fixture, CAPACITY + 3);
  int64_t one = first + CAPACITY;
  fixture_drop(fixture, first);
  fixture_drop(fixture, one);
  fixture_at(fixture, "2023-09-02T14:00:00Z"); // the last second of the hold
  come_back(fixture, first);
  come_back(fixture, one);
  assert_string_equal(standing(fixture, first), "seated");
  assert_string_equal(standing(fixture, one), "waiting");
  assert_int_equal(fixture_int(fixture, "you.place"), 1);
  fixture_check(fixture);
  // Of an offer the place remains, at the head of the line; the seat itself went on.
  fixture_call(fixture, first, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  assert_string_equal(standing(fixture, one), "offered");
  fixture_drop(fixture, one);
  assert_string_equal(standing(fixture, one + 1), "offered");
  come_back(fixture, one);
  assert_string_equal(standing(fixture, one), "waiting");
  assert_int_equal(fixture_int(fixture, "you.place"), 1);
  assert_string_equal(standing(fixture, one + 2), "waiting");
  assert_int_equal(fixture_int(fixture, "you.place"), 2);
}

static void who_comes_back_too_late_for_the_line_starts_anew_or_hears_that_it_ended(void **state) {
  struct fixture *fixture = start(state, "2023-08-30T14:00:00Z");
  int64_t first = fill(fixture, CAPACITY + 2);
  int64_t one = first + CAPACITY;
  fixture_drop(fixture, one);
  fixture_at(fixture, "2023-09-02T14:00:01Z"); // a second after the hold
  come_back(fixture, one);
  assert_string_equal(standing(fixture, one), "none");
  fixture_at(fixture, "2023-09-06T14:00:00Z");
  fixture_drop(fixture, one + 1);
  fixture_at(fixture, SECOND_AFTER_DECIDE_BY);
  fixture_run_duties(fixture);
  come_back(fixture, one + 1);
  assert_string_equal(standing(fixture, one + 1), "list ended");
  assert_int_equal(fixture_messages(fixture, one + 1, "lab seat"), 1);
}

static void a_course_without_labs_says_so(void **state) {
  struct fixture *fixture = fixture_new("config/minimal.yaml", INSIDE);
  *state = fixture;
  int64_t ada = fixture_student(fixture, "Ada Invented");
  fixture_call(fixture, -1, METHOD_GET, NULL, "/api/v1/courses");
  const char *course = fixture_text(fixture, "courses.0.course");
  fixture_call(fixture, ada, METHOD_PUT, "{}", "/api/v1/courses/%s/labs/seat", course);
  fixture_refused(fixture, 404, "not_found");
}

// One of the things that staff put right, about random people and teams.
static void repair_at_random(struct fixture *fixture, int64_t staff, uint64_t seed, const int64_t *people, int step) {
  long long who = people[(seed >> 33) % 40], other = people[(seed >> 43) % 40];
  long long team = (long long)((seed >> 23) % 12) + 1, second = (long long)((seed >> 13) % 12) + 1;
  struct arena *arena = fixture->arena;
  switch ((seed >> 49) % 10) {
  case 0:
  case 1:
    fixture_call(fixture, staff, METHOD_PUT, arena_format(arena, "{\"team\":%lld," WHY "}", team),
                 SAMPLE "/placements/%lld", who);
    break;
  case 2:
    fixture_call(fixture, staff, METHOD_PUT, "{\"team\":null," WHY "}", SAMPLE "/placements/%lld", who);
    break;
  case 3:
    fixture_call(fixture, staff, METHOD_POST,
                 arena_format(arena, "{\"first\":%lld,\"second\":%lld," WHY "}", who, other),
                 SAMPLE "/placement-swaps");
    break;
  case 4:
    fixture_call(fixture, staff, METHOD_POST, "{" WHY "}", SAMPLE "/placements/%lld/undo", who);
    break;
  case 5:
    fixture_call(fixture, staff, METHOD_POST, arena_format(arena, "{\"into\":%lld," WHY "}", second),
                 SAMPLE "/teams/%lld/merger", team);
    break;
  case 6:
    fixture_call(fixture, staff, METHOD_POST,
                 arena_format(arena, "{\"name\":\"Staff %d\",\"people\":[%lld,%lld]," WHY "}", step, who, other),
                 seed & 4096 ? SAMPLE "/staff-teams" : SAMPLE "/teams/%lld/split", team);
    break;
  case 7:
    fixture_call(fixture, staff, METHOD_PUT, arena_format(arena, "{\"size_max\":%lld," WHY "}", 2 + second % 6),
                 SAMPLE "/teams/%lld/size", team);
    break;
  case 8:
    fixture_call(fixture, staff, METHOD_PUT, "{\"leave_team\":true," WHY "}", SAMPLE "/labs/seats/%lld", who);
    break;
  default:
    fixture_call(fixture, staff, METHOD_DELETE, "{" WHY "}", SAMPLE "/labs/seats/%lld", who);
    break;
  }
}

// A thousand random steps of everybody: the invariants of rules.md hold after each (fixture_check), and no step is a
// mistake of ours (5xx).
enum { CROWD = 40, STEPS = 1000 };

static void random_interleavings_keep_the_invariants(void **state) {
  struct fixture *fixture = start(state, "2023-08-29T14:00:00Z");
  int64_t now = clock_now(&fixture->clock);
  int64_t person[CROWD];
  for (int i = 0; i < CROWD; i++) {
    person[i] = fixture_student(fixture, arena_format(fixture->arena, "Crowd %d", i));
    fixture_card(fixture, person[i], i % 2 == 0 ? "project" : "none", i % 3 == 0 ? "research" : "novice", true);
  }
  int64_t staff = fixture_person(fixture, "Terry Assistant", ROLE_STAFF);
  size_t repaired = 0;
  uint64_t seed = 8803;
  for (int step = 0; step < STEPS; step++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    int64_t who = person[(seed >> 33) % CROWD], other = person[(seed >> 43) % CROWD];
    long long team = (long long)((seed >> 23) % 12) + 1;
    switch ((seed >> 53) % 16) {
    case 12:
    case 13:
    case 14:
    case 15:
      repair_at_random(fixture, staff, seed, person, step);
      repaired += fixture->answer.status == 200;
      break;
    case 0:
    case 1:
    case 2:
      fixture_call(fixture, who, METHOD_PUT, seed & 1024 ? "{}" : "{\"leave_team\":true}", SAMPLE "/labs/seat");
      break;
    case 3:
      fixture_call(fixture, who, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
      break;
    case 4:
      fixture_call(fixture, who, METHOD_POST, arena_format(fixture->arena, "{\"name\":\"Team %d\"}", step),
                   SAMPLE "/teams");
      break;
    case 5:
      fixture_call(fixture, who, METHOD_POST, arena_format(fixture->arena, "{\"person\":%lld}", (long long)other),
                   SAMPLE "/teams/%lld/invitations", team);
      break;
    case 6:
      fixture_call(fixture, who, METHOD_POST, NULL, SAMPLE "/invitations/%lld/acceptance",
                   (long long)((seed >> 13) % 60) + 1);
      break;
    case 7:
      fixture_call(fixture, who, METHOD_DELETE, NULL, SAMPLE "/teams/%lld/members/%lld", team, (long long)who);
      break;
    case 8:
      now += (int64_t)((seed >> 15) % 8000);
      fixture_at_seconds(fixture, now);
      fixture_run_duties(fixture);
      fixture->answer.status = 200;
      break;
    case 9:
      fixture_call(fixture, who, METHOD_POST, "{\"message\":\"May I join?\"}", SAMPLE "/teams/%lld/join-requests",
                   team);
      break;
    case 10:
      fixture_call(fixture, who, METHOD_POST, "{\"gap_plan\":\"We will read the papers and ask for help.\"}",
                   SAMPLE "/teams/%lld/registration", team);
      break;
    default:
      if (step % 3 == 0)
        fixture_drop(fixture, who);
      else
        fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)who);
      break;
    }
    if (fixture->answer.status >= 500)
      fail_msg("step %d: %s", step, fixture->answer.body);
    fixture_check(fixture);
  }
  assert_true(repaired > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_free_seat_is_taken_at_once, stop),
      cmocka_unit_test_teardown(seats_are_asked_for_within_the_window_to_the_second, stop),
      cmocka_unit_test_teardown(beyond_the_capacity_students_wait_in_the_order_of_asking, stop),
      cmocka_unit_test_teardown(a_freed_seat_is_offered_down_the_line_until_somebody_takes_it, stop),
      cmocka_unit_test_teardown(an_offer_is_taken_until_its_expiry_has_run, stop),
      cmocka_unit_test_teardown(declining_an_offer_passes_it_on_at_once, stop),
      cmocka_unit_test_teardown(at_decide_by_the_line_ends_and_open_offers_keep_their_time, stop),
      cmocka_unit_test_teardown(after_the_decision_staff_seat_up_to_the_capacity, stop),
      cmocka_unit_test_teardown(a_student_in_a_team_is_told_what_leaving_means, stop),
      cmocka_unit_test_teardown(one_in_a_team_may_wait_and_leaves_it_when_taking_the_offer, stop),
      cmocka_unit_test_teardown(out_of_a_registered_team_only_the_staff_let_somebody_go, stop),
      cmocka_unit_test_teardown(an_auditor_needs_approval_before_a_seat, stop),
      cmocka_unit_test_teardown(a_drop_holds_the_seat_for_72_hours_and_leaves_the_line_at_once, stop),
      cmocka_unit_test_teardown(staff_release_a_held_seat_at_once, stop),
      cmocka_unit_test_teardown(what_staff_do_about_seats_has_a_reason, stop),
      cmocka_unit_test_teardown(a_freed_seat_goes_to_whom_staff_seat_beyond_the_order_only_while_nobody_holds_it, stop),
      cmocka_unit_test_teardown(staff_seat_a_member_of_a_team_when_they_say_so, stop),
      cmocka_unit_test_teardown(who_comes_back_finds_the_seat_and_the_place_in_line, stop),
      cmocka_unit_test_teardown(who_comes_back_too_late_for_the_line_starts_anew_or_hears_that_it_ended, stop),
      cmocka_unit_test_teardown(a_course_without_labs_says_so, stop),
      cmocka_unit_test_teardown(random_interleavings_keep_the_invariants, stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
