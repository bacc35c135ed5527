// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/backup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "common/base/secret.h"
#include "server/backup_private.h"
#include "server/http/vault.h"

enum { PATH_BYTES = sizeof VAULT_FOLDER + VAULT_PLACE_BYTES };

static bool path_of(const struct file_content *content, char out[static PATH_BYTES]);
static enum err copy_one(const struct file_content *content, int from, int to, struct problem *problem);
static bool make_shelf(int to, const struct file_content *content);
static bool copy_bytes(int from, int to);
static bool sync_shelf(int folder, const char *path, size_t size);
static bool is_content(int fd, const struct file_content *content);
static enum err fail(struct problem *problem, const char *path);

enum err backup_files_copy(const struct backup_files *files, int from, int to, const atomic_bool *is_cancelled,
                           struct problem *problem) {
  char path[PATH_BYTES];
  for (size_t i = 0; i < files->count; i++) {
    const struct file_content *content = &files->list[i];
    if (is_cancelled != NULL && atomic_load(is_cancelled))
      return problem_raise(problem, PROBLEM_SHUTTING_DOWN, "The server is going down; no backup was kept.");
    enum err err = copy_one(content, from, to, problem);
    if (err != ERR_OK)
      return err;
    bool is_last = i + 1 == files->count || strncmp(content->sha256, files->list[i + 1].sha256, 2) != 0;
    if (is_last && (!path_of(content, path) || !sync_shelf(to, path, sizeof VAULT_FOLDER + 2)))
      return fail(problem, VAULT_FOLDER);
  }
  return files->count == 0 || sync_shelf(to, VAULT_FOLDER, strlen(VAULT_FOLDER)) ? ERR_OK : fail(problem, VAULT_FOLDER);
}

enum err backup_files_verify(const struct backup_files *files, int folder, struct problem *problem) {
  for (size_t i = 0; i < files->count; i++) {
    char path[PATH_BYTES] = VAULT_FOLDER;
    bool has_path = path_of(&files->list[i], path);
    int fd SCOPED_FD = has_path ? openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
      return problem_raise(problem, PROBLEM_BAD_REQUEST, "%s is missing (%s). Take another backup.", path,
                           strerrordesc_np(errno));
    if (!is_content(fd, &files->list[i]))
      return problem_raise(problem, PROBLEM_BAD_REQUEST,
                           "%s is not the file that the manifest names: its content is another. Take another backup.",
                           path);
  }
  return ERR_OK;
}

bool backup_files_are_same(const struct backup_files *a, const struct backup_files *b) {
  bool are_same = a->count == b->count;
  for (size_t i = 0; are_same && i < a->count; i++)
    are_same = a->list[i].bytes == b->list[i].bytes && strcmp(a->list[i].sha256, b->list[i].sha256) == 0;
  return are_same;
}

static bool path_of(const struct file_content *content, char out[static PATH_BYTES]) {
  char place[VAULT_PLACE_BYTES];
  if (!vault_place(content->sha256, place))
    return false;
  snprintf(out, PATH_BYTES, "%s/%s", VAULT_FOLDER, place);
  return true;
}

static enum err copy_one(const struct file_content *content, int from, int to, struct problem *problem) {
  char path[PATH_BYTES];
  if (!path_of(content, path))
    return problem_raise(problem, PROBLEM_BACKUP_FAILED, "A row of the store names no file. No backup was kept.");
  int source SCOPED_FD = openat(from, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (source < 0)
    return problem_raise(problem, PROBLEM_BACKUP_FAILED,
                         "%s, which somebody uploaded, cannot be read (%s). Bring it back from an older backup.", path,
                         strerrordesc_np(errno));
  if (!make_shelf(to, content))
    return fail(problem, path);
  int copy SCOPED_FD = openat(to, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (copy < 0 || !copy_bytes(source, copy) || fsync(copy) != 0)
    return fail(problem, path);
  if (!is_content(copy, content))
    return problem_raise(problem, PROBLEM_BACKUP_FAILED,
                         "%s, which somebody uploaded, is damaged: its content has another hash. Bring it back from an "
                         "older backup.",
                         path);
  return ERR_OK;
}

static bool make_shelf(int to, const struct file_content *content) {
  char path[sizeof VAULT_FOLDER + 3];
  snprintf(path, sizeof path, "%s/%.2s", VAULT_FOLDER, content->sha256);
  if (mkdirat(to, path, 0700) == 0 || errno == EEXIST)
    return true;
  return errno == ENOENT && mkdirat(to, VAULT_FOLDER, 0700) == 0 && mkdirat(to, path, 0700) == 0;
}

static bool copy_bytes(int from, int to) { return ioctl(to, FICLONE, from) == 0 || backup_copy_bytes(from, to); }

static bool sync_shelf(int folder, const char *path, size_t size) {
  char shelf[PATH_BYTES];
  snprintf(shelf, sizeof shelf, "%.*s", (int)size, path);
  int fd SCOPED_FD = openat(folder, shelf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd >= 0 && fsync(fd) == 0;
}

static bool is_content(int fd, const struct file_content *content) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct stat status;
  uint8_t digest[SHA256_BYTES];
  return fstat(fd, &status) == 0 && status.st_size == content->bytes && sha256_file(fd, digest) == ERR_OK &&
         strcmp(digest_hex(arena, digest, sizeof digest), content->sha256) == 0;
}

static enum err fail(struct problem *problem, const char *path) {
  return problem_raise(problem, PROBLEM_BACKUP_FAILED, "%s: %s.", path, strerrordesc_np(errno));
}
