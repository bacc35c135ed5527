// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tests/faults/fault_vfs.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What a write or truncation took away.
struct undo {
  struct undo *before;
  int64_t old_file_size;
  int64_t offset;
  size_t size;
  uint8_t bytes[];
};

// A file by its path: it outlives the handles that are opened on it.
struct record {
  struct record *next;
  char *path;
  enum fault_file kind;
  struct undo *last;
};

struct fault_vfs {
  sqlite3_vfs base;
  sqlite3_vfs *real;
  pthread_mutex_t lock;
  struct record *records;
  struct fault_event *events;
  size_t event_count;
  size_t event_capacity;
  struct fault_plan plan;
  bool is_armed;
  bool has_struck;
  void (*on_sync)(void *context, enum fault_file file);
  void *context;
};

// SQLite allocates the handle; the real one stands behind it.
struct handle {
  sqlite3_file base;
  struct fault_vfs *vfs;
  struct record *record;
};

static int vfs_open(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags, int *out_flags);
static int vfs_delete(sqlite3_vfs *vfs, const char *path, int is_dir_synced);
static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out);
static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out);
static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out);
static int vfs_sleep(sqlite3_vfs *vfs, int microseconds);
static int vfs_current_time(sqlite3_vfs *vfs, double *out);
static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out);
static int vfs_current_time_64(sqlite3_vfs *vfs, sqlite3_int64 *out);

static int file_close(sqlite3_file *file);
static int file_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset);
static int file_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset);
static int file_truncate(sqlite3_file *file, sqlite3_int64 size);
static int file_sync(sqlite3_file *file, int flags);
static int file_size(sqlite3_file *file, sqlite3_int64 *out);
static int file_lock(sqlite3_file *file, int level);
static int file_unlock(sqlite3_file *file, int level);
static int file_check_lock(sqlite3_file *file, int *out);
static int file_control(sqlite3_file *file, int op, void *argument);
static int file_sector_size(sqlite3_file *file);
static int file_characteristics(sqlite3_file *file);
static int file_shm_map(sqlite3_file *file, int page, int size, int is_extended, void volatile **out);
static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags);
static void file_shm_barrier(sqlite3_file *file);
static int file_shm_unmap(sqlite3_file *file, int is_deleted);

// Version 2: without memory mapping, so that every read and write comes by here.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static sqlite3_file *real_of(sqlite3_file *file);
static sqlite3_vfs *real_vfs(sqlite3_vfs *vfs);
static struct record *record_of(struct fault_vfs *vfs, const char *path, int flags);
static int strike(struct fault_vfs *vfs, const struct record *record, enum fault_op op, int64_t offset, int64_t size);
static void note(struct fault_vfs *vfs, struct fault_event event);
static void remember(struct record *record, sqlite3_file *real, int64_t offset, int64_t size);
static void forget(struct record *record);
static void put_back(const struct record *record);
static void *checked(void *memory);

struct fault_vfs *fault_vfs_new(const char *name) {
  struct fault_vfs *vfs = checked(calloc(1, sizeof *vfs));
  vfs->real = sqlite3_vfs_find(NULL);
  pthread_mutex_init(&vfs->lock, NULL);
  vfs->base = (sqlite3_vfs){
      .iVersion = 2,
      .szOsFile = (int)sizeof(struct handle) + vfs->real->szOsFile,
      .mxPathname = vfs->real->mxPathname,
      .zName = name,
      .pAppData = vfs,
      .xOpen = vfs_open,
      .xDelete = vfs_delete,
      .xAccess = vfs_access,
      .xFullPathname = vfs_full_path,
      .xRandomness = vfs_randomness,
      .xSleep = vfs_sleep,
      .xCurrentTime = vfs_current_time,
      .xGetLastError = vfs_last_error,
      .xCurrentTimeInt64 = vfs_current_time_64,
  };
  if (sqlite3_vfs_register(&vfs->base, 0) != SQLITE_OK)
    abort();
  return vfs;
}

