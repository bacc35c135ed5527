// SPDX-License-Identifier: AGPL-3.0-or-later
// Which of several versions counts: by the rule, by hand, after a withdrawal; and what staff accept.
#include "tests/unit/server/milestones/submission_helpers.h"

#include "server/courses/course_view.h"
#include "server/milestones/submission.h"

#define LATE (REPORT_DUE + GRACE + 1)

struct change {
  char kind; // 'h': handed in, 'w': withdrawn, 'c': chosen by a member, 's': chosen by staff, 'g': granted two days
  int64_t at;
  int64_t version; // of 'w', 'c' and 's'
};

struct version_case {
  const char *why;
  struct change changes[6];
  int64_t counts; // which version; 0: none
};

static const struct version_case rule[] = {
    {"the only one", {{'h', REPORT_DUE, 0}}, 1},
    {"the only one, late", {{'h', LATE, 0}}, 1},
    {"the last on time", {{'h', REPORT_OPENS, 0}, {'h', REPORT_DUE + GRACE, 0}}, 2},
    {"a late one takes nothing away from one on time", {{'h', REPORT_DUE, 0}, {'h', LATE, 0}}, 1},
    {"of late ones the last", {{'h', LATE, 0}, {'h', LATE + 1, 0}, {'h', LATE + 2, 0}}, 3},
    {"one withdrawn, the one before it", {{'h', REPORT_OPENS, 0}, {'h', REPORT_DUE, 0}, {'w', REPORT_DUE, 2}}, 1},
    {"of two left the last",
     {{'h', REPORT_OPENS, 0}, {'h', REPORT_OPENS, 0}, {'h', REPORT_DUE, 0}, {'w', REPORT_DUE, 3}},
     2},
    {"the earlier one withdrawn", {{'h', REPORT_OPENS, 0}, {'h', REPORT_OPENS, 0}, {'w', REPORT_DUE, 1}}, 2},
    {"all withdrawn", {{'h', REPORT_OPENS, 0}, {'w', REPORT_DUE, 1}}, 0},
    {"on time after a withdrawal", {{'h', REPORT_OPENS, 0}, {'w', REPORT_OPENS, 1}, {'h', REPORT_DUE, 0}}, 2},
    {"late after a withdrawal", {{'h', REPORT_OPENS, 0}, {'w', REPORT_OPENS, 1}, {'h', LATE, 0}}, 2},
    {"a late one that the team chose", {{'h', REPORT_DUE, 0}, {'h', LATE, 0}, {'c', LATE, 2}}, 2},
    {"and another late one after that", {{'h', REPORT_DUE, 0}, {'h', LATE, 0}, {'c', LATE, 2}, {'h', LATE, 0}}, 2},
    {"an earlier one that the team chose", {{'h', LATE, 0}, {'h', LATE, 0}, {'c', LATE, 1}}, 1},
    {"a later one goes before it", {{'h', LATE, 0}, {'h', LATE, 0}, {'c', LATE, 1}, {'h', LATE, 0}}, 3},
    {"but not before staff's choice", {{'h', LATE, 0}, {'h', LATE, 0}, {'s', LATE, 1}, {'h', LATE, 0}}, 1},
    {"on time goes before staff's choice",
     {{'h', REPORT_OPENS, 0}, {'h', REPORT_OPENS, 0}, {'s', REPORT_OPENS, 1}, {'h', REPORT_DUE, 0}},
     3},
    // Fixed when it is submitted: a grant recomputes costs, never that (rules.md, Time and lateness).
    {"a grant makes none count that did not",
     {{'h', LATE, 0}, {'h', LATE + 3 * 86400, 0}, {'g', LATE + 3 * 86400, 0}},
     2},
    {"nor one late that came before it", {{'h', LATE, 0}, {'g', LATE, 0}, {'h', REPORT_DUE + 3 * 86400, 0}}, 2},
    {"what comes within it is on time",
     {{'h', LATE, 0}, {'g', LATE, 0}, {'h', REPORT_DUE + 86400, 0}, {'h', REPORT_DUE + 3 * 86400, 0}},
     2},
    {"staff choose after it closed", {{'h', REPORT_DUE, 0}, {'h', LATE, 0}, {'s', REPORT_CLOSES + 86400, 2}}, 2},
    {"and choose back",
     {{'h', REPORT_DUE, 0}, {'h', LATE, 0}, {'s', REPORT_CLOSES + 1, 2}, {'s', REPORT_CLOSES + 2, 1}},
     1},
};

