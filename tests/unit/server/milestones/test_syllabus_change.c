// SPDX-License-Identifier: AGPL-3.0-or-later
// Another course file: the plan against a count by hand, what is applied against the plan, who is told what, when it
// asks for confirmation, and which version it is made on.
#include "tests/unit/server/milestones/syllabus_helpers.h"

#include <stdlib.h>

#define TOLD "course changed"

// A day is 10 points, the grace 5 minutes. Both teams hand in the presentation and the report, Fay the lab.
static const struct hand_in_case {
  const char *milestone;
  char who; // 'd'escenders, 's'chedulers, 'f'ay
  int64_t at;
  int cost_before, cost;
  const char *why;
} hand_ins[] = {
    {"presentation", 's', DUE_AT - DAY + GRACE, 0, 0, "a day earlier: the last second of the new grace"},
    {"presentation", 'd', DUE_AT - DAY + GRACE + 1, 0, 10, "a second after it"},
    {"report", 's', DUE_AT, 0, 0, "in time by both"},
    {"lab", 'f', DUE_AT, 0, 10, "a whole day late now"},
    {"report", 'd', DUE_AT + GRACE + 1, 10, 0, "a day later: in time now"},
};
enum { HAND_INS = sizeof hand_ins / sizeof hand_ins[0] };

static int64_t one_of(const struct house *house, char who) {
  return who == 'd' ? house->ann : who == 's' ? house->dan : house->fay;
}

static struct house handed_in(void) {
  struct house house = house_new(&commented);
  for (size_t i = 0; i < HAND_INS; i++)
    submit_at(&house, one_of(&house, hand_ins[i].who), hand_ins[i].milestone, hand_ins[i].at);
  for (size_t i = 0; i < HAND_INS; i++)
    assert_int_equal(hand_ins[i].cost_before, cost_of(&house, one_of(&house, hand_ins[i].who), hand_ins[i].milestone));
  return house;
}

// Three milestones move in one file: two a day earlier, one a day later.
static const char *three_moved(struct house *house) {
  const char *text = stored_file(house->fixture, house->instructor);
  text = edited_in(house->fixture, text, "presentation", "due: 2023-10-25", "due: 2023-10-24");
  text = edited_in(house->fixture, text, "report", "due: 2023-10-25", "due: 2023-10-26");
  return edited_in(house->fixture, text, "lab", "due: 2023-10-25", "due: 2023-10-24");
}

static void expect_move(struct fixture *fixture, size_t index, const char *milestone, const char *holder,
                        const char *effect) {
  const char *at = arena_format(fixture->arena, "moves.%zu", index);
  assert_string_equal(milestone, fixture_text(fixture, arena_format(fixture->arena, "%s.milestone", at)));
  assert_int_equal(1, size_of(fixture, arena_format(fixture->arena, "%s.holders", at)));
  assert_string_equal(holder, fixture_text(fixture, arena_format(fixture->arena, "%s.holders.0.name", at)));
  assert_string_equal(effect, fixture_text(fixture, arena_format(fixture->arena, "%s.holders.0.effect", at)));
}

static void expect_three(struct house *house) {
  struct fixture *fixture = house->fixture;
  fixture_expect(fixture, 200);
  assert_int_equal(3, size_of(fixture, "moves"));
  expect_move(fixture, 0, "presentation", "Descenders", "becomes late");
  expect_move(fixture, 1, "report", "Descenders", "no longer late");
  expect_move(fixture, 2, "lab", "Fay Su", "becomes late");
  assert_int_equal(3, size_of(fixture, "moves.0.costs")); // Ann, Bob and Cyd
  assert_int_equal(0, size_of(fixture, "changes"));
  assert_int_equal(7, fixture_int(fixture, "told"));
  assert_true(json_is_true(fixture_json(fixture, "needs_confirmation")));
}

