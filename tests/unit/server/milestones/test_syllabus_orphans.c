// SPDX-License-Identifier: AGPL-3.0-or-later
// What another course file may not cut off, and that the refusal names what it would hit.
#include "tests/unit/server/milestones/slot_helpers.h"
#include "tests/unit/server/milestones/syllabus_helpers.h"

// The milestone under another id, the rest as it is: by id it is gone, and the weights still add up.
static const char *without(struct fixture *fixture, const char *text, const char *milestone) {
  return edited(fixture, text, arena_format(fixture->arena, "- id: %s\n", milestone), "- id: replaced\n");
}

// Refused at this one place, with these words; nothing is changed.
static void expect_refused(struct house *house, const char *text, const char *place, const char *words) {
  struct fixture *fixture = house->fixture;
  const char *before = fixture_dump(fixture);
  for (int is_dry = 0; is_dry < 2; is_dry++) {
    put_file(fixture, house->instructor, is_dry != 0 ? "?dry_run=true" : "?confirm=true", text, "*");
    fixture_refused(fixture, 409, "would_orphan");
    if (size_of(fixture, "errors") != 1 || strcmp(place, fixture_text(fixture, "errors.0.field")) != 0 ||
        strstr(fixture_text(fixture, "errors.0.message"), words) == NULL)
      fail_msg("%s, %s: %s", place, words, fixture->answer.body);
  }
  assert_string_equal(before, fixture_dump(fixture));
}

static void expect_taken(struct house *house, const char *text) {
  put_file(house->fixture, house->instructor, "?dry_run=true", text, NULL);
  fixture_expect(house->fixture, 200);
}

static void attach_to_each(struct house *house) {
  struct fixture *fixture = house->fixture;
  house_at(house, OPENS);
  submit(house, house->ann, "report");
  fixture_expect(fixture, 200);
  submit(house, house->dan, "report");
  fixture_expect(fixture, 200);
  submit(house, house->dan, "report");
  fixture_expect(fixture, 200);
  int64_t slot = offered(house, house->staff, OPENS + FIRST, "");
  booked(house, house->ann, slot);
  fixture_call(fixture, house->ann, METHOD_PUT, "{\"done\":\"a\",\"next\":\"b\"}", MILESTONES "/check-in/update");
  fixture_expect(fixture, 200);
  grant(house, house->staff, "lab", until(house, "person", house->fay, DUE_AT + DAY));
  fixture_expect(fixture, 200);
  fixture_call(fixture, house->staff, METHOD_POST,
               arena_format(fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)house->other),
               MILESTONES "/artifact/excusals");
  fixture_expect(fixture, 201);
  fixture_call(fixture, house->ann, METHOD_PATCH, "{\"field\":\"title\",\"value\":\"Descent\"}",
               SAMPLE "/teams/%lld/proposal", (long long)house->team);
  fixture_expect(fixture, 200);
}

static void a_milestone_with_something_on_it_keeps_its_id_kind_and_track(void **state) {
  (void)state;
  static const struct {
    const char *milestone, *words;
  } cases[] = {
      {"proposal", "is gone, and 1 team has begun a proposal"},
      {"check-in", "is gone, and 1 slot, 1 booking, 1 check-in record stand on it, of Descenders"},
      {"report", "is gone, and 3 submissions stand on it, of Descenders, Schedulers"},
      {"artifact", "is gone, and 1 excusal stands on it, of Schedulers"},
      {"lab", "is gone, and 1 extension stands on it, of Fay Su"},
  };
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    expect_taken(&house, without(fixture, text, cases[i].milestone)); // before anything is there
  attach_to_each(&house);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    expect_refused(&house, without(fixture, text, cases[i].milestone),
                   arena_format(fixture->arena, "milestones.%s", cases[i].milestone), cases[i].words);
  expect_taken(&house, without(fixture, text, "presentation"));
  expect_refused(&house, edited(fixture, text, "kind: report", "kind: artifact"), "milestones.report",
                 "is of another kind or track, and 3 submissions");
  // Into another track of teams.
  const char *tracks = "tracks:\n  - { id: project, title: Research project }\n";
  const char *two = edited(fixture, text, tracks,
                           "tracks:\n  - { id: project, title: Research project }\n"
                           "  - { id: other, title: Other project }\n");
  two = edited_in(fixture, two, "report", "track: project", "track: other");
  two = edited_in(fixture, two, "report", "weight: 10", "weight: 0");
  two = edited_in(fixture, two, "artifact", "weight: 10", "weight: 20");
  expect_refused(&house, two, "milestones.report", "is of another kind or track");
  house_free(&house);
}

