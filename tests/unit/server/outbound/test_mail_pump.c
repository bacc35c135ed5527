// SPDX-License-Identifier: AGPL-3.0-or-later
// Mails that are due go to a transport that the test holds, and to files.
#include "server/outbound/mail_pump.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <setjmp.h>

#include <cmocka.h>

#include "server/outbound/mail_files.h"
#include "tests/unit/server/outbound/mail_fixture.h"

static void a_secret_is_erased_when_it_has_left_or_failed_or_expired(void **state) {
  static const struct {
    enum delivery verdict;
    bool is_erased;
    const char *why;
  } cases[] = {
      {DELIVERY_SENT, true, "it has left"},
      {DELIVERY_REFUSED, true, "it is refused for good"},
      {DELIVERY_LATER, false, "it is tried again"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(0, i == 0 ? 0 : teardown(state) || setup(state));
    struct fixture *f = *state;
    f->recorder.verdict = cases[i].verdict;
    put_alone(f, 1, true, NOW + 10);
    put_alone(f, 1, true, NOW); // expires unsent
    assert_non_null(strstr(db_dump(f->db, f->act.arena), "the secret words"));
    pump(f);
    assert_non_null(strstr(f->recorder.bytes[0], "the secret words"));
    const char *dump = db_dump(f->db, f->act.arena);
    if ((strstr(dump, "the secret words") == NULL) != cases[i].is_erased ||
        (strstr(dump, "secret-path") == NULL) != cases[i].is_erased)
      fail_msg("%s", cases[i].why);
  }
}

static void what_fails_for_a_while_is_tried_again_with_the_same_name(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  f->recorder.verdict = DELIVERY_LATER;
  assert_int_equal(0, pump(f));
  assert_string_equal("waiting, 1 tries, the server's words", mail_state(f, 1));
  assert_string_equal("waits", outcome(f, 1));
  int64_t next = next_attempt(f, 1);
  assert_in_range(next, REAL + RETRY_FIRST_SECONDS * 3 / 4, REAL + RETRY_FIRST_SECONDS);
  clock_set(&f->real, next - 1);
  pump_at(f, NOW + 5 * HOUR); // domain time tries nothing again
  assert_int_equal(1, f->recorder.count);
  clock_set(&f->real, next);
  f->recorder.verdict = DELIVERY_SENT;
  assert_int_equal(1, pump(f));
  assert_string_equal("sent, 2 tries, -", mail_state(f, 1));
  assert_string_equal("sent", outcome(f, 1));
  assert_string_equal(message_id(f, 0), message_id(f, 1));
  assert_string_equal(f->recorder.bytes[0], f->recorder.bytes[1]);
}

static void a_mail_that_waits_holds_up_no_other_and_takes_nothing_more_along(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  f->recorder.verdict = DELIVERY_LATER;
  pump(f);
  f->recorder.verdict = DELIVERY_SENT;
  put(f, 4, NOW);
  put(f, 1, NOW);
  assert_int_equal(1, pump(f));
  assert_string_equal("sent", outcome(f, 2));
  pump_at(f, NOW + HOUR); // the first of them is still not due
  assert_string_equal("waits", outcome(f, 1));
  assert_string_equal("sent", outcome(f, 3));
}

static void after_four_days_it_is_given_up(void **state) {
  struct fixture *f = *state;
  f->recorder.verdict = DELIVERY_LATER;
  put(f, 1, NOW);
  size_t tries = 0;
  int64_t at = REAL;
  while (strncmp(outcome(f, 1), "waits", 5) == 0) {
    assert_in_range(tries++, 0, 60);
    clock_set(&f->real, at);
    pump(f);
    if (strcmp(outcome(f, 1), "waits") == 0) {
      assert_in_range(next_attempt(f, 1), at + RETRY_FIRST_SECONDS * 3 / 4, at + RETRY_LONGEST_SECONDS);
      at = next_attempt(f, 1);
    }
  }
  assert_string_equal("given up", outcome(f, 1));
  assert_in_range(at, REAL + RETRY_GIVE_UP_SECONDS, REAL + RETRY_GIVE_UP_SECONDS + RETRY_LONGEST_SECONDS);
  assert_non_null(strstr(mail_state(f, 1), "failed, "));
  assert_non_null(strstr(mail_state(f, 1), "given up after 4 days; at last: the server's words"));
  assert_int_equal(tries, f->recorder.count);
}

static void what_waited_while_nobody_was_here_is_tried_more_than_once(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  f->recorder.verdict = DELIVERY_LATER;
  pump(f);
  int64_t at = REAL + 2 * (int64_t)RETRY_GIVE_UP_SECONDS; // a week and more
  for (int64_t tries = 2; tries < RETRY_GIVE_UP_ATTEMPTS; tries++) {
    clock_set(&f->real, at);
    assert_int_equal(0, pump(f));
    assert_string_equal("waits", outcome(f, 1));
    at += RETRY_LONGEST_SECONDS;
  }
  clock_set(&f->real, at);
  pump(f);
  assert_string_equal("given up", outcome(f, 1));
}

static void tries_that_a_kill_cut_off_do_not_count_to_giving_up(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  bool is_more = false;
  struct mail_times times = {NOW, REAL};
  struct mail_due *due = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, mail_making_run(f->db, f->act.arena, &times, 10, &is_more));
  for (int64_t kills = 0; kills < 2 * (int64_t)RETRY_GIVE_UP_ATTEMPTS; kills++) {
    assert_int_equal(ERR_OK, mail_store_lease(f->db, f->act.arena, &times, REAL + 60, 10, &due, &count));
    assert_int_equal(1, count);
    assert_int_equal(ERR_OK, mail_store_end_leases(f->db));
  }
  clock_set(&f->real, REAL + 2 * (int64_t)RETRY_GIVE_UP_SECONDS);
  f->recorder.verdict = DELIVERY_LATER;
  assert_int_equal(0, pump(f));
  assert_string_equal("waits", outcome(f, 1));
}

