// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/db/audit.h"
#include "tests/unit/server/db/scratch.h"

enum { COURSE = 3, OTHER = 4 };

static enum err write_as(struct db *db, int64_t actor, int64_t course, const char *kind, const char *subject,
                         const char *before, const char *after) {
  struct act act = {.db = db, .now = 1694476740, .actor = actor, .cause = actor == 0 ? "offer expired" : NULL};
  return audit_write(&act, course, kind, subject, before, after);
}

// Five rows in the course: 1 and 4 by a person, 2 and 3 by the system, 5 by somebody without details.
static void fill(struct db *db) {
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, db_exec(db, "insert into people (id, name, preferred_name, created_at) "
                                       "values (1, 'Katherine Johnson', 'Kat', 0), (2, 'Alan', null, 0)"));
  assert_int_equal(ERR_OK, write_as(db, 1, COURSE, "team created", "team 1", NULL, "{\"name\":\"a\"}"));
  assert_int_equal(ERR_OK, write_as(db, 0, COURSE, "offer lapsed", "person 2", "{\"state\":\"offered\"}", "{}"));
  assert_int_equal(ERR_OK, write_as(db, 0, COURSE, "offer made", "person 1", "", NULL));
  assert_int_equal(ERR_OK, write_as(db, 2, COURSE, "team renamed", "team 1", "{\"name\":\"a\"}", "{\"name\":\"b\"}"));
  assert_int_equal(ERR_OK, write_as(db, 77, COURSE, "seat left", "person 77", NULL, NULL));
  assert_int_equal(ERR_OK, write_as(db, 1, OTHER, "team created", "team 2", NULL, "{}"));
  assert_int_equal(ERR_OK, write_as(db, 0, AUDIT_INSTALLATION, "started", "server", NULL, NULL));
  assert_int_equal(ERR_OK, db_commit(db));
}

static struct db *filled(const struct scratch *scratch) {
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  fill(db);
  return db;
}

// The seq at which the course's chain breaks, 0 when it is sound, -1 when there is no verdict on it.
static int64_t broken_at(struct scratch *scratch, int64_t course) {
  struct db *db = scratch_open(scratch, DB_READ_ONLY);
  struct audit_verdict *verdicts = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, audit_verify(db, scratch->arena, &verdicts, &count));
  db_close(db);
  for (size_t i = 0; i < count; i++)
    if (verdicts[i].course == course)
      return verdicts[i].broken_at;
  return -1;
}

static void the_nth_newest_of_a_kind_about_a_thing_is_found_as_far_back_as_asked(void **state) {
  struct scratch *scratch = *state;
  struct db *db = filled(scratch);
  assert_int_equal(ERR_OK, db_begin_write(db));
  for (int64_t at = 1694476741; at <= 1694476743; at++) {
    struct act act = {.db = db, .now = at, .actor = 1};
    assert_int_equal(ERR_OK, audit_write(&act, COURSE, "team renamed", "team 1", NULL, NULL));
    assert_int_equal(ERR_OK, audit_write(&act, COURSE, "team renamed", "team 11", NULL, NULL));
    assert_int_equal(ERR_OK, audit_write(&act, COURSE, "team changed", "team 1", NULL, NULL));
    assert_int_equal(ERR_OK, audit_write(&act, OTHER, "team renamed", "team 1", NULL, NULL));
  }
  assert_int_equal(ERR_OK, db_commit(db));
  static const struct {
    int64_t since;
    int nth;
    int64_t at;
    const char *why;
  } cases[] = {
      {0, 1, 1694476743, "the newest"},
      {0, 3, 1694476741, "the third"},
      {0, 4, 1694476740, "the first of all"},
      {0, 5, 0, "there are four"},
      {1694476741, 3, 1694476741, "at the very instant"},
      {1694476742, 3, 0, "older than asked"},
  };
  const struct audit_event like = {.kind = "team renamed", .subject = "team 1"};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t at = -1;
    assert_int_equal(ERR_OK, audit_recent(db, COURSE, &like, cases[i].since, cases[i].nth, &at));
    if (at != cases[i].at)
      fail_msg("%s: %lld", cases[i].why, (long long)at);
  }
  db_close(db);
}