static int choose(struct term *term, int64_t by, int64_t submission, const char *body) {
  return fixture_call(term->fixture, by, METHOD_PUT, body, MILESTONES "final-report/submissions/%lld/counting",
                      (long long)submission);
}

static int withdraw(struct term *term, int64_t by, int64_t submission) {
  return fixture_call(term->fixture, by, METHOD_DELETE, NULL, MILESTONES "final-report/submissions/%lld",
                      (long long)submission);
}

static int accept_work(struct term *term, int64_t by, int64_t submission, bool is_accepted) {
  return fixture_call(term->fixture, by, is_accepted ? METHOD_PUT : METHOD_DELETE, NULL,
                      MILESTONES "final-report/submissions/%lld/acceptance", (long long)submission);
}

static int grant_two_days(struct term *term) {
  return fixture_call(term->fixture, term->staff, METHOD_POST,
                      arena_format(term->fixture->arena,
                                   "{\"scope\":\"team\",\"team\":%lld,\"days\":2,\"reason\":\"A flood.\"}",
                                   (long long)term->team),
                      MILESTONES "final-report/extensions");
}

static void which_version_counts_follows_the_rule_and_the_hand(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
    const struct version_case *one = &rule[i];
    void *fresh = NULL;
    assert_int_equal(0, term_setup(&fresh));
    struct term *term = fresh;
    int64_t ids[7] = {0}, versions = 0;
    print_message("%s\n", one->why);
    for (size_t j = 0; j < 6 && one->changes[j].kind != '\0'; j++) {
      const struct change *change = &one->changes[j];
      term_at(term, change->at);
      if (change->kind == 'h')
        ids[++versions] = report_at(term, j % 2 == 0 ? term->ann : term->bob, change->at);
      else if (change->kind == 'w')
        withdraw(term, term->bob, ids[change->version]);
      else if (change->kind == 'g')
        grant_two_days(term);
      else if (change->kind == 'c')
        choose(term, term->bob, ids[change->version], "{}");
      else
        choose(term, term->staff, ids[change->version], "{\"reason\":\"It was meant.\"}");
      fixture_expect(term->fixture, change->kind == 'w' ? 204 : 200);
    }
    assert_int_equal(one->counts, counting(term));
    assert_int_equal(versions, json_array_size(fixture_json(term->fixture, "submissions")));
    assert_int_equal(0, term_teardown(&fresh));
  }
}

static void two_members_at_once_get_two_versions(void **state) {
  struct term *term = *state;
  report_at(term, term->ann, REPORT_DUE);
  assert_int_equal(1, fixture_int(term->fixture, "version"));
  report_at(term, term->bob, REPORT_DUE);
  assert_int_equal(2, fixture_int(term->fixture, "version"));
  assert_int_equal(2, counting(term));
}

static void a_version_is_withdrawn_until_the_due_second_by_a_member_or_staff(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t first = report_at(term, term->ann, REPORT_OPENS);
  int64_t second = report_at(term, term->ann, REPORT_OPENS);
  term_at(term, REPORT_DUE);
  withdraw(term, term->cyd, second);
  fixture_refused(fixture, 404, "not_found");
  withdraw(term, term->staff, second);
  fixture_expect(fixture, 204);
  assert_non_null(strstr(fixture_last_words(fixture, term->ann), "Tia Ray withdrew version 2"));
  assert_non_null(strstr(fixture_last_words(fixture, term->ann), "Version 1 counts now."));
  withdraw(term, term->ann, second);
  fixture_refused(fixture, 409, "conflict");
  choose(term, term->ann, second, "{}");
  fixture_refused(fixture, 409, "conflict");
  term_at(term, REPORT_DUE + 1);
  const char *before = fixture_dump(fixture);
  withdraw(term, term->ann, first);
  fixture_refused(fixture, 409, "deadline_passed");
  assert_string_equal(before, fixture_dump(fixture));
  show(term, term->ann, second);
  assert_string_equal("2023-12-13T04:59:00Z", fixture_text(fixture, "withdrawn_at"));
}

