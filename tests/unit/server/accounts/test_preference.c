// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/text.h"
#include "server/outbound/notice_choice.h"
#include "server/outbound/outbox.h"
#include "tests/support/app_fixture.h"

#define PREFERENCES "/api/v1/me/preferences"
#define NOON "2023-09-05T14:00:00Z"

struct house {
  struct fixture *fixture;
  int64_t ann;   // a student
  int64_t staff; // a TA
};

static struct house house;

static int start(void **state) {
  (void)state;
  house.fixture = fixture_new(SAMPLE_COURSE, NOON);
  house.ann = fixture_student(house.fixture, "Ann Ng");
  house.staff = fixture_person(house.fixture, "Tom Ash", ROLE_STAFF);
  return 0;
}

static int stop(void **state) {
  (void)state;
  fixture_free(house.fixture);
  return 0;
}

static const json_t *kind_of(const char *name) {
  const json_t *kinds = fixture_json(house.fixture, "kinds");
  size_t i;
  json_t *item;
  json_array_foreach(kinds, i,
                     item) if (strcmp(json_string_value(json_object_get(item, "kind")), name) == 0) return item;
  return NULL;
}

static bool is_on(int64_t person, const char *kind) {
  fixture_call(house.fixture, person, METHOD_GET, NULL, PREFERENCES);
  fixture_expect(house.fixture, 200);
  assert_non_null(kind_of(kind));
  return json_is_true(json_object_get(kind_of(kind), "on"));
}

static void patch(int64_t person, const char *body) {
  fixture_call(house.fixture, person, METHOD_PATCH, body, PREFERENCES);
}

