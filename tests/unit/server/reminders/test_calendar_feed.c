// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/milestones/slot_helpers.h"

#include "server/reminders/calendar_feed.h"

#define MINE "/api/v1/me/calendar"
#define THEIRS SAMPLE "/calendar"

static const char *make(struct house *house, int64_t person, const char *target) {
  fixture_call(house->fixture, person, METHOD_POST, NULL, "%s", target);
  fixture_expect(house->fixture, 201);
  return arena_text(house->fixture->arena, fixture_text(house->fixture, "url"));
}

// The feed, unfolded (RFC 5545 3.1); NULL when there is none.
static const char *read_feed(struct house *house, const char *url) {
  struct fixture *fixture = house->fixture;
  if (fixture_call(fixture, 0, METHOD_GET, NULL, "%s", url) != 200)
    return NULL;
  struct text out;
  text_init(&out, fixture->arena);
  for (const char *c = fixture->answer.body; *c != '\0'; c++) {
    if (strncmp(c, "\r\n ", 3) == 0)
      c += 2;
    else
      text_add_char(&out, *c);
  }
  return text_get(&out);
}

// What a property of the event with this summary says, or NULL when there is no such event. A feed of all courses names
// the course in it.
static const char *says(struct house *house, const char *document, const char *summary, const char *property) {
  struct arena *arena = house->fixture->arena;
  for (const char *event = document; (event = strstr(event, "BEGIN:VEVENT")) != NULL; event++) {
    const char *one = arena_text_n(arena, event, (size_t)(strstr(event, "END:VEVENT") - event));
    if (strstr(one, arena_format(arena, "\r\nSUMMARY:%s\r\n", summary)) == NULL &&
        strstr(one, arena_format(arena, "\r\nSUMMARY:%s (A course)\r\n", summary)) == NULL)
      continue;
    const char *found = strstr(one, arena_format(arena, "\r\n%s:", property));
    if (found == NULL)
      return "";
    found += strlen(property) + 3;
    return arena_text_n(arena, found, (size_t)(strstr(found, "\r\n") - found));
  }
  return NULL;
}

static void assert_says(struct house *house, const char *document, const char *summary, const char *properties[4]) {
  static const char *const names[] = {"DTSTART", "SEQUENCE", "STATUS"};
  for (size_t i = 0; i < 3; i++) {
    const char *is = says(house, document, summary, names[i]);
    if (is == NULL || strcmp(is, properties[i]) != 0)
      fail_msg("%s of %s: %s, not %s\n%s", names[i], summary, is == NULL ? "(no event)" : is, properties[i], document);
  }
}
#define EVENT(starts, sequence, status) ((const char *[4]){starts, sequence, status})

// As the duty does it, a minute on.
static void sync(struct house *house) {
  house_at(house, clock_now(&house->fixture->clock) + CALENDAR_SYNC_SECONDS + 10);
  (void)fixture_run_duties(house->fixture);
}

static void a_feed_has_the_dates_of_ones_own_track_and_of_the_course(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const char *ann = read_feed(&house, make(&house, house.ann, MINE));
  assert_says(&house, ann, "The report: due", EVENT("20231025T133000Z", "0", "CONFIRMED"));
  assert_says(&house, ann, "The report: opens", EVENT("20231016T130000Z", "0", "CONFIRMED"));
  assert_says(&house, ann, "The report: late work is taken no more", EVENT("20231103T133000Z", "0", "CONFIRMED"));
  assert_says(&house, ann, "Info card: due", EVENT("20230121T045900Z", "0", "CONFIRMED"));
  assert_says(&house, ann, "Team registration: closes", EVENT("20230121T045900Z", "0", "CONFIRMED"));
  assert_says(&house, ann, "Choice of a seat in Labs: closes", EVENT("20230119T045900Z", "0", "CONFIRMED"));
  assert_null(says(&house, ann, "The lab: due", "UID"));
  // A check-in is held, and never late.
  assert_null(says(&house, ann, "The check-in: late work is taken no more", "UID"));
  const char *fay = read_feed(&house, make(&house, house.fay, MINE));
  assert_says(&house, fay, "The lab: due", EVENT("20231025T133000Z", "0", "CONFIRMED"));
  assert_null(says(&house, fay, "The report: due", "UID"));
  assert_string_equal(house.fixture->answer.content_type, "text/calendar; charset=utf-8");
  house_free(&house);
}

