// SPDX-License-Identifier: AGPL-3.0-or-later
// More time: for whom, until when, who may give it and who gets to know. What it does to costs: test_penalty.c.
#include "tests/unit/server/milestones/milestone_helpers.h"

// The due that somebody has, as text.
static const char *due_of(struct house *house, int64_t by, const char *milestone) {
  look(house, by, milestone);
  fixture_expect(house->fixture, 200);
  return arena_text(house->fixture->arena, fixture_text(house->fixture, "you.due"));
}

static void expect_due(struct house *house, int64_t by, const char *milestone, const char *due) {
  assert_string_equal(due, due_of(house, by, milestone));
}

#define BASE "2023-10-25T13:30:00Z"
#define LATER "2023-10-27T13:30:00Z"

static void each_scope_reaches_those_it_names_and_nobody_else(void **state) {
  (void)state;
  const struct {
    const char *milestone, *scope;
    bool is_of_team, is_of_person, is_of_track;
    bool ann, dan, fay; // whose due moves
    int64_t count;
    const char *why;
  } cases[] = {
      {"report", "person", false, true, false, true, false, false, 1, "one person"},
      {"report", "team", true, false, false, true, false, false, 1, "her team"},
      {"report", "track", false, false, true, true, true, false, 1, "her track"},
      {"report", "everyone", false, false, false, true, true, false, 1, "everybody"},
      {"report", "missing", false, false, false, true, true, false, 2, "both teams have not handed in"},
      {"lab", "everyone", false, false, false, false, false, true, 1, "everybody in the labs"},
      {"lab", "missing", false, false, false, false, false, true, 1, "who has not handed in the lab"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&autumn);
    struct arena *arena = house.fixture->arena;
    house_at(&house, OPENS);
    const char *whom = cases[i].is_of_team     ? arena_format(arena, "\"team\":%lld,", (long long)house.team)
                       : cases[i].is_of_person ? arena_format(arena, "\"person\":%lld,", (long long)house.ann)
                       : cases[i].is_of_track  ? "\"track\":\"project\","
                                               : "";
    grant(&house, house.staff, cases[i].milestone,
          arena_format(arena, "{\"scope\":\"%s\",%s\"due\":\"" LATER "\"," BECAUSE "}", cases[i].scope, whom));
    fixture_expect(house.fixture, 200);
    assert_int_equal(cases[i].count, fixture_int(house.fixture, "count"));
    bool is_lab = strcmp(cases[i].milestone, "lab") == 0;
    const struct {
      int64_t who;
      bool moves;
    } people[] = {{house.ann, cases[i].ann}, {house.dan, cases[i].dan}, {house.fay, cases[i].fay}};
    for (size_t j = 0; j < 3; j++) {
      if (is_lab == (people[j].who == house.fay))
        expect_due(&house, people[j].who, cases[i].milestone, people[j].moves ? LATER : BASE);
      size_t told = fixture_messages(house.fixture, people[j].who, "extension");
      if (told != people[j].moves)
        fail_msg("%s: %zu messages to %lld", cases[i].why, told, (long long)people[j].who);
    }
    house_free(&house);
  }
}

static void the_latest_of_all_that_holds_is_the_due_and_closes_moves_with_it(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "team", house.team, DUE_AT + DAY));
  fixture_expect(house.fixture, 200);
  grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + 3 * DAY));
  fixture_expect(house.fixture, 200);
  grant(&house, house.staff, "report", until(&house, "everyone", 0, DUE_AT + 2 * DAY));
  fixture_expect(house.fixture, 200);
  assert_int_equal(5,
                   json_array_size(fixture_json(house.fixture, "changes"))); // not Ann; Gus, who may still come to it
  assert_string_equal("2023-10-26T13:30:00Z",
                      fixture_text(house.fixture, "changes.0.due_before"));       // Bob's, by the team
  assert_string_equal(BASE, fixture_text(house.fixture, "changes.2.due_before")); // Dan's
  expect_due(&house, house.ann, "report", "2023-10-28T13:30:00Z");
  assert_string_equal("2023-11-06T14:30:00Z", fixture_text(house.fixture, "you.closes")); // over the change of clocks
  assert_true(json_is_true(fixture_json(house.fixture, "you.extended")));
  assert_string_equal(LATER, fixture_text(house.fixture, "due")); // for all alike
  expect_due(&house, house.bob, "report", LATER);
  expect_due(&house, house.dan, "report", LATER);
  expect_due(&house, house.ann, "artifact", BASE);
  house_free(&house);
}

