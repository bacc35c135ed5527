// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/milestones/milestone_helpers.h"

#include "server/duties.h"
#include "server/reminders/announcement.h"

#define ANNOUNCEMENTS SAMPLE "/announcements"
#define SAYS "\"subject\":\"The room\",\"words\":\"It is Klaus 1443.\""
#define LATER (OPENS + DAY)

static struct house house;

static int start(void **state) {
  (void)state;
  house = house_new(&autumn);
  house_at(&house, OPENS);
  return 0;
}

static int stop(void **state) {
  (void)state;
  fixture_check(house.fixture);
  house_free(&house);
  return 0;
}

static const char *at_words(int64_t at) {
  char *text = arena_alloc(house.fixture->arena, 21);
  instant_format(at, text);
  return text;
}

static int announce(int64_t by, const char *more) {
  return fixture_call(house.fixture, by, METHOD_POST, arena_format(house.fixture->arena, "{" SAYS "%s}", more),
                      ANNOUNCEMENTS);
}

static int64_t announced(int64_t by, const char *more) {
  announce(by, more);
  fixture_expect(house.fixture, 201);
  return fixture_int(house.fixture, "id");
}

static const char *planned_for(const char *audience, int64_t at) {
  return arena_format(house.fixture->arena, ",\"audience\":\"%s\",\"send_at\":\"%s\"", audience, at_words(at));
}

static int change(int64_t by, int64_t id, const char *body) {
  return fixture_call(house.fixture, by, METHOD_PATCH, body, ANNOUNCEMENTS "/%lld", (long long)id);
}

static size_t got(int64_t person) { return fixture_messages(house.fixture, person, "announcement"); }

// Which of the seven students, instructor and staff got it, as letters.
static const char *who_got(const char *kind) {
  const struct {
    char letter;
    int64_t person;
  } people[] = {{'I', house.instructor}, {'T', house.staff}, {'a', house.ann}, {'b', house.bob}, {'c', house.cyd},
                {'d', house.dan},        {'e', house.eve},   {'f', house.fay}, {'g', house.gus}};
  char *letters = arena_alloc(house.fixture->arena, sizeof people / sizeof *people + 1);
  size_t size = 0;
  for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
    size_t count = fixture_messages(house.fixture, people[i].person, kind);
    assert_true(count <= 1); // none twice
    if (count > 0)
      letters[size++] = people[i].letter;
  }
  letters[size] = '\0';
  return letters;
}

static size_t listed(int64_t by) {
  fixture_call(house.fixture, by, METHOD_GET, NULL, ANNOUNCEMENTS);
  fixture_expect(house.fixture, 200);
  return json_array_size(fixture_json(house.fixture, "announcements"));
}

static void everybody_but_its_author_gets_it_at_once(void **state) {
  (void)state;
  int64_t id = announced(house.staff, ",\"audience\":\"everybody\"");
  assert_string_equal("sent", fixture_text(house.fixture, "state"));
  assert_string_equal("Tia Ray", fixture_text(house.fixture, "by_name"));
  assert_int_equal(8, fixture_int(house.fixture, "recipients"));
  assert_string_equal("Iabcdefg", who_got("announcement"));
  assert_string_equal("It is Klaus 1443.\n\nTia Ray, A course", fixture_last_words(house.fixture, house.gus));
  assert_int_equal(OPENS + HOUR, rows_of(&house,
                                         "select deliver_at from outbox where person_id = $1 and kind = "
                                         "'announcement'",
                                         house.gus));
  assert_int_equal(1, rows_of(&house,
                              "select count(*) from audit where kind = 'announcement sent' and subject = "
                              "'announcement ' || $1",
                              id));
}

static void an_urgent_one_leaves_now(void **state) {
  (void)state;
  announced(house.staff, ",\"audience\":\"everybody\",\"urgent\":true");
  assert_string_equal("Iabcdefg", who_got("urgent announcement"));
  assert_int_equal(OPENS, rows_of(&house,
                                  "select deliver_at from outbox where person_id = $1 and kind = "
                                  "'urgent announcement'",
                                  house.gus));
}