static void more_time_raises_the_sequence_of_that_event_alone_and_of_that_person_alone(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const char *ann = make(&house, house.ann, MINE), *bob = make(&house, house.bob, MINE);
  const char *before = read_feed(&house, ann), *bobs = read_feed(&house, bob);
  grant(&house, house.instructor, "report", until(&house, "person", house.ann, DUE_AT + DAY));
  fixture_expect(house.fixture, 200);
  assert_string_equal(read_feed(&house, ann), before); // a read writes nothing
  sync(&house);
  const char *after = read_feed(&house, ann);
  assert_says(&house, after, "The report: due", EVENT("20231026T133000Z", "1", "CONFIRMED"));
  assert_string_equal(says(&house, before, "The report: due", "UID"), says(&house, after, "The report: due", "UID"));
  assert_string_not_equal(says(&house, before, "The report: due", "LAST-MODIFIED"),
                          says(&house, after, "The report: due", "LAST-MODIFIED"));
  assert_says(&house, after, "The artifact: due", EVENT("20231025T133000Z", "0", "CONFIRMED"));
  assert_string_equal(read_feed(&house, bob), bobs);
  assert_string_not_equal(says(&house, bobs, "The report: due", "UID"), says(&house, after, "The report: due", "UID"));
  house_free(&house);
}

static void an_unchanged_feed_is_the_same_bytes_and_is_not_sent_again(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  const char *url = make(&house, house.ann, MINE), *before = read_feed(&house, url);
  const char *tag = arena_text(fixture->arena, local_answer_header(&fixture->answer, "ETag"));
  fixture_card(fixture, house.gus, "project", "project", false); // of the course, and not of hers
  sync(&house);
  assert_string_equal(read_feed(&house, url), before);
  const struct header known = {"if-none-match", tag};
  fixture_send(fixture, 0,
               &(struct local_call){.method = METHOD_GET, .target = url, .headers = &known, .header_count = 1});
  fixture_expect(fixture, 304);
  assert_string_equal(fixture->answer.body, "");
  grant(&house, house.instructor, "report", until(&house, "person", house.ann, DUE_AT + DAY));
  sync(&house);
  fixture_send(fixture, 0,
               &(struct local_call){.method = METHOD_GET, .target = url, .headers = &known, .header_count = 1});
  fixture_expect(fixture, 200);
  house_free(&house);
}

static void a_booked_slot_moves_with_its_uid_and_a_cancelled_one_says_so_for_thirty_days(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  const char *url = make(&house, house.ann, MINE);
  int64_t first = offered(&house, house.staff, OPENS + FIRST, ",\"count\":2");
  int64_t second = first + 1;
  booked(&house, house.bob, first); // for the team
  sync(&house);
  const char *document = read_feed(&house, url), *uid = says(&house, document, "The check-in", "UID");
  assert_says(&house, document, "The check-in", EVENT("20231020T130000Z", "0", "CONFIRMED"));
  assert_string_equal(says(&house, document, "The check-in", "DTEND"), "20231020T131500Z");
  assert_string_equal(says(&house, document, "The check-in", "LOCATION"), "Klaus 1116");
  booked(&house, house.bob, second);
  sync(&house);
  document = read_feed(&house, url);
  assert_says(&house, document, "The check-in", EVENT("20231020T131500Z", "1", "CONFIRMED"));
  assert_string_equal(says(&house, document, "The check-in", "UID"), uid);
  cancel(&house, house.staff, second);
  fixture_expect(house.fixture, 201);
  sync(&house);
  assert_says(&house, read_feed(&house, url), "The check-in", EVENT("20231020T131500Z", "2", "CANCELLED"));
  booked(&house, house.bob, first);
  sync(&house);
  document = read_feed(&house, url);
  assert_says(&house, document, "The check-in", EVENT("20231020T130000Z", "3", "CONFIRMED"));
  assert_string_equal(says(&house, document, "The check-in", "UID"), uid);
  cancel(&house, house.staff, first);
  sync(&house);
  int64_t cancelled = clock_now(&house.fixture->clock);
  house_at(&house, cancelled + CALENDAR_CANCELLED_SECONDS - 1);
  assert_non_null(says(&house, read_feed(&house, url), "The check-in", "UID"));
  house_at(&house, cancelled + CALENDAR_CANCELLED_SECONDS);
  assert_null(says(&house, read_feed(&house, url), "The check-in", "UID"));
  house_free(&house);
}

