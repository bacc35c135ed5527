// SPDX-License-Identifier: AGPL-3.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/base/csv.h"

struct cell_case {
  const char *cell;
  const char *quoted;
  const char *moodle;
  const char *why;
};

static void cells_are_written_as_each_reader_takes_them(void **state) {
  static const struct cell_case cases[] = {
      {"Gradient Descenders", "Gradient Descenders", "Gradient Descenders", "plain words stay as they are"},
      {NULL, "", "", "nothing"},
      {"", "", "", "an empty text"},
      {"Team, the", "\"Team, the\"", "Team&#44 the", "a comma"},
      {"The \"A\" Team", "\"The \"\"A\"\" Team\"", "The \"A\" Team", "quotes are doubled; Moodle knows none"},
      {"two\nlines", "\"two\nlines\"", "two lines", "a line end"},
      {"cr\rhere", "\"cr\rhere\"", "cr here", "a carriage return"},
      {" edge", "\" edge\"", " edge", "a space at the edge"},
      {"edge ", "\"edge \"", "edge ", "a space at the end"},
      {"edge\t", "\"edge\t\"", "edge\t", "a tab at the end"},
      {"=1+1", "'=1+1", "'=1+1", "a formula"},
      {"+1", "'+1", "'+1", "a formula by plus"},
      {"-1", "'-1", "'-1", "a formula by minus"},
      {"@SUM(A1)", "'@SUM(A1)", "'@SUM(A1)", "a formula by at"},
      {"\tx", "'\tx", "'\tx", "a tab before it"},
      {"\rx", "\"'\rx\"", "' x", "a carriage return before it"},
      {"\n=1", "\"'\n=1\"", "' =1", "a line end before it"},
      {"＝1+1", "'＝1+1", "'＝1+1", "a wide formula"},
      {"＋1", "'＋1", "'＋1", "a wide plus"},
      {"－1", "'－1", "'－1", "a wide minus"},
      {"＠SUM(A1)", "'＠SUM(A1)", "'＠SUM(A1)", "a wide at"},
      {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"",
       "'=HYPERLINK(\"http://x\"&#44\"y\")", "a formula that needs quotes too"},
      {"a=b", "a=b", "a=b", "the sign inside is harmless"},
      {"Δ-Lerner", "Δ-Lerner", "Δ-Lerner", "UTF-8 stays"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    const struct cell_case *at = &cases[i];
    const char *const row[] = {"1", at->cell, NULL};
    const char *const expected[] = {arena_format(arena, "1,%s,\r\n", at->quoted),
                                    arena_format(arena, "1,%s,\r\n", at->moodle)};
    for (int style = CSV_QUOTED; style <= CSV_MOODLE; style++) {
      struct text out;
      text_init(&out, arena);
      csv_add_row(&out, (enum csv_style)style, row, 3);
      if (!text_equal(text_get(&out), expected[style]))
        fail_msg("%s (style %d): %s instead of %s", at->why, style, text_get(&out), expected[style]);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(cells_are_written_as_each_reader_takes_them)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