static void one_file_that_moves_three_milestones_changes_exactly_those_of_a_hand_count(void **state) {
  (void)state;
  struct house house = handed_in();
  struct fixture *fixture = house.fixture;
  const char *text = three_moved(&house);
  const char *before = fixture_dump(fixture);
  put_file(fixture, house.instructor, "?dry_run=true", text, NULL);
  expect_three(&house);
  assert_int_equal(1, fixture_int(fixture, "version"));
  assert_string_equal(before, fixture_dump(fixture));
  put_file(fixture, house.instructor, "", text, "\"1\"");
  fixture_refused(fixture, 409, "confirmation_needed");
  assert_non_null(strstr(fixture->answer.body, "The presentation: the due moves earlier"));
  assert_string_equal(before, fixture_dump(fixture));
  put_file(fixture, house.instructor, "?confirm=true", text, "\"1\"");
  expect_three(&house);
  assert_int_equal(2, fixture_int(fixture, "version"));
  for (size_t i = 0; i < HAND_INS; i++) {
    int64_t cost = cost_of(&house, one_of(&house, hand_ins[i].who), hand_ins[i].milestone);
    if (cost != hand_ins[i].cost)
      fail_msg("%s of %c costs %d: %s", hand_ins[i].milestone, hand_ins[i].who, (int)cost, hand_ins[i].why);
  }
  const char *stored = stored_file(fixture, house.instructor);
  assert_string_equal(text, stored); // comments and all
  assert_int_equal(6, times(stored, "# after the lecture"));
  assert_string_equal("\"2\"", local_answer_header(&fixture->answer, "ETag"));
  house_free(&house);
}

static void everybody_gets_one_message_of_all_that_is_theirs_and_nothing_else(void **state) {
  (void)state;
  struct house house = handed_in();
  struct fixture *fixture = house.fixture;
  apply_file(fixture, house.instructor, three_moved(&house), true);
  static const struct {
    const char *name;
    size_t presentation, report, lab;
  } cases[] = {{"ann", 1, 1, 0}, {"bob", 1, 1, 0}, {"eve", 1, 1, 0}, {"fay", 0, 0, 1}, {"gus", 1, 1, 1}};
  const int64_t people[] = {house.ann, house.bob, house.eve, house.fay, house.gus};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *words = fixture_last_words(fixture, people[i]);
    print_message("%s\n", cases[i].name);
    assert_int_equal(1, fixture_messages(fixture, people[i], TOLD));
    assert_int_equal(cases[i].presentation, times(words, "The presentation is now due"));
    assert_int_equal(cases[i].report, times(words, "The report is now due"));
    assert_int_equal(cases[i].lab, times(words, "The lab is now due"));
  }
  assert_non_null(strstr(fixture_last_words(fixture, house.bob), "costs 10 points for lateness instead of 0."));
  assert_null(strstr(fixture_last_words(fixture, house.eve), "costs"));
  assert_int_equal(0, fixture_messages(fixture, house.staff, TOLD));
  assert_int_equal(0, fixture_messages(fixture, house.ann, "dates moved"));
  house_free(&house);
}

static void what_is_due_within_a_day_is_told_at_once(void **state) {
  (void)state;
  static const struct {
    const char *due;
    int64_t wait; // in seconds
  } cases[] = {{"due: 2023-10-24", 0}, {"due: 2023-10-26", HOUR}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct house house = house_new(&commented);
    house_at(&house, DUE_AT - DAY - 20 * HOUR);
    const char *text = stored_file(house.fixture, house.instructor);
    apply_file(house.fixture, house.instructor,
               edited_in(house.fixture, text, "report", "due: 2023-10-25", cases[i].due), true);
    assert_int_equal(cases[i].wait,
                     rows_of(&house,
                             "select deliver_at - at from outbox where kind = 'course changed' and person_id = $1",
                             house.ann));
    house_free(&house);
  }
}

// rules.md, Who sees what: compared byte for byte.
static void a_personal_extension_shows_in_no_team_mates_message(void **state) {
  (void)state;
  const char *words[2];
  for (int is_extended = 0; is_extended < 2; is_extended++) {
    struct house house = house_new(&commented);
    house_at(&house, OPENS);
    if (is_extended != 0)
      grant(&house, house.staff, "report", until(&house, "person", house.ann, DUE_AT + 5 * DAY));
    submit_at(&house, house.ann, "report", DUE_AT - DAY / 2);
    const char *text = stored_file(house.fixture, house.instructor);
    apply_file(house.fixture, house.instructor,
               edited_in(house.fixture, text, "report", "due: 2023-10-25", "due: 2023-10-24"), true);
    assert_int_equal(is_extended == 0, fixture_messages(house.fixture, house.ann, TOLD));
    assert_int_equal(is_extended == 0 ? 10 : 0, cost_of(&house, house.ann, "report"));
    words[is_extended] = strdup(fixture_last_words(house.fixture, house.bob));
    house_free(&house);
  }
  assert_string_equal(words[0], words[1]);
  free((void *)(uintptr_t)words[0]);
  free((void *)(uintptr_t)words[1]);
}

