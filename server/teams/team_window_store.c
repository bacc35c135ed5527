// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_window_store.h"

enum err team_window_store_shorten(const struct act *act, int64_t course, int64_t closes, int64_t **out,
                                   size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "update invitations set expires_at = $2 where course_id = $1 "
                                          "and state = 'open' and expires_at > $2 returning id",
                                          db_int(course), db_int(closes));
  return db_ids(&rows, act->arena, out, count);
}

enum err team_window_store_cut(const struct act *act, int64_t course, int64_t at, struct window_invitation **out,
                               size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select id, created_at from invitations where course_id = $1 "
                                          "and state = 'open' and expires_at = $2 order by id",
                                          db_int(course), db_int(at));
  struct window_invitation *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct window_invitation){db_column_int(&rows, 0), db_column_int(&rows, 1)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err team_window_store_lengthen(const struct act *act, int64_t invitation, int64_t expires_at) {
  return db_exec(act->db, "update invitations set expires_at = $2 where id = $1", db_int(invitation),
                 db_int(expires_at));
}
