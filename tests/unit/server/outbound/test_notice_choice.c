// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/db/settings.h"
#include "server/outbound/mail_making.h"
#include "server/outbound/notice_choice.h"
#include "server/outbound/outbox.h"
#include "tests/unit/server/db/scratch.h"

enum { ANN = 5, HOUR = 3600 };

struct fixture {
  struct act act;
  struct problem problem;
};

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  struct arena *arena = arena_new();
  assert_int_equal(ERR_OK, secret_init());
  problem_init(&f->problem, arena);
  f->act = (struct act){.db = scratch_memory(), .arena = arena, .now = 1000, .actor = 1, .problem = &f->problem};
  assert_int_equal(ERR_OK, db_exec(f->act.db, "insert into people (id, name, created_at) values (5, 'Ann Ng', 0)"));
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  db_close(f->act.db);
  arena_free(f->act.arena);
  free(f);
  return 0;
}

static int64_t instant(const char *words) {
  int64_t at = 0;
  if (!instant_parse(words, &at))
    fail_msg("%s is no instant", words);
  return at;
}

#define NEW_YORK "America/New_York"
#define NIGHT 22 * 60, 7 * 60
#define MIDDAY 12 * 60, 13 * 60

struct quiet_case {
  struct quiet_hours quiet;
  const char *at;
  const char *end; // NULL: not held
  const char *why;
};