static void what_may_be_turned_off_is_listed_by_role(void **state) {
  (void)state;
  const struct {
    const char *kind;
    bool is_students, is_staffs;
    const char *why;
  } cases[] = {
      {"member left", true, false, "to students"},
      {"reminder", true, false, "students' own"},
      {"request", false, true, "to staff"},
      {"daily tasks", false, true, "staff's own"},
      {"dates moved", false, false, "may not be off"},
      {"outage", false, false, "may not be off"},
      {"sign-in link", false, false, "asked for"},
      {"announcement", false, false, "to all, may not be off"},
  };
  for (int reader = 0; reader < 2; reader++) {
    fixture_call(house.fixture, reader == 0 ? house.ann : house.staff, METHOD_GET, NULL, PREFERENCES);
    fixture_expect(house.fixture, 200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
      if ((kind_of(cases[i].kind) != NULL) != (reader == 0 ? cases[i].is_students : cases[i].is_staffs))
        fail_msg("%s: %s", cases[i].kind, cases[i].why);
  }
  fixture_drop(house.fixture, house.ann); // is in no course any more
  fixture_call(house.fixture, house.ann, METHOD_GET, NULL, PREFERENCES);
  assert_int_equal(0, json_array_size(fixture_json(house.fixture, "kinds")));
  fixture_call(house.fixture, -1, METHOD_GET, NULL, PREFERENCES);
  fixture_refused(house.fixture, 401, "not_signed_in");
}

static void what_is_turned_off_stays_off_until_it_is_turned_on(void **state) {
  (void)state;
  assert_true(is_on(house.ann, "member left"));
  patch(house.ann, "{\"kinds\":[{\"kind\":\"member left\",\"on\":false},{\"kind\":\"team renamed\",\"on\":false}]}");
  fixture_expect(house.fixture, 200);
  assert_true(json_is_false(json_object_get(kind_of("member left"), "on")));
  assert_false(is_on(house.ann, "team renamed"));
  assert_true(is_on(house.ann, "member joined"));
  patch(house.ann, "{\"kinds\":[{\"kind\":\"member left\",\"on\":true}]}");
  fixture_expect(house.fixture, 200);
  assert_true(is_on(house.ann, "member left"));
  assert_false(is_on(house.ann, "team renamed")); // the others stay as they are
}

static void a_change_is_audited_and_what_changes_nothing_is_not(void **state) {
  (void)state;
  patch(house.ann, "{\"kinds\":[{\"kind\":\"member left\",\"on\":false}],\"quiet_hours\":{\"starts\":\"22:00\","
                   "\"ends\":\"07:00\",\"zone\":\"UTC\"}}");
  fixture_expect(house.fixture, 200);
  int64_t rows = 0;
  assert_int_equal(ERR_OK, db_get_int(app_db(house.fixture->app), &rows,
                                      "select count(*) from audit where course_id = 0 and kind = 'preferences changed' "
                                      "and actor_id = $1 and subject = 'person ' || $1",
                                      db_int(house.ann)));
  assert_int_equal(2, rows);
  const char *before = fixture_dump(house.fixture);
  patch(house.ann, "{\"kinds\":[{\"kind\":\"member left\",\"on\":false},{\"kind\":\"member joined\",\"on\":true}],"
                   "\"quiet_hours\":{\"starts\":\"22:00\",\"ends\":\"07:00\",\"zone\":\"UTC\"}}");
  fixture_expect(house.fixture, 200);
  patch(house.ann, "{}");
  fixture_expect(house.fixture, 200);
  assert_string_equal(before, fixture_dump(house.fixture));
}

#define QUIET(starts, ends, zone) "{\"quiet_hours\":{\"starts\":" starts ",\"ends\":" ends ",\"zone\":" zone "}}"

static void what_cannot_be_is_refused_by_its_field_and_nothing_is_changed(void **state) {
  (void)state;
  const struct {
    const char *body;
    const char *field;
    const char *why;
  } cases[] = {
      {"{\"kinds\":[{\"kind\":\"gossip\",\"on\":false}]}", "kinds[0].kind", "no such kind"},
      {"{\"kinds\":[{\"kind\":\"request\",\"on\":false}]}", "kinds[0].kind", "staff's"},
      {"{\"kinds\":[{\"kind\":\"member left\",\"on\":false},{\"kind\":\"dates moved\",\"on\":false}]}", "kinds[1].kind",
       "may not be off, and the first is not changed either"},
      {"{\"kinds\":[{\"kind\":\"member left\",\"on\":false},{\"kind\":\"member left\",\"on\":true}]}", "kinds[1].kind",
       "twice"},
      {"{\"kinds\":[{\"kind\":\"member left\"}]}", "kinds[0].on", "on or off?"},
      {QUIET("\"24:00\"", "\"07:00\"", "\"UTC\""), "quiet_hours.starts", "no time of day"},
      {QUIET("\"22:60\"", "\"07:00\"", "\"UTC\""), "quiet_hours.starts", "sixty minutes"},
      {QUIET("\"9:00\"", "\"07:00\"", "\"UTC\""), "quiet_hours.starts", "one digit"},
      {QUIET("22", "\"07:00\"", "\"UTC\""), "quiet_hours.starts", "a number"},
      {QUIET("\"22:00\"", "\"7h\"", "\"UTC\""), "quiet_hours.ends", "no time of day"},
      {QUIET("\"22:00\"", "\"22:00\"", "\"UTC\""), "quiet_hours.ends", "all day or never?"},
      {QUIET("\"22:00\"", "\"07:00\"", "\"EST5EDT4\""), "quiet_hours.zone", "no zone"},
      {QUIET("\"22:00\"", "\"07:00\"", "\"Atlanta\""), "quiet_hours.zone", "no zone"},
      {QUIET("\"22:00\"", "\"07:00\"", "null"), "quiet_hours.zone", "none"},
      {"{\"quiet_hours\":{\"starts\":\"22:00\",\"ends\":\"07:00\"}}", "quiet_hours.zone", "missing"},
      {"{\"quiet_hours\":{\"starts\":\"22:00\",\"ends\":\"07:00\",\"zone\":\"UTC\",\"days\":1}}", "quiet_hours",
       "more than there is"},
      {"{\"quiet_hours\":\"22:00-07:00\"}", "quiet_hours", "a text"},
      {"{\"quiet\":null}", "quiet", "unknown"},
  };
  const char *before = fixture_dump(house.fixture);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    patch(house.ann, cases[i].body);
    const char *field = fixture_text(house.fixture, "errors.0.field");
    if (house.fixture->answer.status != 422 || field == NULL || strcmp(field, cases[i].field) != 0)
      fail_msg("%s: %d %s", cases[i].why, house.fixture->answer.status, house.fixture->answer.body);
  }
  assert_string_equal(before, fixture_dump(house.fixture));
}

