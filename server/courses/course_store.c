// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/course_store.h"

#include "server/courses/course_state.h"
#include "server/courses/enrolment.h"

// Of id, slug, title, version, the reader's role or null, state.
static void read_course(struct db_rows *rows, struct arena *arena, void *row);

enum err course_store_standing(struct db *db, const char *slug, int64_t person, struct course_standing *out) {
  struct db_rows rows DB_SCOPE = db_query(
      db,
      "select c.id, c.syllabus_version, coalesce(h.seq, 0), coalesce(i.seq, 0), e.role, e.credit, e.is_audit_approved, "
      "e.state = 'active', e.version, p.id, p.team_id, c.state "
      "from courses c left join audit_heads h on h.course_id = c.id left join audit_heads i on i.course_id = 0 "
      "left join enrolments e on e.course_id = c.id and e.person_id = $1 "
      "left join placements p on p.course_id = c.id and p.person_id = $1 and p.until_at is null "
      "where c.slug = $2",
      db_int(person), db_text(slug));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct course_standing){
      .id = db_column_int(&rows, 0),
      .version = db_column_int(&rows, 1),
      .counter = db_column_int(&rows, 2),
      .installation_counter = db_column_int(&rows, 3),
      .role = (enum role)db_column_choice(&rows, 4, role_names),
      .credit = (enum credit)db_column_choice(&rows, 5, credit_names),
      .is_audit_approved = db_column_int(&rows, 6) != 0,
      .is_enrolled = db_column_int(&rows, 7) != 0,
      .enrolment_version = db_column_int(&rows, 8),
      .is_placed = !db_column_is_null(&rows, 9),
      .team = db_column_int(&rows, 10),
      .state = course_state_from(db_column_peek(&rows, 11)),
  };
  return ERR_OK;
}

enum err course_store_syllabus(struct db *db, struct arena *arena, int64_t course, int64_t version, const char **out) {
  struct db_rows rows DB_SCOPE = db_query(db, "select syllabus from courses where id = $1 and syllabus_version = $2",
                                          db_int(course), db_int(version));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = db_column_text(&rows, 0, arena);
  return ERR_OK;
}

enum err course_store_get(struct db *db, struct arena *arena, int64_t course, struct course_row *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db, "select id, slug, title, syllabus_version, null, state from courses where id = $1", db_int(course));
  return db_one(&rows, arena, read_course, out);
}

enum err course_store_drafts(struct db *db, int64_t person, int64_t *count) {
  return db_get_int(db, count,
                    "select count(*) from enrolments e join courses c on c.id = e.course_id where e.person_id = $1 "
                    "and e.role = 'instructor' and e.state = 'active' and c.state = 'draft'",
                    db_int(person));
}

enum err course_store_find(struct db *db, const char *slug, int64_t *course) {
  return db_get_int(db, course, "select id from courses where slug = $1", db_text(slug));
}

enum err course_store_list(struct db *db, struct arena *arena, int64_t person, const struct course_page *page,
                           struct course_row **out, size_t *count) {
  const char *after = page->after == NULL ? "" : page->after;
  if (person == 0) {
    struct db_rows all DB_SCOPE = db_query(
        db, "select id, slug, title, syllabus_version, null, state from courses where slug > $1 order by slug limit $2",
        db_text(after), db_int(page->limit));
    return db_list(&all, arena, read_course, out, count);
  }
  struct db_rows rows DB_SCOPE = db_query(
      db,
      "select c.id, c.slug, c.title, c.syllabus_version, e.role, c.state "
      "from enrolments e join courses c on c.id = e.course_id "
      "where e.person_id = $1 and e.state = 'active' and (c.state <> 'draft' or e.role <> 'student') and c.slug > $2 "
      "order by c.slug limit $3",
      db_int(person), db_text(after), db_int(page->limit));
  return db_list(&rows, arena, read_course, out, count);
}

enum err course_store_insert(const struct act *act, struct course_row *row, const char *syllabus) {
  row->version = 1;
  enum err err = db_exec(
      act->db,
      "insert into courses (slug, title, syllabus, syllabus_version, created_at, state) values ($1, $2, $3, 1, $4, $5)",
      db_text(row->slug), db_text(row->title), db_text(syllabus), db_int(act->now), db_text(row->state));
  if (err == ERR_OK)
    row->id = db_last_id(act->db);
  return err;
}

enum err course_store_set_state(struct db *db, int64_t course, const char *state) {
  return db_exec(db, "update courses set state = $2 where id = $1", db_int(course), db_text(state));
}

enum err course_store_count_students(struct db *db, int64_t course, int64_t *out) {
  return db_get_int(db, out,
                    "select count(*) from enrolments where course_id = $1 and role = 'student' and state = 'active'",
                    db_int(course));
}

enum err course_store_change(struct db *db, const struct course_row *row, const char *syllabus) {
  return db_exec(db, "update courses set title = $2, syllabus = $3, syllabus_version = $4 where id = $1",
                 db_int(row->id), db_text(row->title), db_text(syllabus), db_int(row->version));
}

static void read_course(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct course_row *)row = (struct course_row){.id = db_column_int(rows, 0),
                                                  .slug = db_column_text(rows, 1, arena),
                                                  .title = db_column_text(rows, 2, arena),
                                                  .version = db_column_int(rows, 3),
                                                  .role = db_column_text(rows, 4, arena),
                                                  .state = db_column_text(rows, 5, arena)};
}
