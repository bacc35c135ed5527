// SPDX-License-Identifier: AGPL-3.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/app.h"
#include "server/backup_folder.h"
#include "server/backup_private.h"
#include "server/db/epoch.h"
#include "server/http/vault.h"

#define PARTIAL BACKUP_UNFINISHED BACKUP_STORE

static const char *const partial_logs[] = {PARTIAL "-wal", PARTIAL "-shm"};

// What the restore has made and must take away again when it fails.
struct site {
  const char *path;
  int fd; // of the folder
  int lock;
  bool is_new;      // the folder is ours
  bool has_files;   // so is the one of uploaded files in it
  bool is_occupied; // the store stands in it
};

static enum err open_site(const char *data_dir, struct problem *problem, struct site *site);
static enum err lock_site(struct problem *problem, struct site *site);
static void leave_site(struct site *site);
static int count_entries(int folder);
static enum err fill_site(const struct backup *backup, struct arena *arena, struct problem *problem, struct site *site);
static enum err copy_store(const struct backup *backup, struct arena *arena, struct problem *problem,
                           struct site *site);
static enum err begin_epoch(struct arena *arena, struct problem *problem, const struct site *site);
static enum err fill_files(const struct backup *backup, struct problem *problem, struct site *site);
static enum err refuse(struct problem *problem, const char *path);
static enum err refuse_occupied(struct problem *problem, const char *path);

enum err backup_restore(const char *folder, const char *data_dir, struct arena *arena, struct problem *problem,
                        struct backup *out) {
  struct backup backup = {0};
  struct site site __attribute__((cleanup(leave_site))) = {.path = data_dir, .fd = -1, .lock = -1};
  // Nothing is made before it is known that something can stand there.
  enum err err = backup_read(folder, arena, problem, &backup);
  if (err == ERR_OK)
    err = backup_verify(&backup, arena, problem);
  if (err == ERR_OK)
    err = open_site(data_dir, problem, &site);
  if (err == ERR_OK)
    err = lock_site(problem, &site);
  if (err == ERR_OK)
    err = fill_site(&backup, arena, problem, &site);
  if (err == ERR_OK)
    *out = backup;
  return err;
}

static enum err open_site(const char *data_dir, struct problem *problem, struct site *site) {
  site->is_new = mkdir(data_dir, 0700) == 0;
  if (!site->is_new && errno != EEXIST)
    return refuse(problem, data_dir);
  site->fd = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int count = site->fd < 0 ? -1 : count_entries(site->fd);
  if (count < 0)
    return refuse(problem, data_dir);
  return count == 0 ? ERR_OK : refuse_occupied(problem, data_dir);
}

// A server may have been started on the empty folder meanwhile: then it has the lock, or has left more than the lock.
static enum err lock_site(struct problem *problem, struct site *site) {
  enum err err = app_lock(site->path, &site->lock);
  if (err == ERR_CONFLICT)
    return refuse_occupied(problem, site->path);
  if (err != ERR_OK)
    return problem_raise(problem, PROBLEM_BACKUP_FAILED, "%s cannot be locked; the log says why.", site->path);
  if (count_entries(site->fd) == 1)
    return ERR_OK;
  close(site->lock);
  site->lock = -1;
  return refuse_occupied(problem, site->path);
}

static void leave_site(struct site *site) {
  if (site->lock >= 0 && !site->is_occupied) {
    unlinkat(site->fd, PARTIAL, 0);
    unlinkat(site->fd, partial_logs[0], 0);
    unlinkat(site->fd, partial_logs[1], 0);
    if (site->has_files && backup_folder_remove(site->fd, VAULT_FOLDER) != ERR_OK)
      log_line(LOG_WARN, "restore", "%s/" VAULT_FOLDER " is left behind", site->path);
    unlinkat(site->fd, "lock", 0);
  }
  fd_close_cleanup(&site->fd);
  if (site->is_new && !site->is_occupied)
    rmdir(site->path); // not when somebody else has put something there
  fd_close_cleanup(&site->lock);
}

