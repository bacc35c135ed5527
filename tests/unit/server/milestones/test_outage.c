// SPDX-License-Identifier: AGPL-3.0-or-later
// Times without the server: what they spanned, who is told, and the time given back.
#include "tests/unit/server/milestones/milestone_helpers.h"

#include "server/db/settings.h"
#include "server/outage_watch.h"

// The server's last sign of life was at `from`; now is `until`.
static void gap(struct house *house, int64_t from, int64_t until, struct outage_watch watch) {
  struct db *db = app_db(house->fixture->app);
  house_at(house, until);
  watch.services = app_services(house->fixture->app);
  watch.now = until;
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, setting_set_int(db, "last_instant", from));
  assert_int_equal(ERR_OK, outage_watch_look(db, &watch));
  assert_int_equal(ERR_OK, db_commit(db));
}

static size_t outages(struct house *house) {
  fixture_call(house->fixture, house->staff, METHOD_GET, NULL, SAMPLE "/outages");
  fixture_expect(house->fixture, 200);
  return json_array_size(fixture_json(house->fixture, "outages"));
}

static int64_t not_in(struct house *house, const char *milestone) {
  size_t index;
  json_t *one;
  json_array_foreach(fixture_json(house->fixture, "outages.0.milestones"), index, one) {
    if (strcmp(json_string_value(json_object_get(one, "milestone")), milestone) == 0)
      return json_integer_value(json_object_get(one, "not_in"));
  }
  return -1;
}

static int give_back(struct house *house, int64_t id, const char *body, const char *query) {
  return fixture_call(house->fixture, house->staff, METHOD_POST, body, SAMPLE "/outages/%lld/extension%s",
                      (long long)id, query);
}

static const struct outage_watch at_start = {.is_start = true};

static void a_gap_is_noted_when_it_spans_a_due_or_closing_instant(void **state) {
  (void)state;
  const int64_t closes = DUE_AT + 9 * DAY;
  const struct {
    int64_t from, until;
    struct outage_watch watch;
    size_t count;
    const char *why;
  } cases[] = {
      {DUE_AT - HOUR, DUE_AT - 1, at_start, 0, "over a second before the due"},
      {DUE_AT - HOUR, DUE_AT, at_start, 1, "the due's own second"},
      {DUE_AT - 1, DUE_AT + 1, at_start, 1, "two seconds over it: a restart"},
      {DUE_AT, DUE_AT + 200, at_start, 0, "begun at the due, over within the grace"},
      {DUE_AT + 1, DUE_AT + GRACE, at_start, 1, "the end of the grace"},
      {DUE_AT + GRACE, closes - 1, at_start, 0, "in between"},
      {closes - 10, closes + 10, at_start, 1, "the close"},
      {closes, closes + DAY, at_start, 0, "after all"},
      {DUE_AT - HOUR, DUE_AT + HOUR, {.is_start = true, .is_advanced = true}, 0, "serve --now moved the clock"},
      {DUE_AT - 20, DUE_AT + 20, {0}, 0, "between two heartbeats of a running server"},
      {DUE_AT - 20, DUE_AT + 20, {.has_lost = true}, 1, "the same, and changes were lost"},
      {DUE_AT - 20, DUE_AT + 26, {0}, 1, "a heartbeat is missing"},
      {0, DUE_AT, at_start, 0, "the first start ever"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&autumn);
    gap(&house, cases[i].from, cases[i].until, cases[i].watch);
    if (outages(&house) != cases[i].count)
      fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
    size_t told = fixture_messages(house.fixture, house.staff, "outage");
    assert_int_equal(cases[i].count, told);
    assert_int_equal(0, fixture_messages(house.fixture, house.ann, "outage"));
    house_free(&house);
  }
}