static void who_is_excused_finds_the_event_cancelled(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const char *url = make(&house, house.ann, MINE);
  fixture_call(house.fixture, house.staff, METHOD_POST,
               arena_format(house.fixture->arena, "{\"person\":%lld," BECAUSE "}", (long long)house.ann),
               MILESTONES "/artifact/excusals");
  assert_in_range(house.fixture->answer.status, 200, 204);
  sync(&house);
  assert_says(&house, read_feed(&house, url), "The artifact: due", EVENT("20231025T133000Z", "1", "CANCELLED"));
  fixture_call(house.fixture, house.staff, METHOD_GET, NULL, MILESTONES "/artifact/excusals");
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, MILESTONES "/artifact/excusals/%lld",
               (long long)fixture_int(house.fixture, "excusals.0.id"));
  fixture_expect(house.fixture, 204);
  sync(&house); // the same event as before, and a newer one than the cancelled
  assert_says(&house, read_feed(&house, url), "The artifact: due", EVENT("20231025T133000Z", "2", "CONFIRMED"));
  house_free(&house);
}

static void an_offered_lab_seat_is_a_deadline_until_it_is_answered(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct db *db = app_db(house.fixture->app);
  int64_t now = clock_now(&house.fixture->clock);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(
      ERR_OK, db_exec(db,
                      "insert into lab_queue (course_id, person_id, state, asked_at, offered_at, offer_expires_at) "
                      "values ($1, $2, 'offered', $3, $3, $4)",
                      db_int(house.fixture->course), db_int(house.gus), db_int(now), db_int(now + DAY)));
  assert_int_equal(ERR_OK, db_commit(db));
  const char *url = make(&house, house.gus, MINE);
  assert_says(&house, read_feed(&house, url), "Lab seat: the offer ends", EVENT("20230113T150000Z", "0", "CONFIRMED"));
  take_seat(house.fixture, house.gus);
  sync(&house);
  assert_says(&house, read_feed(&house, url), "Lab seat: the offer ends", EVENT("20230113T150000Z", "1", "CANCELLED"));
  house_free(&house);
}

static void a_course_that_was_dropped_leaves_the_feed_of_all_courses_at_once(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  char *text = arena_text(fixture->arena, course_text(fixture->arena, &autumn));
  memcpy(strstr(text, "cs8803"), "zs8803", 6);
  memcpy(strstr(text, "A course"), "B course", 8);
  fixture_send(
      fixture, -1,
      &(struct local_call){
          .method = METHOD_POST, .target = "/api/v1/courses", .content_type = "application/yaml", .body = text});
  fixture_expect(fixture, 201);
  fixture_call(fixture, -1, METHOD_PUT, "{\"role\":\"student\"}", "/api/v1/courses/zs8803-smr-2023fa/roster/%lld",
               (long long)house.ann);
  fixture_expect(fixture, 200);
  const char *url = make(&house, house.ann, MINE), *document = read_feed(&house, url);
  assert_non_null(strstr(document, "SUMMARY:The report: due (B course)\r\n"));
  assert_non_null(strstr(document, "SUMMARY:The report: due (A course)\r\n"));
  fixture_drop(fixture, house.ann); // of the first
  document = read_feed(&house, url);
  assert_non_null(strstr(document, "SUMMARY:The report: due (B course)\r\n"));
  assert_null(strstr(document, "(A course)"));
  house_free(&house);
}