static void each_audience_reaches_those_and_no_others(void **state) {
  (void)state;
  struct arena *arena = house.fixture->arena;
  const struct {
    const char *more;
    const char *who;
    const char *why;
  } cases[] = {
      {",\"audience\":\"track\",\"track\":\"project\"", "abcde", "students in teams"},
      {",\"audience\":\"track\",\"track\":\"labs\"", "f", "students in seats"},
      {arena_format(arena, ",\"audience\":\"team\",\"team\":%lld", (long long)house.other), "de", "its members"},
      {",\"audience\":\"not done\",\"milestone\":\"report\"", "abcde", "nobody has handed in; no concern of the labs"},
      {",\"audience\":\"not done\",\"milestone\":\"lab\"", "f", "the seated student's"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    announced(house.staff, cases[i].more);
    if (strcmp(cases[i].who, who_got("announcement")) != 0)
      fail_msg("%s: %s got it", cases[i].why, who_got("announcement"));
    assert_int_equal(ERR_OK, db_exec(app_db(house.fixture->app), "delete from outbox where kind = 'announcement'"));
  }
}

static void who_is_not_done_is_found_when_it_leaves(void **state) {
  (void)state;
  int64_t id = announced(
      house.staff, arena_format(house.fixture->arena, "%s,\"milestone\":\"report\"", planned_for("not done", LATER)));
  submit_at(&house, house.ann, "report", LATER - 1);
  house_at(&house, LATER + DUTY_DELAY_SECONDS);
  fixture_run_duties(house.fixture);
  assert_string_equal("de", who_got("announcement"));
  assert_int_equal(1, listed(house.dan));
  assert_int_equal(0, listed(house.ann)); // it is none of theirs
  fixture_call(house.fixture, house.ann, METHOD_GET, NULL, ANNOUNCEMENTS "/%lld", (long long)id);
  fixture_refused(house.fixture, 404, "not_found");
  submit_at(&house, house.dan, "report", LATER + HOUR);
  assert_int_equal(1, listed(house.dan)); // it was sent to them
}

static void it_leaves_at_its_instant_and_not_a_second_before(void **state) {
  (void)state;
  int64_t id = announced(house.staff, planned_for("everybody", LATER));
  assert_string_equal("planned", fixture_text(house.fixture, "state"));
  assert_true(json_is_null(fixture_json(house.fixture, "recipients")));
  assert_int_equal(0, got(house.ann));
  house_at(&house, LATER + DUTY_DELAY_SECONDS - 1);
  fixture_run_duties(house.fixture);
  assert_int_equal(0, got(house.ann));
  assert_int_equal(0, listed(house.ann));
  assert_int_equal(1, listed(house.instructor)); // staff see what is planned
  house_at(&house, LATER + DUTY_DELAY_SECONDS);
  fixture_run_duties(house.fixture);
  assert_string_equal("Iabcdefg", who_got("announcement"));
  assert_int_equal(1, listed(house.ann));
  fixture_run_duties(house.fixture);
  assert_string_equal("Iabcdefg", who_got("announcement")); // once
  fixture_call(house.fixture, house.staff, METHOD_GET, NULL, ANNOUNCEMENTS "/%lld", (long long)id);
  assert_string_equal("sent", fixture_text(house.fixture, "state"));
  assert_string_equal(at_words(LATER + DUTY_DELAY_SECONDS), fixture_text(house.fixture, "at"));
}

static void until_it_leaves_it_can_be_changed_and_put_off(void **state) {
  (void)state;
  int64_t id = announced(house.staff, planned_for("everybody", LATER));
  int64_t version = fixture_int(house.fixture, "version");
  change(house.instructor, id,
         arena_format(house.fixture->arena,
                      "{\"words\":\"It is Klaus 2443.\",\"send_at\":\"%s\",\"audience\":\"track\",\"track\":\"labs\"}",
                      at_words(LATER + DAY)));
  fixture_expect(house.fixture, 200);
  assert_int_equal(version + 1, fixture_int(house.fixture, "version"));
  assert_string_equal("The room", fixture_text(house.fixture, "subject"));
  const char *tag = arena_format(house.fixture->arena, "\"%lld\"", (long long)version);
  const struct header headers[] = {{"if-match", tag}};
  fixture_send(house.fixture, house.staff,
               &(struct local_call){.method = METHOD_PATCH,
                                    .target = arena_format(house.fixture->arena, ANNOUNCEMENTS "/%lld", (long long)id),
                                    .body = "{\"subject\":\"Another\"}",
                                    .headers = headers,
                                    .header_count = 1});
  fixture_refused(house.fixture, 412, "version_conflict");
  house_at(&house, LATER + HOUR);
  fixture_run_duties(house.fixture);
  assert_string_equal("", who_got("announcement"));
  house_at(&house, LATER + DAY + HOUR);
  fixture_run_duties(house.fixture);
  assert_string_equal("f", who_got("announcement"));
  assert_non_null(strstr(fixture_last_words(house.fixture, house.fay), "Klaus 2443"));
  const char *before = fixture_dump(house.fixture);
  change(house.staff, id, "{\"words\":\"Too late\"}");
  fixture_refused(house.fixture, 409, "conflict");
  fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, ANNOUNCEMENTS "/%lld", (long long)id);
  fixture_refused(house.fixture, 409, "conflict");
  assert_string_equal(before, fixture_dump(house.fixture));
}

