// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/milestones/slot_helpers.h"

#define UPDATE MILESTONES "/check-in/update"
#define SECRET "Bob does not answer any more."

static struct house start(void **state) {
  static struct house house;
  house = house_new(&autumn);
  house_at(&house, OPENS);
  *state = &house;
  return house;
}

static int stop(void **state) {
  struct house *house = *state;
  fixture_check(house->fixture);
  house_free(house);
  return 0;
}

// `more` as in ",\"note_to_staff\":\"x\"".
static int write_update(struct house *house, int64_t by, const char *done, const char *more) {
  return fixture_call(house->fixture, by, METHOD_PUT,
                      arena_format(house->fixture->arena,
                                   "{\"done\":\"%s\",\"next\":\"The rest\",\"blocked\":\"No GPU\"%s}", done, more),
                      UPDATE);
}

static int write_at_version(struct house *house, int64_t by, const char *done, const char *version) {
  const struct header headers[] = {{"if-match", version}};
  const char *body = arena_format(house->fixture->arena, "{\"done\":\"%s\",\"next\":\"More\"}", done);
  const struct local_call call = {
      .method = METHOD_PUT, .target = UPDATE, .body = body, .headers = headers, .header_count = 1};
  return fixture_send(house->fixture, by, &call);
}

static const char *read_update(struct house *house, int64_t by) {
  fixture_call(house->fixture, by, METHOD_GET, NULL, UPDATE);
  fixture_expect(house->fixture, 200);
  return arena_text(house->fixture->arena, house->fixture->answer.body);
}

static void board_of(struct house *house, const char *milestone) {
  fixture_call(house->fixture, house->staff, METHOD_GET, NULL, MILESTONES "/%s/board", milestone);
  fixture_expect(house->fixture, 200);
}

static void an_update_is_the_teams_and_is_changed_from_the_version_that_one_saw(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  read_update(&house, house.ann);
  assert_int_equal(0, fixture_int(fixture, "update.version"));
  write_update(&house, house.ann, "The loader", "");
  fixture_expect(fixture, 200);
  assert_int_equal(1, fixture_int(fixture, "update.version"));
  house_at(&house, OPENS + HOUR);
  write_at_version(&house, house.bob, "The loader and the tests", "\"1\"");
  fixture_expect(fixture, 200);
  assert_int_equal(2, fixture_int(fixture, "update.version"));
  assert_string_equal("", fixture_text(fixture, "update.blocked"));
  assert_string_equal("Bob Oh", fixture_text(fixture, "update.by_name"));
  assert_string_equal(instant(&house, OPENS), fixture_text(fixture, "update.first_at"));
  assert_string_equal(instant(&house, OPENS + HOUR), fixture_text(fixture, "update.at"));
  const char *before = fixture_dump(fixture);
  write_at_version(&house, house.ann, "Something else", "\"1\"");
  fixture_refused(fixture, 412, "version_conflict");
  assert_non_null(strstr(fixture->answer.body, "Something else"));
  assert_non_null(strstr(fixture->answer.body, "The loader and the tests"));
  assert_string_equal(before, fixture_dump(fixture));
  read_update(&house, house.dan); // another team's is another one
  assert_int_equal(0, fixture_int(fixture, "update.version"));
}