static void every_course_has_its_own_sound_chain(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  struct audit_verdict *verdicts = NULL;
  size_t count = 99;
  assert_int_equal(ERR_OK, audit_verify(db, scratch->arena, &verdicts, &count));
  assert_int_equal(0, count);
  int64_t counter = -1;
  assert_int_equal(ERR_OK, audit_counter(db, COURSE, &counter));
  assert_int_equal(0, counter);

  fill(db);
  assert_int_equal(ERR_OK, audit_counter(db, COURSE, &counter));
  assert_int_equal(5, counter);
  assert_int_equal(ERR_OK, audit_counter(db, OTHER, &counter));
  assert_int_equal(1, counter);
  assert_int_equal(ERR_OK, audit_verify(db, scratch->arena, &verdicts, &count));
  static const int64_t courses[] = {AUDIT_INSTALLATION, COURSE, OTHER};
  static const int64_t heads[] = {1, 5, 1};
  assert_int_equal(3, count);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(courses[i], verdicts[i].course);
    assert_int_equal(heads[i], verdicts[i].seq);
    assert_int_equal(0, verdicts[i].broken_at);
    assert_int_equal(64, strlen(verdicts[i].head_hex));
  }
  db_close(db);
}

static void a_refused_change_leaves_no_trace_in_the_chain(void **state) {
  struct scratch *scratch = *state;
  struct db *db = filled(scratch);
  assert_int_equal(ERR_OK, db_begin_write(db));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, write_as(db, 1, COURSE, "team left", "team 1", "{}", "{}"));
  assert_int_equal(ERR_OK, db_savepoint_rollback(db));
  assert_int_equal(ERR_OK, db_savepoint(db));
  assert_int_equal(ERR_OK, write_as(db, 2, COURSE, "team joined", "team 1", "{}", "{}"));
  assert_int_equal(ERR_OK, db_savepoint_release(db));
  assert_int_equal(ERR_OK, db_commit(db));
  int64_t counter = -1;
  assert_int_equal(ERR_OK, audit_counter(db, COURSE, &counter));
  assert_int_equal(6, counter);
  db_close(db);
  assert_int_equal(0, broken_at(scratch, COURSE));
}

