// SPDX-License-Identifier: AGPL-3.0-or-later
// Asking staff for more time: for oneself, or for the team. The queue itself: test_petition.c; extensions: theirs.
#include "tests/unit/server/milestones/milestone_helpers.h"

#define BASE "2023-10-25T13:30:00Z"
#define BASE_AT INT64_C(1698240600)
#define LATER "2023-10-27T13:30:00Z"
#define GRANT "{\"verdict\":\"grant\",\"words\":\"Get well soon.\"}"
#define DECLINE "{\"verdict\":\"decline\",\"words\":\"There was time enough.\"}"

static struct house start(void) {
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  return house;
}

// `more` is what follows the instant, such as ",\"team\":1".
static int ask(struct house *house, int64_t by, const char *milestone, const char *instant, const char *more) {
  const char *body = arena_format(house->fixture->arena,
                                  "{\"kind\":\"extension\",\"message\":\"I was in hospital\",\"milestone\":\"%s\","
                                  "\"until\":\"%s\"%s}",
                                  milestone, instant, more);
  return fixture_call(house->fixture, by, METHOD_POST, body, SAMPLE "/requests");
}

static int64_t asked(struct house *house, int64_t by, const char *milestone, const char *more) {
  ask(house, by, milestone, LATER, more);
  fixture_expect(house->fixture, 201);
  return fixture_int(house->fixture, "id");
}

static int answer(struct house *house, int64_t by, int64_t request, const char *body) {
  return fixture_call(house->fixture, by, METHOD_POST, body, SAMPLE "/requests/%lld/answer", (long long)request);
}

static const char *team_of(struct house *house, int64_t team) {
  return arena_format(house->fixture->arena, ",\"team\":%lld", (long long)team);
}

static void expect_due(struct house *house, int64_t by, const char *milestone, const char *due) {
  look(house, by, milestone);
  fixture_expect(house->fixture, 200);
  assert_string_equal(due, fixture_text(house->fixture, "you.due"));
}

// The answer is refused, and nothing has changed: the request is as open as before.
static void expect_refused_and_open(struct house *house, int64_t request) {
  const char *before = fixture_dump(house->fixture);
  answer(house, house->staff, request, GRANT);
  fixture_refused(house->fixture, 409, "conflict");
  assert_string_equal(before, fixture_dump(house->fixture));
  fixture_call(house->fixture, house->staff, METHOD_GET, NULL, SAMPLE "/requests/%lld", (long long)request);
  assert_string_equal("open", fixture_text(house->fixture, "state"));
}

static void a_request_says_of_what_and_until_when_and_staff_are_told(void **state) {
  (void)state;
  struct house house = start();
  struct fixture *fixture = house.fixture;
  int64_t request = asked(&house, house.ann, "report", "");
  assert_string_equal("extension", fixture_text(fixture, "kind"));
  assert_string_equal("report", fixture_text(fixture, "milestone"));
  assert_string_equal(LATER, fixture_text(fixture, "until"));
  assert_true(json_is_null(fixture_json(fixture, "team")));
  assert_string_equal("staff", fixture_text(fixture, "decided_by"));
  expect_due(&house, house.ann, "report", BASE);
  assert_int_equal(1, fixture_messages(fixture, house.staff, "request"));
  const char *words = fixture_last_words(fixture, house.staff);
  assert_non_null(strstr(words, "The report, until Fri 27 Oct 2023 09:30 EDT"));
  assert_null(strstr(words, "hospital"));
  fixture_call(fixture, house.staff, METHOD_GET, NULL, SAMPLE "/requests");
  assert_int_equal(request, fixture_int(fixture, "requests.0.id"));
  assert_string_equal(LATER, fixture_text(fixture, "requests.0.until"));
  fixture_call(fixture, house.bob, METHOD_GET, NULL, SAMPLE "/requests/%lld", (long long)request);
  fixture_refused(fixture, 404, "not_found");
  house_free(&house);
}