static void a_note_to_staff_changes_no_byte_of_what_team_mates_get(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  write_update(&house, house.ann, "The loader", "");
  const char *before = read_update(&house, house.bob);
  size_t told = fixture_messages(fixture, house.bob, "");
  house_at(&house, OPENS + HOUR);
  write_update(&house, house.ann, "The loader", ",\"note_to_staff\":\"" SECRET "\"");
  fixture_expect(fixture, 200);
  assert_string_equal(SECRET, fixture_text(fixture, "note_to_staff"));
  assert_string_equal(before, read_update(&house, house.bob));
  assert_int_equal(told, fixture_messages(fixture, house.bob, ""));
  write_update(&house, house.bob, "The loader", ",\"note_to_staff\":\"All is well.\"");
  write_update(&house, house.bob, "All of it", ""); // leaves both notes as they are
  fixture_expect(fixture, 200);
  assert_string_equal("All is well.", fixture_text(fixture, "note_to_staff"));
  assert_null(strstr(fixture->answer.body, SECRET));
  read_update(&house, house.ann);
  assert_string_equal(SECRET, fixture_text(fixture, "note_to_staff"));
  board_of(&house, "check-in");
  assert_int_equal(house.ann, fixture_int(fixture, "holders.0.notes_to_staff.0.person"));
  assert_string_equal(SECRET, fixture_text(fixture, "holders.0.notes_to_staff.0.note"));
  assert_string_equal("All is well.", fixture_text(fixture, "holders.0.notes_to_staff.1.note"));
  assert_int_equal(0, rows_of(&house,
                              "select count(*) from audit_details where seq > $1 and (after like '%answer any%' "
                              "or before like '%answer any%')",
                              0));
  write_update(&house, house.ann, "All of it", ",\"note_to_staff\":\"\"");
  assert_string_equal("", fixture_text(fixture, "note_to_staff"));
  assert_int_equal(2, fixture_int(fixture, "update.version"));
}

static void a_note_stays_with_the_team_that_it_was_written_in(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  write_update(&house, house.cyd, "The loader", ",\"note_to_staff\":\"" SECRET "\"");
  move_into(&house, house.cyd, house.other);
  read_update(&house, house.cyd);
  assert_string_equal("", fixture_text(fixture, "note_to_staff"));
  assert_int_equal(0, fixture_int(fixture, "update.version"));
  board_of(&house, "check-in");
  assert_int_equal(1, json_array_size(fixture_json(fixture, "holders.0.notes_to_staff")));
  assert_int_equal(0, json_array_size(fixture_json(fixture, "holders.1.notes_to_staff")));
}

static void an_update_is_written_before_check_ins_once_they_are_open(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  house_at(&house, OPENS - 1);
  const char *before = fixture_dump(fixture);
  write_update(&house, house.ann, "The loader", "");
  fixture_refused(fixture, 409, "not_open");
  write_update(&house, house.fay, "The loader", "");
  fixture_refused(fixture, 403, "not_your_track");
  write_update(&house, house.staff, "The loader", "");
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, house.ann, METHOD_PUT, "{\"done\":\"a\",\"next\":\"b\"}", MILESTONES "/report/update");
  fixture_refused(fixture, 409, "conflict");
  assert_string_equal(before, fixture_dump(fixture));
}

static void a_late_update_shows_when_it_came_and_costs_nothing(void **state) {
  (void)state;
  static const struct {
    const char *why;
    bool has_slot;
    int64_t at;
    bool is_in_time;
  } cases[] = {
      {"as the slot begins", true, OPENS + FIRST, true},
      {"a second after", true, OPENS + FIRST + 1, false},
      {"without a slot when it is due", false, DUE_AT, true},
      {"a second after", false, DUE_AT + 1, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&autumn);
    house_at(&house, OPENS);
    if (cases[i].has_slot)
      booked(&house, house.bob, offered(&house, house.staff, OPENS + FIRST, ""));
    house_at(&house, cases[i].at);
    write_update(&house, house.ann, "The loader", "");
    fixture_expect(house.fixture, 200);
    if (json_is_true(fixture_json(house.fixture, "update.is_in_time")) != cases[i].is_in_time)
      fail_msg("%s", cases[i].why);
    board_of(&house, "check-in");
    assert_int_equal(cases[i].is_in_time, json_is_true(fixture_json(house.fixture, "holders.0.update.is_in_time")));
    assert_int_equal(-1, cost_of(&house, house.ann, "check-in"));
    house_free(&house);
  }
}

#define LATER (DUE_AT + 2 * DAY)

