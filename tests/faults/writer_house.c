// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/faults/writer_house.h"

#include <sched.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "common/base/text.h"

enum { CACHE_PAGES = 24 }; // so few that a batch writes to the WAL before its commit

static _Atomic(sqlite3 *) newest_handle; // SQLite hands an extension's entry no context

static int keep_handle(sqlite3 *handle, const char **message, const struct sqlite3_api_routines *routines);
static void post(void *context);
static void pass_loop(struct world *world);
static void on_sync(void *context, enum fault_file file);
static void on_broken(void *context);
static bool hold_writer(struct world *world);
static enum err hold_run(struct job *job, struct db *db);
static void hold_lost(struct job *job, enum err why);
static void hold_done(struct job *job);
static void queue_batch(struct world *world, int batch);
static void submit_spoiler(void *context);
static enum err spoiler_run(struct job *job, struct db *db);
static void spoiler_lost(struct job *job, enum err why);
static void spoiler_done(struct job *job);
static void wait_queued(struct world *world, size_t count);
static void submit(void *context);
static struct request *make_request(struct slot *slot);
static void finish(struct request *request);
static void count_home(struct world *world);
static void keep_answer(struct slot *slot, const struct request *request);
static void wait_home(struct world *world, size_t answers);
static void wait_checkpoint(struct world *world, int before);

static const struct job_kind hold_kind = {.name = "hold", .run = hold_run, .lost = hold_lost, .done = hold_done};
static const struct job_kind spoiler_kind = {
    .name = "spoiler", .run = spoiler_run, .lost = spoiler_lost, .done = spoiler_done};

void house_open(struct world *world, const char *setting) {
  world_restore(world);
  struct app_options options = {
      .data_dir = world->folder, .vfs = FAULT_VFS_NAME, .clock = &world->clock, .has_cheap_passwords = true};
  if (world->app == NULL) // it keeps nothing of a run but the course file, read from the store once
    assert_int_equal(ERR_OK, app_open(&options, &world->app));
  struct work_options work_options = {
      .path = world->path, .vfs = FAULT_VFS_NAME, .worker_count = 1, .broken = on_broken, .context = world};
  // The entry stays registered for the process; it only notes.
  assert_int_equal(SQLITE_OK, sqlite3_auto_extension((void (*)(void))keep_handle));
  atomic_store(&newest_handle, NULL);
  assert_int_equal(ERR_OK, work_new(&work_options, &world->work));
  app_start_serving(world->app, world->work, NULL);
  // The writer's thread waits for its first job; nobody else uses its connection.
  char sql[32];
  snprintf(sql, sizeof sql, "pragma cache_size = %d", CACHE_PAGES);
  sqlite3 *handle = atomic_load(&newest_handle);
  assert_int_equal(SQLITE_OK, sqlite3_exec(handle, sql, NULL, NULL, NULL));
  if (setting != NULL)
    assert_int_equal(SQLITE_OK, sqlite3_exec(handle, setting, NULL, NULL, NULL));
  struct db *db = NULL;
  assert_int_equal(ERR_OK,
                   db_open(world->path, &(struct db_options){.mode = DB_READ_ONLY, .vfs = FAULT_VFS_NAME}, &db));
  assert_int_equal(ERR_OK, loop_new(db, &world->loop));
  assert_int_equal(ERR_OK, loop_start(world->loop));
  fault_vfs_reset(world->vfs);
  fault_vfs_on_sync(world->vfs, on_sync, world);
}

void house_close(struct world *world) {
  size_t left = 0;
  assert_true(work_stop(world->work, 60, &left));
  fault_vfs_on_sync(world->vfs, NULL, NULL);
  struct work_figures figures;
  work_figures(world->work, &figures);
  assert_int_equal(world->batches_expected, figures.batches); // each in one transaction
  loop_stop(world->loop);
  loop_join(world->loop);
  loop_free(world->loop);
  work_free(world->work);
}