// In 2023 New York's clocks went from 02:00 EST to 03:00 EDT on 12 March, and from 02:00 EDT to 01:00 EST on
// 5 November.
static const struct quiet_case quiet_cases[] = {
    {{MIDDAY, "UTC"}, "2023-09-05T11:59:59Z", NULL, "the second before they start"},
    {{MIDDAY, "UTC"}, "2023-09-05T12:00:00Z", "2023-09-05T13:00:00Z", "the second in which they start"},
    {{MIDDAY, "UTC"}, "2023-09-05T12:00:01Z", "2023-09-05T13:00:00Z", "the second after"},
    {{MIDDAY, "UTC"}, "2023-09-05T12:59:59Z", "2023-09-05T13:00:00Z", "the second before they end"},
    {{MIDDAY, "UTC"}, "2023-09-05T13:00:00Z", NULL, "the second in which they end"},
    {{MIDDAY, "UTC"}, "2023-09-05T13:00:01Z", NULL, "the second after they end"},
    {{NIGHT, "UTC"}, "2023-09-05T21:59:59Z", NULL, "before the night"},
    {{NIGHT, "UTC"}, "2023-09-05T22:00:00Z", "2023-09-06T07:00:00Z", "the night's first second ends tomorrow"},
    {{NIGHT, "UTC"}, "2023-09-05T23:59:59Z", "2023-09-06T07:00:00Z", "the last second of the day"},
    {{NIGHT, "UTC"}, "2023-09-06T00:00:00Z", "2023-09-06T07:00:00Z", "midnight"},
    {{NIGHT, "UTC"}, "2023-09-06T06:59:59Z", "2023-09-06T07:00:00Z", "the night's last second ends today"},
    {{NIGHT, "UTC"}, "2023-09-06T07:00:00Z", NULL, "the morning"},
    {{NIGHT, "UTC"}, "2023-12-31T23:00:00Z", "2024-01-01T07:00:00Z", "across the year"},
    {{0, 60, "UTC"}, "2023-09-05T23:59:59Z", NULL, "before midnight"},
    {{0, 60, "UTC"}, "2023-09-06T00:00:00Z", "2023-09-06T01:00:00Z", "from midnight on"},
    {{23 * 60, 0, "UTC"}, "2023-09-05T23:59:59Z", "2023-09-06T00:00:00Z", "until midnight"},
    {{23 * 60, 0, "UTC"}, "2023-09-06T00:00:00Z", NULL, "midnight is after it"},
    {{NIGHT, "Asia/Kolkata"}, "2023-09-05T16:29:59Z", NULL, "half an hour off, without DST: 21:59:59"},
    {{NIGHT, "Asia/Kolkata"}, "2023-09-05T16:30:00Z", "2023-09-06T01:30:00Z", "22:00"},
    {{NIGHT, "Asia/Kolkata"}, "2023-09-06T01:30:00Z", NULL, "07:00"},
    {{NIGHT, NEW_YORK}, "2023-09-06T01:59:59Z", NULL, "21:59:59 EDT on the day before UTC's"},
    {{NIGHT, NEW_YORK}, "2023-09-06T02:00:00Z", "2023-09-06T11:00:00Z", "22:00 EDT"},
    {{NIGHT, NEW_YORK}, "2023-03-12T03:00:00Z", "2023-03-12T11:00:00Z", "the short night: 22:00 EST to 07:00 EDT"},
    {{NIGHT, NEW_YORK}, "2023-03-12T10:59:59Z", "2023-03-12T11:00:00Z", "its last second"},
    {{NIGHT, NEW_YORK}, "2023-03-12T11:00:00Z", NULL, "after the short night"},
    {{NIGHT, NEW_YORK}, "2023-11-05T02:00:00Z", "2023-11-05T12:00:00Z", "the long night: 22:00 EDT to 07:00 EST"},
    {{NIGHT, NEW_YORK}, "2023-11-05T11:59:59Z", "2023-11-05T12:00:00Z", "its last second"},
    {{NIGHT, NEW_YORK}, "2023-11-05T12:00:00Z", NULL, "after the long night"},
    {{22 * 60, 150, NEW_YORK}, "2023-03-12T06:59:59Z", "2023-03-12T07:00:00Z", "02:30 is skipped: 03:00 EDT"},
    {{22 * 60, 150, NEW_YORK}, "2023-03-12T07:00:00Z", NULL, "at 03:00 EDT it is over"},
    {{150, 5 * 60, NEW_YORK}, "2023-03-12T06:59:59Z", NULL, "02:30 is skipped: not yet at 01:59:59"},
    {{150, 5 * 60, NEW_YORK}, "2023-03-12T07:00:00Z", "2023-03-12T09:00:00Z", "but from 03:00 EDT on"},
    {{22 * 60, 90, NEW_YORK}, "2023-11-05T05:30:00Z", "2023-11-05T06:30:00Z", "01:30 comes twice: the later ends it"},
    {{22 * 60, 90, NEW_YORK}, "2023-11-05T06:29:59Z", "2023-11-05T06:30:00Z", "the second before the later"},
    {{22 * 60, 90, NEW_YORK}, "2023-11-05T06:30:00Z", NULL, "the later"},
    {{90, 5 * 60, NEW_YORK}, "2023-11-05T06:29:59Z", NULL, "01:30 comes twice: the later starts it"},
    {{90, 5 * 60, NEW_YORK}, "2023-11-05T06:30:00Z", "2023-11-05T10:00:00Z", "the later"},
};

static void quiet_hours_hold_from_their_first_second_to_the_one_before_they_end(void **state) {
  struct fixture *f = *state;
  for (size_t i = 0; i < sizeof quiet_cases / sizeof *quiet_cases; i++) {
    const struct quiet_case *c = &quiet_cases[i];
    bool is_held = false;
    int64_t end = 0;
    assert_int_equal(ERR_OK, quiet_hours_hold(f->act.arena, &c->quiet, instant(c->at), &is_held, &end));
    if (is_held != (c->end != NULL) || (is_held && end != instant(c->end)))
      fail_msg("%s at %s: %s: %s until %lld", c->quiet.zone, c->at, c->why, is_held ? "held" : "not held",
               (long long)end);
  }
}

static void put(struct fixture *f, int64_t person, const char *kind, bool can_wait) {
  const struct message message = {
      .person = person, .kind = kind, .subject = "A subject", .words = "Words.", .can_wait = can_wait};
  assert_int_equal(ERR_OK, outbox_put(&f->act, &message));
}

