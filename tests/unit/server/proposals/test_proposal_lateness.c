// SPDX-License-Identifier: AGPL-3.0-or-later
// What was saved in time stands in a version that staff can count, and a revision in its window is never later than
// what it stands for, whatever has closed, ended or moved since.
#include "tests/unit/server/proposals/review_helpers.h"

#include "common/base/clock.h"
#include "server/milestones/penalty.h"

static int count_version(struct class *class, int64_t version) {
  return fixture_call(class->fixture, class->staff, METHOD_POST, "{\"reason\":\"They forgot to press the button.\"}",
                      SAMPLE "/teams/%lld/proposal/versions/%lld/counting", (long long)class->team, (long long)version);
}

static int64_t newest_version(struct class *class) {
  return count_rows(class->fixture, "select max(version) from proposal_versions");
}

static const char *said(struct class *class, int64_t version, const char *field) {
  fixture_call(class->fixture, class->bob, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal/versions/%lld",
               (long long)class->team, (long long)version);
  fixture_expect(class->fixture, 200);
  return field_at(class->fixture, field) < 0 ? "" : field_text(class->fixture, field);
}

// -1: nothing is in the ledger.
static int64_t points_of(struct class *class, int64_t person) {
  int64_t points = -1;
  assert_int_equal(ERR_OK, db_get_int(app_db(class->fixture->app), &points,
                                      "select coalesce((select points from penalties where person_id = $1 and "
                                      "milestone = 'proposal' order by id desc limit 1), -1)",
                                      db_int(person)));
  return points;
}

// More time for the team, or one of it; the grant's number.
static int64_t extend(struct class *class, const char *scope, int64_t whom, int64_t due) {
  char until[21];
  instant_format(due, until);
  fixture_call(class->fixture, class->instructor, METHOD_POST,
               arena_format(class->fixture->arena,
                            "{\"scope\":\"%s\",\"%s\":%lld,\"due\":\"%s\",\"reason\":\"A reason to be told\"}", scope,
                            scope, (long long)whom, until),
               SAMPLE "/milestones/proposal/extensions");
  fixture_expect(class->fixture, 200);
  return json_integer_value(fixture_json(class->fixture, "extensions.0"));
}

