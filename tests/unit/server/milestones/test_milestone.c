// SPDX-License-Identifier: AGPL-3.0-or-later
// Milestones as the caller sees them, through the router: states and costs at their boundaries, whom they concern, who
// is excused.
#include "tests/unit/server/milestones/milestone_helpers.h"

struct boundary {
  const char *why;
  int64_t at;
  const char *state;      // of what is handed in
  const char *held_state; // of what is only held: check-ins
  int64_t costs_now;      // -1: not taken
};

// What handing in answers, in the same words.
static void check_hand_in(struct house *house, const struct boundary *row, const char *milestone, int64_t by) {
  fixture_call(house->fixture, by, METHOD_POST, "{\"link\":\"https://example.edu/work\"}",
               MILESTONES "/%s/submissions?dry_run=true", milestone);
  const char *code = row->costs_now != -1 ? "" : strcmp(row->state, "not open") == 0 ? "not_open" : "deadline_passed";
  if (house->fixture->answer.status != (row->costs_now == -1 ? 409 : 200) ||
      strcmp(fixture_code(house->fixture), code) != 0 ||
      (row->costs_now != -1 && fixture_int(house->fixture, "cost.yours") != row->costs_now))
    fail_msg("%s, %s: %s", milestone, row->why, house->fixture->answer.body);
}

static void check_boundaries(struct house *house, const struct boundary *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    house_at(house, rows[i].at);
    for (size_t j = 0; j < sizeof each_kind / sizeof *each_kind; j++) {
      bool is_lab = strcmp(each_kind[j], "lab") == 0, is_held = strcmp(each_kind[j], "check-in") == 0;
      const char *state = state_of(house, is_lab ? house->fay : house->bob, each_kind[j]);
      int64_t cost = fixture_int(house->fixture, "you.costs_now");
      if (strcmp(state, is_held ? rows[i].held_state : rows[i].state) != 0 ||
          cost != (is_held ? -1 : rows[i].costs_now))
        fail_msg("%s, %s: \"%s\" at %lld", each_kind[j], rows[i].why, state, (long long)cost);
      if (!is_held && strcmp(each_kind[j], "proposal") != 0) // which is submitted by its own way
        check_hand_in(house, &rows[i], each_kind[j], is_lab ? house->fay : house->bob);
    }
  }
}

static void each_kind_turns_at_its_instants_to_the_second(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const struct boundary rows[] = {
      {"the second before it opens", OPENS - 1, "not open", "not open", -1},
      {"it opens", OPENS, "open", "open", 0},
      {"due", DUE_AT, "open", "open", 0},
      {"a second later, what is held is over", DUE_AT + 1, "open", "closed", 0},
      {"the last second of the grace", DUE_AT + GRACE, "open", "closed", 0},
      {"a second after it", DUE_AT + GRACE + 1, "late", "closed", 10},
      {"24 h after the due", DUE_AT + DAY, "late", "closed", 10},
      {"24 h and a second", DUE_AT + DAY + 1, "late", "closed", 20},
      {"the last second that earns something", DUE_AT + 9 * DAY, "late", "closed", 90},
      {"after it", DUE_AT + 9 * DAY + 1, "closed", "closed", -1},
  };
  check_boundaries(&house, rows, sizeof rows / sizeof *rows);
  house_free(&house);
}

