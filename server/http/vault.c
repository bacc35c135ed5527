// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/http/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/secret.h"

#define INCOMING VAULT_FOLDER "/incoming"

enum { NAME_BYTES = sizeof INCOMING + 48, RUN_DIGITS = 16, PATH_BYTES = sizeof VAULT_FOLDER + VAULT_PLACE_BYTES };

struct vault {
  int data;                 // the data folder
  char run[RUN_DIGITS + 1]; // of this process: other temporaries are nobody's
  atomic_size_t kept_bytes;
  pthread_mutex_t lock; // of what follows
  struct vault_temporary *first;
  uint64_t numbers;
};

static bool make_folders(const struct vault *vault);
static bool has_room(const struct vault *vault, size_t size_bytes);
static enum err enter(struct vault *vault, struct vault_temporary *temporary);
static void leave(struct vault *vault, const struct vault_temporary *temporary);
static void name_of(const struct vault *vault, const struct vault_temporary *temporary, char out[static NAME_BYTES]);
static bool path_of(const char *sha256, char out[static PATH_BYTES]);
static void shelf_of(const char *path, char out[static PATH_BYTES]);
static enum err link_in(struct vault *vault, const struct vault_temporary *temporary, const char *path,
                        size_t size_bytes);
static enum err check_size(const struct vault *vault, const char *path, size_t size_bytes);
static enum err sync_way(const struct vault *vault, const char *path);
static enum err sync_folder(const struct vault *vault, const char *path);
static enum err none(const char ***out, size_t *count);
static enum err list_shelf(const struct vault *vault, const char *name, struct arena *arena, const char ***list,
                           size_t *count);
static DIR *open_list(int parent, const char *path);
static enum err fail(const char *what);

enum err vault_open(const char *data_dir, struct vault **out) {
  struct vault *vault = calloc(1, sizeof *vault);
  if (vault == NULL)
    abort();
  *vault = (struct vault){.data = -1};
  pthread_mutex_init(&vault->lock, NULL);
  uint8_t random[RUN_DIGITS / 2];
  secret_random(random, sizeof random);
  for (size_t i = 0; i < sizeof random; i++)
    snprintf(vault->run + 2 * i, 3, "%02x", random[i]);
  vault->data = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (vault->data < 0) {
    enum err err = fail(data_dir);
    vault_close(vault);
    return err;
  }
  *out = vault;
  return ERR_OK;
}

void vault_close(struct vault *vault) {
  if (vault == NULL)
    return;
  if (vault->data >= 0)
    close(vault->data);
  pthread_mutex_destroy(&vault->lock);
  free(vault);
}

enum err vault_begin(struct vault *vault, int64_t owner, size_t size_bytes, struct vault_temporary *out) {
  *out = (struct vault_temporary){.fd = -1, .owner = owner, .size_bytes = size_bytes};
  enum err err = enter(vault, out);
  if (err != ERR_OK)
    return err;
  char name[NAME_BYTES];
  name_of(vault, out, name);
  out->fd =
      !make_folders(vault) ? -1 : openat(vault->data, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out->fd >= 0)
    return ERR_OK;
  err = fail("a temporary");
  leave(vault, out);
  return err;
}

void vault_end(struct vault *vault, struct vault_temporary *temporary) {
  if (temporary->fd < 0)
    return;
  char name[NAME_BYTES];
  name_of(vault, temporary, name);
  if (unlinkat(vault->data, name, 0) != 0)
    log_line(LOG_WARN, "files", "%s is left behind until the next start: %m", name);
  close(temporary->fd);
  temporary->fd = -1;
  leave(vault, temporary);
}

// A link and not a rename: it replaces nothing, and a handler that is run again still has the temporary.
enum err vault_keep(struct vault *vault, const struct vault_temporary *temporary, const char *sha256,
                    size_t size_bytes) {
  char path[PATH_BYTES];
  if (!path_of(sha256, path))
    return ERR_INTERNAL;
  enum err err = link_in(vault, temporary, path, size_bytes);
  if (err == ERR_OK)
    err = check_size(vault, path, size_bytes);
  return err == ERR_OK ? sync_way(vault, path) : err;
}

size_t vault_kept_bytes(const struct vault *vault) { return atomic_load(&vault->kept_bytes); }

