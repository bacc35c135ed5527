// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/search.h"
#include "tests/unit/server/courses/petition_helpers.h"

static struct fixture *start(void **state) {
  struct fixture *fixture = sample_at(INSIDE);
  *state = fixture;
  return fixture;
}

static int stop(void **state) {
  if (*state != NULL)
    fixture_free(*state);
  *state = NULL;
  return 0;
}

static size_t people_found(struct fixture *fixture, int64_t reader, const char *query) {
  fixture_call(fixture, reader, METHOD_GET, NULL, SAMPLE "/search?q=%s", query);
  fixture_expect(fixture, 200);
  return json_array_size(fixture_json(fixture, "people"));
}

static bool finds(struct fixture *fixture, int64_t reader, const char *query, int64_t person) {
  size_t count = people_found(fixture, reader, query);
  for (size_t i = 0; i < count; i++)
    if (fixture_int(fixture, arena_format(fixture->arena, "people.%zu.person", i)) == person)
      return true;
  return false;
}

static void words_begin_words_of_the_name_in_any_order_and_any_spelling(void **state) {
  static const struct {
    const char *name;
    const char *query;
    bool is_found;
    const char *why;
  } cases[] = {
      {"Ada Lovelace", "love", true, "the beginning of a later word"},
      {"Ada Lovelace", "LOVE+ad", true, "capitals and order do not count"},
      {"Ada Lovelace", "lace", false, "the end of a word"},
      {"Ada Lovelace", "ada+turing", false, "each word must be there"},
      {"Élodie Nguyễn", "elodie", true, "accents are left out"},
      {"Élodie Nguyễn", "nguyen", true, "two accents upon one letter"},
      {"Élodie Nguyễn", "%C3%89LO", true, "and in the query"},
      {"E\xCC\x81lise Curie", "elise", true, "an accent that is a character of its own"},
      {"Jörg Weiß", "weiss", true, "sharp s is two"},
      {"Jörg Weiss", "wei%C3%9F", true, "also in the query"},
      {"Jörg Weiß", "jorg", true, "an umlaut is its letter"},
      {"Ｔａｎａｋａ Ken", "tanaka", true, "full width"},
      {"Tanaka Ken", "%EF%BC%B4%EF%BD%81", true, "full width in the query"},
      {"Işıl Aydın", "isil", true, "the dotless i"},
      {"Işıl Aydın", "AYDIN", true, "a capital I is folded to a dotted one, which the dotless is too"},
      {"İpek Kaya", "ipek", true, "the capital with a dot"},
      {"Łukasz Ørsted", "lukasz+orsted", true, "letters that have no other form"},
      {"Mary-Jane O'Neil", "jane+neil", true, "a hyphen and an apostrophe end words"},
      {"Mary-Jane O'Neil", "mary-jane", true, "also in the query"},
      {"山田 太郎", "%E5%B1%B1%E7%94%B0", true, "no alphabet at all"},
  };
  struct fixture *fixture = start(state);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t person = fixture_student(fixture, arena_format(fixture->arena, "Case%zu", i));
    fixture_call(fixture, -1, METHOD_PATCH, arena_format(fixture->arena, "{\"name\":\"%s\"}", cases[i].name),
                 "/api/v1/accounts/%lld", (long long)person);
    fixture_expect(fixture, 200);
    if (finds(fixture, kim, cases[i].query, person) != cases[i].is_found)
      fail_msg("%s, asked for %s: %s", cases[i].name, cases[i].query, cases[i].why);
  }
}

static void a_query_has_two_characters_at_least(void **state) {
  static const struct {
    const char *target;
    int status;
    const char *why;
  } cases[] = {
      {"", 422, "none"},
      {"?q=", 422, "empty"},
      {"?q=a", 422, "one"},
      {"?q=%CC%81a", 422, "a mark alone counts nothing"},
      {"?q=%2B%2B%2B", 422, "no letter"},
      {"?q=a+b", 200, "one and one"},
      {"?q=ab", 200, "two"},
      {"?q=a+b+c+d+e+f+g+h", 200, "eight words"},
      {"?q=a+b+c+d+e+f+g+h+i", 422, "nine words"},
      {"?q=ab&more=1", 422, "an unknown parameter"},
  };
  struct fixture *fixture = start(state);
  int64_t zoe = fixture_student(fixture, "Zoe Invented");
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (fixture_call(fixture, zoe, METHOD_GET, NULL, SAMPLE "/search%s", cases[i].target) != cases[i].status)
      fail_msg("%s: %s", cases[i].why, fixture->answer.body);
}

