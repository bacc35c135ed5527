// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/petition.h"
#include "tests/unit/server/courses/petition_helpers.h"

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

struct crew {
  int64_t pat; // instructor
  int64_t kim; // staff
  int64_t ada, bob;
  int64_t team; // registered: Ada and Bob
};

static struct crew crew_of(struct fixture *fixture) {
  struct crew crew = {.pat = fixture_person(fixture, "Pat Invented", ROLE_INSTRUCTOR),
                      .kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF),
                      .ada = fixture_student(fixture, "Ada Invented"),
                      .bob = fixture_student(fixture, "Bob Invented")};
  crew.team = covered_team(fixture, crew.ada, crew.bob, "Descenders");
  register_team(fixture, crew.ada, crew.team, "{}");
  assert_in_range(fixture->answer.status, 200, 201);
  return crew;
}

static void a_request_is_told_to_staff_in_a_line_and_answered_to_the_asker(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  assert_string_equal(fixture_text(fixture, "state"), "open");
  assert_string_equal(fixture_text(fixture, "decided_by"), "staff");
  assert_int_equal(fixture_int(fixture, "team"), crew.team);
  assert_int_equal(fixture_messages(fixture, crew.pat, "request"), 1);
  assert_int_equal(fixture_messages(fixture, crew.kim, "request"), 1);
  assert_null(strchr(fixture_last_words(fixture, crew.kim), '\n'));
  assert_null(strstr(fixture_last_words(fixture, crew.kim), "timetable"));
  answer_it(fixture, crew.kim, request, GRANT);
  fixture_expect(fixture, 201);
  assert_string_equal(fixture_text(fixture, "state"), "granted");
  assert_string_equal(fixture_text(fixture, "answered_by"), "Kim Invented");
  assert_int_equal(place_of(fixture, crew.ada), 0);
  assert_int_equal(fixture_messages(fixture, crew.ada, "request answered"), 1);
  assert_true(fixture_messages(fixture, crew.bob, "") > 0);
}

static void declining_needs_words_and_does_nothing_else(void **state) {
  static const char *const wordless[] = {"{\"verdict\":\"decline\"}", "{\"verdict\":\"decline\",\"words\":\"  \"}"};
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  for (size_t i = 0; i < 2; i++) {
    answer_it(fixture, crew.kim, request, wordless[i]);
    fixture_refused(fixture, 422, "invalid_fields");
  }
  answer_it(fixture, crew.kim, request, DECLINE);
  fixture_expect(fixture, 201);
  assert_string_equal(fixture_text(fixture, "state"), "declined");
  assert_non_null(strstr(fixture_last_words(fixture, crew.ada), "There is no room."));
  assert_int_equal(place_of(fixture, crew.ada), crew.team);
}

static void a_request_is_answered_once(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  answer_it(fixture, crew.kim, request, DECLINE);
  fixture_expect(fixture, 201);
  const char *before = fixture_dump(fixture);
  answer_it(fixture, crew.pat, request, GRANT);
  fixture_refused(fixture, 409, "already_answered");
  fixture_call(fixture, crew.ada, METHOD_DELETE, NULL, SAMPLE "/requests/%lld", (long long)request);
  fixture_refused(fixture, 409, "already_answered");
  assert_string_equal(fixture_dump(fixture), before);
}

static void the_asker_withdraws_while_it_is_open_and_may_ask_again(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  fixture_call(fixture, crew.bob, METHOD_DELETE, NULL, SAMPLE "/requests/%lld", (long long)request);
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, crew.kim, METHOD_DELETE, NULL, SAMPLE "/requests/%lld", (long long)request);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, crew.ada, METHOD_DELETE, NULL, SAMPLE "/requests/%lld", (long long)request);
  fixture_expect(fixture, 204);
  assert_string_equal(state_of(fixture, crew.ada, request), "withdrawn");
  answer_it(fixture, crew.kim, request, GRANT);
  fixture_refused(fixture, 409, "already_answered");
  assert_int_equal(place_of(fixture, crew.ada), crew.team);
  asked(fixture, crew.ada, "leave", "");
}