// The due's wall clock is kept by the zone's rule; the cost counts days of 86,400 s whatever the clocks do.
static void both_weeks_in_which_the_clocks_change_are_exact(void **state) {
  (void)state;
  static const struct {
    struct dates dates;
    int64_t opens, due, closes;
    const char *why;
  } cases[] = {
      {{"America/New_York", "2023-10-30 09:00", "2023-11-04 23:59", ", closes_after: 2d"},
       1698670800,
       1699156740,
       1699333140,
       "back on 5 November: two civil days are 49 hours"},
      {{"America/New_York", "2023-03-06 09:00", "2023-03-11 23:59", ", closes_after: 2d"},
       1678111200,
       1678597140,
       1678766340,
       "forward on 12 March: 47 hours"},
      {{"Asia/Kolkata", "2023-10-30 09:00", "2023-11-04 23:59", ", closes_after: 2d"},
       1698636600,
       1699122540,
       1699295340,
       "no DST: 48 hours"},
      {{"Australia/Lord_Howe", "2023-09-25 09:00", "2023-09-30 23:59", ", closes_after: 2d"},
       1695594600,
       1696080540,
       1696251540,
       "half an hour forward on 1 October"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&cases[i].dates);
    int64_t due = cases[i].due, closes = cases[i].closes;
    int64_t last = (closes - due + DAY - 1) / DAY * 10; // 47 and 48 hours are two days begun, 49 three
    const struct boundary rows[] = {
        {cases[i].why, cases[i].opens - 1, "not open", "not open", -1},
        {cases[i].why, cases[i].opens, "open", "open", 0},
        {cases[i].why, due, "open", "open", 0},
        {cases[i].why, due + GRACE, "open", "closed", 0},
        {cases[i].why, due + GRACE + 1, "late", "closed", 10},
        {cases[i].why, due + DAY, "late", "closed", 10},
        {cases[i].why, due + DAY + 1, "late", "closed", 20},
        {cases[i].why, closes, "late", "closed", last},
        {cases[i].why, closes + 1, "closed", "closed", -1},
    };
    check_boundaries(&house, rows, sizeof rows / sizeof *rows);
    house_free(&house);
  }
}

static void the_price_says_until_when_it_holds(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  static const struct {
    int64_t at;
    const char *turn;
    const char *words;
  } cases[] = {
      {DUE_AT, "2023-10-25T13:35:00Z", "Handing in now costs nobody anything."},
      {DUE_AT + GRACE + 1, "2023-10-26T13:30:00Z",
       "Handing in now costs you 10 points of 100; it is no dearer than \u221210 for anyone."},
      {DUE_AT + DAY + 1, "2023-10-27T13:30:00Z",
       "Handing in now costs you 20 points of 100; it is no dearer than \u221220 for anyone."},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    house_at(&house, cases[i].at);
    look(&house, house.ann, "report");
    assert_string_equal(cases[i].turn, fixture_text(house.fixture, "you.costs_more_after"));
    assert_string_equal(cases[i].words, fixture_text(house.fixture, "preview.words"));
  }
  house_free(&house);
}

