// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/course_export_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/log.h"
#include "common/base/secret.h"
#include "common/base/text.h"
#include "server/backup_folder.h"
#include "server/backup_private.h"

enum { NAME_BYTES_MAX = 160, ENDING_BYTES_MAX = 12, LEVELS_MAX = 64, PATH_LEVELS_MAX = 6, RANDOM_BYTES = 8 };

static enum err check_place(struct export_folder *folder);
static bool is_empty(int fd);
static bool is_in_store(int parent);
static int open_folders(const struct export_folder *folder, const char *path, const char **name);
static bool sync_folders(int folder, int depth);
static void add_words(struct text *out, const char *words, bool with_dots);
static size_t cut(const char *text, size_t size, size_t most);
static size_t without_dots(const char *text, size_t size);
static enum err export_folder_fail(const struct export_folder *folder, const char *what);

enum err export_folder_begin(struct export_folder *folder, const char *path, int64_t now) {
  struct arena *arena = folder->arena;
  folder->parent = folder->root = -1;
  size_t size = strlen(path);
  while (size > 1 && path[size - 1] == '/')
    size--;
  folder->path = arena_text_n(arena, path, size);
  const char *slash = strrchr(folder->path, '/');
  if (path[0] != '/' || slash[1] == '\0' || strcmp(slash, "/.") == 0 || strcmp(slash, "/..") == 0)
    return problem_field(folder->problem, "folder", "must be a path from / on that ends in the folder's name");
  folder->name = slash + 1;
  const char *parent = slash == folder->path ? "/" : arena_text_n(arena, folder->path, (size_t)(slash - folder->path));
  folder->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder->parent < 0)
    return problem_field(folder->problem, "folder", "%s cannot be opened as a folder: %s", parent,
                         strerrordesc_np(errno));
  enum err err = check_place(folder);
  if (err != ERR_OK)
    return err;
  backup_folder_sweep(folder->parent, now);
  uint8_t random[RANDOM_BYTES];
  secret_random(random, sizeof random);
  folder->unfinished = arena_format(arena, BACKUP_UNFINISHED "%s", digest_hex(arena, random, sizeof random));
  if (mkdirat(folder->parent, folder->unfinished, 0700) != 0) {
    err = export_folder_fail(folder, parent);
    folder->unfinished = NULL;
    return err;
  }
  folder->root = openat(folder->parent, folder->unfinished, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  return folder->root < 0 ? export_folder_fail(folder, parent) : ERR_OK;
}

enum err export_folder_write(struct export_folder *folder, const char *path, const char *bytes, size_t size) {
  const char *name = NULL;
  int below SCOPED_FD = open_folders(folder, path, &name);
  if (below < 0 || !backup_write_file(below, name, bytes, size))
    return export_folder_fail(folder, path);
  folder->files++;
  folder->bytes += (int64_t)size;
  return ERR_OK;
}

enum err export_folder_copy(struct export_folder *folder, const char *path, int from, const char *sha256) {
  const char *name = NULL;
  struct stat status;
  uint8_t digest[SHA256_BYTES];
  int below SCOPED_FD = open_folders(folder, path, &name);
  int fd SCOPED_FD = below < 0 ? -1 : openat(below, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || !backup_copy_bytes(from, fd) || fsync(fd) != 0 || fstat(fd, &status) != 0 ||
      lseek(fd, 0, SEEK_SET) != 0 || sha256_file(fd, digest) != ERR_OK)
    return export_folder_fail(folder, path);
  if (strcmp(digest_hex(folder->arena, digest, sizeof digest), sha256) != 0)
    return problem_raise(folder->problem, PROBLEM_EXPORT_FAILED,
                         "%s is not what was uploaded: its SHA-256 is another than %s. No export was kept.", path,
                         sha256);
  folder->files++;
  folder->bytes += status.st_size;
  return ERR_OK;
}

enum err export_folder_finish(struct export_folder *folder) {
  if (!sync_folders(folder->root, 0))
    return export_folder_fail(folder, folder->path);
  // An empty folder is replaced; one that got something in it meanwhile is not.
  if (renameat(folder->parent, folder->unfinished, folder->parent, folder->name) != 0) {
    int why = errno;
    bool is_taken = why == EEXIST || why == ENOTEMPTY || why == ENOTDIR;
    enum err err = is_taken ? check_place(folder) : ERR_OK;
    errno = why;
    return err != ERR_OK ? err : export_folder_fail(folder, folder->path); // also when it is free again by now
  }
  folder->unfinished = NULL;
  return fsync(folder->parent) == 0 ? ERR_OK : export_folder_fail(folder, folder->path);
}

void export_folder_end(struct export_folder *folder) {
  if (folder->root >= 0)
    close(folder->root);
  if (folder->unfinished != NULL && backup_folder_remove(folder->parent, folder->unfinished) != ERR_OK)
    log_line(LOG_WARN, "export", "%s is left behind beside %s", folder->unfinished, folder->path);
  if (folder->parent >= 0)
    close(folder->parent);
  folder->root = folder->parent = -1;
  folder->unfinished = NULL;
}

