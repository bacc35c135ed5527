// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/log.h"
#include "server/db/db_private.h"

struct code_row {
  int code; // primary, or extended where it differs from its primary code
  enum err err;
  bool is_logged;
  bool breaks; // nothing may be trusted on this connection any more
};

// The first row that equals the extended code counts, then the first that equals the primary one.
static const struct code_row codes[] = {
    // The kernel may have dropped the dirty pages: a second fsync would succeed and lose them.
    {SQLITE_IOERR_FSYNC, ERR_UNAVAILABLE, true, true},
    {SQLITE_IOERR_DIR_FSYNC, ERR_UNAVAILABLE, true, true},
    // No state of the world causes these two: the caller bound the wrong value, and somebody should read of it.
    {SQLITE_CONSTRAINT_NOTNULL, ERR_CONFLICT, true, false},
    {SQLITE_CONSTRAINT_DATATYPE, ERR_CONFLICT, true, false},
    {SQLITE_CONSTRAINT, ERR_CONFLICT, false, false},
    {SQLITE_FULL, ERR_UNAVAILABLE, true, false},
    {SQLITE_IOERR, ERR_UNAVAILABLE, true, false},
    {SQLITE_BUSY, ERR_UNAVAILABLE, true, false},
    {SQLITE_LOCKED, ERR_UNAVAILABLE, true, false},
    {SQLITE_NOMEM, ERR_UNAVAILABLE, true, false},
    {SQLITE_READONLY, ERR_UNAVAILABLE, true, false},
    {SQLITE_CANTOPEN, ERR_UNAVAILABLE, true, false},
    {SQLITE_PROTOCOL, ERR_UNAVAILABLE, true, false},
    {SQLITE_INTERRUPT, ERR_UNAVAILABLE, true, false},
};
static const struct code_row any_other = {SQLITE_ERROR, ERR_INTERNAL, true, false};

static const struct code_row *row_of(int code);
static const struct code_row *row_equal(int code);

enum err db_failure(struct db *db, int code, const char *what) {
  int extended = sqlite3_extended_errcode(db->handle);
  // The handle's code is the finer one as long as both speak of the same failure.
  if ((extended & 0xff) == (code & 0xff) && (code & 0xff) == code)
    code = extended;
  const struct code_row *row = row_of(code);
  if (row->breaks)
    db->is_broken = true;
  if (row->is_logged)
    log_line(LOG_ERROR, "db", "%.200s: %s (%d)", what, sqlite3_errmsg(db->handle), code);
  return row->err;
}

static const struct code_row *row_of(int code) {
  const struct code_row *row = row_equal(code);
  if (row == NULL)
    row = row_equal(code & 0xff);
  return row == NULL ? &any_other : row;
}

static const struct code_row *row_equal(int code) {
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
    if (codes[i].code == code)
      return &codes[i];
  return NULL;
}
