// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_pump.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "common/base/log.h"
#include "server/outbound/mail.h"
#include "server/outbound/outbox.h"
#include "server/work/timer.h"

struct parcel {
  struct load *load;
  int64_t id;
  enum outbox_outcome outcome; // OUTBOX_WAITING: to be tried again
};

// What is under way: first with the transport, then through the writer.
struct load {
  struct job job; // first
  struct arena *arena;
  struct mail_pump *pump; // NULL: mail_pump_run_due's
  const struct mail_pump_options *options;
  struct parcel *parcels;
  size_t count;
  size_t pending; // with the transport
  enum err err;
};

struct mail_pump {
  struct mail_pump_options options;
  struct work *work;
  struct loop *loop;
  struct timer *timer;
  struct load *load;    // one at a time
  time_t quiet_until_s; // monotonic; after a failure
};

static void look(void *context);
static enum err load_new(const struct mail_pump_options *options, struct db *db, struct load **out);
static void load_send(struct load *load, const struct outbox_waiting *list);
static void parcel_send(struct parcel *parcel, const struct outbox_waiting *message);
static void parcel_done(void *context, enum delivery delivery);
static enum outbox_outcome outcome_before(const struct load *load, const struct outbox_waiting *message);
static void load_submit(struct load *load);
static enum err load_run(struct job *job, struct db *db);
static void load_lost(struct job *job, enum err why);
static void load_done(struct job *job);
static bool has_to_wait(const struct load *load);
static time_t monotonic_seconds(void);

static const struct job_kind load_kind = {
    .name = "mail", .prepare = NULL, .run = load_run, .lost = load_lost, .done = load_done};

enum err mail_pump_start(const struct mail_pump_options *options, struct work *work, struct loop *main_loop,
                         struct mail_pump **out) {
  struct mail_pump *pump = calloc(1, sizeof *pump);
  if (pump == NULL)
    abort();
  *pump = (struct mail_pump){.options = *options, .work = work, .loop = main_loop};
  pump->timer = timer_every(main_loop, 1, look, pump);
  if (pump->timer == NULL) {
    mail_pump_free(pump);
    return ERR_INTERNAL;
  }
  *out = pump;
  return ERR_OK;
}

void mail_pump_stop(struct mail_pump *pump) {
  timer_free(pump->timer);
  pump->timer = NULL;
}

void mail_pump_free(struct mail_pump *pump) {
  if (pump == NULL)
    return;
  timer_free(pump->timer);
  free(pump);
}

enum err mail_pump_run_due(const struct mail_pump_options *options, struct db *db, size_t *settled) {
  *settled = 0;
  for (;;) {
    struct load *load = NULL;
    enum err err = load_new(options, db, &load);
    if (err != ERR_OK || load == NULL)
      return err;
    assert(load->pending == 0);
    err = job_batch(db, &(struct job *){&load->job}, 1);
    if (err == ERR_OK)
      err = load->err;
    bool is_over = has_to_wait(load) || load->count < MAIL_PUMP_AT_ONCE;
    for (size_t i = 0; i < load->count; i++)
      *settled += load->parcels[i].outcome != OUTBOX_WAITING;
    arena_free(load->arena);
    if (err != ERR_OK || is_over)
      return err;
  }
}

static void look(void *context) {
  struct mail_pump *pump = context;
  struct db *db = loop_db(pump->loop);
  if (pump->load != NULL || monotonic_seconds() < pump->quiet_until_s || db_begin_read(db) != ERR_OK)
    return;
  struct load *load = NULL;
  enum err err = load_new(&pump->options, db, &load);
  db_rollback(db);
  if (err != ERR_OK || load == NULL)
    return;
  load->pump = pump;
  load->job.home = pump->loop;
  pump->load = load;
  if (load->pending == 0)
    load_submit(load);
}

// NULL when nothing waits; else every parcel is with the transport, or back from it.
static enum err load_new(const struct mail_pump_options *options, struct db *db, struct load **out) {
  struct arena *arena = arena_new();
  struct outbox_waiting *list = NULL;
  size_t count = 0;
  enum err err = outbox_waiting(db, arena, MAIL_PUMP_AT_ONCE, &list, &count);
  if (err != ERR_OK || count == 0) {
    arena_free(arena);
    *out = NULL;
    return err;
  }
  struct load *load = arena_alloc(arena, sizeof *load);
  *load = (struct load){.job = {.kind = &load_kind},
                        .arena = arena,
                        .options = options,
                        .parcels = arena_array(arena, count, sizeof *load->parcels),
                        .count = count};
  load_send(load, list);
  *out = load;
  return ERR_OK;
}