static void what_touches_the_next_48_hours_needs_confirmation(void **state) {
  (void)state;
  enum { TWO_DAYS = 48 * HOUR };
  static const struct {
    const char *milestone; // NULL: the first of the file
    const char *was, *is;
    int64_t now;
    bool is_asked;
    const char *why;
  } cases[] = {
      {"report", "due: 2023-10-25", "due: 2023-10-30", DUE_AT - TWO_DAYS - 1, false, "a second further away"},
      {"report", "due: 2023-10-25", "due: 2023-10-30", DUE_AT - TWO_DAYS, true, "48 hours"},
      {"report", "due: 2023-10-25", "due: 2023-10-30", DUE_AT - TWO_DAYS + 1, true, "less"},
      {"report", "due: 2023-10-25", "due: 2023-10-30", DUE_AT, true, "this very second"},
      {"report", "due: 2023-10-25", "due: 2023-10-30", DUE_AT + 1, false, "it has passed"},
      {"report", "due: 2023-10-25", "due: 2023-10-24", DUE_AT - 20 * DAY, true, "earlier, however far away"},
      {"report", "opens: 2023-10-16", "opens: 2023-10-20", OPENS + DAY, true, "closes again what had opened"},
      {"report", "opens: 2023-10-16", "opens: 2023-10-20", OPENS - TWO_DAYS - 1, false, "it will open later"},
      {NULL, "closes: 2023-01-20 23:59", "closes: 2023-01-27 23:59", INT64_C(1674277140) - TWO_DAYS - 1, false,
       "the close of registration, a second further away"},
      {NULL, "closes: 2023-01-20 23:59", "closes: 2023-01-27 23:59", INT64_C(1674277140) - TWO_DAYS, true, "48 hours"},
      {NULL, "closes: 2023-01-20 23:59", "closes: 2023-01-19 23:59", INT64_C(1674277140) - 20 * DAY, true, "earlier"},
      {NULL, "opens: 2023-01-09 09:00, closes", "opens: 2023-01-15 09:00, closes", INT64_C(1673464000), true,
       "registration closes again"},
      {NULL, "due: 2023-01-20 23:59", "due: 2023-01-19 23:59", INT64_C(1673464000), true, "the info card earlier"},
      {NULL, "decide_by: 2023-01-18", "decide_by: 2023-01-17", INT64_C(1673464000), true, "the labs' line earlier"},
      {NULL, "points_per_day: 10", "points_per_day: 8", INT64_C(1673464000), false, "cheaper; work is taken longer"},
      {NULL, "title: A course", "title: Another", INT64_C(1673464000), false, "no date"},
  };
  struct house house = house_new(&commented);
  const char *text = stored_file(house.fixture, house.instructor);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    house_at(&house, cases[i].now);
    const char *is = cases[i].milestone == NULL
                         ? edited(house.fixture, text, cases[i].was, cases[i].is)
                         : edited_in(house.fixture, text, cases[i].milestone, cases[i].was, cases[i].is);
    if (cases[i].is_asked != needs_confirmation(house.fixture, house.instructor, is))
      fail_msg("%s: %s", cases[i].is, cases[i].why);
    if (!cases[i].is_asked)
      continue;
    put_file(house.fixture, house.instructor, "", is, "*");
    fixture_refused(house.fixture, 409, "confirmation_needed");
  }
  house_free(&house);
}

static void what_makes_work_dearer_needs_confirmation_too(void **state) {
  (void)state;
  struct house house = handed_in();
  const char *text = stored_file(house.fixture, house.instructor);
  // Seven days are the same closing as before, so that no date is earlier.
  text =
      edited_in(house.fixture, text, "report", "    hand_in", "    late_policy: { points_per_day: 12 }\n    hand_in");
  text = edited_in(house.fixture, text, "report", "    late_policy", "    closes: 2023-11-03 09:30\n    late_policy");
  house_at(&house, DUE_AT + 20 * DAY);
  assert_true(needs_confirmation(house.fixture, house.instructor, text));
  assert_string_equal("The report: what is handed in costs more", fixture_text(house.fixture, "why"));
  apply_file(house.fixture, house.instructor, text, true);
  assert_int_equal(12, cost_of(&house, house.ann, "report"));
  assert_int_equal(0, cost_of(&house, house.dan, "report"));
  assert_int_equal(1, rows_of(&house,
                              "select count(*) from penalties where person_id = $1 and points = 12 "
                              "and cause = 'late policy changed'",
                              house.ann));
  house_free(&house);
}