static void the_team_chooses_until_it_closes_and_staff_give_a_reason(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t first = report_at(term, term->ann, REPORT_DUE);
  int64_t second = report_at(term, term->ann, LATE);
  choose(term, term->cyd, second, "{}");
  fixture_refused(fixture, 404, "not_found");
  choose(term, term->staff, second, "{\"reason\":\" \"}");
  fixture_refused(fixture, 422, "invalid_fields");
  assert_true(has_error(fixture, "reason"));
  term_at(term, REPORT_CLOSES);
  choose(term, term->bob, second, "{\"reason\":\"Nobody reads this.\"}");
  fixture_expect(fixture, 200);
  assert_string_equal("team", fixture_text(fixture, "chosen_by"));
  assert_true(json_is_null(fixture_json(fixture, "choice_reason")));
  term_at(term, REPORT_CLOSES + 1);
  choose(term, term->bob, first, "{}");
  fixture_refused(fixture, 409, "deadline_passed");
  choose(term, term->staff, first, "{\"reason\":\"The second was empty.\"}");
  fixture_expect(fixture, 200);
  assert_string_equal("staff", fixture_text(fixture, "chosen_by"));
  assert_string_equal("The second was empty.", fixture_text(fixture, "choice_reason"));
  assert_non_null(strstr(fixture_last_words(fixture, term->bob), "They write: \"The second was empty.\""));
  assert_int_equal(1, fixture_messages(fixture, term->ann, "version chosen") - 1);
  show(term, term->bob, second);
  assert_true(json_is_null(fixture_json(fixture, "chosen_by"))); // what is not chosen any more
}

static void a_member_does_not_undo_what_staff_chose(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t first = report_at(term, term->ann, REPORT_OPENS);
  int64_t second = report_at(term, term->ann, REPORT_OPENS + 1);
  choose(term, term->staff, first, "{\"reason\":\"As agreed.\"}");
  fixture_expect(fixture, 200);
  choose(term, term->bob, second, "{}");
  fixture_refused(fixture, 403, "not_allowed");
  choose(term, term->bob, first, "{}"); // it does already
  fixture_expect(fixture, 200);
  assert_string_equal("staff", fixture_text(fixture, "chosen_by"));
}

static void what_staff_accepted_stays_until_they_take_it_back(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t first = report_at(term, term->ann, REPORT_OPENS);
  int64_t second = report_at(term, term->ann, REPORT_OPENS + 1);
  accept_work(term, term->ann, second, true);
  fixture_refused(fixture, 403, "not_allowed");
  accept_work(term, term->staff, first, true);
  fixture_refused(fixture, 409, "conflict");
  accept_work(term, term->staff, second, true);
  fixture_expect(fixture, 200);
  assert_string_equal("2023-11-20T14:00:01Z", fixture_text(fixture, "accepted_at"));
  accept_work(term, term->staff, second, true);
  fixture_expect(fixture, 200); // again is nothing
  assert_int_equal(1, fixture_messages(fixture, term->bob, "work accepted"));
  const char *before = fixture_dump(fixture);
  withdraw(term, term->ann, second);
  fixture_refused(fixture, 409, "conflict");
  choose(term, term->ann, first, "{}");
  fixture_refused(fixture, 409, "conflict");
  choose(term, term->staff, first, "{\"reason\":\"It is better.\"}");
  fixture_refused(fixture, 409, "conflict");
  assert_string_equal(before, fixture_dump(fixture));
  hand_in(term, term->ann, "final-report", report_body(term, term->ann));
  fixture_refused(fixture, 409, "conflict");
  accept_work(term, term->staff, second, false);
  fixture_expect(fixture, 204);
  assert_int_equal(1, fixture_messages(fixture, term->bob, "acceptance taken back"));
  report_at(term, term->ann, REPORT_OPENS + 2);
  assert_int_equal(3, counting(term));
}

