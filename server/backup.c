// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "common/base/fd.h"
#include "common/base/log.h"
#include "common/base/secret.h"
#include "server/backup_folder.h"
#include "server/backup_private.h"
#include "server/db/audit.h"
#include "server/db/db_backup.h"
#include "server/domain_time.h"
#include "tandem_version.h"

enum { SAME_SECOND_MAX = 20, MANIFEST_BYTES_MAX = 64 * 1024 * 1024 };

static enum err fill_folder(const struct backup_wish *wish, const char *folder, struct arena *arena,
                            struct problem *problem, struct backup *out);
static enum err copy_files(const struct backup_wish *wish, int folder, struct problem *problem,
                           const struct backup *backup);
static bool sync_file(const char *path);
static enum err give_name(const struct backup_wish *wish, int directory, const char *unfinished, struct arena *arena,
                          const char **name);
static enum err examine_open(struct db *db, struct arena *arena, struct problem *problem, struct backup *out);
static enum err note_chains(struct db *db, struct arena *arena, struct backup *out);
static enum err note_files(struct db *db, struct arena *arena, struct backup *out);
static enum err measure(const char *store, struct arena *arena, struct backup *out);
static bool is_same(const struct backup *a, const struct backup *b);
static enum err read_all(const char *path, struct arena *arena, char **bytes, size_t *size);
static enum err backup_fail(struct problem *problem, const char *what);
static enum err backup_examine(const char *store, struct arena *arena, struct problem *problem, struct backup *out);

enum err backup_make(const struct backup_wish *wish, struct arena *arena, struct problem *problem, struct backup *out) {
  int directory SCOPED_FD = -1;
  enum err err = backup_folder_open(wish->directory, wish->data_dir, problem, &directory);
  if (err != ERR_OK)
    return err;
  backup_folder_sweep(directory, wish->at);
  uint8_t random[8];
  secret_random(random, sizeof random);
  const char *unfinished = arena_format(arena, BACKUP_UNFINISHED "%s", digest_hex(arena, random, sizeof random));
  if (mkdirat(directory, unfinished, 0700) != 0)
    return backup_fail(problem, wish->directory);
  const char *folder = arena_format(arena, "%s/%s", wish->directory, unfinished);
  const char *name = NULL;
  struct backup backup = {.made_at = wish->at, .version = TANDEM_VERSION};
  err = fill_folder(wish, folder, arena, problem, &backup);
  if (err == ERR_OK && (err = give_name(wish, directory, unfinished, arena, &name)) != ERR_OK)
    err = backup_fail(problem, wish->directory);
  if (err != ERR_OK) {
    if (backup_folder_remove(directory, unfinished) != ERR_OK)
      log_line(LOG_WARN, "backup", "%s is left behind; it is removed a day from now", folder);
    return err;
  }
  backup.path = arena_format(arena, "%s/%s", wish->directory, name);
  *out = backup;
  return ERR_OK;
}

enum err backup_read(const char *folder, struct arena *arena, struct problem *problem, struct backup *out) {
  char *bytes = NULL;
  size_t size = 0;
  enum err err = read_all(arena_format(arena, "%s/" BACKUP_MANIFEST, folder), arena, &bytes, &size);
  if (err != ERR_OK)
    return problem_raise(problem, PROBLEM_BAD_REQUEST,
                         "%s is no backup: its " BACKUP_MANIFEST " cannot be read (%s). Name the folder that has one.",
                         folder, strerrordesc_np(errno));
  struct backup backup = {0};
  if ((err = backup_manifest_parse(bytes, size, arena, problem, &backup)) != ERR_OK)
    return err;
  backup.path = arena_text(arena, folder);
  *out = backup;
  return ERR_OK;
}

