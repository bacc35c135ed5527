// SPDX-License-Identifier: AGPL-3.0-or-later
// Handing in at the boundary instants where the clocks change, where they never do, and where they change by half an
// hour: the wall clock of the course file is kept by the zone's rule, lateness counts 86,400 s.
#include "tests/unit/server/milestones/milestone_helpers.h"

struct zone_case {
  const char *why;
  struct dates dates;
  const char *opens, *due, *closes; // worked out by hand, in UTC
};

// closes_after is in civil days: over a change of the clocks it is not a multiple of 86,400 s.
static const struct zone_case zones[] = {
    {"the clocks go back in New York on 5 November 2023",
     {"America/New_York", "2023-10-30 09:00", "2023-11-04 23:59", ", closes_after: 2d"},
     "2023-10-30T13:00:00Z",
     "2023-11-05T03:59:00Z",
     "2023-11-07T04:59:00Z"},
    {"they go forward there on 12 March 2023",
     {"America/New_York", "2023-03-06 09:00", "2023-03-11 23:59", ", closes_after: 2d"},
     "2023-03-06T14:00:00Z",
     "2023-03-12T04:59:00Z",
     "2023-03-14T03:59:00Z"},
    {"due in the hour that is skipped is due at the first instant after",
     {"America/New_York", "2023-03-06 09:00", "2023-03-12 02:30", ", closes_after: 2d"},
     "2023-03-06T14:00:00Z",
     "2023-03-12T07:00:00Z",
     "2023-03-14T07:00:00Z"},
    {"due in the hour that is repeated is due in the later one",
     {"America/New_York", "2023-10-30 09:00", "2023-11-05 01:30", ", closes_after: 2d"},
     "2023-10-30T13:00:00Z",
     "2023-11-05T06:30:00Z",
     "2023-11-07T06:30:00Z"},
    {"no change in Kolkata",
     {"Asia/Kolkata", "2023-10-30 09:00", "2023-11-04 23:59", ", closes_after: 2d"},
     "2023-10-30T03:30:00Z",
     "2023-11-04T18:29:00Z",
     "2023-11-06T18:29:00Z"},
    {"half an hour forward on Lord Howe on 1 October 2023",
     {"Australia/Lord_Howe", "2023-09-25 09:00", "2023-09-30 23:59", ", closes_after: 2d"},
     "2023-09-24T22:30:00Z",
     "2023-09-30T13:29:00Z",
     "2023-10-02T12:59:00Z"},
};

struct step {
  const char *why;
  enum { FROM_OPENS, FROM_DUE, FROM_CLOSES } from;
  int64_t seconds;
  const char *refusal; // NULL: taken
  int64_t points;      // -1: by how many days of 86,400 s have begun since the due
};

static const struct step steps[] = {
    {"the second before it opens", FROM_OPENS, -1, "not_open", 0},
    {"the second in which it opens", FROM_OPENS, 0, NULL, 0},
    {"the second before it is due", FROM_DUE, -1, NULL, 0},
    {"the due second", FROM_DUE, 0, NULL, 0},
    {"the last second of the grace", FROM_DUE, GRACE, NULL, 0},
    {"a second after it", FROM_DUE, GRACE + 1, NULL, 10},
    {"24 hours after the due", FROM_DUE, DAY, NULL, 10},
    {"and a second", FROM_DUE, DAY + 1, NULL, 20},
    {"the second in which it closes", FROM_CLOSES, 0, NULL, -1},
    {"a second later", FROM_CLOSES, 1, "deadline_passed", 0},
};

static int64_t instant(const char *words) {
  int64_t at = 0;
  assert_true(instant_parse(words, &at));
  return at;
}

static void take_step(struct house *house, const char *milestone, const struct zone_case *zone,
                      const struct step *step) {
  int64_t due = instant(zone->due);
  int64_t from = step->from == FROM_OPENS ? instant(zone->opens) : step->from == FROM_DUE ? due : instant(zone->closes);
  int64_t at = from + step->seconds;
  bool is_lab = strcmp(milestone, "lab") == 0;
  print_message("%s: %s, %s\n", zone->why, milestone, step->why);
  house_at(house, at);
  submit(house, is_lab ? house->fay : house->ann, milestone);
  if (step->refusal != NULL) {
    fixture_refused(house->fixture, 409, step->refusal);
    return;
  }
  fixture_expect(house->fixture, 200);
  int64_t points = step->points >= 0 ? step->points : 10 * ((at - due + DAY - 1) / DAY);
  assert_int_equal(points, fixture_int(house->fixture, "cost.yours"));
  assert_int_equal(points == 0, json_is_true(fixture_json(house->fixture, "is_on_time")));
}

static void each_kind_of_work_is_taken_and_priced_to_the_second_in_every_zone(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
    struct house house = house_new(&zones[i].dates);
    for (size_t j = 0; j < sizeof steps / sizeof *steps; j++)
      for (size_t k = 0; k < sizeof work_kinds / sizeof *work_kinds; k++)
        take_step(&house, work_kinds[k], &zones[i], &steps[j]);
    house_free(&house);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_of_work_is_taken_and_priced_to_the_second_in_every_zone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