// The machine's clock was a year ahead when it started.
static void what_was_put_off_by_a_clock_that_was_ahead_leaves_when_it_is_set_right(void **state) {
  struct fixture *f = *state;
  const int64_t year = 365 * 86400;
  clock_set(&f->real, REAL + year);
  clock_set(&f->clock, NOW + year);
  put(f, 1, NOW);
  put(f, 4, NOW);
  f->recorder.verdict = DELIVERY_LATER;
  pump(f);
  f->recorder.verdict = DELIVERY_SENT;
  clock_set(&f->real, REAL);
  clock_set(&f->clock, NOW);
  const struct mail_times times = {NOW, REAL};
  bool has_rows = true, has_mails = false;
  assert_int_equal(ERR_OK, mail_store_is_due(f->db, &times, &has_rows, &has_mails));
  assert_true(has_mails);
  assert_int_equal(2, pump(f));
  assert_string_equal("sent, 2 tries, -", mail_state(f, 1));
  put(f, 1, NOW); // and the hour of a mail of next year holds nothing back
  assert_int_equal(1, pump(f));
}

static void what_somebody_waits_for_does_not_stand_behind_the_rest(void **state) {
  struct fixture *f = *state;
  put(f, 4, NOW);
  bool is_more = false;
  struct mail_times times = {NOW, REAL};
  struct mail_due *due = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, mail_making_run(f->db, f->act.arena, &times, 10, &is_more));
  put_row(f, &(struct row){4, "welcome", true, false, 0, NOW});
  assert_int_equal(ERR_OK, mail_making_run(f->db, f->act.arena, &times, 10, &is_more));
  put_alone(f, 1, true, NOW + 900); // over soon
  times.real = REAL + 5;            // later
  assert_int_equal(ERR_OK, mail_making_run(f->db, f->act.arena, &times, 10, &is_more));
  assert_int_equal(ERR_OK, mail_store_lease(f->db, f->act.arena, &times, REAL + 60, 1, &due, &count));
  assert_int_equal(1, count);
  assert_int_equal(1, due[0].person);
  assert_int_equal(ERR_OK, mail_store_lease(f->db, f->act.arena, &times, REAL + 60, 9, &due, &count));
  assert_int_equal(2, count);
  assert_true(due[0].is_alone && !due[1].is_alone);
}

