// SPDX-License-Identifier: AGPL-3.0-or-later
// `tandem serve`: the lock, the store, the threads, the sockets, and their end in good order (design.md, How a request
// flows).
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/app.h"
#include "server/catch_up.h"
#include "server/commands/command.h"
#include "server/commands/course_files.h"
#include "server/commands/serve_options.h"
#include "server/commands/serve_places.h"
#include "server/courses/mail_routes.h"
#include "server/courses/webhook_pump.h"
#include "server/duties.h"
#include "server/file_sweep.h"
#include "server/http/listener.h"
#include "server/http/tls.h"
#include "server/outage_watch.h"
#include "server/outbound/mail_files.h"
#include "server/outbound/mail_pump.h"
#include "server/outbound/smtp.h"
#include "server/reminders/planner.h"
#include "server/webhook_topics.h"
#include "server/work/timer.h"
#include "tandem_version.h"

enum { NOTES_MAX = 4, LOOPS_MAX = 16, BODY_GRACE_SECONDS = 10, STOP_SECONDS = 20 };

// Everything that runs, in the order in which it starts; ends in the opposite one.
struct house {
  int lock;
  struct app *app;
  struct work *work;
  struct loop *main_loop;
  struct loop *loops[LOOPS_MAX];
  size_t loop_count;
  struct tls *tls; // NULL: none
  struct listener *listener;
  struct duties *duties;
  struct planner *planner;
  struct file_sweep *file_sweep;
  struct timer *signals[3];
  struct timer *heartbeat;
  struct timer *deadline;
  struct serve_places places;
  struct readiness readiness;
  struct arena *arena;
  const char *smtp_password; // NULL: none
  struct transport *transport;
  struct mail_pump *mail_pump;
  struct webhook_pump *webhook_pump;
  const char *notes[NOTES_MAX + 1];
  size_t note_count;
  atomic_bool is_draining;
  atomic_bool is_broken;
  uint64_t lost;  // changes that were not taken, at the last heartbeat
  bool is_forced; // a second signal, or 20 s
};

// The heartbeat's way through the writer.
struct beat {
  struct job job; // first
  const struct domain_time *time;
  const struct services *services;
  bool has_lost; // changes were not taken since the last one
  struct arena *arena;
  struct course_handled *handled; // what else is kept with it
  size_t handled_count;
};

static enum err open_house(struct house *house, const struct serve_options *options);
static enum err start_threads(struct house *house, const struct serve_options *options);
static enum err open_loop(const struct house *house, struct loop **out);
static enum err open_transport(struct house *house, const struct serve_options *options);
static enum err start_loops(struct house *house);
static enum err start_listener(struct house *house, const struct serve_options *options);
static enum err start_timers(struct house *house);
static void mask_signals(const struct house *house, int how);
static enum err start_mail(struct house *house, const struct serve_options *options);
static enum err start_webhooks(struct house *house);
static enum err start_planner(struct house *house);
static enum err start_upkeep(struct house *house, const struct serve_options *options);
static void note(struct house *house, const char *words);
static enum err keep_time(struct house *house, bool is_advanced);
static void announce(const struct house *house, const struct serve_options *options);
static int close_house(struct house *house);
static void on_committed(void *context);
static void on_signal(void *context);
static void on_reload(void *context);
static void on_deadline(void *context);
static void on_drained(void *context);
static void settle_mail(void *context);
static void stop_main_loop(void *context);
static void on_heartbeat(void *context);
static void on_broken(void *context);
static enum err beat_run(struct job *job, struct db *db);
static void beat_lost(struct job *job, enum err why);
static void beat_done(struct job *job);

static const struct job_kind beat_kind = {
    .name = "heartbeat", .prepare = NULL, .run = beat_run, .lost = beat_lost, .done = beat_done};