static void a_cancelled_one_never_leaves(void **state) {
  (void)state;
  int64_t id = announced(house.staff, planned_for("everybody", LATER));
  for (int i = 0; i < 2; i++) {
    fixture_call(house.fixture, house.staff, METHOD_DELETE, NULL, ANNOUNCEMENTS "/%lld", (long long)id);
    fixture_expect(house.fixture, 204);
  }
  house_at(&house, LATER + HOUR);
  fixture_run_duties(house.fixture);
  assert_string_equal("", who_got("announcement"));
  change(house.staff, id, "{\"words\":\"After all\"}");
  fixture_refused(house.fixture, 409, "conflict");
  assert_int_equal(0, listed(house.ann));
  listed(house.staff);
  assert_string_equal("cancelled", fixture_text(house.fixture, "announcements.0.state"));
}

static void who_comes_later_finds_it_and_gets_no_old_mail(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  announced(house.staff, ",\"audience\":\"everybody\"");
  announced(house.staff, ",\"audience\":\"track\",\"track\":\"labs\"");
  announced(house.staff, ",\"audience\":\"track\",\"track\":\"project\"");
  announced(house.staff, arena_format(fixture->arena, ",\"audience\":\"team\",\"team\":%lld", (long long)house.team));
  announced(house.staff, ",\"audience\":\"not done\",\"milestone\":\"report\"");
  int64_t late = fixture_student(fixture, "Hal Um");
  assert_int_equal(1, listed(late)); // what was said to everybody
  assert_int_equal(0, got(late));
  fixture_call(fixture, house.staff, METHOD_PUT,
               arena_format(fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)house.team),
               SAMPLE "/placements/%lld", (long long)late);
  assert_in_range(fixture->answer.status, 200, 204);
  assert_int_equal(3, listed(late)); // and to their track, and their team
  assert_int_equal(0, got(late));
  assert_int_equal(2, listed(house.fay));
  assert_int_equal(1, listed(house.gus));
  assert_int_equal(4, listed(house.ann));
  assert_int_equal(3, listed(house.dan));
  assert_int_equal(5, listed(house.instructor));
}

static void nobody_outside_the_course_gets_or_sees_any(void **state) {
  (void)state;
  fixture_drop(house.fixture, house.bob);
  announced(house.staff, ",\"audience\":\"everybody\"");
  announced(house.staff,
            arena_format(house.fixture->arena, ",\"audience\":\"team\",\"team\":%lld", (long long)house.team));
  assert_int_equal(0, got(house.bob));
  assert_int_equal(2, got(house.cyd));
  fixture_call(house.fixture, house.bob, METHOD_GET, NULL, ANNOUNCEMENTS);
  fixture_refused(house.fixture, 403, "not_enrolled");
}