static void a_change_is_made_on_the_version_that_was_seen(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  assert_string_equal("\"1\"", local_answer_header(&fixture->answer, "ETag"));
  const struct header known = {"if-none-match", "\"1\""};
  const struct local_call again = {
      .method = METHOD_GET, .target = SAMPLE "/syllabus", .headers = &known, .header_count = 1};
  assert_int_equal(304, fixture_send(fixture, house.ann, &again));
  const char *mine = edited(fixture, text, "title: A course", "title: Mine");
  put_file(fixture, house.instructor, "", mine, NULL);
  fixture_refused(fixture, 412, "if_match_needed");
  assert_string_equal("\"1\"", local_answer_header(&fixture->answer, "ETag"));
  put_file(fixture, house.instructor, "", mine, "\"7\"");
  fixture_refused(fixture, 412, "version_conflict");
  put_file(fixture, house.instructor, "", mine, "W/\"1\"");
  fixture_refused(fixture, 412, "version_conflict");
  house_at(&house, OPENS - 10 * DAY);
  fixture_call(fixture, house.instructor, METHOD_PATCH, "{\"due\":\"2023-10-26T13:30:00Z\"," BECAUSE "}",
               MILESTONES "/report");
  fixture_expect(fixture, 200);
  put_file(fixture, house.instructor, "", mine, "\"1\""); // would take the moved date back unseen
  fixture_refused(fixture, 412, "version_conflict");
  put_file(fixture, house.instructor, "?dry_run=true", mine, "\"1\"");
  fixture_refused(fixture, 412, "version_conflict");
  assert_int_equal(200, fixture_send(fixture, house.ann, &again)); // another one now
  mine = edited(fixture, stored_file(fixture, house.instructor), "title: A course", "title: Mine");
  put_file(fixture, house.instructor, "", mine, "\"2\"");
  fixture_expect(fixture, 200);
  assert_int_equal(0, size_of(fixture, "moves")); // the date moved by PATCH is in the text
  fixture_call(fixture, house.ann, METHOD_GET, NULL, SAMPLE);
  assert_string_equal("Mine", fixture_text(fixture, "title"));
  house_free(&house);
}

static void only_an_instructor_changes_the_file(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  const char *text = stored_file(house.fixture, house.instructor);
  put_file(house.fixture, house.staff, "?dry_run=true", text, NULL);
  fixture_refused(house.fixture, 403, "not_allowed");
  put_file(house.fixture, house.ann, "?dry_run=true", text, NULL);
  fixture_refused(house.fixture, 403, "not_allowed");
  put_file(house.fixture, -1, "", text, "\"1\"");
  fixture_expect(house.fixture, 200);
  house_free(&house);
}

static void errors_of_the_file_are_told_by_line_and_column(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  const char *text = stored_file(house.fixture, house.instructor);
  const char *before = fixture_dump(house.fixture);
  text = edited(house.fixture, text, "kind: report", "kind: essay");
  text = edited(house.fixture, text, "  title: A course", "  titel: A course");
  put_file(house.fixture, house.instructor, "?confirm=true", text, "\"1\"");
  fixture_refused(house.fixture, 422, "invalid_course_file");
  assert_int_equal(2, size_of(house.fixture, "errors"));
  assert_string_equal("line 3, column 3", fixture_text(house.fixture, "errors.0.field"));
  assert_string_equal("line 54, column 11", fixture_text(house.fixture, "errors.1.field"));
  assert_string_equal(before, fixture_dump(house.fixture));
  house_free(&house);
}

static void another_comment_is_another_version_and_tells_nobody(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  const char *text = stored_file(house.fixture, house.instructor);
  apply_file(house.fixture, house.instructor, text, false);
  assert_true(json_is_false(fixture_json(house.fixture, "changed")));
  assert_int_equal(1, fixture_int(house.fixture, "version"));
  apply_file(house.fixture, house.instructor, arena_format(house.fixture->arena, "# a note\n%s", text), false);
  assert_string_equal("Only the text is another: what it says stays.", fixture_text(house.fixture, "words"));
  assert_int_equal(2, fixture_int(house.fixture, "version"));
  assert_int_equal(0, fixture_int(house.fixture, "told"));
  assert_int_equal(0, fixture_messages(house.fixture, house.ann, TOLD));
  house_free(&house);
}