static void the_list_holds_what_concerns_the_caller(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  const struct {
    int64_t by;
    size_t count;
    const char *first;
    bool has_you, has_counts;
    const char *why;
  } cases[] = {
      {house.ann, 5, "proposal", true, false, "a team's member: the project"},
      {house.fay, 1, "lab", true, false, "a lab student: the labs"},
      {house.gus, 6, "proposal", true, false, "nobody's yet: both"},
      {house.staff, 6, "proposal", false, true, "staff: all"},
      {-1, 6, "proposal", false, true, "the operator"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fixture_call(house.fixture, cases[i].by, METHOD_GET, NULL, MILESTONES);
    fixture_expect(house.fixture, 200);
    if (json_array_size(fixture_json(house.fixture, "milestones")) != cases[i].count ||
        strcmp(fixture_text(house.fixture, "milestones.0.id"), cases[i].first) != 0 ||
        (fixture_json(house.fixture, "milestones.0.you") != NULL) != cases[i].has_you ||
        (fixture_json(house.fixture, "milestones.0.counts") != NULL) != cases[i].has_counts)
      fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
  }
  house_free(&house);
}

static void a_milestone_says_what_it_is_and_what_it_takes(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  look(&house, house.ann, "report");
  fixture_expect(house.fixture, 200);
  assert_string_equal("The report", fixture_text(house.fixture, "title"));
  assert_string_equal("project", fixture_text(house.fixture, "track"));
  assert_string_equal("report", fixture_text(house.fixture, "kind"));
  assert_int_equal(1000, fixture_int(house.fixture, "weight_hundredths"));
  assert_int_equal(10, fixture_int(house.fixture, "points_per_day"));
  assert_int_equal(GRACE, fixture_int(house.fixture, "grace_seconds"));
  assert_string_equal("2023-10-16T13:00:00Z", fixture_text(house.fixture, "opens"));
  assert_string_equal("2023-10-25T13:30:00Z", fixture_text(house.fixture, "due"));
  assert_string_equal("required", fixture_text(house.fixture, "hand_in.0.link"));
  assert_null(fixture_json(house.fixture, "slot_length_seconds"));
  look(&house, house.ann, "check-in");
  assert_int_equal(900, fixture_int(house.fixture, "slot_length_seconds"));
  look(&house, house.ann, "no-such");
  fixture_refused(house.fixture, 404, "not_found");
  assert_non_null(strstr(fixture_text(house.fixture, "detail"), "proposal, check-in, presentation"));
  house_free(&house);
}

static void what_belongs_to_the_other_track_is_refused_in_words(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  look(&house, house.ann, "lab");
  fixture_refused(house.fixture, 403, "not_your_track");
  look(&house, house.fay, "report");
  fixture_refused(house.fixture, 403, "not_your_track");
  look(&house, house.gus, "lab"); // who has not chosen may look at both, and hands in neither
  fixture_expect(house.fixture, 200);
  assert_null(fixture_json(house.fixture, "preview"));
  const struct {
    int64_t by;
    const char *milestone;
    const char *words;
  } cases[] = {
      {house.gus, "report", "join or found one first"},
      {house.gus, "lab", "take a seat in it first"},
      {house.fay, "report", "has a lab seat"},
      {house.ann, "lab", "is in a team"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    submit(&house, cases[i].by, cases[i].milestone);
    fixture_refused(house.fixture, 403, "not_your_track");
    assert_non_null(strstr(fixture_text(house.fixture, "detail"), cases[i].words));
  }
  house_free(&house);
}

static void handed_in_and_accepted_go_before_the_clock(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  for (size_t i = 0; i < sizeof work_kinds / sizeof *work_kinds; i++) {
    int64_t by = strcmp(work_kinds[i], "lab") == 0 ? house.fay : house.ann;
    submit_at(&house, by, work_kinds[i], OPENS + 1);
    int64_t id = fixture_int(house.fixture, "submission.id");
    house_at(&house, DUE_AT + 30 * DAY);
    assert_string_equal("handed in", state_of(&house, by, work_kinds[i]));
    assert_int_equal(id, fixture_int(house.fixture, "you.submission"));
    assert_string_equal("2023-10-16T13:00:01Z", fixture_text(house.fixture, "you.handed_in_at"));
    assert_int_equal(0, fixture_int(house.fixture, "you.cost"));
    fixture_call(house.fixture, house.staff, METHOD_PUT, NULL, MILESTONES "/%s/submissions/%lld/acceptance",
                 work_kinds[i], (long long)id);
    fixture_expect(house.fixture, 200);
    assert_string_equal("accepted", state_of(&house, by, work_kinds[i]));
  }
  house_free(&house);
}

static void staff_see_who_is_in_who_is_late_and_who_is_not(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", OPENS + 1);
  submit_at(&house, house.dan, "report", DUE_AT + DAY);
  submit_at(&house, house.dan, "artifact", DUE_AT + DAY);
  fixture_call(house.fixture, house.staff, METHOD_POST,
               arena_format(house.fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)house.team),
               MILESTONES "/artifact/excusals");
  fixture_expect(house.fixture, 201);
  static const struct {
    const char *milestone;
    int64_t all, in, out, late, excused;
  } cases[] = {
      {"report", 2, 2, 0, 1, 0}, {"artifact", 2, 1, 0, 1, 1}, {"presentation", 2, 0, 2, 0, 0}, {"lab", 1, 0, 1, 0, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    look(&house, house.staff, cases[i].milestone);
    if (fixture_int(house.fixture, "counts.all") != cases[i].all ||
        fixture_int(house.fixture, "counts.handed_in") != cases[i].in ||
        fixture_int(house.fixture, "counts.not_handed_in") != cases[i].out ||
        fixture_int(house.fixture, "counts.late") != cases[i].late ||
        fixture_int(house.fixture, "counts.excused") != cases[i].excused)
      fail_msg("%s: %s", cases[i].milestone, house.fixture->answer.body);
  }
  house_free(&house);
}

// A person's due and daily cost turn at instants that no course's ETag knows: none is given.
static void an_answer_is_never_served_from_a_cache_over_a_turn(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, DUE_AT);
  const char *const targets[] = {MILESTONES, MILESTONES "/report"};
  for (size_t i = 0; i < 2; i++) {
    fixture_call(house.fixture, house.ann, METHOD_GET, NULL, "%s", targets[i]);
    fixture_expect(house.fixture, 200);
    assert_null(local_answer_header(&house.fixture->answer, "ETag"));
  }
  house_free(&house);
}

static void excuse(struct house *house, const char *milestone, const char *whom, int64_t id, const char *rest) {
  fixture_call(house->fixture, house->staff, METHOD_POST,
               arena_format(house->fixture->arena, "{\"%s\":%lld%s," BECAUSE "}", whom, (long long)id, rest),
               MILESTONES "/%s/excusals", milestone);
  fixture_expect(house->fixture, 201);
}

static void staff_excuse_a_team_a_lab_student_or_one_member(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  excuse(&house, "report", "team", house.team, "");
  assert_string_equal("excused", state_of(&house, house.ann, "report"));
  assert_string_equal("excused", state_of(&house, house.cyd, "report"));
  assert_string_equal("open", state_of(&house, house.dan, "report"));
  assert_int_equal(1, fixture_messages(house.fixture, house.cyd, "excusal"));
  excuse(&house, "lab", "person", house.fay, "");
  assert_string_equal("excused", state_of(&house, house.fay, "lab"));
  excuse(&house, "artifact", "person", house.bob, "");
  int64_t id = fixture_int(house.fixture, "id");
  assert_string_equal("excused", state_of(&house, house.bob, "artifact"));
  assert_string_equal("open", state_of(&house, house.ann, "artifact"));
  assert_int_equal(1, fixture_messages(house.fixture, house.ann, "excusal")); // not of Bob's
  fixture_call(house.fixture, house.staff, METHOD_GET, NULL, MILESTONES "/artifact/excusals");
  assert_string_equal("Bob Oh", fixture_text(house.fixture, "excusals.0.name"));
  assert_string_equal("A reason to be told", fixture_text(house.fixture, "excusals.0.reason"));
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, MILESTONES "/artifact/excusals/%lld", (long long)id);
  fixture_expect(house.fixture, 204);
  assert_string_equal("open", state_of(&house, house.bob, "artifact"));
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, MILESTONES "/artifact/excusals/%lld", (long long)id);
  fixture_refused(house.fixture, 404, "not_found");
  house_free(&house);
}

