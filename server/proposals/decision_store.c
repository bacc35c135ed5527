// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/decision_store.h"

// The columns that read_decision expects; the reader is the first parameter.
#define DECISION_ROWS                                                                                                  \
  "select d.id, d.proposal_id, p.team_id, p.round, d.kind, d.verdict, d.comment, d.by_id, "                            \
  "coalesce(b.preferred_name, b.name), d.at, d.of_submission, d.revise_until, d.propose_anew_by, d.told_at, "          \
  "d.taken_back_at, (select count(*) from decision_readings r where r.decision_id = d.id and r.person_id = $1) "       \
  "from proposal_decisions d join proposals p on p.id = d.proposal_id left join people b on b.id = d.by_id "

static enum err read_one_or_none(struct db_rows *rows, struct arena *arena, struct decision *out);
static void read_decision(struct db_rows *rows, struct arena *arena, void *row);
static void read_change(struct db_rows *rows, struct arena *arena, void *row);

const char *const verdict_names[] = {"approve", "approve with conditions", "request changes", "decline", NULL};
const char *const decision_kind_names[] = {"decision", "recommendation", "reopening", NULL};
const char *const change_state_names[] = {"open", "answered", "accepted", NULL};

enum err decision_store_insert(const struct act *act, struct decision *decision) {
  enum err err =
      db_exec(act->db,
              "insert into proposal_decisions (proposal_id, kind, verdict, comment, by_id, at, of_submission, "
              "revise_until, propose_anew_by, told_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
              db_int(decision->proposal), db_text(decision_kind_names[decision->kind]),
              db_text(verdict_names[decision->verdict]), db_text(decision->comment), db_int_or_null(act->actor),
              db_int(act->now), db_int_or_null(decision->of_submission), db_int_or_null(decision->revise_until),
              db_int_or_null(decision->propose_anew_by), db_int_or_null(decision->told_at));
  if (err == ERR_OK)
    decision->id = db_last_id(act->db);
  return err;
}

enum err decision_store_get(const struct act *act, int64_t team, int64_t id, struct decision *out) {
  struct db_rows rows DB_SCOPE = db_query(act->db, DECISION_ROWS "where d.id = $2 and p.team_id = $3",
                                          db_int(act->actor), db_int(id), db_int(team));
  return db_one(&rows, act->arena, read_decision, out);
}

enum err decision_store_find(const struct act *act, int64_t course, int64_t id, struct decision *out) {
  struct db_rows rows DB_SCOPE = db_query(act->db, DECISION_ROWS "where d.id = $2 and p.course_id = $3",
                                          db_int(act->actor), db_int(id), db_int(course));
  return db_one(&rows, act->arena, read_decision, out);
}

enum err decision_store_list(const struct act *act, int64_t team, struct decision **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, DECISION_ROWS "where p.team_id = $2 order by d.id", db_int(act->actor), db_int(team));
  return db_list(&rows, act->arena, read_decision, out, count);
}

enum err decision_store_untold(const struct act *act, int64_t proposal, struct decision *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               DECISION_ROWS "where d.proposal_id = $2 and d.kind = 'decision' and d.told_at is null and "
                             "d.taken_back_at is null order by d.id desc limit 1",
               db_int(act->actor), db_int(proposal));
  return read_one_or_none(&rows, act->arena, out);
}

enum err decision_store_untold_of_course(const struct act *act, int64_t course, int64_t **ids, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select d.id from proposal_decisions d join proposals p on p.id = d.proposal_id where p.course_id = $1 "
               "and d.kind = 'decision' and d.told_at is null and d.taken_back_at is null order by d.id",
               db_int(course));
  return db_ids(&rows, act->arena, ids, count);
}

enum err decision_store_last_told(const struct act *act, int64_t proposal, struct decision *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               DECISION_ROWS "where d.proposal_id = $2 and d.kind <> 'recommendation' and d.told_at is not null "
                             "order by d.id desc limit 1",
               db_int(act->actor), db_int(proposal));
  return read_one_or_none(&rows, act->arena, out);
}

enum err decision_store_recommendation(const struct act *act, const struct proposal *proposal, struct decision *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               DECISION_ROWS "where d.proposal_id = $2 and d.kind = 'recommendation' and d.of_submission = $3 "
                             "order by d.id desc limit 1",
               db_int(act->actor), db_int(proposal->id), db_int(proposal->submitted_at));
  return read_one_or_none(&rows, act->arena, out);
}

enum err decision_store_tell(const struct act *act, int64_t id) {
  return db_exec(act->db, "update proposal_decisions set told_at = $2 where id = $1", db_int(id), db_int(act->now));
}

