// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/db/epoch.h"

#include "common/base/secret.h"
#include "server/db/settings.h"

#define EPOCH "epoch"

enum err epoch_get(struct db *db, struct arena *arena, const char **out) {
  const char *found = NULL;
  enum err err = setting_get_text(db, arena, EPOCH, &found);
  if (err != ERR_OK)
    return err;
  *out = found;
  return found == NULL ? ERR_NOT_FOUND : ERR_OK;
}

enum err epoch_begin(struct db *db, struct arena *arena, const char **out) {
  enum err err = epoch_get(db, arena, out);
  if (err != ERR_NOT_FOUND)
    return err;
  err = epoch_renew(db, arena);
  return err != ERR_OK ? err : epoch_get(db, arena, out);
}

enum err epoch_renew(struct db *db, struct arena *arena) {
  uint8_t random[EPOCH_CHARACTERS / 2];
  secret_random(random, sizeof random);
  enum err err = db_begin_write(db);
  if (err != ERR_OK)
    return err;
  if ((err = setting_set_text(db, EPOCH, digest_hex(arena, random, sizeof random))) == ERR_OK)
    return db_commit(db);
  db_rollback(db);
  return err;
}
