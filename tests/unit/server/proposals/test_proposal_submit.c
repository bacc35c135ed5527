// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/proposals/proposal_helpers.h"

static int setup(void **state) {
  struct class *class = calloc(1, sizeof *class);
  assert_non_null(class);
  *class = registered_class(INSIDE);
  *state = class;
  return 0;
}

static int teardown(void **state) {
  struct class *class = *state;
  if (class->fixture != NULL)
    end_class(class);
  free(class);
  return 0;
}

static int64_t points_of(struct class *class, int64_t person) {
  int64_t points = -1;
  assert_int_equal(ERR_OK, db_get_int(app_db(class->fixture->app), &points,
                                      "select coalesce((select points from penalties where person_id = $1 and "
                                      "milestone = 'proposal' order by id desc limit 1), 0)",
                                      db_int(person)));
  return points;
}

static void a_complete_proposal_of_a_registered_team_is_submitted_and_all_are_told(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  fill_in(class);
  submit_proposal(class, class->bob, "");
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "submitted");
  assert_true(fixture_int(fixture, "submission") > 0);
  assert_true(json_is_true(fixture_json(fixture, "is_on_time")));
  assert_true(json_is_false(fixture_json(fixture, "is_revision")));
  assert_int_equal(fixture_int(fixture, "cost.yours"), 0);
  assert_int_equal(fixture_messages(fixture, class->ann, "proposal submitted"), 1);
  assert_int_equal(fixture_messages(fixture, class->bob, "proposal submitted"), 0);
  assert_int_equal(fixture_messages(fixture, class->staff, "proposal waits") +
                       fixture_messages(fixture, class->instructor, "proposal waits"),
                   2);
  assert_int_equal(count_rows(fixture, "select count(*) from submissions where milestone = 'proposal' and counts = 1"),
                   1);
  show_proposal(class, class->ann);
  assert_string_equal(fixture_text(fixture, "submitted_at"), "2023-09-05T14:00:00Z");
  assert_true(json_is_false(fixture_json(fixture, "can_save")));
}

static void a_forming_team_drafts_and_only_a_registered_one_submits(void **state) {
  (void)state;
  struct class class = class_of(sample_at(INSIDE));
  fill_in(&class);
  const char *before = fixture_dump(class.fixture);
  submit_proposal(&class, class.ann, "");
  fixture_refused(class.fixture, 409, "team_not_registered");
  submit_proposal(&class, class.ann, "?dry_run=true");
  fixture_refused(class.fixture, 409, "team_not_registered");
  assert_string_equal(fixture_dump(class.fixture), before);
  register_team(class.fixture, class.ann, class.team, "{}");
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  end_class(&class);
}

static void what_is_missing_is_named_field_by_field(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  submit_proposal(class, class->ann, "");
  fixture_refused(fixture, 422, "invalid_fields");
  assert_int_equal(json_array_size(fixture_json(fixture, "errors")), 8);
  assert_int_equal(count_rows(fixture, "select count(*) from proposals"), 0);
  fill_in(class);
  saved(class, class->ann, "ai-use", "\" \\n\\t\"");
  submit_proposal(class, class->ann, "");
  fixture_refused(fixture, 422, "invalid_fields");
  assert_int_equal(json_array_size(fixture_json(fixture, "errors")), 1);
  assert_string_equal(fixture_text(fixture, "errors.0.field"), "ai-use");
  assert_non_null(strstr(fixture_text(fixture, "errors.0.message"), "none"));
  saved(class, class->ann, "ai-use", "\"none\"");
  saved(class, class->bob, "parts", arena_format(fixture->arena, "{\"%lld\":\"\"}", (long long)class->bob));
  submit_proposal(class, class->ann, "");
  fixture_refused(fixture, 422, "invalid_fields");
  assert_non_null(strstr(fixture_text(fixture, "errors.0.message"), "Bob Invented"));
}