static void what_is_refused_for_good_is_not_tried_again(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  f->recorder.verdict = DELIVERY_REFUSED;
  assert_int_equal(1, pump(f));
  assert_string_equal("refused", outcome(f, 1));
  assert_string_equal("failed, 1 tries, the server's words", mail_state(f, 1));
  clock_set(&f->real, REAL + 10 * RETRY_GIVE_UP_SECONDS);
  assert_int_equal(0, pump(f));
  assert_int_equal(1, f->recorder.count);
}

static void a_mail_that_can_reach_nobody_any_more_fails_at_its_next_try(void **state) {
  static const struct {
    const char *sql;
    int64_t not_after;
    const char *outcome;
    const char *why;
  } cases[] = {
      {"update people set is_disabled = 1 where id = 1", 0, "disabled", "disabled since"},
      {"delete from addresses where person_id = 1", 0, "no address", "no address any more"},
      {"update people set name = name", NOW + HOUR, "expired", "its time is over"},
      {"update people set name = name", NOW + HOUR + 1, "sent", "a second before"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(0, i == 0 ? 0 : teardown(state) || setup(state));
    struct fixture *f = *state;
    put_alone(f, 1, true, cases[i].not_after);
    f->recorder.verdict = DELIVERY_LATER;
    pump(f);
    f->recorder.verdict = DELIVERY_SENT;
    assert_int_equal(ERR_OK, db_exec_values(f->db, cases[i].sql, NULL, 0));
    clock_set(&f->real, REAL + RETRY_FIRST_SECONDS);
    pump_at(f, NOW + HOUR);
    if (strcmp(outcome(f, 1), cases[i].outcome) != 0)
      fail_msg("%s: %s, %s", cases[i].why, outcome(f, 1), mail_state(f, 1));
    assert_null(strstr(db_dump(f->db, f->act.arena), "the secret words"));
  }
}

static void one_message_that_is_still_of_use_keeps_the_whole_mail(void **state) {
  struct fixture *f = *state;
  put_row(f, &(struct row){1, "lab seat", false, false, NOW + 10, NOW});
  put_row(f, &(struct row){1, "lab seat", false, false, NOW + 9 * HOUR, NOW});
  f->recorder.verdict = DELIVERY_LATER;
  pump(f);
  f->recorder.verdict = DELIVERY_SENT;
  clock_set(&f->real, REAL + RETRY_FIRST_SECONDS);
  pump_at(f, NOW + HOUR);
  assert_string_equal(f->recorder.bytes[0], f->recorder.bytes[1]);
}

static void a_mail_whose_messages_were_erased_fails(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  f->recorder.verdict = DELIVERY_LATER;
  pump(f);
  assert_int_equal(ERR_OK, db_exec(f->db, "delete from outbox where person_id = $1", db_int(1)));
  clock_set(&f->real, REAL + RETRY_FIRST_SECONDS);
  pump(f);
  assert_string_equal("failed, 1 tries, what it said was erased before it left", mail_state(f, 1));
}

static void a_lease_is_for_one_until_it_runs_out(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  bool is_more = false;
  struct mail_times times = {NOW, REAL};
  struct mail_due *due = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, mail_making_run(f->db, f->act.arena, &times, 10, &is_more));
  assert_int_equal(ERR_OK, mail_store_lease(f->db, f->act.arena, &times, REAL + 60, 10, &due, &count));
  assert_int_equal(1, count);
  assert_int_equal(1, due[0].attempts);
  static const struct {
    int64_t real;
    size_t count;
    const char *why;
  } cases[] = {{REAL, 0, "at once"}, {REAL + 60, 0, "in its last second"}, {REAL + 61, 1, "when it has run out"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    times.real = cases[i].real;
    bool has_rows = true, has_mails = true;
    assert_int_equal(ERR_OK, mail_store_is_due(f->db, &times, &has_rows, &has_mails));
    assert_false(has_rows);
    assert_int_equal(cases[i].count, has_mails);
    assert_int_equal(ERR_OK, mail_store_lease(f->db, f->act.arena, &times, times.real + 60, 10, &due, &count));
    if (count != cases[i].count)
      fail_msg("%s", cases[i].why);
  }
  assert_int_equal(2, due[0].attempts);
}

static void a_crash_sends_again_what_was_leased_and_only_that(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  pump(f);
  put(f, 4, NOW);
  bool is_more = false;
  struct mail_times times = {NOW, REAL};
  struct mail_due *due = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, mail_making_run(f->db, f->act.arena, &times, 10, &is_more));
  assert_int_equal(ERR_OK, mail_store_lease(f->db, f->act.arena, &times, REAL + 600, 10, &due, &count));
  assert_int_equal(1, count);
  // Here the process ends. The next one holds the store's lock, so it need not wait for the lease to run out.
  assert_int_equal(1, pump(f));
  assert_int_equal(2, f->recorder.count);
  assert_int_equal(2, f->recorder.ids[1]);
  assert_string_equal("sent, 1 tries, -", mail_state(f, 2)); // that which was cut off is none
}

