// SPDX-License-Identifier: AGPL-3.0-or-later
// What waits in the outbox, taken to a transport that the test holds, and to files.
#include "server/outbound/mail_pump.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/secret.h"
#include "server/outbound/mail_files.h"
#include "server/outbound/outbox.h"
#include "tests/unit/server/db/scratch.h"

enum { NOW = 1693922400, SENT_MAX = 200 };

struct recorder {
  struct transport transport; // first
  enum delivery verdict;
  int64_t ids[SENT_MAX];
  const char *bytes[SENT_MAX];
  size_t count;
  struct arena *arena;
};

struct fixture {
  struct db *db;
  struct act act;
  struct problem problem;
  struct clock clock;
  struct recorder recorder;
  struct mail_pump_options options;
};

static void record(struct transport *transport, const struct transport_mail *mail, delivery_done *done, void *context) {
  struct recorder *recorder = (struct recorder *)transport;
  assert_in_range(recorder->count, 0, SENT_MAX - 1);
  recorder->ids[recorder->count] = mail->id;
  recorder->bytes[recorder->count++] = arena_text_n(recorder->arena, mail->bytes, mail->size);
  done(context, recorder->verdict);
}

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_int_equal(ERR_OK, secret_init());
  f->db = scratch_memory();
  struct arena *arena = arena_new();
  problem_init(&f->problem, arena);
  f->act = (struct act){.db = f->db, .arena = arena, .now = NOW, .actor = 1, .problem = &f->problem};
  f->clock = clock_fixed(NOW);
  f->recorder = (struct recorder){.transport = {.send = record}, .verdict = DELIVERY_SENT, .arena = arena};
  f->options = (struct mail_pump_options){.transport = &f->recorder.transport,
                                          .from_address = "tandem@example.edu",
                                          .public_url = "https://t.example.edu",
                                          .clock = &f->clock};
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into people (id, name, created_at) values (1, 'Ada', 0), "
                                          "(2, 'No Address', 0)"));
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into people (id, name, is_disabled, created_at) "
                                          "values (3, 'Gone', 1, 0)"));
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into addresses (address_key, address, person_id, is_primary) "
                                          "values ('old@x.edu', 'old@x.edu', 1, 0), ('ada@x.edu', 'Ada@x.edu', 1, 1), "
                                          "('gone@x.edu', 'gone@x.edu', 3, 1)"));
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  db_close(f->db);
  arena_free(f->act.arena);
  free(f);
  return 0;
}

static void put(struct fixture *f, int64_t person, bool is_secret, int64_t not_after) {
  const struct message message = {.person = person,
                                  .kind = "test",
                                  .subject = "Hello",
                                  .words = "the secret words",
                                  .link = "/secret-path",
                                  .is_secret = is_secret,
                                  .not_after = not_after};
  assert_int_equal(ERR_OK, outbox_put(&f->act, &message));
}

static size_t pump(struct fixture *f) {
  size_t settled = 0;
  assert_int_equal(ERR_OK, mail_pump_run_due(&f->options, f->db, &settled));
  return settled;
}

static const char *outcome(struct fixture *f, int64_t id) {
  struct db_rows rows DB_SCOPE =
      db_query(f->db, "select coalesce(outcome, 'waits') from outbox where id = $1", db_int(id));
  return db_next(&rows) ? db_column_text(&rows, 0, f->act.arena) : "gone";
}

static void each_message_leaves_once_in_its_order(void **state) {
  struct fixture *f = *state;
  for (int i = 0; i < 2 * MAIL_PUMP_AT_ONCE + 1; i++)
    put(f, 1, false, 0);
  assert_int_equal(2 * MAIL_PUMP_AT_ONCE + 1, pump(f));
  assert_int_equal(2 * MAIL_PUMP_AT_ONCE + 1, f->recorder.count);
  for (size_t i = 0; i < f->recorder.count; i++)
    assert_int_equal(i + 1, f->recorder.ids[i]);
  assert_non_null(strstr(f->recorder.bytes[0], "<Ada@x.edu>"));
  assert_non_null(strstr(f->recorder.bytes[0], "https://t.example.edu/secret-path"));
  assert_int_equal(0, pump(f));
  assert_int_equal(2 * MAIL_PUMP_AT_ONCE + 1, f->recorder.count);
}