static void a_dry_run_says_what_is_missing_and_what_it_costs_and_changes_nothing(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "title", "\"Caches\"");
  class_at(class, PROPOSAL_DUE + GRACE_SECONDS + 1);
  const char *before = fixture_dump(fixture);
  submit_proposal(class, class->ann, "?dry_run=true");
  fixture_expect(fixture, 200);
  assert_true(json_is_true(fixture_json(fixture, "dry_run")));
  assert_string_equal(fixture_text(fixture, "state"), "draft");
  assert_int_equal(json_array_size(fixture_json(fixture, "missing")), 7);
  assert_int_equal(fixture_int(fixture, "cost.yours"), 10);
  assert_int_equal(fixture_int(fixture, "cost.most"), 10);
  assert_true(json_is_false(fixture_json(fixture, "is_on_time")));
  assert_string_equal(fixture_dump(fixture), before);
}

struct time_case {
  int64_t at;
  int status;
  const char *code;
  int points;
  const char *why;
};

static const struct time_case time_cases[] = {
    {PROPOSAL_OPENS - 1, 409, "not_open", 0, "the second before it opens"},
    {PROPOSAL_OPENS, 200, "", 0, "it opens"},
    {PROPOSAL_DUE, 200, "", 0, "due"},
    {PROPOSAL_DUE + GRACE_SECONDS, 200, "", 0, "the last second of grace"},
    {PROPOSAL_DUE + GRACE_SECONDS + 1, 200, "", 10, "a second after"},
    {PROPOSAL_DUE + DAY, 200, "", 10, "24 h after due"},
    {PROPOSAL_DUE + DAY + 1, 200, "", 20, "24 h and a second"},
    {PROPOSAL_CLOSES, 200, "", 90, "the last second"},
    {PROPOSAL_CLOSES + 1, 409, "deadline_passed", 0, "after it has closed"},
};

static void deadlines_hold_to_the_second(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof time_cases / sizeof *time_cases; i++) {
    const struct time_case *row = &time_cases[i];
    struct class class = registered_class("2023-09-05T10:00:00Z");
    fill_in(&class);
    fixture_at_seconds(class.fixture, row->at);
    int status = submit_proposal(&class, class.ann, "");
    if (status != row->status || strcmp(fixture_code(class.fixture), row->code) != 0)
      fail_msg("%s: %d %s", row->why, status, class.fixture->answer.body);
    if (status == 200 && points_of(&class, class.bob) != row->points)
      fail_msg("%s: %d points", row->why, (int)points_of(&class, class.bob));
    end_class(&class);
  }
}

