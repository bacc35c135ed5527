// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/webhook_pump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/courses/webhook_store.h"
#include "server/work/timer.h"

struct webhook_pump {
  struct webhook_pump_options options;
  struct work *work;
  struct loop *loop;
  struct timer *timer;
  struct http_client *client;
  bool is_preparing;    // a round is with the writer
  bool has_started;     // leases of an earlier process are forgotten
  struct errand *first; // exchanges under way
  size_t under_way;
};

// One way through the writer: reads the audit on, takes what is due in hand.
struct round {
  struct job job; // first
  struct arena *arena;
  struct webhook_pump *pump;
  size_t room;
  bool is_first;
  bool is_lost;
  struct webhook_parcel *parcels;
  size_t count;
};

// One delivery: the exchange, then through the writer.
struct errand {
  struct job job; // first
  struct errand *next;
  struct arena *arena;
  struct webhook_pump *pump;
  struct webhook_outcome outcome;
  int64_t real_now;
  uint32_t random;
};

static void look(void *context);
static bool has_work(struct webhook_pump *pump);
static enum err round_run(struct job *job, struct db *db);
static void round_lost(struct job *job, enum err why);
static void round_done(struct job *job);
static void send_parcel(struct webhook_pump *pump, const struct webhook_parcel *parcel);
static void exchange_done(void *context, const struct http_result *result);
static enum err errand_run(struct job *job, struct db *db);
static void errand_lost(struct job *job, enum err why);
static void errand_done(struct job *job);
static struct act act_of(struct webhook_pump *pump, struct db *db, struct arena *arena, struct problem *problem);

static const struct job_kind round_kind = {
    .name = "webhooks", .prepare = NULL, .run = round_run, .lost = round_lost, .done = round_done};
static const struct job_kind errand_kind = {
    .name = "webhook delivery", .prepare = NULL, .run = errand_run, .lost = errand_lost, .done = errand_done};

enum err webhook_pump_start(const struct webhook_pump_options *options, struct work *work, struct loop *main_loop,
                            struct webhook_pump **out) {
  struct webhook_pump *pump = calloc(1, sizeof *pump);
  if (pump == NULL)
    abort();
  *pump = (struct webhook_pump){.options = *options, .work = work, .loop = main_loop};
  enum err err = http_client_new(main_loop, &options->rules, &pump->client);
  if (err == ERR_OK && (pump->timer = timer_every(main_loop, 1, look, pump)) == NULL)
    err = ERR_INTERNAL;
  if (err != ERR_OK) {
    webhook_pump_free(pump);
    return err;
  }
  *out = pump;
  return ERR_OK;
}

void webhook_pump_stop(struct webhook_pump *pump) {
  timer_free(pump->timer);
  pump->timer = NULL;
}

void webhook_pump_free(struct webhook_pump *pump) {
  if (pump == NULL)
    return;
  timer_free(pump->timer);
  http_client_free(pump->client);
  for (struct errand *errand = pump->first, *next; errand != NULL; errand = next) {
    next = errand->next;
    arena_free(errand->arena);
  }
  free(pump);
}

static void look(void *context) {
  struct webhook_pump *pump = context;
  if (pump->is_preparing || !has_work(pump))
    return;
  struct arena *arena = arena_new();
  struct round *round = arena_alloc(arena, sizeof *round);
  *round = (struct round){.job = {.kind = &round_kind, .home = pump->loop},
                          .arena = arena,
                          .pump = pump,
                          .room = WEBHOOK_AT_ONCE - pump->under_way,
                          .is_first = !pump->has_started};
  pump->is_preparing = true;
  if (work_submit(pump->work, &round->job))
    return;
  pump->is_preparing = false;
  arena_free(arena);
}

static bool has_work(struct webhook_pump *pump) {
  struct db *db = loop_db(pump->loop);
  bool has_news = false, has_due = false;
  if (db_begin_read(db) != ERR_OK)
    return false;
  enum err err = webhook_store_has_news(db, &has_news);
  // Once after a start also what an earlier process had in hand.
  if (err == ERR_OK && pump->has_started && pump->under_way < WEBHOOK_AT_ONCE)
    err = webhook_store_has_due(db, (int64_t)time(NULL), &has_due);
  db_rollback(db);
  return err == ERR_OK && (has_news || has_due || !pump->has_started);
}