static void only_instructors_send_to_an_address_outside(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  const char *more = ",\"audience\":\"everybody\",\"also_to\":\"post@class.piazza.example\"";
  const char *before = fixture_dump(fixture);
  announce(house.staff, more);
  fixture_refused(fixture, 403, "not_allowed");
  assert_string_equal(before, fixture_dump(fixture));
  announced(house.instructor, more);
  assert_string_equal("post@class.piazza.example", fixture_text(fixture, "also_to"));
  assert_int_equal(1, rows_of(&house,
                              "select count(*) from outbox where address = 'post@class.piazza.example' and "
                              "person_id = $1 and is_alone = 1 and link is null and sent_at is null",
                              0));
  listed(house.ann);
  assert_null(fixture_json(fixture, "announcements.0.also_to"));
  int64_t id = announced(house.instructor, arena_format(fixture->arena, "%s,\"also_to\":\"a@b.example\"",
                                                        planned_for("everybody", LATER)));
  change(house.staff, id, "{\"words\":\"Somebody else's words\"}");
  fixture_refused(fixture, 403, "not_allowed");
  change(house.staff, id, "{\"also_to\":null}");
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, house.staff, METHOD_DELETE, NULL, ANNOUNCEMENTS "/%lld", (long long)id);
  fixture_refused(fixture, 403, "not_allowed");
  change(house.instructor, id, "{\"also_to\":null}");
  fixture_expect(fixture, 200);
  assert_true(json_is_null(fixture_json(fixture, "also_to")));
  change(house.staff, id, "{\"words\":\"A word\"}");
  fixture_expect(fixture, 200);
}

static void what_cannot_be_announced_is_refused_by_its_field(void **state) {
  (void)state;
  const struct {
    const char *more;
    const char *field;
    const char *why;
  } cases[] = {
      {"", "audience", "to whom?"},
      {",\"audience\":\"the world\"", "audience", "no audience"},
      {",\"audience\":\"track\"", "track", "which?"},
      {",\"audience\":\"track\",\"track\":\"thesis\"", "track", "no such track"},
      {",\"audience\":\"not done\",\"milestone\":\"thesis\"", "milestone", "no such milestone"},
      {",\"audience\":\"team\",\"team\":987654", "team", "no such team"},
      {",\"audience\":\"everybody\",\"team\":1", "team", "of another audience"},
      {",\"audience\":\"everybody\",\"track\":\"labs\"", "track", "of another audience"},
      {planned_for("everybody", OPENS), "send_at", "now is no time to come"},
      {planned_for("everybody", OPENS - 1), "send_at", "past"},
      {planned_for("everybody", 0), "send_at", "the first second of 1970 is not \"at once\""},
      {planned_for("everybody", OPENS + 366 * INT64_C(86400) + 1), "send_at", "a second too far"},
      {",\"audience\":\"everybody\",\"also_to\":\"a@b.example\\r\\nBcc: c@d.example\"", "also_to", "a header in it"},
      {",\"audience\":\"everybody\",\"also_to\":\"a b@c.example\"", "also_to", "no address"},
      {",\"audience\":\"everybody\",\"also_to\":\"\"", "also_to", "empty"},
      {",\"audience\":\"everybody\",\"also_to\":7", "also_to", "a number"},
  };
  const char *before = fixture_dump(house.fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    announce(house.instructor, cases[i].more);
    const char *field = fixture_text(house.fixture, "errors.0.field");
    if (house.fixture->answer.status != 422 || field == NULL || strcmp(field, cases[i].field) != 0)
      fail_msg("%s: %d %s", cases[i].why, house.fixture->answer.status, house.fixture->answer.body);
  }
  fixture_call(house.fixture, house.staff, METHOD_POST,
               "{\"audience\":\"everybody\",\"subject\":\"Two\\nlines\",\"words\":\"x\"}", ANNOUNCEMENTS);
  fixture_expect(house.fixture, 422);
  assert_string_equal(before, fixture_dump(house.fixture));
  announce(house.instructor, planned_for("everybody", OPENS + 366 * INT64_C(86400)));
  fixture_expect(house.fixture, 201); // the last second of the year
  announce(house.ann, ",\"audience\":\"everybody\"");
  fixture_refused(house.fixture, 403, "not_allowed");
}

