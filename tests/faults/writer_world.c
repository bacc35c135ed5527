// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/faults/writer_world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/log.h"
#include "tests/faults/fault_files.h"

#define INSIDE "2023-09-05T14:00:00Z"
#define PASSWORD "correct horse battery"

// clang-format off
static const struct ask asks[] = {
    {0, SIGNER,  1,  1, METHOD_POST,   "/api/v1/session",        NULL,          "{\"email\":\"signer@example.edu\",\"password\":\"" PASSWORD "\"}"},
    {0, STUDENT, 1, 10, METHOD_PUT,    SAMPLE "/labs/seat",      NULL,          "{}"},
    {0, LONER,   1,  1, METHOD_PUT,    SAMPLE "/labs/seat",      NULL,          "{}"}, // refused: in a team
    {0, STUDENT, 11, 13, METHOD_PUT,   SAMPLE "/labs/seat",      NULL,          "{}"},
    {0, GUEST,   1,  4, METHOD_POST,   SAMPLE "/invitations/",   "/acceptance", NULL}, // the last one refused: full
    {1, STUDENT, 14, 25, METHOD_PUT,   SAMPLE "/labs/seat",      NULL,          "{}"},
    {1, STUDENT, 1,  1, METHOD_DELETE, SAMPLE "/labs/seat",      NULL,          NULL},
    {1, LONER,   1,  1, METHOD_POST,   SAMPLE "/teams/1/join-requests", NULL,   "{}"}, // refused: in a team
    {1, OWNER,   1,  1, METHOD_PATCH,  SAMPLE "/teams/1",        NULL,          "{\"name\":\"Another Name\",\"looking_for\":\"somebody who has built a compiler\"}"},
    {1, STUDENT, 2,  2, METHOD_PUT,    SAMPLE "/info-card",      NULL,          CARD},
    {2, OWNER,   1,  1, METHOD_POST,   SAMPLE "/teams/1/registration", NULL,    "{\"gap_plan\":\"We read the book and ask for help.\"}"},
    {2, STUDENT, 2,  4, METHOD_DELETE, SAMPLE "/labs/seat",      NULL,          NULL},
    {2, STAFF,   1,  1, METHOD_PUT,    SAMPLE "/labs/seats/25",  NULL,          "{\"reason\":\"they asked in time\"}"},
    {2, LONER,   1,  1, METHOD_PUT,    SAMPLE "/labs/seat",      NULL,          "{\"leave_team\":true}"},
    {2, STUDENT, 1,  1, METHOD_POST,   SAMPLE "/teams",          NULL,          "{\"name\":\"Founded Late\"}"},
};
// clang-format on

static void make_store(struct world *world);
static void add_people(struct world *world, struct fixture *fixture);
static void add_person(struct world *world, struct fixture *fixture, enum group group, int number, const char *name);
static void make_slots(struct world *world);

struct world *world_new(void) {
  struct world *world = calloc(1, sizeof *world);
  assert_non_null(world);
  log_set_level(LOG_ERROR);
  // In memory where there is such a place: the shim, not the disk, says what a sync has kept.
  const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  snprintf(world->folder, sizeof world->folder, "%s/tandem-faults-XXXXXX", place);
  assert_non_null(mkdtemp(world->folder));
  snprintf(world->path, sizeof world->path, "%s/tandem.db", world->folder);
  snprintf(world->made, sizeof world->made, "%s/made", world->folder);
  world->vfs = fault_vfs_new(FAULT_VFS_NAME);
  pthread_mutex_init(&world->lock, NULL);
  pthread_cond_init(&world->changed, NULL);
  sem_init(&world->held, 0, 0);
  sem_init(&world->gate, 0, 0);
  sem_init(&world->passed, 0, 0);
  make_store(world);
  make_slots(world);
  return world;
}

