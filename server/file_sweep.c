// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/file_sweep.h"

#include <stdlib.h>
#include <time.h>

#include "common/base/log.h"
#include "server/courses/file_content.h"
#include "server/http/vault.h"
#include "server/upkeep.h"
#include "server/work/timer.h"

struct file_sweep {
  struct job job; // first
  struct vault *vault;
  struct upkeep *upkeep;
  struct db *committed; // the writer's thread reads by it what stands, whatever its own batch has changed
  struct work *work;
  struct loop *loop;
  struct timer *timer;
  bool is_under_way;
  time_t next_at;
  size_t kept_bytes; // the vault's, when the last round began
  // of one round
  struct arena *arena;
  const char **candidates;
  size_t count;
  bool has_more;
  bool is_put_off; // a backup was in the way, or it failed
  size_t removed;
  size_t temporaries;
};

static enum err sweep_open(struct app *app, struct file_sweep **out);
static void look(void *context);
static void begin_round(struct file_sweep *sweep);
static void end_round(struct file_sweep *sweep);
static enum err find_candidates(struct job *job, struct db *db);
static enum err keep_unnamed(struct file_sweep *sweep, struct db *db, const char **list, size_t count);
static enum err remove_candidates(struct job *job, struct db *db);
static enum err remove_one(struct file_sweep *sweep, struct db *db, const char *sha256);
static void round_lost(struct job *job, enum err why);
static void round_done(struct job *job);
static time_t now_seconds(void);

static const struct job_kind sweep_kind = {"file sweep", find_candidates, remove_candidates, round_lost, round_done};

enum err file_sweep_start(struct app *app, struct work *work, struct loop *main_loop, struct file_sweep **out) {
  struct file_sweep *sweep = NULL;
  enum err err = sweep_open(app, &sweep);
  if (err != ERR_OK)
    return err;
  sweep->work = work;
  sweep->loop = main_loop;
  sweep->timer = timer_every(main_loop, 1, look, sweep);
  if (sweep->timer == NULL) {
    file_sweep_free(sweep);
    return ERR_INTERNAL;
  }
  *out = sweep;
  return ERR_OK;
}

void file_sweep_stop(struct file_sweep *sweep) {
  timer_free(sweep->timer);
  sweep->timer = NULL;
}

void file_sweep_free(struct file_sweep *sweep) {
  if (sweep == NULL)
    return;
  timer_free(sweep->timer);
  arena_free(sweep->arena);
  db_close(sweep->committed);
  free(sweep);
}

enum err file_sweep_may_remove(struct db *committed, struct db *writing, const char *sha256, bool *may) {
  int64_t standing = 0, written = 0;
  enum err err = file_content_rows(committed, sha256, &standing);
  if (err == ERR_OK)
    err = file_content_rows(writing, sha256, &written);
  if (err == ERR_OK)
    *may = standing == 0 && written == 0;
  return err;
}

enum err file_sweep_now(struct app *app, size_t *removed) {
  struct file_sweep *sweep = NULL;
  enum err err = sweep_open(app, &sweep);
  if (err != ERR_OK)
    return err;
  begin_round(sweep);
  if ((err = find_candidates(&sweep->job, app_db(app))) == ERR_OK)
    err = job_batch(app_db(app), &(struct job *){&sweep->job}, 1);
  *removed = sweep->removed + sweep->temporaries;
  file_sweep_free(sweep);
  return err;
}

static enum err sweep_open(struct app *app, struct file_sweep **out) {
  struct file_sweep *sweep = calloc(1, sizeof *sweep);
  if (sweep == NULL)
    abort();
  *sweep = (struct file_sweep){.vault = app_vault(app), .upkeep = app_services(app)->upkeep};
  enum err err = db_open(app_db_path(app), &(struct db_options){.mode = DB_READ_ONLY}, &sweep->committed);
  if (err != ERR_OK) {
    free(sweep);
    return err;
  }
  *out = sweep;
  return ERR_OK;
}

