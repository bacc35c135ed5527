// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_csv.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "common/base/text.h"

struct reading {
  const char *why;
  const char *text;
  const char *rows; // "line|cell|cell" a row, "--" between two tables
};

struct refusal {
  const char *why;
  const char *text;
  const char *place;
  const char *words; // part of the message
};

static const struct reading readings[] = {
    {"the plainest file", "a,b\n1,2\n", "1|a|b\n2|1|2\n"},
    {"no line end at the end", "a,b\n1,2", "1|a|b\n2|1|2\n"},
    {"CRLF", "a,b\r\n1,2\r\n", "1|a|b\n2|1|2\n"},
    {"CR alone, as old spreadsheets wrote", "a,b\r1,2\r", "1|a|b\n2|1|2\n"},
    {"a byte order mark is not part of the first cell",
     "\xEF\xBB\xBF"
     "a,b\n1,2\n",
     "1|a|b\n2|1|2\n"},
    {"semicolons", "a;b\n1,5;2\n", "1|a|b\n2|1,5|2\n"},
    {"a stray semicolon does not make it a semicolon file", "a,b;c,d\n", "1|a|b;c|d\n"},
    {"a semicolon inside quotes does not make it a semicolon file", "\"x;y;z\",b\n1,2\n", "1|x;y;z|b\n2|1|2\n"},
    {"a comma inside quotes does not make it a comma file", "\"x,y,z\";b\n1;2\n", "1|x,y,z|b\n2|1|2\n"},
    {"quoted commas and doubled quotes", "a\n\"x, \"\"y\"\"\"\n", "1|a\n2|x, \"y\"\n"},
    {"a row begins at its own line though a cell spans two", "a,b\n\"1\n1\",2\n3,4\n", "1|a|b\n2|1\n1|2\n4|3|4\n"},
    {"CRLF inside quotes stays", "a\n\"1\r\n2\"\n3\n", "1|a\n2|1\r\n2\n4|3\n"},
    {"blank lines count as lines and are no rows", "\n a,b\n\n  \n1,2\n\n", "2|a|b\n5|1|2\n"},
    {"a blank line inside quotes is text", "a\n\"1\n\n2\"\n3\n", "1|a\n2|1\n\n2\n5|3\n"},
    {"empty cells", "a,b,c\n,,\n\"\",x,\n", "1|a|b|c\n2|||\n3||x|\n"},
    {"what looks like a formula is text", "a\n=1+1\n-2\n+3\n@SUM(A1)\n", "1|a\n2|=1+1\n3|-2\n4|+3\n5|@SUM(A1)\n"},
    {"more than ASCII", "name\nJosé Ñandú 李\n", "1|name\n2|José Ñandú 李\n"},
    {"spaces around an unquoted cell", "a , b\n", "1|a|b\n"},
    {"two tables", "a\n1\n\f\nb\n2\n", "1|a\n2|1\n--\n1|b\n2|2\n"},
    {"two tables with CRLF and a mark each, the second with semicolons",
     "a,b\r\n\f\r\n\xEF\xBB\xBF"
     "c;d\r\n",
     "1|a|b\n--\n1|c|d\n"},
    {"a form feed in a quoted cell parts nothing", "a\n\"\n\f\n\"\nb\n", "1|a\n2|\n\f\n\n5|b\n"},
    {"nothing at all", "", ""},
};

static const struct refusal refusals[] = {
    {"bad UTF-8 is told by its line", "a\nb\nJos\xE9\n", "line 3", "CSV UTF-8"},
    {"bad UTF-8 in the second file", "a\n\f\nb\n\xC0\x80\n", "addresses line 2", "CSV UTF-8"},
    {"UTF-16",
     "\xFF\xFE"
     "a",
     "line 1", "UTF-16"},
    {"a quote that never closes", "a,b\n1,\"2\n3,4\n", "line 2", "never closed"},
    {"a quote inside a cell", "a\nBob \"B\" Ray\n", "line 2", "quote stands inside"},
    {"text after a closing quote", "a\n\"x\"y\n", "line 2", "quote stands inside"},
    {"a quote closed by a later row's names both lines", "a,b\n1,\"2\n3,\"4\"\n", "line 3", "opens on line 2"},
    {"the second table's faults carry its name", "a\n1\n\f\nb\n\"2\n", "addresses line 2", "never closed"},
    {"three tables", "a\n\f\nb\n\f\nc\n", "", "more than two"},
};

static const char *render(struct arena *arena, const struct csv_table *tables, size_t count);
static void expect_refusal(const struct refusal *refusal, size_t size);

static void every_form_of_csv_gives_its_rows_and_lines(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    struct csv_table tables[ROSTER_CSV_TABLES_MAX];
    size_t count = 0;
    const struct reading *reading = &readings[i];
    if (roster_csv_read(arena, reading->text, strlen(reading->text), &problem, tables, &count) != ERR_OK)
      fail_msg("%s: %s: %s", reading->why, problem.errors[0].field, problem.errors[0].message);
    const char *rows = render(arena, tables, count);
    if (strcmp(rows, reading->rows) != 0)
      fail_msg("%s: got\n%s\nwanted\n%s", reading->why, rows, reading->rows);
  }
}

static void faults_are_told_by_their_line(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
    expect_refusal(&refusals[i], strlen(refusals[i].text));
}

static void a_nul_byte_is_refused(void **state) {
  (void)state;
  static const struct refusal refusal = {"a NUL", "a\n1\0", "line 2", "UTF-8"};
  expect_refusal(&refusal, 4);
}

