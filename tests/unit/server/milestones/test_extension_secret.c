// SPDX-License-Identifier: AGPL-3.0-or-later
// Two courses in which everything is the same, but that in one of them what Ann was given is an accommodation: whatever
// staff who are no instructors and team mates send, both answer them byte for byte alike.
#include "server/http/router.h"
#include "tests/unit/server/milestones/milestone_helpers.h"

struct pair {
  struct house houses[2]; // the second with the accommodation
  int64_t given[2];       // to Ann alone: for the report, and standing
};

static const char *const filled[][2] = {
    {"{milestone}", "report"}, {"{team}", NULL}, {"{person}", NULL}, {"{extension}", NULL}};

static struct pair pair_new(void) {
  struct pair pair = {0};
  for (int i = 0; i < 2; i++) {
    struct house *house = &pair.houses[i];
    *house = house_new(&autumn);
    house_at(house, OPENS);
    static const char *const kinds[] = {"", ",\"accommodation\":true,\"category\":\"a category\",\"note\":\"a note\""};
    static const char *const paths[] = {MILESTONES "/report/extensions", SAMPLE "/extensions"};
    for (int j = 0; j < 2; j++) {
      fixture_call(house->fixture, house->instructor, METHOD_POST,
                   arena_format(house->fixture->arena,
                                "{\"scope\":\"person\",\"person\":%lld,\"days\":2," BECAUSE "%s}",
                                (long long)house->ann, kinds[i]),
                   "%s", paths[j]);
      fixture_expect(house->fixture, 200);
      pair.given[j] = json_integer_value(fixture_json(house->fixture, "extensions.0"));
    }
  }
  return pair;
}

static void pair_free(struct pair *pair) {
  house_free(&pair->houses[0]);
  house_free(&pair->houses[1]);
}

// The status of both.
static int send_alike(struct pair *pair, int64_t by, enum method method, const char *body, const char *target) {
  struct local_answer answers[2];
  for (int i = 0; i < 2; i++) {
    struct fixture *fixture = pair->houses[i].fixture;
    const struct local_call call = {.method = method, .target = target, .body = body, .token = fixture->tokens[by]};
    local_call(fixture->app, fixture->arena, &call, &answers[i]);
  }
  if (answers[0].status != answers[1].status || answers[0].size != answers[1].size ||
      memcmp(answers[0].body, answers[1].body, answers[0].size) != 0)
    fail_msg("%d %s by %lld: %d %s, and with the accommodation %d %s", (int)method, target, (long long)by,
             answers[0].status, answers[0].body, answers[1].status, answers[1].body);
  return answers[0].status;
}

// NULL for what has another parameter.
static const char *target_of(const struct pair *pair, const char *path) {
  const struct house *house = &pair->houses[0];
  struct arena *arena = house->fixture->arena;
  const int64_t numbers[] = {0, house->team, house->ann, pair->given[0]};
  static const char prefix[] = "/courses/{course}";
  if (strncmp(path, prefix, sizeof prefix - 1) != 0)
    return NULL;
  const char *rest = path + sizeof prefix - 1;
  for (size_t i = 0; i < sizeof filled / sizeof *filled; i++) {
    const char *at = strstr(rest, filled[i][0]);
    const char *value = filled[i][1] != NULL ? filled[i][1] : arena_format(arena, "%lld", (long long)numbers[i]);
    if (at != NULL)
      rest = arena_format(arena, "%.*s%s%s", (int)(at - rest), rest, value, at + strlen(filled[i][0]));
  }
  return strchr(rest, '{') != NULL ? NULL : arena_format(arena, SAMPLE "%s", rest);
}

// What each of them reads; how much of that was there.
static size_t read_all(struct pair *pair) {
  const struct house *house = &pair->houses[0];
  const struct http *http = app_http(house->fixture->app);
  const int64_t readers[] = {house->staff, house->bob, house->dan};
  static const char *const more[] = {"/api/v1/me/tasks", "/api/v1/me/messages",        "/api/v1/me/courses",
                                     "/api/v1/me",       MILESTONES "/lab/extensions", SAMPLE "/extensions?limit=1"};
  size_t seen = 0;
  for (size_t reader = 0; reader < sizeof readers / sizeof *readers; reader++) {
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
      seen += send_alike(pair, readers[reader], METHOD_GET, NULL, more[i]) == 200;
    for (size_t i = 0; i < http->table_count; i++)
      for (size_t j = 0; j < http->tables[i].count; j++) {
        const struct route *route = &http->tables[i].rows[j];
        const char *target = target_of(pair, route->path);
        if (route->method == METHOD_GET && route->kind == ROUTE_READ && target != NULL)
          seen += send_alike(pair, readers[reader], METHOD_GET, NULL, target) == 200;
      }
    for (size_t i = 0; i < sizeof each_kind / sizeof *each_kind; i++)
      seen += send_alike(pair, readers[reader], METHOD_GET, NULL,
                         arena_format(house->fixture->arena, MILESTONES "/%s", each_kind[i])) == 200;
    seen +=
        send_alike(pair, readers[reader], METHOD_GET, NULL,
                   arena_format(house->fixture->arena, SAMPLE "/extensions?person=%lld", (long long)house->ann)) == 200;
  }
  return seen;
}

