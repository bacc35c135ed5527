// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/milestones/slot_helpers.h"

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

static void a_series_is_offered_one_after_the_other_also_for_somebody_else_of_the_staff(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  offer(&house, house.staff, OPENS + FIRST,
        arena_format(fixture->arena, ",\"count\":3,\"gap_seconds\":300,\"staff\":%lld", (long long)house.instructor));
  fixture_expect(fixture, 201);
  assert_int_equal(3, json_array_size(fixture_json(fixture, "ids")));
  assert_int_equal(3, list_slots(&house, house.ann));
  assert_string_equal(instant(&house, OPENS + FIRST + 2 * (QUARTER + 300)), fixture_text(fixture, "slots.2.starts"));
  assert_int_equal(QUARTER, fixture_int(fixture, "slots.2.length_seconds")); // the course file's
  assert_int_equal(1, fixture_int(fixture, "slots.2.capacity"));
  assert_string_equal("Ines Ray", fixture_text(fixture, "slots.2.staff_name"));
  assert_string_equal(instant(&house, OPENS + FIRST - DAY), fixture_text(fixture, "slots.0.movable_until"));
  assert_int_equal(0, fixture_messages(fixture, house.ann, "slot booked")); // announced to nobody
}

static void what_is_no_slot_is_refused_and_nothing_of_the_series_is_offered(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  offered(&house, house.staff, OPENS + FIRST, "");
  const struct {
    const char *why;
    int64_t by, at;
    const char *more;
    int status;
    const char *code;
  } cases[] = {
      {"it has begun", house.staff, OPENS, "", 409, "slot_past"},
      {"the same time", house.staff, OPENS + FIRST, "", 409, "slot_overlap"},
      {"its last second", house.staff, OPENS + FIRST + QUARTER - 1, "", 409, "slot_overlap"},
      {"until its first second", house.staff, OPENS + FIRST - QUARTER + 1, "", 409, "slot_overlap"},
      {"the last of a series", house.staff, OPENS + FIRST - 3 * QUARTER, ",\"count\":4", 409, "slot_overlap"},
      {"around it", house.staff, OPENS + FIRST - QUARTER, ",\"length_seconds\":7200", 409, "slot_overlap"},
      {"for a student", house.staff, OPENS + 5 * DAY,
       arena_format(fixture->arena, ",\"staff\":%lld", (long long)house.ann), 422, "invalid_fields"},
      {"for nobody", house.staff, OPENS + 5 * DAY, ",\"staff\":4711", 422, "invalid_fields"},
      {"by the operator for nobody", -1, OPENS + 5 * DAY, "", 422, "invalid_fields"},
      {"a link that is none to follow", house.staff, OPENS + 5 * DAY, ",\"place\":\"ftp://example.edu\"", 422,
       "invalid_fields"},
      {"no place", house.staff, OPENS + 5 * DAY, ",\"place\":\"\"", 422, "invalid_fields"},
      {"too many", house.staff, OPENS + 5 * DAY, ",\"count\":201", 422, "invalid_fields"},
      {"by a student", house.ann, OPENS + 5 * DAY, "", 403, "not_allowed"},
      {"none", house.staff, OPENS + 5 * DAY, ",\"count\":0", 422, "invalid_fields"},
      {"for nobody", house.staff, OPENS + 5 * DAY, ",\"capacity\":0", 422, "invalid_fields"},
  };
  const char *before = fixture_dump(fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    offer(&house, cases[i].by, cases[i].at, cases[i].more);
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
  }
  fixture_call(fixture, house.staff, METHOD_POST, "{\"starts\":\"2023-10-30T12:00:00Z\"," ROOM "}",
               MILESTONES "/report/slots");
  fixture_refused(fixture, 409, "conflict");
  fixture_call(fixture, house.staff, METHOD_POST, "{\"starts\":\"2023-10-30T12:00:00Z\"," ROOM "}",
               MILESTONES "/presentation/slots"); // the course file gives no length
  fixture_refused(fixture, 422, "invalid_fields");
  fixture_call(fixture, house.staff, METHOD_POST, "{\"starts\":\"2023-10-30T12:00:00Z\"," ROOM "}",
               MILESTONES "/nothing/slots");
  fixture_refused(fixture, 404, "not_found");
  assert_string_equal(before, fixture_dump(fixture));
}