static void every_line_of_bad_utf8_is_told(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  struct csv_table tables[ROSTER_CSV_TABLES_MAX];
  size_t count = 0;
  assert_int_equal(roster_csv_read(arena, "\xFFx\nok\n\xFFx\n", 9, &problem, tables, &count), ERR_INVALID);
  assert_int_equal(problem.error_count, 2);
  assert_string_equal(problem.errors[1].field, "line 3");
}

static void two_hundred_columns_pass_and_one_more_does_not(void **state) {
  (void)state;
  for (int columns = ROSTER_CSV_COLUMNS_MAX; columns <= ROSTER_CSV_COLUMNS_MAX + 1; columns++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    struct text text;
    text_init(&text, arena);
    for (int i = 1; i < columns; i++)
      text_add(&text, "x,");
    text_add(&text, "x\n");
    struct csv_table tables[ROSTER_CSV_TABLES_MAX];
    size_t count = 0;
    bool is_over = columns > ROSTER_CSV_COLUMNS_MAX;
    assert_int_equal(roster_csv_read(arena, text.bytes, text.size, &problem, tables, &count),
                     is_over ? ERR_INVALID : ERR_OK);
    if (is_over)
      assert_non_null(strstr(problem.errors[0].message, "201 cells"));
    else
      assert_int_equal(tables[0].rows[0].count, columns);
  }
}

static void twenty_thousand_rows_pass_and_one_more_does_not(void **state) {
  (void)state;
  for (int rows = ROSTER_CSV_ROWS_MAX; rows <= ROSTER_CSV_ROWS_MAX + 1; rows++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    struct text text;
    text_init(&text, arena);
    text_add(&text, "header\n");
    for (int i = 0; i < rows; i++)
      text_add(&text, "x\n");
    struct csv_table tables[ROSTER_CSV_TABLES_MAX];
    size_t count = 0;
    bool is_over = rows > ROSTER_CSV_ROWS_MAX;
    assert_int_equal(roster_csv_read(arena, text.bytes, text.size, &problem, tables, &count),
                     is_over ? ERR_INVALID : ERR_OK);
    if (is_over)
      assert_string_equal(problem.errors[0].field, "line 20002");
    else
      assert_int_equal(tables[0].count, rows + 1);
  }
}

static void a_cell_of_a_thousand_characters_passes_and_one_more_does_not(void **state) {
  (void)state;
  for (int length = ROSTER_CSV_CELL_MAX; length <= ROSTER_CSV_CELL_MAX + 1; length++) {
    struct arena *arena SCOPED_ARENA = arena_new();
    struct problem problem;
    problem_init(&problem, arena);
    struct text text;
    text_init(&text, arena);
    text_add(&text, "a\n");
    for (int i = 0; i < length; i++)
      text_add(&text, "é"); // characters count, not bytes
    struct csv_table tables[ROSTER_CSV_TABLES_MAX];
    size_t count = 0;
    bool is_over = length > ROSTER_CSV_CELL_MAX;
    assert_int_equal(roster_csv_read(arena, text.bytes, text.size, &problem, tables, &count),
                     is_over ? ERR_INVALID : ERR_OK);
    if (is_over)
      assert_string_equal(problem.errors[0].field, "line 2");
  }
}

static void a_file_over_four_mebibytes_is_refused(void **state) {
  (void)state;
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  char *bytes = arena_alloc(arena, ROSTER_CSV_BYTES_MAX + 1);
  memset(bytes, '\n', ROSTER_CSV_BYTES_MAX + 1);
  struct csv_table tables[ROSTER_CSV_TABLES_MAX];
  size_t count = 0;
  assert_int_equal(roster_csv_read(arena, bytes, ROSTER_CSV_BYTES_MAX + 1, &problem, tables, &count), ERR_INVALID);
  problem_clear(&problem);
  assert_int_equal(roster_csv_read(arena, bytes, ROSTER_CSV_BYTES_MAX, &problem, tables, &count), ERR_OK);
}

static const char *render(struct arena *arena, const struct csv_table *tables, size_t count) {
  struct text out;
  text_init(&out, arena);
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      text_add(&out, "--\n");
    for (size_t j = 0; j < tables[i].count; j++) {
      const struct csv_row *row = &tables[i].rows[j];
      text_add_format(&out, "%d", row->line);
      for (size_t k = 0; k < row->count; k++)
        text_add_format(&out, "|%s", row->cells[k]);
      text_add_char(&out, '\n');
    }
  }
  return text_get(&out);
}

static void expect_refusal(const struct refusal *refusal, size_t size) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  struct csv_table tables[ROSTER_CSV_TABLES_MAX];
  size_t count = 0;
  if (roster_csv_read(arena, refusal->text, size, &problem, tables, &count) != ERR_INVALID)
    fail_msg("%s: was taken", refusal->why);
  assert_int_equal(problem.error_count, 1);
  if (strcmp(problem.errors[0].field, refusal->place) != 0 || strstr(problem.errors[0].message, refusal->words) == NULL)
    fail_msg("%s: got %s: %s", refusal->why, problem.errors[0].field, problem.errors[0].message);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_of_csv_gives_its_rows_and_lines),
      cmocka_unit_test(faults_are_told_by_their_line),
      cmocka_unit_test(a_nul_byte_is_refused),
      cmocka_unit_test(every_line_of_bad_utf8_is_told),
      cmocka_unit_test(two_hundred_columns_pass_and_one_more_does_not),
      cmocka_unit_test(twenty_thousand_rows_pass_and_one_more_does_not),
      cmocka_unit_test(a_cell_of_a_thousand_characters_passes_and_one_more_does_not),
      cmocka_unit_test(a_file_over_four_mebibytes_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