enum err backup_verify(const struct backup *backup, struct arena *arena, struct problem *problem) {
  struct backup found = {0};
  const char *store = arena_format(arena, "%s/" BACKUP_STORE, backup->path);
  // The digest before the engine reads a byte of it.
  enum err err = measure(store, arena, &found);
  if (err != ERR_OK)
    return problem_raise(problem, PROBLEM_BAD_REQUEST, "%s cannot be read (%s).", store, strerrordesc_np(errno));
  if (found.size != backup->size || strcmp(found.sha256, backup->sha256) != 0)
    return problem_raise(problem, PROBLEM_BAD_REQUEST,
                         "%s is not the file that the manifest names: its SHA-256 is %s. Take another backup.", store,
                         found.sha256);
  if ((err = backup_examine(store, arena, problem, &found)) != ERR_OK)
    return err;
  if (!is_same(backup, &found))
    return problem_raise(problem, PROBLEM_BAD_REQUEST,
                         "The audit in %s does not end where the manifest says. Take another backup.", store);
  if (!backup_files_are_same(&backup->files, &found.files))
    return problem_raise(problem, PROBLEM_BAD_REQUEST,
                         "%s names other uploaded files than the manifest. Take another backup.", store);
  int folder SCOPED_FD = open(backup->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return backup_files_verify(&backup->files, folder, problem);
}

bool backup_write_file(int folder, const char *name, const char *bytes, size_t size) {
  int fd SCOPED_FD = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return false;
  return fd_write_all(fd, bytes, size) && fsync(fd) == 0;
}

bool backup_copy_bytes(int from, int to) {
  for (;;) {
    ssize_t count = sendfile(to, from, NULL, 1 << 20);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return count == 0;
  }
}

static enum err fill_folder(const struct backup_wish *wish, const char *folder, struct arena *arena,
                            struct problem *problem, struct backup *out) {
  const char *store = arena_format(arena, "%s/" BACKUP_STORE, folder);
  int fd SCOPED_FD = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return backup_fail(problem, folder);
  if (db_backup_copy(wish->store, wish->vfs, store, wish->is_cancelled) != ERR_OK) {
    bool is_cancelled = wish->is_cancelled != NULL && atomic_load(wish->is_cancelled);
    return problem_raise(problem, is_cancelled ? PROBLEM_SHUTTING_DOWN : PROBLEM_BACKUP_FAILED,
                         is_cancelled ? "The server is going down; no backup was kept in %s."
                                      : "The store could not be copied to %s; the log says why. No backup was kept.",
                         wish->directory);
  }
  if (!sync_file(store))
    return backup_fail(problem, store);
  enum err err = backup_examine(store, arena, problem, out);
  if (err == ERR_OK)
    err = copy_files(wish, fd, problem, out);
  if (err != ERR_OK)
    return err;
  const char *manifest = backup_manifest_text(arena, out);
  if (!backup_write_file(fd, BACKUP_MANIFEST, manifest, strlen(manifest)) || fsync(fd) != 0)
    return backup_fail(problem, folder);
  return ERR_OK;
}

static enum err copy_files(const struct backup_wish *wish, int folder, struct problem *problem,
                           const struct backup *backup) {
  if (backup->files.count == 0)
    return ERR_OK;
  int data SCOPED_FD = open(wish->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (data < 0)
    return backup_fail(problem, wish->data_dir);
  return backup_files_copy(&backup->files, data, folder, wish->is_cancelled, problem);
}

static bool sync_file(const char *path) {
  int fd SCOPED_FD = open(path, O_RDONLY | O_CLOEXEC);
  return fd >= 0 && fsync(fd) == 0;
}

// A rename never replaces a folder that has something in it, and no backup is empty.
static enum err give_name(const struct backup_wish *wish, int directory, const char *unfinished, struct arena *arena,
                          const char **name) {
  for (int number = 1; number <= SAME_SECOND_MAX; number++) {
    const char *wanted = backup_folder_name(arena, wish->at, wish->is_daily, number);
    if (renameat(directory, unfinished, directory, wanted) == 0) {
      *name = wanted;
      return fsync(directory) == 0 ? ERR_OK : ERR_UNAVAILABLE;
    }
    if (errno != EEXIST && errno != ENOTEMPTY && errno != ENOTDIR)
      return ERR_UNAVAILABLE;
  }
  return ERR_UNAVAILABLE;
}

static enum err examine_open(struct db *db, struct arena *arena, struct problem *problem, struct backup *out) {
  const char *fault = NULL;
  enum err err = db_backup_check(db, arena, &fault);
  if (err == ERR_OK && fault != NULL) {
    log_line(LOG_ERROR, "backup", "%s", fault);
    return problem_raise(problem, PROBLEM_BACKUP_FAILED, "The copy of the store is not sound: %s.", fault);
  }
  if (err == ERR_OK)
    err = domain_time_last(db, &out->now);
  if (err == ERR_OK)
    err = note_chains(db, arena, out);
  if (err == ERR_OK)
    err = note_files(db, arena, out);
  out->schema = db_schema_version(db);
  return err == ERR_OK
             ? ERR_OK
             : problem_raise(problem, PROBLEM_BACKUP_FAILED, "The copy of the store cannot be read; the log says why.");
}

static enum err note_chains(struct db *db, struct arena *arena, struct backup *out) {
  struct audit_verdict *list = NULL;
  size_t count = 0;
  enum err err = audit_verify(db, arena, &list, &count);
  if (err != ERR_OK)
    return err;
  struct backup_chain *chains = arena_array(arena, count, sizeof *chains);
  out->is_sound = true;
  for (size_t i = 0; i < count; i++) {
    chains[i] = (struct backup_chain){list[i].course, list[i].seq, list[i].head_hex, list[i].broken_at == 0};
    out->is_sound = out->is_sound && chains[i].is_sound;
  }
  out->chains = chains;
  out->chain_count = count;
  return ERR_OK;
}

static enum err note_files(struct db *db, struct arena *arena, struct backup *out) {
  struct file_content *list = NULL;
  enum err err = file_content_list(db, arena, &list, &out->files.count);
  out->files.list = list;
  return err;
}

static enum err measure(const char *store, struct arena *arena, struct backup *out) {
  int fd SCOPED_FD = open(store, O_RDONLY | O_CLOEXEC);
  struct stat status;
  uint8_t digest[SHA256_BYTES];
  if (fd < 0 || fstat(fd, &status) != 0 || sha256_file(fd, digest) != ERR_OK)
    return ERR_UNAVAILABLE;
  out->size = status.st_size;
  out->sha256 = digest_hex(arena, digest, sizeof digest);
  return ERR_OK;
}

static bool is_same(const struct backup *a, const struct backup *b) {
  bool is_same = a->chain_count == b->chain_count && a->schema == b->schema;
  for (size_t i = 0; is_same && i < a->chain_count; i++)
    is_same = a->chains[i].course == b->chains[i].course && a->chains[i].seq == b->chains[i].seq &&
              strcmp(a->chains[i].head, b->chains[i].head) == 0 && a->chains[i].is_sound == b->chains[i].is_sound;
  return is_same;
}

static enum err read_all(const char *path, struct arena *arena, char **bytes, size_t *size) {
  int fd SCOPED_FD = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0)
    return ERR_UNAVAILABLE;
  errno = EFBIG;
  if (status.st_size > MANIFEST_BYTES_MAX)
    return ERR_UNAVAILABLE;
  size_t room = (size_t)status.st_size, count = 0;
  char *buffer = arena_alloc(arena, room + 1);
  while (count < room) {
    ssize_t got = read(fd, buffer + count, room - count);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return ERR_UNAVAILABLE;
    count += (size_t)got;
  }
  *bytes = buffer;
  *size = count;
  return ERR_OK;
}

// backup_failed, and words that say what and why (errno).
static enum err backup_fail(struct problem *problem, const char *what) {
  return problem_raise(problem, PROBLEM_BACKUP_FAILED, "%s: %s. No backup was kept.", what, strerrordesc_np(errno));
}

// Fills out's digest, size, schema, instant and chains from the store's file; refuses one that is not sound.
static enum err backup_examine(const char *store, struct arena *arena, struct problem *problem, struct backup *out) {
  enum err err = measure(store, arena, out);
  if (err != ERR_OK)
    return backup_fail(problem, store);
  struct db *db = NULL;
  if (db_open(store, &(struct db_options){.mode = DB_READ_COPY}, &db) != ERR_OK)
    return problem_raise(problem, PROBLEM_BACKUP_FAILED, "%s cannot be opened as a store; the log says why.", store);
  err = examine_open(db, arena, problem, out);
  db_close(db);
  return err;
}