bool house_run_batch(struct world *world, int batch, bool is_idle) {
  world->had_struck[batch] = world->has_struck |= fault_vfs_has_struck(world->vfs);
  int checkpoints = atomic_load(&world->checkpoints);
  if (!hold_writer(world))
    return false;
  world->was_run[batch] = true;
  world->batches_expected += 2;
  fault_vfs_begin(world->vfs);
  queue_batch(world, batch);
  sem_post(&world->gate);
  wait_home(world, world->counts[batch] + 1);
  if (is_idle)
    wait_checkpoint(world, checkpoints);
  return true;
}

bool house_is_shut(struct world *world) {
  struct slot slot = world->slots[1][0];
  world->is_hold_home = true;
  world->answered = 0;
  loop_call(world->loop, submit, &slot);
  wait_home(world, 1);
  return slot.answer.status == 503;
}

int house_change(struct world *world, struct db *db) {
  const struct ask ask = {0, STUDENT, STUDENTS, STUDENTS, METHOD_PUT, SAMPLE "/info-card", NULL, CARD};
  struct slot slot = {.world = world, .ask = &ask, .number = STUDENTS};
  struct request *request = make_request(&slot);
  http_perform(request, db);
  int status = request->reply.status;
  request_free(request);
  return status;
}

static int keep_handle(sqlite3 *handle, const char **message, const struct sqlite3_api_routines *routines) {
  (void)message, (void)routines;
  sqlite3 *none = NULL; // the first after it was cleared: work_new opens the writer's before the workers'
  atomic_compare_exchange_strong(&newest_handle, &none, handle);
  return SQLITE_OK;
}

// So a reply that was posted too early stands in the log before the sync.
static void on_sync(void *context, enum fault_file file) {
  struct world *world = context;
  pass_loop(world);
  if (file == FAULT_STORE)
    atomic_fetch_add(&world->checkpoints, 1);
}

// Here the process would end. Replies that were posted before it have been told; later ones never are.
static void on_broken(void *context) {
  struct world *world = context;
  pass_loop(world);
  atomic_fetch_add(&world->broken, 1);
}

static void post(void *context) { sem_post(context); }

// On the writer: whatever it has handed to the loop has been seen there when this returns.
static void pass_loop(struct world *world) {
  loop_call(world->loop, post, &world->passed);
  sem_wait(&world->passed);
}

// False when the writer takes nothing more.
static bool hold_writer(struct world *world) {
  world->hold = (struct hold){.job = {.kind = &hold_kind, .home = world->loop}, .world = world};
  world->is_hold_home = false;
  world->answered = 0;
  if (!work_submit(world->work, &world->hold.job))
    return false;
  sem_wait(&world->held);
  if (world->hold.is_lost)
    wait_home(world, 0);
  return !world->hold.is_lost;
}

static enum err hold_run(struct job *job, struct db *db) {
  (void)db;
  struct hold *hold = (struct hold *)job;
  atomic_store(&hold->has_arrived, true);
  sem_post(&hold->world->held);
  sem_wait(&hold->world->gate);
  return ERR_OK;
}

static void hold_lost(struct job *job, enum err why) {
  (void)why;
  struct hold *hold = (struct hold *)job;
  if (atomic_load(&hold->has_arrived))
    return;
  hold->is_lost = true; // the house broke before it ran
  sem_post(&hold->world->held);
}

static void hold_done(struct job *job) {
  struct world *world = ((struct hold *)job)->world;
  pthread_mutex_lock(&world->lock);
  world->is_hold_home = true;
  pthread_cond_broadcast(&world->changed);
  pthread_mutex_unlock(&world->lock);
}

// In the order of the table: what goes by a worker first is waited for, the rest comes one after the other anyway. In
// the middle something that writes and is then refused, as handlers rarely do.
static void queue_batch(struct world *world, int batch) {
  size_t count = world->counts[batch];
  for (size_t i = 0; i < count; i++) {
    if (i == count / 2)
      loop_call(world->loop, submit_spoiler, world);
    loop_call(world->loop, submit, &world->slots[batch][i]);
    if (world->slots[batch][i].ask->group == SIGNER)
      wait_queued(world, i + 1);
  }
  wait_queued(world, count + 1);
}

