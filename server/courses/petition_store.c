// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/petition_store.h"

#include <string.h>

enum { PARTNER_LIST_MAX = 100 };

// The columns that read_row expects, in its order.
#define PETITION_ROWS                                                                                                  \
  "select p.id, p.kind, p.person_id, p.team_id, p.other_id, p.size, p.message, p.state, p.asked_at, p.answered_at, "   \
  "p.answered_by, p.answer, p.is_instructors, p.partner_id, p.needs_consent, p.consent, p.consent_at, "                \
  "coalesce(h.preferred_name, h.name), t.name, coalesce(o.preferred_name, o.name), coalesce(b.preferred_name, "        \
  "b.name), p.milestone, p.until_at, (select e.is_confidential from enrolments e where e.course_id = p.course_id "     \
  "and e.person_id = p.other_id) from petitions p join people h on h.id = p.person_id left join teams t on t.id = "    \
  "p.team_id "                                                                                                         \
  "left join people o on o.id = p.other_id left join people b on b.id = p.answered_by "

const char *const petition_state_names[] = {"open", "granted", "declined", "withdrawn", NULL};

static const char *const consent_names[] = {
    [CONSENT_NOT_ASKED] = NULL, [CONSENT_ASKED] = NULL, [CONSENT_AGREED] = "agreed", [CONSENT_REFUSED] = "refused"};

static void read_row(struct db_rows *rows, struct arena *arena, void *row);
static enum petition_consent read_consent(struct db_rows *rows);

enum err petition_store_get(const struct act *act, int64_t course, int64_t id, struct petition *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, PETITION_ROWS "where p.id = $1 and p.course_id = $2", db_int(id), db_int(course));
  return db_one(&rows, act->arena, read_row, out);
}

enum err petition_store_insert(const struct act *act, int64_t course, struct petition *petition) {
  enum err err =
      db_exec(act->db,
              "insert into petitions (course_id, person_id, kind, team_id, other_id, size, message, state, "
              "is_instructors, partner_id, needs_consent, asked_at, milestone, until_at) "
              "values ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9, $10, $11, $12, $13)",
              db_int(course), db_int(petition->person), db_text(petition->kind), db_int_or_null(petition->wish.team),
              db_int_or_null(petition->wish.person), db_int_or_null(petition->wish.size), db_text(petition->message),
              db_int(petition->is_instructors), db_int_or_null(petition->partner), db_int(petition->needs_consent),
              db_int(act->now), db_text(petition->wish.milestone), db_int_or_null(petition->wish.until));
  if (err == ERR_OK)
    petition->id = db_last_id(act->db);
  return err;
}

enum err petition_store_count(const struct act *act, int64_t course, int64_t person, int64_t since, int64_t *open,
                              int64_t *made) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select coalesce(sum(case when state = 'open' then 1 else 0 end), 0), "
                                          "coalesce(sum(case when asked_at >= $3 then 1 else 0 end), 0) "
                                          "from petitions where course_id = $1 and person_id = $2",
                                          db_int(course), db_int(person), db_int(since));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *open = db_column_int(&rows, 0);
  *made = db_column_int(&rows, 1);
  return ERR_OK;
}

enum err petition_store_end(const struct act *act, int64_t id, enum petition_state state, const char *answer) {
  return db_exec(
      act->db, "update petitions set state = $2, answered_at = $3, answered_by = $4, answer = $5 where id = $1",
      db_int(id), db_text(petition_state_names[state]), db_int(act->now), db_int_or_null(act->actor), db_text(answer));
}

enum err petition_store_consent(const struct act *act, int64_t id, enum petition_consent consent) {
  return db_exec(act->db, "update petitions set consent = $2, consent_at = $3 where id = $1", db_int(id),
                 db_text(consent_names[consent]), db_int(act->now));
}

enum err petition_store_outbox_mark(const struct act *act, int64_t *out) {
  return db_get_int(act->db, out, "select coalesce(max(id), 0) from outbox");
}

enum err petition_store_take_told(const struct act *act, int64_t course, int64_t person, int64_t mark,
                                  struct petition_told *out) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select words, case when sent_at is null then coalesce(deliver_at, 0) else 0 "
                                          "end from outbox where person_id = $1 and id > $2 and course_id = $3 "
                                          "and is_secret = 0 and mail_id is null order by id",
                                          db_int(person), db_int(mark), db_int(course));
  struct petition_told told = {0};
  while (db_next(&rows)) {
    const char *words = db_column_text(&rows, 0, act->arena);
    int64_t at = db_column_int(&rows, 1);
    told.words = told.words == NULL ? words : arena_format(act->arena, "%s\n\n%s", told.words, words);
    if (at != 0 && (told.deliver_at == 0 || at < told.deliver_at))
      told.deliver_at = at;
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = told;
  return db_exec(act->db,
                 "delete from outbox where person_id = $1 and id > $2 and course_id = $3 and is_secret = 0 "
                 "and mail_id is null",
                 db_int(person), db_int(mark), db_int(course));
}

