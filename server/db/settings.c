// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/db/settings.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/text.h"

enum err setting_get_int(struct db *db, const char *name, int64_t *out) {
  struct db_rows rows DB_SCOPE = db_query(db, "select value from settings where name = $1", db_text(name));
  if (!db_next(&rows))
    return rows.err;
  const char *value = db_column_peek(&rows, 0);
  return value != NULL && int64_parse(value, out) ? ERR_OK : ERR_INTERNAL;
}

enum err setting_set_int(struct db *db, const char *name, int64_t value) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, value);
  return setting_set_text(db, name, text);
}

enum err setting_get_text(struct db *db, struct arena *arena, const char *name, const char **out) {
  struct db_rows rows DB_SCOPE = db_query(db, "select value from settings where name = $1", db_text(name));
  if (db_next(&rows))
    *out = db_column_text(&rows, 0, arena);
  return rows.err;
}

enum err setting_set_text(struct db *db, const char *name, const char *value) {
  return db_exec(
      db, "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
      db_text(name), db_text(value));
}
