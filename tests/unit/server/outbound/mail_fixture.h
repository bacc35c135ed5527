// SPDX-License-Identifier: AGPL-3.0-or-later
// For the tests of making and sending mails: a store with four people, a transport that records, and two clocks that
// stand still. Include after cmocka.h.
#pragma once

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/secret.h"
#include "server/outbound/mail_making.h"
#include "server/outbound/mail_pump.h"
#include "server/outbound/retry.h"
#include "tests/unit/server/db/scratch.h"

enum { NOW = 1693922400, REAL = 1800000000, SENT_MAX = 200, HOUR = 3600 };

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
  struct clock real;
  struct recorder recorder;
  struct mail_pump_options options;
};

__attribute__((unused)) static void record(struct transport *transport, const struct transport_mail *mail,
                                           delivery_done *done, void *context) {
  struct recorder *recorder = (struct recorder *)transport;
  assert_in_range(recorder->count, 0, SENT_MAX - 1);
  recorder->ids[recorder->count] = mail->id;
  recorder->bytes[recorder->count++] = arena_text_n(recorder->arena, mail->bytes, mail->size);
  done(context, recorder->verdict, recorder->verdict == DELIVERY_SENT ? NULL : "the server's words");
}

__attribute__((unused)) static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_int_equal(ERR_OK, secret_init());
  f->db = scratch_memory();
  struct arena *arena = arena_new();
  problem_init(&f->problem, arena);
  f->act = (struct act){.db = f->db, .arena = arena, .now = NOW, .actor = 1, .problem = &f->problem};
  f->clock = clock_fixed(NOW);
  f->real = clock_fixed(REAL);
  f->recorder = (struct recorder){.transport = {.send = record}, .verdict = DELIVERY_SENT, .arena = arena};
  f->options = (struct mail_pump_options){.transport = &f->recorder.transport,
                                          .from_address = "tandem@example.edu",
                                          .public_url = "https://t.example.edu",
                                          .clock = &f->clock,
                                          .real = &f->real};
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into people (id, name, is_disabled, created_at) values "
                                          "(1, 'Ada', 0, 0), (2, 'Ben', 0, 0), (3, 'Cy', 1, 0), (4, 'Di', 0, 0)"));
  assert_int_equal(ERR_OK, db_exec(f->db, "insert into addresses (address_key, address, person_id, is_primary) values "
                                          "('ada@x.edu', 'Ada@x.edu', 1, 1), ('other@x.edu', 'other@x.edu', 1, 0), "
                                          "('cy@x.edu', 'cy@x.edu', 3, 1), ('di@x.edu', 'di@x.edu', 4, 1)"));
  *state = f;
  return 0;
}

__attribute__((unused)) static int teardown(void **state) {
  struct fixture *f = *state;
  db_close(f->db);
  arena_free(f->act.arena);
  free(f);
  return 0;
}

// A row as outbox_put would leave it; at once and on its own, or with what else waits from `deliver_at` on.
struct row {
  int64_t person;
  const char *kind;
  bool is_alone;
  bool is_secret;
  int64_t not_after;
  int64_t deliver_at; // 0: with the daily mail
};

__attribute__((unused)) static int64_t put_row(struct fixture *f, const struct row *row) {
  assert_int_equal(ERR_OK,
                   db_exec(f->db,
                           "insert into outbox (course_id, person_id, kind, subject, words, link, at, "
                           "is_secret, not_after, deliver_at, is_alone) "
                           "values (0, $1, $2, 'Hello', 'the secret words', '/secret-path', 0, $3, $4, $5, $6)",
                           db_int(row->person), db_text(row->kind), db_int(row->is_secret),
                           db_int_or_null(row->not_after), db_int_or_null(row->deliver_at), db_int(row->is_alone)));
  return db_last_id(f->db);
}

__attribute__((unused)) static int64_t put_alone(struct fixture *f, int64_t person, bool is_secret, int64_t not_after) {
  return put_row(f, &(struct row){person, "sign-in link", true, is_secret, not_after, NOW});
}

__attribute__((unused)) static int64_t put(struct fixture *f, int64_t person, int64_t deliver_at) {
  return put_row(f, &(struct row){person, "invitation", false, false, 0, deliver_at});
}

__attribute__((unused)) static size_t pump(struct fixture *f) {
  size_t settled = 0;
  assert_int_equal(ERR_OK, mail_pump_run_due(&f->options, f->db, &settled));
  return settled;
}

__attribute__((unused)) static size_t pump_at(struct fixture *f, int64_t now) {
  clock_set(&f->clock, now);
  return pump(f);
}

__attribute__((unused)) static const char *outcome(struct fixture *f, int64_t id) {
  struct db_rows rows DB_SCOPE =
      db_query(f->db, "select coalesce(outcome, 'waits') from outbox where id = $1", db_int(id));
  return db_next(&rows) ? db_column_text(&rows, 0, f->act.arena) : "gone";
}

// "state, attempts tries, next in N, reason"
__attribute__((unused)) static const char *mail_state(struct fixture *f, int64_t id) {
  struct db_rows rows DB_SCOPE = db_query(
      f->db, "select state, attempts, next_attempt, coalesce(reason, '-') from mails where id = $1", db_int(id));
  assert_true(db_next(&rows));
  return arena_format(f->act.arena, "%s, %" PRId64 " tries, %s", db_column_text(&rows, 0, f->act.arena),
                      db_column_int(&rows, 1), db_column_text(&rows, 3, f->act.arena));
}

__attribute__((unused)) static int64_t next_attempt(struct fixture *f, int64_t id) {
  int64_t at = 0;
  assert_int_equal(ERR_OK, db_get_int(f->db, &at, "select next_attempt from mails where id = $1", db_int(id)));
  return at;
}

__attribute__((unused)) static const char *message_id(struct fixture *f, size_t number) {
  const char *start = strstr(f->recorder.bytes[number], "Message-ID");
  return arena_text_n(f->act.arena, start, strcspn(start, "\r"));
}

__attribute__((unused)) static size_t things_in(struct fixture *f, size_t number) {
  const char *subject = strstr(f->recorder.bytes[number], "Subject: ") + strlen("Subject: ");
  return strncmp(subject, "Hello", 5) == 0 ? 1 : (size_t)strtol(subject, NULL, 10);
}
