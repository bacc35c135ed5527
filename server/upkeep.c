// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/upkeep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "server/accounts/services.h"
#include "server/backup_private.h"
#include "server/upkeep_private.h"

#define LAST_BACKUP "last-backup" // in the data folder: "INSTANT PATH"

static bool begin(struct upkeep *upkeep);
static void end(struct upkeep *upkeep, bool is_daily, enum err err, const struct problem *problem,
                const struct backup *backup);
static void remember(const struct upkeep *upkeep, const struct backup *backup);
static int64_t recall(const struct upkeep *upkeep);
static const char *real_path(struct arena *arena, const char *path);

struct upkeep *upkeep_new(const char *data_dir, const char *store, const char *vfs, const struct clock *clock) {
  struct arena *arena = arena_new();
  struct upkeep *upkeep = arena_alloc(arena, sizeof *upkeep);
  *upkeep = (struct upkeep){.arena = arena,
                            .data_dir = data_dir == NULL ? NULL : real_path(arena, data_dir),
                            .store = data_dir == NULL ? NULL : real_path(arena, store),
                            .vfs = vfs,
                            .real = clock_real(0),
                            .is_newest_sound = true};
  upkeep->clock = clock == NULL ? &upkeep->real : clock;
  pthread_mutex_init(&upkeep->files, NULL);
  pthread_mutex_init(&upkeep->lock, NULL);
  upkeep->newest_at = recall(upkeep);
  return upkeep;
}

void upkeep_free(struct upkeep *upkeep) {
  if (upkeep == NULL)
    return;
  timer_free(upkeep->timer);
  if (upkeep->letter != NULL)
    arena_free(upkeep->letter->arena);
  pthread_mutex_destroy(&upkeep->lock);
  pthread_mutex_destroy(&upkeep->files);
  arena_free(upkeep->arena);
}

enum err upkeep_backup(struct upkeep *upkeep, const char *directory, bool is_daily, const atomic_bool *is_cancelled,
                       struct arena *arena, struct problem *problem, struct backup *out) {
  if (upkeep->data_dir == NULL)
    return problem_raise(problem, PROBLEM_CONFLICT, "This store is in memory; there is no backup of it.");
  if (!begin(upkeep))
    return problem_raise(problem, PROBLEM_CONFLICT, "A backup is being made already. Wait until it is done.");
  const struct backup_wish wish = {.store = upkeep->store,
                                   .vfs = upkeep->vfs,
                                   .data_dir = upkeep->data_dir,
                                   .directory = directory,
                                   .is_daily = is_daily,
                                   .at = clock_now(upkeep->clock),
                                   .is_cancelled = is_cancelled};
  // What the copied store names stays until it is copied too.
  pthread_mutex_lock(&upkeep->files);
  enum err err = backup_make(&wish, arena, problem, out);
  pthread_mutex_unlock(&upkeep->files);
  end(upkeep, is_daily, err, problem, out);
  if (err == ERR_OK)
    remember(upkeep, out);
  return err;
}

bool upkeep_hold_files(struct upkeep *upkeep) { return pthread_mutex_trylock(&upkeep->files) == 0; }

void upkeep_release_files(struct upkeep *upkeep) { pthread_mutex_unlock(&upkeep->files); }

void upkeep_add_notes(struct request *request, struct json *notes) {
  struct upkeep *upkeep = request_services(request)->upkeep;
  pthread_mutex_lock(&upkeep->lock);
  if (upkeep->newest_at == 0 && !upkeep->is_planned)
    json_text(notes, NULL, "No backup is known: serve --backup-dir DIR makes one each day.");
  for (size_t i = 0; i < TROUBLE_COUNT; i++)
    if (upkeep->troubles[i].is_raised)
      json_text(notes, NULL, upkeep->troubles[i].words);
  pthread_mutex_unlock(&upkeep->lock);
}

static bool begin(struct upkeep *upkeep) {
  pthread_mutex_lock(&upkeep->lock);
  bool is_free = !upkeep->is_backing_up;
  upkeep->is_backing_up = true;
  pthread_mutex_unlock(&upkeep->lock);
  return is_free;
}

static void end(struct upkeep *upkeep, bool is_daily, enum err err, const struct problem *problem,
                const struct backup *backup) {
  // Somebody who names a wrong folder by hand, or a server that goes down, is no failing backup.
  bool is_failure = err != ERR_OK && problem->code != PROBLEM_SHUTTING_DOWN && (is_daily || err == ERR_UNAVAILABLE);
  const char *words = problem->detail != NULL    ? problem->detail
                      : problem->error_count > 0 ? problem->errors[0].message
                                                 : err_name(err);
  pthread_mutex_lock(&upkeep->lock);
  upkeep->is_backing_up = false;
  if (err == ERR_OK) {
    upkeep->newest_at = backup->made_at;
    upkeep->is_newest_sound = backup->is_sound;
    upkeep->failed_at = 0;
  } else if (is_failure) {
    upkeep->failed_at = clock_now(upkeep->clock);
    snprintf(upkeep->failed_words, sizeof upkeep->failed_words, "%.300s", words);
  }
  pthread_mutex_unlock(&upkeep->lock);
  if (is_failure)
    log_line(LOG_ERROR, "backup", "%s", words);
  else if (err == ERR_OK)
    log_line(LOG_INFO, "backup", "made %s", backup->path);
}

// So that a restart knows how old the newest backup is, wherever it was made. Not in the store, which may be unable to
// take a change just when a backup matters.
static void remember(const struct upkeep *upkeep, const struct backup *backup) {
  struct arena *arena SCOPED_ARENA = arena_new();
  int folder SCOPED_FD = open(upkeep->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char instant[21];
  instant_format(backup->made_at, instant);
  const char *line = arena_format(arena, "%s %s\n", instant, backup->path);
  (void)unlinkat(folder, "." LAST_BACKUP, 0);
  if (folder < 0 || !backup_write_file(folder, "." LAST_BACKUP, line, strlen(line)) ||
      renameat(folder, "." LAST_BACKUP, folder, LAST_BACKUP) != 0)
    log_line(LOG_WARN, "backup",
             "%s/" LAST_BACKUP ": %m; after a restart the server takes the backup before for the newest",
             upkeep->data_dir);
}

static int64_t recall(const struct upkeep *upkeep) {
  struct arena *arena SCOPED_ARENA = arena_new();
  FILE *file = upkeep->data_dir == NULL ? NULL : fopen(arena_format(arena, "%s/" LAST_BACKUP, upkeep->data_dir), "re");
  if (file == NULL)
    return 0;
  char instant[21] = "";
  int64_t at = 0;
  bool is_read = fgets(instant, sizeof instant, file) != NULL && instant_parse(instant, &at);
  fclose(file);
  return is_read ? at : 0;
}

static const char *real_path(struct arena *arena, const char *path) {
  char *real = realpath(path, NULL);
  const char *copy = arena_text(arena, real == NULL ? path : real);
  free(real);
  return copy;
}