// Without "." and ".."; -1 when it cannot be read.
static int count_entries(int folder) {
  int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (entries == NULL) {
    fd_close_cleanup(&fd);
    return -1;
  }
  int count = -2;
  while (readdir(entries) != NULL)
    count++;
  closedir(entries);
  return count;
}

// The store comes last: where it stands, what it names stands too.
static enum err fill_site(const struct backup *backup, struct arena *arena, struct problem *problem,
                          struct site *site) {
  enum err err = fill_files(backup, problem, site);
  if (err == ERR_OK)
    err = copy_store(backup, arena, problem, site);
  if (err == ERR_OK)
    err = begin_epoch(arena, problem, site);
  if (err != ERR_OK)
    return err;
  if (renameat(site->fd, PARTIAL, site->fd, BACKUP_STORE) != 0)
    return refuse(problem, site->path);
  site->is_occupied = true;
  return fsync(site->fd) == 0 ? ERR_OK : refuse(problem, site->path);
}

static enum err copy_store(const struct backup *backup, struct arena *arena, struct problem *problem,
                           struct site *site) {
  const char *store = arena_format(arena, "%s/" BACKUP_STORE, backup->path);
  int from SCOPED_FD = open(store, O_RDONLY | O_CLOEXEC);
  int to SCOPED_FD = openat(site->fd, PARTIAL, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  uint8_t digest[SHA256_BYTES];
  if (from < 0 || to < 0 || !backup_copy_bytes(from, to) || fsync(to) != 0 || sha256_file(to, digest) != ERR_OK)
    return refuse(problem, site->path);
  // What was verified is what arrived.
  if (strcmp(digest_hex(arena, digest, sizeof digest), backup->sha256) != 0)
    return problem_raise(problem, PROBLEM_BACKUP_FAILED, "%s changed while it was copied.", store);
  return ERR_OK;
}

// Whoever has seen this store since the backup must not take what it counts from here on for what they know. The engine
// leaves its log, empty after the checkpoint, when it closes.
static enum err begin_epoch(struct arena *arena, struct problem *problem, const struct site *site) {
  struct db *db = NULL;
  const char *path = arena_format(arena, "%s/" PARTIAL, site->path);
  enum err err = db_open(path, &(struct db_options){.mode = DB_READ_WRITE}, &db);
  if (err == ERR_OK)
    err = epoch_renew(db, arena);
  if (err == ERR_OK)
    err = db_checkpoint(db, true);
  db_close(db);
  if (err != ERR_OK)
    return problem_raise(problem, PROBLEM_BACKUP_FAILED, "The store cannot be opened in %s; the log says why.",
                         site->path);
  for (size_t i = 0; i < sizeof partial_logs / sizeof *partial_logs; i++)
    if (unlinkat(site->fd, partial_logs[i], 0) != 0 && errno != ENOENT)
      return refuse(problem, site->path);
  return ERR_OK;
}

static enum err fill_files(const struct backup *backup, struct problem *problem, struct site *site) {
  if (backup->files.count == 0)
    return ERR_OK;
  int from SCOPED_FD = open(backup->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (from < 0 || mkdirat(site->fd, VAULT_FOLDER, 0700) != 0)
    return refuse(problem, site->path);
  site->has_files = true;
  return backup_files_copy(&backup->files, from, site->fd, NULL, problem);
}

static enum err refuse(struct problem *problem, const char *path) {
  return problem_raise(problem, PROBLEM_BACKUP_FAILED, "%s: %s.", path, strerrordesc_np(errno));
}

static enum err refuse_occupied(struct problem *problem, const char *path) {
  return problem_raise(problem, PROBLEM_CONFLICT,
                       "%s is not empty. Restore into a folder that is missing or empty, then start the server on it.",
                       path);
}