static void slots_that_touch_do_not_overlap_nor_do_those_of_two_people_or_a_cancelled_one(void **state) {
  struct house house = start(state);
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  offered(&house, house.staff, OPENS + FIRST + QUARTER, "");
  offered(&house, house.staff, OPENS + FIRST - QUARTER, "");
  offered(&house, house.instructor, OPENS + FIRST, "");
  cancel(&house, house.staff, slot);
  fixture_expect(house.fixture, 201);
  offered(&house, house.staff, OPENS + FIRST, "");
}

static void a_slot_is_booked_moved_and_given_up_until_24_hours_before_to_the_second(void **state) {
  (void)state;
  static const struct {
    const char *why;
    int64_t before; // seconds before the slot
    bool is_taken;
  } cases[] = {
      {"a second more than a day", DAY + 1, true},
      {"a day", DAY, true},
      {"a second less than a day", DAY - 1, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct house house = house_new(&autumn);
    struct fixture *fixture = house.fixture;
    house_at(&house, OPENS);
    int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
    int64_t late = offered(&house, house.staff, OPENS + FIRST + DAY, "");
    int64_t mine = offered(&house, house.staff, OPENS + FIRST + 2 * QUARTER, "");
    booked(&house, house.dan, mine); // begins half an hour later
    house_at(&house, OPENS + FIRST - cases[i].before);
    const char *code = cases[i].is_taken ? "" : "too_late_to_move";
    book(&house, house.ann, slot);
    assert_string_equal(code, fixture_code(fixture));
    give_up(&house, house.ann, slot);
    assert_string_equal(cases[i].is_taken ? "" : "not_found", fixture_code(fixture));
    book(&house, house.dan, slot); // the new one's beginning decides as well
    assert_string_equal(code, fixture_code(fixture));
    house_at(&house, OPENS + FIRST + (cases[i].is_taken ? 0 : 2 * QUARTER) - cases[i].before);
    book(&house, house.dan, late); // the old one's
    assert_string_equal(code, fixture_code(fixture));
    give_up(&house, house.dan, cases[i].is_taken ? late : mine);
    assert_string_equal(code, fixture_code(fixture));
    fixture_check(fixture);
    house_free(&house);
  }
}

static void the_last_place_goes_to_the_first_and_a_move_frees_it(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t wide = offered(&house, house.staff, OPENS + FIRST + QUARTER, ",\"capacity\":2");
  booked(&house, house.ann, slot);
  const char *before = fixture_dump(fixture);
  book(&house, house.dan, slot);
  fixture_refused(fixture, 409, "slot_full");
  assert_string_equal(before, fixture_dump(fixture));
  booked(&house, house.bob, wide); // any member moves
  assert_int_equal(0, live_bookings(&house, slot));
  booked(&house, house.dan, wide);
  assert_int_equal(2, live_bookings(&house, wide));
  assert_int_equal(2, fixture_int(fixture, "taken"));
  booked(&house, house.dan, slot);
}

static void one_booking_a_team_and_milestone_is_a_key(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, ",\"capacity\":5");
  booked(&house, house.ann, slot);
  const char *before = fixture_dump(fixture);
  booked(&house, house.bob, slot); // theirs already
  assert_string_equal(before, fixture_dump(fixture));
  assert_int_equal(ERR_CONFLICT,
                   db_exec(app_db(fixture->app),
                           "insert into slot_bookings (slot_id, course_id, milestone, team_id, booked_by, booked_at) "
                           "select slot_id, course_id, milestone, team_id, booked_by, booked_at from slot_bookings"));
}

