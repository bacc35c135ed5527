// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of milestones share: a course of one's own zone and dates with a milestone of each kind, all
// handed in as a link, so that the store can stay in memory; two registered teams, a lab student, staff.
#pragma once

#include "tests/unit/server/teams/team_helpers.h"

#include "common/base/text.h"
#include "common/course/lateness.h"

#define MILESTONES SAMPLE "/milestones"
#define BECAUSE "\"reason\":\"A reason to be told\""
enum { HOUR = 3600, DAY = 86400, GRACE = 300 };

struct dates {
  const char *zone;
  const char *opens, *due; // wall clock
  const char *policy;      // more of late_policy: ", closes_after: 5d"
};

// Twelve days before the clocks go back in New York.
static const struct dates autumn = {"America/New_York", "2023-10-16 09:00", "2023-10-25 09:30", ""};
#define DUE_AT INT64_C(1698240600) // 2023-10-25T13:30:00Z
#define OPENS INT64_C(1697461200)  // 2023-10-16T13:00:00Z

static const char *const each_kind[] = {"proposal", "check-in", "presentation", "report", "artifact", "lab"};
static const char *const work_kinds[] = {"presentation", "report", "artifact", "lab"};

struct house {
  struct fixture *fixture;
  int64_t instructor, staff;
  int64_t ann, bob, cyd; // one team of three
  int64_t dan, eve;      // another
  int64_t fay;           // in a lab seat
  int64_t gus;           // nowhere
  int64_t team, other;
};

static inline const char *course_text(struct arena *arena, const struct dates *dates) {
  struct text text;
  text_init(&text, arena);
  text_add_format(&text,
                  "course:\n  id: cs8803-smr-2023fa\n  title: A course\n  timezone: %s\n"
                  "  term: { starts: 2023-01-09, ends: 2023-12-14 }\n"
                  "skills:\n  levels:\n"
                  "    - { id: none, title: None, means: nothing }\n    - { id: project, title: Some, means: some }\n"
                  "  kinds:\n    - { id: ml, title: ML }\n    - { id: systems, title: Systems }\n"
                  "info_card: { due: 2023-01-20 23:59 }\n"
                  "teams:\n  size: { min: 2, max: 4 }\n"
                  "  registration: { opens: 2023-01-09 09:00, closes: 2023-01-20 23:59 }\n"
                  "  coverage: { require: [ { skill: ml, level: project } ], gap: warn }\n"
                  "late_policy: { points_per_day: 10, grace: 5m%s }\n"
                  "tracks:\n  - { id: project, title: Research project }\n"
                  "  - { id: labs, title: Labs, capacity: 20, opens: 2023-01-09 09:00, decide_by: 2023-01-18 23:59, "
                  "waitlist: { offer_expires: 24h } }\n"
                  "proposals:\n  decide: instructor\n  revise_within: 7d\n  fields:\n"
                  "    - { id: title, title: Title, kind: line, required: true, max: 200 }\n"
                  "milestones:\n",
                  dates->zone, dates->policy);
  for (size_t i = 0; i < sizeof each_kind / sizeof *each_kind; i++) {
    bool is_lab = strcmp(each_kind[i], "lab") == 0;
    const char *rest = i == 0 ? "" : i == 1 ? "    slots: { length: 15m }\n" : "    hand_in: { link: required }\n";
    text_add_format(&text,
                    "  - id: %s\n    title: The %s\n    track: %s\n    kind: %s\n    weight: %d\n    opens: %s\n"
                    "    due: %s\n%s",
                    each_kind[i], each_kind[i], is_lab ? "labs" : "project", each_kind[i], is_lab ? 50 : 10,
                    dates->opens, dates->due, rest);
  }
  text_add(&text, "grading:\n  components:\n    - { id: quizzes, title: Quizzes, weight: 50 }\n"
                  "    - { id: work, title: Work, weight: 50, one_of: [project, labs] }\n");
  return text_get(&text);
}

static inline void house_at(struct house *house, int64_t now) { fixture_at_anew(house->fixture, now); }

static inline struct house house_new(const struct dates *dates) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct house house = {.fixture = fixture_new_text(course_text(arena, dates), "2023-01-12T15:00:00Z")};
  struct fixture *fixture = house.fixture;
  house.instructor = fixture_person(fixture, "Ines Ray", ROLE_INSTRUCTOR);
  house.staff = fixture_person(fixture, "Tia Ray", ROLE_STAFF);
  house.ann = fixture_student(fixture, "Ann Ng");
  house.bob = fixture_student(fixture, "Bob Oh");
  house.cyd = fixture_student(fixture, "Cyd Poe");
  house.dan = fixture_student(fixture, "Dan Qi");
  house.eve = fixture_student(fixture, "Eve Ro");
  house.fay = fixture_student(fixture, "Fay Su");
  house.gus = fixture_student(fixture, "Gus Ti");
  house.team = covered_team(fixture, house.ann, house.bob, "Descenders");
  add_member(fixture, house.ann, house.team, house.cyd);
  house.other = covered_team(fixture, house.dan, house.eve, "Schedulers");
  take_seat(fixture, house.fay);
  assert_in_range(register_team(fixture, house.ann, house.team, "{}"), 200, 204);
  assert_in_range(register_team(fixture, house.dan, house.other, "{}"), 200, 204);
  return house;
}

static inline void house_free(struct house *house) { fixture_free(house->fixture); }

static inline int look(struct house *house, int64_t by, const char *milestone) {
  return fixture_call(house->fixture, by, METHOD_GET, NULL, MILESTONES "/%s", milestone);
}

// The caller's state in a milestone.
static inline const char *state_of(struct house *house, int64_t by, const char *milestone) {
  look(house, by, milestone);
  fixture_expect(house->fixture, 200);
  const char *state = fixture_text(house->fixture, "you.state");
  return state == NULL ? "" : arena_text(house->fixture->arena, state);
}

static inline int submit(struct house *house, int64_t by, const char *milestone) {
  return fixture_call(house->fixture, by, METHOD_POST, "{\"link\":\"https://example.edu/work\"}",
                      MILESTONES "/%s/submissions", milestone);
}

static inline void submit_at(struct house *house, int64_t by, const char *milestone, int64_t at) {
  house_at(house, at);
  submit(house, by, milestone);
  fixture_expect(house->fixture, 200);
}

// What the ledger says that lateness costs somebody now: -1 when nothing is judged.
static inline int64_t cost_of(struct house *house, int64_t person, const char *milestone) {
  look(house, person, milestone);
  fixture_expect(house->fixture, 200);
  return fixture_int(house->fixture, "you.cost");
}

static inline int grant(struct house *house, int64_t by, const char *milestone, const char *body) {
  return fixture_call(house->fixture, by, METHOD_POST, body, MILESTONES "/%s/extensions", milestone);
}

static inline const char *until(struct house *house, const char *scope, int64_t whom, int64_t due) {
  char instant[21];
  instant_format(due, instant);
  const char *who = whom == 0 ? "" : arena_format(house->fixture->arena, "\"%s\":%lld,", scope, (long long)whom);
  return arena_format(house->fixture->arena, "{\"scope\":\"%s\",%s\"due\":\"%s\"," BECAUSE "}", scope, who, instant);
}

static inline int64_t rows_of(struct house *house, const char *sql, int64_t of) {
  int64_t rows = -1;
  assert_int_equal(ERR_OK,
                   db_get_int_values(app_db(house->fixture->app), &rows, sql, (struct db_value[]){db_int(of)}, 1));
  return rows;
}