static void there_is_one_open_request_a_person_kind_and_subject(void **state) {
  struct fixture *fixture = start(state, AFTER_CLOSE);
  fixture_at(fixture, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t eve = fixture_student(fixture, "Eve Invented"), moe = fixture_student(fixture, "Moe Invented");
  int64_t other = covered_team(fixture, eve, moe, "Climbers");
  register_team(fixture, eve, other, "{}");
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  fixture_at(fixture, AFTER_CLOSE);
  const char *first = arena_format(fixture->arena, "\"team\":%lld", (long long)crew.team);
  asked(fixture, zoe, "late join", first);
  const char *before = fixture_dump(fixture);
  ask_staff(fixture, zoe, arena_format(fixture->arena, "{\"kind\":\"late join\",\"message\":\"Please\",%s}", first));
  fixture_refused(fixture, 409, "request_exists");
  assert_string_equal(fixture_dump(fixture), before);
  asked(fixture, zoe, "late join", arena_format(fixture->arena, "\"team\":%lld", (long long)other)); // another subject
  asked(fixture, crew.ada, "leave", "");
  asked(fixture, crew.bob, "leave", ""); // another person
}

static void somebody_may_have_ten_open_requests_and_make_twenty_a_day(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t teams[PETITIONS_OPEN_MAX + 1];
  for (int i = 0; i <= PETITIONS_OPEN_MAX; i++) {
    int64_t first = fixture_student(fixture, arena_format(fixture->arena, "First %d", i));
    int64_t second = fixture_student(fixture, arena_format(fixture->arena, "Second %d", i));
    teams[i] = covered_team(fixture, first, second, arena_format(fixture->arena, "Team %d", i));
    register_team(fixture, first, teams[i], "{}");
  }
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  int64_t last = 0;
  for (int i = 0; i < PETITIONS_OPEN_MAX; i++)
    last = asked(fixture, zoe, "late join", arena_format(fixture->arena, "\"team\":%lld", (long long)teams[i]));
  const char *eleventh = arena_format(fixture->arena, "{\"kind\":\"late join\",\"message\":\"Please\",\"team\":%lld}",
                                      (long long)teams[PETITIONS_OPEN_MAX]);
  ask_staff(fixture, zoe, eleventh);
  fixture_refused(fixture, 409, "conflict");
  for (int i = PETITIONS_OPEN_MAX; i < PETITIONS_DAY_MAX; i++) {
    fixture_call(fixture, zoe, METHOD_DELETE, NULL, SAMPLE "/requests/%lld", (long long)last);
    fixture_expect(fixture, 204);
    last = asked(fixture, zoe, "late join",
                 arena_format(fixture->arena, "\"team\":%lld", (long long)teams[PETITIONS_OPEN_MAX - 1]));
  }
  fixture_call(fixture, zoe, METHOD_DELETE, NULL, SAMPLE "/requests/%lld", (long long)last);
  ask_staff(fixture, zoe, eleventh);
  fixture_refused(fixture, 409, "conflict");
  fixture_at(fixture, "2023-09-06T14:00:00Z"); // the last second of the 24 h
  ask_staff(fixture, zoe, eleventh);
  fixture_refused(fixture, 409, "conflict");
  fixture_at(fixture, "2023-09-06T14:00:01Z");
  ask_staff(fixture, zoe, eleventh);
  fixture_expect(fixture, 201);
  (void)crew;
}

static void what_a_kind_needs_is_asked_for_and_what_it_has_no_use_for_refused(void **state) {
  static const struct {
    const char *body;
    const char *field;
    const char *why;
  } cases[] = {
      {"{\"kind\":\"holiday\",\"message\":\"Please\"}", "kind", "nobody knows the kind"},
      {"{\"kind\":\"swap\",\"message\":\"Please\"}", "person", "with whom"},
      {"{\"kind\":\"team size\",\"message\":\"Please\"}", "size", "how many"},
      {"{\"kind\":\"leave\",\"message\":\"Please\",\"size\":3}", "size", "leaving has no size"},
      {"{\"kind\":\"leave\",\"message\":\"\"}", "message", "no message"},
      {"{\"kind\":\"leave\"}", "message", "no message at all"},
      {"{\"kind\":\"audit\",\"message\":\"Please\",\"team\":1}", "team", "an audit has no team"},
  };
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  const char *before = fixture_dump(fixture);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ask_staff(fixture, crew.ada, cases[i].body);
    fixture_refused(fixture, 422, "invalid_fields");
    if (strcmp(fixture_text(fixture, "errors.0.field"), cases[i].field) != 0)
      fail_msg("%s: %s", cases[i].why, fixture->answer.body);
  }
  assert_string_equal(fixture_dump(fixture), before);
}