void fault_vfs_free(struct fault_vfs *vfs) {
  sqlite3_vfs_unregister(&vfs->base);
  while (vfs->records != NULL) {
    struct record *record = vfs->records;
    vfs->records = record->next;
    forget(record);
    free(record->path);
    free(record);
  }
  pthread_mutex_destroy(&vfs->lock);
  free(vfs->events);
  free(vfs);
}

void fault_vfs_reset(struct fault_vfs *vfs) {
  pthread_mutex_lock(&vfs->lock);
  vfs->event_count = 0;
  vfs->is_armed = false;
  vfs->has_struck = false;
  for (struct record *record = vfs->records; record != NULL; record = record->next)
    forget(record);
  pthread_mutex_unlock(&vfs->lock);
}

void fault_vfs_arm(struct fault_vfs *vfs, const struct fault_plan *plan) {
  pthread_mutex_lock(&vfs->lock);
  vfs->is_armed = plan != NULL;
  vfs->has_struck = false;
  if (plan != NULL)
    vfs->plan = *plan;
  pthread_mutex_unlock(&vfs->lock);
}

bool fault_vfs_has_struck(struct fault_vfs *vfs) {
  pthread_mutex_lock(&vfs->lock);
  bool has_struck = vfs->has_struck;
  pthread_mutex_unlock(&vfs->lock);
  return has_struck;
}

void fault_vfs_begin(struct fault_vfs *vfs) {
  pthread_mutex_lock(&vfs->lock);
  note(vfs, (struct fault_event){.op = FAULT_BEGAN, .file = FAULT_OTHER});
  pthread_mutex_unlock(&vfs->lock);
}

void fault_vfs_on_sync(struct fault_vfs *vfs, void (*run)(void *context, enum fault_file file), void *context) {
  pthread_mutex_lock(&vfs->lock);
  vfs->on_sync = run;
  vfs->context = context;
  pthread_mutex_unlock(&vfs->lock);
}

void fault_vfs_acknowledge(struct fault_vfs *vfs) {
  pthread_mutex_lock(&vfs->lock);
  note(vfs, (struct fault_event){.op = FAULT_ACKNOWLEDGED, .file = FAULT_OTHER});
  pthread_mutex_unlock(&vfs->lock);
}

size_t fault_vfs_log(struct fault_vfs *vfs, const struct fault_event **out) {
  *out = vfs->events;
  return vfs->event_count;
}

const char *fault_vfs_order(struct fault_vfs *vfs) {
  bool is_written = false;
  bool is_synced = false;
  bool has_batches = false;
  for (size_t i = 0; i < vfs->event_count; i++) {
    const struct fault_event *event = &vfs->events[i];
    has_batches |= event->op == FAULT_BEGAN;
    if (event->op == FAULT_BEGAN)
      is_written = is_synced = false;
    if (event->op == FAULT_ACKNOWLEDGED && !is_written)
      return "commit acknowledged without a write";
    if (event->op == FAULT_ACKNOWLEDGED && !is_synced)
      return "commit acknowledged before sync";
    if (event->op == FAULT_ACKNOWLEDGED && !has_batches)
      is_written = is_synced = false;
    if (event->file != FAULT_WAL || event->is_failed)
      continue;
    if (event->op == FAULT_WRITE) {
      is_written = true;
      is_synced = false;
    } else if (event->op == FAULT_SYNC) {
      is_synced = true;
    }
  }
  return NULL;
}

void fault_vfs_cut_power(struct fault_vfs *vfs) {
  pthread_mutex_lock(&vfs->lock);
  for (struct record *record = vfs->records; record != NULL; record = record->next) {
    put_back(record);
    forget(record);
  }
  pthread_mutex_unlock(&vfs->lock);
}

