// SPDX-License-Identifier: AGPL-3.0-or-later
// Handing in: who may, until when, of what, and what it leads to. Which version counts: test_submission_versions.c.
#include "tests/unit/server/milestones/submission_helpers.h"

#include "server/milestones/slot.h"
#include "server/milestones/submission.h"

static void a_member_hands_in_and_the_team_and_staff_read_it(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t id = report_at(term, term->ann, REPORT_OPENS + 5);
  int64_t file = fixture_int(fixture, "submission.files.0.id");
  assert_true(json_is_false(fixture_json(fixture, "dry_run")));
  assert_true(json_is_true(fixture_json(fixture, "counts")));
  assert_int_equal(0, fixture_int(fixture, "cost.yours"));
  const int64_t readers[] = {term->ann, term->bob, term->staff, term->instructor, -1};
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    show(term, readers[i], id);
    fixture_expect(fixture, 200);
    assert_string_equal("final-report", fixture_text(fixture, "milestone"));
    assert_string_equal("Descenders", fixture_text(fixture, "holder"));
    assert_int_equal(term->team, fixture_int(fixture, "team"));
    assert_int_equal(1, fixture_int(fixture, "version"));
    assert_string_equal("Ann Ng", fixture_text(fixture, "by_name"));
    assert_string_equal("2023-11-20T14:00:05Z", fixture_text(fixture, "at"));
    assert_true(json_is_true(fixture_json(fixture, "is_on_time")));
    assert_string_equal("report.pdf", fixture_text(fixture, "files.0.name"));
    assert_string_equal("https://example.edu/code", fixture_text(fixture, "code"));
    assert_string_equal("make all", fixture_text(fixture, "reproduce"));
    assert_string_equal("none", fixture_text(fixture, "statement"));
    assert_int_equal(2, json_array_size(fixture_json(fixture, "members")));
    assert_string_equal("Bob Oh", fixture_text(fixture, "members.1.name"));
    fixture_call(fixture, readers[i], METHOD_GET, NULL, SAMPLE "/files/%lld", (long long)file);
    fixture_expect(fixture, 200);
  }
  show(term, term->cyd, id);
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, term->cyd, METHOD_GET, NULL, SAMPLE "/files/%lld", (long long)file);
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, term->ann, METHOD_GET, NULL, MILESTONES "poster/submissions/%lld", (long long)id);
  fixture_refused(fixture, 404, "not_found");
}

static void the_other_members_are_told_it_is_audited_and_the_upload_waits_no_more(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  report_at(term, term->ann, REPORT_OPENS);
  assert_int_equal(1, fixture_messages(fixture, term->bob, "work handed in"));
  assert_int_equal(0, fixture_messages(fixture, term->ann, "work handed in"));
  assert_int_equal(0, fixture_messages(fixture, term->cyd, "work handed in"));
  assert_non_null(strstr(fixture_last_words(fixture, term->bob), "Ann Ng handed in version 1 of Final report"));
  assert_non_null(strstr(fixture_last_words(fixture, term->bob), "in time"));
  fixture_call(fixture, -1, METHOD_GET, NULL, SAMPLE "/audit?limit=1");
  assert_string_equal("work handed in", fixture_text(fixture, "rows.0.kind"));
  fixture_call(fixture, term->ann, METHOD_GET, NULL, SAMPLE "/files");
  assert_int_equal(0, json_array_size(fixture_json(fixture, "files")));
  assert_int_equal(0, count_rows(fixture, "select count(*) from agenda where kind = 'file expires'"));
}