// The file with one more report before the others.
static const char *with_report(struct fixture *fixture, const char *text, const char *id, const char *due) {
  const char *milestone =
      arena_format(fixture->arena,
                   "milestones:\n  - id: %s\n    title: The %s\n    track: project\n    kind: report\n"
                   "    weight: 0\n    opens: 2023-02-01 09:00\n    due: %s\n"
                   "    hand_in: { link: required }\n",
                   id, id, due);
  return edited(fixture, text, "milestones:\n", milestone);
}

static void a_milestone_is_added_and_taken_out_again(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *first = stored_file(fixture, house.instructor);
  house_at(&house, OPENS - 10 * DAY);
  // Over already: nobody hears of it, and nobody is late for it.
  const char *past = with_report(fixture, first, "past", "2023-02-20 09:00");
  apply_file(fixture, house.instructor, past, false);
  assert_int_equal(0, fixture_int(fixture, "told"));
  assert_string_equal("closed", state_of(&house, house.ann, "past"));
  assert_int_equal(-1, cost_of(&house, house.ann, "past"));
  assert_int_equal(0, rows_of(&house, "select count(*) from penalties where course_id >= $1", 0));
  apply_file(fixture, house.instructor, first, false);
  assert_true(says(fixture, "The past, due Mon 20 Feb 2023 09:00 EST in Research project, is gone."));
  assert_int_equal(0, fixture_int(fixture, "told"));
  // Due in the future: those of the track are told, of its coming and of its going.
  const char *next = with_report(fixture, first, "next", "2023-11-20 09:00");
  apply_file(fixture, house.instructor, next, false);
  assert_int_equal(6, fixture_int(fixture, "told")); // two teams, and Gus who may still join one
  assert_int_equal(0, fixture_messages(fixture, house.fay, TOLD));
  submit_at(&house, house.ann, "next", OPENS - 9 * DAY);
  assert_int_equal(0, cost_of(&house, house.ann, "next"));
  fixture_call(fixture, house.ann, METHOD_DELETE, NULL, MILESTONES "/next/submissions/%lld",
               (long long)fixture_int(fixture, "you.submission.id"));
  put_file(fixture, house.instructor, "?confirm=true", first, "*");
  fixture_refused(fixture, 409, "would_orphan"); // what was withdrawn can still be read
  house_free(&house);
}

static void what_is_open_is_not_taken_out_without_confirmation(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *first = stored_file(fixture, house.instructor);
  apply_file(fixture, house.instructor, with_report(fixture, first, "extra", "2023-11-20 09:00"), false);
  house_at(&house, OPENS);
  assert_true(needs_confirmation(fixture, house.instructor, first));
  assert_string_equal("The extra had opened, and is gone", fixture_text(fixture, "why"));
  house_free(&house);
}

static void what_is_new_and_late_from_the_start_needs_confirmation(void **state) {
  (void)state;
  static const struct {
    const char *due;
    bool is_asked;
    const char *why;
  } cases[] = {
      {"2023-10-15 09:00", true, "due yesterday, and work is taken, at a cost"},
      {"2023-10-18 09:00", true, "due within 48 hours"},
      {"2023-10-18 09:01", false, "due a minute later"},
      {"2023-10-07 09:00", true, "it closes in this second"},
      {"2023-10-07 08:59", false, "closed: nobody is late for it"},
  };
  struct house house = house_new(&commented);
  const char *first = stored_file(house.fixture, house.instructor);
  house_at(&house, OPENS);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (needs_confirmation(house.fixture, house.instructor, with_report(house.fixture, first, "extra", cases[i].due)) !=
        cases[i].is_asked)
      fail_msg("%s: %s", cases[i].why, house.fixture->answer.body);
  house_free(&house);
}