static void staff_and_mates_read_the_same_of_an_accommodation_as_of_any_extension(void **state) {
  (void)state;
  struct pair pair = pair_new();
  assert_true(read_all(&pair) > 60);
  for (int i = 0; i < 2; i++)
    submit_at(&pair.houses[i], pair.houses[i].ann, "report", DUE_AT + DAY);
  assert_true(read_all(&pair) > 60);
  for (int i = 0; i < 2; i++) { // taken back by who may
    fixture_call(pair.houses[i].fixture, pair.houses[i].instructor, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld",
                 (long long)pair.given[0]);
    fixture_expect(pair.houses[i].fixture, 200);
  }
  assert_true(read_all(&pair) > 60);
  pair_free(&pair);
}

static void staff_are_answered_the_same_whatever_they_try_on_an_accommodation(void **state) {
  (void)state;
  struct pair pair = pair_new();
  const struct house *house = &pair.houses[0];
  struct arena *arena = house->fixture->arena;
  for (int j = 0; j < 2; j++) {
    const char *target = arena_format(arena, SAMPLE "/extensions/%lld", (long long)pair.given[j]);
    assert_int_equal(
        send_alike(&pair, house->staff, METHOD_DELETE, NULL, arena_format(arena, "%s?dry_run=true", target)), 403);
    assert_int_equal(send_alike(&pair, house->staff, METHOD_DELETE, NULL, target), 403);
    assert_int_equal(send_alike(&pair, house->bob, METHOD_DELETE, NULL, target), 403);
  }
  static const struct {
    const char *body;
    int status;
    const char *why;
  } bodies[] = {
      {"{\"scope\":\"person\",\"person\":%lld,\"days\":1," BECAUSE "}", 422, "less than holds"},
      {"{\"scope\":\"person\",\"person\":%lld,\"days\":2,\"accommodation\":true," BECAUSE "}", 403, "for instructors"},
      {"{\"scope\":\"person\",\"person\":%lld,\"days\":4," BECAUSE "}", 200, "more than holds"},
      {"{\"scope\":\"everyone\",\"days\":6," BECAUSE "}", 200, "for everybody"},
      {"{\"scope\":\"missing\",\"days\":7," BECAUSE "}", 200, "for all that are missing"},
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    const char *at = strstr(bodies[i].body, "%lld");
    const char *body = at == NULL ? bodies[i].body
                                  : arena_format(arena, "%.*s%lld%s", (int)(at - bodies[i].body), bodies[i].body,
                                                 (long long)house->ann, at + strlen("%lld"));
    if (send_alike(&pair, house->staff, METHOD_POST, body, MILESTONES "/report/extensions") != bodies[i].status)
      fail_msg("%s", bodies[i].why);
  }
  for (int i = 0; i < 2; i++) {
    fixture_call(pair.houses[i].fixture, pair.houses[i].instructor, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld",
                 (long long)pair.given[0]);
    fixture_expect(pair.houses[i].fixture, 200);
  }
  assert_int_equal(send_alike(&pair, house->staff, METHOD_DELETE, NULL,
                              arena_format(arena, SAMPLE "/extensions/%lld", (long long)pair.given[0])),
                   403);
  pair_free(&pair);
}

static void staff_take_back_what_they_gave_and_what_was_given_to_more_than_one(void **state) {
  (void)state;
  struct house house = house_new(&autumn);
  struct fixture *fixture = house.fixture;
  house_at(&house, OPENS);
  int64_t other = fixture_person(fixture, "Uma Ray", ROLE_STAFF);
  static const struct {
    const char *whom;
    bool is_by_staff;
    int own, others;
    const char *why;
  } cases[] = {
      {"\"scope\":\"person\",\"person\":3", true, 200, 403, "a person's, by staff"},
      {"\"scope\":\"person\",\"person\":3", false, 403, 403, "a person's, by an instructor"},
      {"\"scope\":\"team\",\"team\":1", true, 200, 200, "a team's, by staff"},
      {"\"scope\":\"team\",\"team\":1", false, 200, 200, "a team's, by an instructor"},
      {"\"scope\":\"everyone\"", false, 200, 200, "everybody's, by an instructor"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int is_other = 0; is_other < 2; is_other++) {
      grant(&house, cases[i].is_by_staff ? house.staff : house.instructor, "report",
            arena_format(fixture->arena, "{%s,\"days\":%zu," BECAUSE "}", cases[i].whom, 2 * i + (size_t)is_other + 1));
      fixture_expect(fixture, 200);
      int64_t id = json_integer_value(fixture_json(fixture, "extensions.0"));
      int wanted = is_other ? cases[i].others : cases[i].own;
      fixture_call(fixture, is_other ? other : house.staff, METHOD_DELETE, NULL, SAMPLE "/extensions/%lld",
                   (long long)id);
      if (fixture->answer.status != wanted)
        fail_msg("%s: %d %s", cases[i].why, fixture->answer.status, fixture->answer.body);
    }
  house_free(&house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(staff_and_mates_read_the_same_of_an_accommodation_as_of_any_extension),
      cmocka_unit_test(staff_are_answered_the_same_whatever_they_try_on_an_accommodation),
      cmocka_unit_test(staff_take_back_what_they_gave_and_what_was_given_to_more_than_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