const char *export_name(struct arena *arena, const char *kind, int64_t number, const char *words) {
  struct text out;
  text_init(&out, arena);
  text_add_format(&out, "%s-%lld", kind, (long long)number);
  add_words(&out, words, false);
  return arena_text_n(arena, text_get(&out), cut(text_get(&out), out.size, NAME_BYTES_MAX));
}

const char *export_file_name(struct arena *arena, size_t number, const char *name) {
  struct text out;
  text_init(&out, arena);
  text_add_format(&out, "%zu", number);
  add_words(&out, name, true);
  const char *whole = arena_text_n(arena, text_get(&out), without_dots(text_get(&out), out.size));
  const char *ending = strrchr(whole, '.');
  size_t size = strlen(whole);
  if (size <= NAME_BYTES_MAX || ending == NULL || strlen(ending) > ENDING_BYTES_MAX)
    return arena_text_n(arena, whole, without_dots(whole, cut(whole, size, NAME_BYTES_MAX)));
  return arena_format(arena, "%.*s%s", (int)cut(whole, size, NAME_BYTES_MAX - ENDING_BYTES_MAX), whole, ending);
}

static enum err check_place(struct export_folder *folder) {
  if (is_in_store(folder->parent))
    return problem_field(folder->problem, "folder", "%s lies in the folder of a store; choose another place",
                         folder->path);
  int fd = openat(folder->parent, folder->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 && errno == ENOENT)
    return ERR_OK;
  if (is_empty(fd))
    return ERR_OK;
  return problem_field(folder->problem, "folder", "%s exists and is no empty folder; choose another name",
                       folder->path);
}

// Takes the descriptor over; -1 is not empty.
static bool is_empty(int fd) {
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  bool is_empty = entries != NULL;
  for (const struct dirent *entry; is_empty && (entry = readdir(entries)) != NULL;)
    is_empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
  if (entries != NULL)
    closedir(entries);
  else if (fd >= 0)
    close(fd);
  return is_empty;
}

// From here up to the root.
static bool is_in_store(int parent) {
  int here = dup(parent);
  bool is_found = false;
  for (int level = 0; here >= 0 && !is_found && level < LEVELS_MAX; level++) {
    is_found = faccessat(here, BACKUP_STORE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    int above = openat(here, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(here);
    here = above;
  }
  if (here >= 0)
    close(here);
  return is_found;
}

// The folder that the last part of the path is in, made if need be; -1 with errno.
static int open_folders(const struct export_folder *folder, const char *path, const char **name) {
  int here = dup(folder->root);
  for (const char *slash; here >= 0 && (slash = strchr(path, '/')) != NULL; path = slash + 1) {
    const char *part = arena_text_n(folder->arena, path, (size_t)(slash - path));
    bool is_made = mkdirat(here, part, 0700) == 0 || errno == EEXIST;
    int next = is_made ? openat(here, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : -1;
    int why = errno;
    close(here);
    errno = why;
    here = next;
  }
  *name = path;
  return here;
}

// Depth first: a folder is synced when all in it is.
static bool sync_folders(int folder, int depth) {
  int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = again < 0 ? NULL : fdopendir(again);
  bool is_synced = entries != NULL && depth < PATH_LEVELS_MAX;
  for (const struct dirent *entry; is_synced && (entry = readdir(entries)) != NULL;) {
    if (entry->d_name[0] == '.') // itself and the one above; no name of an export begins so
      continue;
    int below SCOPED_FD = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    is_synced = below >= 0 ? sync_folders(below, depth + 1) : errno == ENOTDIR;
  }
  if (entries != NULL)
    closedir(entries);
  return is_synced && fsync(folder) == 0;
}

static void add_words(struct text *out, const char *words, bool with_dots) {
  const char *composed = text_compose(out->arena, words);
  bool is_gap = true;
  for (size_t i = 0, size = composed == NULL ? 0 : strlen(composed); i < size;) {
    uint32_t point;
    size_t length = utf8_decode(composed + i, size - i, &point);
    bool is_dot = with_dots && point == '.' && !is_gap && i + 1 < size && out->bytes[out->size - 1] != '.';
    if (utf8_word_letter(point) != 0 || is_dot) {
      if (is_gap)
        text_add_char(out, '-');
      text_add_n(out, composed + i, length);
    }
    is_gap = utf8_word_letter(point) == 0 && !is_dot;
    i += length;
  }
}

// At most so many bytes, not within a letter.
static size_t cut(const char *text, size_t size, size_t most) {
  if (size <= most)
    return size;
  while (((unsigned char)text[most] & 0xC0u) == 0x80u)
    most--;
  return most;
}

// At the end: Windows leaves them out of a file's name, and the links would miss it.
static size_t without_dots(const char *text, size_t size) {
  while (size > 0 && text[size - 1] == '.')
    size--;
  return size;
}

// export_failed in words, with errno's.
static enum err export_folder_fail(const struct export_folder *folder, const char *what) {
  return problem_raise(folder->problem, PROBLEM_EXPORT_FAILED, "%s: %s. No export was kept.", what,
                       strerrordesc_np(errno));
}