static void a_bad_excusal_is_refused(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const struct {
    int64_t by;
    const char *milestone, *body, *code;
    int status;
  } cases[] = {
      {house.staff, "report", "{" BECAUSE "}", "invalid_fields", 422},
      {house.staff, "report", "{\"team\":1,\"person\":1," BECAUSE "}", "invalid_fields", 422},
      {house.staff, "report", "{\"team\":4711," BECAUSE "}", "invalid_fields", 422},
      {house.staff, "report", "{\"person\":4711," BECAUSE "}", "invalid_fields", 422},
      {house.staff, "report", "{\"team\":1}", "invalid_fields", 422},
      {house.staff, "report", "{\"team\":1,\"excused\":false," BECAUSE "}", "invalid_fields", 422},
      {house.staff, "lab", "{\"team\":1," BECAUSE "}", "invalid_fields", 422},
      {house.staff, "no-such", "{\"team\":1," BECAUSE "}", "not_found", 404},
      {house.ann, "report", "{\"team\":1," BECAUSE "}", "not_allowed", 403},
  };
  const char *before = fixture_dump(house.fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    fixture_call(house.fixture, cases[i].by, METHOD_POST, cases[i].body, MILESTONES "/%s/excusals", cases[i].milestone);
    fixture_refused(house.fixture, cases[i].status, cases[i].code);
  }
  assert_string_equal(before, fixture_dump(house.fixture));
  house_free(&house);
}