static int64_t of_last(struct fixture *f, int64_t person, int which) {
  int64_t values[4] = {0};
  struct db_rows rows DB_SCOPE = db_query(f->act.db,
                                          "select coalesce(deliver_at, -1), is_alone, coalesce(sent_at, -1), "
                                          "coalesce(outcome, '') = 'turned off' from outbox where person_id = $1 "
                                          "order by id desc limit 1",
                                          db_int(person));
  assert_true(db_next(&rows));
  for (int i = 0; i < 4; i++)
    values[i] = db_column_int(&rows, i);
  return values[which];
}
enum { DELIVER_AT, IS_ALONE, SENT_AT, IS_TURNED_OFF };

static void each_pace_says_when_a_message_leaves(void **state) {
  struct fixture *f = *state;
  const struct {
    const char *kind;
    enum notice_pace pace;
    int64_t deliver_at;
    bool is_alone;
  } cases[] = {
      {"sign-in link", NOTICE_ALONE, 1000, true},
      {"invitation", NOTICE_NOW, 1000, false},
      {"member left", NOTICE_HOUR, 1000 + HOUR, false},
      {"request", NOTICE_DAY, -1, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(cases[i].pace, notice_kind_find(cases[i].kind)->pace);
    put(f, ANN, cases[i].kind, false);
    assert_int_equal(cases[i].deliver_at, of_last(f, ANN, DELIVER_AT));
    assert_int_equal(cases[i].is_alone, of_last(f, ANN, IS_ALONE));
    assert_int_equal(-1, of_last(f, ANN, SENT_AT));
  }
}

static void quiet_hours_move_what_can_wait_to_their_end_and_nothing_else(void **state) {
  struct fixture *f = *state;
  const struct quiet_hours night = {NIGHT, "UTC"};
  assert_int_equal(ERR_OK, notice_set_quiet_hours(f->act.db, ANN, &night));
  const struct {
    const char *now;
    const char *kind;
    bool can_wait;
    const char *deliver_at; // NULL: with the daily mail
    const char *why;
  } cases[] = {
      {"2023-09-05T20:59:59Z", "member left", false, "2023-09-05T21:59:59Z", "leaves a second before the night"},
      {"2023-09-05T21:00:00Z", "member left", false, "2023-09-06T07:00:00Z", "its hour ends as the night begins"},
      {"2023-09-06T05:59:59Z", "member left", false, "2023-09-06T07:00:00Z", "its hour ends a second before the end"},
      {"2023-09-06T06:00:00Z", "member left", false, "2023-09-06T07:00:00Z", "its hour ends with the night"},
      {"2023-09-06T06:00:01Z", "member left", false, "2023-09-06T07:00:01Z", "its hour is longer than the night"},
      {"2023-09-05T23:00:00Z", "invitation", false, "2023-09-05T23:00:00Z", "somebody must act: it does not wait"},
      {"2023-09-05T23:00:00Z", "reminder", true, "2023-09-06T07:00:00Z", "but this one can"},
      {"2023-09-05T21:59:59Z", "reminder", true, "2023-09-05T21:59:59Z", "by day it leaves at once"},
      {"2023-09-05T23:00:00Z", "sign-in link", true, "2023-09-05T23:00:00Z", "asked for: now"},
      {"2023-09-05T23:00:00Z", "request", true, NULL, "the daily mail has its own time"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    f->act.now = instant(cases[i].now);
    put(f, ANN, cases[i].kind, cases[i].can_wait);
    int64_t expected = cases[i].deliver_at == NULL ? -1 : instant(cases[i].deliver_at);
    if (of_last(f, ANN, DELIVER_AT) != expected)
      fail_msg("%s at %s: %s", cases[i].kind, cases[i].now, cases[i].why);
  }
  assert_int_equal(ERR_OK, notice_set_quiet_hours(f->act.db, ANN, NULL));
  f->act.now = instant("2023-09-05T23:00:00Z");
  put(f, ANN, "member left", false);
  assert_int_equal(f->act.now + HOUR, of_last(f, ANN, DELIVER_AT));
}

static void what_has_to_be_acted_on_within_a_day_waits_for_nothing(void **state) {
  struct fixture *f = *state;
  const struct quiet_hours night = {NIGHT, "UTC"};
  const int64_t now = instant("2023-09-05T21:30:00Z"), morning = instant("2023-09-06T07:00:00Z");
  const struct {
    int64_t act_by;
    int64_t deliver_at;
    const char *why;
  } cases[] = {
      {0, morning, "nothing to act on"},
      {morning - HOUR, now, "too late in the morning"},
      {morning + 24 * HOUR - 1, now, "less than a day is left in the morning"},
      {morning + 24 * HOUR, morning, "a day is"},
      {now, morning, "too late already"},
  };
  assert_int_equal(ERR_OK, notice_set_quiet_hours(f->act.db, ANN, &night));
  f->act.now = now;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct message message = {
        .person = ANN, .kind = "dates moved", .subject = "A subject", .words = "Words.", .act_by = cases[i].act_by};
    assert_int_equal(ERR_OK, outbox_put(&f->act, &message));
    if (of_last(f, ANN, DELIVER_AT) != cases[i].deliver_at)
      fail_msg("%s", cases[i].why);
  }
}

static void what_was_turned_off_is_settled_at_once_and_can_still_be_read(void **state) {
  struct fixture *f = *state;
  const struct notice_kind *kind = notice_kind_find("member left");
  assert_int_equal(ERR_OK, notice_choose(f->act.db, ANN, kind, false));
  put(f, ANN, "member left", false);
  assert_int_equal(1000, of_last(f, ANN, SENT_AT));
  assert_true(of_last(f, ANN, IS_TURNED_OFF));
  put(f, ANN, "member joined", false); // only the kind that was named
  assert_int_equal(-1, of_last(f, ANN, SENT_AT));
  put(f, 6, "member left", false); // only the person who chose
  assert_int_equal(-1, of_last(f, 6, SENT_AT));
  struct message_row *rows = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, outbox_list(f->act.db, f->act.arena, ANN, INT64_MAX, 10, &rows, &count));
  assert_int_equal(2, count);
  assert_string_equal("member left", rows[1].kind);
  assert_int_equal(ERR_OK, notice_choose(f->act.db, ANN, kind, true));
  put(f, ANN, "member left", false);
  assert_int_equal(-1, of_last(f, ANN, SENT_AT));
}

