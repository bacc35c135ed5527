// SPDX-License-Identifier: AGPL-3.0-or-later
// Moving a milestone's dates: the plan against a count by hand, what is applied against the plan, what is refused, and
// that nothing but the moved scalars of the course file changes.
#include "tests/unit/server/milestones/milestone_helpers.h"

#include <stdlib.h>

#include "server/courses/course_library.h"

// Both comments stand behind dates that the tests move, in each of the six milestones.
static const struct dates commented = {"America/New_York", "2023-10-16 09:00 # the first week",
                                       "2023-10-25 09:30   # after the lecture", ""};
enum { LATE_DAYS = 10 }; // 10 points a day: nothing is earned after these

static int move(struct house *house, int64_t by, const char *milestone, const char *query, const char *body) {
  return fixture_call(house->fixture, by, METHOD_PATCH, body, MILESTONES "/%s%s", milestone, query);
}

static const char *date(struct house *house, const char *field, int64_t at, const char *more) {
  char instant[21];
  instant_format(at, instant);
  return arena_format(house->fixture->arena, "{\"%s\":\"%s\"," BECAUSE "%s}", field, instant, more);
}

static const char *syllabus(struct house *house) {
  fixture_call(house->fixture, house->instructor, METHOD_GET, NULL, SAMPLE "/syllabus");
  fixture_expect(house->fixture, 200);
  return arena_text(house->fixture->arena, house->fixture->answer.body);
}

static size_t times(const char *text, const char *word) {
  size_t count = 0;
  for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
    count++;
  return count;
}

static int64_t answer_int(struct house *house, const char *list, size_t index, const char *field) {
  return fixture_int(house->fixture, arena_format(house->fixture->arena, "%s.%zu.%s", list, index, field));
}

static const char *answer_text(struct house *house, const char *list, size_t index, const char *field) {
  return fixture_text(house->fixture, arena_format(house->fixture->arena, "%s.%zu.%s", list, index, field));
}

static void expect_instant(struct house *house, const char *path, int64_t at) {
  char instant[21];
  instant_format(at, instant);
  assert_string_equal(instant, fixture_text(house->fixture, path));
}

// Lab students who hand in at these instants; the lab's due then moves a day back.
static const struct hand_in_case {
  const char *name;
  int64_t at;
  int64_t extended; // their own due; 0: none
  int cost_before, cost;
  const char *effect; // NULL: nothing changes
  const char *why;
} hand_ins[] = {
    {"Lab Aa", DUE_AT - 2 * DAY, 0, 0, 0, NULL, "early by both"},
    {"Lab Bb", DUE_AT - DAY + GRACE, 0, 0, 0, NULL, "the last second of the new grace"},
    {"Lab Cc", DUE_AT - DAY + GRACE + 1, 0, 0, 10, "becomes late", "a second after it"},
    {"Lab Dd", DUE_AT, 0, 0, 10, "becomes late", "a whole day late now"},
    {"Lab Ee", DUE_AT, DUE_AT + DAY, 0, 0, NULL, "their own extension holds"},
    {"Lab Ff", DUE_AT + 1, 0, 0, 20, "becomes late", "was in the grace, now a day and a second"},
    {"Lab Gg", DUE_AT + GRACE + 1, 0, 10, 20, "dearer", "was late already"},
    {"Lab Hh", DUE_AT + (LATE_DAYS - 1) * DAY, 0, 90, 100, "dearer", "the old closing: past the new one"},
};
enum { HAND_INS = sizeof hand_ins / sizeof hand_ins[0] };

static struct house labs_handed_in(int64_t people[static HAND_INS]) {
  struct house house = house_new(&commented);
  for (size_t i = 0; i < HAND_INS; i++) {
    people[i] = fixture_student(house.fixture, hand_ins[i].name);
    take_seat(house.fixture, people[i]);
  }
  house_at(&house, OPENS);
  for (size_t i = 0; i < HAND_INS; i++)
    if (hand_ins[i].extended != 0)
      grant(&house, house.staff, "lab", until(&house, "person", people[i], hand_ins[i].extended));
  for (size_t i = 0; i < HAND_INS; i++)
    submit_at(&house, people[i], "lab", hand_ins[i].at);
  for (size_t i = 0; i < HAND_INS; i++)
    assert_int_equal(hand_ins[i].cost_before, cost_of(&house, people[i], "lab"));
  return house;
}