static void quiet_hours_come_and_go(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  fixture_call(fixture, house.ann, METHOD_GET, NULL, PREFERENCES);
  assert_true(json_is_null(fixture_json(fixture, "quiet_hours")));
  patch(house.ann, QUIET("\"22:05\"", "\"07:00\"", "\"America/New_York\""));
  fixture_expect(fixture, 200);
  assert_string_equal("22:05", fixture_text(fixture, "quiet_hours.starts"));
  assert_string_equal("07:00", fixture_text(fixture, "quiet_hours.ends"));
  assert_string_equal("America/New_York", fixture_text(fixture, "quiet_hours.zone"));
  patch(house.ann, "{\"kinds\":[]}"); // left out: they stay
  assert_string_equal("22:05", fixture_text(fixture, "quiet_hours.starts"));
  patch(house.ann, "{\"quiet_hours\":null}");
  fixture_expect(fixture, 200);
  assert_true(json_is_null(fixture_json(fixture, "quiet_hours")));
}

static void write_message(const char *kind, bool can_wait) {
  struct problem problem = {0};
  struct act act = {.db = app_db(house.fixture->app), .arena = house.fixture->arena, .problem = &problem};
  assert_true(instant_parse(NOON, &act.now));
  const struct message message = {
      .person = house.ann, .kind = kind, .subject = "A subject", .words = "Words.", .can_wait = can_wait};
  assert_int_equal(ERR_OK, outbox_put(&act, &message));
}

// Of Ann's messages of this kind, in hours of the fixture's day (0: midnight UTC).
static double leaves_at(const char *kind) {
  int64_t at = 0, midnight = 0;
  assert_true(instant_parse("2023-09-05T00:00:00Z", &midnight));
  assert_int_equal(ERR_OK, db_get_int(app_db(house.fixture->app), &at,
                                      "select deliver_at from outbox where person_id = $1 and kind = $2",
                                      db_int(house.ann), db_text(kind)));
  return (double)(at - midnight) / 3600;
}

// Written at 14:00.
static void a_change_of_quiet_hours_holds_for_what_waits(void **state) {
  (void)state;
  write_message("member left", false);
  write_message("invitation", false);
  write_message("announcement", false);
  assert_int_equal(ERR_OK, db_exec(app_db(house.fixture->app),
                                   "update outbox set mail_id = null, sent_at = 1 where kind = 'announcement'"));
  patch(house.ann, QUIET("\"14:30\"", "\"20:00\"", "\"UTC\""));
  fixture_expect(house.fixture, 200);
  assert_true(leaves_at("member left") == 20);
  assert_true(leaves_at("invitation") == 14);   // somebody must act
  assert_true(leaves_at("announcement") == 15); // it has left
  write_message("reminder", true);              // 14:00 is not quiet
  assert_true(leaves_at("reminder") == 14);
  patch(house.ann, QUIET("\"13:00\"", "\"18:00\"", "\"UTC\""));
  assert_true(leaves_at("member left") == 18);
  write_message("staff reminder", true); // waits for the daily mail
  write_message("urgent for staff", true);
  assert_true(leaves_at("urgent for staff") == 18);
  patch(house.ann, "{\"quiet_hours\":null}");
  assert_true(leaves_at("member left") == 15);
  assert_true(leaves_at("urgent for staff") == 14);
  int64_t daily = 0;
  assert_int_equal(ERR_OK, db_get_int(app_db(house.fixture->app), &daily,
                                      "select count(*) from outbox where deliver_at is null and kind = $1",
                                      db_text("staff reminder")));
  assert_int_equal(1, daily);
}

// --- the link at the end of a mail

#define FORM "application/x-www-form-urlencoded"