static void what_cannot_be_delivered_is_settled_without_a_transport(void **state) {
  struct fixture *f = *state;
  static const struct {
    int64_t person;
    int64_t not_after;
    const char *outcome;
    const char *why;
  } cases[] = {
      {2, 0, "no address", "a person without an address"},
      {3, 0, "disabled", "a disabled person"},
      {99, 0, "no address", "nobody any more"},
      {1, NOW, "expired", "its time is over at this instant"},
      {1, NOW + 1, "sent", "a second before"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    put(f, cases[i].person, false, cases[i].not_after);
    pump(f);
    if (strcmp(outcome(f, (int64_t)i + 1), cases[i].outcome) != 0)
      fail_msg("%s: %s", cases[i].why, outcome(f, (int64_t)i + 1));
  }
  assert_int_equal(1, f->recorder.count);
}

static void a_secret_is_erased_when_it_has_left_or_has_expired(void **state) {
  struct fixture *f = *state;
  put(f, 1, true, NOW + 10);
  put(f, 1, true, NOW);
  assert_non_null(strstr(db_dump(f->db, f->act.arena), "the secret words"));
  pump(f);
  assert_non_null(strstr(f->recorder.bytes[0], "the secret words"));
  assert_null(strstr(db_dump(f->db, f->act.arena), "the secret words"));
  assert_null(strstr(db_dump(f->db, f->act.arena), "secret-path"));
}

static void what_fails_for_a_while_stays_and_is_tried_again(void **state) {
  struct fixture *f = *state;
  put(f, 1, true, NOW + 10);
  f->recorder.verdict = DELIVERY_LATER;
  assert_int_equal(0, pump(f));
  assert_string_equal("waits", outcome(f, 1));
  f->recorder.verdict = DELIVERY_SENT;
  assert_int_equal(1, pump(f));
  assert_string_equal("sent", outcome(f, 1));
  const char *first = strstr(f->recorder.bytes[0], "Message-ID"), *second = strstr(f->recorder.bytes[1], "Message-ID");
  assert_int_equal(0, strncmp(first, second, strcspn(first, "\r")));
}

static void what_is_refused_for_good_is_not_tried_again(void **state) {
  struct fixture *f = *state;
  put(f, 1, false, 0);
  f->recorder.verdict = DELIVERY_REFUSED;
  assert_int_equal(1, pump(f));
  assert_string_equal("refused", outcome(f, 1));
  assert_int_equal(0, pump(f));
}

static void a_stored_header_with_a_line_end_never_leaves(void **state) {
  struct fixture *f = *state;
  put(f, 1, false, 0);
  assert_int_equal(ERR_OK, db_exec(f->db, "update addresses set address = $1 where is_primary = 1 and person_id = 1",
                                   db_text("ada@x.edu>\r\nRCPT TO:<eve@x.org")));
  assert_int_equal(1, pump(f));
  assert_string_equal("refused", outcome(f, 1));
  assert_int_equal(0, f->recorder.count);
}

static void messages_to_nobody_are_swept_but_never_the_newest_number(void **state) {
  struct fixture *f = *state;
  put(f, 0, true, NOW + 10);
  put(f, 0, true, NOW + 10);
  pump(f);
  assert_string_equal("gone", outcome(f, 1));
  assert_string_equal("no address", outcome(f, 2)); // a row that took its number anew would overwrite its file
  put(f, 1, false, 0);
  pump(f);
  assert_string_equal("gone", outcome(f, 2));
  assert_string_equal("sent", outcome(f, 3));
  assert_int_equal(1, f->recorder.count);
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

static void files_are_one_a_message_also_after_a_crash_between_writing_and_marking(void **state) {
  struct fixture *f = *state;
  char folder[] = "/tmp/tandem-mail-XXXXXX";
  assert_non_null(mkdtemp(folder));
  struct transport *files = NULL;
  assert_int_equal(ERR_OK, mail_files_new(folder, &files));
  assert_non_null(strstr(files->note, "Mail is not being sent"));
  f->options.transport = files;
  put(f, 1, false, 0);
  assert_int_equal(1, pump(f));
  mode_t mode = 0;
  size_t size = files_in(folder, "000000001.eml", &mode);
  assert_int_not_equal(0, size);
  assert_int_equal(0600, mode);
  assert_int_equal(ERR_OK, db_exec(f->db, "update outbox set sent_at = null, outcome = null"));
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
      TEST(each_message_leaves_once_in_its_order),
      TEST(what_cannot_be_delivered_is_settled_without_a_transport),
      TEST(a_secret_is_erased_when_it_has_left_or_has_expired),
      TEST(what_fails_for_a_while_stays_and_is_tried_again),
      TEST(what_is_refused_for_good_is_not_tried_again),
      TEST(a_stored_header_with_a_line_end_never_leaves),
      TEST(messages_to_nobody_are_swept_but_never_the_newest_number),
      TEST(files_are_one_a_message_also_after_a_crash_between_writing_and_marking),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