static void a_message_to_an_address_that_is_nobodys_is_a_mail_of_its_own(void **state) {
  struct fixture *f = *state;
  int64_t id = put_row(f, &(struct row){0, "announcement", true, false, 0, NOW});
  assert_int_equal(ERR_OK,
                   db_exec(f->db, "update outbox set address = 'list@class.example' where id = $1", db_int(id)));
  f->recorder.verdict = DELIVERY_LATER;
  pump(f);
  f->recorder.verdict = DELIVERY_SENT;
  clock_set(&f->real, REAL + RETRY_FIRST_SECONDS);
  assert_int_equal(1, pump(f));
  assert_non_null(strstr(f->recorder.bytes[1], "<list@class.example>\r\nSubject"));
  assert_non_null(strstr(f->recorder.bytes[1], "the secret words"));
  put_alone(f, 1, false, 0);
  pump(f);
  assert_string_equal("sent", outcome(f, id)); // is not swept as a message to nobody
}

static void a_stored_header_with_a_line_end_never_leaves(void **state) {
  struct fixture *f = *state;
  put(f, 1, NOW);
  assert_int_equal(ERR_OK, db_exec(f->db, "update addresses set address = $1 where is_primary = 1 and person_id = 1",
                                   db_text("ada@x.edu>\r\nRCPT TO:<eve@x.org")));
  assert_int_equal(1, pump(f));
  assert_string_equal("refused", outcome(f, 1));
  assert_int_equal(0, f->recorder.count);
}

static void the_figures_and_the_list_tell_what_became_of_mail(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into courses (id, slug, title, syllabus, syllabus_version, "
                                          "created_at) values (7, 'smr', 'SMR', '', 1, 0)"));
  static const enum delivery verdicts[] = {DELIVERY_SENT, DELIVERY_REFUSED, DELIVERY_LATER};
  for (size_t i = 0; i < 3; i++) {
    f->recorder.verdict = verdicts[i];
    int64_t id = put_alone(f, 1, false, 0);
    assert_int_equal(
        ERR_OK, db_exec(f->db, "update outbox set course_id = $2 where id = $1", db_int(id), db_int(i == 1 ? 7 : 0)));
    clock_set(&f->real, REAL + (int64_t)i);
    pump(f);
  }
  struct mail_figures figures;
  assert_int_equal(ERR_OK, mail_store_figures(f->db, &figures));
  assert_int_equal(1, figures.waiting);
  assert_int_equal(1, figures.sent);
  assert_int_equal(1, figures.failed);
  assert_int_equal(REAL + 2, figures.oldest_made_at);
  struct mail_row *rows = NULL;
  size_t count = 0;
  struct mail_query query = {.below = INT64_MAX, .limit = 2};
  assert_int_equal(ERR_OK, mail_store_list(f->db, f->act.arena, &query, &rows, &count));
  assert_int_equal(2, count);
  assert_int_equal(3, rows[0].id);
  assert_string_equal("waiting", rows[0].state);
  assert_int_not_equal(0, rows[0].next_attempt);
  assert_int_equal(2, rows[1].id);
  assert_string_equal("failed", rows[1].state);
  assert_string_equal("the server's words", rows[1].reason);
  assert_string_equal("Ada", rows[1].name);
  assert_string_equal("Hello", rows[1].subject);
  assert_int_equal(0, rows[1].next_attempt);
  query = (struct mail_query){.course = 7, .state = "failed", .below = INT64_MAX, .limit = 10};
  assert_int_equal(ERR_OK, mail_store_list(f->db, f->act.arena, &query, &rows, &count));
  assert_int_equal(1, count);
  query.state = "sent";
  assert_int_equal(ERR_OK, mail_store_list(f->db, f->act.arena, &query, &rows, &count));
  assert_int_equal(0, count);
}