// What the team has alike decides: a mate could tell a personal grant from it.
static void an_update_is_in_time_until_the_due_that_the_team_shares(void **state) {
  (void)state;
  static const struct {
    const char *scope;
    int64_t at;
    bool is_in_time;
  } cases[] = {
      {"team", DUE_AT + 1, true},    {"team", LATER, true},          {"team", LATER + 1, false},
      {"everyone", LATER, true},     {"everyone", LATER + 1, false}, {"person", DUE_AT, true},
      {"person", DUE_AT + 1, false}, {"other", DUE_AT, true},        {"other", DUE_AT + 1, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&autumn);
    struct fixture *fixture = house.fixture;
    bool is_other = strcmp(cases[i].scope, "other") == 0;
    int64_t whom = is_other                                ? house.other
                   : strcmp(cases[i].scope, "team") == 0   ? house.team
                   : strcmp(cases[i].scope, "person") == 0 ? house.ann
                                                           : 0;
    house_at(&house, OPENS);
    grant(&house, house.staff, "check-in", until(&house, is_other ? "team" : cases[i].scope, whom, LATER));
    fixture_expect(fixture, 200);
    house_at(&house, cases[i].at);
    write_update(&house, house.ann, "The loader", "");
    fixture_expect(fixture, 200);
    const int64_t readers[] = {house.ann, house.bob};
    for (size_t k = 0; k < 2; k++) {
      read_update(&house, readers[k]);
      if (json_is_true(fixture_json(fixture, "update.is_in_time")) != cases[i].is_in_time)
        fail_msg("%s, %lld", cases[i].scope, (long long)(cases[i].at - DUE_AT));
    }
    board_of(&house, "check-in");
    if (json_is_true(fixture_json(fixture, "holders.0.update.is_in_time")) != cases[i].is_in_time)
      fail_msg("the board: %s, %lld", cases[i].scope, (long long)(cases[i].at - DUE_AT));
    house_free(&house);
  }
}

static void what_staff_record_is_each_members_own_state_and_nothing_else_is_shown_to_students(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  booked(&house, house.ann, offered(&house, house.staff, OPENS + FIRST, ""));
  const char *more = arena_format(fixture->arena,
                                  ",\"members\":[{\"person\":%lld,\"state\":\"held\"},{\"person\":%lld,\"state\":"
                                  "\"missed\"},{\"person\":%lld,\"state\":\"excused\"}],\"notes\":\"Quarrelling.\","
                                  "\"risk\":\"at risk\",\"follow_ups\":[\"Ask about the GPU\"]",
                                  (long long)house.ann, (long long)house.bob, (long long)house.cyd);
  record(&house, house.staff, "check-in", house.team, more);
  fixture_expect(fixture, 201);
  assert_string_equal("at risk", fixture_text(fixture, "risk"));
  assert_string_equal("held", state_of(&house, house.ann, "check-in"));
  assert_string_equal("missed", state_of(&house, house.bob, "check-in"));
  assert_string_equal("excused", state_of(&house, house.cyd, "check-in"));
  assert_int_equal(0, fixture_messages(fixture, house.ann, "check-in result"));
  assert_int_equal(1, fixture_messages(fixture, house.bob, "check-in result"));
  static const char *const seen[] = {MILESTONES,      MILESTONES "/check-in", UPDATE,           SLOTS,
                                     SAMPLE "/tasks", "/api/v1/me/messages",  "/api/v1/me/data"};
  for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
    fixture_call(fixture, house.ann, METHOD_GET, NULL, "%s", seen[i]);
    fixture_expect(fixture, 200);
    if (strstr(fixture->answer.body, "Quarrelling") != NULL || strstr(fixture->answer.body, "at risk") != NULL ||
        strstr(fixture->answer.body, "GPU") != NULL || strstr(fixture->answer.body, "missed") != NULL)
      fail_msg("%s: %s", seen[i], fixture->answer.body);
  }
  fixture_call(fixture, house.ann, METHOD_GET, NULL, MILESTONES "/check-in/board");
  fixture_refused(fixture, 403, "not_allowed");
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.bob, "none")); // a mistake
  fixture_expect(fixture, 201);
  assert_string_equal("Quarrelling.", fixture_text(fixture, "notes")); // as they were
  assert_int_equal(2, fixture_int(fixture, "version"));
  assert_string_equal("open", state_of(&house, house.bob, "check-in"));
  assert_int_equal(
      4, rows_of(&house, "select count(*) from audit where kind = 'check-in result' and actor_id = $1", house.staff));
}

