// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_pump.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/outbound/mail_making.h"
#include "server/outbound/mail_words.h"
#include "server/work/timer.h"

// A mail on its way: with the transport, then with what became of it until that is in the store.
struct parcel {
  struct parcel *next;
  struct mail_pump *pump;
  struct arena *arena; // holds the parcel itself
  int64_t id;
  bool is_back;
  enum delivery delivery;
  const char *reason;
  uint32_t random;
};

// One job of the writer at a time.
struct turn {
  struct job job; // first
  struct mail_pump *pump;
  struct arena *arena;
  struct parcel *results; // owned until the commit has told that they are settled
  bool is_last;           // only settles
  int64_t room;           // mails to lease at the most
  bool has_to_end_leases;
  struct mail_due *due;
  size_t due_count;
  bool is_more;
  enum err err;
};

struct mail_pump {
  struct mail_pump_options options;
  struct clock machine;
  struct work *work; // NULL: mail_pump_run_due's
  struct loop *loop;
  struct timer *timer;
  struct turn *turn;      // under way; NULL: none
  struct parcel *parcels; // with the transport, or back and not yet settled
  size_t under_way;       // with the transport
  size_t settled;
  bool has_ended_leases;
  struct timer *last;                 // until then what is under way is waited for at the end; NULL: not at all
  void (*settled_run)(void *context); // NULL: nobody waits
  void *settled_context;
  time_t quiet_until_s; // monotonic; after a failure of the store
};

static void pump_init(struct mail_pump *pump, const struct mail_pump_options *options);
static struct mail_times times_of(const struct mail_pump *pump);
static size_t room_of(const struct mail_pump *pump);
static bool is_stopped(const struct mail_pump *pump);
static bool has_results(const struct mail_pump *pump);
static void look(void *context);
static struct turn *turn_new(struct mail_pump *pump);
static struct parcel *take_results(struct mail_pump *pump);
static void submit(struct mail_pump *pump);
static enum err turn_run(struct job *job, struct db *db);
static enum err settle(struct db *db, const struct parcel *parcel, const struct mail_times *times);
static void turn_lost(struct job *job, enum err why);
static void turn_done(struct job *job);
static void tell_settled(struct mail_pump *pump);
static void last_is_over(void *context);
static void turn_end(struct turn *turn);
static void send_mail(struct mail_pump *pump, const struct mail_due *due);
static void parcel_done(void *context, enum delivery delivery, const char *reason);
static bool is_with_us(const struct mail_pump *pump, int64_t id);
static void free_parcels(struct parcel *parcel);
static time_t monotonic_seconds(void);

static const struct job_kind turn_kind = {
    .name = "mail", .prepare = NULL, .run = turn_run, .lost = turn_lost, .done = turn_done};

enum err mail_pump_start(const struct mail_pump_options *options, struct work *work, struct loop *main_loop,
                         struct mail_pump **out) {
  struct mail_pump *pump = calloc(1, sizeof *pump);
  if (pump == NULL)
    abort();
  pump_init(pump, options);
  pump->work = work;
  pump->loop = main_loop;
  pump->timer = timer_every(main_loop, 1, look, pump);
  if (pump->timer == NULL) {
    mail_pump_free(pump);
    return ERR_INTERNAL;
  }
  *out = pump;
  return ERR_OK;
}

void mail_pump_stop(struct mail_pump *pump) {
  if (pump->timer != NULL && pump->under_way > 0)
    pump->last = timer_once(pump->loop, MAIL_PUMP_LAST_SECONDS, last_is_over, pump);
  timer_free(pump->timer);
  pump->timer = NULL;
}

void mail_pump_when_settled(struct mail_pump *pump, void (*run)(void *context), void *context) {
  pump->settled_run = run;
  pump->settled_context = context;
  if (pump->turn == NULL && has_results(pump))
    submit(pump);
  tell_settled(pump);
}

void mail_pump_free(struct mail_pump *pump) {
  if (pump == NULL)
    return;
  timer_free(pump->timer);
  timer_free(pump->last);
  free_parcels(pump->parcels);
  free(pump);
}

enum err mail_pump_run_due(const struct mail_pump_options *options, struct db *db, size_t *settled) {
  struct mail_pump pump;
  pump_init(&pump, options);
  bool is_over = false;
  enum err err = ERR_OK;
  while (err == ERR_OK && !is_over) {
    struct turn *turn = turn_new(&pump);
    pump.turn = turn;
    err = job_batch(db, &(struct job *){&turn->job}, 1);
    if (err == ERR_OK)
      err = turn->err;
    is_over = turn->due_count == 0 && turn->results == NULL && !turn->is_more;
    turn_end(turn);
  }
  *settled = pump.settled;
  free_parcels(pump.parcels);
  return err;
}