static void days_are_civil_and_a_standing_one_is_for_all_milestones(void **state) {
  (void)state;
  static const struct dates over_the_change = {"America/New_York", "2023-10-16 09:00", "2023-11-03 23:59", ""};
  struct house house = house_new(&over_the_change);
  struct arena *arena = house.fixture->arena;
  house_at(&house, OPENS);
  grant(&house, house.staff, "report",
        arena_format(arena, "{\"scope\":\"person\",\"person\":%lld,\"days\":2," BECAUSE "}", (long long)house.ann));
  fixture_expect(house.fixture, 200);
  expect_due(&house, house.ann, "report", "2023-11-06T04:59:00Z"); // 49 hours
  fixture_call(
      house.fixture, house.staff, METHOD_POST,
      arena_format(arena, "{\"scope\":\"person\",\"person\":%lld,\"days\":3," BECAUSE "}", (long long)house.bob),
      SAMPLE "/extensions");
  fixture_expect(house.fixture, 200);
  assert_int_equal(5, json_array_size(fixture_json(house.fixture, "changes")));
  assert_int_equal(1, fixture_messages(house.fixture, house.bob, "extension"));
  expect_due(&house, house.bob, "report", "2023-11-07T04:59:00Z");
  expect_due(&house, house.bob, "artifact", "2023-11-07T04:59:00Z");
  expect_due(&house, house.ann, "artifact", "2023-11-04T03:59:00Z");
  house_free(&house);
}

static void what_a_grant_would_do_is_said_and_not_done(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", DUE_AT + DAY);
  const char *before = fixture_dump(house.fixture);
  fixture_call(house.fixture, house.staff, METHOD_POST, until(&house, "team", house.team, DUE_AT + 2 * DAY),
               MILESTONES "/report/extensions?dry_run=true");
  fixture_expect(house.fixture, 200);
  assert_string_equal(before, fixture_dump(house.fixture));
  assert_true(json_is_true(fixture_json(house.fixture, "dry_run")));
  assert_int_equal(0, json_array_size(fixture_json(house.fixture, "extensions")));
  assert_int_equal(3, json_array_size(fixture_json(house.fixture, "changes")));
  assert_string_equal("Ann Ng", fixture_text(house.fixture, "changes.0.name"));
  assert_string_equal(BASE, fixture_text(house.fixture, "changes.0.due_before"));
  assert_string_equal(LATER, fixture_text(house.fixture, "changes.0.due"));
  assert_int_equal(10, fixture_int(house.fixture, "changes.0.cost_before"));
  assert_int_equal(0, fixture_int(house.fixture, "changes.0.cost"));
  grant(&house, house.staff, "report", until(&house, "team", house.team, DUE_AT + 2 * DAY));
  fixture_expect(house.fixture, 200);
  assert_int_equal(1, json_array_size(fixture_json(house.fixture, "extensions")));
  assert_int_equal(3, json_array_size(fixture_json(house.fixture, "changes")));
  house_free(&house);
}