static void end_extension(struct class *class, int64_t extension) {
  fixture_call(class->fixture, class->instructor, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld", (long long)extension);
  fixture_expect(class->fixture, 200);
}

static void submitted_at(struct class *class, int64_t at) {
  class_at(class, at);
  submit_proposal(class, class->ann, "");
  fixture_expect(class->fixture, 200);
}

// The ledger emptied and filled at once says what it said.
static void scratch_agrees(struct class *class) {
  struct fixture *fixture = class->fixture;
  struct problem problem;
  problem_init(&problem, fixture->arena);
  const struct act act = {.db = app_db(fixture->app),
                          .arena = fixture->arena,
                          .now = clock_now(&fixture->clock),
                          .cause = "test",
                          .problem = &problem};
  const struct course_view *course = NULL;
  const struct milestone *milestone = NULL;
  const int64_t ann = points_of(class, class->ann), bob = points_of(class, class->bob);
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  assert_int_equal(ERR_OK, milestone_find(&act, course, "proposal", &milestone));
  assert_int_equal(ERR_OK, db_exec(act.db, "delete from penalties"));
  assert_int_equal(ERR_OK, penalty_recompute_all(&act, course, milestone, "extension"));
  assert_int_equal(points_of(class, class->ann), ann);
  assert_int_equal(points_of(class, class->bob), bob);
  db_rollback(act.db);
}

enum stage { FIRST_DRAFT, REVISING, ANEW };
#define REVISE_UNTIL (PROPOSAL_CLOSES + 6 * DAY)
#define ANEW_BY (PROPOSAL_CLOSES + 10 * DAY)

// Everything is said, and what comes next is at that stage.
static struct class class_in(enum stage stage) {
  struct class class = registered_class("2023-09-05T10:00:00Z"); // before it opens
  if (stage == FIRST_DRAFT)
    return class;
  fill_in(&class);
  submitted_at(&class, PROPOSAL_DUE);
  class_at(&class, PROPOSAL_CLOSES - DAY); // 7 civil days before REVISE_UNTIL
  if (stage == REVISING) {
    decide(&class, PROPOSAL_REQUEST_CHANGES);
    return class;
  }
  assert_int_equal(ERR_OK, move_as(&class, class.instructor, PROPOSAL_DECLINE, ANEW_BY));
  begin_anew(&class, class.ann);
  fixture_expect(class.fixture, 201);
  return class;
}

struct fold_case {
  enum stage stage;
  int64_t first, second; // saves of one person
  bool is_folded;
  int status; // of counting the version of the first
  int64_t points;
  const char *why;
};

static const struct fold_case fold_cases[] = {
    {FIRST_DRAFT, PROPOSAL_OPENS - 1, PROPOSAL_OPENS, false, 409, -1, "before it opens, and as it opens"},
    {FIRST_DRAFT, PROPOSAL_DUE, PROPOSAL_DUE + GRACE_SECONDS, true, 200, 0, "in time, both"},
    {FIRST_DRAFT, PROPOSAL_DUE, PROPOSAL_DUE + GRACE_SECONDS + 1, false, 200, 0, "due, and after its grace"},
    {FIRST_DRAFT, PROPOSAL_DUE + GRACE_SECONDS, PROPOSAL_DUE + GRACE_SECONDS + 1, false, 200, 0, "grace, a second on"},
    {FIRST_DRAFT, PROPOSAL_DUE + GRACE_SECONDS + 1, PROPOSAL_DUE + 900, true, 200, 10, "late by a day, both"},
    {FIRST_DRAFT, PROPOSAL_DUE + DAY - 1, PROPOSAL_DUE + DAY, true, 200, 10, "the day's last second"},
    {FIRST_DRAFT, PROPOSAL_DUE + DAY, PROPOSAL_DUE + DAY + 1, false, 200, 10, "late by a day, and by two"},
    {FIRST_DRAFT, PROPOSAL_CLOSES - 1, PROPOSAL_CLOSES, true, 200, 90, "until it closes"},
    {FIRST_DRAFT, PROPOSAL_CLOSES, PROPOSAL_CLOSES + 1, false, 200, 90, "as it closes, and after"},
    {FIRST_DRAFT, PROPOSAL_CLOSES + 1, PROPOSAL_CLOSES + 601, true, 409, -1, "closed, both"},
    {REVISING, PROPOSAL_CLOSES, PROPOSAL_CLOSES + 1, true, 200, 0, "in the window nothing else counts"},
    {REVISING, REVISE_UNTIL - 600, REVISE_UNTIL, true, 200, 0, "in the window, both"},
    {REVISING, REVISE_UNTIL, REVISE_UNTIL + 1, false, 200, 0, "the window's last second, and after"},
    {REVISING, REVISE_UNTIL + 1, REVISE_UNTIL + 2, true, 409, 0, "after the window, both"},
    {ANEW, ANEW_BY - 1, ANEW_BY, true, 200, 0, "in the window of proposing anew"},
    {ANEW, ANEW_BY, ANEW_BY + 1, false, 200, 0, "its last second, and after"},
};

static void saves_that_are_judged_otherwise_are_versions_of_their_own(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof fold_cases / sizeof *fold_cases; i++) {
    const struct fold_case *row = &fold_cases[i];
    struct class class = class_in(row->stage);
    int64_t before = newest_version(&class);
    class_at(&class, row->first);
    saved(&class, class.ann, "title", "\"First\"");
    class_at(&class, row->second);
    saved(&class, class.ann, "title", "\"Second\"");
    if (newest_version(&class) != before + (row->is_folded ? 1 : 2))
      fail_msg("%s: %lld versions", row->why, (long long)(newest_version(&class) - before));
    assert_string_equal(said(&class, before + 1, "title"), row->is_folded ? "Second" : "First");
    class_at(&class, row->second + DAY);
    if (count_version(&class, before + 1) != row->status)
      fail_msg("%s: %s", row->why, class.fixture->answer.body);
    if (row->status == 200)
      assert_string_equal(field_text(class.fixture, "title"), row->is_folded ? "Second" : "First");
    if (points_of(&class, class.bob) != row->points)
      fail_msg("%s: %lld points", row->why, (long long)points_of(&class, class.bob));
    scratch_agrees(&class);
    end_class(&class);
  }
}