static void a_cancelled_slot_leaves_a_new_choice_whatever_the_time_once(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t next = offered(&house, house.instructor, OPENS + FIRST + QUARTER, ",\"capacity\":2");
  int64_t third = offered(&house, house.instructor, OPENS + FIRST + 2 * QUARTER, "");
  booked(&house, house.ann, slot);
  house_at(&house, OPENS + FIRST - HOUR);
  cancel(&house, house.ann, slot);
  fixture_refused(fixture, 403, "not_allowed");
  cancel(&house, house.instructor, slot);
  fixture_expect(fixture, 201);
  assert_int_equal(0, fixture_int(fixture, "taken"));
  assert_non_null(strstr(fixture_last_words(fixture, house.cyd), "I am ill."));
  assert_non_null(strstr(fixture_last_words(fixture, house.cyd), "Klaus 1116, with Ines Ray"));
  assert_non_null(
      strstr(fixture_last_words(fixture, house.cyd), "They write: \"I am ill.\"\nChoose another one. Free are: "));
  assert_non_null(strstr(fixture_last_words(fixture, house.staff), "\nWho had booked it was told."));
  assert_int_equal(1, fixture_messages(fixture, house.ann, "slot cancelled"));
  assert_int_equal(1, fixture_messages(fixture, house.staff, "own slot soon")); // an hour before it
  assert_int_equal(0, fixture_messages(fixture, house.instructor, "own slot soon"));
  assert_int_equal(0, fixture_messages(fixture, house.dan, "slot cancelled"));
  cancel(&house, house.instructor, slot);
  fixture_refused(fixture, 409, "conflict");
  book(&house, house.ann, slot);
  fixture_refused(fixture, 409, "conflict");
  book(&house, house.dan, next); // theirs was not cancelled
  fixture_refused(fixture, 409, "too_late_to_move");
  assert_int_equal(2, list_slots(&house, house.bob));
  assert_true(json_is_true(fixture_json(fixture, "slots.0.is_bookable")));
  booked(&house, house.bob, next);
  book(&house, house.bob, third); // the choice was made
  fixture_refused(fixture, 409, "too_late_to_move");
}

static void a_new_choice_that_was_made_and_given_up_is_over(void **state) {
  struct house house = start(state);
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t next = offered(&house, house.staff, OPENS + FIRST + QUARTER, "");
  booked(&house, house.ann, slot);
  cancel(&house, house.staff, slot);
  assert_int_equal(0, fixture_messages(house.fixture, house.staff, "own slot soon")); // who did it knows
  booked(&house, house.ann, next);
  give_up(&house, house.ann, next);
  fixture_expect(house.fixture, 204);
  house_at(&house, OPENS + FIRST);
  book(&house, house.ann, next);
  fixture_refused(house.fixture, 409, "too_late_to_move");
}

static void what_has_begun_is_not_booked_even_with_a_new_choice(void **state) {
  struct house house = start(state);
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t first = offered(&house, house.instructor, OPENS + FIRST - QUARTER, "");
  booked(&house, house.ann, slot);
  house_at(&house, OPENS + FIRST - QUARTER - 1);
  cancel(&house, house.staff, slot);
  house_at(&house, OPENS + FIRST - QUARTER);
  book(&house, house.ann, first);
  fixture_refused(house.fixture, 409, "slot_past");
}

static void a_team_that_is_no_more_holds_no_place(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  booked(&house, house.dan, slot);
  assert_int_equal(0, list_slots(&house, house.ann));
  merge_into(&house, house.other, house.team);
  assert_int_equal(1, list_slots(&house, house.ann));
  assert_int_equal(0, fixture_int(fixture, "slots.0.taken"));
  booked(&house, house.ann, slot);
  assert_int_equal(1, fixture_int(fixture, "taken"));
  assert_int_equal(1, live_bookings(&house, slot));
  assert_int_equal(
      1, rows_of(&house, "select count(*) from slot_bookings where slot_id = $1 and ended_as = 'lapsed'", slot));
}

static void who_moves_to_another_team_has_that_ones_slot(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t other = offered(&house, house.staff, OPENS + FIRST + QUARTER, "");
  booked(&house, house.cyd, slot);
  booked(&house, house.dan, other);
  move_into(&house, house.cyd, house.other);
  fixture_expect(fixture, 200);
  assert_int_equal(1, list_slots(&house, house.cyd));
  assert_int_equal(other, fixture_int(fixture, "slots.0.id"));
  assert_true(json_is_true(fixture_json(fixture, "slots.0.is_yours")));
  give_up(&house, house.cyd, slot);
  fixture_refused(fixture, 404, "not_found");
  assert_int_equal(1, live_bookings(&house, slot)); // the team's as before
}