static void only_students_of_the_course_ask(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t gone = fixture_student(fixture, "Gone Invented");
  fixture_drop(fixture, gone);
  const char *body = "{\"kind\":\"leave\",\"message\":\"Please\"}";
  const struct {
    int64_t person;
    int status;
    const char *code;
    const char *why;
  } cases[] = {
      {0, 401, "not_signed_in", "nobody"},          {crew.kim, 403, "not_allowed", "staff"},
      {crew.pat, 403, "not_allowed", "instructor"}, {-1, 403, "not_allowed", "the operator"},
      {gone, 403, "not_enrolled", "dropped"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    ask_staff(fixture, cases[i].person, body);
    fixture_refused(fixture, cases[i].status, cases[i].code);
  }
}

static void only_staff_answer_and_never_their_own(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  answer_it(fixture, crew.ada, request, GRANT);
  fixture_refused(fixture, 403, "not_allowed");
  answer_it(fixture, crew.bob, request, GRANT);
  fixture_refused(fixture, 403, "not_allowed");
  answer_it(fixture, 0, request, GRANT);
  fixture_refused(fixture, 401, "not_signed_in");
  answer_it(fixture, crew.kim, request + 1, GRANT);
  fixture_refused(fixture, 404, "not_found");
  // A student who became staff while the request was open.
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  int64_t own = asked(fixture, zoe, "late join", arena_format(fixture->arena, "\"team\":%lld", (long long)crew.team));
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"staff\"}", SAMPLE "/roster/%lld", (long long)zoe);
  fixture_expect(fixture, 200);
  answer_it(fixture, zoe, own, DECLINE);
  fixture_refused(fixture, 403, "not_allowed");
  // And nobody grants it: she is no student any more.
  refused_and_open(fixture, crew.kim, own, 409, "conflict");
  answer_it(fixture, crew.kim, own, DECLINE);
  fixture_expect(fixture, 201);
}

static void a_request_of_somebody_who_has_dropped_can_only_be_declined(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  fixture_drop(fixture, crew.ada);
  refused_and_open(fixture, crew.kim, request, 409, "conflict");
  answer_it(fixture, crew.kim, request, DECLINE);
  fixture_expect(fixture, 201);
}

static void the_operator_answers_too(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  answer_it(fixture, -1, request, GRANT);
  fixture_expect(fixture, 201);
  assert_null(fixture_text(fixture, "answered_by"));
  assert_int_equal(place_of(fixture, crew.ada), 0);
}

static void a_request_is_shown_to_its_asker_and_to_staff_and_its_words_to_nobody_else(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t zoe = fixture_student(fixture, "Zoe Invented"), eve = fixture_student(fixture, "Eve Invented");
  int64_t request =
      asked(fixture, zoe, "late join", arena_format(fixture->arena, "\"team\":%lld", (long long)crew.team));
  show_request(fixture, zoe, request);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "message"), "Because of the timetable");
  show_request(fixture, crew.kim, request);
  assert_string_equal(fixture_text(fixture, "message"), "Because of the timetable");
  show_request(fixture, crew.ada, request); // the contact, who is asked
  fixture_expect(fixture, 200);
  assert_null(fixture_json(fixture, "message"));
  assert_null(fixture_json(fixture, "answer"));
  assert_true(json_is_true(fixture_json(fixture, "yours_to_say")));
  show_request(fixture, eve, request);
  fixture_refused(fixture, 404, "not_found");
  show_request(fixture, crew.bob, request);
  fixture_refused(fixture, 404, "not_found");
}

static void staff_page_through_all_and_students_through_their_own(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t ids[6];
  const char *team = arena_format(fixture->arena, "\"team\":%lld", (long long)crew.team);
  for (int i = 0; i < 5; i++)
    ids[i] = asked(fixture, fixture_student(fixture, arena_format(fixture->arena, "Asker %d", i)), "late join", team);
  ids[5] = asked(fixture, crew.ada, "leave", "");
  answer_it(fixture, crew.kim, ids[0], DECLINE);
  answer_it(fixture, crew.kim, ids[2], DECLINE);
  const int expected[] = {1, 3, 4, 5, 2, 0}; // open, oldest first; then the others, newest first
  int64_t after = 0;
  for (int i = 0; i < 6; i += 2) {
    fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/requests?limit=2&after=%lld", (long long)after);
    fixture_expect(fixture, 200);
    assert_int_equal(json_array_size(fixture_json(fixture, "requests")), 2);
    assert_int_equal(fixture_int(fixture, "requests.0.id"), ids[expected[i]]);
    assert_int_equal(fixture_int(fixture, "requests.1.id"), ids[expected[i + 1]]);
    after = fixture_int(fixture, "next");
    assert_true(after > 0);
  }
  fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/requests?limit=2&after=%lld", (long long)after);
  assert_int_equal(json_array_size(fixture_json(fixture, "requests")), 0);
  assert_null(fixture_json(fixture, "next"));
  fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/requests?limit=3"); // a page over the seam
  fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/requests?limit=3&after=%lld",
               (long long)fixture_int(fixture, "next"));
  assert_int_equal(fixture_int(fixture, "requests.0.id"), ids[5]);
  assert_int_equal(fixture_int(fixture, "requests.2.id"), ids[0]);
  fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/requests?state=open");
  assert_int_equal(json_array_size(fixture_json(fixture, "requests")), 4);
  fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/requests?state=declined");
  assert_int_equal(json_array_size(fixture_json(fixture, "requests")), 2);
  fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/requests?state=granted");
  assert_int_equal(json_array_size(fixture_json(fixture, "requests")), 0);
  fixture_call(fixture, crew.ada, METHOD_GET, NULL, SAMPLE "/requests");
  assert_int_equal(json_array_size(fixture_json(fixture, "requests")), 1);
  assert_int_equal(fixture_int(fixture, "requests.0.id"), ids[5]);
  fixture_call(fixture, crew.bob, METHOD_GET, NULL, SAMPLE "/requests");
  assert_int_equal(json_array_size(fixture_json(fixture, "requests")), 0);
}