static enum err round_run(struct job *job, struct db *db) {
  struct round *round = (struct round *)job;
  struct problem problem;
  struct act act = act_of(round->pump, db, round->arena, &problem);
  bool is_over = true;
  round->is_lost = false;
  round->count = 0;
  enum err err = round->is_first ? webhook_store_forget_leases(db) : ERR_OK;
  if (err == ERR_OK)
    err = webhook_sweep(&act, round->pump->options.find, &is_over); // what is left: in a second
  if (err == ERR_OK)
    err = webhook_lease(&act, (int64_t)time(NULL), round->room, &round->parcels, &round->count);
  return err;
}

static void round_lost(struct job *job, enum err why) {
  ((struct round *)job)->is_lost = true;
  log_line(LOG_WARN, "webhooks", "not looked at: %s; it is tried again", err_name(why));
}

static void round_done(struct job *job) {
  struct round *round = (struct round *)job;
  struct webhook_pump *pump = round->pump;
  pump->is_preparing = false;
  pump->has_started = pump->has_started || !round->is_lost;
  // While the house closes nothing is begun; the leases run out with the process.
  bool is_open = pump->timer != NULL;
  for (size_t i = 0; is_open && !round->is_lost && i < round->count; i++)
    send_parcel(pump, &round->parcels[i]);
  arena_free(round->arena);
}

static void send_parcel(struct webhook_pump *pump, const struct webhook_parcel *parcel) {
  struct arena *arena = arena_new();
  struct errand *errand = arena_alloc(arena, sizeof *errand);
  *errand = (struct errand){.job = {.kind = &errand_kind, .home = pump->loop},
                            .next = pump->first,
                            .arena = arena,
                            .pump = pump,
                            .outcome = {.delivery = parcel->delivery}};
  const char *signature = webhook_signature(arena, parcel->secret, (int64_t)time(NULL), parcel->body);
  const char *const headers[] = {arena_format(arena, "Tandem-Delivery: %" PRId64, parcel->delivery),
                                 arena_format(arena, "Tandem-Signature: %s", signature), NULL};
  const struct http_post post = {
      .url = parcel->url, .headers = headers, .body = parcel->body, .size = strlen(parcel->body)};
  pump->first = errand;
  pump->under_way++;
  if (!http_client_post(pump->client, &post, exchange_done, errand))
    exchange_done(errand, &(struct http_result){.reason = "it could not be sent"});
}

static void exchange_done(void *context, const struct http_result *result) {
  struct errand *errand = context;
  struct webhook_pump *pump = errand->pump;
  struct errand **at = &pump->first;
  while (*at != errand)
    at = &(*at)->next;
  *at = errand->next;
  pump->under_way--;
  errand->outcome.status = result->status;
  errand->outcome.reason = arena_text(errand->arena, result->reason);
  errand->real_now = (int64_t)time(NULL);
  secret_random(&errand->random, sizeof errand->random);
  // When nobody takes it the lease runs out and it is sent again, under the same number.
  if (!work_submit(pump->work, &errand->job))
    arena_free(errand->arena);
}

static enum err errand_run(struct job *job, struct db *db) {
  struct errand *errand = (struct errand *)job;
  struct problem problem;
  struct act act = act_of(errand->pump, db, errand->arena, &problem);
  return webhook_settle(&act, &errand->outcome, errand->real_now, errand->random);
}

static void errand_lost(struct job *job, enum err why) {
  log_line(LOG_WARN, "webhooks", "what became of delivery %" PRId64 " was not kept: %s; it is sent again",
           ((struct errand *)job)->outcome.delivery, err_name(why));
}

static void errand_done(struct job *job) { arena_free(((struct errand *)job)->arena); }

static struct act act_of(struct webhook_pump *pump, struct db *db, struct arena *arena, struct problem *problem) {
  problem_init(problem, arena);
  return (struct act){
      .db = db, .arena = arena, .now = clock_now(pump->options.clock), .cause = "webhook", .problem = problem};
}