static void who_cannot_book_is_told_why(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app),
                                   "insert into courses (slug, title, syllabus, syllabus_version, created_at) "
                                   "values ('other', 'Other', '', 1, 1)"));
  assert_int_equal(ERR_OK,
                   db_exec(app_db(fixture->app),
                           "insert into enrolments (course_id, person_id, role, credit, state, version, created_at) "
                           "select id, $1, 'staff', 'credit', 'active', 1, 1 from courses where slug = 'other'",
                           db_int(house.staff)));
  assert_int_equal(ERR_OK,
                   db_exec(app_db(fixture->app),
                           "insert into slots (course_id, milestone, staff_id, place, starts_at, ends_at, capacity, "
                           "offered_at) select c.id, 'check-in', s.staff_id, s.place, s.starts_at + 7200, "
                           "s.ends_at + 7200, 1, 1 from slots s join courses c on c.slug = 'other'"));
  int64_t elsewhere = rows_of(&house, "select max(id) from slots where id > $1", 0);
  const char *before = fixture_dump(fixture);
  book(&house, house.fay, slot); // a lab student
  fixture_refused(fixture, 403, "not_your_track");
  book(&house, house.gus, slot); // in no team
  fixture_refused(fixture, 403, "not_your_track");
  book(&house, house.ann, 4711);
  fixture_refused(fixture, 404, "not_found");
  book(&house, house.ann, elsewhere);
  fixture_refused(fixture, 404, "not_found");
  give_up(&house, house.ann, elsewhere);
  fixture_refused(fixture, 404, "not_found");
  cancel(&house, house.staff, elsewhere);
  fixture_refused(fixture, 404, "not_found");
  fixture_call(fixture, house.staff, METHOD_PATCH, "{" ROOM "}", SAMPLE "/slots/%lld", (long long)elsewhere);
  fixture_refused(fixture, 404, "not_found");
  book(&house, house.staff, slot);
  fixture_refused(fixture, 403, "not_allowed");
  assert_string_equal(before, fixture_dump(fixture));
  offer(&house, house.staff, OPENS + FIRST + 7200, ""); // the staff member's time there is taken
  fixture_refused(fixture, 409, "slot_overlap");
}

static int book_for(struct house *house, int64_t by, int64_t slot, const char *whose, int64_t of) {
  return fixture_call(house->fixture, by, METHOD_POST,
                      arena_format(house->fixture->arena, "{\"%s\":%lld}", whose, (long long)of),
                      SAMPLE "/slots/%lld/bookings", (long long)slot);
}

static void staff_book_and_move_until_the_slot_begins(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t next = offered(&house, house.instructor, OPENS + FIRST + QUARTER, "");
  house_at(&house, OPENS + FIRST - 1);
  book(&house, house.ann, slot);
  fixture_refused(fixture, 409, "too_late_to_move");
  book_for(&house, house.staff, slot, "team", house.team);
  fixture_expect(fixture, 201);
  assert_int_equal(1, fixture_int(fixture, "taken"));
  assert_int_equal(house.team, fixture_int(fixture, "bookings.0.team"));
  assert_int_equal(1, fixture_messages(fixture, house.ann, "slot soon")); // in an hour it might be over
  assert_non_null(strstr(fixture_last_words(fixture, house.bob),
                         "Tia Ray booked this slot: Fri 20 Oct 2023 09:00 EDT, Klaus 1116, with Tia Ray. It begins "
                         "within 24 hours: only the course's staff can move it now."));
  assert_int_equal(0, fixture_messages(fixture, house.staff, "own slot soon"));
  book_for(&house, house.staff, slot, "team", house.other);
  fixture_refused(fixture, 409, "slot_full");
  house_at(&house, OPENS + FIRST); // the old one has begun
  book_for(&house, house.staff, next, "team", house.team);
  fixture_expect(fixture, 201);
  assert_int_equal(0, live_bookings(&house, slot));
  assert_int_equal(1, live_bookings(&house, next));
  assert_int_equal(2, fixture_messages(fixture, house.cyd, "slot soon"));
  assert_int_equal(1, fixture_messages(fixture, house.instructor, "own slot soon"));
  book_for(&house, house.staff, slot, "team", house.other);
  fixture_refused(fixture, 409, "slot_past");
}