static void a_grant_that_makes_no_sense_is_refused(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct arena *arena = house.fixture->arena;
  house_at(&house, OPENS);
  const char *ann = arena_format(arena, "\"person\":%lld", (long long)house.ann);
  const char *fay = arena_format(arena, "\"person\":%lld", (long long)house.fay);
  const char *team = arena_format(arena, "\"team\":%lld", (long long)house.team);
  const struct {
    const char *milestone; // NULL: standing
    const char *scope, *whom, *rest;
    const char *why;
  } cases[] = {
      {"report", "person", ann, "\"due\":\"2023-10-25T13:30:00Z\"", "no later than what holds"},
      {"report", "person", ann, "\"due\":\"2023-10-24T00:00:00Z\"", "earlier"},
      {"report", "person", ann, "\"due\":\"2025-10-24T00:00:00Z\"", "years after the course"},
      {"report", "person", ann, "\"due\":\"2023-10-27T00:00:00Z\",\"days\":2", "both"},
      {"report", "person", ann, "\"days\":0", "neither"},
      {"report", "person", ann, "\"days\":367", "too many"},
      {"report", "person", team, "\"days\":2", "a person's without the person"},
      {"report", "team", ann, "\"days\":2", "a team's without the team"},
      {"report", "everyone", ann, "\"days\":2", "everybody's with a person"},
      {"report", "person", "\"person\":4711", "\"days\":2", "nobody"},
      {"report", "team", "\"team\":4711", "\"days\":2", "no team"},
      {"report", "person", fay, "\"days\":2", "who does the labs"},
      {"lab", "person", ann, "\"days\":2", "who is in a team"},
      {"lab", "team", team, "\"days\":2", "a team in the labs"},
      {"report", "track", "\"track\":\"labs\"", "\"days\":2", "the other track"},
      {"report", "person", ann, "\"days\":2,\"note\":\"x\"", "a note without an accommodation"},
      {"report", "team", team, "\"days\":2,\"accommodation\":true", "an accommodation of a team"},
      {NULL, "everyone", "\"days\":2", "\"accommodation\":false", "standing for everybody"},
      {NULL, "person", ann, "\"due\":\"2023-10-27T00:00:00Z\"", "standing as an instant"},
  };
  const char *before = fixture_dump(house.fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *body =
        arena_format(arena, "{\"scope\":\"%s\",%s,%s," BECAUSE "}", cases[i].scope, cases[i].whom, cases[i].rest);
    if (cases[i].milestone != NULL)
      grant(&house, house.instructor, cases[i].milestone, body);
    else
      fixture_call(house.fixture, house.instructor, METHOD_POST, body, SAMPLE "/extensions");
    if (house.fixture->answer.status != 422 || strcmp(fixture_code(house.fixture), "invalid_fields") != 0)
      fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
  }
  grant(&house, house.ann, "report", until(&house, "person", house.ann, DUE_AT + DAY));
  fixture_refused(house.fixture, 403, "not_allowed");
  assert_string_equal(before, fixture_dump(house.fixture));
  house_free(&house);
}

static void nobody_is_missing_once_all_are_in_or_excused(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", OPENS);
  grant(&house, house.staff, "report", until(&house, "missing", 0, DUE_AT + DAY));
  fixture_expect(house.fixture, 200);
  assert_int_equal(1, fixture_int(house.fixture, "count"));
  expect_due(&house, house.ann, "report", BASE);
  expect_due(&house, house.dan, "report", "2023-10-26T13:30:00Z");
  grant(&house, house.staff, "report", until(&house, "missing", 0, DUE_AT + DAY));
  fixture_refused(house.fixture, 409, "conflict"); // they have as much already
  fixture_call(house.fixture, house.staff, METHOD_POST,
               arena_format(house.fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)house.other),
               MILESTONES "/report/excusals");
  grant(&house, house.staff, "report", until(&house, "missing", 0, DUE_AT + 2 * DAY));
  fixture_refused(house.fixture, 409, "conflict");
  house_free(&house);
}