static void a_version_ends_where_more_time_for_the_team_does(void **state) {
  (void)state;
  struct class class = class_in(FIRST_DRAFT);
  int64_t graced = PROPOSAL_DUE + 2 * DAY + GRACE_SECONDS;
  extend(&class, "team", class.team, PROPOSAL_DUE + 2 * DAY);
  class_at(&class, PROPOSAL_DUE + GRACE_SECONDS);
  saved(&class, class.ann, "title", "\"One\"");
  fixture_at_seconds(class.fixture, PROPOSAL_DUE + GRACE_SECONDS + 1); // nothing ends for them here
  saved(&class, class.ann, "title", "\"Two\"");
  assert_int_equal(newest_version(&class), 1);
  class_at(&class, graced);
  saved(&class, class.ann, "title", "\"In time\"");
  fixture_at_seconds(class.fixture, graced + 1);
  saved(&class, class.ann, "title", "\"Too late\"");
  assert_int_equal(newest_version(&class), 3);
  count_version(&class, 2);
  fixture_expect(class.fixture, 200);
  assert_string_equal(field_text(class.fixture, "title"), "In time");
  assert_int_equal(points_of(&class, class.ann), 0);
  end_class(&class);
}

static void late_is_judged_otherwise_than_in_time_although_it_costs_nothing(void **state) {
  (void)state;
  struct class class = class_of(sample_with("points_per_day: 10", "points_per_day: 0", INSIDE));
  register_team(class.fixture, class.ann, class.team, "{}");
  class_at(&class, PROPOSAL_DUE + GRACE_SECONDS);
  saved(&class, class.ann, "title", "\"In time\"");
  fixture_at_seconds(class.fixture, PROPOSAL_DUE + GRACE_SECONDS + 1);
  saved(&class, class.ann, "title", "\"Too late\"");
  assert_int_equal(newest_version(&class), 2);
  count_version(&class, 1);
  fixture_expect(class.fixture, 200);
  assert_int_equal(count_rows(class.fixture, "select is_on_time from submissions"), 1);
  end_class(&class);
}

// Where a version ends, team mates see; that the work is taken longer, they may.
static void nobodys_own_due_ends_a_version_but_the_last_close_does(void **state) {
  (void)state;
  struct class class = class_in(FIRST_DRAFT);
  int64_t due = PROPOSAL_DUE + 5 * DAY, closes = PROPOSAL_CLOSES + 5 * DAY;
  extend(&class, "person", class.bob, due);
  class_at(&class, due + GRACE_SECONDS);
  saved(&class, class.ann, "title", "\"One\"");
  fixture_at_seconds(class.fixture, due + GRACE_SECONDS + 1);
  saved(&class, class.ann, "title", "\"Two\"");
  assert_int_equal(newest_version(&class), 1);
  class_at(&class, closes);
  saved(&class, class.ann, "title", "\"Still taken\"");
  fixture_at_seconds(class.fixture, closes + 1);
  saved(&class, class.ann, "title", "\"Too late\"");
  assert_int_equal(newest_version(&class), 3);
  count_version(&class, 3);
  fixture_refused(class.fixture, 409, "deadline_passed");
  count_version(&class, 2);
  fixture_expect(class.fixture, 200);
  assert_int_equal(points_of(&class, class.ann), 100);
  assert_int_equal(points_of(&class, class.bob), 90);
  end_class(&class);
}