static void another_rubric_is_said_down_to_its_words(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  const char *text = stored_file(house.fixture, house.instructor);
  text = edited(house.fixture, text, "  fields:\n",
                "  rubric: [{ id: plan, title: The plan, points: 5, means: much }]\n  fields:\n");
  apply_file(house.fixture, house.instructor, text, false);
  apply_file(house.fixture, house.instructor, edited(house.fixture, text, "means: much", "means: more"), false);
  assert_string_equal("What earns points for \"The plan\" is put in other words.",
                      fixture_text(house.fixture, "changes.0.words"));
  apply_file(house.fixture, house.instructor, edited(house.fixture, text, "id: plan", "id: aim"), false);
  assert_string_equal("The rubric's item \"The plan\" is aim instead of plan: points given stay with that.",
                      fixture_text(house.fixture, "changes.0.words"));
  assert_int_equal(0, fixture_int(house.fixture, "told"));
  house_free(&house);
}

static void what_differs_is_said_in_words_and_to_those_it_concerns(void **state) {
  (void)state;
  static const struct {
    const char *was, *is;
    const char *section, *told, *words;
  } cases[] = {
      {"title: A course", "title: B", "course", "nobody", "The course's title is \"B\" instead of \"A course\"."},
      {"title: ML }", "title: Learning }", "skills", "nobody", "The skill ml is \"Learning\" instead of \"ML\"."},
      {"    - { id: systems, title: Systems }\n",
       "    - { id: systems, title: Systems }\n    - { id: data, title: Data }\n", "skills", "nobody",
       "The skill \"Data\" is new."},
      {"means: some }", "means: some }\n    - { id: expert, title: Expert, means: all }", "skills", "nobody",
       "Level 2, \"Expert\", is new."},
      {"max: 4 }", "max: 5 }", "teams", "not registered", "A team has 2 to 5 members instead of 2 to 4."},
      {"gap: warn", "gap: block", "teams", "team track", "it cannot register"},
      {"late_policy: { points_per_day: 10", "late_policy: { points_per_day: 9", "late_policy", "everybody",
       "Lateness costs 9 points a day, 5 minutes of grace instead of 10 points a day"},
      {"capacity: 20", "capacity: 21", "tracks", "lab line", "The number of seats in Labs is 21 instead of 20."},
      {"offer_expires: 24h", "offer_expires: 2d", "tracks", "lab line", "is 2 days instead of 24 hours."},
      {"revise_within: 7d", "revise_within: 8d", "proposals", "proposing", "is 8 days instead of 7 days."},
      {"required: true, max", "required: false, max", "proposals", "proposing", "is not required any more."},
      {"title: Title, kind: line", "title: Name, kind: line", "proposals", "nobody", "is \"Name\" instead of"},
      {"  fields:\n", "  rubric: [{ id: plan, title: The plan, points: 5 }]\n  fields:\n", "proposals", "proposing",
       "What proposals are judged by is \"The plan 5\"; before there was none."},
      {"title: The report", "title: Report", "milestones", "nobody", "is \"Report\" instead of \"The report\"."},
      {"slots: { length: 15m }", "slots: { length: 20m }", "milestones", "team track",
       "is 20 minutes instead of 15 minutes."},
      {"hand_in: { link: required }", "hand_in: { link: optional, code: required }", "milestones", "team track",
       "is handed in: a link (optional), the code; before: a link. What is handed in already stays."},
      {"title: Quizzes, weight: 50", "title: Tests, weight: 50", "grading", "everybody", "Tests 50, Work 50"},
  };
  struct house house = house_new(&commented);
  const char *text = stored_file(house.fixture, house.instructor);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    put_file(house.fixture, house.instructor, "?dry_run=true", edited(house.fixture, text, cases[i].was, cases[i].is),
             NULL);
    fixture_expect(house.fixture, 200);
    if (size_of(house.fixture, "changes") != 1 ||
        strstr(fixture_text(house.fixture, "changes.0.words"), cases[i].words) == NULL)
      fail_msg("%s: %s", cases[i].is, house.fixture->answer.body);
    assert_string_equal(cases[i].section, fixture_text(house.fixture, "changes.0.section"));
    assert_string_equal(cases[i].told, fixture_text(house.fixture, "changes.0.told"));
  }
  house_free(&house);
}

