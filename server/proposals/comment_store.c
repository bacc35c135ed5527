// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/comment_store.h"

// The columns that read_comment expects.
#define COMMENT_ROWS                                                                                                   \
  "select c.id, c.proposal_id, p.round, c.field, c.parent_id, c.is_note, c.is_staff, c.words, c.by_id, "               \
  "coalesce(b.preferred_name, b.name), c.at, c.told_at, c.removed_at, c.resolved_at from proposal_comments c "         \
  "join proposals p on p.id = c.proposal_id left join people b on b.id = c.by_id "

static void read_comment(struct db_rows *rows, struct arena *arena, void *row);

enum err comment_store_insert(const struct act *act, struct comment *comment) {
  enum err err = db_exec(act->db,
                         "insert into proposal_comments (proposal_id, field, parent_id, is_note, is_staff, words, "
                         "by_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
                         db_int(comment->proposal), db_text(comment->field), db_int_or_null(comment->parent),
                         db_int(comment->is_note), db_int(comment->is_staff), db_text(comment->text),
                         db_int_or_null(act->actor), db_int(act->now));
  if (err == ERR_OK)
    comment->id = db_last_id(act->db);
  return err;
}

enum err comment_store_get(const struct act *act, int64_t team, int64_t id, struct comment *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, COMMENT_ROWS "where c.id = $1 and p.team_id = $2", db_int(id), db_int(team));
  return db_one(&rows, act->arena, read_comment, out);
}

enum err comment_store_list(const struct act *act, int64_t team, struct comment **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db, COMMENT_ROWS "where p.team_id = $1 order by c.id", db_int(team));
  return db_list(&rows, act->arena, read_comment, out, count);
}

enum err comment_store_count(const struct act *act, int64_t proposal, int64_t *out) {
  return db_get_int(act->db, out, "select count(*) from proposal_comments where proposal_id = $1", db_int(proposal));
}

enum err comment_store_remove(const struct act *act, int64_t id) {
  return db_exec(act->db,
                 "update proposal_comments set words = '', removed_at = $2, told_at = coalesce(told_at, $2) "
                 "where id = $1",
                 db_int(id), db_int(act->now));
}

enum err comment_store_resolve(const struct act *act, int64_t id, bool is_resolved) {
  return db_exec(act->db, "update proposal_comments set resolved_at = $2, resolved_by = $3 where id = $1", db_int(id),
                 db_int_or_null(is_resolved ? act->now : 0), db_int_or_null(is_resolved ? act->actor : 0));
}

enum err comment_store_tell(const struct act *act, int64_t proposal) {
  return db_exec(act->db, "update proposal_comments set told_at = $2 where proposal_id = $1 and told_at is null",
                 db_int(proposal), db_int(act->now));
}

static void read_comment(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct comment *)row = (struct comment){
      .id = db_column_int(rows, 0),
      .proposal = db_column_int(rows, 1),
      .round = db_column_int(rows, 2),
      .field = db_column_text(rows, 3, arena),
      .parent = db_column_int(rows, 4),
      .is_note = db_column_int(rows, 5) != 0,
      .is_staff = db_column_int(rows, 6) != 0,
      .text = db_column_text(rows, 7, arena),
      .by = db_column_int(rows, 8),
      .by_name = db_column_text(rows, 9, arena),
      .at = db_column_int(rows, 10),
      .told_at = db_column_int(rows, 11),
      .removed_at = db_column_int(rows, 12),
      .resolved_at = db_column_int(rows, 13),
  };
}
