// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "server/db/agenda.h"
#include "tests/unit/server/db/scratch.h"

struct fixture {
  struct db *db;
  struct arena *arena;
};

static int setup(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  fixture->db = scratch_memory();
  fixture->arena = arena_new();
  *state = fixture;
  return 0;
}

static int teardown(void **state) {
  struct fixture *fixture = *state;
  db_close(fixture->db);
  arena_free(fixture->arena);
  free(fixture);
  return 0;
}

static int64_t next(struct fixture *f) {
  int64_t at = -1;
  assert_int_equal(ERR_OK, db_get_int(f->db, &at, "select coalesce(min(at), $1) from agenda", db_int(INT64_MAX)));
  return at;
}

static size_t due(struct fixture *f, int64_t until, int64_t limit, struct agenda_item **out) {
  size_t count = 99;
  assert_int_equal(ERR_OK, agenda_due(f->db, f->arena, until, limit, out, &count));
  return count;
}

static void an_empty_agenda_waits_for_nothing(void **state) {
  struct fixture *f = *state;
  struct agenda_item *items = NULL;
  assert_true(next(f) == INT64_MAX);
  assert_int_equal(0, due(f, INT64_MAX, 10, &items));
  assert_int_equal(ERR_OK, agenda_clear(f->db, "offer", 1, 1));
}

static void what_is_due_comes_earliest_first_and_no_more_than_asked_for(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, 7, 300));
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, 8, 100));
  assert_int_equal(ERR_OK, agenda_set(f->db, "invitation", 2, 9, 200));
  assert_int_equal(ERR_OK, agenda_set(f->db, "drop", 1, 9, 200));
  assert_int_equal(100, next(f));
  struct agenda_item *items = NULL;
  assert_int_equal(0, due(f, 99, 10, &items));
  assert_int_equal(1, due(f, 100, 10, &items));
  assert_int_equal(3, due(f, 299, 10, &items));
  assert_int_equal(2, due(f, 1000, 2, &items));
  assert_int_equal(4, due(f, 1000, 10, &items));
  static const struct agenda_item expected[] = {
      {100, "offer", 1, 8}, {200, "drop", 1, 9}, {200, "invitation", 2, 9}, {300, "offer", 1, 7}};
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(expected[i].at, items[i].at);
    assert_string_equal(expected[i].kind, items[i].kind);
    assert_int_equal(expected[i].course, items[i].course);
    assert_int_equal(expected[i].subject, items[i].subject);
  }
}

static void setting_again_replaces_the_instant(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, 7, 300));
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, 7, 500));
  assert_int_equal(500, next(f));
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, 7, 200));
  assert_int_equal(200, next(f));
  struct agenda_item *items = NULL;
  assert_int_equal(1, due(f, 1000, 10, &items));
}

static void clearing_takes_off_that_item_only(void **state) {
  struct fixture *f = *state;
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, 7, 100));
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 2, 7, 200));
  assert_int_equal(ERR_OK, agenda_set(f->db, "drop", 1, 7, 300));
  assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, 8, 400));
  assert_int_equal(ERR_OK, agenda_clear(f->db, "offer", 1, 7));
  struct agenda_item *items = NULL;
  assert_int_equal(3, due(f, 1000, 10, &items));
  assert_int_equal(200, next(f));
}

static void more_items_than_the_first_list_holds_all_come(void **state) {
  struct fixture *f = *state;
  for (int64_t i = 0; i < 100; i++)
    assert_int_equal(ERR_OK, agenda_set(f->db, "offer", 1, i, 1000 - i));
  struct agenda_item *items = NULL;
  assert_int_equal(100, due(f, 1000, 1000, &items));
  for (int64_t i = 0; i < 100; i++)
    assert_int_equal(99 - i, items[i].subject);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(an_empty_agenda_waits_for_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_due_comes_earliest_first_and_no_more_than_asked_for, setup, teardown),
      cmocka_unit_test_setup_teardown(setting_again_replaces_the_instant, setup, teardown),
      cmocka_unit_test_setup_teardown(clearing_takes_off_that_item_only, setup, teardown),
      cmocka_unit_test_setup_teardown(more_items_than_the_first_list_holds_all_come, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