void world_free(struct world *world) {
  app_close(world->app);
  remove_store(world->path);
  remove_store(world->made);
  rmdir(world->folder);
  fault_vfs_free(world->vfs);
  sem_destroy(&world->held);
  sem_destroy(&world->gate);
  sem_destroy(&world->passed);
  pthread_cond_destroy(&world->changed);
  pthread_mutex_destroy(&world->lock);
  free(world);
}

void world_restore(struct world *world) {
  remove_store(world->path);
  copy_file(world->made, world->path);
  world->batches_expected = 0;
  world->has_struck = false;
  atomic_store(&world->broken, 0);
  for (int batch = 0; batch < BATCHES; batch++) {
    world->was_run[batch] = world->had_struck[batch] = false;
    for (size_t i = 0; i < world->counts[batch]; i++) {
      world->slots[batch][i].answer = (struct answer){0};
      world->slots[batch][i].is_told = false;
    }
  }
}

static void make_store(struct world *world) {
  struct fixture *fixture = fixture_new_in(world->folder, SAMPLE_COURSE, INSIDE);
  add_people(world, fixture);
  fixture_call(fixture, -1, METHOD_PUT, "{\"password\":\"" PASSWORD "\"}", "/api/v1/accounts/%lld/password",
               (long long)world->people[SIGNER][1]);
  assert_in_range(fixture->answer.status, 200, 204);
  fixture_call(fixture, world->people[OWNER][1], METHOD_POST, "{\"name\":\"A Team\"}", SAMPLE "/teams");
  fixture_expect(fixture, 201);
  assert_int_equal(1, fixture_int(fixture, "id"));
  fixture_call(fixture, world->people[LONER][1], METHOD_POST, "{\"name\":\"One\"}", SAMPLE "/teams");
  fixture_expect(fixture, 201);
  for (int i = 1; i <= GUESTS; i++) {
    fixture_call(fixture, world->people[OWNER][1], METHOD_POST,
                 arena_format(fixture->arena, "{\"person\":%lld}", (long long)world->people[GUEST][i]),
                 SAMPLE "/teams/1/invitations");
    fixture_expect(fixture, 201);
    assert_int_equal(i, fixture_int(fixture, "id"));
  }
  assert_int_equal(ERR_OK, db_checkpoint(app_db(fixture->app), true));
  world->clock = fixture->clock;
  fixture_free(fixture);
  copy_file(world->path, world->made);
}

static void add_people(struct world *world, struct fixture *fixture) {
  char name[32];
  for (int i = 1; i <= STUDENTS; i++) {
    snprintf(name, sizeof name, "Student %02d", i);
    add_person(world, fixture, STUDENT, i, name);
    assert_int_equal(i, world->people[STUDENT][i]); // addresses in the table of asks say so
  }
  for (int i = 1; i <= GUESTS; i++) {
    snprintf(name, sizeof name, "Guest %d", i);
    add_person(world, fixture, GUEST, i, name);
  }
  add_person(world, fixture, OWNER, 1, "Owner");
  add_person(world, fixture, LONER, 1, "Loner");
  add_person(world, fixture, STAFF, 1, "Staff");
  add_person(world, fixture, SIGNER, 1, "Signer");
}

static void add_person(struct world *world, struct fixture *fixture, enum group group, int number, const char *name) {
  int64_t person = fixture_person(fixture, name, group == STAFF ? ROLE_STAFF : ROLE_STUDENT);
  world->people[group][number] = person;
  memcpy(world->tokens[group][number], fixture->tokens[person], TOKEN_TEXT_BYTES);
}

static void make_slots(struct world *world) {
  for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++) {
    for (int number = asks[i].first; number <= asks[i].last; number++) {
      size_t *count = &world->counts[asks[i].batch];
      assert_in_range(*count, 0, ASKS_MAX - 1);
      world->slots[asks[i].batch][(*count)++] = (struct slot){.world = world, .ask = &asks[i], .number = number};
    }
  }
}