// All that a person can be shown of it, as bytes: the milestones, the tasks, the extensions, the ledger, the messages.
static const char *all_seen_by(struct house *house, int64_t by) {
  static const char *const targets[] = {MILESTONES,
                                        MILESTONES "/report",
                                        MILESTONES "/artifact",
                                        MILESTONES "/report/extensions",
                                        MILESTONES "/report/penalties",
                                        MILESTONES "/report/submissions",
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
  fixture_call(house->fixture, by, METHOD_POST, "{\"link\":\"https://example.edu/x\"}",
               MILESTONES "/report/submissions?dry_run=true");
  text_add_format(&text, "%s\n", house->fixture->answer.body);
  return text_get(&text);
}

static void a_personal_extension_changes_nothing_that_a_team_mate_receives(void **state) {
  (void)state;
  static const int64_t instants[] = {OPENS, DUE_AT, DUE_AT + GRACE + 1, DUE_AT + DAY + 1, DUE_AT + 5 * DAY};
  enum { INSTANTS = sizeof instants / sizeof *instants };
  const char *seen[2][INSTANTS][2];
  struct house houses[2];
  for (size_t with = 0; with < 2; with++) {
    struct house *house = &houses[with];
    *house = house_new(&autumn);
    house_at(house, OPENS);
    if (with == 1) {
      grant(house, house->staff, "report", until(house, "person", house->ann, DUE_AT + 3 * DAY));
      fixture_expect(house->fixture, 200);
      fixture_call(house->fixture, house->instructor, METHOD_POST,
                   arena_format(house->fixture->arena,
                                "{\"scope\":\"person\",\"person\":%lld,\"days\":4,\"accommodation\":true,"
                                "\"category\":\"a\",\"note\":\"b\"," BECAUSE "}",
                                (long long)house->ann),
                   SAMPLE "/extensions");
      fixture_expect(house->fixture, 200);
      assert_string_equal("open", state_of(house, house->ann, "report"));
    }
    for (size_t i = 0; i < INSTANTS; i++) {
      house_at(house, instants[i]);
      seen[with][i][0] = all_seen_by(house, house->bob);
      seen[with][i][1] = all_seen_by(house, house->dan);
    }
  }
  for (size_t i = 0; i < INSTANTS; i++)
    for (size_t j = 0; j < 2; j++)
      assert_string_equal(seen[0][i][j], seen[1][i][j]);
  // To its person it does.
  expect_due(&houses[1], houses[1].ann, "report", "2023-10-29T13:30:00Z");
  house_free(&houses[0]);
  house_free(&houses[1]);
}

static void only_instructors_record_and_read_an_accommodation(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  house_at(&house, OPENS);
  const char *body = arena_format(fixture->arena,
                                  "{\"scope\":\"person\",\"person\":%lld,\"days\":2,\"accommodation\":true,"
                                  "\"category\":\"secret category\",\"note\":\"secret note\","
                                  "\"reason\":\"secret reason\"}",
                                  (long long)house.ann);
  grant(&house, house.staff, "report", body);
  fixture_refused(fixture, 403, "not_allowed");
  grant(&house, house.instructor, "report", body);
  fixture_expect(fixture, 200);
  int64_t id = json_integer_value(fixture_json(fixture, "extensions.0"));
  fixture_call(fixture, house.instructor, METHOD_GET, NULL, MILESTONES "/report/extensions");
  assert_string_equal("secret note", fixture_text(fixture, "extensions.0.note"));
  assert_string_equal("secret category", fixture_text(fixture, "extensions.0.category"));
  assert_string_equal("secret reason", fixture_text(fixture, "extensions.0.reason"));
  assert_true(json_is_true(fixture_json(fixture, "extensions.0.accommodation")));
  fixture_call(fixture, house.staff, METHOD_GET, NULL, MILESTONES "/report/extensions");
  assert_string_equal(LATER, fixture_text(fixture, "extensions.0.due")); // extended until: what staff work by
  assert_null(strstr(fixture->answer.body, "secret"));
  assert_null(strstr(fixture->answer.body, "accommodation"));
  fixture_call(fixture, house.ann, METHOD_GET, NULL, SAMPLE "/extensions");
  assert_string_equal("secret reason", fixture_text(fixture, "extensions.0.reason"));
  assert_null(strstr(fixture->answer.body, "secret note"));
  // By what is left out nobody tells which of two is an accommodation.
  grant(&house, house.instructor, "report",
        arena_format(fixture->arena, "{\"scope\":\"person\",\"person\":%lld,\"days\":2,\"reason\":\"Ill\"}",
                     (long long)house.bob));
  fixture_expect(fixture, 200);
  fixture_call(fixture, house.staff, METHOD_GET, NULL, MILESTONES "/report/extensions");
  assert_int_equal(2, json_array_size(fixture_json(fixture, "extensions")));
  assert_true(json_is_null(fixture_json(fixture, "extensions.0.reason")));
  assert_true(json_is_null(fixture_json(fixture, "extensions.1.reason")));
  assert_int_equal(0, rows_of(&house,
                              "select count(*) from audit_details where course_id = $1 and "
                              "(instr(coalesce(before, ''), 'secret') > 0 or instr(coalesce(after, ''), 'secret') > 0)",
                              fixture->course));
  fixture_call(fixture, house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld", (long long)id);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, house.instructor, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld", (long long)id);
  fixture_expect(fixture, 200);
  house_free(&house);
}

static void one_gets_a_copy_of_ones_own_and_erasing_leaves_no_word_of_it(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  submit_at(&house, house.fay, "lab", DUE_AT + DAY);
  grant(&house, house.instructor, "lab",
        arena_format(fixture->arena,
                     "{\"scope\":\"person\",\"person\":%lld,\"due\":\"2023-10-26T01:00:00Z\",\"accommodation\":true,"
                     "\"category\":\"secret one\",\"note\":\"secret two of Fay Su\",\"reason\":\"secret three\"}",
                     (long long)house.fay));
  fixture_expect(fixture, 200);
  const char *const bodies[] = {"penalty-waivers", "excusals"};
  for (size_t i = 0; i < 2; i++) {
    fixture_call(fixture, house.staff, METHOD_POST,
                 arena_format(fixture->arena, "{\"person\":%lld,\"reason\":\"secret four\"}", (long long)house.fay),
                 MILESTONES "/lab/%s", bodies[i]);
    fixture_expect(fixture, 201);
  }
  fixture_call(fixture, house.fay, METHOD_GET, NULL, "/api/v1/me/data");
  fixture_expect(fixture, 200);
  assert_string_equal("secret one", fixture_text(fixture, "data.extensions.0.category"));
  assert_string_equal("secret four", fixture_text(fixture, "data.excusals.0.reason"));
  assert_int_equal(3, json_array_size(fixture_json(fixture, "data.penalties")));
  fixture_call(fixture, house.ann, METHOD_GET, NULL, "/api/v1/me/data");
  assert_null(strstr(fixture->answer.body, "secret"));
  fixture_at(fixture, "2024-06-01T12:00:00Z");
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)house.fay);
  fixture_expect(fixture, 200);
  assert_null(strstr(fixture_dump(fixture), "secret"));
  house_free(&house);
}