static void a_revision_inside_its_window_costs_what_the_first_submission_did(void **state) {
  (void)state;
  static const struct {
    int64_t first, decided, again;
    int status, points;
    const char *code, *why;
  } cases[] = {
      {PROPOSAL_DUE, PROPOSAL_CLOSES - DAY, PROPOSAL_CLOSES + 6 * DAY, 200, 0, "", "in time, and the last second"},
      {PROPOSAL_DUE, PROPOSAL_CLOSES - DAY, PROPOSAL_CLOSES + 6 * DAY + 1, 409, 0, "deadline_passed", "a second after"},
      {PROPOSAL_DUE + DAY, PROPOSAL_DUE + 2 * DAY, PROPOSAL_DUE + 8 * DAY, 200, 10, "", "late, but no later"},
      // Outside of its window it is judged by itself, and the first one, which was in time, goes on counting.
      {PROPOSAL_DUE - 8 * DAY, PROPOSAL_DUE - 7 * DAY, PROPOSAL_DUE + DAY, 200, 0, "", "the one in time counts"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct class class = registered_class(INSIDE);
    fill_in(&class);
    class_at(&class, cases[i].first);
    submit_proposal(&class, class.ann, "");
    fixture_expect(class.fixture, 200);
    class_at(&class, cases[i].decided);
    decide(&class, PROPOSAL_REQUEST_CHANGES);
    class_at(&class, cases[i].again);
    int status = submit_proposal(&class, class.bob, "");
    if (status != cases[i].status || strcmp(fixture_code(class.fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, status, class.fixture->answer.body);
    if (points_of(&class, class.bob) != cases[i].points)
      fail_msg("%s: %d points", cases[i].why, (int)points_of(&class, class.bob));
    end_class(&class);
  }
}

static void each_requested_change_is_answered_before_it_is_submitted_again(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  int64_t now = clock_now(&fixture->clock);
  fill_in(class);
  submit_proposal(class, class->ann, "");
  fixture_call(fixture, class->instructor, METHOD_POST,
               "{\"verdict\":\"request changes\",\"changes\":[{\"field\":\"metric\",\"text\":\"Name a threshold\"},"
               "{\"text\":\"Say more\"}]}",
               SAMPLE "/teams/%lld/proposal/decisions", (long long)class->team);
  fixture_expect(fixture, 201);
  fixture_at_seconds(fixture, now + PROPOSAL_TAKE_BACK_SECONDS + 3);
  fixture_run_duties(fixture);
  show_proposal(class, class->bob);
  assert_int_equal(json_array_size(fixture_json(fixture, "open_changes")), 2);
  int64_t first = fixture_int(fixture, "open_changes.0.change"), second = fixture_int(fixture, "open_changes.1.change");
  fixture_call(fixture, class->bob, METHOD_PUT, "{\"text\":\"Done\"}",
               SAMPLE "/teams/%lld/proposal/changes/%lld/answer", (long long)class->team, (long long)first);
  fixture_expect(fixture, 200);
  submit_proposal(class, class->bob, "");
  fixture_refused(fixture, 409, "changes_open");
  assert_int_equal(json_array_size(fixture_json(fixture, "errors")), 1);
  assert_string_equal(fixture_text(fixture, "errors.0.field"),
                      arena_format(fixture->arena, "changes[%lld]", (long long)second));
  assert_string_equal(fixture_text(fixture, "errors.0.message"), "Say more");
  submit_proposal(class, class->bob, "?dry_run=true");
  fixture_expect(fixture, 200);
  assert_int_equal(json_array_size(fixture_json(fixture, "open_changes")), 1);
  assert_true(json_is_true(fixture_json(fixture, "is_revision")));
  fixture_call(fixture, class->ann, METHOD_PUT, "{\"text\":\"Done\"}",
               SAMPLE "/teams/%lld/proposal/changes/%lld/answer", (long long)class->team, (long long)second);
  submit_proposal(class, class->bob, "");
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "resubmitted");
}

static void a_proposal_anew_is_prefilled_and_never_late_until_its_day(void **state) {
  (void)state;
  static const struct {
    int64_t after; // the day to propose anew by
    int status;
  } cases[] = {{0, 200}, {1, 409}};
  for (size_t i = 0; i < 2; i++) {
    struct class class = registered_class(INSIDE);
    struct fixture *fixture = class.fixture;
    int64_t by = PROPOSAL_CLOSES + 10 * DAY;
    fill_in(&class);
    submit_proposal(&class, class.ann, "");
    begin_anew(&class, class.ann);
    fixture_refused(fixture, 409, "conflict");
    assert_int_equal(ERR_OK, move_as(&class, class.instructor, PROPOSAL_DECLINE, by));
    class_at(&class, by - DAY);
    save_as(&class, class.ann, "title", "\"Better\"", "*");
    fixture_refused(fixture, 409, "conflict");
    begin_anew(&class, class.ann);
    fixture_expect(fixture, 201);
    assert_int_equal(fixture_int(fixture, "round"), 2);
    assert_true(fixture_int(fixture, "previous") > 0);
    assert_string_equal(fixture_text(fixture, "state"), "draft");
    assert_string_equal(field_text(fixture, "title"), "Caches for small models");
    assert_int_equal(field_int(fixture, "title", "version"), 1);
    assert_int_equal(fixture_messages(fixture, class.bob, "proposal begun anew"), 1);
    begin_anew(&class, class.bob);
    fixture_refused(fixture, 409, "conflict");
    save_as(&class, class.bob, "title", "\"Better\"", "\"1\"");
    fixture_expect(fixture, 200);
    class_at(&class, by + cases[i].after);
    submit_proposal(&class, class.bob, "");
    fixture_expect(fixture, cases[i].status);
    assert_int_equal(points_of(&class, class.bob), 0);
    assert_int_equal(count_rows(fixture, "select count(*) from proposals where state = 'not approved' and round = 1"),
                     1);
    show_proposal(&class, class.ann);
    assert_string_equal(fixture_text(fixture, "state"), cases[i].status == 200 ? "submitted" : "draft");
    end_class(&class);
  }
}

static struct class gap_class(const char *gap) {
  struct class class = class_of(sample_with("gap: warn", gap, INSIDE));
  register_team(class.fixture, class.ann, class.team, "{}");
  fixture_expect(class.fixture, 200);
  fill_in(&class);
  fixture_card(class.fixture, class.bob, "none", "novice", false); // opens a gap in a registered team
  return class;
}

static void a_first_submission_needs_covered_skills_where_a_gap_blocks(void **state) {
  (void)state;
  struct class class = gap_class("gap: block");
  submit_proposal(&class, class.ann, "");
  fixture_refused(class.fixture, 409, "skills_not_covered");
  fixture_call(class.fixture, class.instructor, METHOD_POST, "{\"reason\":\"A guest helps them\"}",
               SAMPLE "/teams/%lld/coverage-waiver", (long long)class.team);
  assert_true(class.fixture->answer.status < 300);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  end_class(&class);
  class = gap_class("gap: warn");
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  end_class(&class);
}

static void a_gap_that_opens_later_refuses_no_revision(void **state) {
  (void)state;
  struct class class = class_of(sample_with("gap: warn", "gap: block", INSIDE));
  register_team(class.fixture, class.ann, class.team, "{}");
  fill_in(&class);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  fixture_card(class.fixture, class.bob, "none", "novice", false);
  decide(&class, PROPOSAL_REQUEST_CHANGES);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  end_class(&class);
}

static void a_key_repeats_the_answer_and_not_the_submission(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  const struct header header = {"idempotency-key", "submit-1"};
  struct local_call call = {
      .method = METHOD_POST,
      .target = arena_format(fixture->arena, SAMPLE "/teams/%lld/proposal/submissions", (long long)class->team),
      .headers = &header,
      .header_count = 1};
  fill_in(class);
  fixture_send(fixture, class->ann, &call);
  fixture_expect(fixture, 200);
  fixture_send(fixture, class->ann, &call);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "submitted");
  assert_int_equal(count_rows(fixture, "select count(*) from submissions"), 1);
}

static void a_submitted_file_stays_and_a_lapsed_one_is_missing(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  struct db *db = app_db(fixture->app);
  fill_in(class);
  assert_int_equal(ERR_OK,
                   db_exec(db,
                           "insert into files (course_id, owner_id, name, media, sha256, bytes, uploaded_at, "
                           "expires_at) values ($1, $2, 'plan.pdf', 'application/pdf', $3, 10, $4, $4 + 604800)",
                           db_int(fixture->course), db_int(class->bob),
                           db_text("0123456789012345678901234567890123456789012345678901234567890123"),
                           db_int(clock_now(&fixture->clock))));
  int64_t file = db_last_id(db);
  saved(class, class->bob, "attachment", arena_format(fixture->arena, "%lld", (long long)file));
  submit_proposal(class, class->ann, "");
  fixture_expect(fixture, 200);
  assert_int_equal(count_rows(fixture, "select count(*) from files where attached_at is not null"), 1);
  fixture_call(fixture, class->bob, METHOD_DELETE, NULL, SAMPLE "/files/%lld", (long long)file);
  fixture_refused(fixture, 409, "file_attached");
  decide(class, PROPOSAL_REQUEST_CHANGES);
  submit_proposal(class, class->bob, ""); // the same file again
  fixture_expect(fixture, 200);
}

static int count_version(struct class *class, int64_t person, int64_t version, const char *body) {
  return fixture_call(class->fixture, person, METHOD_POST, body, SAMPLE "/teams/%lld/proposal/versions/%lld/counting",
                      (long long)class->team, (long long)version);
}

#define FORGOT "{\"reason\":\"They forgot to press the button.\"}"

static void staff_count_a_version_that_was_saved_in_time_with_a_reason(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  class_at(class, PROPOSAL_DUE);
  saved(class, class->ann, "title", "\"In time\"");
  class_at(class, PROPOSAL_DUE + 3 * DAY);
  saved(class, class->ann, "title", "\"Too late\"");
  saved(class, class->ann, "baseline", "\"Too late\"");
  const char *before = fixture_dump(fixture);
  count_version(class, class->ann, 1, FORGOT);
  fixture_refused(fixture, 403, "not_allowed");
  count_version(class, class->staff, 1, "{}");
  fixture_refused(fixture, 422, "invalid_fields");
  count_version(class, class->staff, 9, FORGOT);
  fixture_refused(fixture, 404, "not_found");
  assert_string_equal(fixture_dump(fixture), before);
  count_version(class, class->staff, 1, FORGOT);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "submitted");
  assert_string_equal(field_text(fixture, "title"), "In time");
  assert_string_equal(field_text(fixture, "baseline"), "");
  assert_int_equal(points_of(class, class->bob), 0);
  assert_int_equal(count_rows(fixture, "select count(*) from submissions where is_on_time = 1 and counts = 1"), 1);
  assert_int_equal(fixture_messages(fixture, class->ann, "proposal counted"), 1);
  assert_non_null(strstr(fixture_last_words(fixture, class->bob), "forgot to press"));
  // What was submitted is what was counted, and what was written later is still there.
  fixture_call(fixture, class->ann, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal/versions/3", (long long)class->team);
  assert_int_equal(fixture_int(fixture, "counted"), 1);
  assert_string_equal(field_text(fixture, "title"), "In time");
  fixture_call(fixture, class->ann, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal/versions/2", (long long)class->team);
  assert_string_equal(field_text(fixture, "baseline"), "Too late");
  count_version(class, class->staff, 2, FORGOT);
  fixture_refused(fixture, 409, "conflict");
}

static void only_a_save_of_this_round_is_counted(void **state) {
  struct class *class = *state;
  struct fixture *fixture = class->fixture;
  fill_in(class);
  submit_proposal(class, class->ann, "");
  decide(class, PROPOSAL_REQUEST_CHANGES);
  saved(class, class->ann, "title", "\"Revised\"");
  for (int64_t version = 3; version <= 4; version++) { // the submission, the decision
    count_version(class, class->staff, version, FORGOT);
    fixture_refused(fixture, 409, "conflict");
  }
  class_at(class, PROPOSAL_CLOSES + DAY); // the save was inside the window of revision
  count_version(class, class->staff, 5, FORGOT);
  fixture_expect(fixture, 200);
  assert_string_equal(fixture_text(fixture, "state"), "resubmitted");
  assert_int_equal(points_of(class, class->bob), 0);
}

static void a_course_without_proposals_has_none(void **state) {
  (void)state;
  struct fixture *fixture = fixture_new("config/minimal.yaml", "2024-02-01T12:00:00Z");
  int64_t staff = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  fixture_call(fixture, staff, METHOD_GET, NULL, "/api/v1/courses/minimal-2024sp/teams/1/proposal");
  fixture_refused(fixture, 404, "not_found");
  fixture_free(fixture);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(a_complete_proposal_of_a_registered_team_is_submitted_and_all_are_told),
      cmocka_unit_test(a_forming_team_drafts_and_only_a_registered_one_submits),
      TEST(what_is_missing_is_named_field_by_field),
      TEST(a_dry_run_says_what_is_missing_and_what_it_costs_and_changes_nothing),
      cmocka_unit_test(deadlines_hold_to_the_second),
      cmocka_unit_test(a_revision_inside_its_window_costs_what_the_first_submission_did),
      TEST(each_requested_change_is_answered_before_it_is_submitted_again),
      cmocka_unit_test(a_proposal_anew_is_prefilled_and_never_late_until_its_day),
      cmocka_unit_test(a_first_submission_needs_covered_skills_where_a_gap_blocks),
      cmocka_unit_test(a_gap_that_opens_later_refuses_no_revision),
      TEST(a_key_repeats_the_answer_and_not_the_submission),
      TEST(a_submitted_file_stays_and_a_lapsed_one_is_missing),
      TEST(staff_count_a_version_that_was_saved_in_time_with_a_reason),
      TEST(only_a_save_of_this_round_is_counted),
      cmocka_unit_test(a_course_without_proposals_has_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
