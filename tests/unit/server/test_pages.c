// SPDX-License-Identifier: AGPL-3.0-or-later
// Every list of the API, page by page: nothing twice, nothing left out, whoever is renamed or added meanwhile.
#include "tests/unit/server/teams/team_helpers.h"

enum { PEOPLE = 7, LISTED_MAX = 64 };

struct class {
  struct fixture *fixture;
  int64_t students[PEOPLE];
  int64_t staff;
};

struct list {
  const char *path;
  const char *name;   // of the array in the answer
  const char *key;    // of an item
  const char *cursor; // the parameter that takes `next`
  enum { OPERATOR, STAFF, STUDENT } reader;
  size_t at_least; // items that the class has
  int64_t limit_max;
};

static const struct list lists[] = {
    {SAMPLE "/roster", "people", "person", "after", STAFF, PEOPLE + 1, 1000},
    {SAMPLE "/unplaced", "people", "person", "after", STAFF, 3, 1000},
    {SAMPLE "/seekers", "seekers", "person", "after", STAFF, 3, 500},
    {SAMPLE "/teams", "teams", "id", "after", STUDENT, 3, 0},
    {SAMPLE "/invitations", "invitations", "id", "after", STUDENT, 3, 500},
    {SAMPLE "/labs/seats", "waiting", "person", "after", STAFF, 0, 1000},
    {SAMPLE "/audit", "rows", "seq", "below", STAFF, 20, 200},
    {"/api/v1/me/messages", "messages", "id", "after", STUDENT, 3, 100},
    {"/api/v1/accounts", "accounts", "id", "after", OPERATOR, PEOPLE + 1, 100},
    {"/api/v1/courses", "courses", "course", "after", OPERATOR, 1, 500},
};
enum { LISTS = sizeof lists / sizeof *lists };

// The first three found teams and invite the last, who looks for a team like the two between them.
static struct class open_class(void) {
  struct class class = {.fixture = sample_at(INSIDE)};
  struct fixture *f = class.fixture;
  for (int i = 0; i < PEOPLE; i++) {
    class.students[i] = fixture_student(f, arena_format(f->arena, "Student %c", 'Z' - i));
    fixture_card(f, class.students[i], "course", "course", true);
  }
  class.staff = fixture_person(f, "Pat", ROLE_STAFF);
  for (int i = 0; i < 3; i++)
    invite(f, class.students[i], found_team(f, class.students[i], arena_format(f->arena, "Team %d", i)),
           class.students[PEOPLE - 1]);
  return class;
}

static int64_t reader_of(const struct class *class, const struct list *list) {
  return list->reader == OPERATOR ? -1 : list->reader == STAFF ? class->staff : class->students[PEOPLE - 1];
}

// The keys of the items, as text. The list's page from `cursor` on; *next is NULL after the last one.
static size_t read_page(const struct class *class, const struct list *list, int limit, const char *cursor,
                        const char **keys, const char **next) {
  struct fixture *f = class->fixture;
  const char *target =
      arena_format(f->arena, "%s?limit=%d%s%s%s%s", list->path, limit, cursor == NULL ? "" : "&",
                   cursor == NULL ? "" : list->cursor, cursor == NULL ? "" : "=", cursor == NULL ? "" : cursor);
  fixture_call(f, reader_of(class, list), METHOD_GET, NULL, "%s", target);
  fixture_expect(f, 200);
  json_t *items = json_object_get(f->json, list->name);
  assert_true(json_is_array(items));
  size_t count = json_array_size(items);
  for (size_t i = 0; i < count; i++) {
    json_t *key = json_object_get(json_array_get(items, i), list->key);
    keys[i] = json_is_string(key) ? arena_text(f->arena, json_string_value(key))
                                  : arena_format(f->arena, "%lld", (long long)json_integer_value(key));
  }
  json_t *following = json_object_get(f->json, "next");
  *next = NULL;
  if (json_is_string(following))
    *next = arena_text(f->arena, json_string_value(following));
  else if (json_is_integer(following))
    *next = arena_format(f->arena, "%lld", (long long)json_integer_value(following));
  return count;
}

static size_t walk(const struct class *class, const struct list *list, int limit, const char **keys) {
  const char *next = NULL;
  size_t count = 0;
  do {
    size_t more = read_page(class, list, limit, next, keys + count, &next);
    if (more > (size_t)limit)
      fail_msg("%s: %zu items on a page of %d", list->path, more, limit);
    count += more;
    assert_true(count + (size_t)limit < LISTED_MAX);
  } while (next != NULL);
  return count;
}

static void the_pages_of_every_list_are_the_whole_list(void **state) {
  (void)state;
  struct class class = open_class();
  for (size_t i = 0; i < LISTS; i++) {
    const char *whole[200], *paged[LISTED_MAX], *next = NULL;
    size_t count = read_page(&class, &lists[i], 100, NULL, whole, &next);
    if (next != NULL || count < lists[i].at_least)
      fail_msg("%s: %zu items, next %s", lists[i].path, count, next);
    for (int limit = 1; limit <= 3; limit++) {
      if (walk(&class, &lists[i], limit, paged) != count)
        fail_msg("%s: the pages of %d are not %zu items", lists[i].path, limit, count);
      for (size_t k = 0; k < count; k++)
        assert_string_equal(paged[k], whole[k]);
    }
  }
  fixture_free(class.fixture);
}