static void how_far_the_team_is_shows_to_the_team_and_staff_only(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  report_at(term, term->ann, REPORT_DUE + GRACE + 1);
  const int64_t readers[] = {term->bob, term->staff};
  for (size_t i = 0; i < 2; i++) {
    fixture_call(fixture, readers[i], METHOD_GET, NULL, SAMPLE "/teams/%lld", (long long)term->team);
    fixture_expect(fixture, 200);
    assert_int_equal(1, json_array_size(fixture_json(fixture, "handed_in")));
    assert_string_equal("final-report", fixture_text(fixture, "handed_in.0.milestone"));
    assert_int_equal(1, fixture_int(fixture, "handed_in.0.version"));
    assert_true(json_is_false(fixture_json(fixture, "handed_in.0.is_on_time")));
    assert_true(json_is_null(fixture_json(fixture, "proposal")));
  }
  fixture_call(fixture, term->cyd, METHOD_GET, NULL, SAMPLE "/teams/%lld", (long long)term->team);
  fixture_expect(fixture, 200);
  assert_null(fixture_json(fixture, "handed_in"));
  assert_null(fixture_json(fixture, "proposal"));
}

struct instant_case {
  const char *why;
  bool is_from_opening; // else from the due
  int64_t seconds;
  const char *refusal; // NULL: taken
  int64_t points;
};

static const struct instant_case instants[] = {
    {"the second before it opens", true, -1, "not_open", 0},
    {"the second in which it opens", true, 0, NULL, 0},
    {"the due second", false, 0, NULL, 0},
    {"the last second of the grace", false, GRACE, NULL, 0},
    {"a second after the grace, counted from the due", false, GRACE + 1, NULL, 10},
    {"24 hours after the due", false, 86400, NULL, 10},
    {"and a second", false, 86401, NULL, 20},
    {"the last second", false, 9 * 86400, NULL, 90},
    {"a second later", false, 9 * 86400 + 1, "deadline_passed", 0},
};

static const struct {
  const char *milestone;
  bool is_cyds; // the seated student's, else the team's
  const char *opens, *due;
  const char *rest; // of the body
} timed[] = {
    {"midpoint", false, "2023-10-16T13:00:00Z", "2023-10-25T13:30:00Z", ""},
    {"final-presentation", false, "2023-11-20T14:00:00Z", "2023-12-04T14:30:00Z", ""},
    {"poster", false, "2023-11-27T14:00:00Z", "2023-12-11T16:20:00Z", ""},
    {"final-report", false, "2023-11-20T14:00:00Z", "2023-12-13T04:59:00Z",
     ",\"code\":\"https://x.org\",\"reproduce\":\"make\""},
    {"lab-1", true, "2023-09-12T13:00:00Z", "2023-09-30T03:59:00Z", ""},
    {"lab-3", true, "2023-10-23T13:00:00Z", "2023-11-11T04:59:00Z", ""}, // the clocks go back between
};

// The preview says what will be.
static void expect_at(struct term *term, size_t of, int64_t at, const struct instant_case *one) {
  struct fixture *fixture = term->fixture;
  int64_t by = timed[of].is_cyds ? term->cyd : term->bob;
  term_at(term, at);
  const char *body = arena_format(fixture->arena, "{\"files\":[%lld],\"statement\":\"none\"%s}",
                                  (long long)upload(term, by, "work.pdf"), timed[of].rest);
  for (int is_real = 0; is_real < 2; is_real++) {
    print_message("%s, %s\n", timed[of].milestone, one->why);
    if (is_real)
      hand_in(term, by, timed[of].milestone, body);
    else
      ask_cost(term, by, timed[of].milestone, body);
    if (one->refusal != NULL) {
      fixture_refused(fixture, 409, one->refusal);
      continue;
    }
    fixture_expect(fixture, 200);
    assert_int_equal(one->points, fixture_int(fixture, "cost.yours"));
    assert_int_equal(one->points, fixture_int(fixture, "cost.most"));
    assert_int_equal(one->points == 0, json_is_true(fixture_json(fixture, "is_on_time")));
    assert_int_equal(one->points == 0, json_is_true(fixture_json(fixture, "counts"))); // one in time is there
  }
}