static void it_says_across_what_and_how_many_were_not_in(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", OPENS);
  gap(&house, DUE_AT - HOUR, DUE_AT + HOUR, at_start);
  assert_int_equal(1, outages(&house));
  assert_string_equal("down", fixture_text(house.fixture, "outages.0.cause"));
  assert_string_equal("2023-10-25T12:30:00Z", fixture_text(house.fixture, "outages.0.from"));
  assert_string_equal("2023-10-25T14:30:00Z", fixture_text(house.fixture, "outages.0.until"));
  assert_int_equal(1, not_in(&house, "report"));
  assert_int_equal(2, not_in(&house, "artifact"));
  assert_int_equal(1, not_in(&house, "lab"));
  assert_int_equal(-1, not_in(&house, "check-in")); // nothing is handed in for it
  const char *words = fixture_last_words(house.fixture, house.staff);
  assert_non_null(strstr(words, "The server was not running from Wed 25 Oct 2023 08:30 EDT to Wed 25 Oct 2023 10:30"));
  assert_non_null(strstr(words, "The report (not in: 1)"));
  fixture_call(house.fixture, house.ann, METHOD_GET, NULL, SAMPLE "/outages");
  fixture_refused(house.fixture, 403, "not_allowed");
  house_free(&house);
}

static void its_extension_gives_those_who_were_not_in_the_time_and_a_margin(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", OPENS);
  gap(&house, DUE_AT - HOUR, DUE_AT + HOUR, at_start);
  outages(&house);
  int64_t id = fixture_int(house.fixture, "outages.0.id");
  const char *before = fixture_dump(house.fixture);
  give_back(&house, id, "{\"margin_minutes\":30}", "?dry_run=true");
  fixture_expect(house.fixture, 200);
  assert_string_equal(before, fixture_dump(house.fixture));
  give_back(&house, id, "{\"margin_minutes\":30}", "");
  fixture_expect(house.fixture, 200);
  assert_int_equal(8, fixture_int(house.fixture, "count")); // a report, two of three other kinds, a lab
  const int64_t people[] = {house.ann, house.bob, house.cyd, house.dan, house.eve, house.fay};
  for (size_t i = 0; i < sizeof people / sizeof *people; i++) // one message of all that was given back
    assert_int_equal(1, fixture_messages(house.fixture, people[i], "extension"));
  assert_non_null(strstr(fixture_last_words(house.fixture, house.dan), "The report is now due"));
  assert_non_null(strstr(fixture_last_words(house.fixture, house.dan), "The artifact is now due"));
  look(&house, house.dan, "report");
  assert_string_equal("2023-10-25T16:00:00Z", fixture_text(house.fixture, "you.due")); // two hours and a half
  look(&house, house.fay, "lab");
  assert_string_equal("2023-10-25T16:00:00Z", fixture_text(house.fixture, "you.due"));
  look(&house, house.ann, "artifact");
  assert_string_equal("2023-10-25T16:00:00Z", fixture_text(house.fixture, "you.due"));
  look(&house, house.ann, "report"); // who was in has what they had
  assert_string_equal("2023-10-25T13:30:00Z", fixture_text(house.fixture, "you.due"));
  submit(&house, house.dan, "report");
  fixture_expect(house.fixture, 200);
  assert_int_equal(0, fixture_int(house.fixture, "cost.yours"));
  outages(&house);
  assert_string_equal("2023-10-25T14:30:00Z", fixture_text(house.fixture, "outages.0.granted_at"));
  give_back(&house, id, "{}", "");
  fixture_refused(house.fixture, 409, "conflict");
  give_back(&house, 4711, "{}", "");
  fixture_refused(house.fixture, 404, "not_found");
  house_free(&house);
}