static void of_a_slot_within_a_day_its_holders_hear_at_once_to_the_second(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t far = offered(&house, house.staff, OPENS + FIRST + 7 * DAY, "");
  int64_t near = offered(&house, house.staff, OPENS + FIRST, "");
  static const struct {
    const char *why;
    int64_t left; // seconds until the near one begins
    bool is_soon;
  } cases[] = {{"a day and a second", DAY + 1, false}, {"a day", DAY, true}, {"a second less", DAY - 1, true}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    house_at(&house, OPENS + FIRST - cases[i].left);
    size_t soon = fixture_messages(fixture, house.ann, "slot soon");
    size_t own = fixture_messages(fixture, house.staff, "own slot soon");
    book_for(&house, house.instructor, near, "team", house.team);
    fixture_expect(fixture, 201);
    if (fixture_messages(fixture, house.ann, "slot soon") - soon != (cases[i].is_soon ? 1 : 0))
      fail_msg("into it, %s", cases[i].why);
    book_for(&house, house.instructor, far, "team", house.team);
    fixture_expect(fixture, 201);
    if (fixture_messages(fixture, house.ann, "slot soon") - soon != (cases[i].is_soon ? 2 : 0))
      fail_msg("out of it, %s", cases[i].why);
    if (fixture_messages(fixture, house.staff, "own slot soon") - own != (cases[i].is_soon ? 2 : 0))
      fail_msg("who holds it, %s", cases[i].why); // Tia, to whom both of them belong, else waits in vain
  }
  house_at(&house, OPENS + FIRST + 7 * DAY - HOUR);
  cancel(&house, house.staff, far);
  assert_int_equal(1, fixture_messages(fixture, house.ann, "slot cancelled")); // which leaves at once in any case
}

static void staff_book_for_those_whose_milestone_it_is(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t gone = offered(&house, house.staff, OPENS + FIRST + QUARTER, "");
  cancel(&house, house.staff, gone);
  const struct {
    const char *why;
    int64_t by, slot;
    const char *whose;
    int64_t of;
    int status;
    const char *code;
  } cases[] = {
      {"a student", house.ann, slot, "team", house.team, 403, "not_allowed"},
      {"no such team", house.staff, slot, "team", 4711, 404, "not_found"},
      {"a member instead of the team", house.staff, slot, "person", house.ann, 422, "invalid_fields"},
      {"nobody", house.staff, slot, "team", 0, 422, "invalid_fields"},
      {"no such slot", house.staff, 4711, "team", house.team, 404, "not_found"},
      {"a cancelled one", house.staff, gone, "team", house.team, 409, "conflict"},
  };
  const char *before = fixture_dump(fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    book_for(&house, cases[i].by, cases[i].slot, cases[i].whose, cases[i].of);
    if (fixture->answer.status != cases[i].status || strcmp(fixture_code(fixture), cases[i].code) != 0)
      fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
  }
  assert_string_equal(before, fixture_dump(fixture));
  book_for(&house, -1, slot, "team", house.team); // the operator
  fixture_expect(fixture, 201);
  assert_non_null(strstr(fixture_last_words(fixture, house.ann), "The operator booked this slot"));
  assert_int_equal(
      1, rows_of(&house, "select count(*) from slot_bookings where booked_by is null and slot_id = $1", slot));
  before = fixture_dump(fixture);
  book_for(&house, house.staff, slot, "team", house.team); // theirs already
  fixture_expect(fixture, 201);
  assert_string_equal(before, fixture_dump(fixture));
  assert_int_equal(ERR_OK, db_exec(app_db(fixture->app), "update teams set state = 'incomplete' where id = $1",
                                   db_int(house.other)));
  book_for(&house, house.staff, slot, "team", house.other);
  fixture_refused(fixture, 409, "team_not_registered");
}

static void a_team_that_is_not_registered_books_nothing(void **state) {
  struct house house = start(state);
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  assert_int_equal(ERR_OK, db_exec(app_db(house.fixture->app), "update teams set state = 'incomplete' where id = $1",
                                   db_int(house.team)));
  book(&house, house.ann, slot);
  fixture_refused(house.fixture, 409, "team_not_registered");
}

