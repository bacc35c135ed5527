// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/courses/petition_helpers.h"

struct crew {
  struct fixture *fixture;
  int64_t pat, kim;                 // instructor, staff
  int64_t ada, bob, cem;            // of the first team
  int64_t eve, moe;                 // of the second
  int64_t zoe;                      // of none
  int64_t first, second;            // registered
  const char *to_first, *to_second; // "\"team\":N"
};

static struct crew start(void **state) {
  struct fixture *fixture = sample_at(INSIDE);
  *state = fixture;
  struct crew crew = {.fixture = fixture,
                      .pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR),
                      .kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF),
                      .ada = fixture_student(fixture, "Ada Invented"),
                      .bob = fixture_student(fixture, "Bob Invented"),
                      .cem = fixture_student(fixture, "Cem Invented"),
                      .eve = fixture_student(fixture, "Eve Invented"),
                      .moe = fixture_student(fixture, "Moe Invented"),
                      .zoe = fixture_student(fixture, "Zoe Invented")};
  crew.first = covered_team(fixture, crew.ada, crew.bob, "Descenders");
  add_member(fixture, crew.ada, crew.first, crew.cem);
  crew.second = covered_team(fixture, crew.eve, crew.moe, "Climbers");
  register_team(fixture, crew.ada, crew.first, "{}");
  register_team(fixture, crew.eve, crew.second, "{}");
  crew.to_first = arena_format(fixture->arena, "\"team\":%lld", (long long)crew.first);
  crew.to_second = arena_format(fixture->arena, "\"team\":%lld", (long long)crew.second);
  return crew;
}

static int stop(void **state) {
  if (*state != NULL) {
    fixture_check(*state);
    fixture_free(*state);
  }
  *state = NULL;
  return 0;
}

static void refused_ask(const struct crew *crew, int64_t person, const char *body, int status, const char *code) {
  const char *before = fixture_dump(crew->fixture);
  ask_staff(crew->fixture, person, body);
  fixture_refused(crew->fixture, status, code);
  assert_string_equal(fixture_dump(crew->fixture), before);
}

static const char *body_of(const struct crew *crew, const char *kind, const char *more) {
  return arena_format(crew->fixture->arena, "{\"kind\":\"%s\",\"message\":\"Please\"%s%s}", kind,
                      more[0] == '\0' ? "" : ",", more);
}

static void a_team_gets_more_places(void **state) {
  struct crew crew = start(state);
  int64_t request = asked(crew.fixture, crew.bob, "team size", "\"size\":6");
  answer_it(crew.fixture, crew.kim, request, GRANT);
  fixture_expect(crew.fixture, 201);
  show_team(crew.fixture, crew.ada, crew.first);
  assert_int_equal(fixture_int(crew.fixture, "size_max"), 6);
  assert_true(fixture_messages(crew.fixture, crew.cem, "") > 0);
}

static void more_places_are_asked_for_by_members_within_what_staff_can_allow(void **state) {
  static const struct {
    int size;
    bool is_taken;
    const char *why;
  } cases[] = {
      {4, false, "every team may have four"}, {5, true, "one more"}, {20, true, "the most"}, {21, false, "too many"}};
  struct crew crew = start(state);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ask_staff(crew.fixture, crew.ada,
              body_of(&crew, "team size", arena_format(crew.fixture->arena, "\"size\":%d", cases[i].size)));
    if ((crew.fixture->answer.status == 201) != cases[i].is_taken)
      fail_msg("%s: %s", cases[i].why, crew.fixture->answer.body);
    if (cases[i].is_taken) {
      answer_it(crew.fixture, crew.kim, fixture_int(crew.fixture, "id"), DECLINE);
      fixture_expect(crew.fixture, 201);
    } else
      fixture_refused(crew.fixture, 422, "invalid_fields");
  }
  const char *theirs = arena_format(crew.fixture->arena, "%s,\"size\":6", crew.to_first);
  refused_ask(&crew, crew.eve, body_of(&crew, "team size", theirs), 403, "not_your_team");
  refused_ask(&crew, crew.zoe, body_of(&crew, "team size", "\"size\":6"), 422, "invalid_fields");
}

static void coverage_is_waived_for_a_team_that_asks(void **state) {
  struct crew crew = start(state);
  int64_t request = asked(crew.fixture, crew.eve, "coverage", "");
  refused_ask(&crew, crew.eve, body_of(&crew, "coverage", ""), 409, "request_exists");
  answer_it(crew.fixture, crew.kim, request, "{\"verdict\":\"grant\"}");
  fixture_expect(crew.fixture, 201);
  assert_null(fixture_text(crew.fixture, "answer"));
  assert_int_equal(team_column(crew.fixture, crew.second, "is_waived"), 1);
  assert_int_equal(fixture_messages(crew.fixture, crew.moe, "coverage waived"), 1);
  refused_ask(&crew, crew.eve, body_of(&crew, "coverage", ""), 409, "conflict");
  refused_ask(&crew, crew.zoe, body_of(&crew, "coverage", crew.to_second), 403, "not_your_team");
}