static const char *link_of_all(int64_t person, const char *const *names, size_t count) {
  const char *path = NULL;
  struct db *db = app_db(house.fixture->app);
  const struct notice_kind **kinds = arena_alloc(house.fixture->arena, count * sizeof(const struct notice_kind *));
  for (size_t i = 0; i < count; i++)
    kinds[i] = notice_kind_find(names[i]);
  const struct notice_link link = {person, kinds, count};
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, notice_unsubscribe_path(db, house.fixture->arena, &link, &path));
  assert_int_equal(ERR_OK, db_commit(db));
  return path;
}

static const char *link_of(int64_t person, const char *kind) { return link_of_all(person, &kind, 1); }

static int post(const char *path, const char *media, const char *body) {
  return fixture_send(house.fixture, 0,
                      &(struct local_call){.method = METHOD_POST, .target = path, .content_type = media, .body = body});
}

static int post_accepting(const char *path, const char *accepted) {
  const struct header accept = {"accept", accepted};
  return fixture_send(
      house.fixture, 0,
      &(struct local_call){.method = METHOD_POST, .target = path, .headers = &accept, .header_count = 1});
}

static void one_click_turns_the_kind_off_whatever_the_form(void **state) {
  (void)state;
  const struct {
    const char *kind;
    const char *media;
    const char *body;
  } cases[] = {
      {"member left", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"},
      {"member joined", "multipart/form-data; boundary=x",
       "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n"},
      {"team renamed", NULL, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *path = link_of(house.ann, cases[i].kind);
    assert_int_equal(200, post(path, cases[i].media, cases[i].body));
    assert_false(is_on(house.ann, cases[i].kind));
  }
  assert_true(is_on(house.ann, "reminder")); // nothing else
  assert_int_equal(415, post(link_of(house.ann, "reminder"), "application/json", "{}"));
}

static void one_click_again_changes_nothing_and_is_answered_alike(void **state) {
  (void)state;
  const char *path = link_of(house.ann, "member left");
  assert_int_equal(200, post(path, NULL, NULL));
  const char *first = house.fixture->answer.body, *before = fixture_dump(house.fixture);
  assert_int_equal(200, post(path, NULL, NULL));
  assert_string_equal(first, house.fixture->answer.body);
  assert_string_equal(before, fixture_dump(house.fixture));
}

static bool page_has(const char *words) { return strstr(house.fixture->answer.body, words) != NULL; }

static void one_click_turns_off_every_kind_of_the_mail_that_may_be(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  static const char *const names[] = {"member left", "dates moved", "invitation"};
  const char *path = link_of_all(house.ann, names, 3);
  assert_int_equal(200, post(path, FORM, "List-Unsubscribe=One-Click"));
  assert_true(page_has("<li>Somebody left your team</li>\n<li>A team invites you</li>"));
  assert_false(is_on(house.ann, "member left"));
  assert_false(is_on(house.ann, "invitation"));
  assert_true(is_on(house.ann, "reminder"));
  int64_t chosen = 0;
  assert_int_equal(ERR_OK,
                   db_get_int_values(app_db(fixture->app), &chosen, "select count(*) from notice_choices", NULL, 0));
  assert_int_equal(2, chosen);
  const char *before = fixture_dump(fixture);
  assert_int_equal(200, post(path, NULL, NULL));
  assert_string_equal(before, fixture_dump(fixture));
}

static void the_page_turns_on_again_what_it_turned_off(void **state) {
  (void)state;
  static const char *const names[] = {"member left", "invitation"};
  static const struct {
    const char *body;
    bool is_on;
    const char *why;
  } cases[] = {
      {"mails=on", true, "our own button"},       {"", false, "our other button"},
      {"mails=on&x=1", false, "no page of ours"}, {"mails=off", false, "other words"},
      {"MAILS=ON", false, "in capitals"},         {"mails=o", false, "cut off"},
  };
  const char *path = link_of_all(house.ann, names, 2);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(200, post(path, NULL, NULL));
    assert_true(page_has("<h1>These mails are off</h1>"));
    assert_true(page_has("name=\"mails\" value=\"on\""));
    assert_int_equal(200, post(path, FORM, cases[i].body));
    bool says_so = page_has("<h1>These mails are on again</h1>");
    if (is_on(house.ann, "member left") != cases[i].is_on || is_on(house.ann, "invitation") != cases[i].is_on ||
        says_so != cases[i].is_on)
      fail_msg("%s", cases[i].why);
  }
  assert_int_equal(404, post("/unsubscribe/1.member_left.00000000000000000000000000000000", FORM, "mails=on"));
}

static void the_page_tells_apart_what_is_on_and_what_is_off_already(void **state) {
  (void)state;
  static const char *const names[] = {"member left", "invitation"};
  const char *path = link_of_all(house.ann, names, 2);
  assert_int_equal(200, post(link_of(house.ann, "member left"), NULL, NULL));
  assert_int_equal(200, fixture_call(house.fixture, 0, METHOD_GET, NULL, "%s", path));
  assert_true(page_has("<title>Stop these mails? \xc2\xb7 Tandem</title>"));
  assert_true(page_has("<p>They tell:</p>\n<ul>\n<li>A team invites you</li>\n</ul>\n"
                       "<p>Off already:</p>\n<ul>\n<li>Somebody left your team</li>\n</ul>"));
}

// RFC 8058 asks nothing of what a mail's provider would take for an answer.
static void one_click_holds_whatever_the_client_accepts(void **state) {
  (void)state;
  static const char *const accepted[] = {"text/html", "application/json", "image/png", "*/*;q=0"};
  const char *path = link_of(house.ann, "member left");
  for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
    assert_int_equal(ERR_OK, db_exec(app_db(house.fixture->app), "delete from notice_choices"));
    assert_int_equal(200, post_accepting(path, accepted[i]));
    assert_false(is_on(house.ann, "member left"));
  }
}