static void each_instant_of_each_kind_is_judged_to_the_second(void **state) {
  struct term *term = *state;
  for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
    for (size_t j = 0; j < sizeof instants / sizeof *instants; j++) {
      const struct instant_case *one = &instants[j];
      int64_t from = 0;
      assert_true(instant_parse(one->is_from_opening ? timed[i].opens : timed[i].due, &from));
      expect_at(term, i, from + one->seconds, one);
    }
}

static void the_ledger_gets_a_row_for_each_member_of_the_version_that_counts(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  report_at(term, term->ann, REPORT_DUE + GRACE + 1);
  assert_int_equal(2, count_rows(fixture, "select count(*) from penalties where points = 10 and submission_id = 1"));
  report_at(term, term->ann, REPORT_DUE + 86401);
  assert_int_equal(4, count_rows(fixture, "select count(*) from penalties"));
  assert_int_equal(2, count_rows(fixture, "select count(*) from penalties where points = 20 and submission_id = 2"));
}

static int64_t ticks;
static int64_t ticking(const struct clock *clock) { return clock->value + ticks++; }

static void what_arrived_in_time_and_is_committed_later_is_on_time(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  term_at(term, REPORT_DUE + GRACE);
  const char *body = report_body(term, term->ann);
  int64_t (*const standing)(const struct clock *) = fixture->clock.now;
  ticks = 0;
  fixture->clock.now = ticking;
  hand_in(term, term->ann, "final-report", body);
  assert_true(clock_now(&fixture->clock) > REPORT_DUE + GRACE); // too late for one that comes now
  fixture->clock.now = standing;
  fixture_expect(fixture, 200);
  assert_string_equal("2023-12-13T05:04:00Z", fixture_text(fixture, "submission.at"));
  assert_true(json_is_true(fixture_json(fixture, "is_on_time")));
}

static void what_the_nearest_way_lacks_is_named_and_nothing_is_changed(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t file = upload(term, term->ann, "report.pdf");
  const char *body = arena_format(fixture->arena, "{\"files\":[%lld],\"statement\":\" \\n\"}", (long long)file);
  const char *before = fixture_dump(fixture);
  hand_in(term, term->ann, "final-report", body);
  fixture_refused(fixture, 422, "invalid_fields");
  assert_int_equal(3, json_array_size(fixture_json(fixture, "errors")));
  assert_true(has_error(fixture, "code") && has_error(fixture, "reproduce") && has_error(fixture, "statement"));
  ask_cost(term, term->ann, "final-report", body);
  fixture_expect(fixture, 200);
  assert_true(json_is_true(fixture_json(fixture, "dry_run")));
  assert_true(json_is_null(fixture_json(fixture, "submission")));
  assert_int_equal(1, fixture_int(fixture, "version"));
  assert_int_equal(3, json_array_size(fixture_json(fixture, "missing")));
  assert_string_equal("code", fixture_text(fixture, "missing.0.field"));
  ask_cost(term, term->ann, "final-report",
           arena_format(fixture->arena,
                        "{\"files\":[%lld],\"code\":\"https://x.org\",\"reproduce\":\"make\",\"statement\":\"none\"}",
                        (long long)file));
  fixture_expect(fixture, 200);
  assert_int_equal(0, json_array_size(fixture_json(fixture, "missing")));
  assert_string_equal(before, fixture_dump(fixture));
}

// A file of the same person in another course.
static int64_t upload_elsewhere(struct term *term, int64_t person) {
  struct fixture *fixture = term->fixture;
  FILE *file = fopen("config/minimal.yaml", "rb");
  assert_non_null(file);
  char *text = arena_alloc(fixture->arena, 32 * 1024);
  size_t size = fread(text, 1, 32 * 1024 - 1, file);
  fclose(file);
  const struct local_call call = {.method = METHOD_POST,
                                  .target = "/api/v1/courses",
                                  .content_type = "application/yaml",
                                  .body = text,
                                  .size = size};
  fixture_send(fixture, -1, &call);
  fixture_expect(fixture, 201);
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app),
                                   "insert into enrolments (course_id, person_id, role, credit, state, version, "
                                   "created_at) select id, $1, 'student', 'credit', 'active', 1, $2 from courses "
                                   "where slug = 'minimal-2024sp'",
                                   db_int(person), db_int(REPORT_OPENS)));
  fixture_call(fixture, person, METHOD_POST, PDF, "/api/v1/courses/minimal-2024sp/files?name=report.pdf");
  fixture_expect(fixture, 201);
  return fixture_int(fixture, "id");
}