static void a_choice_against_what_may_not_be_off_is_not_looked_at(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, db_exec(f->act.db, "insert into notice_choices values (5, 'dates moved', 0)"));
  put(f, ANN, "dates moved", false);
  assert_int_equal(-1, of_last(f, ANN, SENT_AT));
}

static uint64_t statements_of(struct fixture *f, int64_t person, const char *kind) {
  uint64_t before = db_statement_count(f->act.db);
  put(f, person, kind, false);
  return db_statement_count(f->act.db) - before;
}

static void a_put_costs_at_most_two_lookups_and_none_for_nobody(void **state) {
  struct fixture *f = *state;
  assert_int_equal(1, statements_of(f, ANN, "sign-in link"));
  assert_int_equal(1, statements_of(f, 0, "sign-in link")); // known and unknown cost the same
  assert_int_equal(3, statements_of(f, ANN, "member left"));
  assert_int_equal(2, statements_of(f, ANN, "dates moved"));
  assert_int_equal(2, statements_of(f, ANN, "invitation"));
  assert_int_equal(1, statements_of(f, 0, "member left"));
}

static int64_t count_of(struct fixture *f, const char *sql) {
  int64_t count = -1;
  assert_int_equal(ERR_OK, db_get_int_values(f->act.db, &count, sql, NULL, 0));
  return count;
}

static void make_mails(struct fixture *f, int64_t now) {
  const struct mail_times times = {.now = now, .real = now};
  bool is_more = false;
  assert_int_equal(ERR_OK, mail_making_run(f->act.db, f->act.arena, &times, 100, &is_more));
}