static void students_see_what_is_free_and_theirs_and_staff_see_who(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t wide = offered(&house, house.staff, OPENS + FIRST + QUARTER, ",\"capacity\":2");
  offered(&house, house.staff, OPENS + FIRST + 2 * QUARTER, "");
  booked(&house, house.ann, slot);
  booked(&house, house.dan, wide);
  assert_int_equal(2, list_slots(&house, house.dan));
  assert_null(strstr(fixture->answer.body, "Descenders"));
  assert_null(strstr(fixture->answer.body, "bookings"));
  assert_int_equal(3, list_slots(&house, house.bob));
  assert_true(json_is_true(fixture_json(fixture, "slots.0.is_yours")));
  assert_true(json_is_false(fixture_json(fixture, "slots.0.is_bookable")));
  assert_true(json_is_true(fixture_json(fixture, "slots.1.is_bookable")));
  assert_null(strstr(fixture->answer.body, "Schedulers"));
  assert_int_equal(2, list_slots(&house, house.gus));
  assert_true(json_is_false(fixture_json(fixture, "slots.0.is_bookable")));
  assert_int_equal(3, list_slots(&house, house.instructor));
  assert_string_equal("Descenders", fixture_text(fixture, "slots.0.bookings.0.name"));
  assert_int_equal(house.other, fixture_int(fixture, "slots.1.bookings.0.team"));
  house_at(&house, OPENS + FIRST + 2 * QUARTER); // all have begun
  assert_int_equal(1, list_slots(&house, house.bob));
  assert_int_equal(0, list_slots(&house, house.gus));
  assert_int_equal(3, list_slots(&house, house.staff));
}

static void a_list_goes_on_where_its_page_ended(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  offered(&house, house.staff, OPENS + FIRST + DAY, ",\"count\":2");
  offered(&house, house.instructor, OPENS + FIRST + DAY, ",\"count\":2"); // at the same times
  offered(&house, house.staff, OPENS + FIRST, "");
  int64_t after = 0, seen = 0, last = 0;
  do {
    fixture_call(fixture, house.ann, METHOD_GET, NULL, SLOTS "?limit=2&after=%lld", (long long)after);
    fixture_expect(fixture, 200);
    for (size_t i = 0; i < json_array_size(fixture_json(fixture, "slots")); i++, seen++) {
      int64_t at = 0;
      assert_true(instant_parse(fixture_text(fixture, arena_format(fixture->arena, "slots.%zu.starts", i)), &at));
      assert_true(at >= last);
      last = at;
    }
    after = fixture_int(fixture, "next");
  } while (after > 0);
  assert_int_equal(5, seen);
}

static void the_team_and_who_holds_the_slot_are_told_but_not_who_did_it(void **state) {
  struct house house = start(state);
  struct fixture *fixture = house.fixture;
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  int64_t other = offered(&house, house.instructor, OPENS + FIRST, "");
  booked(&house, house.ann, slot);
  assert_int_equal(0, fixture_messages(fixture, house.ann, "slot booked"));
  assert_int_equal(1, fixture_messages(fixture, house.bob, "slot booked"));
  assert_int_equal(
      1, fixture_messages(fixture, house.staff, "own slot")); // more than a day before it: with the daily mail
  assert_non_null(strstr(fixture_last_words(fixture, house.bob), "Ann Ng booked"));
  booked(&house, house.bob, other);
  assert_int_equal(1, fixture_messages(fixture, house.ann, "slot moved"));
  assert_int_equal(2, fixture_messages(fixture, house.staff, "own slot"));
  assert_int_equal(1, fixture_messages(fixture, house.instructor, "own slot"));
  assert_non_null(strstr(fixture_last_words(fixture, house.staff), "Descenders moved from"));
  fixture_call(fixture, house.staff, METHOD_PATCH, "{\"place\":\"https://example.edu/meet\"}", SAMPLE "/slots/%lld",
               (long long)other);
  fixture_expect(fixture, 200);
  assert_int_equal(1, fixture_messages(fixture, house.ann, "slot place changed"));
  assert_int_equal(2, fixture_messages(fixture, house.instructor, "own slot"));
  assert_non_null(strstr(fixture_last_words(fixture, house.ann), "https://example.edu/meet"));
  give_up(&house, house.cyd, other);
  fixture_expect(fixture, 204);
  assert_int_equal(1, fixture_messages(fixture, house.ann, "slot given up"));
  assert_int_equal(3, fixture_messages(fixture, house.instructor, "own slot"));
  assert_int_equal(0, fixture_messages(fixture, house.dan, "slot booked"));
  assert_int_equal(
      1, rows_of(&house, "select count(*) from audit where kind = 'slot moved' and actor_id = $1", house.bob));
}