bool vault_place(const char *sha256, char out[static VAULT_PLACE_BYTES]) {
  if (strlen(sha256) != VAULT_DIGITS || strspn(sha256, "0123456789abcdef") != VAULT_DIGITS)
    return false;
  snprintf(out, VAULT_PLACE_BYTES, "%.2s/%.*s", sha256, VAULT_DIGITS, sha256);
  return true;
}

enum err vault_read(const struct vault *vault, const char *sha256, int *fd, int64_t *size_bytes) {
  char path[PATH_BYTES];
  struct stat status;
  if (!path_of(sha256, path))
    return ERR_NOT_FOUND;
  int file = openat(vault->data, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0)
    return errno == ENOENT ? ERR_NOT_FOUND : fail(path);
  if (fstat(file, &status) != 0) {
    close(file);
    return fail(path);
  }
  *fd = file;
  *size_bytes = status.st_size;
  return ERR_OK;
}

enum err vault_list(const struct vault *vault, struct arena *arena, const char ***out, size_t *count) {
  DIR *entries = open_list(vault->data, VAULT_FOLDER);
  if (entries == NULL)
    return errno == ENOENT ? none(out, count) : fail(VAULT_FOLDER);
  const char **list = NULL;
  size_t size = 0;
  enum err err = ERR_OK;
  for (const struct dirent *entry; err == ERR_OK && (entry = readdir(entries)) != NULL;)
    if (strlen(entry->d_name) == 2 && strspn(entry->d_name, "0123456789abcdef") == 2)
      err = list_shelf(vault, entry->d_name, arena, &list, &size);
  closedir(entries);
  if (err != ERR_OK)
    return err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err vault_remove(struct vault *vault, const char *sha256) {
  char path[PATH_BYTES];
  if (!path_of(sha256, path))
    return ERR_INTERNAL;
  return unlinkat(vault->data, path, 0) == 0 || errno == ENOENT ? ERR_OK : fail(path);
}

size_t vault_sweep(struct vault *vault) {
  size_t removed = 0;
  DIR *entries = open_list(vault->data, INCOMING);
  if (entries == NULL) {
    if (errno != ENOENT)
      (void)fail(INCOMING);
    return 0;
  }
  for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    const char *name = entry->d_name;
    if (name[0] == '.' || strncmp(name, vault->run, RUN_DIGITS) == 0)
      continue;
    if (unlinkat(dirfd(entries), name, 0) == 0)
      removed++;
    else
      (void)fail(name);
  }
  closedir(entries);
  return removed;
}

// At the first upload: the folder of a command that only reads stays as it is.
static bool make_folders(const struct vault *vault) {
  if (mkdirat(vault->data, VAULT_FOLDER, 0700) != 0 && errno != EEXIST)
    return false;
  return mkdirat(vault->data, INCOMING, 0700) == 0 || errno == EEXIST;
}

// A disk filled by uploads would refuse every change of the class.
static bool has_room(const struct vault *vault, size_t size_bytes) {
  struct statvfs status;
  if (fstatvfs(vault->data, &status) != 0)
    return true; // then writing tells
  if ((uint64_t)status.f_bavail * status.f_frsize >= (uint64_t)size_bytes + VAULT_SPARE_BYTES)
    return true;
  log_line(LOG_WARN, "files", "an upload is refused: the disk is nearly full");
  return false;
}

static enum err enter(struct vault *vault, struct vault_temporary *temporary) {
  size_t count = 0, of_one = 0;
  size_t size_bytes = temporary->size_bytes; // what the others have written already counts twice: too early is no harm
  pthread_mutex_lock(&vault->lock);
  for (const struct vault_temporary *at = vault->first; at != NULL; at = at->next) {
    count++;
    of_one += at->owner == temporary->owner;
    size_bytes += at->size_bytes;
  }
  enum err err = of_one >= VAULT_TEMPORARIES_OF_ONE_MAX ? ERR_THROTTLED
                 : count >= VAULT_TEMPORARIES_MAX       ? ERR_CONFLICT
                 : !has_room(vault, size_bytes)         ? ERR_UNAVAILABLE
                                                        : ERR_OK;
  if (err == ERR_OK) {
    temporary->number = ++vault->numbers;
    temporary->next = vault->first;
    vault->first = temporary;
  }
  pthread_mutex_unlock(&vault->lock);
  return err;
}