static int vfs_open(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags, int *out_flags) {
  struct fault_vfs *vfs = base->pAppData;
  struct handle *handle = (struct handle *)file;
  memset(handle, 0, sizeof *handle);
  int code = vfs->real->xOpen(vfs->real, path, real_of(file), flags, out_flags);
  if (real_of(file)->pMethods == NULL)
    return code;
  handle->base.pMethods = &methods; // also after a failure: then SQLite closes it
  handle->vfs = vfs;
  handle->record = record_of(vfs, path, flags);
  return code;
}

static int file_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
  struct handle *handle = (struct handle *)file;
  pthread_mutex_lock(&handle->vfs->lock);
  remember(handle->record, real_of(file), offset, size);
  int failure = strike(handle->vfs, handle->record, FAULT_WRITE, offset, size);
  int written = failure == SQLITE_OK ? size : size / 2;
  int code = real_of(file)->pMethods->xWrite(real_of(file), bytes, written, offset);
  pthread_mutex_unlock(&handle->vfs->lock);
  return failure == SQLITE_OK ? code : failure;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size) {
  struct handle *handle = (struct handle *)file;
  pthread_mutex_lock(&handle->vfs->lock);
  sqlite3_int64 old_size = 0;
  real_of(file)->pMethods->xFileSize(real_of(file), &old_size);
  int code = strike(handle->vfs, handle->record, FAULT_TRUNCATE, size, 0);
  if (code == SQLITE_OK) {
    remember(handle->record, real_of(file), size, old_size > size ? old_size - size : 0);
    code = real_of(file)->pMethods->xTruncate(real_of(file), size);
  }
  pthread_mutex_unlock(&handle->vfs->lock);
  return code;
}

// The system is not asked to sync: what would be lost without it is known here, and a thousand runs stay quick.
static int file_sync(sqlite3_file *file, int flags) {
  (void)flags;
  struct handle *handle = (struct handle *)file;
  pthread_mutex_lock(&handle->vfs->lock);
  void (*on_sync)(void *, enum fault_file) = handle->vfs->on_sync;
  void *context = handle->vfs->context;
  pthread_mutex_unlock(&handle->vfs->lock);
  if (on_sync != NULL)
    on_sync(context, handle->record->kind);
  pthread_mutex_lock(&handle->vfs->lock);
  int code = strike(handle->vfs, handle->record, FAULT_SYNC, 0, 0);
  if (code == SQLITE_OK)
    forget(handle->record);
  pthread_mutex_unlock(&handle->vfs->lock);
  return code;
}

// Under the lock. Notes the operation, and tells whether it is one that shall fail.
static int strike(struct fault_vfs *vfs, const struct record *record, enum fault_op op, int64_t offset, int64_t size) {
  int code = SQLITE_OK;
  if (vfs->is_armed && (vfs->plan.ops & (int)op) != 0) {
    if (vfs->plan.position > 0)
      vfs->plan.position--;
    if (vfs->plan.position == 0 && (!vfs->has_struck || vfs->plan.is_lasting))
      code = vfs->plan.code;
  }
  if (code != SQLITE_OK)
    vfs->has_struck = true;
  note(vfs, (struct fault_event){
                .op = op, .file = record->kind, .offset = offset, .size = size, .is_failed = code != SQLITE_OK});
  return code;
}

static void note(struct fault_vfs *vfs, struct fault_event event) {
  if (vfs->event_count == vfs->event_capacity) {
    vfs->event_capacity = vfs->event_capacity == 0 ? 1024 : vfs->event_capacity * 2;
    vfs->events = checked(realloc(vfs->events, vfs->event_capacity * sizeof *vfs->events));
  }
  vfs->events[vfs->event_count++] = event;
}

static struct record *record_of(struct fault_vfs *vfs, const char *path, int flags) {
  const char *name = path == NULL ? "" : path; // a temporary file has none, and nothing to lose
  pthread_mutex_lock(&vfs->lock);
  struct record *record = vfs->records;
  while (record != NULL && strcmp(record->path, name) != 0)
    record = record->next;
  if (record == NULL) {
    record = checked(calloc(1, sizeof *record));
    record->path = checked(strdup(name));
    record->kind = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? FAULT_STORE : FAULT_OTHER;
    if ((flags & SQLITE_OPEN_WAL) != 0)
      record->kind = FAULT_WAL;
    record->next = vfs->records;
    vfs->records = record;
  }
  pthread_mutex_unlock(&vfs->lock);
  return record;
}