static void who_asked_hears_once_of_the_answer_and_of_what_came_of_it(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  size_t of_cem = fixture_messages(fixture, crew.cem, "");
  granted_and_told_once(fixture, crew.kim, crew.bob, asked(fixture, crew.bob, "team size", "\"size\":6"), "6 members");
  assert_int_equal(fixture_messages(fixture, crew.cem, ""), of_cem + 1); // the others hear of the act
  granted_and_told_once(fixture, crew.kim, crew.eve, asked(fixture, crew.eve, "coverage", ""),
                        "waived the coverage of skills");
  granted_and_told_once(fixture, crew.kim, crew.zoe, asked(fixture, crew.zoe, "late join", crew.to_second),
                        "put you into Climbers");
  granted_and_told_once(fixture, crew.kim, crew.cem, asked(fixture, crew.cem, "leave", ""), "took you out of");
  int64_t swap = asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.moe));
  say(fixture, crew.moe, swap, true);
  size_t of_moe = fixture_messages(fixture, crew.moe, "");
  granted_and_told_once(fixture, crew.kim, crew.ada, swap, "moved you from Descenders to Climbers");
  assert_int_equal(fixture_messages(fixture, crew.moe, ""), of_moe + 1);
}

static void somebody_joins_a_registered_team_and_its_contact_is_heard(void **state) {
  struct crew crew = start(state);
  int64_t request = asked(crew.fixture, crew.zoe, "late join", crew.to_second);
  assert_string_equal(fixture_text(crew.fixture, "consent"), "asked");
  assert_int_equal(fixture_messages(crew.fixture, crew.eve, "request consent"), 1);
  say(crew.fixture, crew.moe, request, false);
  fixture_refused(crew.fixture, 404, "not_found"); // a member, but not the contact
  say(crew.fixture, crew.eve, request, false);
  fixture_expect(crew.fixture, 201);
  assert_string_equal(state_of(crew.fixture, crew.kim, request), "open"); // an objection binds nobody
  show_request(crew.fixture, crew.kim, request);
  assert_string_equal(fixture_text(crew.fixture, "consent"), "refused");
  answer_it(crew.fixture, crew.kim, request, GRANT);
  fixture_expect(crew.fixture, 201);
  assert_int_equal(place_of(crew.fixture, crew.zoe), crew.second);
  assert_int_equal(fixture_messages(crew.fixture, crew.zoe, "request answered"), 1);
}

static void a_team_that_is_full_meanwhile_keeps_the_request_open(void **state) {
  struct crew crew = start(state);
  int64_t request = asked(crew.fixture, crew.zoe, "late join", crew.to_first);
  int64_t max = asked(crew.fixture, crew.moe, "late join", crew.to_first);
  answer_it(crew.fixture, crew.kim, max, GRANT);
  fixture_expect(crew.fixture, 201);
  refused_and_open(crew.fixture, crew.kim, request, 409, "team_full");
  int64_t size = asked(crew.fixture, crew.ada, "team size", "\"size\":5");
  answer_it(crew.fixture, crew.kim, size, GRANT);
  answer_it(crew.fixture, crew.kim, request, GRANT);
  fixture_expect(crew.fixture, 201);
  assert_int_equal(place_of(crew.fixture, crew.zoe), crew.first);
}

static void a_late_join_is_for_where_the_team_cannot_decide_itself(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  int64_t max = fixture_student(fixture, "Max Invented");
  const char *to_forming =
      arena_format(fixture->arena, "\"team\":%lld", (long long)found_team(fixture, max, "Formers"));
  fixture_at_seconds(fixture, CLOSES_AT);
  refused_ask(&crew, crew.zoe, body_of(&crew, "late join", to_forming), 409, "conflict");
  fixture_at_seconds(fixture, CLOSES_AT + 1);
  asked(fixture, crew.zoe, "late join", to_forming);
  refused_ask(&crew, crew.ada, body_of(&crew, "late join", crew.to_first), 409, "in_team");
  refused_ask(&crew, crew.zoe, body_of(&crew, "late join", "\"team\":999"), 404, "not_found");
  refused_ask(&crew, crew.zoe, body_of(&crew, "late join", ""), 422, "invalid_fields");
  fixture_auditor(fixture, crew.zoe, false);
  refused_ask(&crew, crew.zoe, body_of(&crew, "late join", crew.to_first), 403, "auditor_not_approved");
  fixture_auditor(fixture, crew.zoe, true);
  asked(fixture, crew.zoe, "late join", crew.to_first);
}