static void staff_have_a_feed_of_the_course_with_the_slots_that_they_hold(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  int64_t own = offered(&house, house.staff, OPENS + FIRST, "");
  offered(&house, house.instructor, OPENS + FIRST + DAY, "");
  const char *url = make(&house, house.staff, THEIRS), *document = read_feed(&house, url);
  assert_non_null(strstr(document, "\r\nNAME:A course\r\n"));
  for (size_t i = 0; i < sizeof each_kind / sizeof *each_kind; i++)
    assert_says(&house, document, arena_format(house.fixture->arena, "The %s: due", each_kind[i]),
                EVENT("20231025T133000Z", "0", "CONFIRMED"));
  assert_says(&house, document, "The check-in", EVENT("20231020T130000Z", "0", "CONFIRMED"));
  assert_null(strstr(document, "DTSTART:20231021T130000Z")); // somebody else holds it
  assert_non_null(strstr(says(&house, document, "The check-in", "DESCRIPTION"), "0 of 1 booked"));
  booked(&house, house.ann, own);
  sync(&house);
  assert_non_null(strstr(says(&house, read_feed(&house, url), "The check-in", "DESCRIPTION"), "1 of 1 booked"));
  fixture_call(house.fixture, house.ann, METHOD_POST, NULL, THEIRS);
  fixture_refused(house.fixture, 403, "not_allowed");
  fixture_call(house.fixture, -1, METHOD_POST, NULL, MINE);
  fixture_expect(house.fixture, 401);
  house_free(&house);
}

static void another_address_ends_the_old_one_and_keeps_the_events(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const char *old = make(&house, house.ann, MINE), *document = read_feed(&house, old);
  const char *new = make(&house, house.ann, MINE);
  assert_string_not_equal(old, new);
  assert_null(read_feed(&house, old));
  assert_string_equal(read_feed(&house, new), document);
  assert_int_equal(1, rows_of(&house, "select count(*) from calendar_feeds where person_id = $1", house.ann));
  fixture_call(house.fixture, house.ann, METHOD_GET, NULL, MINE);
  fixture_expect(house.fixture, 200);
  assert_string_equal(fixture_text(house.fixture, "created_at"), "2023-01-12T15:00:00Z");
  assert_null(fixture_json(house.fixture, "url"));
  fixture_call(house.fixture, house.ann, METHOD_DELETE, NULL, MINE);
  fixture_expect(house.fixture, 204);
  assert_null(read_feed(&house, new));
  assert_int_equal(0, rows_of(&house, "select count(*) from calendar_items where feed_id > $1", 0));
  fixture_call(house.fixture, house.ann, METHOD_DELETE, NULL, MINE);
  fixture_expect(house.fixture, 204);
  fixture_call(house.fixture, house.ann, METHOD_GET, NULL, MINE);
  fixture_expect(house.fixture, 200);
  assert_null(fixture_text(house.fixture, "created_at"));
  house_free(&house);
}

