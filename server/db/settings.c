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
  return db_exec(
      db, "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
      db_text(name), db_text(text));
}
