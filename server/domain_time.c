// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/domain_time.h"

#include "server/db/settings.h"

#define LAST_INSTANT "last_instant"
#define IS_OFFSET "clock_is_offset"

enum err domain_time_start(struct db *db, int64_t now, struct domain_time *out, int64_t *last) {
  int64_t is_offset = 0, seen = 0;
  enum err err = db_begin_read(db);
  if (err != ERR_OK)
    return err;
  if ((err = setting_get_int(db, IS_OFFSET, &is_offset)) == ERR_OK)
    err = setting_get_int(db, LAST_INSTANT, &seen);
  db_rollback(db);
  if (err != ERR_OK)
    return err;
  *last = seen;
  if (now != 0 && now < seen)
    return ERR_INVALID;
  struct clock real = clock_real(0);
  int64_t start = now != 0 ? now : is_offset != 0 ? seen : clock_now(&real);
  *out = (struct domain_time){.clock = clock_real(start - clock_now(&real)), .is_offset = now != 0 || is_offset != 0};
  return ERR_OK;
}

enum err domain_time_last(struct db *db, int64_t *out) { return setting_get_int(db, LAST_INSTANT, out); }

enum err domain_time_keep(struct db *db, const struct domain_time *time) {
  enum err err = setting_set_int(db, LAST_INSTANT, clock_now(&time->clock));
  return err != ERR_OK || !time->is_offset ? err : setting_set_int(db, IS_OFFSET, 1);
}