static void five_events_of_one_hour_leave_as_one_mail(void **state) {
  struct fixture *f = *state;
  static const char *const five[] = {"member left", "member joined", "team renamed", "team contact", "work handed in"};
  assert_int_equal(ERR_OK, db_exec(f->act.db, "insert into addresses values ('ann@a.example', 'ann@a.example', 5, 1)"));
  for (int i = 0; i < 5; i++) {
    f->act.now = 1000 + i * 800; // 3,200 s in all
    put(f, ANN, five[i], false);
  }
  make_mails(f, 1000 + HOUR - 1);
  assert_int_equal(0, count_of(f, "select count(*) from mails"));
  make_mails(f, 1000 + HOUR);
  assert_int_equal(1, count_of(f, "select count(*) from mails"));
  assert_int_equal(5, count_of(f, "select count(*) from outbox where mail_id = 1"));
}

static void a_message_to_an_address_is_a_mail_of_its_own(void **state) {
  struct fixture *f = *state;
  struct message message = {.kind = "announcement", .subject = "News", .words = "Words.", .address = "class@p.example"};
  put(f, 0, "sign-in link", false); // to nobody
  for (int i = 0; i < 2; i++)
    assert_int_equal(ERR_OK, outbox_put(&f->act, &message));
  make_mails(f, 1000 + HOUR);
  assert_int_equal(2, count_of(f, "select count(*) from mails"));
  const struct mail_times times = {.now = 1000 + HOUR, .real = 1000 + HOUR};
  struct mail_due *mails = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, mail_store_lease(f->act.db, f->act.arena, &times, 9000, 10, &mails, &count));
  assert_int_equal(2, count);
  assert_string_equal("class@p.example", mails[0].address);
  assert_null(mails[0].unsubscribe);
  assert_int_equal(1, mails[0].count);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(ERR_OK, mail_store_sent(f->act.db, mails[i].id, 9000));
  assert_int_equal(ERR_OK, mail_store_prune(f->act.db));
  assert_int_equal(2, count_of(f, "select count(*) from outbox where sent_at = 9000")); // they say what left
  assert_int_equal(2, count_of(f, "select count(*) from outbox"));
  message.person = ANN; // one or the other
  assert_int_equal(ERR_INVALID, outbox_put(&f->act, &message));
  message.person = 0;
  message.address = "class@p.example\r\nRCPT TO:<a@b.example>";
  assert_int_equal(ERR_INVALID, outbox_put(&f->act, &message));
}

static void what_was_turned_off_while_it_waited_does_not_leave(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, db_exec(f->act.db, "insert into addresses values ('ann@a.example', 'ann@a.example', 5, 1)"));
  put(f, ANN, "member left", false);
  put(f, ANN, "member joined", false);
  assert_int_equal(ERR_OK, notice_choose(f->act.db, ANN, notice_kind_find("member left"), false));
  make_mails(f, 1000 + HOUR);
  assert_int_equal(1, count_of(f, "select count(*) from outbox where mail_id is not null"));
  assert_int_equal(1, count_of(f, "select count(*) from outbox where outcome = 'turned off'"));
}

static void a_kind_without_a_row_is_a_mistake_of_ours(void **state) {
  struct fixture *f = *state;
  const struct message message = {.person = ANN, .kind = "gossip", .subject = "A subject", .words = ""};
  const char *before = db_dump(f->act.db, f->act.arena);
  assert_int_equal(ERR_INTERNAL, outbox_put(&f->act, &message));
  assert_string_equal(before, db_dump(f->act.db, f->act.arena));
}

static enum err link_to(struct fixture *f, int64_t person, const char *const *names, size_t count, const char **path) {
  const struct notice_kind **kinds = arena_alloc(f->act.arena, (count + 1) * sizeof(const struct notice_kind *));
  for (size_t i = 0; i < count; i++)
    kinds[i] = notice_kind_find(names[i]);
  const struct notice_link link = {person, kinds, count};
  return notice_unsubscribe_path(f->act.db, f->act.arena, &link, path);
}

static const char *token_to(struct fixture *f, int64_t person, const char *const *names, size_t count) {
  const char *path = NULL;
  assert_int_equal(ERR_OK, link_to(f, person, names, count, &path));
  assert_true(text_starts(path, "/unsubscribe/"));
  return path + strlen("/unsubscribe/");
}