static void leave(struct vault *vault, const struct vault_temporary *temporary) {
  pthread_mutex_lock(&vault->lock);
  struct vault_temporary **at = &vault->first;
  while (*at != NULL && *at != temporary)
    at = &(*at)->next;
  if (*at != NULL)
    *at = temporary->next;
  pthread_mutex_unlock(&vault->lock);
}

static void name_of(const struct vault *vault, const struct vault_temporary *temporary, char out[static NAME_BYTES]) {
  snprintf(out, NAME_BYTES, INCOMING "/%s-%" PRIu64, vault->run, temporary->number);
}

static bool path_of(const char *sha256, char out[static PATH_BYTES]) {
  char place[VAULT_PLACE_BYTES];
  if (!vault_place(sha256, place))
    return false;
  snprintf(out, PATH_BYTES, VAULT_FOLDER "/%s", place);
  return true;
}

// "files/ab/…" gives "files/ab".
static void shelf_of(const char *path, char out[static PATH_BYTES]) {
  snprintf(out, PATH_BYTES, "%.*s", (int)sizeof VAULT_FOLDER + 2, path);
}

static enum err link_in(struct vault *vault, const struct vault_temporary *temporary, const char *path,
                        size_t size_bytes) {
  char name[NAME_BYTES], shelf[PATH_BYTES];
  name_of(vault, temporary, name);
  shelf_of(path, shelf);
  if (mkdirat(vault->data, shelf, 0700) != 0 && errno != EEXIST)
    return fail(shelf);
  if (linkat(vault->data, name, vault->data, path, 0) != 0)
    return errno == EEXIST ? ERR_OK : fail(path);
  atomic_fetch_add(&vault->kept_bytes, size_bytes);
  return ERR_OK;
}

static enum err check_size(const struct vault *vault, const char *path, size_t size_bytes) {
  struct stat status;
  if (fstatat(vault->data, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return fail(path);
  if (S_ISREG(status.st_mode) && status.st_size >= 0 && (size_t)status.st_size == size_bytes)
    return ERR_OK;
  log_line(LOG_ERROR, "files", "%s has %jd bytes, not the %zu of its content: it is damaged", path,
           (intmax_t)status.st_size, size_bytes);
  return ERR_UNAVAILABLE;
}

// All the way up, and also for what was there: the process that made it may have died before it was synced.
static enum err sync_way(const struct vault *vault, const char *path) {
  char shelf[PATH_BYTES];
  shelf_of(path, shelf);
  enum err err = sync_folder(vault, shelf);
  if (err == ERR_OK)
    err = sync_folder(vault, VAULT_FOLDER);
  return err == ERR_OK ? sync_folder(vault, ".") : err;
}

static enum err sync_folder(const struct vault *vault, const char *path) {
  int fd = openat(vault->data, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  enum err err = fd >= 0 && fsync(fd) == 0 ? ERR_OK : fail(path);
  if (fd >= 0)
    close(fd);
  return err;
}

static enum err none(const char ***out, size_t *count) {
  *out = NULL;
  *count = 0;
  return ERR_OK;
}

static enum err list_shelf(const struct vault *vault, const char *name, struct arena *arena, const char ***list,
                           size_t *count) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, VAULT_FOLDER "/%.2s", name);
  DIR *entries = open_list(vault->data, path);
  if (entries == NULL)
    return fail(path);
  for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    char place[VAULT_PLACE_BYTES];
    if (!vault_place(entry->d_name, place) || strncmp(place, name, 2) != 0)
      continue;
    // Doubled whenever it is full: at 0, 1, 2, 4, …
    if ((*count & (*count - 1)) == 0)
      *list = arena_grow(arena, *list, *count, *count == 0 ? 1 : 2 * *count, sizeof **list);
    (*list)[(*count)++] = arena_text(arena, entry->d_name);
  }
  closedir(entries);
  return ERR_OK;
}

// Keeps errno.
static DIR *open_list(int parent, const char *path) {
  int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (entries == NULL && fd >= 0)
    close(fd);
  return entries;
}

static enum err fail(const char *what) {
  log_line(LOG_ERROR, "files", "%s: %m", what);
  return ERR_UNAVAILABLE;
}
