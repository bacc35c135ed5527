// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/unit/server/backup_folders.h"

#include <time.h>

#include "common/base/text.h"
#include "server/upkeep.h"

#define AT 1700000000

// What the operator got.
struct mailbox {
  struct transport transport; // first
  size_t count;
  enum delivery delivery;
  char last[4096];
};

struct house {
  struct folders *folders;
  struct clock clock;
  struct mailbox mailbox;
  struct upkeep *upkeep;
};

static void take_mail(struct transport *transport, const struct transport_mail *mail, delivery_done *done,
                      void *context) {
  struct mailbox *mailbox = (struct mailbox *)transport;
  mailbox->count++;
  assert_string_equal("op@example.edu", mail->to);
  assert_true(mail->id < 0); // the positive numbers are the outbox's
  snprintf(mailbox->last, sizeof mailbox->last, "%.*s", (int)mail->size, mail->bytes);
  done(context, mailbox->delivery, NULL);
}

static void new_house(struct house *house, struct folders *folders) {
  *house = (struct house){.folders = folders, .clock = clock_fixed(AT), .mailbox = {.delivery = DELIVERY_SENT}};
  house->mailbox.transport.send = take_mail;
  const char *store = arena_format(folders->arena, "%s/tandem.db", folders->data);
  house->upkeep = upkeep_new(folders->data, store, NULL, &house->clock);
}

static void start(struct house *house, const char *backup_dir, int64_t disk_low_bytes) {
  const struct upkeep_plan plan = {.backup_dir = backup_dir,
                                   .backup_keep = 2,
                                   .backup_minute = UPKEEP_BACKUP_MINUTE,
                                   .operator_address = "op@example.edu",
                                   .from_address = "tandem@example.edu",
                                   .disk_low_bytes = disk_low_bytes,
                                   .transport = &house->mailbox.transport};
  assert_int_equal(ERR_OK, upkeep_start(house->upkeep, &plan, NULL, NULL));
}

static void look_after(struct house *house, int64_t seconds) {
  clock_set(&house->clock, clock_now(&house->clock) + seconds);
  upkeep_look(house->upkeep);
}

// The notes of /readyz, as a JSON array.
static const char *notes_of(struct house *house) {
  struct services services = {.upkeep = house->upkeep};
  struct http http = {.services = &services};
  struct request request = {.http = &http};
  struct json json;
  json_init(&json, house->folders->arena);
  json_begin_array(&json);
  upkeep_add_notes(&request, &json);
  json_end(&json);
  return json_get(&json);
}

static void a_daily_backup_is_made_at_once_then_each_day_and_the_oldest_go(void **state) {
  struct house house;
  new_house(&house, *state);
  const char *backups = house.folders->backups;
  start(&house, backups, 1);
  assert_int_equal(1, entries_in(backups));
  assert_string_equal("[]", notes_of(&house));
  look_after(&house, 60);
  assert_int_equal(1, entries_in(backups)); // not due
  int64_t due = upkeep_next(AT, UPKEEP_BACKUP_MINUTE);
  look_after(&house, due - 1 - clock_now(&house.clock));
  assert_int_equal(1, entries_in(backups));
  look_after(&house, 1);
  assert_int_equal(2, entries_in(backups));
  look_after(&house, 25 * 3600);
  assert_int_equal(2, entries_in(backups)); // a third was made, the first removed
  int64_t newest = 0;
  assert_int_equal(ERR_OK, backup_folder_newest(backups, &newest));
  assert_int_equal(clock_now(&house.clock), newest);
  assert_int_equal(0, house.mailbox.count);
  upkeep_free(house.upkeep);
}

static void a_restart_makes_no_second_one_of_the_day(void **state) {
  struct house house;
  new_house(&house, *state);
  start(&house, house.folders->backups, 1);
  upkeep_free(house.upkeep);
  new_house(&house, *state);
  clock_set(&house.clock, AT + 60);
  start(&house, house.folders->backups, 1);
  assert_int_equal(1, entries_in(house.folders->backups));
  upkeep_free(house.upkeep);
}