static void what_was_saved_in_more_time_that_then_ended_is_counted_by_it(void **state) {
  (void)state;
  static const struct {
    const char *scope;
    int64_t due, first; // after the due
    int64_t points_ann, points_bob;
  } cases[] = {{"team", 2 * DAY, DAY + 1, 0, 0}, {"person", 5 * DAY, 10 * DAY, 100, 50}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct class class = class_in(FIRST_DRAFT);
    int64_t first = PROPOSAL_DUE + cases[i].first;
    int64_t grant = extend(&class, cases[i].scope, i == 0 ? class.team : class.bob, PROPOSAL_DUE + cases[i].due);
    class_at(&class, first);
    saved(&class, class.ann, "title", "\"In that time\"");
    fixture_at_seconds(class.fixture, first + 60);
    end_extension(&class, grant);
    fixture_at_seconds(class.fixture, first + 61);
    saved(&class, class.ann, "title", "\"After it\"");
    assert_int_equal(newest_version(&class), 2);
    count_version(&class, 1);
    fixture_expect(class.fixture, 200);
    assert_string_equal(field_text(class.fixture, "title"), "In that time");
    assert_int_equal(count_rows(class.fixture, "select is_on_time from submissions"), i == 0);
    assert_int_equal(points_of(&class, class.ann), cases[i].points_ann);
    assert_int_equal(points_of(&class, class.bob), cases[i].points_bob);
    scratch_agrees(&class);
    end_class(&class);
  }
}

// It arrived before the newest one, and waited longer in the queue.
static void a_save_in_time_that_is_written_after_a_late_one_is_a_version_without_that(void **state) {
  (void)state;
  struct class class = class_in(FIRST_DRAFT);
  struct fixture *fixture = class.fixture;
  int64_t graced = PROPOSAL_DUE + GRACE_SECONDS;
  class_at(&class, graced - 2);
  saved(&class, class.ann, "title", "\"In time\"");
  fixture_at_seconds(fixture, graced + 1);
  saved(&class, class.ann, "title", "\"Too late\"");
  fixture_at_seconds(fixture, graced);
  saved(&class, class.ann, "hypothesis", "\"In time, too\"");
  assert_int_equal(newest_version(&class), 3);
  assert_string_equal(said(&class, 3, "title"), "In time");
  assert_string_equal(said(&class, 3, "hypothesis"), "In time, too");
  assert_string_equal(fixture_text(fixture, "at"), "2023-09-23T04:04:00Z");
  assert_string_equal(said(&class, 2, "title"), "Too late");
  assert_string_equal(said(&class, 2, "hypothesis"), "");
  fixture_at_seconds(fixture, graced + 2); // and what is saved next says all
  saved(&class, class.ann, "refutation", "\"Late\"");
  assert_int_equal(newest_version(&class), 4);
  assert_string_equal(said(&class, 4, "title"), "Too late");
  assert_string_equal(said(&class, 4, "hypothesis"), "In time, too");
  count_version(&class, 3);
  fixture_expect(fixture, 200);
  assert_string_equal(field_text(fixture, "title"), "In time");
  assert_string_equal(field_text(fixture, "hypothesis"), "In time, too");
  assert_string_equal(field_text(fixture, "refutation"), "");
  assert_int_equal(points_of(&class, class.ann), 0);
  end_class(&class);
}

static void a_submission_says_all_that_was_submitted_also_what_arrived_behind_it(void **state) {
  (void)state;
  struct class class = class_in(FIRST_DRAFT);
  fill_in(&class);
  class_at(&class, PROPOSAL_DUE + GRACE_SECONDS + 1);
  saved(&class, class.ann, "title", "\"Written first\"");
  fixture_at_seconds(class.fixture, PROPOSAL_DUE + GRACE_SECONDS);
  submit_proposal(&class, class.ann, "");
  fixture_expect(class.fixture, 200);
  assert_string_equal(said(&class, newest_version(&class), "title"), "Written first");
  assert_string_equal(fixture_text(class.fixture, "kind"), "submitted");
  end_class(&class);
}