// The last answer against the table.
static void expect_plan(struct house *house, const int64_t people[static HAND_INS]) {
  size_t next = 0;
  fixture_expect(house->fixture, 200);
  for (size_t i = 0; i < HAND_INS; i++) {
    if (hand_ins[i].effect == NULL)
      continue;
    assert_int_equal(people[i], answer_int(house, "holders", next, "person"));
    assert_string_equal(hand_ins[i].effect, answer_text(house, "holders", next, "effect"));
    assert_int_equal(hand_ins[i].cost_before, answer_int(house, "holders", next, "cost_before"));
    assert_int_equal(hand_ins[i].cost, answer_int(house, "holders", next, "cost"));
    assert_int_equal(people[i], answer_int(house, "costs", next, "person"));
    assert_int_equal(hand_ins[i].cost, answer_int(house, "costs", next, "cost"));
    next++;
  }
  assert_int_equal(next, json_array_size(fixture_json(house->fixture, "holders")));
  assert_int_equal(next, json_array_size(fixture_json(house->fixture, "costs")));
  assert_true(json_is_true(fixture_json(house->fixture, "needs_confirmation")));
  expect_instant(house, "before.due", DUE_AT);
  expect_instant(house, "after.due", DUE_AT - DAY);
  expect_instant(house, "after.closes", DUE_AT - DAY + (LATE_DAYS - 1) * DAY);
}

static void moving_earlier_changes_exactly_those_of_the_plan(void **state) {
  (void)state;
  int64_t people[HAND_INS];
  struct house house = labs_handed_in(people);
  const char *before = fixture_dump(house.fixture);
  move(&house, house.instructor, "lab", "?dry_run=true", date(&house, "due", DUE_AT - DAY, ""));
  expect_plan(&house, people);
  assert_true(json_is_null(fixture_json(house.fixture, "syllabus_version")));
  assert_string_equal(before, fixture_dump(house.fixture));
  move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT - DAY, ""));
  fixture_refused(house.fixture, 409, "confirmation_needed");
  assert_non_null(strstr(house.fixture->answer.body, "becomes late for Lab Cc (10 points instead of 0), Lab Dd"));
  assert_string_equal(before, fixture_dump(house.fixture));
  move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT - DAY, ",\"confirm\":true"));
  expect_plan(&house, people);
  assert_int_equal(2, fixture_int(house.fixture, "syllabus_version"));
  for (size_t i = 0; i < HAND_INS; i++) {
    if (hand_ins[i].cost != cost_of(&house, people[i], "lab"))
      print_message("%s: %s\n", hand_ins[i].name, hand_ins[i].why);
    assert_int_equal(hand_ins[i].cost, fixture_int(house.fixture, "you.cost"));
    bool is_told = hand_ins[i].extended == 0; // of everybody else's at least the date moves, and it is not over
    assert_int_equal(is_told, fixture_messages(house.fixture, people[i], "dates moved"));
    if (is_told)
      assert_non_null(strstr(fixture_last_words(house.fixture, people[i]), "\"A reason to be told\""));
  }
  assert_int_equal(0, fixture_messages(house.fixture, house.ann, "dates moved"));
  house_free(&house);
}

static void everybody_whose_date_moves_is_told_once_and_nobody_else(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  house_at(&house, OPENS);
  grant(&house, house.staff, "lab", until(&house, "person", house.fay, DUE_AT + 5 * DAY));
  move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT + DAY, ""));
  fixture_expect(house.fixture, 200);
  assert_int_equal(1, json_array_size(fixture_json(house.fixture, "people")));
  assert_int_equal(house.gus, answer_int(&house, "people", 0, "person"));
  assert_int_equal(1, fixture_messages(house.fixture, house.gus, "dates moved")); // could still come to a lab seat
  int64_t named = 0; // what moved, and to when, stands in the subject
  assert_int_equal(ERR_OK,
                   db_get_int(app_db(house.fixture->app), &named,
                              "select count(*) from outbox where person_id = $1 and subject like '%: now due %'",
                              db_int(house.gus)));
  assert_int_equal(1, named);
  assert_int_equal(0, fixture_messages(house.fixture, house.fay, "dates moved")); // has more time than that
  assert_int_equal(0, fixture_messages(house.fixture, house.ann, "dates moved")); // another track
  assert_int_equal(0, fixture_messages(house.fixture, house.staff, "dates moved"));
  house_free(&house);
}

