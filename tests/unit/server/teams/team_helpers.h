// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of teams share, on the sample course: its window is 2023-08-28 09:00 to 2023-09-11 23:59 in New
// York, teams of 2 to 4, invitations lapse after 72 h. Each asserts its own success.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/support/app_fixture.h"

#define INSIDE "2023-09-05T14:00:00Z"
#define OPENS_AT INT64_C(1693227600)  // 2023-08-28T13:00:00Z
#define CLOSES_AT INT64_C(1694491140) // 2023-09-12T03:59:00Z
#define PLAN "{\"gap_plan\":\"Two of us take the systems course this term.\"}"

static inline struct fixture *sample_at(const char *now) { return fixture_new(SAMPLE_COURSE, now); }

// The sample course with one text put for another: "gap: warn", "gap: block".
static inline struct fixture *sample_with(const char *was, const char *is, const char *now) {
  FILE *file = fopen(SAMPLE_COURSE, "rb");
  assert_non_null(file);
  char *text = calloc(1, 256 * 1024);
  assert_non_null(text);
  size_t size = fread(text, 1, 256 * 1024 - 1, file);
  fclose(file);
  char *at = strstr(text, was);
  assert_true(size > 0 && at != NULL);
  char *changed = calloc(1, size + strlen(is) + 1);
  assert_non_null(changed);
  memcpy(changed, text, (size_t)(at - text));
  memcpy(changed + (at - text), is, strlen(is));
  memcpy(changed + (at - text) + strlen(is), at + strlen(was), size - (size_t)(at - text) - strlen(was));
  struct fixture *fixture = fixture_new_text(changed, now);
  free(changed);
  free(text);
  return fixture;
}

static inline int64_t found_team(struct fixture *fixture, int64_t person, const char *name) {
  fixture_call(fixture, person, METHOD_POST, arena_format(fixture->arena, "{\"name\":\"%s\"}", name), SAMPLE "/teams");
  fixture_expect(fixture, 201);
  return fixture_int(fixture, "id");
}

static inline int64_t invite(struct fixture *fixture, int64_t by, int64_t team, int64_t person) {
  fixture_call(fixture, by, METHOD_POST, arena_format(fixture->arena, "{\"person\":%lld}", (long long)person),
               SAMPLE "/teams/%lld/invitations", (long long)team);
  fixture_expect(fixture, 201);
  return fixture_int(fixture, "id");
}

static inline int64_t ask_to_join(struct fixture *fixture, int64_t person, int64_t team) {
  fixture_call(fixture, person, METHOD_POST, "{\"message\":\"May I?\"}", SAMPLE "/teams/%lld/join-requests",
               (long long)team);
  fixture_expect(fixture, 201);
  return fixture_int(fixture, "id");
}

static inline int accept(struct fixture *fixture, int64_t person, int64_t invitation) {
  return fixture_call(fixture, person, METHOD_POST, NULL, SAMPLE "/invitations/%lld/acceptance", (long long)invitation);
}

static inline int accept_request(struct fixture *fixture, int64_t member, int64_t request) {
  return fixture_call(fixture, member, METHOD_POST, NULL, SAMPLE "/join-requests/%lld/acceptance", (long long)request);
}

static inline void add_member(struct fixture *fixture, int64_t by, int64_t team, int64_t person) {
  accept(fixture, person, invite(fixture, by, team, person));
  fixture_expect(fixture, 200);
}

static inline int show_team(struct fixture *fixture, int64_t viewer, int64_t team) {
  return fixture_call(fixture, viewer, METHOD_GET, NULL, SAMPLE "/teams/%lld", (long long)team);
}

static inline int register_team(struct fixture *fixture, int64_t by, int64_t team, const char *body) {
  return fixture_call(fixture, by, METHOD_POST, body, SAMPLE "/teams/%lld/registration", (long long)team);
}

static inline int remove_member(struct fixture *fixture, int64_t by, int64_t team, int64_t person) {
  return fixture_call(fixture, by, METHOD_DELETE, NULL, SAMPLE "/teams/%lld/members/%lld", (long long)team,
                      (long long)person);
}

// A team of two that covers both skills.
static inline int64_t covered_team(struct fixture *fixture, int64_t ml, int64_t systems, const char *name) {
  fixture_card(fixture, ml, "project", "none", false);
  fixture_card(fixture, systems, "none", "project", false);
  int64_t team = found_team(fixture, ml, name);
  add_member(fixture, ml, team, systems);
  return team;
}

static inline void take_seat(struct fixture *fixture, int64_t person) {
  fixture_call(fixture, person, METHOD_PUT, "{}", SAMPLE "/labs/seat");
  fixture_expect(fixture, 200);
}

// The stored row's number in a column of the team: gap_since, is_waived.
#define team_column(fixture, team, column)                                                                             \
  team_number((fixture), "select coalesce(" column ", 0) from teams where id = $1", (team))
static inline int64_t team_number(struct fixture *fixture, const char *sql, int64_t team) {
  int64_t value = 0;
  assert_int_equal(db_get_int_values(app_db(fixture->app), &value, sql, (struct db_value[]){db_int(team)}, 1), ERR_OK);
  return value;
}