// As the installation itself would vouch for it.
static const char *vouched(struct fixture *f, const char *claim) {
  const char *key = NULL;
  assert_int_equal(ERR_OK, setting_get_text(f->act.db, f->act.arena, "unsubscribe key", &key));
  const struct digest_part parts[] = {{"unsubscribe key", 16}, {key, strlen(key)}, {claim, strlen(claim)}};
  uint8_t mac[DIGEST_BYTES];
  digest_parts(parts, 3, mac);
  return arena_format(f->act.arena, "%s.%s", claim, digest_hex(f->act.arena, mac, 16));
}

// "member left, team renamed", or "none" when the token is refused.
static const char *kinds_of(struct fixture *f, const char *token) {
  struct notice_link link;
  struct text out;
  text_init(&out, f->act.arena);
  enum err err = notice_unsubscribe_read(f->act.db, f->act.arena, token, &link);
  if (err == ERR_NOT_FOUND)
    return "none";
  assert_int_equal(ERR_OK, err);
  assert_int_equal(ANN, link.person);
  for (size_t i = 0; i < link.count; i++)
    text_add_format(&out, "%s%s", i == 0 ? "" : ", ", link.kinds[i]->name);
  return text_get(&out);
}

static void a_link_turns_off_its_own_kinds_of_its_own_person(void **state) {
  struct fixture *f = *state;
  static const char *const several[] = {"work handed in", "dates moved", "reminder", "member left"};
  static const char *const others[] = {"work handed in", "member left"};
  assert_string_equal("none", kinds_of(f, "5.member_left.00000000000000000000000000000000")); // there is no key yet
  const char *one = token_to(f, ANN, several, 1);
  assert_string_equal(one, token_to(f, ANN, several, 1)); // one key an installation
  assert_true(text_starts(one, "5.work_handed_in."));     // as in mails of before
  assert_string_equal("work handed in", kinds_of(f, one));
  assert_string_equal(one, token_to(f, ANN, several, 2)); // what may not be off is no part of it
  const char *many = token_to(f, ANN, several, 4);
  assert_string_equal(many, token_to(f, ANN, several, 4));
  assert_string_equal("work handed in, reminder, member left", kinds_of(f, many));
  assert_string_not_equal(many, token_to(f, ANN, others, 2));
  assert_string_not_equal(many, token_to(f, 6, several, 4));
}