static void staff_search_what_only_they_see(void **state) {
  struct fixture *fixture = start(state);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  int64_t ada = fixture_student(fixture, "Ada Invented"), zoe = fixture_student(fixture, "Zoe Invented");
  int64_t team = found_team(fixture, ada, "Descenders");
  fixture_call(fixture, -1, METHOD_PATCH,
               "{\"name\":\"Augusta King\",\"preferred_name\":\"Ada Noether\",\"login\":\"agk3\"}",
               "/api/v1/accounts/%lld", (long long)ada);
  fixture_expect(fixture, 200);
  assert_int_equal(db_exec(app_db(fixture->app),
                           "update enrolments set sis_id = '903000001', section = 'Section B7' where person_id = $1",
                           db_int(ada)),
                   ERR_OK);
  static const struct {
    const char *query;
    bool by_students;
    const char *why;
  } cases[] = {
      {"noether", true, "the name that everybody sees"},
      {"augusta", false, "the registrar's name"},
      {"ada.invented%40exam", false, "the address"},
      {"agk3", false, "the login"},
      {"903000", false, "the SIS id"},
      {"b7", false, "the section"},
      {"noether+b7+agk", false, "of several together"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (!finds(fixture, kim, cases[i].query, ada))
      fail_msg("staff: %s", cases[i].why);
    if (finds(fixture, zoe, cases[i].query, ada) != cases[i].by_students)
      fail_msg("students: %s", cases[i].why);
    if (finds(fixture, ada, cases[i].query, ada) != cases[i].by_students)
      fail_msg("oneself: %s", cases[i].why);
  }
  people_found(fixture, kim, "noether");
  assert_string_equal(fixture_text(fixture, "people.0.email"), "ada.invented@example.edu");
  assert_int_equal(fixture_int(fixture, "people.0.team"), team);
  people_found(fixture, zoe, "noether");
  assert_null(fixture_json(fixture, "people.0.email"));
  assert_null(fixture_json(fixture, "people.0.active"));
}

static void students_find_whom_the_course_may_see(void **state) {
  struct fixture *fixture = start(state);
  int64_t reader = fixture_student(fixture, "Rea Invented");
  int64_t kim = fixture_person(fixture, "Kim Name", ROLE_STAFF);
  int64_t in_team = fixture_student(fixture, "Ina Name"), seeking = fixture_student(fixture, "Sal Name");
  int64_t alone = fixture_student(fixture, "Alo Name"), seated = fixture_student(fixture, "Sea Name");
  int64_t gone = fixture_student(fixture, "Gon Name"), held = fixture_student(fixture, "Hel Name");
  int64_t hidden = fixture_student(fixture, "Hid Name"), hidden_seeking = fixture_student(fixture, "His Name");
  int64_t team = found_team(fixture, in_team, "Descenders");
  add_member(fixture, in_team, team, held);
  add_member(fixture, in_team, team, hidden);
  fixture_card(fixture, seeking, "none", "none", true);
  fixture_card(fixture, hidden_seeking, "none", "none", true);
  take_seat(fixture, seated);
  fixture_drop(fixture, gone);
  fixture_drop(fixture, held);
  fixture_confidential(fixture, hidden);
  fixture_confidential(fixture, hidden_seeking);
  const struct {
    int64_t person;
    bool by_reader, by_mate, by_staff;
    const char *why;
  } cases[] = {
      {kim, true, true, true, "staff"},
      {in_team, true, true, true, "a member of a team"},
      {seeking, true, true, true, "who looks for a team"},
      {alone, false, false, true, "who is nowhere"},
      {seated, false, false, true, "who has a lab seat"},
      {gone, false, false, true, "who dropped"},
      {held, true, true, true, "whose place is held: the drop is not the others' to know"},
      {hidden, false, true, true, "confidential: the own team and staff"},
      {hidden_seeking, false, false, true, "confidential, and looking"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (finds(fixture, reader, "name", cases[i].person) != cases[i].by_reader ||
        finds(fixture, in_team, "name", cases[i].person) != cases[i].by_mate ||
        finds(fixture, kim, "name", cases[i].person) != cases[i].by_staff)
      fail_msg("%s", cases[i].why);
  assert_true(finds(fixture, hidden_seeking, "name", hidden_seeking)); // oneself
  assert_true(finds(fixture, reader, "rea", reader));
  fixture_call(fixture, gone, METHOD_GET, NULL, SAMPLE "/search?q=name");
  fixture_refused(fixture, 403, "not_enrolled");
}

static void teams_are_found_by_name_until_they_are_dissolved(void **state) {
  struct fixture *fixture = start(state);
  int64_t ada = fixture_student(fixture, "Ada Invented"), bob = fixture_student(fixture, "Bob Invented");
  int64_t team = found_team(fixture, ada, "Gradient Déscenders");
  fixture_call(fixture, bob, METHOD_GET, NULL, SAMPLE "/search?q=desc+grad");
  fixture_expect(fixture, 200);
  assert_int_equal(fixture_int(fixture, "teams.0.team"), team);
  assert_string_equal(fixture_text(fixture, "teams.0.state"), "forming");
  assert_int_equal(json_array_size(fixture_json(fixture, "people")), 0);
  remove_member(fixture, ada, team, ada);
  fixture_call(fixture, bob, METHOD_GET, NULL, SAMPLE "/search?q=desc+grad");
  assert_int_equal(json_array_size(fixture_json(fixture, "teams")), 0);
}

static void at_most_fifty_are_shown_and_teams_are_among_them(void **state) {
  struct fixture *fixture = start(state);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  for (int i = 0; i < SEARCH_RESULTS_MAX; i++)
    fixture_student(fixture, arena_format(fixture->arena, "Common Name%02d", i * 7 % SEARCH_RESULTS_MAX));
  assert_int_equal(people_found(fixture, kim, "common"), SEARCH_RESULTS_MAX);
  assert_true(json_is_false(fixture_json(fixture, "more")));
  for (int i = 0; i < SEARCH_RESULTS_MAX; i++) // by name
    assert_string_equal(fixture_text(fixture, arena_format(fixture->arena, "people.%d.name", i)),
                        arena_format(fixture->arena, "Common Name%02d", i));
  for (int i = 0; i < 3; i++)
    found_team(fixture, fixture_student(fixture, arena_format(fixture->arena, "Other %d", i)),
               arena_format(fixture->arena, "Common Team %d", i));
  assert_int_equal(people_found(fixture, kim, "common"), SEARCH_RESULTS_MAX - 3);
  assert_int_equal(json_array_size(fixture_json(fixture, "teams")), 3);
  assert_true(json_is_true(fixture_json(fixture, "more")));
  for (int i = 0; i < 5; i++)
    fixture_student(fixture, arena_format(fixture->arena, "Common Another%d", 4 - i));
  assert_int_equal(people_found(fixture, kim, "common"), SEARCH_RESULTS_MAX - 3);
  assert_string_equal(fixture_text(fixture, "people.0.name"), "Common Another0");
  assert_string_equal(fixture_text(fixture, "people.46.name"), "Common Name41");
}

static void a_search_takes_two_statements_in_a_course_of_any_size(void **state) {
  struct fixture *fixture = start(state);
  int64_t kim = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  people_found(fixture, kim, "common");
  uint64_t before = db_statement_count(app_db(fixture->app));
  people_found(fixture, kim, "common");
  uint64_t few = db_statement_count(app_db(fixture->app)) - before;
  for (int i = 0; i < 40; i++)
    fixture_student(fixture, arena_format(fixture->arena, "Common Name%02d", i));
  before = db_statement_count(app_db(fixture->app));
  people_found(fixture, kim, "common");
  assert_int_equal(db_statement_count(app_db(fixture->app)) - before, few);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(words_begin_words_of_the_name_in_any_order_and_any_spelling, stop),
      cmocka_unit_test_teardown(a_query_has_two_characters_at_least, stop),
      cmocka_unit_test_teardown(staff_search_what_only_they_see, stop),
      cmocka_unit_test_teardown(students_find_whom_the_course_may_see, stop),
      cmocka_unit_test_teardown(teams_are_found_by_name_until_they_are_dissolved, stop),
      cmocka_unit_test_teardown(at_most_fifty_are_shown_and_teams_are_among_them, stop),
      cmocka_unit_test_teardown(a_search_takes_two_statements_in_a_course_of_any_size, stop),
  };
  return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
