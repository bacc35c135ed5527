// SPDX-License-Identifier: AGPL-3.0-or-later
// What waits in the outbox becomes mails.
#include "server/outbound/mail_making.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/outbound/notice_choice.h"
#include "tests/unit/server/outbound/mail_fixture.h"

static void each_message_of_its_own_leaves_once_in_its_order(void **state) {
  struct fixture *f = *state;
  const int many = MAIL_PUMP_ROWS_AT_ONCE + 2 * MAIL_PUMP_MAILS_MAX + 1;
  for (int i = 0; i < many; i++)
    put_alone(f, 1, false, 0);
  assert_int_equal(many, pump(f));
  assert_int_equal(many, f->recorder.count);
  for (size_t i = 0; i < f->recorder.count; i++)
    assert_int_equal(i + 1, f->recorder.ids[i]);
  assert_non_null(strstr(f->recorder.bytes[0], "<Ada@x.edu>"));
  assert_non_null(strstr(f->recorder.bytes[0], "https://t.example.edu/secret-path"));
  assert_int_equal(0, pump(f));
  assert_int_equal(many, f->recorder.count);
}

static void what_waits_for_a_person_leaves_as_one_mail_an_hour(void **state) {
  static const struct {
    int64_t second_at; // when another message is written, which may leave at once
    int64_t pumped_at; // when the pump looks
    size_t mails;      // in all
    const char *why;
  } cases[] = {
      {NOW + 1, NOW + 1, 1, "within the hour it is held"},
      {NOW + 1, NOW + HOUR - 1, 1, "until the second before its end"},
      {NOW + 1, NOW + HOUR, 2, "at its end it leaves"},
      {NOW + 1, NOW + HOUR + 1, 2, "and after it"},
      {NOW + HOUR - 1, NOW + HOUR - 1, 1, "written in its last second"},
      {NOW + HOUR, NOW + HOUR, 2, "written at its end"},
      {NOW + 50 * HOUR, NOW + 50 * HOUR, 2, "long after"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(0, i == 0 ? 0 : teardown(state) || setup(state));
    struct fixture *f = *state;
    put(f, 1, NOW);
    pump(f);
    assert_int_equal(1, f->recorder.count);
    put(f, 1, cases[i].second_at);
    pump_at(f, cases[i].second_at); // may move it to the hour's end
    pump_at(f, cases[i].pumped_at);
    if (f->recorder.count != cases[i].mails)
      fail_msg("%s: %zu", cases[i].why, f->recorder.count);
  }
}

// Written just after a mail left, in the evening: its hour ends in the reader's night.
static void the_end_of_the_hour_is_held_by_the_night_for_what_can_wait(void **state) {
  static const struct {
    const char *kind;
    int64_t leaves_at;
  } cases[] = {{"member joined", NOW + 9 * HOUR}, {"invitation", NOW + HOUR}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(0, i == 0 ? 0 : teardown(state) || setup(state));
    struct fixture *f = *state;
    int now = (int)(NOW % 86400 / 60);
    const struct quiet_hours night = {(now + 30) % 1440, (now + 9 * 60) % 1440, "Etc/UTC"};
    assert_int_equal(ERR_OK, notice_set_quiet_hours(f->db, 1, &night));
    put(f, 1, NOW);
    pump_at(f, NOW);
    put_row(f, &(struct row){1, cases[i].kind, false, false, 0, NOW + 60});
    pump_at(f, NOW + 60);
    pump_at(f, cases[i].leaves_at - 60);
    assert_int_equal(1, f->recorder.count);
    pump_at(f, cases[i].leaves_at + 60);
    assert_int_equal(2, f->recorder.count);
  }
}

static void nothing_leaves_before_its_instant(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW + HOUR);
  put(f, 1, 0); // with the daily mail
  pump_at(f, NOW + HOUR - 1);
  assert_int_equal(0, f->recorder.count);
  pump_at(f, NOW + HOUR);
  assert_int_equal(1, f->recorder.count);
  assert_int_equal(1, things_in(f, 0));
  assert_string_equal("waits", outcome(f, 2));
}

