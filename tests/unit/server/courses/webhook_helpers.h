// SPDX-License-Identifier: AGPL-3.0-or-later
// A course with an instructor and webhooks, what is written for them, and what becomes of it: for test_webhook*.c.
// Nothing is sent.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "server/courses/webhook.h"
#include "server/courses/webhook_delivery.h"
#include "server/courses/webhook_store.h"
#include "server/event_topics.h"
#include "server/outbound/retry.h"
#include "server/webhook_topics.h"
#include "tests/support/app_fixture.h"

#define NOW "2023-09-05T14:00:00Z"
#define HOOK SAMPLE "/webhooks/%lld"
#define TOPICS_ALL "[\"teams\",\"labs\",\"proposals\",\"milestones\",\"schedule\",\"announcements\",\"requests\"]"

enum { REAL = 2000000000 }; // the real time of these tests, far from the domain's

struct house {
  struct fixture *fixture;
  int64_t instructor;
  struct problem problem;
};

static inline struct house open_house(void) {
  struct house house = {.fixture = fixture_new(SAMPLE_COURSE, NOW)};
  house.instructor = fixture_person(house.fixture, "Ines Example", ROLE_INSTRUCTOR);
  return house;
}

static inline struct act act_of(struct house *house) {
  problem_init(&house->problem, house->fixture->arena);
  return (struct act){.db = app_db(house->fixture->app),
                      .arena = house->fixture->arena,
                      .now = clock_now(&house->fixture->clock),
                      .cause = "webhook",
                      .problem = &house->problem};
}

static inline int64_t add_hook(struct house *house, const char *topics) {
  fixture_call(
      house->fixture, house->instructor, METHOD_POST,
      arena_format(house->fixture->arena, "{\"url\":\"https://hooks.example.edu/x?key=s3cret\",\"topics\":%s}", topics),
      SAMPLE "/webhooks");
  fixture_expect(house->fixture, 201);
  return fixture_int(house->fixture, "id");
}

static inline void sweep(struct house *house) {
  struct act act = act_of(house);
  bool is_over = false;
  assert_int_equal(db_begin_write(act.db), ERR_OK);
  assert_int_equal(webhook_sweep(&act, webhook_event_of, &is_over), ERR_OK);
  assert_true(is_over);
  assert_int_equal(db_commit(act.db), ERR_OK);
}

static inline size_t lease(struct house *house, int64_t real_now, size_t limit, struct webhook_parcel **parcels) {
  struct act act = act_of(house);
  size_t count = 0;
  assert_int_equal(db_begin_write(act.db), ERR_OK);
  assert_int_equal(webhook_lease(&act, real_now, limit, parcels, &count), ERR_OK);
  assert_int_equal(db_commit(act.db), ERR_OK);
  return count;
}

static inline void settle(struct house *house, int64_t delivery, int status, int64_t real_now) {
  struct act act = act_of(house);
  assert_int_equal(db_begin_write(act.db), ERR_OK);
  assert_int_equal(webhook_settle(&act,
                                  &(struct webhook_outcome){.delivery = delivery,
                                                            .status = status,
                                                            .reason = status == 0 ? "no whole answer" : NULL},
                                  real_now, 0),
                   ERR_OK);
  assert_int_equal(db_commit(act.db), ERR_OK);
}

static inline struct webhook_delivery delivery_of(struct house *house, int64_t id) {
  struct webhook_delivery delivery;
  assert_int_equal(webhook_store_delivery(app_db(house->fixture->app), house->fixture->arena, id, &delivery), ERR_OK);
  return delivery;
}

static inline struct webhook hook_of(struct house *house, int64_t id) {
  struct webhook webhook;
  assert_int_equal(webhook_store_get(app_db(house->fixture->app), house->fixture->arena, id, &webhook), ERR_OK);
  return webhook;
}

static inline int64_t found_team(struct house *house, const char *founder) {
  int64_t person = fixture_student(house->fixture, founder);
  fixture_call(house->fixture, person, METHOD_POST,
               arena_format(house->fixture->arena, "{\"name\":\"Of %s\"}", founder), SAMPLE "/teams");
  fixture_expect(house->fixture, 201);
  return fixture_int(house->fixture, "id");
}

static inline int64_t ping(struct house *house, int64_t hook) {
  fixture_call(house->fixture, house->instructor, METHOD_POST, NULL, HOOK "/test", (long long)hook);
  fixture_expect(house->fixture, 202);
  return fixture_int(house->fixture, "id");
}
