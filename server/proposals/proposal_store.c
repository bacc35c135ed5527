// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_store.h"

// The columns that read_proposal expects, in its order.
#define PROPOSAL_ROWS                                                                                                  \
  "select p.id, p.team_id, p.round, p.state, p.submitted_at, p.decided_at, p.revise_until, p.propose_anew_by, "        \
  "p.previous_id, p.judged_at, p.version, p.decided_from, "                                                            \
  "p.course_id from proposals p "
// The columns that read_entry expects.
#define ENTRY_ROWS                                                                                                     \
  "select v.field, v.person_id, coalesce(w.preferred_name, w.name), v.kind, v.value, v.version, v.by_id, "             \
  "coalesce(b.preferred_name, b.name), v.at, v.file_id, v.file_id is not null and not exists (select 1 from files f "  \
  "where f.id = v.file_id) from proposal_values v left join people w on w.id = v.person_id "                           \
  "left join people b on b.id = v.by_id "

static void read_proposal(struct db_rows *rows, struct arena *arena, void *row);
static void read_entry(struct db_rows *rows, struct arena *arena, void *row);

enum err proposal_store_get(const struct act *act, int64_t course, int64_t id, struct proposal *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, PROPOSAL_ROWS "where p.id = $1 and p.course_id = $2", db_int(id), db_int(course));
  return db_one(&rows, act->arena, read_proposal, out);
}

enum err proposal_store_newest(const struct act *act, int64_t course, int64_t team, struct proposal *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, PROPOSAL_ROWS "where p.team_id = $1 and p.course_id = $2 order by p.round desc limit 1",
               db_int(team), db_int(course));
  return db_one(&rows, act->arena, read_proposal, out);
}

enum err proposal_store_insert(const struct act *act, int64_t course, struct proposal *proposal) {
  enum err err = db_exec(act->db,
                         "insert into proposals (course_id, team_id, round, previous_id, state, version, judged_at, "
                         "created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
                         db_int(course), db_int(proposal->team), db_int(proposal->round),
                         db_int_or_null(proposal->previous), db_text(proposal_state_names[proposal->state]),
                         db_int(proposal->version), db_int_or_null(proposal->judged_at), db_int(act->now));
  if (err == ERR_OK)
    proposal->id = db_last_id(act->db);
  return err;
}

enum err proposal_store_update(const struct act *act, const struct proposal *proposal) {
  const char *from = proposal->decided_at == 0 ? NULL : proposal_state_names[proposal->decided_from];
  return db_exec(act->db,
                 "update proposals set state = $2, decided_from = $3, version = $4, submitted_at = $5, judged_at = $6, "
                 "decided_at = $7, revise_until = $8, propose_anew_by = $9 where id = $1",
                 db_int(proposal->id), db_text(proposal_state_names[proposal->state]), db_text(from),
                 db_int(proposal->version), db_int_or_null(proposal->submitted_at), db_int_or_null(proposal->judged_at),
                 db_int_or_null(proposal->decided_at), db_int_or_null(proposal->revise_until),
                 db_int_or_null(proposal->propose_anew_by));
}

enum err proposal_store_entries(const struct act *act, int64_t proposal, struct proposal_entry **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, ENTRY_ROWS "where v.proposal_id = $1 order by v.field, coalesce(v.person_id, 0)", db_int(proposal));
  return db_list(&rows, act->arena, read_entry, out, count);
}

enum err proposal_store_entry(const struct act *act, int64_t proposal, const char *field, int64_t person,
                              struct proposal_entry *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, ENTRY_ROWS "where v.proposal_id = $1 and v.field = $2 and coalesce(v.person_id, 0) = $3",
               db_int(proposal), db_text(field), db_int(person));
  enum err err = db_one(&rows, act->arena, read_entry, out);
  if (err != ERR_NOT_FOUND)
    return err;
  *out = (struct proposal_entry){.field = field, .person = person};
  return ERR_OK;
}

enum err proposal_store_names(const struct act *act, int64_t team, int64_t file, bool *out) {
  int64_t found = 0;
  enum err err = db_get_int(act->db, &found,
                            "select exists (select 1 from proposals p join proposal_values v on v.proposal_id = p.id "
                            "where p.team_id = $1 and v.file_id = $2)",
                            db_int(team), db_int(file));
  if (err == ERR_OK)
    *out = found != 0;
  return err;
}

enum err proposal_store_put(const struct act *act, int64_t proposal, const struct proposal_entry *entry) {
  return db_exec(
      act->db,
      "insert into proposal_values (proposal_id, field, person_id, kind, value, file_id, version, by_id, at) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (proposal_id, field, coalesce(person_id, 0)) "
      "do update set kind = excluded.kind, value = excluded.value, file_id = excluded.file_id, version = "
      "excluded.version, "
      "by_id = excluded.by_id, at = excluded.at",
      db_int(proposal), db_text(entry->field), db_int_or_null(entry->person), db_text(entry->kind),
      db_text(entry->value), db_int_or_null(entry->file), db_int(entry->version), db_int_or_null(entry->by),
      db_int(entry->at));
}

enum err proposal_store_prefill(const struct act *act, int64_t from, int64_t to) {
  return db_exec(
      act->db,
      "insert into proposal_values (proposal_id, field, person_id, kind, value, file_id, version, by_id, at) "
      "select $2, field, person_id, kind, value, file_id, 1, by_id, at from proposal_values where proposal_id = $1",
      db_int(from), db_int(to));
}

static void read_proposal(struct db_rows *rows, struct arena *arena, void *row) {
  (void)arena;
  *(struct proposal *)row =
      (struct proposal){.id = db_column_int(rows, 0),
                        .course = db_column_int(rows, 12),
                        .team = db_column_int(rows, 1),
                        .round = db_column_int(rows, 2),
                        .state = (enum proposal_state)db_column_choice(rows, 3, proposal_state_names),
                        .submitted_at = db_column_int(rows, 4),
                        .decided_at = db_column_int(rows, 5),
                        .revise_until = db_column_int(rows, 6),
                        .propose_anew_by = db_column_int(rows, 7),
                        .previous = db_column_int(rows, 8),
                        .judged_at = db_column_int(rows, 9),
                        .version = db_column_int(rows, 10),
                        .decided_from = (enum proposal_state)db_column_choice(rows, 11, proposal_state_names)};
}

static void read_entry(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct proposal_entry *)row = (struct proposal_entry){.field = db_column_text(rows, 0, arena),
                                                          .person = db_column_int(rows, 1),
                                                          .person_name = db_column_text(rows, 2, arena),
                                                          .kind = db_column_text(rows, 3, arena),
                                                          .value = db_column_text(rows, 4, arena),
                                                          .version = db_column_int(rows, 5),
                                                          .by = db_column_int(rows, 6),
                                                          .by_name = db_column_text(rows, 7, arena),
                                                          .at = db_column_int(rows, 8),
                                                          .file = db_column_int(rows, 9),
                                                          .is_file_gone = db_column_int(rows, 10) != 0};
}