static void of_what_the_course_file_has_no_more_nothing_is_given_and_of_the_rest_all_is(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  gap(&house, DUE_AT - HOUR, DUE_AT + HOUR, at_start);
  struct text text;
  text_init(&text, fixture->arena);
  const char *was = course_text(fixture->arena, &autumn), *at = strstr(was, "id: artifact");
  assert_non_null(at);
  text_add_n(&text, was, (size_t)(at - was));
  text_add_format(&text, "id: artwork%s", at + strlen("id: artifact"));
  const struct header any = {"if-match", "*"};
  fixture_send(fixture, house.instructor,
               &(struct local_call){.method = METHOD_PUT,
                                    .target = SAMPLE "/syllabus?confirm=true",
                                    .content_type = "application/yaml",
                                    .body = text_get(&text),
                                    .headers = &any,
                                    .header_count = 1});
  fixture_expect(fixture, 200);
  outages(&house);
  give_back(&house, fixture_int(fixture, "outages.0.id"), "{\"margin_minutes\":30}", "");
  fixture_expect(fixture, 200);
  look(&house, house.ann, "report");
  assert_string_equal("2023-10-25T16:00:00Z", fixture_text(fixture, "you.due"));
  look(&house, house.ann, "artwork");
  assert_string_equal("2023-10-25T13:30:00Z", fixture_text(fixture, "you.due"));
  house_free(&house);
}

static void a_members_own_due_in_the_gap_is_given_back_to_them_alone(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + 2 * DAY));
  gap(&house, DUE_AT + 2 * DAY - HOUR, DUE_AT + 2 * DAY + HOUR, (struct outage_watch){.has_lost = true});
  assert_int_equal(1, outages(&house));
  assert_string_equal("store", fixture_text(house.fixture, "outages.0.cause"));
  assert_int_equal(1, not_in(&house, "report"));
  assert_int_equal(-1, not_in(&house, "artifact"));
  assert_null(strstr(house.fixture->answer.body, "Ann"));
  give_back(&house, fixture_int(house.fixture, "outages.0.id"), "{}", "");
  fixture_expect(house.fixture, 200);
  assert_int_equal(1, fixture_int(house.fixture, "count"));
  look(&house, house.ann, "report");
  assert_string_equal("2023-10-27T16:30:00Z", fixture_text(house.fixture, "you.due"));
  look(&house, house.bob, "report");
  assert_string_equal("2023-10-25T13:30:00Z", fixture_text(house.fixture, "you.due"));
  assert_string_equal("late", fixture_text(house.fixture, "you.state"));
  house_free(&house);
}

static void nobody_gets_more_time_when_all_are_in(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  submit_at(&house, house.ann, "report", OPENS);
  submit_at(&house, house.dan, "report", OPENS);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "everyone", 0, DUE_AT + 4 * DAY));
  gap(&house, DUE_AT + 4 * DAY - 1, DUE_AT + 4 * DAY, at_start);
  assert_int_equal(1, outages(&house));
  assert_int_equal(0, not_in(&house, "report"));
  give_back(&house, fixture_int(house.fixture, "outages.0.id"), "{}", "");
  fixture_refused(house.fixture, 409, "conflict");
  house_free(&house);
}

// A half minute of a running server, with changes that were not taken.
static void refused_until(struct house *house, int64_t until) {
  gap(house, until - 30, until, (struct outage_watch){.has_lost = true});
}

static void refusals_minutes_apart_are_one_stretch_that_is_told_once(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  refused_until(&house, DUE_AT - 600);
  assert_int_equal(0, outages(&house));
  gap(&house, DUE_AT - 10, DUE_AT + 20, (struct outage_watch){0}); // nobody tried
  assert_int_equal(0, outages(&house));
  refused_until(&house, DUE_AT + 120);
  refused_until(&house, DUE_AT + 150);
  assert_int_equal(1, outages(&house));
  assert_string_equal("store", fixture_text(house.fixture, "outages.0.cause"));
  assert_string_equal("2023-10-25T13:19:30Z", fixture_text(house.fixture, "outages.0.from"));
  assert_string_equal("2023-10-25T13:32:30Z", fixture_text(house.fixture, "outages.0.until"));
  assert_int_equal(2, not_in(&house, "report"));
  assert_int_equal(1, fixture_messages(house.fixture, house.staff, "outage"));
  give_back(&house, fixture_int(house.fixture, "outages.0.id"), "{}", "");
  fixture_expect(house.fixture, 200);
  refused_until(&house, DUE_AT + 180); // of the same stretch, and what it spanned was given back
  assert_int_equal(1, outages(&house));
  assert_string_equal("2023-10-25T13:32:30Z", fixture_text(house.fixture, "outages.0.until"));
  house_free(&house);
}