static void a_version_is_never_dated_before_something_that_it_says(void **state) {
  (void)state;
  struct class class = class_in(FIRST_DRAFT);
  struct fixture *fixture = class.fixture;
  class_at(&class, PROPOSAL_OPENS + 10);
  saved(&class, class.ann, "title", "\"One\"");
  fixture_at_seconds(fixture, PROPOSAL_OPENS + 7);
  saved(&class, class.ann, "hypothesis", "\"Arrived before\"");
  assert_int_equal(newest_version(&class), 1);
  assert_string_equal(said(&class, 1, "hypothesis"), "Arrived before");
  assert_string_equal(fixture_text(fixture, "at"), "2023-09-05T13:00:10Z");
  fixture_at_seconds(fixture, PROPOSAL_OPENS + 8);
  saved(&class, class.bob, "refutation", "\"This, too\"");
  assert_int_equal(newest_version(&class), 2);
  assert_string_equal(said(&class, 2, "title"), "One");
  assert_string_equal(fixture_text(fixture, "at"), "2023-09-05T13:00:10Z");
  end_class(&class);
}

// The team resubmits at `at`, having been told the same before: on time or not, at what cost for Ann.
static void resubmit(struct class *class, int64_t at, bool is_on_time, int64_t points) {
  struct fixture *fixture = class->fixture;
  static const char *const queries[] = {"?dry_run=true", ""};
  class_at(class, at);
  for (size_t i = 0; i < 2; i++) {
    submit_proposal(class, class->ann, queries[i]);
    fixture_expect(fixture, 200);
    assert_int_equal(is_on_time, json_is_true(fixture_json(fixture, "is_on_time")));
    assert_int_equal(fixture_int(fixture, "cost.yours"), points);
  }
  assert_int_equal(points_of(class, class->ann), points);
  assert_int_equal(count_rows(fixture, "select version from submissions where counts = 1"), 2);
  scratch_agrees(class);
}

static void requested_at(struct class *class, int64_t at) {
  class_at(class, at);
  decide(class, PROPOSAL_REQUEST_CHANGES);
}

static void a_revision_is_in_time_as_the_first_was_in_more_time_that_then_ended(void **state) {
  (void)state;
  static const struct {
    int64_t due, first; // days after the due
    const char *why;
  } cases[] = {{2, 1, "before it would have closed"}, {12, 11, "after it would have closed"}};
  for (size_t i = 0; i < 2; i++) {
    struct class class = registered_class(INSIDE);
    struct fixture *fixture = class.fixture;
    int64_t first = PROPOSAL_DUE + cases[i].first * DAY;
    fill_in(&class);
    int64_t grant = extend(&class, "team", class.team, PROPOSAL_DUE + cases[i].due * DAY);
    submitted_at(&class, first);
    assert_true(json_is_true(fixture_json(fixture, "is_on_time")));
    fixture_at_seconds(fixture, first + 1);
    end_extension(&class, grant);
    requested_at(&class, first + 60);
    resubmit(&class, first + 2 * DAY, true, 0);
    assert_int_equal(fixture_int(fixture, "cost.most"), 0);
    judged(&class, class.instructor, APPROVE);
    told(&class);
    if (count_rows(fixture, "select max(version) from submissions where accepted_at is not null") != 2)
      fail_msg("%s: another version is accepted", cases[i].why);
    end_class(&class);
  }
}

static void a_revision_is_taken_when_nobody_is_left_who_had_the_time(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  int64_t first = PROPOSAL_CLOSES + DAY;
  fill_in(&class);
  extend(&class, "person", class.bob, PROPOSAL_DUE + 5 * DAY);
  submitted_at(&class, first); // between the team's closing and Bob's
  assert_int_equal(points_of(&class, class.ann), 100);
  assert_int_equal(points_of(&class, class.bob), 50);
  fixture_at_seconds(class.fixture, first + 60);
  fixture_drop(class.fixture, class.bob);
  requested_at(&class, first + 120);
  resubmit(&class, first + 2 * DAY, false, 100);
  assert_int_equal(points_of(&class, class.bob), 50);
  end_class(&class);
}

