// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of requests share, on the sample course (team_helpers.h says its dates).
#pragma once

#include "tests/unit/server/teams/team_helpers.h"

#define AFTER_CLOSE "2023-09-13T14:00:00Z"

static inline int ask_staff(struct fixture *fixture, int64_t person, const char *body) {
  return fixture_call(fixture, person, METHOD_POST, body, SAMPLE "/requests");
}

// {"kind": …, "message": …} and one more member, such as "\"team\":3"; "" for none. Returns the request's number.
static inline int64_t asked(struct fixture *fixture, int64_t person, const char *kind, const char *more) {
  ask_staff(fixture, person,
            arena_format(fixture->arena, "{\"kind\":\"%s\",\"message\":\"Because of the timetable\"%s%s}", kind,
                         more[0] == '\0' ? "" : ",", more));
  fixture_expect(fixture, 201);
  return fixture_int(fixture, "id");
}

static inline int answer_it(struct fixture *fixture, int64_t staff, int64_t request, const char *body) {
  return fixture_call(fixture, staff, METHOD_POST, body, SAMPLE "/requests/%lld/answer", (long long)request);
}

#define GRANT "{\"verdict\":\"grant\",\"words\":\"Fine with us.\"}"
#define DECLINE "{\"verdict\":\"decline\",\"words\":\"There is no room.\"}"

// Grants it: its asker gets one message, of the answer and of what came of it (`fact`); the words of the answer once.
static inline void granted_and_told_once(struct fixture *fixture, int64_t staff, int64_t asker, int64_t request,
                                         const char *fact) {
  size_t before = fixture_messages(fixture, asker, "");
  answer_it(fixture, staff, request, GRANT);
  fixture_expect(fixture, 201);
  assert_int_equal(fixture_messages(fixture, asker, ""), before + 1);
  const char *words = fixture_last_words(fixture, asker);
  assert_non_null(strstr(words, "was granted."));
  assert_non_null(strstr(words, fact));
  const char *answer = strstr(words, "Fine with us.");
  assert_non_null(answer);
  assert_null(strstr(answer + 1, "Fine with us."));
}

static inline int say(struct fixture *fixture, int64_t person, int64_t request, bool agrees) {
  return fixture_call(fixture, person, METHOD_POST, agrees ? "{\"agrees\":true}" : "{\"agrees\":false}",
                      SAMPLE "/requests/%lld/consent", (long long)request);
}

static inline int show_request(struct fixture *fixture, int64_t person, int64_t request) {
  return fixture_call(fixture, person, METHOD_GET, NULL, SAMPLE "/requests/%lld", (long long)request);
}

static inline const char *state_of(struct fixture *fixture, int64_t reader, int64_t request) {
  show_request(fixture, reader, request);
  fixture_expect(fixture, 200);
  return fixture_text(fixture, "state");
}

// The refusal of an answer: the request is open as before, and nothing has changed.
static inline void refused_and_open(struct fixture *fixture, int64_t staff, int64_t request, int status,
                                    const char *code) {
  const char *before = fixture_dump(fixture);
  answer_it(fixture, staff, request, GRANT);
  fixture_refused(fixture, status, code);
  assert_string_equal(fixture_dump(fixture), before);
  assert_string_equal(state_of(fixture, staff, request), "open");
}

// Where the person is: the team, 0 for none, -1 for a lab seat.
static inline int64_t place_of(struct fixture *fixture, int64_t person) {
  int64_t team = 0;
  assert_int_equal(db_get_int(app_db(fixture->app), &team,
                              "select coalesce((select coalesce(team_id, -1) from placements "
                              "where person_id = $1 and until_at is null), 0)",
                              db_int(person)),
                   ERR_OK);
  return team;
}

// The task of this kind in the person's list, as its number in the list, or -1.
static inline int task_at(struct fixture *fixture, int64_t person, const char *kind) {
  fixture_call(fixture, person, METHOD_GET, NULL, SAMPLE "/tasks");
  fixture_expect(fixture, 200);
  size_t count = json_array_size(fixture_json(fixture, "tasks"));
  for (size_t i = 0; i < count; i++)
    if (strcmp(fixture_text(fixture, arena_format(fixture->arena, "tasks.%zu.kind", i)), kind) == 0)
      return (int)i;
  return -1;
}

static inline bool has_task(struct fixture *fixture, int64_t person, const char *kind) {
  return task_at(fixture, person, kind) >= 0;
}

// A member of the task of this kind: "state", "due", "words"; fails when there is no such task.
static inline const char *task_text(struct fixture *fixture, int64_t person, const char *kind, const char *member) {
  int at = task_at(fixture, person, kind);
  if (at < 0)
    fail_msg("no task \"%s\": %s", kind, fixture->answer.body);
  return fixture_text(fixture, arena_format(fixture->arena, "tasks.%d.%s", at, member));
}