static void a_seated_student_books_for_themselves_where_the_labs_have_slots(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *text = course_text(arena, &autumn), *lab = strstr(text, "    kind: lab\n");
  assert_non_null(lab);
  const char *with = arena_format(arena, "%.*s    slots: { length: 10m }\n%s", (int)(lab - text), text, lab);
  struct house house = {.fixture = fixture_new_text(with, "2023-01-12T15:00:00Z")};
  struct fixture *fixture = house.fixture;
  house.staff = fixture_person(fixture, "Tia Ray", ROLE_STAFF);
  house.fay = fixture_student(fixture, "Fay Su");
  house.gus = fixture_student(fixture, "Gus Ti");
  take_seat(fixture, house.fay);
  take_seat(fixture, house.gus);
  house_at(&house, OPENS);
  fixture_call(fixture, house.staff, METHOD_POST,
               arena_format(arena, "{\"starts\":\"%s\"," ROOM "}", instant(&house, OPENS + FIRST)),
               MILESTONES "/lab/slots");
  fixture_expect(fixture, 201);
  int64_t slot = fixture_int(fixture, "ids.0");
  booked(&house, house.fay, slot);
  book(&house, house.gus, slot);
  fixture_refused(fixture, 409, "slot_full");
  fixture_call(fixture, house.fay, METHOD_DELETE, NULL, SAMPLE "/labs/seat");
  fixture_call(fixture, house.staff, METHOD_PUT, "{\"team\":null," BECAUSE "}", SAMPLE "/placements/%lld",
               (long long)house.fay);
  booked(&house, house.gus, slot); // without the seat no place is held
  house_free(&house);
}

#define HOUSE_TEST(name) cmocka_unit_test_teardown(name, stop)
int main(void) {
  const struct CMUnitTest tests[] = {
      HOUSE_TEST(a_series_is_offered_one_after_the_other_also_for_somebody_else_of_the_staff),
      HOUSE_TEST(what_is_no_slot_is_refused_and_nothing_of_the_series_is_offered),
      HOUSE_TEST(slots_that_touch_do_not_overlap_nor_do_those_of_two_people_or_a_cancelled_one),
      cmocka_unit_test(a_slot_is_booked_moved_and_given_up_until_24_hours_before_to_the_second),
      HOUSE_TEST(the_last_place_goes_to_the_first_and_a_move_frees_it),
      HOUSE_TEST(one_booking_a_team_and_milestone_is_a_key),
      HOUSE_TEST(a_cancelled_slot_leaves_a_new_choice_whatever_the_time_once),
      HOUSE_TEST(a_new_choice_that_was_made_and_given_up_is_over),
      HOUSE_TEST(what_has_begun_is_not_booked_even_with_a_new_choice),
      HOUSE_TEST(a_team_that_is_no_more_holds_no_place),
      HOUSE_TEST(who_moves_to_another_team_has_that_ones_slot),
      HOUSE_TEST(who_cannot_book_is_told_why),
      HOUSE_TEST(staff_book_and_move_until_the_slot_begins),
      HOUSE_TEST(of_a_slot_within_a_day_its_holders_hear_at_once_to_the_second),
      HOUSE_TEST(staff_book_for_those_whose_milestone_it_is),
      HOUSE_TEST(a_team_that_is_not_registered_books_nothing),
      HOUSE_TEST(students_see_what_is_free_and_theirs_and_staff_see_who),
      HOUSE_TEST(a_list_goes_on_where_its_page_ended),
      HOUSE_TEST(the_team_and_who_holds_the_slot_are_told_but_not_who_did_it),
      cmocka_unit_test(a_seated_student_books_for_themselves_where_the_labs_have_slots),
  };
  return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}