static void staff_see_what_counts_of_everybody_page_by_page_and_all_of_one(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  fixture_at(fixture, INSIDE);
  int64_t dee = fixture_student(fixture, "Dee Qi");
  int64_t eve = fixture_student(fixture, "Eve Ro");
  int64_t other = covered_team(fixture, dee, eve, "Late Bind");
  assert_in_range(register_team(fixture, dee, other, "{}"), 200, 204);
  report_at(term, term->ann, REPORT_OPENS);
  report_at(term, dee, REPORT_OPENS + 1);
  int64_t theirs = report_at(term, term->bob, REPORT_OPENS + 2);
  fixture_call(fixture, term->staff, METHOD_GET, NULL, MILESTONES "final-report/submissions");
  assert_int_equal(2, json_array_size(fixture_json(fixture, "submissions")));
  for (int i = 0; i < 2; i++) {
    const char *path = arena_format(fixture->arena, "submissions.%d", i);
    assert_int_equal(1, json_array_size(json_object_get(fixture_json(fixture, path), "files")));
    assert_int_equal(2, json_array_size(json_object_get(fixture_json(fixture, path), "members")));
  }
  fixture_call(fixture, term->staff, METHOD_GET, NULL, MILESTONES "final-report/submissions?limit=1");
  fixture_expect(fixture, 200);
  assert_string_equal("Late Bind", fixture_text(fixture, "submissions.0.holder"));
  assert_string_equal("report.pdf", fixture_text(fixture, "submissions.0.files.0.name"));
  fixture_call(fixture, term->staff, METHOD_GET, NULL, MILESTONES "final-report/submissions?limit=1&after=%lld",
               (long long)fixture_int(fixture, "next"));
  assert_int_equal(theirs, fixture_int(fixture, "submissions.0.id"));
  fixture_call(fixture, term->staff, METHOD_GET, NULL, MILESTONES "final-report/submissions?limit=1&after=%lld",
               (long long)fixture_int(fixture, "next"));
  assert_int_equal(0, json_array_size(fixture_json(fixture, "submissions")));
  fixture_call(fixture, term->staff, METHOD_GET, NULL, MILESTONES "final-report/submissions?team=%lld",
               (long long)term->team);
  assert_int_equal(2, json_array_size(fixture_json(fixture, "submissions")));
  assert_int_equal(2, fixture_int(fixture, "submissions.0.version"));
  assert_int_equal(1, json_array_size(fixture_json(fixture, "submissions.1.files")));
  fixture_call(fixture, dee, METHOD_GET, NULL, MILESTONES "final-report/submissions");
  assert_int_equal(1, json_array_size(fixture_json(fixture, "submissions")));
  assert_string_equal("Late Bind", fixture_text(fixture, "submissions.0.holder"));
  fixture_call(fixture, dee, METHOD_GET, NULL, MILESTONES "final-report/submissions?team=%lld", (long long)term->team);
  fixture_refused(fixture, 403, "not_allowed");
}

// As the proposals do.
static enum err record(struct term *term, struct submission_judging judging, int64_t *id) {
  struct fixture *fixture = term->fixture;
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {.db = app_db(fixture->app),
                    .arena = fixture->arena,
                    .now = clock_now(&fixture->clock),
                    .actor = term->ann,
                    .problem = &problem};
  const struct course_view *course = NULL;
  const struct milestone *milestone = NULL;
  const struct holder holder = {.team = term->team};
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  assert_int_equal(ERR_OK, milestone_find(&act, course, "proposal", &milestone));
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  enum err err = submission_record(&act, course, milestone, &holder, &judging, id);
  if (err == ERR_OK)
    assert_int_equal(ERR_OK, db_commit(act.db));
  else
    db_rollback(act.db);
  return err;
}

static void a_revision_is_judged_by_what_it_stands_for(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t due = 0, first = 0, second = 0, third = 0;
  assert_true(instant_parse("2023-09-23T03:59:00Z", &due));
  term_at(term, due);
  assert_int_equal(ERR_OK, record(term, (struct submission_judging){due, false}, &first));
  term_at(term, due + 20 * 86400);
  const struct submission_judging by_itself = {due + 20 * 86400, false}, as_first = {due, true};
  assert_int_equal(ERR_CONFLICT, record(term, by_itself, &third)); // closed long since
  assert_int_equal(ERR_OK, record(term, as_first, &second));
  fixture_call(fixture, term->bob, METHOD_GET, NULL, MILESTONES "proposal/submissions");
  assert_int_equal(second, fixture_int(fixture, "submissions.0.id"));
  assert_true(json_is_true(fixture_json(fixture, "submissions.0.counts")));
  assert_true(json_is_true(fixture_json(fixture, "submissions.0.is_on_time")));
  assert_string_equal("2023-10-13T03:59:00Z", fixture_text(fixture, "submissions.0.at"));
  fixture_call(fixture, term->bob, METHOD_DELETE, NULL, MILESTONES "proposal/submissions/%lld", (long long)second);
  fixture_refused(fixture, 409, "conflict");
}

