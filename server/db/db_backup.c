// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/db/db_backup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "server/db/db_private.h"

enum { CANCEL_EVERY_STEPS = 20000, FAULT_BYTES = 300 };

static enum err create_empty(const char *to);
static enum err vacuum_into(struct db *db, const char *to);
static int is_cancelled_now(void *subject);

enum err db_backup_copy(const char *path, const char *vfs, const char *to, const atomic_bool *is_cancelled) {
  assert(path[0] == '/' && to[0] == '/'); // a name that begins with "file:" would be read as a URI
  struct db *db = NULL;
  enum err err = db_open(path, &(struct db_options){.mode = DB_READ_ONLY, .vfs = vfs}, &db);
  if (err != ERR_OK)
    return err;
  // The connection itself stays read only; but query_only would forbid to write the copy too.
  if ((err = db_script(db, "pragma query_only = off")) == ERR_OK)
    err = create_empty(to);
  if (err == ERR_OK) {
    // Copying may take longer than a request's snapshot may.
    sqlite3_progress_handler(db->handle, CANCEL_EVERY_STEPS, is_cancelled == NULL ? NULL : is_cancelled_now,
                             (void *)(uintptr_t)is_cancelled);
    err = vacuum_into(db, to);
  }
  db_close(db);
  return err;
}

enum err db_backup_check(struct db *db, struct arena *arena, const char **fault) {
  char words[FAULT_BYTES];
  enum err err = db_pragma_text(db, "pragma integrity_check(1)", words, sizeof words);
  if (err != ERR_OK)
    return err;
  if (strcmp(words, "ok") != 0) {
    *fault = arena_format(arena, "the file is damaged: %s", words);
    return ERR_OK;
  }
  if ((err = db_pragma_text(db, "select \"table\" from pragma_foreign_key_check limit 1", words, sizeof words)) !=
      ERR_OK)
    return err;
  *fault = words[0] == '\0' ? NULL : arena_format(arena, "a row of %s refers to another that is not there", words);
  return ERR_OK;
}

// Readable by the owner only, before anything is in it; the engine takes an empty file for none.
static enum err create_empty(const char *to) {
  int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
    return ERR_OK;
  }
  if (errno == EEXIST)
    return ERR_CONFLICT;
  log_line(LOG_ERROR, "backup", "%s: %m", to);
  return ERR_UNAVAILABLE;
}

static enum err vacuum_into(struct db *db, const char *to) {
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v2(db->handle, "vacuum into $1", -1, &statement, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_bind_text(statement, 1, to, -1, SQLITE_STATIC);
  if (code == SQLITE_OK)
    code = sqlite3_step(statement);
  enum err err = code == SQLITE_DONE ? ERR_OK : db_failure(db, code, "vacuum into");
  sqlite3_finalize(statement);
  return err;
}

static int is_cancelled_now(void *subject) { return atomic_load((const atomic_bool *)subject); }