static void of_a_drafts_dates_nobody_is_told(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  house_at(&house, OPENS);
  assert_int_equal(ERR_OK,
                   db_exec(app_db(house.fixture->app), "update courses set state = 'draft' where id > $1", db_int(0)));
  move(&house, house.instructor, "report", "", date(&house, "due", DUE_AT + DAY, ""));
  fixture_expect(house.fixture, 200);
  assert_non_null(strstr(fixture_text(house.fixture, "words"), "6 students, of whom 0 are told."));
  assert_true(json_is_false(fixture_json(house.fixture, "people.0.is_told")));
  assert_int_equal(0, fixture_messages(house.fixture, house.ann, "dates moved"));
  house_free(&house);
}

static void moving_later_lowers_costs_and_is_read_at_once(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  submit_at(&house, house.dan, "report", DUE_AT + HOUR);
  submit_at(&house, house.ann, "report", DUE_AT + DAY + GRACE + 1);
  house_at(&house, DUE_AT + 4 * DAY);
  move(&house, house.instructor, "report", "?dry_run=true", date(&house, "due", DUE_AT + 2 * DAY, ""));
  assert_int_equal(2, json_array_size(fixture_json(house.fixture, "holders")));
  move(&house, house.instructor, "report", "", date(&house, "due", DUE_AT + DAY, ""));
  fixture_expect(house.fixture, 200);
  assert_true(json_is_false(fixture_json(house.fixture, "needs_confirmation")));
  assert_int_equal(2, json_array_size(fixture_json(house.fixture, "holders")));
  assert_int_equal(house.team, answer_int(&house, "holders", 0, "team"));
  assert_string_equal("cheaper", answer_text(&house, "holders", 0, "effect"));
  assert_int_equal(3, answer_int(&house, "holders", 0, "people"));
  assert_string_equal("no longer late", answer_text(&house, "holders", 1, "effect"));
  assert_non_null(strstr(fixture_text(house.fixture, "words"), " What was handed in becomes cheaper for Descenders ("));
  assert_non_null(
      strstr(fixture_text(house.fixture, "words"), " What was handed in is no longer late for Schedulers ("));
  assert_int_equal(5, json_array_size(fixture_json(house.fixture, "costs")));
  assert_int_equal(10, cost_of(&house, house.bob, "report"));
  expect_instant(&house, "due", DUE_AT + DAY); // not that of the dry run
  assert_int_equal(0, cost_of(&house, house.eve, "report"));
  assert_int_equal(1, fixture_messages(house.fixture, house.eve, "dates moved"));
  fixture_call(house.fixture, house.eve, METHOD_GET, NULL, SAMPLE);
  assert_int_equal(2, fixture_int(house.fixture, "syllabus_version"));
  house_free(&house);
}

static void the_text_keeps_everything_but_the_moved_date(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  house_at(&house, OPENS - 10 * DAY);
  const char *before = syllabus(&house);
  move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT + DAY, ""));
  fixture_expect(house.fixture, 200);
  const char *after = syllabus(&house);
  assert_int_equal(strlen(before), strlen(after));
  assert_int_equal(6, times(after, "# after the lecture"));
  assert_int_equal(5, times(after, "due: 2023-10-25 09:30   # after the lecture"));
  assert_int_equal(1, times(after, "due: 2023-10-26 09:30   # after the lecture"));
  move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT, ",\"confirm\":true"));
  fixture_expect(house.fixture, 200);
  assert_string_equal(before, syllabus(&house));
  move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT, ""));
  fixture_expect(house.fixture, 200); // nothing to do is no new version
  assert_int_equal(3, fixture_int(house.fixture, "syllabus_version"));
  assert_int_equal(0, json_array_size(fixture_json(house.fixture, "people")));
  house_free(&house);
}

static void line_ends_that_an_edit_would_miscount_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *was, *is;
    int status;
  } cases[] = {{"\n", "\r\n", 200}, {"\n", "\r", 422}, {"# the first week\n", "# the first\r# week\n", 422}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct house house = house_new(&commented);
    struct text text;
    text_init(&text, house.fixture->arena);
    for (const char *from = syllabus(&house), *at = from; at != NULL; from = at + strlen(cases[i].was)) {
      at = strstr(from, cases[i].was);
      text_add_n(&text, from, at == NULL ? strlen(from) : (size_t)(at - from));
      if (at != NULL)
        text_add(&text, cases[i].is);
    }
    const struct header any = {"if-match", "*"};
    fixture_send(house.fixture, house.instructor,
                 &(struct local_call){.method = METHOD_PUT,
                                      .target = SAMPLE "/syllabus",
                                      .content_type = "application/yaml",
                                      .body = text_get(&text),
                                      .headers = &any,
                                      .header_count = 1});
    fixture_expect(house.fixture, cases[i].status);
    move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT + DAY, ""));
    fixture_expect(house.fixture, 200);
    house_free(&house);
  }
}

