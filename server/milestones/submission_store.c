// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/submission_store.h"

// The columns that read_row expects, in its order.
#define SUBMISSION_ROWS                                                                                                \
  "select s.id, s.milestone, s.team_id, s.person_id, s.version, s.by_id, s.at, s.judged_at, s.is_on_time, s.counts, "  \
  "s.chosen_at, s.is_staff_choice, s.choice_reason, s.withdrawn_at, s.accepted_at, s.link, s.code, s.reproduce, "      \
  "s.statement, coalesce(b.preferred_name, b.name), coalesce(t.name, h.preferred_name, h.name) "                       \
  "from submissions s left join people b on b.id = s.by_id left join teams t on t.id = s.team_id "                     \
  "left join people h on h.id = s.person_id "
// Of $1 the course, $2 the milestone, $3 and $4 the holder: as the unique indexes are written.
#define OF_HOLDER "course_id = $1 and milestone = $2 and coalesce(team_id, 0) = $3 and coalesce(person_id, 0) = $4 "

// Of $1 and $2 the ids, $3 the milestone, $4 and $5 the holder, or zeros.
#define OF_SPAN                                                                                                        \
  "where s.id between $1 and $2 and s.milestone = $3 and ((s.counts = 1 and $4 = 0 and $5 = 0) or "                    \
  "(coalesce(s.team_id, 0) = $4 and coalesce(s.person_id, 0) = $5)) "

static void read_row(struct db_rows *rows, struct arena *arena, void *row);
static enum err read_one(const struct act *act, struct db_rows *rows, struct submission *out);
static enum err fill_files(const struct act *act, struct submission *submission);

enum err submission_store_tally(const struct act *act, int64_t course, const char *milestone,
                                const struct holder *holder, struct submission_tally *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select coalesce(max(version), 0), "
               "coalesce(max(case when withdrawn_at is null then is_on_time end), 0), "
               "coalesce(max(case when counts = 1 then id end), 0), "
               "coalesce(max(case when counts = 1 then is_staff_choice end), 0), "
               "coalesce(max(case when accepted_at is not null then version end), 0) "
               "from submissions where " OF_HOLDER,
               db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *out = (struct submission_tally){.versions = db_column_int(&rows, 0),
                                   .has_on_time = db_column_int(&rows, 1) != 0,
                                   .counting = db_column_int(&rows, 2),
                                   .is_staff_choice = db_column_int(&rows, 3) != 0,
                                   .accepted = db_column_int(&rows, 4)};
  return ERR_OK;
}

enum err submission_store_insert(const struct act *act, int64_t course, struct submission *submission) {
  const struct submission_content *content = &submission->content;
  enum err err = db_exec(
      act->db,
      "insert into submissions (course_id, milestone, team_id, person_id, version, by_id, at, judged_at, "
      "is_on_time, counts, link, code, reproduce, statement) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
      db_int(course), db_text(submission->milestone), db_int_or_null(submission->holder.team),
      db_int_or_null(submission->holder.person), db_int(submission->version), db_int_or_null(submission->by),
      db_int(submission->at), db_int(submission->judged_at), db_int(submission->is_on_time), db_int(submission->counts),
      db_text(content->link), db_text(content->code), db_text(content->reproduce), db_text(content->statement));
  if (err == ERR_OK)
    submission->id = db_last_id(act->db);
  return err;
}

enum err submission_store_add_file(const struct act *act, int64_t submission, int64_t position, int64_t file) {
  return db_exec(act->db, "insert into submission_files (submission_id, position, file_id) values ($1, $2, $3)",
                 db_int(submission), db_int(position), db_int(file));
}

enum err submission_store_add_member(const struct act *act, int64_t submission, int64_t person) {
  return db_exec(act->db, "insert into submission_members (submission_id, person_id) values ($1, $2)",
                 db_int(submission), db_int(person));
}

enum err submission_store_get(const struct act *act, int64_t course, int64_t id, struct submission *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, SUBMISSION_ROWS "where s.id = $1 and s.course_id = $2", db_int(id), db_int(course));
  return read_one(act, &rows, out);
}

enum err submission_store_counting(const struct act *act, int64_t course, const char *milestone,
                                   const struct holder *holder, struct submission *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               SUBMISSION_ROWS "where s.course_id = $1 and s.milestone = $2 and coalesce(s.team_id, 0) = $3 "
                               "and coalesce(s.person_id, 0) = $4 and s.counts = 1",
               db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  return read_one(act, &rows, out);
}