static void leaving_is_asked_for_only_where_one_cannot_go_by_oneself(void **state) {
  struct crew crew = start(state);
  int64_t max = fixture_student(crew.fixture, "Max Invented");
  found_team(crew.fixture, max, "Formers");
  refused_ask(&crew, max, body_of(&crew, "leave", ""), 409, "conflict");
  refused_ask(&crew, crew.zoe, body_of(&crew, "leave", ""), 422, "invalid_fields");
  refused_ask(&crew, crew.zoe, body_of(&crew, "leave", crew.to_first), 403, "not_your_team");
  // Who has gone meanwhile has nothing to be let go from.
  int64_t request = asked(crew.fixture, crew.cem, "leave", "");
  remove_member(crew.fixture, crew.kim, crew.first, crew.cem);
  int64_t back = asked(crew.fixture, crew.cem, "late join", crew.to_second);
  answer_it(crew.fixture, crew.kim, back, GRANT);
  fixture_expect(crew.fixture, 201);
  refused_and_open(crew.fixture, crew.kim, request, 409, "conflict");
}

static void two_change_places_once_the_other_has_agreed(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  int64_t request =
      asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.moe));
  assert_int_equal(fixture_messages(fixture, crew.moe, "request consent"), 1);
  refused_and_open(fixture, crew.kim, request, 409, "consent_needed");
  say(fixture, crew.bob, request, true);
  fixture_refused(fixture, 404, "not_found");
  say(fixture, crew.ada, request, true);
  fixture_refused(fixture, 403, "not_allowed");
  say(fixture, crew.kim, request, true);
  fixture_refused(fixture, 403, "not_allowed");
  say(fixture, crew.moe, request, true);
  fixture_expect(fixture, 201);
  const char *before = fixture_dump(fixture);
  say(fixture, crew.moe, request, true); // said twice is said once
  fixture_expect(fixture, 201);
  assert_string_equal(fixture_dump(fixture), before);
  answer_it(fixture, crew.kim, request, GRANT);
  fixture_expect(fixture, 201);
  assert_int_equal(place_of(fixture, crew.ada), crew.second);
  assert_int_equal(place_of(fixture, crew.moe), crew.first);
  assert_true(fixture_messages(fixture, crew.bob, "") > 0);
}

static void the_other_who_does_not_agree_ends_the_swap(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  int64_t request =
      asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.moe));
  say(fixture, crew.moe, request, true);
  say(fixture, crew.moe, request, false); // they may think again while it is open
  fixture_expect(fixture, 201);
  assert_string_equal(state_of(fixture, crew.ada, request), "declined");
  assert_int_equal(fixture_messages(fixture, crew.ada, "request answered"), 1);
  say(fixture, crew.moe, request, true);
  fixture_refused(fixture, 409, "already_answered");
  answer_it(fixture, crew.kim, request, GRANT);
  fixture_refused(fixture, 409, "already_answered");
  assert_int_equal(place_of(fixture, crew.ada), crew.first);
}

static void the_other_is_told_when_the_swap_comes_to_nothing(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  const char *with_moe = arena_format(fixture->arena, "\"person\":%lld", (long long)crew.moe);
  int64_t request = asked(fixture, crew.ada, "swap", with_moe);
  fixture_call(fixture, crew.ada, METHOD_DELETE, NULL, SAMPLE "/requests/%lld", (long long)request);
  assert_int_equal(fixture_messages(fixture, crew.moe, "request answered"), 1);
  request = asked(fixture, crew.ada, "swap", with_moe);
  answer_it(fixture, crew.kim, request, DECLINE); // staff need not wait to decline
  fixture_expect(fixture, 201);
  assert_int_equal(fixture_messages(fixture, crew.moe, "request answered"), 2);
  assert_null(strstr(fixture_last_words(fixture, crew.moe), "no room")); // the words are the asker's
}

