// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_store.h"

enum err roster_store_is_staff(struct db *db, int64_t person, bool *out) {
  int64_t count = 0;
  enum err err = db_get_int(db, &count,
                            "select count(*) from enrolments where person_id = $1 and role in ('staff', 'instructor') "
                            "and state = 'active'",
                            db_int(person));
  if (err == ERR_OK)
    *out = count > 0;
  return err;
}