int command_serve(int argc, char **argv) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct serve_options options;
  int usage = serve_options_read(arena, argc, argv, &options);
  if (usage != EXIT_DONE)
    return usage;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error of the write, not of the process
  struct house house = {.lock = -1, .arena = arena_new()};
  enum err err = open_house(&house, &options);
  if (err == ERR_OK) {
    announce(&house, &options);
    loop_run(house.main_loop);
  }
  int code = close_house(&house);
  return err == ERR_OK ? code : err == ERR_INVALID ? EXIT_INPUT : EXIT_SYSTEM;
}

static enum err open_house(struct house *house, const struct serve_options *options) {
  const struct door_options *doors = &options->doors;
  enum err err = ERR_OK;
  if (doors->tls_listen != NULL && (err = tls_new(doors->tls_certificate, doors->tls_key, &house->tls)) != ERR_OK)
    return err;
  err = app_lock(options->data_dir, &house->lock);
  if (err == ERR_CONFLICT)
    fprintf(stderr, "tandem serve: another tandem holds %s; stop it first, or choose another folder with --data\n",
            options->data_dir);
  if (err != ERR_OK)
    return err;
  const char *password;
  if ((err = mail_password_read(house->arena, &options->mail, &password)) != ERR_OK)
    return err;
  house->smtp_password = password;
  house->places = serve_places_find();
  struct app_options app_options = {.stream_max = house->places.streams,
                                    .data_dir = options->data_dir,
                                    .now = options->now,
                                    .public_url = options->public_url,
                                    .mail_domain = options->mail_domain,
                                    .peers = &options->doors.peers,
                                    .allows_private_webhooks = options->allows_private_webhooks,
                                    .webhook_ca_file = options->webhook_ca_file,
                                    .is_mail_sent = options->mail.url != NULL,
                                    .has_cheap_passwords = options->has_cheap_passwords};
  if ((err = app_open(&app_options, &house->app)) != ERR_OK || (err = keep_time(house, options->now != 0)) != ERR_OK)
    return err;
  for (size_t i = 0; i < options->course_count; i++)
    if ((err = course_file_offer(house->app, options->courses[i])) != ERR_OK)
      return err;
  // What fell due while nobody was here stands before the first request is answered.
  if (catch_up_run(house->app) != ERR_OK)
    log_line(LOG_WARN, "duties", "not all that fell due meanwhile could be done; it is tried again");
  return start_threads(house, options);
}

static enum err start_threads(struct house *house, const struct serve_options *options) {
  struct work_options work_options = {
      .path = app_db_path(house->app), .worker_count = 2, .broken = on_broken, .context = house};
  enum err err = ERR_OK;
  mask_signals(house, SIG_BLOCK);
  if ((err = work_new(&work_options, &house->work)) != ERR_OK ||
      (err = open_loop(house, &house->main_loop)) != ERR_OK || (err = open_transport(house, options)) != ERR_OK)
    return err;
  house->readiness = (struct readiness){.is_draining = &house->is_draining,
                                        .notes = house->notes,
                                        .tls = house->tls,
                                        .add_notes = upkeep_add_notes,
                                        .add_metrics = mail_add_metrics};
  if (app_time(house->app)->is_offset)
    note(house, "the clock is offset: this store runs on --now");
  if (house->transport->note != NULL)
    note(house, house->transport->note);
  app_start_serving(house->app, house->work, &house->readiness);
  if ((err = start_loops(house)) != ERR_OK ||
      (err = duties_start(house->app, house->work, house->main_loop, &house->duties)) != ERR_OK ||
      (err = start_planner(house)) != ERR_OK || (err = start_mail(house, options)) != ERR_OK ||
      (err = start_webhooks(house)) != ERR_OK || (err = start_upkeep(house, options)) != ERR_OK ||
      (err = file_sweep_start(house->app, house->work, house->main_loop, &house->file_sweep)) != ERR_OK ||
      (err = start_timers(house)) != ERR_OK)
    return err;
  return start_listener(house, options);
}

