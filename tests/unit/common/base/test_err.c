// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "common/base/err.h"

static void every_err_has_a_name_of_its_own(void **state) {
  (void)state;
  for (int i = ERR_OK; i <= ERR_INTERNAL; i++) {
    assert_string_not_equal(err_name((enum err)i), "unknown");
    for (int other = ERR_OK; other < i; other++)
      assert_string_not_equal(err_name((enum err)i), err_name((enum err)other));
  }
  assert_string_equal(err_name(ERR_CONFLICT), "conflict");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_err_has_a_name_of_its_own)};
  return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