static void what_is_not_a_token_of_ours_is_refused(void **state) {
  struct fixture *f = *state;
  struct arena *arena = f->act.arena;
  static const char *const names[] = {"work handed in", "member left"};
  const char *token = token_to(f, ANN, names, 1), *mac = strrchr(token, '.') + 1;
  const char *many = token_to(f, ANN, names, 2), *many_mac = strrchr(many, '.') + 1;
  const char *codes = arena_text_n(arena, many, (size_t)(many_mac - 1 - many));
  char *last = arena_text(arena, token), *end = last + strlen(last) - 1;
  *end = *end == '0' ? '1' : '0';
  char *code = arena_text(arena, many);
  code[3] = code[3] == '0' ? '1' : '0';
  char *loud = arena_text(arena, token);
  for (char *c = loud + (mac - token); *c != '\0'; c++)
    *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
  const struct {
    const char *token;
    const char *why;
  } cases[] = {
      {"", "nothing"},
      {".", "no words"},
      {"..", "no words either"},
      {"5", "a person"},
      {"5.", "a person and a dot"},
      {"5.work_handed_in", "no word of ours for it"},
      {"5.work_handed_in.", "an empty one"},
      {mac, "nothing but our word"},
      {arena_format(arena, ".%s", mac), "our word for nothing"},
      {last, "the last digit is another"},
      {loud, "other letters for the same digits"},
      {arena_format(arena, "6.work_handed_in.%s", mac), "somebody else"},
      {arena_format(arena, "05.work_handed_in.%s", mac), "the same person in other words"},
      {arena_format(arena, "-5.work_handed_in.%s", mac), "nobody"},
      {arena_format(arena, "5.work handed in.%s", mac), "the same kind in other words"},
      {arena_format(arena, "5.member_left.%s", mac), "another kind"},
      {arena_format(arena, "5.gossip.%s", mac), "no kind"},
      {arena_format(arena, "5.sign-in_link.%s", mac), "one that may not be off"},
      {arena_format(arena, "%s0", token), "a digit more"},
      {arena_format(arena, "%.*s", (int)strlen(token) - 1, token), "a digit less"},
      {arena_format(arena, "5.work_handed_in.%s", strrchr(token_to(f, 6, names, 1), '.') + 1), "somebody else's word"},
      {code, "another code"},
      {arena_format(arena, "%.*s.%s", (int)strlen(codes) - 6, codes, many_mac), "a kind less"},
      {arena_format(arena, "%s%.6s.%s", codes, code + 3, many_mac), "a kind more"},
      {arena_format(arena, "5.~%s%.6s.%s", codes + 9, codes + 3, many_mac), "in another order"},
      {arena_format(arena, "5.%s.%s", codes + 3, many_mac), "codes without their mark"},
      {arena_format(arena, "5.work_handed_in.%s", many_mac), "one of them by its name"},
      {arena_format(arena, "%s.%s", codes, mac), "the word for one of them"},
      {arena_format(arena, "6%s.%s", codes + 1, many_mac), "several of somebody else's"},
      {arena_format(arena, "%s\n", many), "a line end behind it"},
      {arena_format(arena, "5.~%01200d.%s", 0, many_mac), "longer than any of ours"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (strcmp("none", kinds_of(f, cases[i].token)) != 0)
      fail_msg("%s: %s was taken", cases[i].why, cases[i].token);
}

// Mails stay where they are while versions come and go: their links hold for what may be off now.
static void a_link_of_an_older_version_holds_for_what_may_be_off_now(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"team renamed", "member left"};
  const char *codes = token_to(f, ANN, names, 2) + strlen("5.~");
  uint8_t digest[DIGEST_BYTES];
  digest_bytes("dates moved", strlen("dates moved"), digest);
  const char *fixed = digest_hex(f->act.arena, digest, 3);
  const struct {
    const char *claim;
    const char *kinds;
    const char *why;
  } cases[] = {
      {"5.team_renamed", "team renamed", "the form of before"},
      {"5.dates_moved", "none", "may not be off any more"},
      {"5.gossip", "none", "is no more"},
      {"5", "none", "no kind"},
      {"5.", "none", "no kind, with its dot"},
      {"5.~", "none", "no code"},
      {"0.team_renamed", "none", "nobody"},
      {"x.team_renamed", "none", "no person"},
      {arena_format(f->act.arena, "5.~%.12s", codes), "team renamed, member left", "as we write it"},
      {arena_format(f->act.arena, "5.~%.6s", codes), "team renamed", "several of which one is left"},
      {arena_format(f->act.arena, "5.~%s%.6s", fixed, codes), "team renamed", "one of them may not be off any more"},
      {arena_format(f->act.arena, "5.~ffffff%.6s000000", codes + 6), "member left", "others are no more"},
      {arena_format(f->act.arena, "5.~%s", fixed), "none", "none of them may be off any more"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (strcmp(cases[i].kinds, kinds_of(f, vouched(f, cases[i].claim))) != 0)
      fail_msg("%s: %s", cases[i].why, kinds_of(f, vouched(f, cases[i].claim)));
}

static void a_link_that_names_every_kind_fits_a_header_and_no_two_are_mistaken(void **state) {
  struct fixture *f = *state;
  size_t count = 0, may_be_off = 0;
  const struct notice_kind *kinds = notice_kinds(&count);
  const char **names = arena_alloc(f->act.arena, count * sizeof *names);
  struct text expected;
  text_init(&expected, f->act.arena);
  for (size_t i = 0; i < count; i++) {
    names[i] = kinds[i].name;
    if (kinds[i].may_be_off)
      text_add_format(&expected, "%s%s", may_be_off++ == 0 ? "" : ", ", kinds[i].name);
  }
  assert_true(may_be_off > 30);
  const char *token = token_to(f, ANN, names, count);
  assert_in_range(strlen(token), 1, 512);
  assert_string_equal(text_get(&expected), kinds_of(f, token));
}

static void there_is_no_link_for_what_may_not_be_off_nor_for_nobody(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"dates moved", "announcement", "gossip", "reminder"};
  const char *path = NULL;
  for (size_t i = 0; i <= 3; i++)
    assert_int_equal(ERR_NOT_FOUND, link_to(f, ANN, names, i, &path));
  assert_int_equal(ERR_NOT_FOUND, link_to(f, 0, names, 4, &path));
  assert_null(path);
}

static void a_mail_of_several_kinds_has_one_link_which_stays_the_same(void **state) {
  struct fixture *f = *state;
  static const char *const put_kinds[] = {"member left", "dates moved", "member left", "invitation"};
  assert_int_equal(ERR_OK, db_exec(f->act.db, "insert into addresses values ('ann@a.example', 'ann@a.example', 5, 1)"));
  for (size_t i = 0; i < 4; i++)
    put(f, ANN, put_kinds[i], false);
  make_mails(f, 1000);
  struct mail_due *mails[2] = {NULL, NULL};
  for (size_t i = 0; i < 2; i++) { // its lease runs out, and what it turns off has been turned off since
    const struct mail_times times = {.now = 1000, .real = 1000 + (int64_t)i * 100};
    size_t count = 0;
    assert_int_equal(ERR_OK, mail_store_lease(f->act.db, f->act.arena, &times, times.real + 50, 10, &mails[i], &count));
    assert_int_equal(1, count);
    assert_int_equal(ERR_OK, notice_choose(f->act.db, ANN, notice_kind_find("member left"), false));
  }
  assert_string_equal(mails[0]->unsubscribe, mails[1]->unsubscribe);
  assert_string_equal("member left, invitation", kinds_of(f, mails[0]->unsubscribe + strlen("/unsubscribe/")));
  assert_int_equal(3, mails[0]->kind_count); // also what may not be off: the mail says so
  assert_string_equal("dates moved", mails[0]->kinds[1]->name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(quiet_hours_hold_from_their_first_second_to_the_one_before_they_end, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(each_pace_says_when_a_message_leaves, setup, teardown),
      cmocka_unit_test_setup_teardown(quiet_hours_move_what_can_wait_to_their_end_and_nothing_else, setup, teardown),
      cmocka_unit_test_setup_teardown(what_has_to_be_acted_on_within_a_day_waits_for_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(what_was_turned_off_is_settled_at_once_and_can_still_be_read, setup, teardown),
      cmocka_unit_test_setup_teardown(a_choice_against_what_may_not_be_off_is_not_looked_at, setup, teardown),
      cmocka_unit_test_setup_teardown(a_put_costs_at_most_two_lookups_and_none_for_nobody, setup, teardown),
      cmocka_unit_test_setup_teardown(five_events_of_one_hour_leave_as_one_mail, setup, teardown),
      cmocka_unit_test_setup_teardown(a_message_to_an_address_is_a_mail_of_its_own, setup, teardown),
      cmocka_unit_test_setup_teardown(what_was_turned_off_while_it_waited_does_not_leave, setup, teardown),
      cmocka_unit_test_setup_teardown(a_kind_without_a_row_is_a_mistake_of_ours, setup, teardown),
      cmocka_unit_test_setup_teardown(a_link_turns_off_its_own_kinds_of_its_own_person, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_not_a_token_of_ours_is_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(a_link_of_an_older_version_holds_for_what_may_be_off_now, setup, teardown),
      cmocka_unit_test_setup_teardown(a_link_that_names_every_kind_fits_a_header_and_no_two_are_mistaken, setup,
                                      teardown),
      cmocka_unit_test_setup_teardown(there_is_no_link_for_what_may_not_be_off_nor_for_nobody, setup, teardown),
      cmocka_unit_test_setup_teardown(a_mail_of_several_kinds_has_one_link_which_stays_the_same, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