static void of_what_is_over_and_costs_the_same_nobody_is_told(void **state) {
  (void)state;
  struct house house = handed_in();
  const char *text = stored_file(house.fixture, house.instructor);
  house_at(&house, DUE_AT + 30 * DAY);
  // Ann's team is late no longer; Dan's was not and is not; of the artifact nothing is in.
  text = edited_in(house.fixture, text, "report", "due: 2023-10-25", "due: 2023-10-26");
  text = edited_in(house.fixture, text, "artifact", "due: 2023-10-25", "due: 2023-10-26");
  apply_file(house.fixture, house.instructor, text, false);
  assert_int_equal(2, size_of(house.fixture, "moves"));
  assert_int_equal(3, fixture_int(house.fixture, "told"));
  assert_int_equal(1, fixture_messages(house.fixture, house.cyd, TOLD));
  assert_null(strstr(fixture_last_words(house.fixture, house.cyd), "artifact"));
  assert_int_equal(0, fixture_messages(house.fixture, house.dan, TOLD));
  assert_int_equal(0, fixture_messages(house.fixture, house.gus, TOLD));
  house_free(&house);
}

static void a_plan_says_which_reminders_move(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = edited_in(fixture, stored_file(fixture, house.instructor), "report", "    hand_in",
                               "    remind: { students: [-7d, -1d], staff: [+1h] }\n    hand_in");
  apply_file(fixture, house.instructor, text, false);
  assert_string_equal("The reminders of The report are others.", fixture_text(fixture, "changes.0.words"));
  house_at(&house, DUE_AT - 7 * DAY); // the first is out
  const char *later = edited_in(fixture, text, "report", "due: 2023-10-25", "due: 2023-10-27");
  put_file(fixture, house.instructor, "?dry_run=true", later, NULL);
  assert_true(says(fixture, "Who is not done is reminded Fri 20 Oct 2023 09:30 EDT, Thu 26 Oct 2023 09:30 EDT instead "
                            "of Tue 24 Oct 2023 09:30 EDT."));
  fixture_call(fixture, house.instructor, METHOD_PATCH, "{\"due\":\"2023-10-23T13:30:00Z\"," BECAUSE "}",
               MILESTONES "/report?dry_run=true");
  assert_true(says(fixture, "reminded Sun 22 Oct 2023 09:30 EDT instead of Tue 24 Oct 2023 09:30 EDT."));
  house_free(&house);
}

static void the_audit_has_the_versions_and_what_differs(void **state) {
  (void)state;
  struct house house = handed_in();
  apply_file(house.fixture, house.instructor, three_moved(&house), true);
  fixture_call(house.fixture, house.staff, METHOD_GET, NULL, SAMPLE "/audit?limit=1");
  assert_string_equal("course file changed", fixture_text(house.fixture, "rows.0.kind"));
  assert_string_equal("{\"syllabus_version\":1}", fixture_text(house.fixture, "rows.0.before"));
  assert_non_null(strstr(fixture_text(house.fixture, "rows.0.after"), "\"milestone\":\"lab\""));
  assert_null(strstr(fixture_text(house.fixture, "rows.0.after"), "Fay")); // no person's data
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_file_that_moves_three_milestones_changes_exactly_those_of_a_hand_count),
      cmocka_unit_test(everybody_gets_one_message_of_all_that_is_theirs_and_nothing_else),
      cmocka_unit_test(what_is_due_within_a_day_is_told_at_once),
      cmocka_unit_test(a_personal_extension_shows_in_no_team_mates_message),
      cmocka_unit_test(what_touches_the_next_48_hours_needs_confirmation),
      cmocka_unit_test(what_makes_work_dearer_needs_confirmation_too),
      cmocka_unit_test(a_change_is_made_on_the_version_that_was_seen),
      cmocka_unit_test(only_an_instructor_changes_the_file),
      cmocka_unit_test(errors_of_the_file_are_told_by_line_and_column),
      cmocka_unit_test(another_comment_is_another_version_and_tells_nobody),
      cmocka_unit_test(a_milestone_is_added_and_taken_out_again),
      cmocka_unit_test(what_is_open_is_not_taken_out_without_confirmation),
      cmocka_unit_test(what_is_new_and_late_from_the_start_needs_confirmation),
      cmocka_unit_test(another_rubric_is_said_down_to_its_words),
      cmocka_unit_test(what_differs_is_said_in_words_and_to_those_it_concerns),
      cmocka_unit_test(of_what_is_over_and_costs_the_same_nobody_is_told),
      cmocka_unit_test(a_plan_says_which_reminders_move),
      cmocka_unit_test(the_audit_has_the_versions_and_what_differs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
