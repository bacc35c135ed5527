// SPDX-License-Identifier: AGPL-3.0-or-later
// The steps that tests of appointments and check-ins share, in the house of milestone_helpers.h: its check-in opens on
// 16 October 2023 at 9:00 in New York, is due on the 25th at 9:30, and has slots of 15 minutes.
#pragma once

#include "tests/unit/server/milestones/milestone_helpers.h"

#define SLOTS MILESTONES "/check-in/slots"
#define ROOM "\"place\":\"Klaus 1116\""
enum { QUARTER = 900, FIRST = 4 * DAY }; // of an hour; from the opening to the first slot

static inline const char *instant(struct house *house, int64_t at) {
  char *text = arena_alloc(house->fixture->arena, 21);
  char formatted[21];
  instant_format(at, formatted);
  memcpy(text, formatted, sizeof formatted);
  return text;
}

// `more` as in ",\"count\":3"; the place is ROOM unless it names one.
static inline int offer(struct house *house, int64_t by, int64_t at, const char *more) {
  const char *place = strstr(more, "\"place\"") == NULL ? "," ROOM : "";
  return fixture_call(house->fixture, by, METHOD_POST,
                      arena_format(house->fixture->arena, "{\"starts\":\"%s\"%s%s}", instant(house, at), place, more),
                      SLOTS);
}

static inline int64_t offered(struct house *house, int64_t by, int64_t at, const char *more) {
  offer(house, by, at, more);
  fixture_expect(house->fixture, 201);
  return fixture_int(house->fixture, "ids.0");
}

static inline int book(struct house *house, int64_t by, int64_t slot) {
  return fixture_call(house->fixture, by, METHOD_PUT, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
}

static inline void booked(struct house *house, int64_t by, int64_t slot) {
  book(house, by, slot);
  fixture_expect(house->fixture, 200);
}

static inline int give_up(struct house *house, int64_t by, int64_t slot) {
  return fixture_call(house->fixture, by, METHOD_DELETE, NULL, SAMPLE "/slots/%lld/booking", (long long)slot);
}

static inline int cancel(struct house *house, int64_t by, int64_t slot) {
  return fixture_call(house->fixture, by, METHOD_POST, "{\"reason\":\"I am ill.\"}", SAMPLE "/slots/%lld/cancellation",
                      (long long)slot);
}

static inline size_t list_slots(struct house *house, int64_t by) {
  fixture_call(house->fixture, by, METHOD_GET, NULL, SLOTS);
  fixture_expect(house->fixture, 200);
  return json_array_size(fixture_json(house->fixture, "slots"));
}

static inline int64_t live_bookings(struct house *house, int64_t slot) {
  return rows_of(house, "select count(*) from slot_bookings where slot_id = $1 and ended_at is null", slot);
}

// `more` as in ",\"notes\":\"fine\"", for the team.
static inline int record(struct house *house, int64_t by, const char *milestone, int64_t team, const char *more) {
  return fixture_call(house->fixture, by, METHOD_POST,
                      arena_format(house->fixture->arena, "{\"team\":%lld%s}", (long long)team, more),
                      MILESTONES "/%s/check-ins", milestone);
}

static inline const char *said_of(struct house *house, int64_t person, const char *state) {
  return arena_format(house->fixture->arena, ",\"members\":[{\"person\":%lld,\"state\":\"%s\"}]", (long long)person,
                      state);
}

static inline int move_into(struct house *house, int64_t person, int64_t team) {
  return fixture_call(house->fixture, house->staff, METHOD_PUT,
                      arena_format(house->fixture->arena, "{\"team\":%lld," BECAUSE "}", (long long)team),
                      SAMPLE "/placements/%lld", (long long)person);
}

static inline void merge_into(struct house *house, int64_t team, int64_t into) {
  fixture_call(house->fixture, house->staff, METHOD_PUT, "{\"size_max\":10," BECAUSE "}", SAMPLE "/teams/%lld/size",
               (long long)into);
  fixture_call(house->fixture, house->staff, METHOD_POST,
               arena_format(house->fixture->arena, "{\"into\":%lld," BECAUSE "}", (long long)into),
               SAMPLE "/teams/%lld/merger", (long long)team);
  assert_in_range(house->fixture->answer.status, 200, 204);
}