static void a_swap_needs_two_places_that_differ_and_tells_of_nobody_else(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  int64_t hid = fixture_student(fixture, "Hid Invented"), lab = fixture_student(fixture, "Lab Invented");
  int64_t max = fixture_student(fixture, "Max Invented");
  add_member(fixture, max, found_team(fixture, max, "Formers"), hid);
  fixture_confidential(fixture, hid);
  take_seat(fixture, lab);
  const int64_t others[] = {crew.ada, crew.bob, crew.zoe, hid, crew.kim, 999};
  const char *words = NULL;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    const char *with = arena_format(fixture->arena, "\"person\":%lld", (long long)others[i]);
    refused_ask(&crew, crew.ada, body_of(&crew, "swap", with), 422, "invalid_fields");
    const char *message = fixture_text(fixture, "errors.0.message");
    if (words != NULL)
      assert_string_equal(message, words); // all alike
    words = arena_text(fixture->arena, message);
  }
  const char *with_eve = arena_format(fixture->arena, "\"person\":%lld", (long long)crew.eve);
  refused_ask(&crew, crew.zoe, body_of(&crew, "swap", with_eve), 409, "conflict");
  // A team against a seat.
  int64_t request = asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)lab));
  say(fixture, lab, request, true);
  answer_it(fixture, crew.kim, request, GRANT);
  fixture_expect(fixture, 201);
  assert_int_equal(place_of(fixture, crew.ada), -1);
  assert_int_equal(place_of(fixture, lab), crew.first);
}

static void the_other_of_a_swap_who_was_marked_confidential_since_is_named_to_staff_only(void **state) {
  for (int is_granted = 0; is_granted < 2; is_granted++) {
    struct crew crew = start(state);
    struct fixture *fixture = crew.fixture;
    int64_t request =
        asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.moe));
    assert_non_null(strstr(fixture->answer.body, "Moe"));
    fixture_confidential(fixture, crew.moe);
    const char *const pages[] = {"/requests", arena_format(fixture->arena, "/requests/%lld", (long long)request)};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
      fixture_call(fixture, crew.ada, METHOD_GET, NULL, SAMPLE "%s", pages[i]);
      fixture_expect(fixture, 200);
      assert_null(strstr(fixture->answer.body, "Moe"));
      assert_null(strstr(fixture->answer.body, arena_format(fixture->arena, "\"other\":%lld", (long long)crew.moe)));
      fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "%s", pages[i]);
      assert_non_null(strstr(fixture->answer.body, "Moe"));
    }
    say(fixture, crew.moe, request, true);
    fixture_expect(fixture, 201);
    assert_int_equal(fixture_int(fixture, "other"), crew.moe); // it is themselves
    answer_it(fixture, crew.kim, request, is_granted ? GRANT : DECLINE);
    fixture_expect(fixture, 201);
    assert_non_null(strstr(fixture_last_words(fixture, crew.ada), "\"swap\" with somebody was "));
    assert_null(strstr(fixture_last_words(fixture, crew.ada), "Moe"));
    fixture_free(fixture);
    *state = NULL;
  }
}

static void that_a_member_has_dropped_is_not_found_out_by_asking_for_a_swap(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  fixture_drop(fixture, crew.moe);
  int64_t request =
      asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.moe));
  say(fixture, crew.moe, request, true);
  fixture_refused(fixture, 403, "not_enrolled");
  refused_and_open(fixture, crew.kim, request, 409, "consent_needed");
}

static void consent_is_to_the_places_of_that_time(void **state) {
  static const char *const moments[] = {"2023-09-05T14:00:00Z",
                                        "2023-09-05T14:00:01Z"}; // the very second, and the next
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    struct crew crew = start(state);
    struct fixture *fixture = crew.fixture;
    int64_t request =
        asked(fixture, crew.cem, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.moe));
    say(fixture, crew.moe, request, true);
    fixture_at(fixture, moments[i]);
    int64_t leave = asked(fixture, crew.cem, "leave", "");
    answer_it(fixture, crew.kim, leave, GRANT);
    refused_and_open(fixture, crew.kim, request, 409, "conflict"); // gone from the team
    int64_t join = asked(fixture, crew.cem, "late join", crew.to_first);
    answer_it(fixture, crew.kim, join, GRANT);
    fixture_expect(fixture, 201);
    refused_and_open(fixture, crew.kim, request, 409, "conflict"); // back, but anew
    assert_int_equal(place_of(fixture, crew.cem), crew.first);
    stop(state);
  }
}