static void whatever_is_changed_by_another_hand_shows_where(void **state) {
  struct scratch *scratch = *state;
  static const struct {
    const char *sql;
    int64_t broken_at;
    const char *why;
  } cases[] = {
      {"update audit set at = at + 1 where course_id = 3 and seq = 2", 2, "the instant"},
      {"update audit set actor_id = 2 where course_id = 3 and seq = 1", 1, "another person"},
      {"update audit set actor_id = 1, cause = null where course_id = 3 and seq = 2", 2, "a person for the system"},
      {"update audit set cause = 'operator' where course_id = 3 and seq = 2", 2, "the cause"},
      {"update audit set kind = 'offer made' where course_id = 3 and seq = 2", 2, "the kind"},
      {"update audit set subject = 'person 1' where course_id = 3 and seq = 2", 2, "the subject"},
      {"update audit set kind = 'seat', subject = 'left person 77' where course_id = 3 and seq = 5", 5,
       "words moved over"},
      {"update audit set digest = zeroblob(32) where course_id = 3 and seq = 5", 5, "a digest without details"},
      {"update audit set digest = x'' where course_id = 3 and seq = 4", 4, "an empty digest"},
      {"update audit set hash = zeroblob(32) where course_id = 3 and seq = 3", 3, "a hash"},
      {"update audit set hash = x'' where course_id = 3 and seq = 3", 3, "an empty hash"},
      {"update audit set hash = zeroblob(32) where course_id = 3 and seq = 5", 5, "the last hash"},
      {"update audit set seq = 9 where course_id = 3 and seq = 3", 3, "a row moved away"},
      {"update audit set seq = 9 where course_id = 3 and seq = 5", 5, "the last row moved away"},
      {"update audit set seq = 0 where course_id = 3 and seq = 1", 1, "the first row moved away"},
      {"update audit set course_id = 9 where course_id = 3 and seq = 4", 4, "a row given to another course"},
      {"delete from audit where course_id = 3 and seq = 1", 1, "the first row"},
      {"delete from audit where course_id = 3 and seq = 3", 3, "a row in the middle"},
      {"delete from audit where course_id = 3 and seq = 5", 5, "the last row"},
      {"delete from audit where course_id = 3", 1, "all rows"},
      {"delete from audit where course_id = 3 and seq > 3; update audit_heads set seq = 3 where course_id = 3", 3,
       "cut off, with a head that is not of its end"},
      {"update audit set seq = 20 + seq where course_id = 3 and seq in (2, 3); "
       "update audit set seq = 25 - seq where course_id = 3 and seq in (22, 23)",
       2, "two rows swapped"},
      {"insert into audit select 3, 6, at, actor_id, cause, kind, subject, digest, hash from audit where course_id = 3 "
       "and seq = 5",
       6, "a row after the head"},
      {"insert into audit select 3, 0, at, actor_id, cause, kind, subject, digest, hash from audit where course_id = 3 "
       "and seq = 5",
       1, "a row before the first"},
      {"update audit_heads set seq = 4 where course_id = 3", 4, "a head moved back"},
      {"update audit_heads set seq = 6 where course_id = 3", 6, "a head moved on"},
      {"update audit_heads set hash = zeroblob(32) where course_id = 3", 5, "the head's hash"},
      {"update audit_heads set hash = x'00' where course_id = 3", 5, "the head's hash, shorter"},
      {"delete from audit_heads where course_id = 3", 1, "the head"},
      {"delete from audit_heads where course_id = 3; delete from audit where course_id = 3", 1,
       "chain gone, details left"},
      {"update audit_details set before = '{}' where course_id = 3 and seq = 4", 4, "what was before"},
      {"update audit_details set after = '{}' where course_id = 3 and seq = 4", 4, "what was after"},
      {"update audit_details set before = after, after = before where course_id = 3 and seq = 2", 2,
       "before and after"},
      {"update audit_details set before = null where course_id = 3 and seq = 2", 2, "one half erased"},
      {"update audit_details set before = null where course_id = 3 and seq = 3", 3, "empty made none"},
      {"update audit_details set salt = zeroblob(16) where course_id = 3 and seq = 1", 1, "the salt"},
      {"insert into audit_details values (3, 5, x'', null, '{}')", 5, "details for a row that had none"},
      {"insert into audit_details values (3, 6, x'', null, '{}')", 6, "details of a row to come"},
  };
  db_close(filled(scratch));
  scratch_tamper(scratch, "create table audit_copy as select * from audit; create table heads_copy as select * from "
                          "audit_heads; create table details_copy as select * from audit_details");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    scratch_tamper(scratch, cases[i].sql);
    int64_t at = broken_at(scratch, COURSE);
    if (at != cases[i].broken_at || broken_at(scratch, OTHER) != 0)
      fail_msg("%s: broken at %lld: %s", cases[i].why, (long long)at, cases[i].sql);
    scratch_tamper(scratch, "delete from audit; insert into audit select * from audit_copy;"
                            "delete from audit_heads; insert into audit_heads select * from heads_copy;"
                            "delete from audit_details; insert into audit_details select * from details_copy");
    assert_int_equal(0, broken_at(scratch, COURSE));
  }
}

