// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/server/db/scratch.h"

struct fixture {
  struct db *db;
  struct arena *arena;
  int lines;
};

// Of a size that is no power of two, with a hole at its end.
struct thing {
  int64_t id;
  const char *name;
  char is_large;
};

// A column that the engine can only find out to be wrong once it stands at the second row.
#define SECOND_ROW_FAILS "select id, name, case when id = 2 then abs(-9223372036854775807 - 1) else 0 end from things"

static int setup(void **state) {
  struct fixture *fixture = calloc(1, sizeof *fixture);
  fixture->db = scratch_memory();
  fixture->arena = arena_new();
  log_set_capture(scratch_count_line, &fixture->lines);
  assert_int_equal(ERR_OK, db_exec(fixture->db, "create table things (id integer primary key, name text) strict"));
  for (int64_t id = 1; id <= 100; id++)
    assert_int_equal(ERR_OK, db_exec(fixture->db, "insert into things (id, name) values ($1, $2)", db_int(id),
                                     id == 3 ? db_null() : db_text(arena_format(fixture->arena, "thing %d", (int)id))));
  *state = fixture;
  return 0;
}

static int teardown(void **state) {
  struct fixture *fixture = *state;
  db_close(fixture->db);
  arena_free(fixture->arena);
  free(fixture);
  log_set_capture(NULL, NULL);
  return 0;
}

static void read_thing(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct thing *)row = (struct thing){
      .id = db_column_int(rows, 0), .name = db_column_text(rows, 1, arena), .is_large = db_column_int(rows, 0) > 50};
}

static void a_list_holds_every_row_in_the_order_of_the_query(void **state) {
  struct fixture *f = *state;
  struct db_rows rows DB_SCOPE = db_query(f->db, "select id, name from things order by id desc");
  struct thing *list = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, db_list(&rows, f->arena, read_thing, &list, &count));
  assert_int_equal(100, count);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(100 - (int64_t)i, list[i].id);
    assert_int_equal(list[i].id > 50, list[i].is_large);
    if (list[i].id == 3)
      assert_null(list[i].name);
    else
      assert_string_equal(arena_format(f->arena, "thing %d", (int)list[i].id), list[i].name);
  }
}

static void a_list_of_no_rows_is_null_and_none(void **state) {
  struct fixture *f = *state;
  struct db_rows rows DB_SCOPE = db_query(f->db, "select id, name from things where id > 100");
  struct thing other;
  struct thing *list = &other;
  size_t count = 7;
  assert_int_equal(ERR_OK, db_list(&rows, f->arena, read_thing, &list, &count));
  assert_null(list);
  assert_int_equal(0, count);
}

static void a_list_that_fails_on_its_way_leaves_what_it_was_to_fill(void **state) {
  struct fixture *f = *state;
  struct db_rows rows DB_SCOPE = db_query(f->db, SECOND_ROW_FAILS);
  struct thing other;
  struct thing *list = &other;
  size_t count = 7;
  assert_int_equal(ERR_INTERNAL, db_list(&rows, f->arena, read_thing, &list, &count));
  assert_ptr_equal(&other, list);
  assert_int_equal(7, count);
  assert_int_equal(1, f->lines);
}

static void one_row_is_the_next_and_none_is_not_found(void **state) {
  struct fixture *f = *state;
  struct db_rows rows DB_SCOPE = db_query(f->db, "select id, name from things where id > 98 order by id");
  struct thing thing = {.id = 5};
  assert_int_equal(ERR_OK, db_one(&rows, f->arena, read_thing, &thing));
  assert_int_equal(99, thing.id);
  assert_string_equal("thing 99", thing.name);
  assert_int_equal(ERR_OK, db_one(&rows, f->arena, read_thing, &thing));
  assert_int_equal(100, thing.id);
  assert_int_equal(ERR_NOT_FOUND, db_one(&rows, f->arena, read_thing, &thing));
  assert_int_equal(100, thing.id);
}

static void one_row_that_fails_is_a_failure_and_not_an_absence(void **state) {
  struct fixture *f = *state;
  struct db_rows rows DB_SCOPE = db_query(f->db, SECOND_ROW_FAILS " where id = 2");
  struct thing thing = {.id = 5};
  assert_int_equal(ERR_INTERNAL, db_one(&rows, f->arena, read_thing, &thing));
  assert_int_equal(5, thing.id);
}

static void ids_and_texts_are_the_first_column(void **state) {
  struct fixture *f = *state;
  struct db_rows ids DB_SCOPE = db_query(f->db, "select id, name from things where id < 5 order by id");
  int64_t *list = NULL;
  size_t count = 0;
  assert_int_equal(ERR_OK, db_ids(&ids, f->arena, &list, &count));
  assert_int_equal(4, count);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(i + 1, list[i]);
  struct db_rows names DB_SCOPE = db_query(f->db, "select name, id from things where id < 5 order by id");
  const char **texts = NULL;
  assert_int_equal(ERR_OK, db_texts(&names, f->arena, &texts, &count));
  assert_int_equal(4, count);
  assert_string_equal("thing 2", texts[1]);
  assert_null(texts[2]);
  assert_string_equal("thing 4", texts[3]);
}

static void a_choice_is_the_place_of_the_name_and_else_the_first(void **state) {
  struct fixture *f = *state;
  static const char *const names[] = {"red", "green", "blue", NULL};
  static const struct {
    const char *stored;
    int place;
    const char *why;
  } cases[] = {
      {"red", 0, "the first"},       {"blue", 2, "the last"},    {NULL, 0, "null"},
      {"yellow", 0, "none of them"}, {"gree", 0, "only begins"}, {"", 0, "empty"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct db_rows rows DB_SCOPE = db_query(f->db, "select 1, $1", db_text(cases[i].stored));
    assert_true(db_next(&rows));
    int place = db_column_choice(&rows, 1, names);
    if (place != cases[i].place)
      fail_msg("%s: %d", cases[i].why, place);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_list_holds_every_row_in_the_order_of_the_query, setup, teardown),
      cmocka_unit_test_setup_teardown(a_list_of_no_rows_is_null_and_none, setup, teardown),
      cmocka_unit_test_setup_teardown(a_list_that_fails_on_its_way_leaves_what_it_was_to_fill, setup, teardown),
      cmocka_unit_test_setup_teardown(one_row_is_the_next_and_none_is_not_found, setup, teardown),
      cmocka_unit_test_setup_teardown(one_row_that_fails_is_a_failure_and_not_an_absence, setup, teardown),
      cmocka_unit_test_setup_teardown(ids_and_texts_are_the_first_column, setup, teardown),
      cmocka_unit_test_setup_teardown(a_choice_is_the_place_of_the_name_and_else_the_first, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