static void refusals_on_both_sides_of_a_deadline_that_lie_far_apart_span_nothing(void **state) {
  (void)state;
  const struct {
    int64_t before, after;
    bool is_restarted;
    size_t count;
    const char *why;
  } cases[] = {
      {DUE_AT - 840, DUE_AT + 90, false, 1, "15 minutes"},
      {DUE_AT - 841, DUE_AT + 90, false, 0, "a second more"},
      {DUE_AT - 60, DUE_AT + 90, true, 1, "a restart in between"},
      {DUE_AT - 841, DUE_AT + 99, true, 1, "15 minutes from a restart"},
      {DUE_AT - 841, DUE_AT + 100, true, 0, "15 minutes and a second from a restart"},
      {DUE_AT - 60, DUE_AT - 1, false, 0, "over before the due"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&autumn);
    refused_until(&house, cases[i].before);
    if (cases[i].is_restarted)
      gap(&house, cases[i].before, cases[i].before + 10, at_start);
    refused_until(&house, cases[i].after);
    if (outages(&house) != cases[i].count)
      fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
    house_free(&house);
  }
}

static void who_is_hit_by_more_of_it_is_told_of_and_nothing_else_is_noted_again(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  submit_at(&house, house.ann, "report", OPENS);
  submit_at(&house, house.dan, "report", OPENS);
  house_at(&house, OPENS);
  grant(&house, house.staff, "report", until(&house, "everyone", 0, DUE_AT + 4 * DAY));
  int64_t due = DUE_AT + 4 * DAY;
  refused_until(&house, due + 5);
  assert_int_equal(1, outages(&house));
  assert_int_equal(0, not_in(&house, "report"));
  assert_int_equal(1, fixture_messages(fixture, house.staff, "outage"));
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update submissions set withdrawn_at = at, counts = 0 where "
                                                         "team_id = (select min(team_id) from submissions)"));
  for (int64_t i = 1; i <= 20; i++)
    refused_until(&house, due + 30 * i);
  assert_int_equal(1, outages(&house));
  assert_int_equal(1, not_in(&house, "report"));
  assert_int_equal(2, fixture_messages(fixture, house.staff, "outage"));
  int64_t noted = 0;
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &noted, "select count(*) from audit where kind = $1",
                                      db_text("outage noted")));
  assert_int_equal(2, noted);
  house_free(&house);
}

static bool has_task(struct house *house, const char *kind) {
  fixture_call(house->fixture, house->staff, METHOD_GET, NULL, SAMPLE "/tasks");
  return strstr(house->fixture->answer.body, kind) != NULL;
}

static void it_is_a_task_of_the_staff_until_the_time_is_given_back(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  gap(&house, DUE_AT - HOUR, DUE_AT + HOUR, at_start);
  assert_true(has_task(&house, "outage across a deadline"));
  outages(&house);
  give_back(&house, fixture_int(house.fixture, "outages.0.id"), "{}", "");
  fixture_expect(house.fixture, 200);
  assert_false(has_task(&house, "outage across a deadline"));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_gap_is_noted_when_it_spans_a_due_or_closing_instant),
      cmocka_unit_test(it_says_across_what_and_how_many_were_not_in),
      cmocka_unit_test(its_extension_gives_those_who_were_not_in_the_time_and_a_margin),
      cmocka_unit_test(of_what_the_course_file_has_no_more_nothing_is_given_and_of_the_rest_all_is),
      cmocka_unit_test(a_members_own_due_in_the_gap_is_given_back_to_them_alone),
      cmocka_unit_test(nobody_gets_more_time_when_all_are_in),
      cmocka_unit_test(refusals_minutes_apart_are_one_stretch_that_is_told_once),
      cmocka_unit_test(who_is_hit_by_more_of_it_is_told_of_and_nothing_else_is_noted_again),
      cmocka_unit_test(refusals_on_both_sides_of_a_deadline_that_lie_far_apart_span_nothing),
      cmocka_unit_test(it_is_a_task_of_the_staff_until_the_time_is_given_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