static void a_full_last_page_has_no_next(void **state) {
  (void)state;
  struct class class = open_class();
  const char *keys[LISTED_MAX], *next = NULL;
  for (size_t i = 0; i < LISTS; i++) {
    // These two tell it on the page after.
    if (strstr(lists[i].path, "/teams") != NULL || strstr(lists[i].path, "/seekers") != NULL)
      continue;
    size_t count = read_page(&class, &lists[i], 50, NULL, keys, &next);
    if (count == 0)
      continue;
    read_page(&class, &lists[i], (int)count, NULL, keys, &next);
    if (next != NULL)
      fail_msg("%s: next %s behind the last of %zu", lists[i].path, next, count);
  }
  fixture_free(class.fixture);
}

static void a_page_is_never_larger_than_its_cap(void **state) {
  (void)state;
  struct class class = open_class();
  for (size_t i = 0; i < LISTS; i++) {
    if (lists[i].limit_max == 0)
      continue;
    fixture_call(class.fixture, reader_of(&class, &lists[i]), METHOD_GET, NULL, "%s?limit=%lld", lists[i].path,
                 (long long)lists[i].limit_max);
    fixture_expect(class.fixture, 200);
    fixture_call(class.fixture, reader_of(&class, &lists[i]), METHOD_GET, NULL, "%s?limit=%lld", lists[i].path,
                 (long long)lists[i].limit_max + 1);
    fixture_refused(class.fixture, 422, "invalid_fields");
  }
  fixture_free(class.fixture);
}

// Between two pages somebody before the cursor gets a name behind it, and the other way round, and somebody joins.
static void names_and_newcomers_move_nobody_between_pages(void **state) {
  (void)state;
  static const size_t by_person[] = {0, 1, 2};
  for (size_t i = 0; i < sizeof by_person / sizeof *by_person; i++) {
    struct class class = open_class();
    struct fixture *f = class.fixture;
    const struct list *list = &lists[by_person[i]];
    const char *before[LISTED_MAX], *keys[LISTED_MAX], *next = NULL;
    size_t whole = read_page(&class, list, 100, NULL, before, &next);
    size_t count = read_page(&class, list, 2, NULL, keys, &next);
    assert_non_null(next);
    fixture_call(f, -1, METHOD_PATCH, "{\"preferred_name\":\"Zz Last\"}", "/api/v1/accounts/%s", keys[0]);
    fixture_expect(f, 200);
    fixture_call(f, -1, METHOD_PATCH, "{\"preferred_name\":\"Aa First\"}", "/api/v1/accounts/%s", before[whole - 1]);
    fixture_expect(f, 200);
    fixture_student(f, "Aab Newcomer");
    while (next != NULL)
      count += read_page(&class, list, 2, next, keys + count, &next);
    for (size_t k = 0; k < whole; k++)
      assert_string_equal(keys[k], before[k]);
    assert_in_range(count, whole, whole + 1);
    fixture_free(f);
  }
}

static void the_line_for_the_labs_keeps_its_places_over_pages(void **state) {
  (void)state;
  enum { SEATS = 20, WAITING = 5 };
  struct fixture *f = sample_at(INSIDE);
  int64_t staff = fixture_person(f, "Pat", ROLE_STAFF);
  for (int i = 0; i < SEATS + WAITING; i++) {
    fixture_call(f, fixture_student(f, arena_format(f->arena, "Student %d", i)), METHOD_PUT, "{}", SAMPLE "/labs/seat");
    fixture_expect(f, 200);
  }
  fixture_call(f, staff, METHOD_GET, NULL, SAMPLE "/labs/seats?limit=3");
  assert_int_equal(json_array_size(json_object_get(f->json, "seated")), SEATS);
  assert_int_equal(json_array_size(json_object_get(f->json, "waiting")), 3);
  assert_int_equal(fixture_int(f, "waiting.2.place"), 3);
  int64_t next = fixture_int(f, "next");
  fixture_call(f, staff, METHOD_GET, NULL, SAMPLE "/labs/seats?limit=3&after=%lld", (long long)next);
  assert_int_equal(json_array_size(json_object_get(f->json, "waiting")), WAITING - 3);
  assert_int_equal(fixture_int(f, "waiting.0.place"), 4);
  assert_true(json_is_null(json_object_get(f->json, "next")));
  fixture_free(f);
}

// Not "read every row and sort": SQLite's own word on the literals that the lists run, one for each shape of page.
static void a_page_is_read_by_an_index(void **state) {
  (void)state;
  struct fixture *f = sample_at(INSIDE);
  struct db_rows rows DB_SCOPE =
      db_query(app_db(f->app), "explain query plan select e.person_id from enrolments e "
                               "join people h on h.id = e.person_id "
                               "left join placements p on p.course_id = e.course_id and p.person_id = e.person_id "
                               "and p.until_at is null where e.course_id = 1 and e.person_id > 5 and "
                               "(e.state = 'active' or 0 = 1) order by e.person_id limit 10");
  while (db_next(&rows)) {
    const char *step = db_column_peek(&rows, 3);
    if (strncmp(step, "SEARCH ", 7) != 0)
      fail_msg("the plan has: %s", step);
  }
  assert_int_equal(rows.err, ERR_OK);
  db_rows_end(&rows);
  fixture_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_pages_of_every_list_are_the_whole_list),
      cmocka_unit_test(a_full_last_page_has_no_next),
      cmocka_unit_test(a_page_is_never_larger_than_its_cap),
      cmocka_unit_test(names_and_newcomers_move_nobody_between_pages),
      cmocka_unit_test(the_line_for_the_labs_keeps_its_places_over_pages),
      cmocka_unit_test(a_page_is_read_by_an_index),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