static void a_closing_is_stated_and_taken_out_again(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  house_at(&house, OPENS - 10 * DAY);
  const char *before = syllabus(&house);
  move(&house, house.instructor, "report", "", date(&house, "closes", DUE_AT + DAY, ",\"confirm\":true"));
  fixture_expect(house.fixture, 200);
  expect_instant(&house, "after.closes", DUE_AT + DAY);
  assert_int_equal(1, times(syllabus(&house), "closes: 2023-10-26 09:30"));
  static const char *const ways[] = {"{\"closes\":null," BECAUSE "}", "{\"closes\":\"\"," BECAUSE "}"};
  for (size_t i = 0; i < 2; i++) {
    move(&house, house.instructor, "report", i == 0 ? "?dry_run=true" : "", ways[i]);
    fixture_expect(house.fixture, 200);
    expect_instant(&house, "before.closes", DUE_AT + DAY);
    expect_instant(&house, "after.closes", DUE_AT + (LATE_DAYS - 1) * DAY);
  }
  assert_string_equal(before, syllabus(&house));
  house_free(&house);
}

static void what_touches_the_next_48_hours_needs_confirmation(void **state) {
  (void)state;
  enum { TWO_DAYS = 48 * HOUR };
  static const struct {
    const char *field;
    int64_t now, at;
    bool is_asked;
    const char *why;
  } cases[] = {
      {"due", DUE_AT - TWO_DAYS - 1, DUE_AT + 5 * DAY, false, "the old due is a second further away"},
      {"due", DUE_AT - TWO_DAYS, DUE_AT + 5 * DAY, true, "48 hours"},
      {"due", DUE_AT - TWO_DAYS + 1, DUE_AT + 5 * DAY, true, "less"},
      {"due", DUE_AT, DUE_AT + 5 * DAY, true, "this very second"},
      {"due", DUE_AT + 1, DUE_AT + 5 * DAY, false, "it has passed"},
      {"due", DUE_AT + 5 * DAY - TWO_DAYS - 1, DUE_AT + 5 * DAY, false, "the new due is a second further away"},
      {"due", DUE_AT + 5 * DAY - TWO_DAYS, DUE_AT + 5 * DAY, true, "48 hours"},
      {"due", DUE_AT + 5 * DAY - TWO_DAYS + 1, DUE_AT + 5 * DAY, true, "less"},
      {"due", DUE_AT - 5 * DAY, DUE_AT - 60, true, "earlier, however far away"},
      {"opens", OPENS - TWO_DAYS - 1, OPENS + DAY, false, "the opening is further away"},
      {"opens", OPENS - 1, OPENS + DAY, true, "it would have opened"},
      {"opens", OPENS + DAY, OPENS + 4 * DAY, true, "it had opened and closes again"},
  };
  struct house house = house_new(&commented);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    house_at(&house, cases[i].now);
    const char *body = date(&house, cases[i].field, cases[i].at, "");
    move(&house, house.instructor, "report", "?dry_run=true", body);
    fixture_expect(house.fixture, 200);
    if (cases[i].is_asked != json_is_true(fixture_json(house.fixture, "needs_confirmation")))
      fail_msg("%s", cases[i].why);
    if (!cases[i].is_asked)
      continue;
    move(&house, house.instructor, "report", "", body);
    fixture_refused(house.fixture, 409, "confirmation_needed");
  }
  house_free(&house);
}