static enum err open_loop(const struct house *house, struct loop **out) {
  struct db *db = NULL;
  enum err err = db_open(app_db_path(house->app), &(struct db_options){.mode = DB_READ_ONLY}, &db);
  return err == ERR_OK ? loop_new(db, out) : err;
}

static enum err open_transport(struct house *house, const struct serve_options *options) {
  if (options->mail.url == NULL)
    return mail_files_new(options->data_dir, &house->transport);
  const struct smtp_settings settings =
      mail_smtp_settings(&options->mail, house->smtp_password, app_time(house->app)->is_offset);
  const char *refusal = smtp_refusal(&settings);
  if (refusal == NULL)
    return smtp_new(house->main_loop, &settings, &house->transport);
  fprintf(stderr, "tandem serve: mail: %s\n", refusal);
  return ERR_INVALID;
}

static enum err start_loops(struct house *house) {
  enum err err = ERR_OK;
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  size_t loops = cores < 1 ? 1 : cores > LOOPS_MAX ? LOOPS_MAX : (size_t)cores;
  for (size_t i = 0; i < loops; i++) {
    if ((err = open_loop(house, &house->loops[i])) != ERR_OK)
      return err;
    house->loop_count++;
  }
  for (size_t i = 0; i < loops; i++)
    if ((err = loop_start(house->loops[i])) != ERR_OK)
      return err;
  return ERR_OK;
}

static enum err start_listener(struct house *house, const struct serve_options *options) {
  struct arena *arena SCOPED_ARENA = arena_new();
  const struct listener_options listener_options = {
      .http = app_http(house->app),
      .loops = house->loops,
      .loop_count = house->loop_count,
      .host_port = options->doors.listen,
      .tls_host_port = options->doors.tls_listen,
      .tls = house->tls,
      .control_path = arena_format(arena, "%s/control.sock", options->data_dir),
      .connection_max = house->places.connections,
  };
  enum err err = listener_new(&listener_options, &house->listener);
  if (err == ERR_OK)
    work_watch(house->work, on_committed, house->listener);
  return err;
}

static enum err start_timers(struct house *house) {
  struct loop *loop = house->main_loop;
  house->signals[0] = timer_signal(loop, SIGTERM, on_signal, house);
  house->signals[1] = timer_signal(loop, SIGINT, on_signal, house);
  house->heartbeat = timer_every(loop, HEARTBEAT_SECONDS, on_heartbeat, house);
  if (house->signals[0] == NULL || house->signals[1] == NULL || house->heartbeat == NULL)
    return ERR_INTERNAL;
  if (house->tls == NULL)
    return ERR_OK;
  house->signals[2] = timer_signal(loop, SIGHUP, on_reload, house);
  return house->signals[2] == NULL ? ERR_INTERNAL : ERR_OK;
}

// Those that the main loop reads wait for it: no thread takes one.
static void mask_signals(const struct house *house, int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (house->tls != NULL)
    sigaddset(&set, SIGHUP);
  pthread_sigmask(how, &set, NULL);
}

static enum err start_mail(struct house *house, const struct serve_options *options) {
  const struct mail_pump_options mail_options = {
      .transport = house->transport,
      .from_address = door_sender(house->arena, &options->doors, options->mail_domain),
      .public_url = app_http(house->app)->public_url,
      .clock = app_http(house->app)->clock,
  };
  return mail_pump_start(&mail_options, house->work, house->main_loop, &house->mail_pump);
}

static enum err start_webhooks(struct house *house) {
  const struct webhook_pump_options webhook_options = {
      .find = webhook_event_of, .rules = app_services(house->app)->webhook_rules, .clock = app_http(house->app)->clock};
  return webhook_pump_start(&webhook_options, house->work, house->main_loop, &house->webhook_pump);
}