static void load_send(struct load *load, const struct outbox_waiting *list) {
  for (size_t i = 0; i < load->count; i++) {
    struct parcel *parcel = &load->parcels[i];
    *parcel = (struct parcel){.load = load, .id = list[i].id, .outcome = outcome_before(load, &list[i])};
    if (parcel->outcome == OUTBOX_WAITING)
      parcel_send(parcel, &list[i]);
  }
}

static void parcel_send(struct parcel *parcel, const struct outbox_waiting *message) {
  struct load *load = parcel->load;
  const struct mail mail = {
      .id = message->id,
      .date = (int64_t)time(NULL),
      .from_address = load->options->from_address,
      .to_name = message->name,
      .to_address = message->address,
      .subject = message->subject,
      .words = message->words,
      .link = message->link,
      .public_url = load->options->public_url,
  };
  struct transport_mail out = {.id = mail.id, .from = mail.from_address, .to = mail.to_address};
  if (mail_compose(load->arena, &mail, &out.bytes, &out.size) != ERR_OK) {
    log_line(LOG_ERROR, "mail", "message %" PRId64 " has a control character in a header and is not sent", mail.id);
    parcel->outcome = OUTBOX_REFUSED;
    return;
  }
  load->pending++;
  load->options->transport->send(load->options->transport, &out, parcel_done, parcel);
}

static void parcel_done(void *context, enum delivery delivery) {
  struct parcel *parcel = context;
  struct load *load = parcel->load;
  if (delivery == DELIVERY_SENT)
    parcel->outcome = OUTBOX_SENT;
  else if (delivery == DELIVERY_REFUSED)
    parcel->outcome = OUTBOX_REFUSED;
  load->pending--;
  // While the load is still being sent it has no pump, or the pump does not have it; look() submits it then.
  if (load->pending == 0 && load->pump != NULL && load->pump->load == load)
    load_submit(load);
}

// What needs no transport.
static enum outbox_outcome outcome_before(const struct load *load, const struct outbox_waiting *message) {
  if (message->name == NULL || message->address == NULL)
    return OUTBOX_NO_ADDRESS;
  if (message->is_disabled)
    return OUTBOX_DISABLED;
  if (message->not_after != 0 && clock_now(load->options->clock) >= message->not_after)
    return OUTBOX_EXPIRED;
  return OUTBOX_WAITING;
}

static void load_submit(struct load *load) {
  struct mail_pump *pump = load->pump;
  if (has_to_wait(load))
    pump->quiet_until_s = monotonic_seconds() + MAIL_PUMP_RETRY_SECONDS;
  if (work_submit(pump->work, &load->job))
    return;
  pump->load = NULL; // the queue is full; what was sent is sent again under the same name
  arena_free(load->arena);
}

static enum err load_run(struct job *job, struct db *db) {
  struct load *load = (struct load *)job;
  load->err = ERR_OK;
  int64_t now = clock_now(load->options->clock);
  for (size_t i = 0; load->err == ERR_OK && i < load->count; i++)
    if (load->parcels[i].outcome != OUTBOX_WAITING)
      load->err = outbox_settle(db, load->parcels[i].id, load->parcels[i].outcome, now);
  if (load->err == ERR_OK)
    load->err = outbox_prune(db);
  return load->err;
}

static void load_lost(struct job *job, enum err why) { ((struct load *)job)->err = why; }

static void load_done(struct job *job) {
  struct load *load = (struct load *)job;
  struct mail_pump *pump = load->pump;
  if (load->err != ERR_OK)
    pump->quiet_until_s = monotonic_seconds() + MAIL_PUMP_RETRY_SECONDS;
  pump->load = NULL;
  bool is_full = load->count == MAIL_PUMP_AT_ONCE;
  arena_free(load->arena);
  if (is_full && pump->timer != NULL)
    look(pump);
}

static bool has_to_wait(const struct load *load) {
  for (size_t i = 0; i < load->count; i++)
    if (load->parcels[i].outcome == OUTBOX_WAITING)
      return true;
  return false;
}

static time_t monotonic_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}