static void granting_moves_the_due_of_the_asker_with_the_answer_as_reason(void **state) {
  (void)state;
  struct house house = start();
  struct fixture *fixture = house.fixture;
  int64_t request = asked(&house, house.ann, "report", "");
  answer(&house, house.staff, request, GRANT);
  fixture_expect(fixture, 201);
  assert_string_equal("granted", fixture_text(fixture, "state"));
  expect_due(&house, house.ann, "report", LATER);
  expect_due(&house, house.ann, "artifact", BASE);
  expect_due(&house, house.bob, "report", BASE);
  fixture_call(fixture, house.ann, METHOD_GET, NULL, MILESTONES "/report/extensions");
  assert_string_equal("person", fixture_text(fixture, "extensions.0.scope"));
  assert_string_equal("Get well soon.", fixture_text(fixture, "extensions.0.reason"));
  // One message of both: the answer, and the due that it moved.
  assert_int_equal(1, fixture_messages(fixture, house.ann, "request answered"));
  assert_int_equal(0, fixture_messages(fixture, house.ann, "extension"));
  const char *words = fixture_last_words(fixture, house.ann);
  assert_non_null(strstr(words, "was granted."));
  assert_non_null(strstr(words, "The report is now due Fri 27 Oct 2023 09:30 EDT"));
  assert_null(strstr(strstr(words, "Get well soon.") + 1, "Get well soon."));
  house_free(&house);
}

// What a student receives of the course, as bytes.
static const char *all_seen_by(struct house *house, int64_t by) {
  static const char *const targets[] = {MILESTONES,
                                        MILESTONES "/report",
                                        MILESTONES "/report/extensions",
                                        MILESTONES "/report/penalties",
                                        MILESTONES "/report/submissions",
                                        SAMPLE "/requests",
                                        SAMPLE "/extensions",
                                        SAMPLE "/tasks",
                                        SAMPLE "/teams",
                                        "/api/v1/me/messages"};
  struct text text;
  text_init(&text, house->fixture->arena);
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
    fixture_call(house->fixture, by, METHOD_GET, NULL, "%s", targets[i]);
    fixture_expect(house->fixture, 200);
    text_add_format(&text, "%s\n", house->fixture->answer.body);
  }
  return text_get(&text);
}

static void a_personal_one_changes_nothing_that_a_team_mate_receives(void **state) {
  (void)state;
  static const char *const verdicts[] = {GRANT, DECLINE};
  for (size_t i = 0; i < 2; i++) {
    struct house house = start();
    const char *before = all_seen_by(&house, house.bob), *other = all_seen_by(&house, house.dan);
    int64_t request = asked(&house, house.ann, "report", "");
    assert_string_equal(before, all_seen_by(&house, house.bob));
    answer(&house, house.staff, request, verdicts[i]);
    fixture_expect(house.fixture, 201);
    assert_string_equal(before, all_seen_by(&house, house.bob));
    assert_string_equal(other, all_seen_by(&house, house.dan));
    house_free(&house);
  }
}

static void declining_tells_the_asker_and_moves_nothing(void **state) {
  (void)state;
  struct house house = start();
  int64_t request = asked(&house, house.ann, "report", "");
  answer(&house, house.staff, request, DECLINE);
  fixture_expect(house.fixture, 201);
  expect_due(&house, house.ann, "report", BASE);
  assert_int_equal(0, fixture_messages(house.fixture, house.ann, "extension"));
  assert_non_null(strstr(fixture_last_words(house.fixture, house.ann), "There was time enough."));
  house_free(&house);
}

static void a_member_asks_for_the_team_and_all_of_it_gets_the_time(void **state) {
  (void)state;
  struct house house = start();
  int64_t request = asked(&house, house.ann, "report", team_of(&house, house.team));
  assert_int_equal(house.team, fixture_int(house.fixture, "team"));
  assert_non_null(strstr(fixture_last_words(house.fixture, house.staff), "for Descenders"));
  answer(&house, house.staff, request, GRANT);
  fixture_expect(house.fixture, 201);
  expect_due(&house, house.ann, "report", LATER);
  expect_due(&house, house.cyd, "report", LATER);
  expect_due(&house, house.dan, "report", BASE);
  assert_int_equal(1, fixture_messages(house.fixture, house.cyd, "extension"));
  house_free(&house);
}