enum err decision_store_take_back(const struct act *act, int64_t id) {
  return db_exec(act->db, "update proposal_decisions set taken_back_at = $2, taken_back_by = $3 where id = $1",
                 db_int(id), db_int(act->now), db_int_or_null(act->actor));
}

enum err decision_store_read(const struct act *act, int64_t id) {
  return db_exec(
      act->db, "insert into decision_readings (decision_id, person_id, at) values ($1, $2, $3) on conflict do nothing",
      db_int(id), db_int(act->actor), db_int(act->now));
}

enum err change_store_insert(const struct act *act, int64_t decision, int64_t position,
                             const struct change_new *change) {
  return db_exec(act->db, "insert into proposal_changes (decision_id, position, field, words) values ($1, $2, $3, $4)",
                 db_int(decision), db_int(position), db_text(change->field), db_text(change->text));
}

enum err change_store_of(const struct act *act, int64_t decision, struct change_new **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, "select field, words from proposal_changes where decision_id = $1 order by position", db_int(decision));
  struct change_new *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct change_new){db_column_text(&rows, 0, act->arena), db_column_text(&rows, 1, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err change_store_list(const struct act *act, int64_t proposal, struct change_item **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select c.id, c.decision_id, c.field, c.words, d.told_at is not null, d.at, c.answer, "
               "coalesce(a.preferred_name, a.name), c.answered_at, c.accepted_at from proposal_changes c "
               "join proposal_decisions d on d.id = c.decision_id left join people a on a.id = c.answered_by "
               "where d.proposal_id = $1 and d.kind <> 'recommendation' and d.taken_back_at is null order by c.id",
               db_int(proposal));
  return db_list(&rows, act->arena, read_change, out, count);
}

enum err change_store_answer(const struct act *act, int64_t id, const char *text) {
  return db_exec(act->db, "update proposal_changes set answer = $2, answered_by = $3, answered_at = $4 where id = $1",
                 db_int(id), db_text(text), db_int_or_null(act->actor), db_int(act->now));
}

enum err change_store_accept(const struct act *act, int64_t id, bool is_accepted) {
  return db_exec(act->db, "update proposal_changes set accepted_at = $2, accepted_by = $3 where id = $1", db_int(id),
                 db_int_or_null(is_accepted ? act->now : 0), db_int_or_null(is_accepted ? act->actor : 0));
}

enum err change_store_accept_answered(const struct act *act, int64_t proposal) {
  return db_exec(act->db,
                 "update proposal_changes set accepted_at = $2 where answered_at is not null and accepted_at is null "
                 "and decision_id in (select id from proposal_decisions where proposal_id = $1)",
                 db_int(proposal), db_int(act->now));
}

static enum err read_one_or_none(struct db_rows *rows, struct arena *arena, struct decision *out) {
  enum err err = db_one(rows, arena, read_decision, out);
  if (err != ERR_NOT_FOUND)
    return err;
  *out = (struct decision){0};
  return ERR_OK;
}

static void read_decision(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct decision *)row = (struct decision){
      .id = db_column_int(rows, 0),
      .proposal = db_column_int(rows, 1),
      .team = db_column_int(rows, 2),
      .round = db_column_int(rows, 3),
      .kind = (enum decision_kind)db_column_choice(rows, 4, decision_kind_names),
      .verdict = (enum verdict)db_column_choice(rows, 5, verdict_names),
      .comment = db_column_text(rows, 6, arena),
      .by = db_column_int(rows, 7),
      .by_name = db_column_text(rows, 8, arena),
      .at = db_column_int(rows, 9),
      .of_submission = db_column_int(rows, 10),
      .revise_until = db_column_int(rows, 11),
      .propose_anew_by = db_column_int(rows, 12),
      .told_at = db_column_int(rows, 13),
      .taken_back_at = db_column_int(rows, 14),
      .is_read = db_column_int(rows, 15) != 0,
  };
}

static void read_change(struct db_rows *rows, struct arena *arena, void *row) {
  struct change_item item = {.id = db_column_int(rows, 0),
                             .decision = db_column_int(rows, 1),
                             .field = db_column_text(rows, 2, arena),
                             .text = db_column_text(rows, 3, arena),
                             .is_told = db_column_int(rows, 4) != 0,
                             .asked_at = db_column_int(rows, 5),
                             .answer = db_column_text(rows, 6, arena),
                             .answered_by_name = db_column_text(rows, 7, arena),
                             .answered_at = db_column_int(rows, 8),
                             .accepted_at = db_column_int(rows, 9)};
  if (item.answered_at != 0)
    item.state = item.accepted_at != 0 ? CHANGE_ACCEPTED : CHANGE_ANSWERED;
  *(struct change_item *)row = item;
}
