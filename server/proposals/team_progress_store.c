// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/team_progress_store.h"

enum err team_progress_store_handed_in(const struct act *act, int64_t team, const struct team_handed_in **out,
                                       size_t *count) {
  struct team_handed_in *list = NULL;
  size_t size = 0;
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select milestone, version, at, is_on_time, accepted_at from submissions "
                                          "where team_id = $1 and counts = 1 order by milestone",
                                          db_int(team));
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct team_handed_in){.milestone = db_column_text(&rows, 0, act->arena),
                                           .version = db_column_int(&rows, 1),
                                           .at = db_column_int(&rows, 2),
                                           .is_on_time = db_column_int(&rows, 3) != 0,
                                           .is_accepted = db_column_int(&rows, 4) != 0};
  }
  *out = list;
  *count = size;
  return rows.err;
}
