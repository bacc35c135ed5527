// SPDX-License-Identifier: AGPL-3.0-or-later
// Open requests for more time on a milestone that another course file drops.
#include "tests/unit/server/milestones/syllabus_helpers.h"

#define TOLD "course changed"
#define EXTRA                                                                                                          \
  "milestones:\n  - id: extra\n    title: The extra\n    track: project\n    kind: report\n    weight: 0\n"            \
  "    opens: 2023-11-01 09:00\n    due: 2023-11-20 09:00\n    hand_in: { link: required }\n"

static int64_t asked(struct house *house, int64_t by, const char *milestone, const char *more) {
  struct fixture *fixture = house->fixture;
  fixture_call(fixture, by, METHOD_POST,
               arena_format(fixture->arena,
                            "{\"kind\":\"extension\",\"message\":\"I was in hospital\",\"milestone\":\"%s\","
                            "\"until\":\"2023-11-27T14:00:00Z\"%s}",
                            milestone, more),
               SAMPLE "/requests");
  fixture_expect(fixture, 201);
  return fixture_int(fixture, "id");
}

// A course with one milestone more than its first file (`first`), and requests about it: of Ann, of Dan for his team.
struct asking {
  struct house house;
  const char *first;
  int64_t of_ann, of_dan, other; // the last about a milestone that stays
};

static struct asking start(void) {
  struct asking asking = {.house = house_new(&commented)};
  struct house *house = &asking.house;
  asking.first = stored_file(house->fixture, house->instructor);
  house_at(house, OPENS);
  apply_file(house->fixture, house->instructor, edited(house->fixture, asking.first, "milestones:\n", EXTRA), false);
  asking.of_ann = asked(house, house->ann, "extra", "");
  asking.of_dan =
      asked(house, house->dan, "extra", arena_format(house->fixture->arena, ",\"team\":%lld", (long long)house->other));
  asking.other = asked(house, house->ann, "report", "");
  return asking;
}

static const char *state_now(struct asking *asking, int64_t request) {
  struct fixture *fixture = asking->house.fixture;
  fixture_call(fixture, asking->house.staff, METHOD_GET, NULL, SAMPLE "/requests/%lld", (long long)request);
  fixture_expect(fixture, 200);
  return fixture_text(fixture, "state");
}

static void a_plan_lists_them_and_leaves_them_open(void **state) {
  (void)state;
  struct asking asking = start();
  struct fixture *fixture = asking.house.fixture;
  const char *before = fixture_dump(fixture);
  put_file(fixture, asking.house.instructor, "?dry_run=true", asking.first, NULL);
  fixture_expect(fixture, 200);
  assert_true(says(fixture, "2 open requests for more time on what is removed are declined: of Ann Ng, Dan Qi."));
  assert_string_equal(before, fixture_dump(fixture));
  assert_string_equal("open", state_now(&asking, asking.of_ann));
  house_free(&asking.house);
}

static void they_are_declined_with_it_and_each_asker_reads_so_once(void **state) {
  (void)state;
  struct asking asking = start();
  struct house *house = &asking.house;
  struct fixture *fixture = house->fixture;
  size_t of_ann = fixture_messages(fixture, house->ann, ""), of_bob = fixture_messages(fixture, house->bob, "");
  apply_file(fixture, house->instructor, asking.first, true);
  assert_string_equal("declined", state_now(&asking, asking.of_ann));
  assert_string_equal("The milestone was removed from the course.", fixture_text(fixture, "answer"));
  assert_string_equal("Ines Ray", fixture_text(fixture, "answered_by"));
  assert_string_equal("declined", state_now(&asking, asking.of_dan));
  assert_string_equal("open", state_now(&asking, asking.other));
  assert_int_equal(of_ann + 1, fixture_messages(fixture, house->ann, ""));
  assert_int_equal(0, fixture_messages(fixture, house->ann, "request answered"));
  const char *words = fixture_last_words(fixture, house->ann);
  assert_non_null(strstr(words, "- Your request for \"extension\" (The extra, until Mon 27 Nov 2023 09:00 EST) was "
                                "declined. The milestone was removed from the course."));
  assert_non_null(strstr(fixture_last_words(fixture, house->dan), "for Schedulers) was declined."));
  // Others hear that it is gone, and of nobody's request.
  assert_int_equal(of_bob + 1, fixture_messages(fixture, house->bob, ""));
  assert_null(strstr(fixture_last_words(fixture, house->bob), "request"));
  assert_int_equal(2,
                   rows_of(house, "select count(*) from audit where kind = 'request declined' and course_id >= $1", 0));
  house_free(house);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plan_lists_them_and_leaves_them_open),
      cmocka_unit_test(they_are_declined_with_it_and_each_asker_reads_so_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
