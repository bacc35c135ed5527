// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/enrolment_store.h"

// The columns that read_row expects, in its order.
#define ENROLMENT_ROWS                                                                                                 \
  "select e.person_id, coalesce(h.preferred_name, h.name), h.name, a.address, e.role, e.credit, e.is_audit_approved, " \
  "e.is_confidential, e.state = 'active', e.hold_until, e.sis_id, e.section, p.id, p.team_id, t.name, e.version "      \
  "from enrolments e join people h on h.id = e.person_id "                                                             \
  "left join addresses a on a.person_id = e.person_id and a.is_primary = 1 "                                           \
  "left join placements p on p.course_id = e.course_id and p.person_id = e.person_id and p.until_at is null "          \
  "left join teams t on t.id = p.team_id "

static void read_row(struct db_rows *rows, struct arena *arena, void *row);

enum err enrolment_store_get(struct db *db, struct arena *arena, int64_t course, int64_t person,
                             struct enrolment *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db, ENROLMENT_ROWS "where e.course_id = $1 and e.person_id = $2", db_int(course), db_int(person));
  return db_one(&rows, arena, read_row, out);
}

enum err enrolment_store_list(struct db *db, struct arena *arena, int64_t course, bool with_dropped,
                              struct enrolment **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(db,
                                          ENROLMENT_ROWS "where e.course_id = $1 and (e.state = 'active' or $2 = 1) "
                                                         "order by coalesce(h.preferred_name, h.name), e.person_id",
                                          db_int(course), db_int(with_dropped));
  return db_list(&rows, arena, read_row, out, count);
}

enum err enrolment_store_find_student(struct db *db, int64_t course, const char *address_key, int64_t team,
                                      int64_t *person) {
  return db_get_int(
      db, person,
      "select e.person_id from addresses a join enrolments e on e.course_id = $1 and e.person_id = a.person_id "
      "left join placements p on p.course_id = e.course_id and p.person_id = e.person_id and p.until_at is null "
      "where a.address_key = $2 and e.role = 'student' and e.state = 'active' "
      "and (e.is_confidential = 0 or p.team_id = $3)",
      db_int(course), db_text(address_key), db_int(team));
}

enum err enrolment_store_staff(struct db *db, struct arena *arena, int64_t course, int64_t **people, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(db,
                                          "select person_id from enrolments where course_id = $1 and role in ('staff', "
                                          "'instructor') and state = 'active' order by person_id",
                                          db_int(course));
  return db_ids(&rows, arena, people, count);
}

enum err enrolment_store_count_instructors(struct db *db, int64_t course, int64_t *out) {
  return db_get_int(db, out,
                    "select count(*) from enrolments where course_id = $1 and role = 'instructor' and state = 'active'",
                    db_int(course));
}

enum err enrolment_store_upsert(const struct act *act, int64_t course, int64_t person,
                                const struct enrolment_terms *terms) {
  return db_exec(
      act->db,
      "insert into enrolments (course_id, person_id, role, credit, sis_id, section, state, version, created_at) "
      "values ($1, $2, $3, $4, $5, $6, 'active', 1, $7) on conflict (course_id, person_id) do update set "
      "role = excluded.role, credit = excluded.credit, sis_id = coalesce(excluded.sis_id, enrolments.sis_id), "
      "section = coalesce(excluded.section, enrolments.section), state = 'active', dropped_at = null, hold_until = "
      "null, "
      "version = enrolments.version + 1",
      db_int(course), db_int(person), db_text(role_names[terms->role]), db_text(credit_names[terms->credit]),
      db_text(terms->sis_id), db_text(terms->section), db_int(act->now));
}

enum err enrolment_store_set_flags(const struct act *act, int64_t course, int64_t person, bool is_audit_approved,
                                   bool is_confidential) {
  return db_exec(act->db,
                 "update enrolments set is_audit_approved = $1, is_confidential = $2, version = version + 1 "
                 "where course_id = $3 and person_id = $4",
                 db_int(is_audit_approved), db_int(is_confidential), db_int(course), db_int(person));
}

enum err enrolment_store_drop(const struct act *act, int64_t course, int64_t person, int64_t hold_until) {
  return db_exec(act->db,
                 "update enrolments set state = 'dropped', dropped_at = $1, hold_until = $2, version = version + 1 "
                 "where course_id = $3 and person_id = $4 and state = 'active'",
                 db_int(act->now), db_int_or_null(hold_until), db_int(course), db_int(person));
}

enum err enrolment_store_end_hold(const struct act *act, int64_t course, int64_t person) {
  return db_exec(
      act->db, "update enrolments set hold_until = null, version = version + 1 where course_id = $1 and person_id = $2",
      db_int(course), db_int(person));
}

enum err enrolment_store_page(struct db *db, struct arena *arena, int64_t course, const struct enrolment_page *page,
                              struct enrolment **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               ENROLMENT_ROWS "where e.course_id = $1 and e.person_id > $2 and (e.state = 'active' or $3 = 1) "
                              "order by e.person_id limit $4",
               db_int(course), db_int(page->after), db_int(page->with_dropped), db_int(page->limit));
  return db_list(&rows, arena, read_row, out, count);
}

enum err enrolment_store_unplaced(struct db *db, struct arena *arena, int64_t course, const struct enrolment_page *page,
                                  struct enrolment **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               ENROLMENT_ROWS "where e.course_id = $1 and e.person_id > $2 and e.state = 'active' "
                              "and e.role = 'student' and p.id is null order by e.person_id limit $3",
               db_int(course), db_int(page->after), db_int(page->limit));
  return db_list(&rows, arena, read_row, out, count);
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct enrolment *)row = (struct enrolment){
      .person = db_column_int(rows, 0),
      .name = db_column_text(rows, 1, arena),
      .full_name = db_column_text(rows, 2, arena),
      .email = db_column_text(rows, 3, arena),
      .role = (enum role)db_column_choice(rows, 4, role_names),
      .credit = (enum credit)db_column_choice(rows, 5, credit_names),
      .is_audit_approved = db_column_int(rows, 6) != 0,
      .is_confidential = db_column_int(rows, 7) != 0,
      .is_active = db_column_int(rows, 8) != 0,
      .hold_until = db_column_int(rows, 9),
      .sis_id = db_column_text(rows, 10, arena),
      .section = db_column_text(rows, 11, arena),
      .is_seated = !db_column_is_null(rows, 12) && db_column_is_null(rows, 13),
      .team = db_column_int(rows, 13),
      .team_name = db_column_text(rows, 14, arena),
      .version = db_column_int(rows, 15),
  };
}