static void files_of_others_of_elsewhere_and_of_nowhere_are_named_and_not_taken(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t mine = upload(term, term->ann, "report.pdf");
  int64_t mates = upload(term, term->bob, "report.pdf");
  int64_t strangers = upload(term, term->cyd, "report.pdf");
  int64_t elsewhere = upload_elsewhere(term, term->ann);
  const int64_t unknown[] = {strangers, elsewhere, 4711};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
    const char *before = fixture_dump(fixture);
    const char *body = arena_format(fixture->arena,
                                    "{\"files\":[%lld,%lld],\"code\":\"https://x.org\",\"reproduce\":\"make\","
                                    "\"statement\":\"none\"}",
                                    (long long)mine, (long long)unknown[i]);
    ask_cost(term, term->ann, "final-report", body);
    fixture_expect(fixture, 200);
    assert_string_equal("files[1]", fixture_text(fixture, "missing.0.field"));
    hand_in(term, term->ann, "final-report", body);
    fixture_refused(fixture, 422, "invalid_fields");
    assert_true(has_error(fixture, "files[1]"));
    assert_string_equal(before, fixture_dump(fixture));
  }
  hand_in(term, term->ann, "final-report",
          arena_format(fixture->arena,
                       "{\"files\":[%lld,%lld],\"code\":\"https://x.org\",\"reproduce\":\"make\",\"statement\":\"-\"}",
                       (long long)mine, (long long)mates));
  fixture_expect(fixture, 200);
  assert_int_equal(2, json_array_size(fixture_json(fixture, "submission.files")));
  hand_in(term, term->bob, "final-report",
          arena_format(fixture->arena,
                       "{\"files\":[%lld],\"code\":\"https://x.org\",\"reproduce\":\"make\",\"statement\":\"-\"}",
                       (long long)mine));
  fixture_expect(fixture, 200); // what the team has handed in may be handed in again
}

static void there_is_an_end_to_versions(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  report_at(term, term->ann, REPORT_OPENS);
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update submissions set version = $1",
                                   db_int(SUBMISSION_VERSIONS_MAX - 1)));
  report_at(term, term->ann, REPORT_OPENS);
  hand_in(term, term->ann, "final-report", report_body(term, term->ann));
  fixture_refused(fixture, 409, "conflict");
}

struct kind_case {
  const char *why;
  const char *milestone;
  const char *at;
  bool is_cyds;     // the seated student's, else the team's
  const char *file; // uploaded, NULL: none
  const char *rest; // of the body
  int status;
  const char *code; // of a refusal
};