static void pages_go_from_the_newest_back(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  announced(house.staff, planned_for("everybody", LATER)); // written first, sent last
  for (int i = 0; i < 4; i++)
    announced(house.staff, ",\"audience\":\"everybody\"");
  house_at(&house, LATER + HOUR);
  fixture_run_duties(fixture);
  int64_t after = 0, last = INT64_MAX, seen = 0;
  do {
    fixture_call(fixture, house.ann, METHOD_GET, NULL, ANNOUNCEMENTS "?limit=2&after=%lld", (long long)after);
    fixture_expect(fixture, 200);
    for (size_t i = 0; i < json_array_size(fixture_json(fixture, "announcements")); i++, seen++) {
      int64_t at = 0;
      assert_true(instant_parse(fixture_text(fixture, arena_format(fixture->arena, "announcements.%zu.at", i)), &at));
      assert_true(at <= last);
      last = at;
    }
    after = fixture_int(fixture, "next");
  } while (after > 0);
  assert_int_equal(5, seen);
  assert_int_equal(OPENS, last);
}

static void send_due(int64_t id) {
  struct fixture *fixture = house.fixture;
  struct problem problem;
  problem_init(&problem, fixture->arena);
  struct act act = {.db = app_db(fixture->app),
                    .arena = fixture->arena,
                    .now = clock_now(&fixture->clock),
                    .cause = "test",
                    .problem = &problem};
  const struct course_view *course = NULL;
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  assert_int_equal(ERR_OK, announcement_send_due(&act, course, id));
  assert_int_equal(ERR_OK, db_commit(act.db));
}

static void a_duty_of_another_time_sends_nothing(void **state) {
  (void)state;
  int64_t planned = announced(house.staff, planned_for("everybody", LATER));
  house_at(&house, LATER - 1); // it was put off after the duty was taken up
  const char *before = fixture_dump(house.fixture);
  send_due(planned);
  assert_string_equal(before, fixture_dump(house.fixture));
  house_at(&house, LATER);
  send_due(planned);
  assert_string_equal("Iabcdefg", who_got("announcement"));
  before = fixture_dump(house.fixture);
  send_due(planned); // sent already
  assert_string_equal(before, fixture_dump(house.fixture));
}

static void set_state(const char *state) {
  fixture_call(house.fixture, house.instructor, METHOD_PATCH,
               arena_format(house.fixture->arena, "{\"state\":\"%s\"}", state), SAMPLE);
  fixture_expect(house.fixture, 200);
}

static void what_waits_ends_with_the_course(void **state) {
  (void)state;
  announced(house.staff, planned_for("everybody", LATER));
  set_state("archived");
  set_state("running");
  house_at(&house, LATER + HOUR);
  fixture_run_duties(house.fixture);
  assert_string_equal("", who_got("announcement"));
  listed(house.staff);
  assert_string_equal("cancelled", fixture_text(house.fixture, "announcements.0.state"));
  assert_int_equal(1,
                   rows_of(&house, "select count(*) from audit where kind = 'announcement cancelled' and $1 = 0", 0));
}

static void a_draft_announces_nothing(void **state) {
  (void)state;
  assert_int_equal(ERR_OK, db_exec(app_db(house.fixture->app), "update courses set state = 'draft'"));
  announce(house.staff, ",\"audience\":\"everybody\"");
  fixture_refused(house.fixture, 409, "not_open");
}

static void no_more_than_a_hundred_wait(void **state) {
  (void)state;
  for (int i = 0; i < 100; i++)
    announced(house.staff, planned_for("everybody", LATER + i * HOUR));
  announce(house.staff, planned_for("everybody", LATER + 200 * DAY));
  fixture_refused(house.fixture, 409, "conflict");
}

static void no_more_than_fifty_leave_within_a_day(void **state) {
  (void)state;
  for (int i = 0; i < ANNOUNCEMENT_DAY_MAX; i++)
    announced(i % 2 == 0 ? house.staff : house.instructor, ",\"audience\":\"everybody\"");
  const char *before = fixture_dump(house.fixture);
  announce(house.instructor, ",\"audience\":\"everybody\"");
  fixture_refused(house.fixture, 409, "conflict");
  announce(house.instructor, planned_for("everybody", OPENS + DAY - 1));
  fixture_refused(house.fixture, 409, "conflict");
  assert_string_equal(before, fixture_dump(house.fixture));
  int64_t id = announced(house.instructor, planned_for("everybody", OPENS + DAY));
  change(house.instructor, id, "{\"words\":\"Another word\"}");
  fixture_expect(house.fixture, 200);
  change(house.instructor, id, arena_format(house.fixture->arena, "{\"send_at\":\"%s\"}", at_words(OPENS + HOUR)));
  fixture_refused(house.fixture, 409, "conflict");
}