static void look(void *context) {
  struct file_sweep *sweep = context;
  // Who uploads and deletes, again and again, must not fill the disk until the hour is over.
  bool has_much = vault_kept_bytes(sweep->vault) - sweep->kept_bytes >= FILE_SWEEP_BYTES;
  if (sweep->is_under_way || (now_seconds() < sweep->next_at && !has_much))
    return;
  begin_round(sweep);
  sweep->is_under_way = true;
  if (!work_submit(sweep->work, &sweep->job)) {
    end_round(sweep);
    sweep->is_under_way = false; // the queue is full: at the next look
  }
}

static void begin_round(struct file_sweep *sweep) {
  sweep->job = (struct job){.kind = &sweep_kind, .home = sweep->loop};
  sweep->arena = arena_new();
  sweep->candidates = NULL;
  sweep->kept_bytes = vault_kept_bytes(sweep->vault);
  sweep->count = sweep->removed = sweep->temporaries = 0;
  sweep->has_more = false;
  sweep->is_put_off = true; // until it has come to its end
}

static void end_round(struct file_sweep *sweep) {
  arena_free(sweep->arena);
  sweep->arena = NULL;
}

// On a worker: what lies there and is named by no committed row. Most of it is settled here, away from the writer.
static enum err find_candidates(struct job *job, struct db *db) {
  struct file_sweep *sweep = (struct file_sweep *)job;
  const char **list = NULL;
  size_t count = 0;
  enum err err = vault_list(sweep->vault, sweep->arena, &list, &count);
  if (err == ERR_OK)
    err = db_begin_read(db);
  if (err != ERR_OK)
    return err;
  err = keep_unnamed(sweep, db, list, count);
  db_rollback(db);
  return err;
}

static enum err keep_unnamed(struct file_sweep *sweep, struct db *db, const char **list, size_t count) {
  sweep->candidates = arena_array(sweep->arena, FILE_SWEEP_AT_ONCE, sizeof *sweep->candidates);
  for (size_t i = 0; i < count && !sweep->has_more; i++) {
    int64_t rows = 0;
    enum err err = file_content_rows(db, list[i], &rows);
    if (err != ERR_OK)
      return err;
    if (rows > 0)
      continue;
    if (sweep->count == FILE_SWEEP_AT_ONCE)
      sweep->has_more = true;
    else
      sweep->candidates[sweep->count++] = list[i];
  }
  return ERR_OK;
}

// On the writer, whose thread alone puts files into their places.
static enum err remove_candidates(struct job *job, struct db *db) {
  struct file_sweep *sweep = (struct file_sweep *)job;
  if (!upkeep_hold_files(sweep->upkeep))
    return ERR_OK;
  sweep->temporaries = vault_sweep(sweep->vault);
  enum err err = db_begin_read(sweep->committed);
  for (size_t i = 0; err == ERR_OK && i < sweep->count; i++)
    err = remove_one(sweep, db, sweep->candidates[i]);
  db_rollback(sweep->committed);
  upkeep_release_files(sweep->upkeep);
  sweep->is_put_off = err != ERR_OK;
  return err;
}

static enum err remove_one(struct file_sweep *sweep, struct db *db, const char *sha256) {
  bool may = false;
  enum err err = file_sweep_may_remove(sweep->committed, db, sha256, &may);
  if (err != ERR_OK || !may)
    return err;
  if ((err = vault_remove(sweep->vault, sha256)) == ERR_OK)
    sweep->removed++;
  return err;
}

// What was removed was nobody's, with the batch or without it.
static void round_lost(struct job *job, enum err why) {
  (void)job;
  (void)why;
}

static void round_done(struct job *job) {
  struct file_sweep *sweep = (struct file_sweep *)job;
  if (sweep->removed + sweep->temporaries > 0)
    log_line(LOG_INFO, "files", "removed %zu files that nothing names and %zu uploads that were cut off",
             sweep->removed, sweep->temporaries);
  time_t now = now_seconds();
  sweep->next_at = now;
  if (sweep->is_put_off)
    sweep->next_at += FILE_SWEEP_AGAIN_SECONDS;
  else if (!sweep->has_more)
    sweep->next_at += FILE_SWEEP_SECONDS;
  end_round(sweep);
  sweep->is_under_way = false;
}

// Monotonic: a clock that is set back must not put the sweep off.
static time_t now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec;
}