static const struct kind_case kinds[] = {
    {"a proposal is submitted elsewhere", "proposal", "2023-09-10T12:00:00Z", false, "p.pdf", "", 409, "conflict"},
    {"a check-in is held", "check-in-1", "2023-10-03T12:00:00Z", false, "p.pdf", "", 409, "conflict"},
    {"slides of a presentation", "midpoint", "2023-10-20T12:00:00Z", false, "p.pdf", ",\"statement\":\"none\"", 200,
     ""},
    {"slides and a link", "midpoint", "2023-10-20T12:00:00Z", false, "p.pdf",
     ",\"statement\":\"none\",\"link\":\"https://x.org\"", 200, ""},
    {"slides as words", "midpoint", "2023-10-20T12:00:00Z", false, "p.txt", ",\"statement\":\"none\"", 422,
     "invalid_fields"},
    {"a poster", "poster", "2023-12-01T12:00:00Z", false, "p.pdf", ",\"statement\":\"none\"", 200, ""},
    {"a video", "poster", "2023-12-01T12:00:00Z", false, NULL, ",\"statement\":\"x\",\"link\":\"https://x.org\"", 200,
     ""},
    {"a demo without a slot", "poster", "2023-12-01T12:00:00Z", false, NULL, ",\"statement\":\"none\"", 422,
     "invalid_fields"},
    {"a lab", "lab-1", "2023-09-20T12:00:00Z", true, "p.pdf", ",\"statement\":\"none\"", 200, ""},
    {"a lab before it opens", "lab-2", "2023-09-20T12:00:00Z", true, "p.pdf", ",\"statement\":\"none\"", 409,
     "not_open"},
    {"a lab without the statement", "lab-1", "2023-09-20T12:00:00Z", true, "p.pdf", "", 422, "invalid_fields"},
    {"a lab by a team", "lab-1", "2023-09-20T12:00:00Z", false, "p.pdf", ",\"statement\":\"none\"", 0,
     "not_your_track"},
    {"a team's by who has a seat", "midpoint", "2023-10-20T12:00:00Z", true, "p.pdf", ",\"statement\":\"x\"", 0,
     "not_your_track"},
    {"no such milestone", "nothing", "2023-10-20T12:00:00Z", false, "p.pdf", "", 404, "not_found"},
};

static void each_kind_of_milestone_takes_what_the_course_file_says(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    const struct kind_case *one = &kinds[i];
    int64_t now = 0, by = one->is_cyds ? term->cyd : term->ann;
    print_message("%s\n", one->why);
    assert_true(instant_parse(one->at, &now));
    term_at(term, now);
    const char *files =
        one->file == NULL ? "" : arena_format(fixture->arena, "%lld", (long long)upload(term, by, one->file));
    int status =
        hand_in(term, by, one->milestone, arena_format(fixture->arena, "{\"files\":[%s]%s}", files, one->rest));
    if (one->status == 0) {
      assert_true(status == 403 || status == 409);
      assert_string_equal(one->code, fixture_code(fixture));
    } else if (one->status == 200)
      fixture_expect(fixture, 200);
    else
      fixture_refused(fixture, one->status, one->code);
  }
  assert_int_equal(1, count_rows(fixture, "select count(*) from submissions where milestone = 'lab-1' "
                                          "and team_id is null and person_id is not null"));
}

static bool has_booking_task(struct term *term) {
  fixture_call(term->fixture, term->bob, METHOD_GET, NULL, SAMPLE "/tasks");
  fixture_expect(term->fixture, 200);
  return strstr(term->fixture->answer.body, "\"Book a slot: Poster, video or demo\"") != NULL;
}