// The same answer for all, so that none tells whether there was a feed.
static void an_address_of_nobody_tells_nothing(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  const char *ann = make(&house, house.ann, MINE), *bob = make(&house, house.bob, MINE);
  const char *tia = make(&house, house.staff, THEIRS);
  fixture_call(fixture, 0, METHOD_GET, NULL, "/calendar/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics");
  fixture_expect(fixture, 404);
  const char *nothing = arena_text(fixture->arena, fixture->answer.body);
  fixture_call(fixture, -1, METHOD_PATCH, "{\"disabled\":true}", "/api/v1/accounts/%lld", (long long)house.ann);
  fixture_expect(fixture, 200);
  fixture_drop(fixture, house.bob);
  fixture_call(fixture, house.instructor, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld",
               (long long)house.staff);
  fixture_expect(fixture, 200);
  const char *const gone[] = {ann,
                              bob,
                              tia,
                              arena_text_n(fixture->arena, ann, strlen(ann) - 4),
                              arena_format(fixture->arena, "%sx", ann),
                              "/calendar/.ics",
                              "/calendar/x.ics"};
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++) {
    fixture_call(fixture, 0, METHOD_GET, NULL, "%s", gone[i]);
    fixture_expect(fixture, 404);
    assert_string_equal(fixture->answer.body, nothing);
  }
  house_free(&house);
}

static void nobodys_name_or_address_stands_in_a_feed(void **state) {
  (void)state;
  static const char *const words[] = {"Ann", "Bob",     "Cyd",     "Dan",         "Fay",    "Gus",
                                      "Ray", "Descend", "Schedul", "example.edu", "mailto", "ATTENDEE"};
  struct house house = house_new(&autumn);
  house_at(&house, OPENS);
  int64_t slot = offered(&house, house.staff, OPENS + FIRST, "");
  booked(&house, house.ann, slot);
  const char *const feeds[] = {make(&house, house.ann, MINE), make(&house, house.staff, MINE),
                               make(&house, house.staff, THEIRS), make(&house, house.instructor, THEIRS)};
  for (size_t i = 0; i < sizeof feeds / sizeof *feeds; i++) {
    const char *document = read_feed(&house, feeds[i]);
    for (size_t j = 0; j < sizeof words / sizeof *words; j++)
      if (strstr(document, words[j]) != NULL)
        fail_msg("feed %zu names %s:\n%s", i, words[j], document);
  }
  house_free(&house);
}

static void who_comes_back_after_a_drop_finds_the_same_events(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const char *url = make(&house, house.gus, MINE), *before = read_feed(&house, url);
  fixture_drop(house.fixture, house.gus);
  sync(&house);
  assert_null(read_feed(&house, url));
  fixture_call(house.fixture, house.instructor, METHOD_PUT, "{\"role\":\"student\"}", SAMPLE "/roster/%lld",
               (long long)house.gus);
  sync(&house);
  assert_string_equal(read_feed(&house, url), before);
  house_free(&house);
}

static void the_clock_looks_after_feeds_only_while_there_are_any(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  const char *const count = "select count(*) from agenda where kind = 'calendars' and course_id = $1";
  assert_int_equal(0, rows_of(&house, count, 0));
  (void)make(&house, house.ann, MINE);
  assert_int_equal(1, rows_of(&house, count, 0));
  sync(&house);
  assert_int_equal(1, rows_of(&house, count, 0));
  fixture_call(house.fixture, house.ann, METHOD_DELETE, NULL, MINE);
  sync(&house);
  assert_int_equal(0, rows_of(&house, count, 0));
  house_free(&house);
}

static bool has_work(struct house *house) {
  bool has = false;
  assert_int_equal(ERR_OK, calendar_feeds_have_work(app_db(house->fixture->app), house->fixture->arena,
                                                    clock_now(&house->fixture->clock), &has));
  return has;
}

// A commit is a sync of the disk: what changes nothing is not run.
static void feeds_are_left_alone_until_a_course_of_theirs_has_changed(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  (void)make(&house, house.ann, MINE);
  sync(&house);
  assert_false(has_work(&house));
  house_at(&house, clock_now(&house.fixture->clock) + DAY);
  assert_false(has_work(&house));
  fixture_call(house.fixture, house.staff, METHOD_POST,
               arena_format(house.fixture->arena,
                            "{\"scope\":\"person\",\"person\":%lld,\"days\":2,\"reason\":\"A reason to be told\"}",
                            (long long)house.ann),
               MILESTONES "/report/extensions");
  fixture_expect(house.fixture, 200);
  assert_true(has_work(&house));
  sync(&house);
  assert_false(has_work(&house));
  fixture_call(house.fixture, house.ann, METHOD_DELETE, NULL, MINE);
  assert_true(has_work(&house)); // the last run, which sets no other
  house_free(&house);
}