static void what_is_cancelled_or_withdrawn_holds_nothing(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  house_at(&house, OPENS);
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  const char *text = without(fixture, stored_file(fixture, house.instructor), "check-in");
  expect_refused(&house, text, "milestones.check-in", "1 slot stands on it");
  cancel(&house, house.staff, slot);
  fixture_expect(fixture, 201);
  expect_taken(&house, text);
  grant(&house, house.staff, "lab", until(&house, "person", house.fay, DUE_AT + DAY));
  int64_t extension = fixture_int(fixture, "extensions.0");
  text = without(fixture, text, "lab");
  text = edited(fixture, text, "- id: replaced\n    title: The lab", "- id: replaced-lab\n    title: The lab");
  expect_refused(&house, text, "milestones.lab", "1 extension stands on it, of Fay Su");
  fixture_call(fixture, house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld", (long long)extension);
  assert_in_range(fixture->answer.status, 200, 204);
  expect_taken(&house, text);
  house_free(&house);
}

static void the_course_keeps_its_id_and_from_the_first_submission_its_zone(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  expect_refused(&house, edited(fixture, text, "id: cs8803-smr-2023fa", "id: another"), "course.id",
                 "is another, which is another course");
  const char *moved = edited(fixture, text, "timezone: America/New_York", "timezone: Asia/Kolkata");
  expect_taken(&house, moved);
  assert_int_equal(6, size_of(fixture, "moves")); // every instant is another
  submit_at(&house, house.ann, "report", OPENS);
  expect_refused(&house, moved, "course.timezone", "1 submission is handed in: from the first one on the zone stays");
  house_free(&house);
}

static void skills_and_levels_that_cards_state_stay(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  // Ann and Dan state ML, Bob and Eve systems, at the level of projects.
  const char *renamed = edited(fixture, text, "- { id: systems, title: Systems }", "- { id: ops, title: Systems }");
  expect_refused(&house, renamed, "skills.kinds.systems", "the info cards of 2 students state it");
  const char *level = "- { id: project, title: Some, means: some }";
  expect_refused(&house,
                 edited(fixture, text, level,
                        "- { id: some, title: Little, means: some }\n    - { id: project, title: "
                        "Some, means: some }"),
                 "skills.levels.project", "the info cards of 4 students state it");
  const char *last = edited(fixture, text, level,
                            "- { id: project, title: Some, means: some }\n    - { id: expert, "
                            "title: Expert, means: all }\n    - { id: star, title: S, means: s }");
  last = edited(fixture, last, "- { id: systems, title: Systems }",
                "- { id: systems, title: Systems }\n    - { id: data, title: Data }");
  apply_file(fixture, house.instructor, last, false);
  // What no card states goes again.
  apply_file(fixture, house.instructor, edited(fixture, last, "\n    - { id: star, title: S, means: s }", ""), false);
  apply_file(fixture, house.instructor, text, false);
  house_free(&house);
}

static void a_field_of_the_proposal_with_something_in_it_stays(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *field = "- { id: title, title: Title, kind: line, required: true, max: 200 }";
  const char *first = stored_file(fixture, house.instructor);
  const char *text = edited(fixture, first, field,
                            "- { id: title, title: Title, kind: line, max: 200 }\n"
                            "    - { id: idea, title: Idea, kind: markdown }");
  const char *as_parts = edited(fixture, text, "title: Idea, kind: markdown", "title: Idea, kind: per-member");
  const char *as_file = edited(fixture, text, "title: Idea, kind: markdown", "title: Idea, kind: file, types: [pdf]");
  house_at(&house, OPENS - 20 * DAY);
  apply_file(fixture, house.instructor, text, false);
  expect_taken(&house, first);
  expect_taken(&house, as_parts);
  house_at(&house, OPENS);
  fixture_call(fixture, house.ann, METHOD_PATCH, "{\"field\":\"idea\",\"value\":\"Descent\"}",
               SAMPLE "/teams/%lld/proposal", (long long)house.team);
  fixture_expect(fixture, 200);
  expect_refused(&house, first, "proposals.fields.idea",
                 "is gone, and the proposal of 1 team (Descenders) says something in it");
  expect_refused(&house, as_parts, "proposals.fields.idea", "is of another kind");
  expect_refused(&house, as_file, "proposals.fields.idea", "is of another kind");
  expect_taken(&house, edited(fixture, text, "title: Idea, kind: markdown", "title: Idea, kind: statement"));
  expect_taken(&house, edited(fixture, text, "kind: line, max: 200", "kind: line, required: true, max: 5"));
  fixture_call(fixture, house.ann, METHOD_PATCH, "{\"field\":\"idea\",\"value\":\"\"}", SAMPLE "/teams/%lld/proposal",
               (long long)house.team);
  if (fixture->answer.status == 412) {
    const struct header any = {"if-match", "*"};
    fixture_send(fixture, house.ann,
                 &(struct local_call){
                     .method = METHOD_PATCH,
                     .target = arena_format(fixture->arena, SAMPLE "/teams/%lld/proposal", (long long)house.team),
                     .body = "{\"field\":\"idea\",\"value\":\"\"}",
                     .headers = &any,
                     .header_count = 1});
  }
  fixture_expect(fixture, 200);
  expect_taken(&house, first);
  house_free(&house);
}

static void the_capacity_may_fall_to_the_seats_taken_and_offered_and_no_further(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  const char *text = stored_file(fixture, house.instructor);
  int64_t hal = fixture_student(fixture, "Hal Uo"), ida = fixture_student(fixture, "Ida Vu");
  take_seat(fixture, hal);
  apply_file(fixture, house.instructor, edited(fixture, text, "capacity: 20", "capacity: 2"), false);
  take_seat(fixture, ida); // waits
  fixture_call(fixture, hal, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
  assert_int_equal(1,
                   rows_of(&house, "select count(*) from lab_queue where state = 'offered' and person_id = $1", ida));
  expect_taken(&house, edited(fixture, text, "capacity: 20", "capacity: 2")); // exactly 1 seated and 1 offered
  expect_refused(&house, edited(fixture, text, "capacity: 20", "capacity: 1"), "tracks.labs.capacity",
                 "is 1, and 1 are seated and 1 offered a seat: it may be 2 or more");
  const char *renamed = edited(fixture, text, "- { id: labs, title: Labs", "- { id: rooms, title: Labs");
  renamed = edited(fixture, renamed, "one_of: [project, labs]", "one_of: [project, rooms]");
  renamed = edited_in(fixture, renamed, "lab", "track: labs", "track: rooms");
  expect_refused(&house, renamed, "tracks.labs", "is gone, and 1 seated, 1 offered a seat and 0 waiting");
  fixture_check(fixture);
  house_free(&house);
}

static void all_that_would_be_hit_is_named_at_once(void **state) {
  (void)state;
  struct house house = house_new(&commented);
  struct fixture *fixture = house.fixture;
  attach_to_each(&house);
  const char *text = stored_file(fixture, house.instructor);
  text = without(fixture, text, "report");
  text = edited(fixture, text, "capacity: 20", "capacity: 1");
  text = edited_in(fixture, text, "lab", "kind: lab", "kind: report");
  text = edited(fixture, text, "- { id: systems, title: Systems }", "- { id: ops, title: Systems }");
  put_file(fixture, house.instructor, "?dry_run=true", text, NULL);
  fixture_refused(fixture, 409, "would_orphan");
  assert_int_equal(3, size_of(fixture, "errors")); // one seat is taken of one: that is enough
  assert_non_null(strstr(fixture_text(fixture, "detail"), "at 3 places"));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_milestone_with_something_on_it_keeps_its_id_kind_and_track),
      cmocka_unit_test(what_is_cancelled_or_withdrawn_holds_nothing),
      cmocka_unit_test(the_course_keeps_its_id_and_from_the_first_submission_its_zone),
      cmocka_unit_test(skills_and_levels_that_cards_state_stay),
      cmocka_unit_test(a_field_of_the_proposal_with_something_in_it_stays),
      cmocka_unit_test(the_capacity_may_fall_to_the_seats_taken_and_offered_and_no_further),
      cmocka_unit_test(all_that_would_be_hit_is_named_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