static void it_is_held_or_missed_however_late_and_never_late(void **state) {
  struct house house = start(state);
  house_at(&house, DUE_AT + 30 * DAY);
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.ann, "held"));
  fixture_expect(house.fixture, 201);
  assert_string_equal("held", state_of(&house, house.ann, "check-in"));
  assert_int_equal(-1, cost_of(&house, house.ann, "check-in"));
}

static void a_record_is_of_a_team_of_the_track_its_people_and_its_time(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  house_at(&house, OPENS - 1);
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.ann, "missed"));
  fixture_refused(fixture, 409, "not_open");
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.ann, "excused"));
  fixture_expect(fixture, 201);
  house_at(&house, OPENS);
  const struct {
    const char *why, *milestone;
    int64_t by, team;
    const char *more;
    int status;
    const char *code;
  } cases[] = {
      {"of another team", "check-in", house.staff, house.team, said_of(&house, house.dan, "held"), 422,
       "invalid_fields"},
      {"no team", "check-in", house.staff, 4711, "", 404, "not_found"},
      {"a student besides", "check-in", house.staff, house.team, ",\"person\":3", 422, "invalid_fields"},
      {"what is handed in", "report", house.staff, house.team, "", 409, "conflict"},
      {"no milestone", "nothing", house.staff, house.team, "", 404, "not_found"},
      {"no state", "check-in", house.staff, house.team, said_of(&house, house.ann, "late"), 422, "invalid_fields"},
      {"an empty follow-up", "check-in", house.staff, house.team, ",\"follow_ups\":[\"\"]", 422, "invalid_fields"},
      {"a follow-up of nobody", "check-in", house.staff, house.team, ",\"closes\":[4711]", 422, "invalid_fields"},
      {"by a student", "check-in", house.ann, house.team, "", 403, "not_allowed"},
  };
  const char *before = fixture_dump(fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    record(&house, cases[i].by, cases[i].milestone, cases[i].team, cases[i].more);
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
  }
  const struct header headers[] = {{"if-match", "\"7\""}};
  const struct local_call stale = {.method = METHOD_POST,
                                   .target = MILESTONES "/check-in/check-ins",
                                   .body = arena_format(fixture->arena, "{\"team\":%lld}", (long long)house.team),
                                   .headers = headers,
                                   .header_count = 1};
  fixture_send(fixture, house.staff, &stale);
  fixture_refused(fixture, 412, "version_conflict");
  assert_string_equal(before, fixture_dump(fixture));
}

static void who_is_moved_keeps_what_was_recorded_and_counts_where_they_were_when_it_was_due(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.cyd, "held"));
  house_at(&house, DUE_AT + 1);
  move_into(&house, house.cyd, house.other);
  assert_string_equal("held", state_of(&house, house.cyd, "check-in"));
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.cyd, "missed"));
  fixture_expect(fixture, 201); // there when it was due
  assert_string_equal("missed", state_of(&house, house.cyd, "check-in"));
  board_of(&house, "check-in");
  assert_int_equal(2, json_array_size(fixture_json(fixture, "holders.0.members")));
  assert_string_equal("missed", fixture_text(fixture, "holders.1.members.2.state"));
}

