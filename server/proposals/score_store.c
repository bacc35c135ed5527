// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/score_store.h"

enum err score_store_clear(const struct act *act, int64_t proposal, int64_t of_submission, int64_t person) {
  return db_exec(act->db,
                 "delete from proposal_scores where proposal_id = $1 and of_submission = $2 and person_id = $3",
                 db_int(proposal), db_int(of_submission), db_int(person));
}

enum err score_store_insert(const struct act *act, int64_t proposal, const struct score *score) {
  return db_exec(act->db,
                 "insert into proposal_scores (proposal_id, of_submission, person_id, item, points, most, words, at) "
                 "values ($1, $2, $3, $4, $5, $6, $7, $8)",
                 db_int(proposal), db_int(score->of_submission), db_int(score->by), db_text(score->item),
                 db_int(score->points), db_int(score->most), db_text(score->words), db_int(act->now));
}

enum err score_store_list(const struct act *act, int64_t proposal, int64_t of_submission, struct score **out,
                          size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select s.item, s.points, s.most, s.words, s.person_id, coalesce(h.preferred_name, h.name), s.at "
               "from proposal_scores s join people h on h.id = s.person_id "
               "where s.proposal_id = $1 and s.of_submission = $2 order by s.person_id, s.id",
               db_int(proposal), db_int(of_submission));
  struct score *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct score){.item = db_column_text(&rows, 0, act->arena),
                                  .points = db_column_int(&rows, 1),
                                  .most = db_column_int(&rows, 2),
                                  .words = db_column_text(&rows, 3, act->arena),
                                  .by = db_column_int(&rows, 4),
                                  .by_name = db_column_text(&rows, 5, act->arena),
                                  .at = db_column_int(&rows, 6),
                                  .of_submission = of_submission};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