static void remember(struct record *record, sqlite3_file *real, int64_t offset, int64_t size) {
  if (record->kind == FAULT_OTHER)
    return;
  sqlite3_int64 file_size_now = 0;
  real->pMethods->xFileSize(real, &file_size_now);
  int64_t end = offset + size < file_size_now ? offset + size : file_size_now;
  size_t kept = end > offset ? (size_t)(end - offset) : 0;
  struct undo *undo = checked(calloc(1, sizeof *undo + kept));
  *undo = (struct undo){.before = record->last, .old_file_size = file_size_now, .offset = offset, .size = kept};
  if (kept > 0 && real->pMethods->xRead(real, undo->bytes, (int)kept, offset) != SQLITE_OK)
    abort();
  record->last = undo;
}

static void forget(struct record *record) {
  while (record->last != NULL) {
    struct undo *undo = record->last;
    record->last = undo->before;
    free(undo);
  }
}

static void put_back(const struct record *record) {
  if (record->last == NULL)
    return;
  int fd = open(record->path, O_RDWR | O_CLOEXEC);
  if (fd < 0)
    abort();
  for (const struct undo *undo = record->last; undo != NULL; undo = undo->before)
    if (pwrite(fd, undo->bytes, undo->size, undo->offset) != (ssize_t)undo->size ||
        ftruncate(fd, undo->old_file_size) != 0)
      abort();
  close(fd);
}

static void *checked(void *memory) {
  if (memory == NULL)
    abort();
  return memory;
}

// --- handed on as it is

static sqlite3_file *real_of(sqlite3_file *file) { return (sqlite3_file *)((struct handle *)file + 1); }

static sqlite3_vfs *real_vfs(sqlite3_vfs *vfs) { return ((struct fault_vfs *)vfs->pAppData)->real; }

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int is_dir_synced) {
  return real_vfs(vfs)->xDelete(real_vfs(vfs), path, is_dir_synced);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out) {
  return real_vfs(vfs)->xAccess(real_vfs(vfs), path, flags, out);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out) {
  return real_vfs(vfs)->xFullPathname(real_vfs(vfs), path, size, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out) {
  return real_vfs(vfs)->xRandomness(real_vfs(vfs), size, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) { return real_vfs(vfs)->xSleep(real_vfs(vfs), microseconds); }

static int vfs_current_time(sqlite3_vfs *vfs, double *out) { return real_vfs(vfs)->xCurrentTime(real_vfs(vfs), out); }

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out) {
  return real_vfs(vfs)->xGetLastError(real_vfs(vfs), size, out);
}

static int vfs_current_time_64(sqlite3_vfs *vfs, sqlite3_int64 *out) {
  return real_vfs(vfs)->xCurrentTimeInt64(real_vfs(vfs), out);
}

static int file_close(sqlite3_file *file) { return real_of(file)->pMethods->xClose(real_of(file)); }

static int file_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset) {
  return real_of(file)->pMethods->xRead(real_of(file), out, size, offset);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out) {
  return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int file_lock(sqlite3_file *file, int level) { return real_of(file)->pMethods->xLock(real_of(file), level); }

static int file_unlock(sqlite3_file *file, int level) { return real_of(file)->pMethods->xUnlock(real_of(file), level); }

static int file_check_lock(sqlite3_file *file, int *out) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int file_control(sqlite3_file *file, int op, void *argument) {
  if (op == SQLITE_FCNTL_MMAP_SIZE)
    return SQLITE_NOTFOUND;
  return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int file_sector_size(sqlite3_file *file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }

static int file_characteristics(sqlite3_file *file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int is_extended, void volatile **out) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, is_extended, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }

static int file_shm_unmap(sqlite3_file *file, int is_deleted) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), is_deleted);
}