static size_t files_in(const char *folder, const char *name, mode_t *mode) {
  char path[256];
  struct stat found;
  snprintf(path, sizeof path, "%s/mail/%s", folder, name);
  if (stat(path, &found) != 0)
    return 0;
  *mode = found.st_mode & 0777;
  return (size_t)found.st_size;
}

static void files_are_one_a_mail_also_after_a_crash_between_writing_and_marking(void **state) {
  struct fixture *f = *state;
  char folder[] = "/tmp/tandem-mail-XXXXXX";
  assert_non_null(mkdtemp(folder));
  struct transport *files = NULL;
  assert_int_equal(ERR_OK, mail_files_new(folder, &files));
  assert_non_null(strstr(files->note, "Mail is not being sent"));
  f->options.transport = files;
  put(f, 1, NOW);
  assert_int_equal(1, pump(f));
  mode_t mode = 0;
  size_t size = files_in(folder, "000000001.eml", &mode);
  assert_int_not_equal(0, size);
  assert_int_equal(0600, mode);
  assert_int_equal(ERR_OK, db_exec(f->db, "update outbox set sent_at = null, outcome = null"));
  assert_int_equal(ERR_OK, db_exec(f->db, "update mails set state = 'sending', lease_until = 0, settled_at = null"));
  assert_int_equal(1, pump(f));
  assert_int_equal(size, files_in(folder, "000000001.eml", &mode));
  assert_int_equal(0, files_in(folder, ".000000001.eml.tmp", &mode));
  transport_free(files);
  char path[256];
  snprintf(path, sizeof path, "%s/mail/000000001.eml", folder);
  assert_int_equal(0, unlink(path));
  snprintf(path, sizeof path, "%s/mail", folder);
  assert_int_equal(0, rmdir(path)); // there was nothing else
  assert_int_equal(0, rmdir(folder));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_secret_is_erased_when_it_has_left_or_failed_or_expired),
      TEST(what_fails_for_a_while_is_tried_again_with_the_same_name),
      TEST(a_mail_that_waits_holds_up_no_other_and_takes_nothing_more_along),
      TEST(after_four_days_it_is_given_up),
      TEST(what_waited_while_nobody_was_here_is_tried_more_than_once),
      TEST(tries_that_a_kill_cut_off_do_not_count_to_giving_up),
      TEST(what_was_put_off_by_a_clock_that_was_ahead_leaves_when_it_is_set_right),
      TEST(what_somebody_waits_for_does_not_stand_behind_the_rest),
      TEST(what_is_refused_for_good_is_not_tried_again),
      TEST(a_mail_that_can_reach_nobody_any_more_fails_at_its_next_try),
      TEST(one_message_that_is_still_of_use_keeps_the_whole_mail),
      TEST(a_mail_whose_messages_were_erased_fails),
      TEST(a_lease_is_for_one_until_it_runs_out),
      TEST(a_crash_sends_again_what_was_leased_and_only_that),
      TEST(a_message_to_an_address_that_is_nobodys_is_a_mail_of_its_own),
      TEST(a_stored_header_with_a_line_end_never_leaves),
      TEST(the_figures_and_the_list_tell_what_became_of_mail),
      TEST(files_are_one_a_mail_also_after_a_crash_between_writing_and_marking),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
