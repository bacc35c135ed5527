// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of repairs share: staff act, with a reason that the tests look for in what people are told.
#pragma once

#include "tests/unit/server/teams/team_helpers.h"

#define WHY "\"reason\":\"They asked for it.\""
#define SAID "They write: \"They asked for it.\""

static inline int put_into(struct fixture *fixture, int64_t staff, int64_t person, int64_t team) {
  return fixture_call(fixture, staff, METHOD_PUT,
                      arena_format(fixture->arena, "{\"team\":%lld," WHY "}", (long long)team),
                      SAMPLE "/placements/%lld", (long long)person);
}

static inline int take_out(struct fixture *fixture, int64_t staff, int64_t person) {
  return fixture_call(fixture, staff, METHOD_PUT, "{\"team\":null," WHY "}", SAMPLE "/placements/%lld",
                      (long long)person);
}

static inline int undo(struct fixture *fixture, int64_t staff, int64_t person) {
  return fixture_call(fixture, staff, METHOD_POST, "{" WHY "}", SAMPLE "/placements/%lld/undo", (long long)person);
}

static inline int swap(struct fixture *fixture, int64_t staff, int64_t first, int64_t second) {
  return fixture_call(
      fixture, staff, METHOD_POST,
      arena_format(fixture->arena, "{\"first\":%lld,\"second\":%lld," WHY "}", (long long)first, (long long)second),
      SAMPLE "/placement-swaps");
}

static inline int merge(struct fixture *fixture, int64_t staff, int64_t team, int64_t into) {
  return fixture_call(fixture, staff, METHOD_POST,
                      arena_format(fixture->arena, "{\"into\":%lld," WHY "}", (long long)into),
                      SAMPLE "/teams/%lld/merger", (long long)team);
}

static inline int set_size(struct fixture *fixture, int64_t staff, int64_t team, const char *size_max) {
  return fixture_call(fixture, staff, METHOD_PUT, arena_format(fixture->arena, "{\"size_max\":%s," WHY "}", size_max),
                      SAMPLE "/teams/%lld/size", (long long)team);
}

static inline int64_t team_of(struct fixture *fixture, int64_t person) {
  int64_t team = 0;
  enum err err = db_get_int(app_db(fixture->app), &team,
                            "select coalesce(team_id, -1) from placements where person_id = $1 and until_at is null",
                            db_int(person));
  return err == ERR_OK ? team : 0; // -1: a lab seat
}

enum { SEATED = -1, NOWHERE = 0 };

static inline size_t count_of(struct fixture *fixture, const char *path) {
  return json_array_size(fixture_json(fixture, path));
}

// A forming team of `size`, founded by the first of them; people[0] is its contact.
static inline int64_t team_with(struct fixture *fixture, const char *name, int64_t *people, size_t size) {
  for (size_t i = 0; i < size; i++) {
    people[i] = fixture_student(fixture, arena_format(fixture->arena, "%s %zu", name, i + 1));
    fixture_card(fixture, people[i], i == 0 ? "project" : "none", i == 1 ? "project" : "none", false);
  }
  int64_t team = found_team(fixture, people[0], name);
  for (size_t i = 1; i < size; i++)
    add_member(fixture, people[0], team, people[i]);
  return team;
}