static int give_up(struct term *term, int64_t slot) {
  return fixture_call(term->fixture, term->bob, METHOD_DELETE, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
}

static void a_demo_that_is_handed_in_keeps_a_slot(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  term_at(term, INT64_C(1701777600)); // 2023-12-05T12:00:00Z
  fixture_call(fixture, term->staff, METHOD_POST,
               "{\"starts\":\"2023-12-11T16:20:00Z\",\"place\":\"The hall\",\"count\":3}", MILESTONES "poster/slots");
  fixture_expect(fixture, 201);
  int64_t first = fixture_int(fixture, "ids.0");
  for (int64_t slot = first; slot < first + 2; slot++) {
    fixture_call(fixture, term->ann, METHOD_PUT, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
    fixture_expect(fixture, 200); // the second time it is moved
    hand_in(term, term->ann, "poster", "{\"statement\":\"none\"}");
    fixture_expect(fixture, 200);
  }
  const char *before = fixture_dump(fixture);
  give_up(term, first + 1);
  fixture_refused(fixture, 409, "conflict");
  assert_non_null(strstr(fixture->answer.body, "Book another slot to move, or hand in something else first."));
  assert_string_equal(before, fixture_dump(fixture));
  assert_false(has_booking_task(term));
  fixture_call(fixture, term->staff, METHOD_POST, "{\"reason\":\"The hall is closed.\"}",
               SAMPLE "/slots/%lld/cancellation", (long long)first + 1);
  fixture_expect(fixture, 201);
  assert_true(has_booking_task(term));
  fixture_call(fixture, term->ann, METHOD_PUT, NULL, SAMPLE "/slots/%lld/booking", (long long)first + 2);
  fixture_expect(fixture, 200);
  assert_false(has_booking_task(term));
  hand_in(term, term->ann, "poster", "{\"statement\":\"none\",\"link\":\"https://example.edu/video\"}");
  fixture_expect(fixture, 200);
  give_up(term, first + 2);
  fixture_expect(fixture, 204);
  assert_false(has_booking_task(term));
}

// The view of somebody in a write transaction of its own, which the caller commits.
static struct act act_of(struct term *term, int64_t person, struct problem *problem, struct course_view *view) {
  struct fixture *fixture = term->fixture;
  problem_init(problem, fixture->arena);
  struct act act = {.db = app_db(fixture->app),
                    .arena = fixture->arena,
                    .now = clock_now(&fixture->clock),
                    .actor = person,
                    .problem = problem};
  const struct course_view *course = NULL;
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  *view = *course;
  view->role = person == term->staff ? ROLE_STAFF : ROLE_STUDENT;
  view->team = person == term->ann || person == term->bob ? term->team : 0;
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  return act;
}

static void a_booked_slot_is_enough_where_the_course_file_says_so(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  struct problem problem;
  struct course_view view;
  const struct milestone *poster = NULL;
  const int64_t *slots = NULL;
  size_t count = 0;
  int64_t at = 0;
  assert_true(instant_parse("2023-12-01T12:00:00Z", &at));
  term_at(term, at);
  struct act act = act_of(term, term->staff, &problem, &view);
  assert_int_equal(ERR_OK, milestone_find(&act, &view, "poster", &poster));
  const struct slot_wish wish = {.starts = at + 10 * 86400, .place = "The atrium"};
  assert_int_equal(ERR_OK, slot_offer(&act, &view, poster, &wish, &slots, &count));
  assert_int_equal(ERR_OK, db_commit(act.db));
  const char *body = "{\"statement\":\"none\"}";
  hand_in(term, term->ann, "poster", body); // offered is not booked
  fixture_refused(fixture, 422, "invalid_fields");
  act = act_of(term, term->bob, &problem, &view);
  assert_int_equal(ERR_OK, slot_book(&act, &view, slots[0]));
  assert_int_equal(ERR_OK, db_commit(act.db));
  hand_in(term, term->ann, "poster", body); // booked by any member
  fixture_expect(fixture, 200);
  assert_int_equal(0, json_array_size(fixture_json(fixture, "submission.files")));
}

static void only_a_registered_team_hands_in(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  fixture_at(fixture, INSIDE);
  int64_t dee = fixture_student(fixture, "Dee Qi");
  int64_t eve = fixture_student(fixture, "Eve Ro");
  covered_team(fixture, dee, eve, "Late Bind");
  term_at(term, REPORT_OPENS);
  hand_in(term, dee, "final-report", report_body(term, dee));
  fixture_refused(fixture, 409, "team_not_registered");
  hand_in(term, term->staff, "final-report", "{}");
  assert_int_equal(403, fixture->answer.status);
}

static void a_lab_is_read_by_its_student_and_staff_alone(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t at = 0;
  assert_true(instant_parse("2023-09-20T12:00:00Z", &at));
  term_at(term, at);
  int64_t file = upload(term, term->cyd, "lab.pdf");
  hand_in(term, term->cyd, "lab-1",
          arena_format(fixture->arena, "{\"files\":[%lld],\"statement\":\"none\"}", (long long)file));
  fixture_expect(fixture, 200);
  int64_t id = fixture_int(fixture, "submission.id");
  assert_int_equal(term->cyd, fixture_int(fixture, "submission.person"));
  assert_int_equal(1, json_array_size(fixture_json(fixture, "submission.members")));
  const struct {
    int64_t reader;
    int status;
  } readers[] = {{term->cyd, 200}, {term->staff, 200}, {term->ann, 404}};
  for (size_t i = 0; i < 3; i++) {
    fixture_call(fixture, readers[i].reader, METHOD_GET, NULL, MILESTONES "lab-1/submissions/%lld", (long long)id);
    assert_int_equal(readers[i].status, fixture->answer.status);
    fixture_call(fixture, readers[i].reader, METHOD_GET, NULL, SAMPLE "/files/%lld", (long long)file);
    assert_int_equal(readers[i].status, fixture->answer.status);
  }
  fixture_call(fixture, term->ann, METHOD_GET, NULL, MILESTONES "lab-1/submissions");
  fixture_expect(fixture, 200);
  assert_int_equal(0, json_array_size(fixture_json(fixture, "submissions")));
}

static void a_version_keeps_the_members_of_its_instant(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  fixture_at(fixture, INSIDE);
  int64_t dee = fixture_student(fixture, "Dee Qi");
  int64_t first = report_at(term, term->ann, REPORT_OPENS + 10);
  term_at(term, REPORT_OPENS + 20);
  fixture_call(fixture, term->staff, METHOD_PUT,
               arena_format(fixture->arena, "{\"team\":%lld,\"reason\":\"They asked.\"}", (long long)term->team),
               SAMPLE "/placements/%lld", (long long)dee);
  fixture_expect(fixture, 200);
  fixture_call(fixture, term->staff, METHOD_PUT, "{\"team\":null,\"reason\":\"He asked.\"}", SAMPLE "/placements/%lld",
               (long long)term->bob);
  fixture_expect(fixture, 200);
  term_at(term, REPORT_OPENS + 30);
  int64_t second = report_at(term, dee, REPORT_OPENS + 40);
  show(term, term->staff, first);
  assert_string_equal("Ann Ng", fixture_text(fixture, "members.0.name"));
  assert_string_equal("Bob Oh", fixture_text(fixture, "members.1.name"));
  assert_int_equal(2, json_array_size(fixture_json(fixture, "members")));
  show(term, dee, second);
  assert_string_equal("Ann Ng", fixture_text(fixture, "members.0.name"));
  assert_string_equal("Dee Qi", fixture_text(fixture, "members.1.name"));
  show(term, dee, first);
  fixture_expect(fixture, 200); // the team's, of which they are one now
  show(term, term->bob, first);
  fixture_refused(fixture, 404, "not_found");
}

static void extend(struct term *term, int64_t person, int64_t due) {
  assert_int_equal(ERR_OK,
                   db_exec(app_db(term->fixture->app),
                           "insert into extensions (course_id, milestone, person_id, due, reason, is_accommodation, "
                           "granted_at) values ($1, 'final-report', $2, $3, 'Ill', 0, $4)",
                           db_int(term->fixture->course), db_int(person), db_int(due), db_int(REPORT_OPENS)));
}

static void a_teams_work_is_taken_until_the_latest_closes_of_its_members(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t latest = REPORT_CLOSES + 5 * 86400;
  extend(term, term->ann, REPORT_DUE + 5 * 86400);
  report_at(term, term->bob, latest);
  assert_int_equal(POINTS_ALL, fixture_int(fixture, "cost.yours")); // his own closes is past
  term_at(term, latest + 1);
  hand_in(term, term->bob, "final-report", report_body(term, term->bob));
  fixture_refused(fixture, 409, "deadline_passed");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "21 Dec 2023 23:59"));
  hand_in(term, term->ann, "final-report", report_body(term, term->ann));
  fixture_refused(fixture, 409, "deadline_passed");
  assert_non_null(strstr(fixture_text(fixture, "detail"), "26 Dec 2023 23:59")); // her own, and told to her alone
}

