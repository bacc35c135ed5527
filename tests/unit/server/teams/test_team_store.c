// SPDX-License-Identifier: AGPL-3.0-or-later
// Reads the SQL out of the feature's stores and asks the engine for its plan: no statement may scan a table.
#include "tests/unit/server/teams/team_helpers.h"

static const char *const stores[] = {"server/teams/team_store.c", "server/teams/card_store.c",
                                     "server/teams/seeker_store.c", "server/teams/invitation_store.c"};

static char *read_source(struct arena *arena, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    fail_msg("%s cannot be read", path);
  char *text = arena_alloc(arena, 128 * 1024);
  size_t size = fread(text, 1, 128 * 1024 - 1, file);
  fclose(file);
  assert_in_range(size, 100, 128 * 1024 - 2);
  return text;
}

// Appends the string literals from `at` on, white space, backslashes and known macros between them, and says where they
// end.
static const char *take_literals(const char *source, const char *at, struct text *sql) {
  for (;;) {
    at += strspn(at, " \t\r\n\\");
    if (*at == '"') {
      size_t size = strcspn(at + 1, "\"");
      text_add_n(sql, at + 1, size);
      at += size + 2;
    } else if (strncmp(at, "INVITATION_ROWS", strlen("INVITATION_ROWS")) == 0) {
      const char *macro = strstr(source, "#define INVITATION_ROWS");
      assert_non_null(macro);
      take_literals(source, macro + strlen("#define INVITATION_ROWS"), sql);
      at += strlen("INVITATION_ROWS");
    } else {
      return at;
    }
  }
}

static size_t parameter_count(const char *sql) {
  size_t count = 0;
  for (const char *at = strchr(sql, '$'); at != NULL; at = strchr(at + 1, '$')) {
    size_t number = (size_t)strtoul(at + 1, NULL, 10);
    count = number > count ? number : count;
  }
  return count;
}

static size_t check_plan(struct fixture *fixture, const char *path, const char *sql) {
  const char *explain = arena_format(fixture->arena, "explain query plan %s", sql);
  struct db_value values[16];
  size_t count = parameter_count(sql);
  assert_in_range(count, 0, 15);
  for (size_t i = 0; i < count; i++)
    values[i] = db_int(1);
  struct db_rows rows DB_SCOPE = db_query_values(app_db(fixture->app), explain, values, count);
  size_t lines = 0, ranges = 0;
  while (db_next(&rows)) {
    const char *line = db_column_peek(&rows, 3);
    if (strncmp(line, "SCAN ", 5) == 0)
      fail_msg("%s: %s\n%s", path, line, sql);
    // All cards, all enrolments of a course: only teams and those who look for one are read as a whole.
    if (strstr(line, " (course_id=?)") != NULL && strstr(line, "teams") == NULL &&
        strstr(line, "info_cards_seeking") == NULL)
      fail_msg("%s reads a whole course: %s\n%s", path, line, sql);
    ranges += strchr(line, '>') != NULL;
    lines++;
  }
  assert_int_equal(rows.err, ERR_OK);
  if (ranges > 1)
    fail_msg("%s joins one range with another, which grows with the square of the course:\n%s", path, sql);
  return lines;
}

static void no_statement_of_the_stores_scans_a_table(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  size_t statements = 0;
  for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
    const char *source = read_source(fixture->arena, stores[i]);
    static const char *const calls[] = {"db_query(", "db_exec(", "db_get_int("};
    for (size_t call = 0; call < 3; call++)
      for (const char *at = strstr(source, calls[call]); at != NULL; at = strstr(at + 1, calls[call])) {
        const char *literal = strchr(at, ',') + 1;
        if (call == 2)
          literal = strchr(literal, ',') + 1; // after where the number goes
        struct text sql;
        text_init(&sql, fixture->arena);
        take_literals(source, literal, &sql);
        assert_in_range(sql.size, 10, 4000);
        check_plan(fixture, stores[i], text_get(&sql));
        statements++;
      }
  }
  assert_in_range(statements, 28, 60); // a store whose statements were not found would pass for nothing
  fixture_free(fixture);
}

// So that the test above cannot pass because plans are always taken for good.
static void a_scan_would_be_seen(void **state) {
  (void)state;
  struct fixture *fixture = sample_at(INSIDE);
  struct db_rows rows DB_SCOPE =
      db_query(app_db(fixture->app), "explain query plan select id from teams where looking_for = ''");
  assert_true(db_next(&rows));
  assert_int_equal(strncmp(db_column_peek(&rows, 3), "SCAN ", 5), 0);
  db_rows_end(&rows);
  fixture_free(fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(no_statement_of_the_stores_scans_a_table),
      cmocka_unit_test(a_scan_would_be_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