// As soon as any news of a date: neither its hour nor a night may outlast it.
static void the_one_message_leaves_as_soon_as_that_of_the_due(void **state) {
  (void)state;
  static const struct {
    int64_t now;
    const char *until;
    bool is_at_once;
  } cases[] = {
      {BASE_AT - DAY, LATER, false},
      {BASE_AT - 1800, "2023-10-25T18:00:00Z", true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = start();
    struct fixture *fixture = house.fixture;
    house_at(&house, cases[i].now);
    ask(&house, house.ann, "report", cases[i].until, team_of(&house, house.team));
    fixture_expect(fixture, 201);
    answer(&house, house.staff, fixture_int(fixture, "id"), GRANT);
    fixture_expect(fixture, 201);
    for (int mate = 0; mate < 2; mate++) {
      int64_t at_once = -1;
      assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &at_once,
                                          "select deliver_at = at from outbox where person_id = $1 and kind = $2",
                                          db_int(mate == 0 ? house.ann : house.bob),
                                          db_text(mate == 0 ? "request answered" : "extension")));
      assert_int_equal(cases[i].is_at_once, at_once);
    }
    house_free(&house);
  }
}

static void what_cannot_be_asked_for_is_refused(void **state) {
  (void)state;
  struct house house = start();
  const struct {
    int64_t by;
    const char *milestone, *until;
    int64_t team;
    int status;
    const char *code, *why;
  } cases[] = {
      {house.ann, "report", BASE, 0, 422, "invalid_fields", "the due that holds"},
      {house.ann, "report", "2023-10-24T13:30:00Z", 0, 422, "invalid_fields", "earlier"},
      {house.ann, "report", "2023-12-15T05:00:00Z", 0, 422, "invalid_fields", "the second after the term"},
      {house.ann, "nothing", LATER, 0, 422, "invalid_fields", "no such milestone"},
      {house.ann, "lab", LATER, 0, 403, "not_your_track", "the labs', asked by a member of a team"},
      {house.fay, "report", LATER, 0, 403, "not_your_track", "the teams', asked from a lab seat"},
      {house.gus, "report", LATER, 0, 403, "not_your_track", "nowhere"},
      {house.ann, "report", LATER, house.other, 403, "not_your_team", "another team"},
      {house.ann, "report", LATER, 987654321, 403, "not_your_team", "no team"},
      {house.gus, "report", LATER, house.team, 403, "not_your_team", "in no team"},
  };
  const char *before = fixture_dump(house.fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *more = cases[i].team == 0 ? "" : team_of(&house, cases[i].team);
    if (ask(&house, cases[i].by, cases[i].milestone, cases[i].until, more) != cases[i].status)
      fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
    fixture_refused(house.fixture, cases[i].status, cases[i].code);
    assert_string_equal(before, fixture_dump(house.fixture));
  }
  ask(&house, house.ann, "report", "2023-12-15T04:59:59Z", ""); // the term's last second
  fixture_expect(house.fixture, 201);
  ask(&house, house.bob, "report", "2023-10-25T13:30:01Z", "");
  fixture_expect(house.fixture, 201);
  house_free(&house);
}

static void what_the_kind_needs_is_given_and_to_others_it_has_no_meaning(void **state) {
  (void)state;
  static const char *const bodies[] = {
      "{\"kind\":\"extension\",\"message\":\"m\",\"milestone\":\"report\"}",
      "{\"kind\":\"extension\",\"message\":\"m\",\"until\":\"" LATER "\"}",
      "{\"kind\":\"extension\",\"message\":\"m\",\"milestone\":\"report\",\"until\":\"" LATER "\",\"size\":3}",
      "{\"kind\":\"coverage\",\"message\":\"m\",\"milestone\":\"report\"}",
      "{\"kind\":\"coverage\",\"message\":\"m\",\"until\":\"" LATER "\"}",
  };
  struct house house = start();
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    fixture_call(house.fixture, house.ann, METHOD_POST, bodies[i], SAMPLE "/requests");
    fixture_refused(house.fixture, 422, "invalid_fields");
  }
  house_free(&house);
}

static void one_is_open_for_a_milestone_and_others_may_be_asked_for_beside(void **state) {
  (void)state;
  struct house house = start();
  int64_t request = asked(&house, house.ann, "report", "");
  ask(&house, house.ann, "report", "2023-10-28T13:30:00Z", ""); // another instant is no other subject
  fixture_refused(house.fixture, 409, "request_exists");
  asked(&house, house.ann, "artifact", "");
  asked(&house, house.ann, "report", team_of(&house, house.team));
  asked(&house, house.bob, "report", "");
  answer(&house, house.staff, request, DECLINE);
  fixture_expect(house.fixture, 201);
  asked(&house, house.ann, "report", "");
  house_free(&house);
}