static void who_has_left_gives_the_team_no_more_time(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  extend(term, term->ann, REPORT_DUE + 5 * 86400);
  fixture_drop(fixture, term->ann);
  report_at(term, term->bob, REPORT_CLOSES);
  term_at(term, REPORT_CLOSES + 1);
  hand_in(term, term->bob, "final-report", report_body(term, term->bob));
  fixture_refused(fixture, 409, "deadline_passed");
}

static void a_personal_extension_changes_nothing_that_a_mate_receives(void **state) {
  (void)state;
  const char *mates[2] = {NULL, NULL};
  struct arena *arena SCOPED_ARENA = arena_new();
  for (int is_extended = 0; is_extended < 2; is_extended++) {
    void *fresh = NULL;
    assert_int_equal(0, term_setup(&fresh));
    struct term *term = fresh;
    struct fixture *fixture = term->fixture;
    if (is_extended)
      extend(term, term->ann, REPORT_DUE + 20 * 86400);
    term_at(term, REPORT_DUE + 86401);
    const char *body = report_body(term, term->ann);
    hand_in(term, term->ann, "final-report", body);
    fixture_expect(fixture, 200);
    assert_int_equal(is_extended ? 0 : 20, fixture_int(fixture, "cost.yours"));
    assert_true(json_is_false(fixture_json(fixture, "is_on_time")));
    struct text text;
    text_init(&text, arena);
    text_add(&text, fixture_last_words(fixture, term->bob));
    show(term, term->bob, fixture_int(fixture, "submission.id"));
    text_add(&text, fixture->answer.body);
    fixture_call(fixture, term->bob, METHOD_GET, NULL, MILESTONES "final-report/submissions");
    text_add(&text, fixture->answer.body);
    ask_cost(term, term->bob, "final-report", "{}");
    text_add(&text, fixture->answer.body);
    mates[is_extended] = text_get(&text);
    assert_int_equal(0, term_teardown(&fresh));
  }
  assert_string_equal(mates[0], mates[1]);
}

