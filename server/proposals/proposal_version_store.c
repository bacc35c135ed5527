// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/proposal_version_store.h"

// The columns that read_version expects, in its order.
#define VERSION_ROWS                                                                                                   \
  "select v.version, v.proposal_id, p.round, v.kind, v.state, v.by_id, coalesce(b.preferred_name, b.name), "           \
  "v.started_at, v.at, v.submission_id, v.counted_version, v.reason from proposal_versions v join proposals p on "     \
  "p.id = v.proposal_id "                                                                                              \
  "left join people b on b.id = v.by_id "

const char *const proposal_version_kind_names[] = {
    [VERSION_SAVED] = "saved",           [VERSION_SUBMITTED] = "submitted",   [VERSION_DECIDED] = "decided",
    [VERSION_TAKEN_BACK] = "taken back", [VERSION_BEGUN_ANEW] = "begun anew", NULL};

static void read_version(struct db_rows *rows, struct arena *arena, void *row);

enum err version_store_list(const struct act *act, int64_t course, int64_t team, const struct version_page *page,
                            struct proposal_version **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               VERSION_ROWS "where v.team_id = $1 and v.version < $2 and p.course_id = $3 and v.version <> $4 "
                            "and (v.kind <> 'taken back' or $5 = 1) order by v.version desc limit $6",
               db_int(team), db_int(page->below), db_int(course), db_int(page->without), db_int(page->with_taken_back),
               db_int(page->limit));
  return db_list(&rows, act->arena, read_version, out, count);
}

enum err version_store_insert(const struct act *act, int64_t team, const struct proposal_version *version) {
  return db_exec(act->db,
                 "insert into proposal_versions (team_id, version, proposal_id, kind, state, by_id, started_at, at, "
                 "submission_id, counted_version, reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                 db_int(team), db_int(version->version), db_int(version->proposal),
                 db_text(proposal_version_kind_names[version->kind]), db_text(proposal_state_names[version->state]),
                 db_int_or_null(version->by), db_int(version->started_at), db_int(version->at),
                 db_int_or_null(version->submission), db_int_or_null(version->counted), db_text(version->reason));
}

enum err version_store_touch(const struct act *act, int64_t team, int64_t version, int64_t at) {
  return db_exec(act->db, "update proposal_versions set at = $3 where team_id = $1 and version = $2", db_int(team),
                 db_int(version), db_int(at));
}

enum err version_store_take_back(const struct act *act, int64_t team, int64_t version) {
  return db_exec(act->db, "update proposal_versions set kind = 'taken back' where team_id = $1 and version = $2",
                 db_int(team), db_int(version));
}

enum err version_store_put(const struct act *act, int64_t proposal, int64_t version,
                           const struct proposal_entry *entry) {
  return db_exec(
      act->db,
      "insert into proposal_version_values (proposal_id, version, field, person_id, kind, value, file_id) "
      "values ($1, $2, $3, $4, $5, $6, $7) on conflict (proposal_id, field, coalesce(person_id, 0), version) "
      "do update set kind = excluded.kind, value = excluded.value, file_id = excluded.file_id",
      db_int(proposal), db_int(version), db_text(entry->field), db_int_or_null(entry->person), db_text(entry->kind),
      db_text(entry->value), db_int_or_null(entry->file));
}

enum err version_store_put_all(const struct act *act, int64_t proposal, int64_t version) {
  return db_exec(act->db,
                 "insert into proposal_version_values (proposal_id, version, field, person_id, kind, value, file_id) "
                 "select proposal_id, $2, field, person_id, kind, value, file_id from proposal_values "
                 "where proposal_id = $1",
                 db_int(proposal), db_int(version));
}

// Of each field the newest value up to that version. What is in time does not say what was saved too late, although
// that was written before it.
enum err version_store_entries(const struct act *act, const struct proposal_version *version,
                               struct proposal_entry **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select v.field, v.person_id, coalesce(w.preferred_name, w.name), v.kind, v.value, v.file_id, "
               "v.file_id is not null and not exists (select 1 from files f where f.id = v.file_id) "
               "from proposal_version_values v left join people w on w.id = v.person_id where v.proposal_id = $1 "
               "and v.version = (select max(x.version) from proposal_version_values x where x.proposal_id = $1 "
               "and x.field = v.field and coalesce(x.person_id, 0) = coalesce(v.person_id, 0) and x.version <= $2 "
               "and not exists (select 1 from proposal_versions o where o.proposal_id = $1 and o.version = x.version "
               "and o.kind = 'saved' and o.at > $3)) "
               "order by v.field, coalesce(v.person_id, 0)",
               db_int(version->proposal), db_int(version->version),
               db_int(version->kind == VERSION_SAVED ? version->at : INT64_MAX));
  struct proposal_entry *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct proposal_entry){.field = db_column_text(&rows, 0, act->arena),
                                           .person = db_column_int(&rows, 1),
                                           .person_name = db_column_text(&rows, 2, act->arena),
                                           .kind = db_column_text(&rows, 3, act->arena),
                                           .value = db_column_text(&rows, 4, act->arena),
                                           .file = db_column_int(&rows, 5),
                                           .is_file_gone = db_column_int(&rows, 6) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

static void read_version(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct proposal_version *)row = (struct proposal_version){
      .version = db_column_int(rows, 0),
      .proposal = db_column_int(rows, 1),
      .round = db_column_int(rows, 2),
      .kind = (enum proposal_version_kind)db_column_choice(rows, 3, proposal_version_kind_names),
      .state = (enum proposal_state)db_column_choice(rows, 4, proposal_state_names),
      .by = db_column_int(rows, 5),
      .by_name = db_column_text(rows, 6, arena),
      .started_at = db_column_int(rows, 7),
      .at = db_column_int(rows, 8),
      .submission = db_column_int(rows, 9),
      .counted = db_column_int(rows, 10),
      .reason = db_column_text(rows, 11, arena)};
}