static void a_student_sees_what_holds_for_them_only(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + DAY));
  grant(&house, house.staff, "report", until(&house, "team", house.team, DUE_AT + 2 * DAY));
  grant(&house, house.staff, "report", until(&house, "everyone", 0, DUE_AT + 3 * DAY));
  fixture_expect(fixture, 200);
  const struct {
    int64_t by;
    size_t count;
  } cases[] = {{house.ann, 3}, {house.bob, 2}, {house.dan, 1}, {house.fay, 1}, {house.gus, 1}, {house.staff, 3}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fixture_call(fixture, cases[i].by, METHOD_GET, NULL, SAMPLE "/extensions");
    assert_int_equal(cases[i].count, json_array_size(fixture_json(fixture, "extensions")));
  }
  fixture_call(fixture, house.bob, METHOD_GET, NULL, SAMPLE "/extensions?person=%lld", (long long)house.ann);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, house.staff, METHOD_GET, NULL, SAMPLE "/extensions?person=%lld", (long long)house.bob);
  assert_int_equal(2, json_array_size(fixture_json(fixture, "extensions")));
  fixture_call(fixture, house.staff, METHOD_GET, NULL, SAMPLE "/extensions?limit=2");
  assert_int_equal(2, json_array_size(fixture_json(fixture, "extensions")));
  int64_t next = fixture_int(fixture, "next");
  fixture_call(fixture, house.staff, METHOD_GET, NULL, SAMPLE "/extensions?limit=2&after=%lld", (long long)next);
  assert_int_equal(1, json_array_size(fixture_json(fixture, "extensions")));
  assert_null(fixture_json(fixture, "next"));
  house_free(&house);
}