// What is undone opens the place of long ago again.
static void a_join_that_is_undone_after_the_consent_is_another_place(void **state) {
  static const char *const moments[] = {"2023-09-05T15:00:00Z", "2023-09-05T15:00:01Z"};
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    struct crew crew = start(state);
    struct fixture *fixture = crew.fixture;
    fixture_call(fixture, crew.kim, METHOD_PUT,
                 arena_format(fixture->arena, "{%s,\"reason\":\"They asked.\"}", crew.to_second),
                 SAMPLE "/placements/%lld", (long long)crew.cem);
    fixture_expect(fixture, 200);
    found_team(fixture, crew.zoe, "Formers");
    fixture_at(fixture, moments[0]);
    int64_t request =
        asked(fixture, crew.zoe, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.cem));
    say(fixture, crew.cem, request, true);
    fixture_at(fixture, moments[i]);
    fixture_call(fixture, crew.kim, METHOD_POST, "{\"reason\":\"A mistake.\"}", SAMPLE "/placements/%lld/undo",
                 (long long)crew.cem);
    fixture_expect(fixture, 200);
    assert_int_equal(place_of(fixture, crew.cem), crew.first);
    refused_and_open(fixture, crew.kim, request, 409, "conflict");
    stop(state);
  }
}

// Everything in one second, as a script does it.
static void a_move_before_the_consent_is_none_after_it(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  int64_t join = asked(fixture, crew.zoe, "late join", crew.to_second);
  answer_it(fixture, crew.kim, join, GRANT);
  fixture_expect(fixture, 201);
  int64_t request =
      asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.zoe));
  say(fixture, crew.zoe, request, true);
  answer_it(fixture, crew.kim, request, GRANT);
  fixture_expect(fixture, 201);
  assert_int_equal(place_of(fixture, crew.zoe), crew.first);
}

// At asking it was approved, or nobody asked: the other one of a swap.
static void no_grant_brings_an_auditor_into_a_team_whom_nobody_has_approved(void **state) {
  struct crew crew = start(state);
  struct fixture *fixture = crew.fixture;
  fixture_auditor(fixture, crew.zoe, true);
  int64_t join = asked(fixture, crew.zoe, "late join", crew.to_second);
  fixture_call(fixture, -1, METHOD_PUT, "{\"audit_approved\":false}", SAMPLE "/roster/%lld", (long long)crew.zoe);
  fixture_expect(fixture, 200);
  refused_and_open(fixture, crew.kim, join, 403, "auditor_not_approved");
  found_team(fixture, crew.zoe, "Formers");
  fixture_at(fixture, "2023-09-05T14:00:01Z");
  int64_t swap = asked(fixture, crew.ada, "swap", arena_format(fixture->arena, "\"person\":%lld", (long long)crew.zoe));
  say(fixture, crew.zoe, swap, true);
  refused_and_open(fixture, crew.kim, swap, 403, "auditor_not_approved");
  fixture_auditor(fixture, crew.zoe, true);
  answer_it(fixture, crew.kim, swap, GRANT);
  fixture_expect(fixture, 201);
  assert_int_equal(place_of(fixture, crew.zoe), crew.first);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_team_gets_more_places, stop),
      cmocka_unit_test_teardown(more_places_are_asked_for_by_members_within_what_staff_can_allow, stop),
      cmocka_unit_test_teardown(coverage_is_waived_for_a_team_that_asks, stop),
      cmocka_unit_test_teardown(who_asked_hears_once_of_the_answer_and_of_what_came_of_it, stop),
      cmocka_unit_test_teardown(somebody_joins_a_registered_team_and_its_contact_is_heard, stop),
      cmocka_unit_test_teardown(a_team_that_is_full_meanwhile_keeps_the_request_open, stop),
      cmocka_unit_test_teardown(a_late_join_is_for_where_the_team_cannot_decide_itself, stop),
      cmocka_unit_test_teardown(leaving_is_asked_for_only_where_one_cannot_go_by_oneself, stop),
      cmocka_unit_test_teardown(two_change_places_once_the_other_has_agreed, stop),
      cmocka_unit_test_teardown(the_other_who_does_not_agree_ends_the_swap, stop),
      cmocka_unit_test_teardown(the_other_is_told_when_the_swap_comes_to_nothing, stop),
      cmocka_unit_test_teardown(a_swap_needs_two_places_that_differ_and_tells_of_nobody_else, stop),
      cmocka_unit_test_teardown(the_other_of_a_swap_who_was_marked_confidential_since_is_named_to_staff_only, stop),
      cmocka_unit_test_teardown(that_a_member_has_dropped_is_not_found_out_by_asking_for_a_swap, stop),
      cmocka_unit_test_teardown(consent_is_to_the_places_of_that_time, stop),
      cmocka_unit_test_teardown(a_join_that_is_undone_after_the_consent_is_another_place, stop),
      cmocka_unit_test_teardown(a_move_before_the_consent_is_none_after_it, stop),
      cmocka_unit_test_teardown(no_grant_brings_an_auditor_into_a_team_whom_nobody_has_approved, stop),
  };
  return cmocka_run_group_tests_name("team_petitions", tests, NULL, NULL);
}