static void what_a_person_wrote_is_exported_and_erased_with_them(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  int64_t lab_at = 0;
  assert_true(instant_parse("2023-09-20T12:00:00Z", &lab_at));
  term_at(term, lab_at);
  int64_t file = upload(term, term->cyd, "lab.pdf");
  hand_in(term, term->cyd, "lab-1",
          arena_format(fixture->arena, "{\"files\":[%lld],\"statement\":\"Cyd Poe used none\"}", (long long)file));
  fixture_expect(fixture, 200);
  report_at(term, term->ann, REPORT_OPENS);
  fixture_call(fixture, term->cyd, METHOD_GET, NULL, "/api/v1/me/data");
  fixture_expect(fixture, 200);
  assert_string_equal("Cyd Poe used none", fixture_text(fixture, "data.submissions.0.statement"));
  assert_int_equal(1, json_array_size(fixture_json(fixture, "data.submissions")));
  fixture_call(fixture, term->bob, METHOD_GET, NULL, "/api/v1/me/data");
  assert_string_equal("Descenders", fixture_text(fixture, "data.submissions.0.team"));
  assert_string_equal("none", fixture_text(fixture, "data.submissions.0.statement"));
  term_at(term, REPORT_DUE + 200 * 86400);
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)term->cyd);
  fixture_expect(fixture, 200);
  assert_int_equal(
      0, count_rows(fixture, "select count(*) from submissions where person_id is not null and statement is not null"));
  assert_int_equal(2, count_rows(fixture, "select count(*) from submissions"));
}

// What the milestone's page says of one version more, and that handing it in does as it says.
static void preview_is(struct term *term, const char *words, bool would_count) {
  fixture_call(term->fixture, term->ann, METHOD_GET, NULL, MILESTONES "final-report");
  fixture_expect(term->fixture, 200);
  assert_string_equal(words, fixture_text(term->fixture, "preview.words"));
  assert_int_equal(would_count, json_is_true(fixture_json(term->fixture, "preview.counts")));
  hand_in(term, term->ann, "final-report", report_body(term, term->ann));
  fixture_expect(term->fixture, 200);
  assert_int_equal(would_count, json_is_true(fixture_json(term->fixture, "counts")));
}

static void the_preview_says_whether_one_more_version_would_count(void **state) {
  struct term *term = *state;
  struct fixture *fixture = term->fixture;
  const char *free = "Handing in now costs nobody anything.";
  term_at(term, REPORT_DUE);
  preview_is(term, free, true);
  preview_is(term, free, true); // the last on time counts
  term_at(term, REPORT_DUE + GRACE + 1);
  preview_is(term,
             "What was handed in before goes on counting, and a version handed in now would not. Were it chosen, it "
             "would cost you 10 points of 100, and be no dearer than \u221210 for anyone.",
             false);
  fixture_call(fixture, term->ann, METHOD_GET, NULL, MILESTONES "final-report/submissions");
  int64_t id = fixture_int(fixture, "submissions.1.id");
  fixture_call(fixture, term->staff, METHOD_PUT, NULL, MILESTONES "final-report/submissions/%lld/acceptance",
               (long long)id);
  fixture_expect(fixture, 200);
  fixture_call(fixture, term->ann, METHOD_GET, NULL, MILESTONES "final-report");
  assert_null(fixture_json(fixture, "preview")); // it would be refused
}

static void a_late_version_before_any_in_time_counts_as_the_preview_says(void **state) {
  struct term *term = *state;
  term_at(term, REPORT_DUE + GRACE + 1);
  for (int i = 0; i < 2; i++)
    preview_is(term, "Handing in now costs you 10 points of 100; it is no dearer than \u221210 for anyone.", true);
}

int main(void) {
#define TERM_TEST(test) cmocka_unit_test_setup_teardown(test, term_setup, term_teardown)
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(which_version_counts_follows_the_rule_and_the_hand),
      TERM_TEST(the_preview_says_whether_one_more_version_would_count),
      TERM_TEST(a_late_version_before_any_in_time_counts_as_the_preview_says),
      TERM_TEST(two_members_at_once_get_two_versions),
      TERM_TEST(a_version_is_withdrawn_until_the_due_second_by_a_member_or_staff),
      TERM_TEST(the_team_chooses_until_it_closes_and_staff_give_a_reason),
      TERM_TEST(a_member_does_not_undo_what_staff_chose),
      TERM_TEST(what_staff_accepted_stays_until_they_take_it_back),
      TERM_TEST(staff_see_what_counts_of_everybody_page_by_page_and_all_of_one),
      TERM_TEST(a_revision_is_judged_by_what_it_stands_for),
      TERM_TEST(what_a_person_wrote_is_exported_and_erased_with_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