static void one_that_is_taken_back_no_longer_holds_and_its_people_are_told(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "team", house.team, DUE_AT + 2 * DAY));
  int64_t id = json_integer_value(fixture_json(house.fixture, "extensions.0"));
  expect_due(&house, house.bob, "report", LATER);
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld?dry_run=true", (long long)id);
  fixture_expect(house.fixture, 200);
  expect_due(&house, house.bob, "report", LATER);
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld", (long long)id);
  fixture_expect(house.fixture, 200);
  assert_int_equal(3, json_array_size(fixture_json(house.fixture, "changes")));
  expect_due(&house, house.bob, "report", BASE);
  assert_int_equal(1, fixture_messages(house.fixture, house.bob, "extension withdrawn"));
  assert_int_equal(0, fixture_messages(house.fixture, house.dan, "extension withdrawn"));
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld", (long long)id);
  fixture_refused(house.fixture, 409, "conflict");
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/4711");
  fixture_refused(house.fixture, 404, "not_found");
  house_free(&house);
}

static void the_message_says_what_is_due_when_and_the_staffs_words(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.fay, "lab", DUE_AT + DAY);
  grant(&house, house.staff, "lab", until(&house, "person", house.fay, DUE_AT + 2 * DAY));
  fixture_expect(house.fixture, 200);
  const char *words = fixture_last_words(house.fixture, house.fay);
  assert_non_null(strstr(words, "The lab is now due Fri 27 Oct 2023 09:30 EDT (before: Wed 25 Oct 2023 09:30 EDT)"));
  assert_non_null(strstr(words, "costs 0 points for lateness instead of 10"));
  assert_non_null(strstr(words, "The staff write: \"A reason to be told\"."));
  fixture_call(house.fixture, house.fay, METHOD_GET, NULL, "/api/v1/me/messages");
  fixture_expect(house.fixture, 200);
  assert_string_equal("More time: The lab is now due Fri 27 Oct 2023 09:30 EDT",
                      fixture_text(house.fixture, "messages.0.subject"));
  house_free(&house);
}

static void a_title_as_long_as_one_may_be_keeps_nobody_from_more_time(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *text = course_text(arena, &autumn), *title = strstr(text, "    title: The lab\n");
  assert_non_null(title);
  char name[201] = {0};
  memset(name, 'x', sizeof name - 1);
  const char *with =
      arena_format(arena, "%.*s    title: %s%s", (int)(title - text), text, name, title + strlen("    title: The lab"));
  struct house house = {.fixture = fixture_new_text(with, "2023-01-12T15:00:00Z")};
  house.staff = fixture_person(house.fixture, "Tia Ray", ROLE_STAFF);
  house.fay = fixture_student(house.fixture, "Fay Su");
  take_seat(house.fixture, house.fay);
  house_at(&house, OPENS);
  grant(&house, house.staff, "lab", until(&house, "person", house.fay, DUE_AT + 2 * DAY));
  fixture_expect(house.fixture, 200);
  fixture_call(house.fixture, house.fay, METHOD_GET, NULL, "/api/v1/me/messages");
  assert_string_equal("More time: lab is now due Fri 27 Oct 2023 09:30 EDT",
                      fixture_text(house.fixture, "messages.0.subject"));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_scope_reaches_those_it_names_and_nobody_else),
      cmocka_unit_test(the_latest_of_all_that_holds_is_the_due_and_closes_moves_with_it),
      cmocka_unit_test(days_are_civil_and_a_standing_one_is_for_all_milestones),
      cmocka_unit_test(what_a_grant_would_do_is_said_and_not_done),
      cmocka_unit_test(a_grant_that_makes_no_sense_is_refused),
      cmocka_unit_test(nobody_is_missing_once_all_are_in_or_excused),
      cmocka_unit_test(a_personal_extension_changes_nothing_that_a_team_mate_receives),
      cmocka_unit_test(only_instructors_record_and_read_an_accommodation),
      cmocka_unit_test(one_gets_a_copy_of_ones_own_and_erasing_leaves_no_word_of_it),
      cmocka_unit_test(a_student_sees_what_holds_for_them_only),
      cmocka_unit_test(one_that_is_taken_back_no_longer_holds_and_its_people_are_told),
      cmocka_unit_test(the_message_says_what_is_due_when_and_the_staffs_words),
      cmocka_unit_test(a_title_as_long_as_one_may_be_keeps_nobody_from_more_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
