// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of reminders share: a course with offsets on everything, run of the planner at an instant, and
// what it wrote.
#pragma once

#include "tests/unit/server/proposals/review_helpers.h"

#include "common/base/text.h"
#include "server/accounts/session.h"
#include "server/catch_up.h"
#include "server/courses/course_view.h"
#include "server/reminders/plan.h"
#include "server/reminders/planner.h"

#define LABS_DECIDED INT64_C(1694059140) // 2023-09-07T03:59:00Z
enum { HOUR = 3600 };

// Sets the clock so that the instant is just handled (the planner runs 2 s behind); people are signed in anew.
static inline void clock_to(struct fixture *fixture, int64_t instant) {
  struct problem problem;
  problem_init(&problem, fixture->arena);
  fixture_at_seconds(fixture, instant);
  struct act act = {
      .db = app_db(fixture->app), .arena = fixture->arena, .now = instant, .cause = "test", .problem = &problem};
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  for (int64_t person = 1; person < FIXTURE_PEOPLE_MAX && fixture->tokens[person][0] != '\0'; person++) {
    struct session_opened session = {0};
    assert_int_equal(ERR_OK, session_open(&act, person, NULL, &session));
    memcpy(fixture->tokens[person], session.token, sizeof session.token);
  }
  assert_int_equal(ERR_OK, db_commit(act.db));
}

static inline void plan_now(struct fixture *fixture) {
  const struct planner_options options = {.services = app_services(fixture->app), .clock = &fixture->clock};
  assert_int_equal(ERR_OK, planner_run_due(&options, app_db(fixture->app), INT64_MAX));
}

// As a server does at its start: duties and reminders in the order of their instants.
static inline void catch_up(struct fixture *fixture) { assert_int_equal(ERR_OK, catch_up_run(fixture->app)); }

// Handles everything up to the instant itself.
static inline void plan_at(struct fixture *fixture, int64_t instant) {
  clock_to(fixture, instant + PLANNER_DELAY_SECONDS);
  plan_now(fixture);
}

// How many rows of the ledger a person has of a subject ("": of any), in this state.
static inline int64_t in_ledger(struct fixture *fixture, int64_t person, const char *subject, const char *state) {
  int64_t count = -1;
  assert_int_equal(ERR_OK, db_get_int(app_db(fixture->app), &count,
                                      "select count(*) from reminders where person_id = $1 "
                                      "and ($2 = '' or subject = $2) and state = $3",
                                      db_int(person), db_text(subject), db_text(state)));
  return count;
}

static inline int64_t reminded(struct fixture *fixture, int64_t person, const char *subject) {
  return in_ledger(fixture, person, subject, "sent");
}

static inline int64_t number(struct fixture *fixture, const char *sql, int64_t of) {
  int64_t value = -1;
  assert_int_equal(ERR_OK, db_get_int_values(app_db(fixture->app), &value, sql, (struct db_value[]){db_int(of)}, 1));
  return value;
}

#define BEGINS INT64_C(1693242000)   // 2023-08-28T17:00:00Z: registration and labs have opened
#define CARD_DUE INT64_C(1693627140) // 2023-09-02T03:59:00Z

struct crew {         // of the sample course
  struct class class; // ann and bob: a registered team with cards; cyd: nothing at all
  int64_t fay;        // a lab seat, no card
};

static inline struct crew crew_new(void) {
  struct crew crew = {.class = class_of(sample_at("2023-08-28T17:00:00Z"))};
  crew.fay = fixture_student(crew.class.fixture, "Fay Invented");
  take_seat(crew.class.fixture, crew.fay);
  register_team(crew.class.fixture, crew.class.ann, crew.class.team, "{}");
  fixture_expect(crew.class.fixture, 200);
  return crew;
}

static inline struct act system_act(struct fixture *fixture, struct problem *problem) {
  problem_init(problem, fixture->arena);
  return (struct act){.db = app_db(fixture->app),
                      .arena = fixture->arena,
                      .now = clock_now(&fixture->clock),
                      .cause = "test",
                      .problem = problem};
}

static inline const struct course_view *view_of(struct fixture *fixture, const struct act *act) {
  const struct course_view *course = NULL;
  assert_int_equal(ERR_OK, course_open(act, app_services(fixture->app)->library, fixture->course, &course));
  return course;
}

static inline void extend(struct crew *crew, int64_t person) {
  fixture_call(crew->class.fixture, crew->class.staff, METHOD_POST,
               arena_format(crew->class.fixture->arena,
                            "{\"scope\":\"person\",\"person\":%lld,\"due\":\"2023-09-26T03:59:00Z\","
                            "\"reason\":\"A reason to be told\"}",
                            (long long)person),
               SAMPLE "/milestones/proposal/extensions");
  fixture_expect(crew->class.fixture, 200);
}
