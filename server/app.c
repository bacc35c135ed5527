// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/accounts/session.h"
#include "server/accounts/throttle.h"
#include "server/course_archive.h"
#include "server/courses/course_library.h"
#include "server/courses/course_view.h"
#include "server/db/epoch.h"
#include "server/event_feed.h"
#include "server/http/router.h"
#include "server/http/stream.h"
#include "server/http/vault.h"
#include "server/labs/lab.h"
#include "server/petition_kinds.h"
#include "server/proposals/proposal.h"
#include "server/proposals/team_progress.h"
#include "server/reminders/reminder_moves.h"
#include "server/routes.h"
#include "server/task_sources.h"
#include "server/teams/seeker_tally.h"
#include "server/upkeep.h"

enum { STREAMS_DEFAULT = 10000 };

struct app {
  struct arena *arena;
  const char *db_path;
  struct db *db;
  struct vault *vault;
  struct domain_time time;
  struct services services;
  struct http http;
};

static enum err start_time(struct app *app, const struct app_options *options);
static void provide_services(struct app *app, const struct app_options *options, const char *epoch);
static const char *without_slash(struct arena *arena, const char *url);
static enum err make_folder(const char *path);

enum err app_open(const struct app_options *options, struct app **out) {
  enum err err = secret_init();
  if (err != ERR_OK)
    return err;
  struct arena *arena = arena_new();
  struct app *app = arena_alloc(arena, sizeof *app);
  const char *epoch = NULL;
  app->arena = arena;
  app->db_path = options->data_dir == NULL ? ":memory:" : arena_format(arena, "%s/tandem.db", options->data_dir);
  err = db_open(app->db_path, &(struct db_options){.mode = DB_READ_WRITE, .vfs = options->vfs}, &app->db);
  if (err == ERR_OK)
    err = db_migrate(app->db); // a store in memory is not brought up to date by opening it
  if (err == ERR_OK)
    err = epoch_begin(app->db, arena, &epoch);
  if (err == ERR_OK)
    err = start_time(app, options);
  if (err == ERR_OK && options->data_dir != NULL)
    err = vault_open(options->data_dir, &app->vault);
  if (err != ERR_OK) {
    app_close(app);
    return err;
  }
  provide_services(app, options, epoch);
  struct route_table *tables = arena_array(arena, route_table_count, sizeof *tables);
  for (size_t i = 0; i < route_table_count; i++)
    tables[i] = *route_tables[i];
  app->http = (struct http){
      .tables = tables,
      .table_count = route_table_count,
      .router = router_new(arena, tables, route_table_count),
      .clock = options->clock != NULL ? options->clock : &app->time.clock,
      .peers = options->peers,
      .vault = app->vault,
      .hall = stream_hall_new(options->stream_max == 0 ? STREAMS_DEFAULT : options->stream_max),
      .public_url = without_slash(arena, options->public_url),
      .services = &app->services,
      .authenticate = account_authenticate,
      .admit = course_admit,
      .tell = event_feed_tell,
  };
  if ((err = http_check(&app->http)) != ERR_OK) {
    app_close(app);
    return err;
  }
  *out = app;
  return ERR_OK;
}

void app_close(struct app *app) {
  if (app == NULL)
    return;
  if (app->db != NULL)
    db_close(app->db);
  if (app->services.library != NULL)
    course_library_free(app->services.library);
  seeker_tally_free(app->services.seekers);
  throttle_free(app->services.throttle);
  upkeep_free(app->services.upkeep);
  vault_close(app->vault);
  stream_hall_free(app->http.hall);
  arena_free(app->arena);
}

void app_close_cleanup(struct app **app) { app_close(*app); }

const struct http *app_http(const struct app *app) { return &app->http; }

const struct services *app_services(const struct app *app) { return &app->services; }

struct vault *app_vault(const struct app *app) {
  return app->vault;
}

const struct domain_time *app_time(const struct app *app) { return &app->time; }

struct db *app_db(const struct app *app) {
  return app->db;
}

const char *app_db_path(const struct app *app) { return app->db_path; }

void app_start_serving(struct app *app, struct work *work, const struct readiness *readiness) {
  db_close(app->db);
  app->db = NULL;
  app->http.work = work;
  app->http.readiness = readiness;
}

enum err app_lock(const char *data_dir, int *fd) {
  enum err err = make_folder(data_dir);
  if (err != ERR_OK)
    return err;
  struct arena *arena SCOPED_ARENA = arena_new();
  const char *path = arena_format(arena, "%s/lock", data_dir);
  int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    log_line(LOG_ERROR, "lock", "%s: %s", path, strerrorname_np(errno));
    return ERR_UNAVAILABLE;
  }
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
    *fd = lock;
    return ERR_OK;
  }
  err = errno == EWOULDBLOCK ? ERR_CONFLICT : ERR_UNAVAILABLE;
  if (err != ERR_CONFLICT)
    log_line(LOG_ERROR, "lock", "%s: %s", path, strerrorname_np(errno));
  close(lock);
  return err;
}

static void provide_services(struct app *app, const struct app_options *options, const char *epoch) {
  app->services = (struct services){
      .library = course_library_new(),
      .seekers = seeker_tally_new(),
      .throttle = throttle_new(NULL),
      .upkeep = upkeep_new(options->data_dir, app->db_path, options->vfs, NULL),
      .departed = lab_departed,
      .seats_moved = lab_seats_moved,
      .archived = course_archived,
      .team_progress = team_progress_find,
      .file_is_shared = proposal_names_file,
      .reminders_moved = reminder_moves_find,
      .petition_kinds = &petition_kind_table,
      .task_sources = &task_source_table,
      .mail_domain = arena_text(app->arena, options->mail_domain),
      .webhook_rules = {.allows_private = options->allows_private_webhooks,
                        .is_loopback_only = app->time.is_offset,
                        .ca_file = options->webhook_ca_file},
      .epoch = epoch,
      .is_mail_sent = options->is_mail_sent,
      .has_cheap_passwords = options->has_cheap_passwords,
  };
}

static enum err start_time(struct app *app, const struct app_options *options) {
  int64_t last = 0;
  enum err err = domain_time_start(app->db, options->now, &app->time, &last);
  if (err == ERR_INVALID) {
    char words[21];
    instant_format(last, words);
    log_line(LOG_ERROR, "clock", "this store has seen %s already; --now may not be earlier", words);
  }
  return err;
}

// Paths that are put behind it begin with one.
static const char *without_slash(struct arena *arena, const char *url) {
  size_t size = url == NULL ? 0 : strlen(url);
  while (size > 0 && url[size - 1] == '/')
    size--;
  return size == 0 ? NULL : arena_text_n(arena, url, size);
}

static enum err make_folder(const char *path) {
  if (mkdir(path, 0700) == 0 || errno == EEXIST)
    return ERR_OK;
  log_line(LOG_ERROR, "data folder", "%s: %s", path, strerrorname_np(errno));
  return ERR_UNAVAILABLE;
}