// Cyd asks for another place, and gets it.
static void moved(struct house *house, const char *kind) {
  fixture_call(house->fixture, house->cyd, METHOD_POST,
               arena_format(house->fixture->arena, "{\"message\":\"m\",\"kind\":%s}", kind), SAMPLE "/requests");
  fixture_expect(house->fixture, 201);
  answer(house, house->staff, fixture_int(house->fixture, "id"), GRANT);
  fixture_expect(house->fixture, 201);
}

static void what_came_to_nothing_since_is_not_granted_and_stays_open(void **state) {
  (void)state;
  struct house house = start();
  int64_t alone = asked(&house, house.cyd, "report", "");
  int64_t shared = asked(&house, house.cyd, "artifact", team_of(&house, house.team));
  grant(&house, house.staff, "report", until(&house, "everyone", 0, DUE_AT + 2 * DAY));
  fixture_expect(house.fixture, 200);
  expect_refused_and_open(&house, alone); // as late by now, without it
  moved(&house, arena_format(house.fixture->arena, "\"late join\"%s", team_of(&house, house.other)));
  expect_refused_and_open(&house, shared); // in the other team
  moved(&house, "\"leave\"");
  expect_refused_and_open(&house, shared);
  expect_refused_and_open(&house, alone); // and nothing to hand in
  answer(&house, house.staff, shared, DECLINE);
  fixture_expect(house.fixture, 201);
  house_free(&house);
}

static void who_sits_in_the_labs_asks_for_a_lab(void **state) {
  (void)state;
  struct house house = start();
  int64_t request = asked(&house, house.fay, "lab", "");
  answer(&house, house.staff, request, GRANT);
  fixture_expect(house.fixture, 201);
  expect_due(&house, house.fay, "lab", LATER);
  house_free(&house);
}

static void of_what_and_until_when_is_exported_to_its_asker_only(void **state) {
  (void)state;
  struct house house = start();
  struct fixture *fixture = house.fixture;
  ask(&house, house.ann, "report", "2023-10-31T12:34:56Z", "");
  fixture_expect(fixture, 201);
  int64_t request = fixture_int(fixture, "id");
  answer(&house, house.staff, request, DECLINE);
  fixture_expect(fixture, 201);
  const struct {
    int64_t who;
    bool is_there;
  } readers[] = {{house.ann, true}, {house.bob, false}, {house.staff, false}};
  for (size_t i = 0; i < 3; i++) {
    fixture_call(fixture, readers[i].who, METHOD_GET, NULL, "/api/v1/me/data");
    fixture_expect(fixture, 200);
    const char *asked_for = strstr(fixture->answer.body, "\"milestone\":\"report\"");
    bool is_there = asked_for != NULL && strstr(asked_for, "\"until_at\":\"2023-10-31T12:34:56Z\"") != NULL;
    assert_int_equal(readers[i].is_there, is_there);
  }
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_request_says_of_what_and_until_when_and_staff_are_told),
      cmocka_unit_test(granting_moves_the_due_of_the_asker_with_the_answer_as_reason),
      cmocka_unit_test(a_personal_one_changes_nothing_that_a_team_mate_receives),
      cmocka_unit_test(declining_tells_the_asker_and_moves_nothing),
      cmocka_unit_test(a_member_asks_for_the_team_and_all_of_it_gets_the_time),
      cmocka_unit_test(the_one_message_leaves_as_soon_as_that_of_the_due),
      cmocka_unit_test(what_cannot_be_asked_for_is_refused),
      cmocka_unit_test(what_the_kind_needs_is_given_and_to_others_it_has_no_meaning),
      cmocka_unit_test(one_is_open_for_a_milestone_and_others_may_be_asked_for_beside),
      cmocka_unit_test(what_came_to_nothing_since_is_not_granted_and_stays_open),
      cmocka_unit_test(who_sits_in_the_labs_asks_for_a_lab),
      cmocka_unit_test(of_what_and_until_when_is_exported_to_its_asker_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