static void who_has_nothing_in_is_named_when_the_clock_overtakes_them(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  submit_at(&house, house.dan, "report", OPENS);
  house_at(&house, DUE_AT - DAY / 2);
  move(&house, house.instructor, "report", "", date(&house, "due", DUE_AT - DAY, ",\"confirm\":true"));
  fixture_expect(house.fixture, 200);
  assert_int_equal(1, json_array_size(fixture_json(house.fixture, "missing")));
  assert_int_equal(house.team, answer_int(&house, "missing", 0, "team"));
  assert_string_equal("open", answer_text(&house, "missing", 0, "state_before"));
  assert_string_equal("late", answer_text(&house, "missing", 0, "state"));
  assert_int_equal(0, json_array_size(fixture_json(house.fixture, "holders")));
  assert_string_equal("late", state_of(&house, house.ann, "report"));
  move(&house, house.instructor, "report", "", date(&house, "due", DUE_AT, ",\"confirm\":true"));
  assert_int_equal(1, json_array_size(fixture_json(house.fixture, "missing")));
  assert_string_equal("open", answer_text(&house, "missing", 0, "state"));
  // Opened again later than now.
  move(&house, house.instructor, "report", "", date(&house, "opens", DUE_AT - DAY / 2 + HOUR, ",\"confirm\":true"));
  assert_string_equal("not open", answer_text(&house, "missing", 0, "state"));
  house_free(&house);
}

// Which version counts was fixed when it was handed in; only what it costs follows the date.
static void the_version_that_counts_stays(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  submit_at(&house, house.ann, "report", DUE_AT - 2 * DAY);
  submit_at(&house, house.ann, "report", DUE_AT - HOUR); // counts: the last on time
  int64_t counting = fixture_int(house.fixture, "submission.id");
  move(&house, house.instructor, "report", "", date(&house, "due", DUE_AT - DAY, ",\"confirm\":true"));
  fixture_expect(house.fixture, 200);
  assert_int_equal(10, cost_of(&house, house.ann, "report"));
  assert_int_equal(counting,
                   rows_of(&house, "select id from submissions where counts = 1 and team_id = $1", house.team));
  house_free(&house);
}

// A member's own extension keeps what they pay; their mates' messages and costs are what they would be without it.
static void each_member_pays_by_what_holds_for_them(void **state) {
  (void)state;
  const char *words[2] = {NULL, NULL};
  for (size_t i = 0; i < 2; i++) {
    struct house house = house_new(&commented);
    house_at(&house, OPENS);
    if (i == 1)
      grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + DAY));
    submit_at(&house, house.cyd, "report", DUE_AT);
    move(&house, house.instructor, "report", "", date(&house, "due", DUE_AT - DAY, ",\"confirm\":true"));
    fixture_expect(house.fixture, 200);
    assert_int_equal(i == 0 ? 3 : 2, json_array_size(fixture_json(house.fixture, "costs")));
    assert_int_equal(1, json_array_size(fixture_json(house.fixture, "holders")));
    assert_string_equal("becomes late", answer_text(&house, "holders", 0, "effect"));
    assert_int_equal(i == 0 ? 10 : 0, cost_of(&house, house.ann, "report"));
    assert_int_equal(10, cost_of(&house, house.bob, "report"));
    assert_int_equal(i == 0, fixture_messages(house.fixture, house.ann, "dates moved"));
    words[i] = strdup(fixture_last_words(house.fixture, house.bob));
    house_free(&house);
  }
  assert_string_equal(words[0], words[1]);
  free((void *)(uintptr_t)words[0]);
  free((void *)(uintptr_t)words[1]);
}

static void who_dropped_is_in_the_ledger_and_is_not_told(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  submit_at(&house, house.fay, "lab", DUE_AT);
  fixture_drop(house.fixture, house.fay);
  move(&house, house.instructor, "lab", "", date(&house, "due", DUE_AT - DAY, ",\"confirm\":true"));
  fixture_expect(house.fixture, 200);
  assert_int_equal(house.fay, answer_int(&house, "costs", 0, "person"));
  assert_int_equal(1, json_array_size(fixture_json(house.fixture, "people"))); // gus, who could still come
  assert_int_equal(0, fixture_messages(house.fixture, house.fay, "dates moved"));
  house_free(&house);
}

static void a_stale_version_is_refused(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  house_at(&house, OPENS - 10 * DAY);
  for (size_t i = 0; i < 2; i++) {
    const struct header headers[] = {{"if-match", "\"1\""}};
    const char *body = date(&house, "due", DUE_AT + ((int64_t)i + 1) * DAY, "");
    fixture_send(house.fixture, house.instructor,
                 &(struct local_call){.method = METHOD_PATCH,
                                      .target = MILESTONES "/report",
                                      .content_type = "application/json",
                                      .body = body,
                                      .size = strlen(body),
                                      .headers = headers,
                                      .header_count = 1});
    if (i == 0)
      fixture_expect(house.fixture, 200);
    else
      fixture_refused(house.fixture, 412, "version_conflict");
  }
  house_free(&house);
}

