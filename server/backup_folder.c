// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/backup_folder.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/text.h"
#include "server/backup_private.h"

#define BY_HAND "tandem-"
#define DAILY "tandem-daily-"

enum { STAMP_CHARACTERS = 16, DEPTH_MAX = 16 }; // "20231123T033000Z"

struct found {
  int64_t at;
  const char *name;
};

static bool is_within(const char *path, const char *folder);
static enum err list_daily(int directory, struct arena *arena, struct found **out, size_t *count);
static int by_age(const void *a, const void *b);
static DIR *open_list(int directory);
static enum err remove_entry(int directory, const char *name, int depth);
static enum err remove_entries(int folder, int depth);
static enum err complain(const char *name);

enum err backup_folder_open(const char *directory, const char *data_dir, struct problem *problem, int *fd) {
  if (directory[0] != '/')
    return problem_field(problem, "directory", "is not a path that begins with /");
  int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat status;
  if (folder < 0 || fstat(folder, &status) != 0) {
    enum err err =
        problem_field(problem, "directory", "%s cannot be opened as a folder: %s", directory, strerrordesc_np(errno));
    if (folder >= 0)
      close(folder);
    return err;
  }
  if ((status.st_mode & S_IWOTH) != 0)
    problem_field(problem, "directory", "everybody may write to %s: make a folder in it (mode 0700) for backups",
                  directory);
  else if (is_within(directory, data_dir))
    problem_field(problem, "directory", "%s is in the data folder, and would be lost together with it", directory);
  else {
    *fd = folder;
    return ERR_OK;
  }
  close(folder);
  return ERR_INVALID;
}

const char *backup_folder_name(struct arena *arena, int64_t at, bool is_daily, int number) {
  time_t time = (time_t)at;
  struct tm tm = {0};
  gmtime_r(&time, &tm);
  const char *suffix = number > 1 ? arena_format(arena, "-%d", number) : "";
  return arena_format(arena, "%s%04d%02d%02dT%02d%02d%02dZ%s", is_daily ? DAILY : BY_HAND, tm.tm_year + 1900,
                      tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, suffix);
}

bool backup_folder_parse(const char *name, bool *is_daily, int64_t *at) {
  bool daily = text_starts(name, DAILY);
  if (!text_starts(name, BY_HAND))
    return false;
  const char *stamp = name + strlen(daily ? DAILY : BY_HAND);
  if (strlen(stamp) < STAMP_CHARACTERS ||
      strspn(stamp + STAMP_CHARACTERS, "-0123456789") != strlen(stamp + STAMP_CHARACTERS))
    return false;
  char instant[21];
  snprintf(instant, sizeof instant, "%.4s-%.2s-%.5s:%.2s:%.3s", stamp, stamp + 4, stamp + 6, stamp + 11, stamp + 13);
  if (!instant_parse(instant, at))
    return false;
  *is_daily = daily;
  return true;
}

enum err backup_folder_newest(const char *directory, int64_t *at) {
  int fd SCOPED_FD = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct arena *arena SCOPED_ARENA = arena_new();
  struct found *list = NULL;
  size_t count = 0;
  enum err err = list_daily(fd, arena, &list, &count);
  if (err == ERR_OK)
    *at = count == 0 ? 0 : list[count - 1].at;
  return err;
}

enum err backup_folder_prune(const char *directory, int64_t keep, size_t *removed) {
  assert(keep > 0);
  int fd SCOPED_FD = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct arena *arena SCOPED_ARENA = arena_new();
  struct found *list = NULL;
  size_t count = 0;
  enum err err = list_daily(fd, arena, &list, &count);
  for (size_t i = 0; err == ERR_OK && i + (size_t)keep < count; i++) {
    // Half removed it would be a backup by its name.
    const char *doomed = arena_format(arena, BACKUP_UNFINISHED "%s", list[i].name);
    if (renameat(fd, list[i].name, fd, doomed) != 0)
      return complain(list[i].name);
    if ((err = backup_folder_remove(fd, doomed)) == ERR_OK)
      *removed += 1;
  }
  return err;
}

void backup_folder_sweep(int directory, int64_t now) {
  DIR *entries = open_list(directory);
  if (entries == NULL)
    return;
  for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    struct stat status;
    if (text_starts(entry->d_name, BACKUP_UNFINISHED) &&
        fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        now - status.st_mtim.tv_sec > BACKUP_STALE_SECONDS && backup_folder_remove(directory, entry->d_name) == ERR_OK)
      log_line(LOG_INFO, "backup", "removed %s, which never became a backup", entry->d_name);
  }
  closedir(entries);
}

enum err backup_folder_remove(int directory, const char *name) { return remove_entry(directory, name, 0); }

// By real paths, so that no link leads around it.
static bool is_within(const char *path, const char *folder) {
  char *a = realpath(path, NULL);
  char *b = realpath(folder, NULL);
  size_t size = b == NULL ? 0 : strlen(b);
  bool is_inside = a != NULL && b != NULL && strncmp(a, b, size) == 0 && (a[size] == '/' || a[size] == '\0');
  free(a);
  free(b);
  return is_inside;
}

// The oldest first.
static enum err list_daily(int directory, struct arena *arena, struct found **out, size_t *count) {
  DIR *entries = open_list(directory);
  if (entries == NULL)
    return ERR_UNAVAILABLE;
  struct found *list = NULL;
  size_t size = 0;
  for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    bool is_daily = false;
    int64_t at = 0;
    if (!backup_folder_parse(entry->d_name, &is_daily, &at) || !is_daily)
      continue;
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct found){at, arena_text(arena, entry->d_name)};
  }
  closedir(entries);
  if (size > 0)
    qsort(list, size, sizeof *list, by_age);
  *out = list;
  *count = size;
  return ERR_OK;
}

static int by_age(const void *a, const void *b) {
  const struct found *left = a;
  const struct found *right = b;
  if (left->at != right->at)
    return left->at < right->at ? -1 : 1;
  return strcmp(left->name, right->name);
}

// The descriptor stays the caller's.
static DIR *open_list(int directory) {
  int fd = directory < 0 ? -1 : openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (entries == NULL) {
    log_line(LOG_ERROR, "backup", "the directory of backups cannot be read: %m");
    if (fd >= 0)
      close(fd);
  }
  return entries;
}

static enum err remove_entry(int directory, const char *name, int depth) {
  if (unlinkat(directory, name, 0) == 0)
    return ERR_OK;
  if (errno != EISDIR && errno != EPERM)
    return complain(name);
  int folder SCOPED_FD = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  enum err err = folder < 0 || depth == DEPTH_MAX ? complain(name) : remove_entries(folder, depth + 1);
  if (err != ERR_OK)
    return err;
  return unlinkat(directory, name, AT_REMOVEDIR) == 0 ? ERR_OK : complain(name);
}

static enum err remove_entries(int folder, int depth) {
  DIR *entries = open_list(folder);
  enum err err = entries == NULL ? ERR_UNAVAILABLE : ERR_OK;
  for (const struct dirent *entry; err == ERR_OK && (entry = readdir(entries)) != NULL;)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      err = remove_entry(folder, entry->d_name, depth);
  if (entries != NULL)
    closedir(entries);
  return err;
}

static enum err complain(const char *name) {
  log_line(LOG_ERROR, "backup", "%s cannot be removed: %m", name);
  return ERR_UNAVAILABLE;
}