static void the_audit_tells_each_step_and_no_words(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t request = asked(fixture, crew.ada, "leave", "");
  answer_it(fixture, crew.kim, request, DECLINE);
  fixture_call(fixture, crew.kim, METHOD_GET, NULL, SAMPLE "/audit?limit=2");
  assert_string_equal(fixture_text(fixture, "rows.0.kind"), "request declined");
  assert_string_equal(fixture_text(fixture, "rows.0.actor"), "Kim Invented");
  assert_string_equal(fixture_text(fixture, "rows.1.kind"), "request made");
  assert_null(strstr(fixture->answer.body, "timetable"));
  assert_null(strstr(fixture->answer.body, "no room"));
}

static void what_one_has_asked_is_exported_and_the_words_are_erased(void **state) {
  struct fixture *fixture = start(state, INSIDE);
  struct crew crew = crew_of(fixture);
  int64_t zoe = fixture_student(fixture, "Zoe Quagmire");
  const char *team = arena_format(fixture->arena, "\"team\":%lld", (long long)crew.team);
  int64_t declined = asked(fixture, zoe, "late join", team);
  answer_it(fixture, crew.kim, declined,
            "{\"verdict\":\"decline\",\"words\":\"Dear Zoe Quagmire, there is no room.\"}");
  int64_t open = asked(fixture, zoe, "late join", team);
  int64_t others = asked(fixture, crew.ada, "leave", "");
  answer_it(fixture, crew.kim, others, "{\"verdict\":\"decline\",\"words\":\"Zoe Quagmire may come too.\"}");
  fixture_call(fixture, zoe, METHOD_GET, NULL, "/api/v1/me/data");
  fixture_expect(fixture, 200);
  assert_non_null(strstr(fixture->answer.body, "Because of the timetable"));
  assert_non_null(strstr(fixture->answer.body, "there is no room"));
  assert_null(strstr(fixture->answer.body, "may come too"));
  fixture_call(fixture, crew.ada, METHOD_GET, NULL, "/api/v1/me/data"); // the contact, who was asked to agree
  assert_null(strstr(fixture->answer.body, "there is no room"));
  fixture_drop(fixture, zoe);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)zoe);
  fixture_expect(fixture, 200);
  show_request(fixture, crew.kim, declined);
  assert_string_equal(fixture_text(fixture, "state"), "declined");
  assert_string_equal(fixture_text(fixture, "message"), "");
  assert_null(fixture_text(fixture, "answer"));
  assert_string_equal(state_of(fixture, crew.kim, open), "withdrawn");
  show_request(fixture, crew.kim, others);
  assert_non_null(strstr(fixture_text(fixture, "answer"), "may come too"));
  assert_null(strstr(fixture_dump(fixture), "Quagmire"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_request_is_told_to_staff_in_a_line_and_answered_to_the_asker, stop),
      cmocka_unit_test_teardown(declining_needs_words_and_does_nothing_else, stop),
      cmocka_unit_test_teardown(a_request_is_answered_once, stop),
      cmocka_unit_test_teardown(the_asker_withdraws_while_it_is_open_and_may_ask_again, stop),
      cmocka_unit_test_teardown(there_is_one_open_request_a_person_kind_and_subject, stop),
      cmocka_unit_test_teardown(somebody_may_have_ten_open_requests_and_make_twenty_a_day, stop),
      cmocka_unit_test_teardown(what_a_kind_needs_is_asked_for_and_what_it_has_no_use_for_refused, stop),
      cmocka_unit_test_teardown(only_students_of_the_course_ask, stop),
      cmocka_unit_test_teardown(only_staff_answer_and_never_their_own, stop),
      cmocka_unit_test_teardown(a_request_of_somebody_who_has_dropped_can_only_be_declined, stop),
      cmocka_unit_test_teardown(the_operator_answers_too, stop),
      cmocka_unit_test_teardown(a_request_is_shown_to_its_asker_and_to_staff_and_its_words_to_nobody_else, stop),
      cmocka_unit_test_teardown(staff_page_through_all_and_students_through_their_own, stop),
      cmocka_unit_test_teardown(the_audit_tells_each_step_and_no_words, stop),
      cmocka_unit_test_teardown(what_one_has_asked_is_exported_and_the_words_are_erased, stop),
  };
  return cmocka_run_group_tests_name("petition", tests, NULL, NULL);
}