// A transaction that is lost leaves its version in the library; the next one must not be taken for it.
static void a_version_is_never_given_twice(void **state) {
  (void)state;
  struct course_library *library = course_library_new();
  assert_int_equal(2, course_library_next_version(library, 1));
  assert_int_equal(3, course_library_next_version(library, 1));
  assert_int_equal(8, course_library_next_version(library, 7));
  course_library_free(library);
}

static void refusals_say_why_and_change_nothing(void **state) {
  (void)state;
  static const struct {
    const char *milestone, *body;
    int status;
    const char *code, *why;
  } cases[] = {
      {"no-such", "{\"due\":\"2023-11-01T12:00:00Z\"," BECAUSE "}", 404, "not_found", "no such milestone"},
      {"report", "{" BECAUSE "}", 422, "invalid_fields", "no date"},
      {"report", "{\"due\":\"2023-11-01T12:00:00Z\"}", 422, "invalid_fields", "no reason"},
      {"report", "{\"due\":\"2023-11-01T12:00:30Z\"," BECAUSE "}", 422, "invalid_fields", "half a minute"},
      {"report", "{\"due\":\"2023-10-01T12:00:00Z\",\"confirm\":true," BECAUSE "}", 422, "invalid_fields",
       "before it opens"},
      {"report", "{\"closes\":\"soon\"," BECAUSE "}", 422, "invalid_fields", "no instant"},
      {"report", "{\"closes\":7," BECAUSE "}", 422, "invalid_fields", "a number"},
      {"report", "{\"closes\":\"2023-10-20T12:00:00Z\",\"confirm\":true," BECAUSE "}", 422, "invalid_fields",
       "before the due"},
  };
  struct house house = house_new(&commented);
  house_at(&house, OPENS);
  const char *before = fixture_dump(house.fixture);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    move(&house, house.instructor, cases[i].milestone, "", cases[i].body);
    if (cases[i].status != house.fixture->answer.status || strcmp(cases[i].code, fixture_code(house.fixture)) != 0)
      fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
  }
  const int64_t others[] = {house.ann, house.fay, house.staff};
  for (size_t i = 0; i < 3; i++) {
    move(&house, others[i], "report", i == 0 ? "?dry_run=true" : "", date(&house, "due", DUE_AT + DAY, ""));
    fixture_refused(house.fixture, 403, "not_allowed");
  }
  assert_string_equal(before, fixture_dump(house.fixture));
  house_free(&house);
}

static void the_audit_has_the_dates_and_not_the_reason(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  house_at(&house, OPENS - 10 * DAY);
  move(&house, house.instructor, "report", "", date(&house, "due", DUE_AT + DAY, ""));
  fixture_expect(house.fixture, 200);
  fixture_call(house.fixture, house.instructor, METHOD_GET, NULL, SAMPLE "/audit");
  fixture_expect(house.fixture, 200);
  const char *body = house.fixture->answer.body;
  assert_non_null(strstr(body, "milestone dates moved"));
  assert_non_null(strstr(body, "2023-10-25T13:30:00Z"));
  assert_non_null(strstr(body, "2023-10-26T13:30:00Z"));
  assert_null(strstr(body, "A reason to be told"));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moving_earlier_changes_exactly_those_of_the_plan),
      cmocka_unit_test(everybody_whose_date_moves_is_told_once_and_nobody_else),
      cmocka_unit_test(of_a_drafts_dates_nobody_is_told),
      cmocka_unit_test(moving_later_lowers_costs_and_is_read_at_once),
      cmocka_unit_test(the_text_keeps_everything_but_the_moved_date),
      cmocka_unit_test(line_ends_that_an_edit_would_miscount_are_refused),
      cmocka_unit_test(a_closing_is_stated_and_taken_out_again),
      cmocka_unit_test(what_touches_the_next_48_hours_needs_confirmation),
      cmocka_unit_test(who_has_nothing_in_is_named_when_the_clock_overtakes_them),
      cmocka_unit_test(the_version_that_counts_stays),
      cmocka_unit_test(each_member_pays_by_what_holds_for_them),
      cmocka_unit_test(who_dropped_is_in_the_ledger_and_is_not_told),
      cmocka_unit_test(a_stale_version_is_refused),
      cmocka_unit_test(a_version_is_never_given_twice),
      cmocka_unit_test(refusals_say_why_and_change_nothing),
      cmocka_unit_test(the_audit_has_the_dates_and_not_the_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