static void a_browser_is_told_in_words_that_a_link_is_wrong(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  static const char *const wrong[] = {"/unsubscribe/1.member_left.00000000000000000000000000000000", "/unsubscribe/x"};
  const char *before = fixture_dump(fixture), *first = NULL;
  for (size_t i = 0; i < 4; i++) {
    const struct header accept = {"accept", "text/html,application/xhtml+xml,*/*;q=0.8"};
    const struct local_call call = {
        .method = i % 2 == 0 ? METHOD_GET : METHOD_POST, .target = wrong[i / 2], .headers = &accept, .header_count = 1};
    local_call(fixture->app, fixture->arena, &call, &fixture->answer); // the contract knows problem documents only
    assert_int_equal(404, fixture->answer.status);
    assert_string_equal("text/html; charset=utf-8", fixture->answer.content_type);
    first = first == NULL ? fixture->answer.body : first;
    assert_string_equal(first, fixture->answer.body);
  }
  assert_true(page_has("This link is not whole"));
  assert_false(page_has("<form"));
  assert_string_equal(before, fixture_dump(fixture));
}

static void the_page_says_what_it_would_turn_off_and_changes_nothing(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  const char *path = link_of(house.ann, "member left");
  const char *before = fixture_dump(fixture);
  assert_int_equal(200, fixture_call(fixture, 0, METHOD_GET, NULL, "%s", path));
  assert_string_equal(before, fixture_dump(fixture));
  assert_string_equal("text/html; charset=utf-8", fixture->answer.content_type);
  assert_non_null(strstr(fixture->answer.body, "Somebody left your team"));
  assert_non_null(strstr(fixture->answer.body, "<form method=\"post\"><button"));
  assert_null(strstr(fixture->answer.body, "<script"));
  assert_non_null(strstr(local_answer_header(&fixture->answer, "Content-Security-Policy"), "form-action 'self'"));
  assert_string_equal("same-origin", local_answer_header(&fixture->answer, "Referrer-Policy"));
  assert_string_equal("no-store", local_answer_header(&fixture->answer, "Cache-Control"));
  post(path, NULL, NULL);
  assert_int_equal(200, fixture_call(fixture, 0, METHOD_GET, NULL, "%s", path));
  assert_true(page_has("<h1>These mails are off</h1>"));
  assert_false(page_has(">Stop these mails<"));
}

