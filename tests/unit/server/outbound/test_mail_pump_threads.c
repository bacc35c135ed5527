// SPDX-License-Identifier: AGPL-3.0-or-later
// The pump as it runs in a server: on a main loop, beside a writer, with a transport that takes its time.
#include "server/outbound/mail_pump.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/work/timer.h"
#include "tests/unit/server/db/scratch.h"

enum { AT_ONCE = 3, MAILS = 20 };

// Holds as many mails as it may, then answers one at a time, so that each answer makes room for one.
struct slow {
  struct transport transport; // first
  struct loop *loop;
  struct mail_pump *pump;
  delivery_done *done[2 * MAILS];
  void *context[2 * MAILS];
  size_t sent;
  size_t taken;   // answered
  size_t most;    // under way at once
  size_t stop_at; // the pump is stopped when so many have been answered
  bool goes_on;   // and what is under way then is answered a second later
  struct timer *second;
};

static void stop(void *context) { loop_stop(((struct slow *)context)->loop); }

static void answer(void *context) {
  struct slow *slow = context;
  size_t number = slow->taken++;
  slow->done[number](slow->context[number], DELIVERY_SENT, NULL);
  if (slow->taken == slow->stop_at) {
    mail_pump_stop(slow->pump);
    mail_pump_when_settled(slow->pump, stop, slow);
  }
  if (slow->taken == slow->sent)
    return;
  if (slow->taken == slow->stop_at && slow->goes_on)
    slow->second = timer_once(slow->loop, 1, answer, slow);
  else if (slow->taken > slow->stop_at || (slow->taken < slow->stop_at && slow->sent == MAILS))
    loop_call(slow->loop, answer, slow);
}

static void take(struct transport *transport, const struct transport_mail *mail, delivery_done *done, void *context) {
  struct slow *slow = (struct slow *)transport;
  assert_non_null(strstr(mail->bytes, "Message-ID"));
  assert_in_range(slow->sent, 0, 2 * MAILS - 1);
  slow->done[slow->sent] = done;
  slow->context[slow->sent++] = context;
  size_t under_way = slow->sent - slow->taken;
  slow->most = under_way > slow->most ? under_way : slow->most;
  if (under_way >= AT_ONCE)
    loop_call(slow->loop, answer, slow);
}

static int64_t count(struct db *db, const char *sql) {
  int64_t found = 0;
  assert_int_equal(ERR_OK, db_get_int_values(db, &found, sql, NULL, 0));
  return found;
}

// A store with mails to send, and a server around the pump until `stop_at` of them have come back.
static void run_house(const struct scratch *scratch, struct slow *slow) {
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, db_exec(db, "insert into people (id, name, is_disabled, created_at) values (1, 'A', 0, 0)"));
  assert_int_equal(ERR_OK, db_exec(db, "insert into addresses (address_key, address, person_id, is_primary) values "
                                       "('ada@x.edu', 'ada@x.edu', 1, 1)"));
  for (int i = 0; i < MAILS; i++)
    assert_int_equal(ERR_OK,
                     db_exec(db, "insert into outbox (course_id, person_id, kind, subject, words, at, is_secret, "
                                 "deliver_at, is_alone) values (0, 1, 'sign-in link', 'x', 'y', 0, 0, 1, 1)"));
  db_close(db);
  slow->transport = (struct transport){.at_once = AT_ONCE, .send = take};
  struct work *work = NULL;
  struct clock clock = clock_fixed(1000);
  const struct mail_pump_options options = {
      .transport = &slow->transport, .from_address = "t@x.edu", .public_url = NULL, .clock = &clock};
  const struct work_options work_options = {.path = scratch->path, .worker_count = 1};
  assert_int_equal(ERR_OK, work_new(&work_options, &work));
  assert_int_equal(ERR_OK, loop_new(scratch_open(scratch, DB_READ_ONLY), &slow->loop));
  assert_int_equal(ERR_OK, mail_pump_start(&options, work, slow->loop, &slow->pump));
  loop_run(slow->loop);
  size_t left = 0;
  assert_true(work_stop(work, 20, &left));
  loop_stop(slow->loop);
  loop_run(slow->loop);
  mail_pump_free(slow->pump);
  timer_free(slow->second);
  loop_free(slow->loop);
  work_free(work);
}

static void as_many_as_the_transport_is_worth_are_under_way_and_all_are_settled(void **state) {
  struct slow slow = {.stop_at = MAILS};
  run_house(*state, &slow);
  assert_int_equal(MAILS, slow.taken);
  assert_int_equal(AT_ONCE, slow.most);
  struct db *db = scratch_open(*state, DB_READ_WRITE);
  assert_int_equal(MAILS, count(db, "select count(*) from mails where attempts = 1"));
  assert_int_equal(MAILS, count(db, "select count(*) from mails where state = 'sent'"));
  db_close(db);
}

static void what_is_under_way_at_the_end_is_waited_for(void **state) {
  struct slow slow = {.stop_at = 1, .goes_on = true};
  run_house(*state, &slow);
  assert_in_range(slow.taken, 2, AT_ONCE);
  assert_int_equal(slow.sent, slow.taken);
  struct db *db = scratch_open(*state, DB_READ_WRITE);
  assert_int_equal(slow.taken, count(db, "select count(*) from mails where state = 'sent'"));
  db_close(db);
}

static void what_is_under_way_at_the_end_is_neither_lost_nor_more_than_that(void **state) {
  struct slow slow = {.stop_at = 1};
  run_house(*state, &slow);
  assert_in_range(slow.taken, 1, AT_ONCE);
  struct db *db = scratch_open(*state, DB_READ_WRITE);
  assert_int_equal(MAILS, count(db, "select count(*) from outbox where mail_id is not null"));
  assert_int_equal(MAILS, count(db, "select count(*) from mails where state in ('waiting', 'sending', 'sent')"));
  assert_in_range(count(db, "select count(*) from mails where attempts > 0"), 1, 2 * AT_ONCE);
  assert_in_range(count(db, "select count(*) from mails where state = 'sent'"), 1, slow.taken);
  db_close(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(as_many_as_the_transport_is_worth_are_under_way_and_all_are_settled,
                                      scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(what_is_under_way_at_the_end_is_waited_for, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(what_is_under_way_at_the_end_is_neither_lost_nor_more_than_that, scratch_setup,
                                      scratch_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