static void a_follow_up_is_there_again_at_the_next_check_in_until_it_is_closed(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  record(&house, house.staff, "check-in", house.team, ",\"follow_ups\":[\"The GPU\",\"The tests\"]");
  assert_int_equal(2, json_array_size(fixture_json(fixture, "follow_ups")));
  int64_t gpu = fixture_int(fixture, "follow_ups.0.id"), tests = fixture_int(fixture, "follow_ups.1.id");
  board_of(&house, "presentation");
  assert_string_equal("The GPU", fixture_text(fixture, "holders.0.follow_ups.0.words"));
  assert_string_equal("check-in", fixture_text(fixture, "holders.0.follow_ups.0.milestone"));
  assert_int_equal(0, json_array_size(fixture_json(fixture, "holders.1.follow_ups")));
  const char *closes = arena_format(fixture->arena, ",\"closes\":[%lld]", (long long)gpu);
  record(&house, house.staff, "presentation", house.other, closes); // another team's
  fixture_refused(fixture, 422, "invalid_fields");
  record(&house, house.staff, "presentation", house.team, closes);
  fixture_expect(fixture, 201);
  assert_int_equal(1, json_array_size(fixture_json(fixture, "follow_ups")));
  fixture_call(fixture, house.ann, METHOD_POST, NULL, SAMPLE "/follow-ups/%lld/closing", (long long)tests);
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, house.staff, METHOD_POST, NULL, SAMPLE "/follow-ups/%lld/closing", (long long)tests);
  fixture_expect(fixture, 204);
  fixture_call(fixture, house.staff, METHOD_POST, NULL, SAMPLE "/follow-ups/4711/closing");
  fixture_refused(fixture, 404, "not_found");
  board_of(&house, "check-in");
  assert_int_equal(0, json_array_size(fixture_json(fixture, "holders.0.follow_ups")));
}

static void the_board_pages_through_the_teams(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  fixture_call(fixture, house.staff, METHOD_GET, NULL, MILESTONES "/check-in/board?limit=1");
  fixture_expect(fixture, 200);
  assert_string_equal("Descenders", fixture_text(fixture, "holders.0.name"));
  int64_t next = fixture_int(fixture, "next");
  fixture_call(fixture, house.staff, METHOD_GET, NULL, MILESTONES "/check-in/board?limit=1&after=%lld",
               (long long)next);
  assert_string_equal("Schedulers", fixture_text(fixture, "holders.0.name"));
  assert_null(fixture_json(fixture, "next"));
  fixture_call(fixture, house.staff, METHOD_GET, NULL, MILESTONES "/lab/board");
  assert_int_equal(house.fay, fixture_int(fixture, "holders.0.person"));
  assert_int_equal(house.fay, fixture_int(fixture, "holders.0.members.0.person"));
}

static int set_mentor(struct house *house, int64_t by, int64_t team, const char *person) {
  return fixture_call(house->fixture, by, METHOD_PUT, arena_format(house->fixture->arena, "{\"person\":%s}", person),
                      SAMPLE "/teams/%lld/mentor", (long long)team);
}

static void a_team_has_a_mentor_of_the_staff_whom_it_knows(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  const char *tia = arena_format(fixture->arena, "%lld", (long long)house.staff);
  set_mentor(&house, house.instructor, house.team, tia);
  fixture_expect(fixture, 200);
  assert_int_equal(1, fixture_messages(fixture, house.staff, "team to mentor"));
  assert_int_equal(1, fixture_messages(fixture, house.cyd, "mentor"));
  assert_int_equal(0, fixture_messages(fixture, house.dan, "mentor"));
  set_mentor(&house, house.instructor, house.team, tia); // as it is
  assert_int_equal(1, fixture_messages(fixture, house.cyd, "mentor"));
  fixture_call(fixture, house.cyd, METHOD_GET, NULL, SAMPLE "/teams/%lld/mentor", (long long)house.team);
  assert_string_equal("Tia Ray", fixture_text(fixture, "name"));
  fixture_call(fixture, house.dan, METHOD_GET, NULL, SAMPLE "/teams/%lld/mentor", (long long)house.team);
  fixture_refused(fixture, 403, "not_your_team");
  board_of(&house, "check-in");
  assert_string_equal("Tia Ray", fixture_text(fixture, "holders.0.mentor.name"));
  set_mentor(&house, house.instructor, house.team, arena_format(fixture->arena, "%lld", (long long)house.ann));
  fixture_refused(fixture, 422, "invalid_fields");
  set_mentor(&house, house.instructor, 4711, tia);
  fixture_refused(fixture, 404, "not_found");
  set_mentor(&house, house.ann, house.team, tia);
  fixture_refused(fixture, 403, "not_allowed");
  set_mentor(&house, house.instructor, house.team, "null");
  fixture_expect(fixture, 200);
  assert_null(fixture_text(fixture, "name"));
  const char *before = fixture_dump(fixture);
  set_mentor(&house, house.instructor, house.team, "null"); // as it is
  fixture_expect(fixture, 200);
  assert_string_equal(before, fixture_dump(fixture));
}