static void an_old_backup_is_told_after_36_hours_once_a_day(void **state) {
  struct house house;
  new_house(&house, *state);
  be_quiet();
  start(&house, NULL, 1);
  assert_string_equal("[\"No backup is known: serve --backup-dir DIR makes one each day.\"]", notes_of(&house));
  struct problem problem;
  problem_init(&problem, house.folders->arena);
  struct backup backup;
  assert_int_equal(ERR_OK, upkeep_backup(house.upkeep, house.folders->backups, false, NULL, house.folders->arena,
                                         &problem, &backup));
  look_after(&house, UPKEEP_BACKUP_OLD_SECONDS);
  assert_string_equal("[]", notes_of(&house));
  assert_int_equal(0, house.mailbox.count);
  look_after(&house, 1);
  assert_string_equal("[\"The newest backup is more than 36 hours old: it was made at 2023-11-14T22:13:20Z.\"]",
                      notes_of(&house));
  assert_int_equal(1, house.mailbox.count);
  assert_non_null(strstr(house.mailbox.last, "Subject: Tandem: the newest backup is old\r\n"));
  assert_non_null(strstr(house.mailbox.last, "2023-11-14T22:13:20Z"));
  look_after(&house, UPKEEP_TELL_AGAIN_SECONDS - 1);
  assert_int_equal(1, house.mailbox.count);
  look_after(&house, 1);
  assert_int_equal(2, house.mailbox.count);
  assert_int_equal(ERR_OK, upkeep_backup(house.upkeep, house.folders->backups, false, NULL, house.folders->arena,
                                         &problem, &backup));
  look_after(&house, 1);
  assert_string_equal("[]", notes_of(&house));
  upkeep_free(house.upkeep);
}

static void a_restart_knows_how_old_a_backup_by_hand_is(void **state) {
  struct house house;
  new_house(&house, *state);
  be_quiet();
  struct problem problem;
  problem_init(&problem, house.folders->arena);
  struct backup backup;
  assert_int_equal(ERR_OK, upkeep_backup(house.upkeep, house.folders->backups, false, NULL, house.folders->arena,
                                         &problem, &backup));
  upkeep_free(house.upkeep);
  new_house(&house, *state);
  clock_set(&house.clock, AT + UPKEEP_BACKUP_OLD_SECONDS + 1);
  start(&house, NULL, 1);
  assert_non_null(strstr(notes_of(&house), "2023-11-14T22:13:20Z"));
  upkeep_free(house.upkeep);
}

static void a_failing_backup_is_told_and_tried_again_an_hour_later(void **state) {
  struct house house;
  new_house(&house, *state);
  be_quiet();
  const char *later = arena_format(house.folders->arena, "%s/not-yet", house.folders->root);
  start(&house, later, 1);
  assert_non_null(strstr(notes_of(&house), "The last backup failed at 2023-11-14T22:13:20Z"));
  assert_int_equal(1, house.mailbox.count);
  assert_non_null(strstr(house.mailbox.last, "Subject: Tandem: a backup failed\r\n"));
  assert_int_equal(0, mkdir(later, 0700)); // the disk has come
  look_after(&house, UPKEEP_RETRY_SECONDS - 1);
  assert_int_equal(0, entries_in(later));
  look_after(&house, 1);
  assert_int_equal(1, entries_in(later));
  assert_string_equal("[]", notes_of(&house));
  upkeep_free(house.upkeep);
}

static void a_disk_that_is_nearly_full_is_told(void **state) {
  struct house house;
  new_house(&house, *state);
  be_quiet();
  start(&house, house.folders->backups, INT64_MAX);
  assert_non_null(strstr(notes_of(&house), "is nearly full"));
  assert_non_null(strstr(house.mailbox.last, "Subject: Tandem: the disk is nearly full\r\n"));
  upkeep_free(house.upkeep);
}