enum err petition_store_hasten(const struct act *act, int64_t deliver_at) {
  return db_exec(act->db, "update outbox set deliver_at = $2 where id = $1 and sent_at is null and deliver_at > $2",
                 db_int(db_last_id(act->db)), db_int(deliver_at));
}

enum err petition_store_deciders(const struct act *act, int64_t course, bool is_instructors, int64_t **people,
                                 size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select person_id from enrolments where course_id = $1 and state = 'active' "
                                          "and (role = 'instructor' or (role = 'staff' and $2 = 0)) order by person_id",
                                          db_int(course), db_int(is_instructors));
  return db_ids(&rows, act->arena, people, count);
}

enum err petition_store_open(const struct act *act, int64_t course, const struct petition_page *page,
                             struct petition **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, PETITION_ROWS "where p.course_id = $1 and p.state = 'open' and p.id > $2 order by p.id limit $3",
      db_int(course), db_int(page->from), db_int(page->limit));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err petition_store_closed(const struct act *act, int64_t course, const struct petition_page *page,
                               struct petition **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               PETITION_ROWS "where p.course_id = $1 and p.state <> 'open' and ($4 = '' or p.state = $4) "
                             "and p.id < $2 order by p.id desc limit $3",
               db_int(course), db_int(page->from), db_int(page->limit), db_text(page->state));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err petition_store_own(const struct act *act, int64_t course, const struct petition_page *page,
                            struct petition **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               PETITION_ROWS "where p.course_id = $1 and p.person_id = $5 and ($4 = '' or p.state = $4) "
                             "and p.id < $2 order by p.id desc limit $3",
               db_int(course), db_int(page->from), db_int(page->limit), db_text(page->state), db_int(act->actor));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err petition_store_of_milestone(const struct act *act, int64_t course, const char *milestone,
                                     struct petition **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, PETITION_ROWS "where p.course_id = $1 and p.state = 'open' and p.milestone = $2 order by p.id",
               db_int(course), db_text(milestone));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err petition_store_partner(const struct act *act, int64_t course, struct petition **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               PETITION_ROWS "where p.partner_id = $2 and p.course_id = $1 and p.state = 'open' "
                             "and p.consent is null order by p.id limit $3",
               db_int(course), db_int(act->actor), db_int(PARTNER_LIST_MAX));
  return db_list(&rows, act->arena, read_row, out, count);
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct petition *)row = (struct petition){
      .id = db_column_int(rows, 0),
      .kind = db_column_text(rows, 1, arena),
      .person = db_column_int(rows, 2),
      .wish = {.team = db_column_int(rows, 3),
               .person = db_column_int(rows, 4),
               .size = db_column_int(rows, 5),
               .milestone = db_column_text(rows, 21, arena),
               .until = db_column_int(rows, 22)},
      .message = db_column_text(rows, 6, arena),
      .state = (enum petition_state)db_column_choice(rows, 7, petition_state_names),
      .asked_at = db_column_int(rows, 8),
      .answered_at = db_column_int(rows, 9),
      .answered_by = db_column_int(rows, 10),
      .answer = db_column_text(rows, 11, arena),
      .is_instructors = db_column_int(rows, 12) != 0,
      .partner = db_column_int(rows, 13),
      .needs_consent = db_column_int(rows, 14) != 0,
      .consent = read_consent(rows),
      .consent_at = db_column_int(rows, 16),
      .person_name = db_column_text(rows, 17, arena),
      .team_name = db_column_text(rows, 18, arena),
      .other_name = db_column_text(rows, 19, arena),
      .answered_by_name = db_column_text(rows, 20, arena),
      .is_other_confidential = db_column_int(rows, 23) != 0,
  };
}

static enum petition_consent read_consent(struct db_rows *rows) {
  if (db_column_is_null(rows, 13))
    return CONSENT_NOT_ASKED;
  if (db_column_is_null(rows, 15))
    return CONSENT_ASKED;
  return strcmp(db_column_peek(rows, 15), consent_names[CONSENT_AGREED]) == 0 ? CONSENT_AGREED : CONSENT_REFUSED;
}