static void a_mentor_who_left_the_staff_and_was_taken_away_does_not_come_back_with_them(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  set_mentor(&house, house.instructor, house.team, arena_format(fixture->arena, "%lld", (long long)house.staff));
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld", (long long)house.staff);
  fixture_call(fixture, house.instructor, METHOD_GET, NULL, SAMPLE "/teams/%lld/mentor", (long long)house.team);
  assert_null(fixture_text(fixture, "name"));
  set_mentor(&house, house.instructor, house.team, "null");
  fixture_expect(fixture, 200);
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"staff\"}", SAMPLE "/roster/%lld", (long long)house.staff);
  fixture_call(fixture, house.instructor, METHOD_GET, NULL, SAMPLE "/teams/%lld/mentor", (long long)house.team);
  assert_null(fixture_text(fixture, "name"));
}

static void who_is_erased_leaves_what_was_recorded_by_number_and_no_word_or_name(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  write_update(&house, house.ann, "The loader, by Cyd Poe", "");
  write_update(&house, house.cyd, "The loader, by Cyd Poe", ",\"note_to_staff\":\"" SECRET "\"");
  record(&house, house.staff, "check-in", house.team, said_of(&house, house.cyd, "missed"));
  record(&house, house.staff, "check-in", house.team,
         ",\"notes\":\"Cyd Poe is away.\",\"follow_ups\":[\"Ask Cyd Poe\"]");
  fixture_expect(fixture, 201);
  house_at(&house, DUE_AT + 300 * DAY);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)house.cyd);
  fixture_expect(fixture, 200);
  const char *left = fixture_dump(fixture);
  assert_null(strstr(left, "Cyd Poe"));
  assert_null(strstr(left, SECRET));
  assert_non_null(strstr(left, "is away."));
  assert_int_equal(1, rows_of(&house, "select count(*) from check_in_results where person_id = $1", house.cyd));
}

#define HOUSE_TEST(name) cmocka_unit_test_teardown(name, stop)
int main(void) {
  const struct CMUnitTest tests[] = {
      HOUSE_TEST(an_update_is_the_teams_and_is_changed_from_the_version_that_one_saw),
      HOUSE_TEST(a_note_to_staff_changes_no_byte_of_what_team_mates_get),
      HOUSE_TEST(a_note_stays_with_the_team_that_it_was_written_in),
      HOUSE_TEST(an_update_is_written_before_check_ins_once_they_are_open),
      cmocka_unit_test(a_late_update_shows_when_it_came_and_costs_nothing),
      cmocka_unit_test(an_update_is_in_time_until_the_due_that_the_team_shares),
      HOUSE_TEST(what_staff_record_is_each_members_own_state_and_nothing_else_is_shown_to_students),
      HOUSE_TEST(it_is_held_or_missed_however_late_and_never_late),
      HOUSE_TEST(a_record_is_of_a_team_of_the_track_its_people_and_its_time),
      HOUSE_TEST(who_is_moved_keeps_what_was_recorded_and_counts_where_they_were_when_it_was_due),
      HOUSE_TEST(a_follow_up_is_there_again_at_the_next_check_in_until_it_is_closed),
      HOUSE_TEST(the_board_pages_through_the_teams),
      HOUSE_TEST(a_team_has_a_mentor_of_the_staff_whom_it_knows),
      HOUSE_TEST(a_mentor_who_left_the_staff_and_was_taken_away_does_not_come_back_with_them),
      HOUSE_TEST(who_is_erased_leaves_what_was_recorded_by_number_and_no_word_or_name),
  };
  return cmocka_run_group_tests_name("check_in", tests, NULL, NULL);
}
