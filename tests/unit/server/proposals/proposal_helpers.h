// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of proposals share, on the sample course: its proposal is due 2023-09-22 23:59 in New York,
// opens 2023-09-05 09:00, is late for 10 points a day, and is closed after 9 days; changes are revised within 7 days.
#pragma once

#include "tests/unit/server/teams/team_helpers.h"

#include "server/proposals/proposal.h"

#define PROPOSAL_OPENS INT64_C(1693918800)  // 2023-09-05T13:00:00Z
#define PROPOSAL_DUE INT64_C(1695441540)    // 2023-09-23T03:59:00Z
#define PROPOSAL_CLOSES INT64_C(1696219140) // 2023-10-02T03:59:00Z
#define GRACE_SECONDS 300
#define DAY INT64_C(86400)

struct class {
  struct fixture *fixture;
  int64_t ann, bob; // a registered team, ann its contact
  int64_t cyd;      // nowhere
  int64_t staff, instructor;
  int64_t team;
};

static inline struct class class_of(struct fixture *fixture) {
  struct class class = {.fixture = fixture};
  class.instructor = fixture_person(fixture, "Ivy Invented", ROLE_INSTRUCTOR);
  class.staff = fixture_person(fixture, "Kim Invented", ROLE_STAFF);
  class.ann = fixture_student(fixture, "Ann Invented");
  class.bob = fixture_student(fixture, "Bob Invented");
  class.cyd = fixture_student(fixture, "Cyd Invented");
  class.team = covered_team(fixture, class.ann, class.bob, "Descenders");
  return class;
}

static inline void class_at(struct class *class, int64_t now) { fixture_at_anew(class->fixture, now); }

static inline struct class registered_class(const char *now) {
  struct class class = class_of(sample_at(now));
  register_team(class.fixture, class.ann, class.team, "{}");
  fixture_expect(class.fixture, 200);
  return class;
}

static inline void end_class(struct class *class) {
  fixture_check(class->fixture);
  fixture_free(class->fixture);
}

// PATCH with If-Match, NULL: without. `value` is JSON.
static inline int save_as(struct class *class, int64_t person, const char *field, const char *value,
                          const char *if_match) {
  struct fixture *fixture = class->fixture;
  const struct header header = {"if-match", if_match};
  struct local_call call = {.method = METHOD_PATCH,
                            .target =
                                arena_format(fixture->arena, SAMPLE "/teams/%lld/proposal", (long long)class->team),
                            .body = arena_format(fixture->arena, "{\"field\":\"%s\",\"value\":%s}", field, value),
                            .headers = &header,
                            .header_count = if_match == NULL ? 0 : 1};
  return fixture_send(fixture, person, &call);
}

// Saves whatever is stored, as somebody who has just read it.
static inline void saved(struct class *class, int64_t person, const char *field, const char *value) {
  save_as(class, person, field, value, NULL);
  if (class->fixture->answer.status == 412)
    save_as(class, person, field, value, "*");
  fixture_expect(class->fixture, 200);
}

static inline int show_proposal(struct class *class, int64_t person) {
  return fixture_call(class->fixture, person, METHOD_GET, NULL, SAMPLE "/teams/%lld/proposal", (long long)class->team);
}

static inline int submit_proposal(struct class *class, int64_t person, const char *query) {
  return fixture_call(class->fixture, person, METHOD_POST, NULL, SAMPLE "/teams/%lld/proposal/submissions%s",
                      (long long)class->team, query);
}

static inline int begin_anew(struct class *class, int64_t person) {
  return fixture_call(class->fixture, person, METHOD_POST, NULL, SAMPLE "/teams/%lld/proposal/rounds",
                      (long long)class->team);
}

// A member of the last answer's field: "fields.3.text", with the field's place by its id.
static inline int field_at(struct fixture *fixture, const char *field) {
  for (int i = 0; i < (int)json_array_size(fixture_json(fixture, "fields")); i++)
    if (strcmp(fixture_text(fixture, arena_format(fixture->arena, "fields.%d.field", i)), field) == 0)
      return i;
  return -1;
}

static inline const char *field_text(struct fixture *fixture, const char *field) {
  return fixture_text(fixture, arena_format(fixture->arena, "fields.%d.text", field_at(fixture, field)));
}

static inline int64_t field_int(struct fixture *fixture, const char *field, const char *member) {
  return fixture_int(fixture, arena_format(fixture->arena, "fields.%d.%s", field_at(fixture, field), member));
}

// All that is required.
static inline void fill_in(struct class *class) {
  struct fixture *fixture = class->fixture;
  saved(class, class->ann, "title", "\"Caches for small models\"");
  saved(class, class->ann, "hypothesis", "\"Caching halves *p99*.\"");
  saved(class, class->ann, "refutation", "\"p99 falls by less than 20 %.\"");
  saved(class, class->ann, "methodology", "\"We measure.\"");
  saved(class, class->ann, "topics", "[\"serving\"]");
  saved(class, class->ann, "ai-use", "\"none\"");
  saved(class, class->ann, "parts", arena_format(fixture->arena, "{\"%lld\":\"The cache\"}", (long long)class->ann));
  saved(class, class->bob, "parts", arena_format(fixture->arena, "{\"%lld\":\"The load\"}", (long long)class->bob));
}

// Staff's moves, without what judging adds to them.
static inline enum err move_as(struct class *class, int64_t actor, enum proposal_action action, int64_t anew_by) {
  struct fixture *fixture = class->fixture;
  struct problem problem;
  struct proposal proposal;
  const struct course_view *course = NULL;
  problem_init(&problem, fixture->arena);
  struct act act = {.db = app_db(fixture->app),
                    .arena = fixture->arena,
                    .now = clock_now(&fixture->clock),
                    .actor = actor,
                    .problem = &problem};
  assert_int_equal(ERR_OK, db_begin_write(act.db));
  assert_int_equal(ERR_OK, course_open(&act, app_services(fixture->app)->library, fixture->course, &course));
  enum err err = proposal_of_team(&act, course, class->team, &proposal);
  proposal.propose_anew_by = anew_by;
  if (err == ERR_OK)
    err = proposal_move(&act, course, &proposal, action);
  if (err != ERR_OK)
    db_rollback(act.db);
  else
    assert_int_equal(ERR_OK, db_commit(act.db));
  return err;
}

static inline void decide(struct class *class, enum proposal_action action) {
  assert_int_equal(ERR_OK, move_as(class, class->instructor, action, 0));
}

static inline int64_t count_rows(struct fixture *fixture, const char *sql) {
  int64_t count = 0;
  assert_int_equal(ERR_OK, db_get_int_values(app_db(fixture->app), &count, sql, NULL, 0));
  return count;
}
