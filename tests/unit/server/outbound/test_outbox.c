// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/outbound/outbox.h"
#include "tests/unit/server/db/scratch.h"

struct fixture {
  struct act act;
  struct problem problem;
};

static int setup(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  struct arena *arena = arena_new();
  problem_init(&fixture->problem, arena);
  fixture->act =
      (struct act){.db = scratch_memory(), .arena = arena, .now = 1000, .actor = 1, .problem = &fixture->problem};
  *state = fixture;
  return 0;
}

static int teardown(void **state) {
  struct fixture *fixture = *state;
  db_close(fixture->act.db);
  arena_free(fixture->act.arena);
  free(fixture);
  return 0;
}

static void a_person_reads_their_own_messages_newest_first_by_pages(void **state) {
  struct fixture *f = *state;
  struct message message = {
      .course = 3, .person = 5, .kind = "invitation", .subject = "First", .words = "One\nTwo", .link = "/courses/smr"};
  assert_int_equal(ERR_OK, db_exec(f->act.db, "insert into courses (id, slug, title, syllabus, syllabus_version, "
                                              "created_at) values (3, 'smr', 'SMR', '', 1, 0)"));
  assert_int_equal(ERR_OK, outbox_put(&f->act, &message));
  message = (struct message){.course = 3, .person = 6, .kind = "invitation", .subject = "Not yours", .words = ""};
  assert_int_equal(ERR_OK, outbox_put(&f->act, &message));
  message = (struct message){.person = 5, .kind = "lab seat", .subject = "Second", .words = "Three"};
  f->act.now = 2000;
  assert_int_equal(ERR_OK, outbox_put(&f->act, &message));

  struct message_row *rows = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, outbox_list(f->act.db, f->act.arena, 5, INT64_MAX, 10, &rows, &count));
  assert_int_equal(2, count);
  assert_string_equal("Second", rows[0].subject);
  assert_string_equal("lab seat", rows[0].kind);
  assert_null(rows[0].course);
  assert_null(rows[0].link);
  assert_int_equal(2000, rows[0].at);
  assert_string_equal("First", rows[1].subject);
  assert_string_equal("One\nTwo", rows[1].words);
  assert_string_equal("/courses/smr", rows[1].link);
  assert_string_equal("smr", rows[1].course);
  assert_int_equal(1000, rows[1].at);

  struct message_row *page = NULL;
  assert_int_equal(ERR_OK, outbox_list(f->act.db, f->act.arena, 5, INT64_MAX, 1, &page, &count));
  assert_int_equal(1, count);
  assert_int_equal(rows[0].id, page[0].id);
  assert_int_equal(ERR_OK, outbox_list(f->act.db, f->act.arena, 5, rows[0].id, 1, &page, &count));
  assert_int_equal(1, count);
  assert_int_equal(rows[1].id, page[0].id);
  assert_int_equal(ERR_OK, outbox_list(f->act.db, f->act.arena, 5, rows[1].id, 1, &page, &count));
  assert_int_equal(0, count);
}

static void what_would_spoil_a_mail_is_refused_and_not_stored(void **state) {
  struct fixture *f = *state;
  char long_subject[202];
  memset(long_subject, 'a', 201);
  long_subject[201] = '\0';
  const struct {
    const char *subject;
    const char *words;
    const char *link;
    const char *field;
    const char *why;
  } cases[] = {
      {"Hello\r\nBcc: all@example.org", "x", NULL, "subject", "injects a header"},
      {"Hello\nthere", "x", NULL, "subject", "two lines"},
      {"Tab\there", "x", NULL, "subject", "a tab"},
      {"\xff", "x", NULL, "subject", "not UTF-8"},
      {long_subject, "x", NULL, "subject", "201 characters"},
      {"Hello", "bell\a", NULL, "words", "a control character"},
      {"Hello", "\xc3", NULL, "words", "not UTF-8"},
      {"Hello", "x", "https://example.org", "link", "leads elsewhere"},
      {"Hello", "x", "", "link", "empty"},
      {"Hello", "x", "/a\nb", "link", "two lines"},
  };
  const char *before = db_dump(f->act.db, f->act.arena);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    problem_clear(&f->problem);
    struct message message = {
        .person = 5, .kind = "invitation", .subject = cases[i].subject, .words = cases[i].words, .link = cases[i].link};
    enum err err = outbox_put(&f->act, &message);
    if (err != ERR_INVALID || f->problem.error_count != 1 || strcmp(f->problem.errors[0].field, cases[i].field) != 0)
      fail_msg("%s: %s", cases[i].why, err_name(err));
  }
  assert_string_equal(before, db_dump(f->act.db, f->act.arena));
}

static void two_hundred_characters_may_be_more_bytes(void **state) {
  struct fixture *f = *state;
  char subject[401];
  for (size_t i = 0; i < 200; i++)
    memcpy(subject + 2 * i, "\xc3\xab", 2);
  subject[400] = '\0';
  struct message message = {.person = 5, .kind = "invitation", .subject = subject, .words = ""};
  assert_int_equal(ERR_OK, outbox_put(&f->act, &message));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_person_reads_their_own_messages_newest_first_by_pages, setup, teardown),
      cmocka_unit_test_setup_teardown(what_would_spoil_a_mail_is_refused_and_not_stored, setup, teardown),
      cmocka_unit_test_setup_teardown(two_hundred_characters_may_be_more_bytes, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