enum err submission_store_versions(const struct act *act, int64_t course, const struct submission_page *page,
                                   struct submission **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               SUBMISSION_ROWS "where s.course_id = $1 and s.milestone = $2 and coalesce(s.team_id, 0) = $3 "
                               "and coalesce(s.person_id, 0) = $4 and s.id < $5 order by s.id desc limit $6",
               db_int(course), db_text(page->milestone), db_int(page->holder.team), db_int(page->holder.person),
               db_int(page->from), db_int(page->limit));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err submission_store_all(const struct act *act, int64_t course, const struct submission_page *page,
                              struct submission **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               SUBMISSION_ROWS "where s.course_id = $1 and s.milestone = $2 and s.counts = 1 and s.id > $3 "
                               "order by s.id limit $4",
               db_int(course), db_text(page->milestone), db_int(page->from), db_int(page->limit));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err submission_store_files(const struct act *act, const struct submission_span *span, struct submission_file **out,
                                size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select x.submission_id, f.id, f.name, f.media, f.sha256, f.bytes, f.uploaded_at "
      "from submissions s join submission_files x on x.submission_id = s.id join files f on f.id = x.file_id " OF_SPAN
      "order by x.submission_id, x.position",
      db_int(span->first), db_int(span->last), db_text(span->milestone), db_int(span->holder.team),
      db_int(span->holder.person));
  struct submission_file *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct submission_file){.submission = db_column_int(&rows, 0),
                                            .file = {.id = db_column_int(&rows, 1),
                                                     .name = db_column_text(&rows, 2, act->arena),
                                                     .media = db_column_text(&rows, 3, act->arena),
                                                     .sha256 = db_column_text(&rows, 4, act->arena),
                                                     .bytes = db_column_int(&rows, 5),
                                                     .uploaded_at = db_column_int(&rows, 6)}};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err submission_store_members(const struct act *act, const struct submission_span *span,
                                  struct submission_member **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select m.submission_id, m.person_id, coalesce(p.preferred_name, p.name) as name "
               "from submissions s join submission_members m on m.submission_id = s.id join people p on p.id = "
               "m.person_id " OF_SPAN "order by m.submission_id, name, p.id",
               db_int(span->first), db_int(span->last), db_text(span->milestone), db_int(span->holder.team),
               db_int(span->holder.person));
  struct submission_member *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct submission_member){db_column_int(&rows, 0), db_column_int(&rows, 1),
                                              db_column_text(&rows, 2, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err submission_store_choose(const struct act *act, int64_t course, const char *milestone,
                                 const struct holder *holder, const struct submission_choice *choice) {
  // In two statements: at most one counts, also between two rows of one update.
  enum err err = db_exec(act->db,
                         "update submissions set counts = 0, chosen_at = null, chosen_by = null, is_staff_choice = 0, "
                         "choice_reason = null where " OF_HOLDER "and counts = 1",
                         db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  if (err != ERR_OK || choice->id == 0)
    return err;
  return db_exec(act->db,
                 "update submissions set counts = 1, chosen_at = $2, chosen_by = $3, is_staff_choice = $4, "
                 "choice_reason = $5 where id = $1",
                 db_int(choice->id), db_int_or_null(choice->is_by_hand ? act->now : 0),
                 db_int_or_null(choice->is_by_hand ? act->actor : 0), db_int(choice->is_by_hand && choice->is_by_staff),
                 db_text(choice->reason));
}

enum err submission_store_by_rule(const struct act *act, int64_t course, const char *milestone,
                                  const struct holder *holder, int64_t *id) {
  enum err err = db_get_int(act->db, id,
                            "select id from submissions where " OF_HOLDER
                            "and withdrawn_at is null order by is_on_time desc, version desc limit 1",
                            db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  if (err == ERR_NOT_FOUND)
    *id = 0;
  return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err submission_store_was_on_time(const struct act *act, int64_t course, const struct submission *draft,
                                      bool *out) {
  int64_t found = 0;
  enum err err = db_get_int(act->db, &found,
                            "select exists (select 1 from submissions where " OF_HOLDER
                            "and judged_at = $5 and is_on_time = 1 and withdrawn_at is null)",
                            db_int(course), db_text(draft->milestone), db_int(draft->holder.team),
                            db_int(draft->holder.person), db_int(draft->judged_at));
  if (err == ERR_OK)
    *out = found != 0;
  return err;
}

enum err submission_store_withdraw(const struct act *act, int64_t id) {
  return db_exec(act->db,
                 "update submissions set withdrawn_at = $2, withdrawn_by = $3, counts = 0, chosen_at = null, "
                 "chosen_by = null, is_staff_choice = 0, choice_reason = null where id = $1",
                 db_int(id), db_int(act->now), db_int_or_null(act->actor));
}

enum err submission_store_accept(const struct act *act, int64_t id, bool is_accepted) {
  return db_exec(act->db, "update submissions set accepted_at = $2, accepted_by = $3 where id = $1", db_int(id),
                 db_int_or_null(is_accepted ? act->now : 0), db_int_or_null(is_accepted ? act->actor : 0));
}

static enum err read_one(const struct act *act, struct db_rows *rows, struct submission *out) {
  struct submission found;
  enum err err = db_one(rows, act->arena, read_row, &found);
  if (err == ERR_OK)
    err = fill_files(act, &found);
  if (err == ERR_OK)
    *out = found;
  return err;
}

static enum err fill_files(const struct act *act, struct submission *submission) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select file_id from submission_files where submission_id = $1 order by position",
               db_int(submission->id));
  int64_t *files = NULL;
  enum err err = db_ids(&rows, act->arena, &files, &submission->content.file_count);
  submission->content.files = files;
  return err;
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct submission *)row = (struct submission){
      .id = db_column_int(rows, 0),
      .milestone = db_column_text(rows, 1, arena),
      .holder = {.team = db_column_int(rows, 2), .person = db_column_int(rows, 3)},
      .version = db_column_int(rows, 4),
      .by = db_column_int(rows, 5),
      .at = db_column_int(rows, 6),
      .judged_at = db_column_int(rows, 7),
      .is_on_time = db_column_int(rows, 8) != 0,
      .counts = db_column_int(rows, 9) != 0,
      .chosen_at = db_column_int(rows, 10),
      .is_staff_choice = db_column_int(rows, 11) != 0,
      .choice_reason = db_column_text(rows, 12, arena),
      .withdrawn_at = db_column_int(rows, 13),
      .accepted_at = db_column_int(rows, 14),
      .content = {.link = db_column_text(rows, 15, arena),
                  .code = db_column_text(rows, 16, arena),
                  .reproduce = db_column_text(rows, 17, arena),
                  .statement = db_column_text(rows, 18, arena)},
      .by_name = db_column_text(rows, 19, arena),
      .holder_name = db_column_text(rows, 20, arena),
  };
}