static void who_joins_after_the_due_is_excused_unless_staff_say_they_owe_it(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.dan, "artifact", OPENS + 1);
  house_at(&house, DUE_AT);
  fixture_call(house.fixture, house.staff, METHOD_PUT,
               arena_format(house.fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)house.other),
               SAMPLE "/placements/%lld", (long long)house.gus);
  fixture_expect(house.fixture, 200);
  house_at(&house, DUE_AT + 1);
  assert_string_equal("open", state_of(&house, house.gus, "report")); // there when it was due
  fixture_call(house.fixture, house.staff, METHOD_PUT,
               arena_format(house.fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)house.team),
               SAMPLE "/placements/%lld", (long long)house.eve);
  fixture_expect(house.fixture, 200);
  assert_string_equal("excused", state_of(&house, house.eve, "report"));
  assert_string_equal("handed in", state_of(&house, house.eve, "artifact")); // with the team that she left
  excuse(&house, "report", "person", house.eve, ",\"excused\":false");
  assert_string_equal("open", state_of(&house, house.eve, "report"));
  assert_string_equal("excused", state_of(&house, house.eve, "presentation"));
  house_free(&house);
}

static void a_check_in_is_held_missed_or_excused_for_each_member(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS + DAY);
  fixture_call(house.fixture, house.staff, METHOD_POST,
               arena_format(house.fixture->arena,
                            "{\"team\":%lld,\"members\":[{\"person\":%lld,\"state\":\"held\"},"
                            "{\"person\":%lld,\"state\":\"missed\"},{\"person\":%lld,\"state\":\"excused\"}]}",
                            (long long)house.team, (long long)house.ann, (long long)house.bob, (long long)house.cyd),
               MILESTONES "/check-in/check-ins");
  fixture_expect(house.fixture, 201);
  assert_string_equal("held", state_of(&house, house.ann, "check-in"));
  assert_string_equal("missed", state_of(&house, house.bob, "check-in"));
  assert_string_equal("excused", state_of(&house, house.cyd, "check-in"));
  assert_string_equal("open", state_of(&house, house.dan, "check-in"));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_turns_at_its_instants_to_the_second),
      cmocka_unit_test(both_weeks_in_which_the_clocks_change_are_exact),
      cmocka_unit_test(the_price_says_until_when_it_holds),
      cmocka_unit_test(the_list_holds_what_concerns_the_caller),
      cmocka_unit_test(a_milestone_says_what_it_is_and_what_it_takes),
      cmocka_unit_test(what_belongs_to_the_other_track_is_refused_in_words),
      cmocka_unit_test(handed_in_and_accepted_go_before_the_clock),
      cmocka_unit_test(staff_see_who_is_in_who_is_late_and_who_is_not),
      cmocka_unit_test(an_answer_is_never_served_from_a_cache_over_a_turn),
      cmocka_unit_test(staff_excuse_a_team_a_lab_student_or_one_member),
      cmocka_unit_test(a_check_in_is_held_missed_or_excused_for_each_member),
      cmocka_unit_test(a_bad_excusal_is_refused),
      cmocka_unit_test(who_joins_after_the_due_is_excused_unless_staff_say_they_owe_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