static void erasing_details_keeps_the_chain_sound(void **state) {
  struct scratch *scratch = *state;
  struct db *db = filled(scratch);
  assert_int_equal(ERR_OK, db_exec(db, "delete from audit_details where course_id = 3 and seq in (1, 4)"));
  db_close(db);
  assert_int_equal(0, broken_at(scratch, COURSE));
  db = scratch_open(scratch, DB_READ_WRITE);
  struct audit_row *rows = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, audit_list(db, scratch->arena, COURSE, 5, 1, &rows, &count));
  assert_int_equal(1, count);
  assert_string_equal("team renamed", rows[0].kind);
  assert_null(rows[0].before);
  assert_null(rows[0].after);
  db_close(db);
}

static void a_chain_longer_than_a_page_is_read_to_its_end(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, db_begin_write(db));
  for (int i = 0; i < 2000; i++) // two whole pages: the third one is empty
    assert_int_equal(ERR_OK, write_as(db, 1, COURSE, "card edited", "person 1", "{}", NULL));
  assert_int_equal(ERR_OK, db_commit(db));
  db_close(db);
  assert_int_equal(0, broken_at(scratch, COURSE));
  scratch_tamper(scratch, "update audit set at = 1 where seq = 1001");
  assert_int_equal(1001, broken_at(scratch, COURSE));
}

static void the_list_goes_from_the_newest_back_by_pages(void **state) {
  struct scratch *scratch = *state;
  struct db *db = filled(scratch);
  struct audit_row *rows = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, audit_list(db, scratch->arena, COURSE, INT64_MAX, 3, &rows, &count));
  assert_int_equal(3, count);
  assert_int_equal(5, rows[0].seq);
  assert_int_equal(77, rows[0].actor);
  assert_null(rows[0].actor_name); // of somebody who is gone
  assert_null(rows[0].before);
  assert_int_equal(4, rows[1].seq);
  assert_string_equal("Alan", rows[1].actor_name);
  assert_string_equal("{\"name\":\"a\"}", rows[1].before);
  assert_string_equal("{\"name\":\"b\"}", rows[1].after);
  assert_null(rows[1].cause);
  assert_int_equal(1694476740, rows[1].at);
  assert_int_equal(3, rows[2].seq);
  assert_int_equal(0, rows[2].actor);
  assert_null(rows[2].actor_name);
  assert_string_equal("offer expired", rows[2].cause);
  assert_string_equal("", rows[2].before);

  assert_int_equal(ERR_OK, audit_list(db, scratch->arena, COURSE, 3, 3, &rows, &count));
  assert_int_equal(2, count);
  assert_int_equal(2, rows[0].seq);
  assert_int_equal(1, rows[1].seq);
  assert_string_equal("Kat", rows[1].actor_name);
  assert_string_equal("team 1", rows[1].subject);
  assert_int_equal(ERR_OK, audit_list(db, scratch->arena, COURSE, 1, 3, &rows, &count));
  assert_int_equal(0, count);
  db_close(db);
}

static void two_equal_changes_have_different_digests(void **state) {
  struct scratch *scratch = *state;
  struct db *db = scratch_open(scratch, DB_READ_WRITE);
  assert_int_equal(ERR_OK, write_as(db, 1, COURSE, "card edited", "person 1", NULL, "{\"level\":3}"));
  assert_int_equal(ERR_OK, write_as(db, 1, OTHER, "card edited", "person 1", NULL, "{\"level\":3}"));
  int64_t different = 0;
  assert_int_equal(ERR_OK, db_get_int(db, &different, "select count(distinct digest) from audit"));
  assert_int_equal(2, different);
  db_close(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_nth_newest_of_a_kind_about_a_thing_is_found_as_far_back_as_asked,
                                      scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(every_course_has_its_own_sound_chain, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(a_refused_change_leaves_no_trace_in_the_chain, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(whatever_is_changed_by_another_hand_shows_where, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(erasing_details_keeps_the_chain_sound, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(a_chain_longer_than_a_page_is_read_to_its_end, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(the_list_goes_from_the_newest_back_by_pages, scratch_setup, scratch_teardown),
      cmocka_unit_test_setup_teardown(two_equal_changes_have_different_digests, scratch_setup, scratch_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