static void no_more_than_ten_of_a_day_go_to_an_address_outside(void **state) {
  (void)state;
  const char *address = ",\"audience\":\"everybody\",\"also_to\":\"post@class.piazza.example\"";
  for (int i = 0; i < ANNOUNCEMENT_ADDRESS_DAY_MAX; i++)
    announced(house.instructor, address);
  announce(house.instructor, address);
  fixture_refused(house.fixture, 409, "conflict");
  assert_int_equal(ANNOUNCEMENT_ADDRESS_DAY_MAX,
                   rows_of(&house, "select count(*) from outbox where address is not null and person_id = $1", 0));
  announced(house.instructor, ",\"audience\":\"everybody\""); // to the course: as before
  int64_t id = announced(house.instructor, planned_for("everybody", OPENS + HOUR));
  change(house.instructor, id, "{\"also_to\":\"a@b.example\"}");
  fixture_refused(house.fixture, 409, "conflict");
  house_at(&house, OPENS + DAY);
  announced(house.instructor, address);
}

static void who_puts_it_into_other_words_stands_below_them(void **state) {
  (void)state;
  int64_t id = announced(house.instructor, planned_for("everybody", LATER));
  const char *author = arena_text(house.fixture->arena, fixture_text(house.fixture, "by_name"));
  change(house.staff, id, "{\"urgent\":false}");
  assert_string_equal(author, fixture_text(house.fixture, "by_name")); // the words are theirs still
  change(house.staff, id, "{\"words\":\"All exams are cancelled.\"}");
  fixture_expect(house.fixture, 200);
  const char *changer = arena_text(house.fixture->arena, fixture_text(house.fixture, "by_name"));
  assert_string_not_equal(author, changer);
  house_at(&house, LATER + HOUR);
  fixture_run_duties(house.fixture);
  const char *words = fixture_last_words(house.fixture, house.ann);
  assert_non_null(strstr(words, changer));
  assert_null(strstr(words, author));
  assert_string_equal("Iabcdefg", who_got("announcement")); // whose words they were is told
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(everybody_but_its_author_gets_it_at_once, start, stop),
      cmocka_unit_test_setup_teardown(an_urgent_one_leaves_now, start, stop),
      cmocka_unit_test_setup_teardown(each_audience_reaches_those_and_no_others, start, stop),
      cmocka_unit_test_setup_teardown(who_is_not_done_is_found_when_it_leaves, start, stop),
      cmocka_unit_test_setup_teardown(it_leaves_at_its_instant_and_not_a_second_before, start, stop),
      cmocka_unit_test_setup_teardown(until_it_leaves_it_can_be_changed_and_put_off, start, stop),
      cmocka_unit_test_setup_teardown(a_cancelled_one_never_leaves, start, stop),
      cmocka_unit_test_setup_teardown(who_comes_later_finds_it_and_gets_no_old_mail, start, stop),
      cmocka_unit_test_setup_teardown(nobody_outside_the_course_gets_or_sees_any, start, stop),
      cmocka_unit_test_setup_teardown(only_instructors_send_to_an_address_outside, start, stop),
      cmocka_unit_test_setup_teardown(what_cannot_be_announced_is_refused_by_its_field, start, stop),
      cmocka_unit_test_setup_teardown(pages_go_from_the_newest_back, start, stop),
      cmocka_unit_test_setup_teardown(a_duty_of_another_time_sends_nothing, start, stop),
      cmocka_unit_test_setup_teardown(what_waits_ends_with_the_course, start, stop),
      cmocka_unit_test_setup_teardown(a_draft_announces_nothing, start, stop),
      cmocka_unit_test_setup_teardown(no_more_than_a_hundred_wait, start, stop),
      cmocka_unit_test_setup_teardown(no_more_than_fifty_leave_within_a_day, start, stop),
      cmocka_unit_test_setup_teardown(no_more_than_ten_of_a_day_go_to_an_address_outside, start, stop),
      cmocka_unit_test_setup_teardown(who_puts_it_into_other_words_stands_below_them, start, stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