static void a_mail_that_could_not_leave_is_tried_again(void **state) {
  struct house house;
  new_house(&house, *state);
  be_quiet();
  house.mailbox.delivery = DELIVERY_LATER;
  start(&house, house.folders->backups, INT64_MAX);
  look_after(&house, 10);
  assert_int_equal(2, house.mailbox.count);
  house.mailbox.delivery = DELIVERY_SENT;
  look_after(&house, 10);
  look_after(&house, 10);
  assert_int_equal(3, house.mailbox.count);
  upkeep_free(house.upkeep);
}

static void the_operator_alone_asks_for_a_backup(void **state) {
  struct folders *folders = *state;
  struct fixture *fixture = folders->fixture;
  const char *body = arena_format(folders->arena, "{\"directory\":\"%s\"}", folders->backups);
  fixture_call(fixture, -1, METHOD_POST, body, "/api/v1/backups");
  fixture_expect(fixture, 201);
  assert_int_equal(1, entries_in(folders->backups));
  assert_true(json_is_true(fixture_json(fixture, "sound")));
  assert_int_equal(fixture_int(fixture, "chains.1.seq") > 0, true);
  fixture_call(fixture, 1, METHOD_POST, body, "/api/v1/backups");
  fixture_refused(fixture, 403, "not_allowed");
  fixture_call(fixture, -1, METHOD_POST, "{\"directory\":\"/nowhere\"}", "/api/v1/backups");
  fixture_refused(fixture, 422, "invalid_fields");
  const char *odd = arena_format(folders->arena, "%s/two  spaces", folders->root);
  assert_int_equal(0, mkdir(odd, 0700));
  fixture_call(fixture, -1, METHOD_POST, arena_format(folders->arena, "{\"directory\":\"%s\"}", odd),
               "/api/v1/backups");
  fixture_expect(fixture, 201);
  struct fixture *memory = fixture_new(SAMPLE_COURSE, INSIDE);
  fixture_call(memory, -1, METHOD_POST, body, "/api/v1/backups");
  fixture_refused(memory, 409, "conflict");
  fixture_free(memory);
}

struct next_case {
  const char *after;
  const char *expected;
  const char *why;
};

static void the_time_of_day_is_the_machines(void **state) {
  static const struct next_case cases[] = {
      {"2023-11-14T02:00:00Z", "2023-11-14T08:30:00Z", "03:30 in New York, the same night"},
      {"2023-11-14T08:29:59Z", "2023-11-14T08:30:00Z", "a second before"},
      {"2023-11-14T08:30:00Z", "2023-11-15T08:30:00Z", "at that very second the next one is tomorrow's"},
      {"2023-03-11T12:00:00Z", "2023-03-12T07:30:00Z", "over the change to summer time"},
      {"2023-11-04T12:00:00Z", "2023-11-05T08:30:00Z", "over the change to winter time"},
      {"2023-12-31T12:00:00Z", "2024-01-01T08:30:00Z", "over the year's end"},
  };
  (void)state;
  setenv("TZ", "America/New_York", 1);
  tzset();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t after = 0;
    assert_true(instant_parse(cases[i].after, &after));
    char found[21];
    instant_format(upkeep_next(after, UPKEEP_BACKUP_MINUTE), found);
    if (strcmp(found, cases[i].expected) != 0)
      fail_msg("%s: %s", cases[i].why, found);
  }
  assert_int_equal(0, upkeep_next(0, UPKEEP_BACKUP_MINUTE));
  unsetenv("TZ");
  tzset();
}

int main(void) {
  log_set_level(LOG_ERROR);
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folders_setup, folders_teardown)
      TEST(a_daily_backup_is_made_at_once_then_each_day_and_the_oldest_go),
      TEST(a_restart_makes_no_second_one_of_the_day),
      TEST(an_old_backup_is_told_after_36_hours_once_a_day),
      TEST(a_restart_knows_how_old_a_backup_by_hand_is),
      TEST(a_failing_backup_is_told_and_tried_again_an_hour_later),
      TEST(a_disk_that_is_nearly_full_is_told),
      TEST(a_mail_that_could_not_leave_is_tried_again),
      TEST(the_operator_alone_asks_for_a_backup),
      cmocka_unit_test(the_time_of_day_is_the_machines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