static enum err start_planner(struct house *house) {
  const struct planner_options planner_options = {.services = app_services(house->app),
                                                  .clock = app_http(house->app)->clock};
  return planner_start(&planner_options, house->work, house->main_loop, &house->planner);
}

static enum err start_upkeep(struct house *house, const struct serve_options *options) {
  struct upkeep_plan plan = upkeep_plan_of(house->arena, &options->upkeep);
  plan.transport = house->transport;
  plan.from_address = door_sender(house->arena, &options->doors, options->mail_domain);
  plan.is_cancelled = &house->is_draining;
  return upkeep_start(app_services(house->app)->upkeep, &plan, house->work, house->main_loop);
}

static void note(struct house *house, const char *words) {
  if (house->note_count < NOTES_MAX)
    house->notes[house->note_count++] = words;
}

// Looks at how long nobody was here, then keeps the first instant of this run.
static enum err keep_time(struct house *house, bool is_advanced) {
  struct db *db = app_db(house->app);
  const struct outage_watch watch = {.services = app_services(house->app),
                                     .now = clock_now(&app_time(house->app)->clock),
                                     .is_start = true,
                                     .is_advanced = is_advanced};
  enum err err = db_begin_write(db);
  if (err != ERR_OK)
    return err;
  if ((err = outage_watch_look(db, &watch)) == ERR_OK)
    err = domain_time_keep(db, app_time(house->app));
  if (err != ERR_OK) {
    db_rollback(db);
    return err;
  }
  return db_commit(db);
}

static void announce(const struct house *house, const struct serve_options *options) {
  fprintf(stderr, "Tandem %s listens on %s, data in %s\n", TANDEM_VERSION,
          door_addresses(house->arena, &options->doors, house->listener), options->data_dir);
  if (house->transport->note != NULL)
    fprintf(stderr, "%s\n", house->transport->note);
  if (app_time(house->app)->is_offset) {
    char words[21];
    instant_format(clock_now(app_http(house->app)->clock), words);
    fprintf(stderr,
            "The clock is offset: it is %s for this store, which runs on --now and goes on from its last instant.\n",
            words);
  }
}

static int close_house(struct house *house) {
  size_t left = 0;
  bool is_clean = true;
  if (house->duties != NULL)
    duties_stop(house->duties);
  if (house->planner != NULL)
    planner_stop(house->planner);
  if (house->file_sweep != NULL)
    file_sweep_stop(house->file_sweep);
  if (house->mail_pump != NULL)
    mail_pump_stop(house->mail_pump);
  if (house->webhook_pump != NULL)
    webhook_pump_stop(house->webhook_pump);
  if (house->app != NULL)
    upkeep_stop(app_services(house->app)->upkeep);
  if (house->work != NULL)
    is_clean = work_stop(house->work, house->is_forced ? 0 : STOP_SECONDS, &left);
  if (house->work != NULL)
    work_watch(house->work, NULL, NULL); // the loops still take what was called before
  for (size_t i = 0; i < house->loop_count; i++) {
    loop_stop(house->loops[i]);
    loop_join(house->loops[i]);
  }
  size_t connections = house->listener == NULL ? 0 : listener_open_connections(house->listener);
  listener_free(house->listener);
  if (house->main_loop != NULL) { // what came home to it meanwhile
    loop_stop(house->main_loop);
    loop_run(house->main_loop);
  }
  duties_free(house->duties);
  planner_free(house->planner);
  mail_pump_free(house->mail_pump);
  webhook_pump_free(house->webhook_pump);
  for (size_t i = 0; i < sizeof house->signals / sizeof *house->signals; i++)
    timer_free(house->signals[i]);
  mask_signals(house, SIG_UNBLOCK); // one that comes now ends the process at once
  timer_free(house->heartbeat);
  timer_free(house->deadline);
  for (size_t i = 0; i < house->loop_count; i++)
    loop_free(house->loops[i]);
  transport_free(house->transport); // it has events of the main loop
  loop_free(house->main_loop);
  tls_free(house->tls);
  work_free(house->work);
  file_sweep_free(house->file_sweep);
  app_close(house->app);
  arena_free(house->arena);
  if (house->lock >= 0)
    close(house->lock);
  if (house->is_forced || !is_clean) {
    fprintf(stderr, "tandem serve: stopped in haste; %zu connections and %zu requests were left\n", connections, left);
    return EXIT_SYSTEM;
  }
  return atomic_load(&house->is_broken) ? EXIT_SYSTEM : EXIT_DONE;
}

