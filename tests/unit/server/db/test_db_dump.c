// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/unit/server/db/scratch.h"

static void the_dump_has_every_row_in_an_order_that_does_not_depend_on_when_it_came(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct db *first = scratch_memory();
  struct db *second = scratch_memory();
  assert_string_equal("", db_dump(first, arena));
  assert_int_equal(ERR_OK, db_exec(first, "insert into settings values ('b', '2'), ('a', '1')"));
  assert_int_equal(ERR_OK, db_exec(first, "insert into agenda values ('offer', 1, 2, 3)"));
  assert_int_equal(ERR_OK, db_exec(second, "insert into agenda values ('offer', 1, 2, 3)"));
  assert_int_equal(ERR_OK, db_exec(second, "insert into settings values ('a', '1')"));
  assert_int_equal(ERR_OK, db_exec(second, "insert into settings values ('b', '2')"));
  assert_string_equal("agenda|'offer'|1|2|3\nsettings|'a'|'1'\nsettings|'b'|'2'\n", db_dump(first, arena));
  assert_string_equal(db_dump(first, arena), db_dump(second, arena));
  db_close(first);
  db_close(second);
}

static void values_of_different_kinds_look_different(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct db *db = scratch_memory();
  assert_int_equal(ERR_OK, db_exec(db, "create table odd (\"a \"\" b\" any) strict"));
  assert_int_equal(ERR_OK, db_exec(db, "insert into odd values (null), (1), (1.5), ('1'), (x'31'), (''), (x''), ($1)",
                                   db_text("a'b\n|\\")));
  assert_string_equal("odd|null\nodd|1\nodd|1.5\nodd|''\nodd|'1'\nodd|'a\\x27b\\x0a|\\x5c'\nodd|x''\nodd|x'31'\n",
                      db_dump(db, arena));
  db_close(db);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_dump_has_every_row_in_an_order_that_does_not_depend_on_when_it_came),
      cmocka_unit_test(values_of_different_kinds_look_different),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