static void pump_init(struct mail_pump *pump, const struct mail_pump_options *options) {
  *pump = (struct mail_pump){.options = *options, .machine = clock_real(0)};
}

static struct mail_times times_of(const struct mail_pump *pump) {
  const struct clock *real = pump->options.real == NULL ? &pump->machine : pump->options.real;
  return (struct mail_times){.now = clock_now(pump->options.clock), .real = clock_now(real)};
}

static size_t room_of(const struct mail_pump *pump) {
  size_t most = pump->options.transport->at_once;
  most = most == 0 || most > MAIL_PUMP_MAILS_MAX ? MAIL_PUMP_MAILS_MAX : most;
  return pump->under_way < most ? most - pump->under_way : 0;
}

static bool is_stopped(const struct mail_pump *pump) { return pump->work != NULL && pump->timer == NULL; }

static bool has_results(const struct mail_pump *pump) {
  for (const struct parcel *parcel = pump->parcels; parcel != NULL; parcel = parcel->next)
    if (parcel->is_back)
      return true;
  return false;
}

static void look(void *context) {
  struct mail_pump *pump = context;
  struct db *db = loop_db(pump->loop);
  if (pump->turn != NULL || monotonic_seconds() < pump->quiet_until_s || db_begin_read(db) != ERR_OK)
    return;
  const struct mail_times times = times_of(pump);
  bool has_rows = false;
  bool has_mails = false;
  enum err err = mail_store_is_due(db, &times, &has_rows, &has_mails);
  db_rollback(db);
  if (err != ERR_OK)
    return;
  if (has_rows || has_results(pump) || !pump->has_ended_leases || (has_mails && room_of(pump) > 0))
    submit(pump);
}

static struct turn *turn_new(struct mail_pump *pump) {
  struct arena *arena = arena_new();
  struct turn *turn = arena_alloc(arena, sizeof *turn);
  *turn = (struct turn){.job = {.kind = &turn_kind, .home = pump->loop},
                        .pump = pump,
                        .arena = arena,
                        .results = take_results(pump),
                        .is_last = is_stopped(pump),
                        .room = (int64_t)room_of(pump),
                        .has_to_end_leases = !pump->has_ended_leases};
  return turn;
}

// What came back leaves the list; what is with the transport stays.
static struct parcel *take_results(struct mail_pump *pump) {
  struct parcel *results = NULL;
  for (struct parcel **at = &pump->parcels; *at != NULL;) {
    struct parcel *parcel = *at;
    if (!parcel->is_back) {
      at = &parcel->next;
      continue;
    }
    *at = parcel->next;
    parcel->next = results;
    results = parcel;
  }
  return results;
}

static void submit(struct mail_pump *pump) {
  struct turn *turn = turn_new(pump);
  pump->turn = turn;
  if (work_submit(pump->work, &turn->job))
    return;
  turn->err = ERR_UNAVAILABLE; // the queue is full, or the house is closing
  turn_end(turn);
}

// Reads the pump only where the main loop does not write while a turn is under way.
static enum err turn_run(struct job *job, struct db *db) {
  struct turn *turn = (struct turn *)job;
  const struct mail_times times = times_of(turn->pump);
  int64_t timeout = turn->pump->options.transport->timeout_seconds;
  turn->due_count = 0;
  turn->is_more = false;
  turn->err = turn->has_to_end_leases ? mail_store_end_leases(db) : ERR_OK;
  for (const struct parcel *result = turn->results; turn->err == ERR_OK && result != NULL; result = result->next)
    turn->err = settle(db, result, &times);
  if (turn->err == ERR_OK && !turn->is_last)
    turn->err = mail_making_run(db, turn->arena, &times, MAIL_PUMP_ROWS_AT_ONCE, &turn->is_more);
  if (turn->err == ERR_OK && !turn->is_last && turn->room > 0)
    turn->err = mail_store_lease(db, turn->arena, &times, times.real + 2 * timeout + MAIL_PUMP_LEASE_EXTRA_SECONDS,
                                 turn->room, &turn->due, &turn->due_count);
  if (turn->err == ERR_OK)
    turn->err = mail_store_prune(db);
  return turn->err;
}

static enum err settle(struct db *db, const struct parcel *parcel, const struct mail_times *times) {
  switch (parcel->delivery) {
  case DELIVERY_SENT:
    return mail_store_sent(db, parcel->id, times->now);
  case DELIVERY_REFUSED:
    return mail_store_failed(db, parcel->id, OUTBOX_REFUSED, parcel->reason, times->now);
  case DELIVERY_LATER:
    break;
  }
  return mail_store_later(db, parcel->id, parcel->reason, parcel->random, times);
}