static void erasing_a_person_ends_their_links(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  const char *path = link_of(house.ann, "member left");
  fixture_drop(fixture, house.ann);
  assert_int_equal(200, post(link_of(house.ann, "member joined"), NULL, NULL)); // a mail may be on its way still
  fixture_call(fixture, -1, METHOD_DELETE, NULL, "/api/v1/people/%lld/data", (long long)house.ann);
  fixture_expect(fixture, 200);
  const char *before = fixture_dump(fixture);
  assert_int_equal(404, fixture_call(fixture, 0, METHOD_GET, NULL, "%s", path));
  assert_int_equal(404, post(path, NULL, NULL));
  assert_string_equal(before, fixture_dump(fixture));
}

static void whatever_is_wrong_with_a_link_the_answer_is_one(void **state) {
  (void)state;
  struct fixture *fixture = house.fixture;
  const char *path = link_of(house.ann, "member left"), *mac = strrchr(path, '.');
  const char *wrong[] = {
      arena_format(fixture->arena, "/unsubscribe/%lld.member_left%s", (long long)house.staff, mac),
      arena_format(fixture->arena, "/unsubscribe/%lld.member_joined%s", (long long)house.ann, mac),
      arena_format(fixture->arena, "/unsubscribe/%lld.dates_moved%s", (long long)house.ann, mac),
      arena_format(fixture->arena, "/unsubscribe/987654321.member_left%s", mac),
      arena_format(fixture->arena, "%s0", path),
      "/unsubscribe/1",
      "/unsubscribe/%2e%2e",
  };
  const char *before = fixture_dump(fixture), *first = NULL;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(404, post(wrong[i], NULL, NULL));
    first = first == NULL ? fixture->answer.body : first;
    assert_string_equal(first, fixture->answer.body);
    assert_int_equal(404, fixture_call(fixture, 0, METHOD_GET, NULL, "%s", arena_text(fixture->arena, wrong[i])));
    assert_string_equal(first, fixture->answer.body);
  }
  assert_string_equal(before, fixture_dump(fixture));
}

static void the_link_needs_nobody_signed_in_and_works_for_whoever_opens_it(void **state) {
  (void)state;
  const char *path = link_of(house.ann, "member left");
  assert_int_equal(200, fixture_call(house.fixture, house.staff, METHOD_POST, NULL, "%s", path));
  assert_false(is_on(house.ann, "member left"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_may_be_turned_off_is_listed_by_role, start, stop),
      cmocka_unit_test_setup_teardown(what_is_turned_off_stays_off_until_it_is_turned_on, start, stop),
      cmocka_unit_test_setup_teardown(a_change_is_audited_and_what_changes_nothing_is_not, start, stop),
      cmocka_unit_test_setup_teardown(what_cannot_be_is_refused_by_its_field_and_nothing_is_changed, start, stop),
      cmocka_unit_test_setup_teardown(quiet_hours_come_and_go, start, stop),
      cmocka_unit_test_setup_teardown(a_change_of_quiet_hours_holds_for_what_waits, start, stop),
      cmocka_unit_test_setup_teardown(one_click_turns_the_kind_off_whatever_the_form, start, stop),
      cmocka_unit_test_setup_teardown(one_click_again_changes_nothing_and_is_answered_alike, start, stop),
      cmocka_unit_test_setup_teardown(one_click_turns_off_every_kind_of_the_mail_that_may_be, start, stop),
      cmocka_unit_test_setup_teardown(the_page_turns_on_again_what_it_turned_off, start, stop),
      cmocka_unit_test_setup_teardown(the_page_tells_apart_what_is_on_and_what_is_off_already, start, stop),
      cmocka_unit_test_setup_teardown(one_click_holds_whatever_the_client_accepts, start, stop),
      cmocka_unit_test_setup_teardown(a_browser_is_told_in_words_that_a_link_is_wrong, start, stop),
      cmocka_unit_test_setup_teardown(the_page_says_what_it_would_turn_off_and_changes_nothing, start, stop),
      cmocka_unit_test_setup_teardown(erasing_a_person_ends_their_links, start, stop),
      cmocka_unit_test_setup_teardown(whatever_is_wrong_with_a_link_the_answer_is_one, start, stop),
      cmocka_unit_test_setup_teardown(the_link_needs_nobody_signed_in_and_works_for_whoever_opens_it, start, stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