static void a_mail_takes_along_what_waits_of_its_reader_and_of_nobody_else(void **state) {
  struct fixture *f = *state;
  int64_t later = put(f, 1, NOW + 8 * HOUR), other = put(f, 4, NOW + 8 * HOUR), daily = put(f, 1, 0);
  int64_t secret = put_row(f, &(struct row){1, "sign-in link", true, true, 0, NOW + HOUR});
  int64_t first = put(f, 1, NOW);
  pump(f);
  assert_int_equal(1, f->recorder.count);
  assert_int_equal(2, things_in(f, 0));
  assert_string_equal("sent", outcome(f, first));
  assert_string_equal("sent", outcome(f, later));
  assert_string_equal("waits", outcome(f, other));
  assert_string_equal("waits", outcome(f, daily));
  assert_string_equal("waits", outcome(f, secret));
}

static void a_mail_of_its_own_neither_waits_for_the_hour_nor_begins_one(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  put_alone(f, 1, true, 0);
  pump(f);
  assert_int_equal(2, f->recorder.count);
  put_alone(f, 4, true, 0);
  put(f, 4, NOW + 1);
  pump_at(f, NOW + 1);
  assert_int_equal(4, f->recorder.count);
}

static void more_than_one_mail_holds_leaves_with_the_next(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < MAIL_MESSAGES_MAX + 1; i++)
    put(f, 1, NOW);
  pump(f);
  assert_int_equal(1, f->recorder.count);
  assert_string_equal("sent", outcome(f, MAIL_MESSAGES_MAX));
  assert_string_equal("waits", outcome(f, MAIL_MESSAGES_MAX + 1));
  pump_at(f, NOW + HOUR);
  assert_int_equal(2, f->recorder.count);
  assert_int_equal(1, things_in(f, 1));
}

static void what_cannot_be_delivered_is_settled_without_a_mail(void **state) {
  struct fixture *f = *state;
  static const struct {
    struct row row;
    const char *outcome;
    const char *why;
  } cases[] = {
      {{2, "sign-in link", true, false, 0, NOW}, "no address", "a person without an address"},
      {{3, "sign-in link", true, false, 0, NOW}, "disabled", "a disabled person"},
      {{99, "sign-in link", true, false, 0, NOW}, "no address", "nobody any more"},
      {{1, "sign-in link", true, false, NOW, NOW}, "expired", "its time is over at this instant"},
      {{1, "sign-in link", true, false, NOW + 1, NOW}, "sent", "a second before"},
      {{2, "invitation", false, false, 0, NOW}, "no address", "not of its own: without an address"},
      {{3, "invitation", false, false, 0, NOW}, "disabled", "not of its own: disabled"},
      {{4, "invitation", false, false, NOW, NOW}, "expired", "not of its own: over"},
      {{4, "member left", false, false, 0, NOW}, "turned off", "turned off since it was written"},
      {{4, "lab seat", false, false, 0, NOW}, "sent", "a kind that may not be off"},
  };
  assert_int_equal(ERR_OK, notice_choose(f->db, 4, notice_kind_find("member left"), false));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t id = put_row(f, &cases[i].row);
    pump(f);
    if (strcmp(outcome(f, id), cases[i].outcome) != 0)
      fail_msg("%s: %s", cases[i].why, outcome(f, id));
  }
  int64_t mails = 0;
  assert_int_equal(ERR_OK, db_get_int(f->db, &mails, "select count(*) from mails"));
  assert_int_equal(2, mails);
  assert_int_equal(2, f->recorder.count);
}

static void messages_to_nobody_are_swept_but_never_the_newest_number(void **state) {
  struct fixture *f = *state;
  put_alone(f, 0, true, NOW + 10);
  put_alone(f, 0, true, NOW + 10);
  pump(f);
  assert_string_equal("gone", outcome(f, 1));
  assert_string_equal("no address", outcome(f, 2));
  put_alone(f, 1, false, 0);
  pump(f);
  assert_string_equal("gone", outcome(f, 2));
  assert_string_equal("sent", outcome(f, 3));
  assert_int_equal(1, f->recorder.count);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(each_message_of_its_own_leaves_once_in_its_order),
      TEST(what_waits_for_a_person_leaves_as_one_mail_an_hour),
      TEST(the_end_of_the_hour_is_held_by_the_night_for_what_can_wait),
      TEST(nothing_leaves_before_its_instant),
      TEST(a_mail_takes_along_what_waits_of_its_reader_and_of_nobody_else),
      TEST(a_mail_of_its_own_neither_waits_for_the_hour_nor_begins_one),
      TEST(more_than_one_mail_holds_leaves_with_the_next),
      TEST(what_cannot_be_delivered_is_settled_without_a_mail),
      TEST(messages_to_nobody_are_swept_but_never_the_newest_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