int main(void) {
#define TERM_TEST(test) cmocka_unit_test_setup_teardown(test, term_setup, term_teardown)
  const struct CMUnitTest tests[] = {
      TERM_TEST(a_member_hands_in_and_the_team_and_staff_read_it),
      TERM_TEST(the_other_members_are_told_it_is_audited_and_the_upload_waits_no_more),
      TERM_TEST(how_far_the_team_is_shows_to_the_team_and_staff_only),
      TERM_TEST(each_instant_of_each_kind_is_judged_to_the_second),
      TERM_TEST(the_ledger_gets_a_row_for_each_member_of_the_version_that_counts),
      TERM_TEST(what_arrived_in_time_and_is_committed_later_is_on_time),
      TERM_TEST(what_the_nearest_way_lacks_is_named_and_nothing_is_changed),
      TERM_TEST(files_of_others_of_elsewhere_and_of_nowhere_are_named_and_not_taken),
      TERM_TEST(there_is_an_end_to_versions),
      TERM_TEST(each_kind_of_milestone_takes_what_the_course_file_says),
      TERM_TEST(a_demo_that_is_handed_in_keeps_a_slot),
      TERM_TEST(a_booked_slot_is_enough_where_the_course_file_says_so),
      TERM_TEST(only_a_registered_team_hands_in),
      TERM_TEST(a_lab_is_read_by_its_student_and_staff_alone),
      TERM_TEST(a_version_keeps_the_members_of_its_instant),
      TERM_TEST(a_teams_work_is_taken_until_the_latest_closes_of_its_members),
      TERM_TEST(who_has_left_gives_the_team_no_more_time),
      cmocka_unit_test(a_personal_extension_changes_nothing_that_a_mate_receives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