// More feeds than one run takes: the next follows at once.
static void every_feed_gets_its_turn(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  enum { PEOPLE = CALENDAR_FEEDS_AT_ONCE * 2 + 3 };
  for (int i = 0; i < PEOPLE; i++) {
    int64_t person = fixture_student(house.fixture, arena_format(house.fixture->arena, "Reader %d", i));
    (void)make(&house, person, MINE);
  }
  sync(&house);
  for (int i = 0; i < 3; i++) {
    house_at(&house, clock_now(&house.fixture->clock) + 5);
    (void)fixture_run_duties(house.fixture);
  }
  assert_int_equal(PEOPLE, rows_of(&house, "select count(*) from calendar_feeds where synced_seq > $1", 0));
  house_free(&house);
}

// The course changes before each run, as in the hour of a deadline: all are stale always.
static void every_feed_gets_its_turn_while_the_course_changes_all_the_time(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  enum { PEOPLE = CALENDAR_FEEDS_AT_ONCE * 2 + 3 };
  for (int i = 0; i < PEOPLE; i++) {
    int64_t person = fixture_student(house.fixture, arena_format(house.fixture->arena, "Reader %d", i));
    (void)make(&house, person, MINE);
  }
  for (int i = 0; i < 4; i++)
    sync(&house);
  int64_t before = rows_of(&house, "select max(synced_seq) from calendar_feeds where id <> $1", 0);
  assert_int_equal(before, rows_of(&house, "select min(synced_seq) from calendar_feeds where id <> $1", 0));
  house_at(&house, clock_now(&house.fixture->clock) + CALENDAR_SYNC_SECONDS);
  for (int i = 0; i < 3; i++) {
    fixture_card(house.fixture, house.gus, "project", "project", i % 2 == 0);
    house_at(&house, clock_now(&house.fixture->clock) + 5);
    (void)fixture_run_duties(house.fixture);
  }
  assert_int_equal(0, rows_of(&house, "select count(*) from calendar_feeds where synced_seq <= $1", before));
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_feed_has_the_dates_of_ones_own_track_and_of_the_course),
      cmocka_unit_test(more_time_raises_the_sequence_of_that_event_alone_and_of_that_person_alone),
      cmocka_unit_test(an_unchanged_feed_is_the_same_bytes_and_is_not_sent_again),
      cmocka_unit_test(a_booked_slot_moves_with_its_uid_and_a_cancelled_one_says_so_for_thirty_days),
      cmocka_unit_test(who_is_excused_finds_the_event_cancelled),
      cmocka_unit_test(an_offered_lab_seat_is_a_deadline_until_it_is_answered),
      cmocka_unit_test(a_course_that_was_dropped_leaves_the_feed_of_all_courses_at_once),
      cmocka_unit_test(staff_have_a_feed_of_the_course_with_the_slots_that_they_hold),
      cmocka_unit_test(another_address_ends_the_old_one_and_keeps_the_events),
      cmocka_unit_test(an_address_of_nobody_tells_nothing),
      cmocka_unit_test(nobodys_name_or_address_stands_in_a_feed),
      cmocka_unit_test(who_comes_back_after_a_drop_finds_the_same_events),
      cmocka_unit_test(the_clock_looks_after_feeds_only_while_there_are_any),
      cmocka_unit_test(feeds_are_left_alone_until_a_course_of_theirs_has_changed),
      cmocka_unit_test(every_feed_gets_its_turn),
      cmocka_unit_test(every_feed_gets_its_turn_while_the_course_changes_all_the_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