static void a_revision_is_in_time_although_the_due_was_moved_to_before_the_first(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  struct fixture *fixture = class.fixture;
  fill_in(&class);
  submitted_at(&class, PROPOSAL_DUE - 3600);
  fixture_call(fixture, class.instructor, METHOD_PATCH,
               "{\"due\":\"2023-09-22T16:00:00Z\",\"reason\":\"A mistake of ours.\",\"confirm\":true}",
               SAMPLE "/milestones/proposal");
  fixture_expect(fixture, 200);
  assert_int_equal(points_of(&class, class.ann), 10); // as it does for all: what is in is judged by the new dates
  requested_at(&class, PROPOSAL_DUE);
  resubmit(&class, PROPOSAL_DUE + 2 * DAY, true, 10);
  end_class(&class);
}

static void a_revision_of_what_was_late_is_late_at_its_price_unless_more_time_came(void **state) {
  (void)state;
  for (int more = 0; more < 2; more++) {
    struct class class = registered_class(INSIDE);
    fill_in(&class);
    submitted_at(&class, PROPOSAL_DUE + DAY);
    requested_at(&class, PROPOSAL_DUE + DAY + 60);
    if (more == 1)
      extend(&class, "team", class.team, PROPOSAL_DUE + 2 * DAY);
    resubmit(&class, PROPOSAL_DUE + 3 * DAY, more == 1, more == 1 ? 0 : 10);
    end_class(&class);
  }
}