static void on_committed(void *context) { listener_news(context); }

static void on_signal(void *context) {
  struct house *house = context;
  if (atomic_exchange(&house->is_draining, true)) {
    house->is_forced = true;
    loop_stop(house->main_loop);
    return;
  }
  duties_stop(house->duties);
  planner_stop(house->planner);
  file_sweep_stop(house->file_sweep);
  mail_pump_stop(house->mail_pump);
  webhook_pump_stop(house->webhook_pump);
  upkeep_stop(app_services(house->app)->upkeep);
  house->deadline = timer_once(house->main_loop, STOP_SECONDS, on_deadline, house);
  on_heartbeat(house); // the last instant seen, once more
  listener_drain(house->listener, BODY_GRACE_SECONDS, on_drained, house);
}

static void on_reload(void *context) {
  struct house *house = context;
  if (tls_reload(house->tls) != ERR_OK)
    return; // logged; /readyz tells it
}

static void on_deadline(void *context) {
  struct house *house = context;
  house->is_forced = true;
  loop_stop(house->main_loop);
}

static void on_drained(void *context) {
  struct house *house = context;
  loop_call(house->main_loop, settle_mail, house);
}

// A mail that was taken and not marked would leave again at the next start.
static void settle_mail(void *context) {
  struct house *house = context;
  mail_pump_when_settled(house->mail_pump, stop_main_loop, house);
}

static void stop_main_loop(void *context) { loop_stop(((struct house *)context)->main_loop); }

static void on_heartbeat(void *context) {
  struct house *house = context;
  struct beat *beat = calloc(1, sizeof *beat);
  if (beat == NULL)
    abort();
  struct work_figures figures;
  work_figures(house->work, &figures);
  uint64_t lost = figures.lost + figures.refused;
  *beat = (struct beat){.job = {.kind = &beat_kind, .home = house->main_loop},
                        .time = app_time(house->app),
                        .services = app_services(house->app),
                        .has_lost = lost > house->lost,
                        .arena = arena_new()};
  planner_handled(house->planner, beat->arena, &beat->handled, &beat->handled_count);
  house->lost = lost;
  if (!work_submit(house->work, &beat->job))
    beat_done(&beat->job);
}

static void on_broken(void *context) {
  // A failed fsync: nothing more can be promised. The next start recovers from the log.
  struct house *house = context;
  atomic_store(&house->is_broken, true);
  log_line(LOG_ERROR, "store", "a sync to disk failed; Tandem stops here, and the next start recovers");
  _exit(EXIT_SYSTEM);
}

static enum err beat_run(struct job *job, struct db *db) {
  const struct beat *beat = (const struct beat *)job;
  const struct outage_watch watch = {
      .services = beat->services, .now = clock_now(&beat->time->clock), .has_lost = beat->has_lost};
  enum err err = outage_watch_look(db, &watch);
  for (size_t i = 0; err == ERR_OK && i < beat->handled_count; i++)
    err = course_reminders_keep(db, &beat->handled[i]);
  return err == ERR_OK ? domain_time_keep(db, beat->time) : err;
}

static void beat_lost(struct job *job, enum err why) {
  (void)job;
  log_line(LOG_WARN, "heartbeat", "not kept: %s", err_name(why));
}

static void beat_done(struct job *job) {
  struct beat *beat = (struct beat *)job;
  arena_free(beat->arena);
  free(beat);
}