static void submit_spoiler(void *context) {
  struct world *world = context;
  world->spoiler = (struct hold){.job = {.kind = &spoiler_kind, .home = world->loop}, .world = world};
  if (!work_submit(world->work, &world->spoiler.job))
    abort();
}

static enum err spoiler_run(struct job *job, struct db *db) {
  (void)job;
  enum err err = db_exec(db, "insert into settings (name, value) values ('spoiler', 'is here')");
  return err == ERR_OK ? ERR_CONFLICT : err;
}

static void spoiler_lost(struct job *job, enum err why) { (void)job, (void)why; }

static void spoiler_done(struct job *job) { count_home(((struct hold *)job)->world); }

// What a row of the table asks for must reach the writer: one that is refused before would be waited for without end.
static void wait_queued(struct world *world, size_t count) {
  struct work_figures figures = {0};
  while (figures.writer_queued < count) {
    sched_yield();
    work_figures(world->work, &figures);
    pthread_mutex_lock(&world->lock);
    size_t answered = world->answered;
    pthread_mutex_unlock(&world->lock);
    if (answered > 0)
      fail_msg("a request of the table was refused before it came to the writer");
  }
}

// On the loop, as a connection does it.
static void submit(void *context) {
  struct slot *slot = context;
  struct world *world = slot->world;
  struct request *request = make_request(slot);
  request->job.home = world->loop;
  request->finish = finish;
  size_t cap = 0;
  if (http_begin(request, &cap, request->body_size > 0, true, request->body_size))
    http_run(request, loop_db(world->loop));
  else
    finish(request);
}

static struct request *make_request(struct slot *slot) {
  const struct world *world = slot->world;
  const struct ask *ask = slot->ask;
  struct arena *arena = arena_new();
  struct request *request = request_new(app_http(world->app), arena);
  struct header *headers = arena_array(arena, 3, sizeof *headers);
  headers[0] = (struct header){"host", "localhost"};
  headers[1] =
      (struct header){"authorization", arena_format(arena, "Bearer %s", world->tokens[ask->group][slot->number])};
  headers[2] = (struct header){"content-type", "application/json"};
  request->headers = headers;
  request->header_count = ask->body == NULL ? 2 : 3;
  request->method = ask->method;
  request->path = ask->tail == NULL ? ask->target : arena_format(arena, "%s%d%s", ask->target, slot->number, ask->tail);
  request->body = ask->body == NULL ? "" : ask->body;
  request->body_size = strlen(request->body);
  request->owner = slot;
  return request;
}

// On the loop, where a connection would write the reply to its socket.
static void finish(struct request *request) {
  struct slot *slot = request->owner;
  struct world *world = slot->world;
  keep_answer(slot, request);
  slot->is_told = atomic_load(&world->broken) == 0;
  if (slot->is_told && slot->answer.status < 300)
    fault_vfs_acknowledge(world->vfs);
  request_free(request);
  count_home(world);
}

static void count_home(struct world *world) {
  pthread_mutex_lock(&world->lock);
  world->answered++;
  pthread_cond_broadcast(&world->changed);
  pthread_mutex_unlock(&world->lock);
}

static void keep_answer(struct slot *slot, const struct request *request) {
  static const char name[] = "\"code\":\"";
  slot->answer = (struct answer){.status = request->reply.status};
  const char *code = strstr(text_get(&request->reply.json.text), name);
  if (slot->answer.status >= 400 && code != NULL) {
    code += sizeof name - 1;
    snprintf(slot->answer.code, sizeof slot->answer.code, "%.*s", (int)strcspn(code, "\""), code);
  }
}

static void wait_home(struct world *world, size_t answers) {
  pthread_mutex_lock(&world->lock);
  while (!world->is_hold_home || world->answered < answers)
    pthread_cond_wait(&world->changed, &world->lock);
  pthread_mutex_unlock(&world->lock);
}

static void wait_checkpoint(struct world *world, int before) {
  while (atomic_load(&world->checkpoints) == before && !fault_vfs_has_struck(world->vfs))
    sched_yield();
}