// Given after the save and taken back before staff count it: it held at neither.
static void more_time_that_came_after_a_save_and_ended_gives_it_none(void **state) {
  (void)state;
  static const struct {
    int64_t given, ended; // behind the save
    int64_t points;
    const char *why;
  } cases[] = {
      {0, 60, 0, "given in the second of the save"}, {1, 60, 10, "a second later"}, {DAY, DAY + 60, 10, "a mistake"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct class class = class_in(FIRST_DRAFT);
    int64_t save = PROPOSAL_DUE + DAY;
    class_at(&class, save);
    saved(&class, class.ann, "title", "\"Late\"");
    class_at(&class, save + cases[i].given);
    int64_t grant = extend(&class, "team", class.team, PROPOSAL_DUE + 6 * DAY);
    fixture_at_seconds(class.fixture, save + cases[i].ended);
    end_extension(&class, grant);
    class_at(&class, save + 2 * DAY);
    count_version(&class, newest_version(&class));
    fixture_expect(class.fixture, 200);
    if (points_of(&class, class.ann) != cases[i].points)
      fail_msg("%s: %d points", cases[i].why, (int)points_of(&class, class.ann));
    assert_int_equal(count_rows(class.fixture, "select is_on_time from submissions"), cases[i].points == 0);
    scratch_agrees(&class);
    end_class(&class);
  }
}

// What came after its window costs by itself, and what revises that in the next window costs the same.
static void a_second_round_of_changes_takes_no_lateness_away(void **state) {
  (void)state;
  for (int is_counted = 0; is_counted < 2; is_counted++) { // by staff, instead of submitted
    struct class class = registered_class(INSIDE);
    fill_in(&class);
    submitted_at(&class, PROPOSAL_DUE + DAY);
    requested_at(&class, PROPOSAL_DUE + DAY + 60); // until seven days later
    class_at(&class, PROPOSAL_DUE + 8 * DAY + 120);
    saved(&class, class.ann, "title", "\"Again\"");
    if (is_counted)
      count_version(&class, newest_version(&class));
    else
      submit_proposal(&class, class.ann, "");
    fixture_expect(class.fixture, 200);
    assert_int_equal(points_of(&class, class.ann), 90);
    requested_at(&class, PROPOSAL_DUE + 8 * DAY + 240);
    submitted_at(&class, PROPOSAL_DUE + 9 * DAY + 1000);
    assert_int_equal(fixture_int(class.fixture, "cost.yours"), 90);
    assert_int_equal(points_of(&class, class.ann), 90);
    assert_int_equal(count_rows(class.fixture, "select version from submissions where counts = 1"), 3);
    scratch_agrees(&class);
    end_class(&class);
  }
}

// Of that the first keeps the price that it had then, and so does its revision.
static void more_time_that_came_after_the_first_and_ended_holds_for_its_revision(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  fill_in(&class);
  submitted_at(&class, PROPOSAL_DUE + DAY);
  fixture_at_seconds(class.fixture, PROPOSAL_DUE + DAY + 10);
  int64_t grant = extend(&class, "team", class.team, PROPOSAL_DUE + 2 * DAY);
  fixture_at_seconds(class.fixture, PROPOSAL_DUE + DAY + 20);
  end_extension(&class, grant);
  assert_int_equal(points_of(&class, class.ann), 0);
  requested_at(&class, PROPOSAL_DUE + DAY + 60);
  submitted_at(&class, PROPOSAL_DUE + 3 * DAY);
  assert_int_equal(points_of(&class, class.ann), 0);
  assert_int_equal(count_rows(class.fixture, "select version from submissions where counts = 1"), 2);
  scratch_agrees(&class);
  end_class(&class);
}

static void what_comes_late_after_one_in_time_costs_what_counts(void **state) {
  (void)state;
  struct class class = registered_class(INSIDE);
  static const char *const queries[] = {"?dry_run=true", ""};
  fill_in(&class);
  submitted_at(&class, PROPOSAL_DUE);
  requested_at(&class, PROPOSAL_DUE + 60); // until seven days later
  class_at(&class, PROPOSAL_DUE + 8 * DAY);
  for (size_t i = 0; i < 2; i++) {
    submit_proposal(&class, class.ann, queries[i]);
    fixture_expect(class.fixture, 200);
    assert_true(json_is_false(fixture_json(class.fixture, "is_on_time")));
    assert_int_equal(fixture_int(class.fixture, "cost.yours"), 0);
    assert_int_equal(fixture_int(class.fixture, "cost.most"), 0);
  }
  assert_int_equal(points_of(&class, class.ann), 0);
  end_class(&class);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(saves_that_are_judged_otherwise_are_versions_of_their_own),
      cmocka_unit_test(a_version_ends_where_more_time_for_the_team_does),
      cmocka_unit_test(late_is_judged_otherwise_than_in_time_although_it_costs_nothing),
      cmocka_unit_test(nobodys_own_due_ends_a_version_but_the_last_close_does),
      cmocka_unit_test(what_was_saved_in_more_time_that_then_ended_is_counted_by_it),
      cmocka_unit_test(a_save_in_time_that_is_written_after_a_late_one_is_a_version_without_that),
      cmocka_unit_test(a_submission_says_all_that_was_submitted_also_what_arrived_behind_it),
      cmocka_unit_test(a_version_is_never_dated_before_something_that_it_says),
      cmocka_unit_test(a_revision_is_in_time_as_the_first_was_in_more_time_that_then_ended),
      cmocka_unit_test(a_revision_is_taken_when_nobody_is_left_who_had_the_time),
      cmocka_unit_test(a_revision_is_in_time_although_the_due_was_moved_to_before_the_first),
      cmocka_unit_test(a_revision_of_what_was_late_is_late_at_its_price_unless_more_time_came),
      cmocka_unit_test(more_time_that_came_after_a_save_and_ended_gives_it_none),
      cmocka_unit_test(a_second_round_of_changes_takes_no_lateness_away),
      cmocka_unit_test(more_time_that_came_after_the_first_and_ended_holds_for_its_revision),
      cmocka_unit_test(what_comes_late_after_one_in_time_costs_what_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