static void turn_lost(struct job *job, enum err why) { ((struct turn *)job)->err = why; }

static void turn_done(struct job *job) {
  struct turn *turn = (struct turn *)job;
  struct mail_pump *pump = turn->pump;
  bool is_more = turn->err == ERR_OK && turn->is_more;
  turn_end(turn);
  if (pump->quiet_until_s <= monotonic_seconds() && (has_results(pump) || (is_more && !is_stopped(pump))))
    submit(pump);
  tell_settled(pump);
}

// Whoever waits for the end is told when nothing more will be settled: it is, or the store takes nothing.
static void tell_settled(struct mail_pump *pump) {
  void (*run)(void *context) = pump->settled_run;
  if (pump->turn != NULL || run == NULL || (pump->last != NULL && pump->under_way > 0))
    return;
  pump->settled_run = NULL;
  run(pump->settled_context);
}

static void last_is_over(void *context) {
  struct mail_pump *pump = context;
  timer_free(pump->last);
  pump->last = NULL;
  tell_settled(pump);
}

// What the store did not take comes back; what it leased is sent.
static void turn_end(struct turn *turn) {
  struct mail_pump *pump = turn->pump;
  if (turn->err != ERR_OK) {
    pump->quiet_until_s = monotonic_seconds() + MAIL_PUMP_RETRY_SECONDS;
    for (struct parcel *parcel = turn->results, *next; parcel != NULL; parcel = next) {
      next = parcel->next;
      parcel->next = pump->parcels;
      pump->parcels = parcel;
    }
  } else {
    pump->has_ended_leases = true;
    for (const struct parcel *result = turn->results; result != NULL; result = result->next)
      pump->settled += result->delivery != DELIVERY_LATER;
    free_parcels(turn->results);
    for (size_t i = 0; i < turn->due_count && !is_stopped(pump); i++)
      if (!is_with_us(pump, turn->due[i].id)) // its lease ran out while we have it: the clock was moved
        send_mail(pump, &turn->due[i]);
  }
  pump->turn = NULL;
  arena_free(turn->arena);
}

static void send_mail(struct mail_pump *pump, const struct mail_due *due) {
  struct arena *arena = arena_new();
  struct parcel *parcel = arena_alloc(arena, sizeof *parcel);
  *parcel = (struct parcel){.next = pump->parcels, .pump = pump, .arena = arena, .id = due->id};
  secret_random(&parcel->random, sizeof parcel->random);
  pump->parcels = parcel;
  pump->under_way++;
  const struct mail mail = {
      .id = due->id,
      .date = due->made_at,
      .from_address = pump->options.from_address,
      .to_name = due->name,
      .to_address = arena_text(arena, due->address),
      .messages = due->messages,
      .count = due->count,
      .public_url = pump->options.public_url,
      .unsubscribe = due->unsubscribe,
      .kinds = due->kinds,
      .kind_count = due->kind_count,
      .why = mail_why(arena, due),
      .has_choice = !due->is_alone,
  };
  struct transport_mail out = {.id = mail.id, .from = mail.from_address, .to = mail.to_address};
  if (mail_compose(arena, &mail, &out.bytes, &out.size) != ERR_OK)
    parcel_done(parcel, DELIVERY_REFUSED, "a name, an address or a subject has a form that no mail can have");
  else
    pump->options.transport->send(pump->options.transport, &out, parcel_done, parcel);
}

static void parcel_done(void *context, enum delivery delivery, const char *reason) {
  struct parcel *parcel = context;
  struct mail_pump *pump = parcel->pump;
  parcel->is_back = true;
  parcel->delivery = delivery;
  parcel->reason = arena_text(parcel->arena, reason);
  pump->under_way--;
  if (delivery == DELIVERY_REFUSED)
    log_line(LOG_WARN, "mail", "mail %" PRId64 " is refused for good: %s", parcel->id, reason);
  // While a turn is under way, or ends, its end submits the next one.
  if (pump->turn == NULL && pump->work != NULL && monotonic_seconds() >= pump->quiet_until_s)
    submit(pump);
  tell_settled(pump);
}

static bool is_with_us(const struct mail_pump *pump, int64_t id) {
  for (const struct parcel *parcel = pump->parcels; parcel != NULL; parcel = parcel->next)
    if (parcel->id == id)
      return true;
  return false;
}

static void free_parcels(struct parcel *parcel) {
  while (parcel != NULL) {
    struct parcel *next = parcel->next;
    arena_free(parcel->arena);
    parcel = next;
  }
}

static time_t monotonic_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}
