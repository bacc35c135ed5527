// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/search_store.h"

// The columns that both scans begin with.
#define SEARCH_COLUMNS                                                                                                 \
  "select e.person_id, coalesce(h.preferred_name, h.name), e.role, e.state = 'active', p.team_id, t.name"
#define SEARCH_TABLES                                                                                                  \
  " from enrolments e join people h on h.id = e.person_id "                                                            \
  "left join placements p on p.course_id = e.course_id and p.person_id = e.person_id and p.until_at is null "          \
  "left join teams t on t.id = p.team_id "

enum { COLUMN_NAME = 1, COLUMN_TEAM = 4, COLUMN_TEAM_NAME = 5, COLUMN_FULL_NAME = 6, COLUMN_EMAIL = 7 };

static struct db_rows scan_for_staff(const struct act *act, int64_t course);
static struct db_rows scan_for_students(const struct act *act, const struct course_view *course);

struct search_scan search_store_people(const struct act *act, const struct course_view *course) {
  bool is_for_staff = course_is_staff(course);
  return (struct search_scan){.rows = is_for_staff ? scan_for_staff(act, course->id) : scan_for_students(act, course),
                              .is_for_staff = is_for_staff};
}

bool search_store_next(struct search_scan *scan, struct search_row *out) {
  if (!db_next(&scan->rows))
    return false;
  *out = (struct search_row){
      .person = db_column_int(&scan->rows, 0), .texts = {db_column_peek(&scan->rows, COLUMN_NAME)}, .text_count = 1};
  if (scan->is_for_staff)
    for (; out->text_count < SEARCH_TEXTS_MAX; out->text_count++)
      out->texts[out->text_count] = db_column_peek(&scan->rows, COLUMN_FULL_NAME + (int)out->text_count - 1);
  return true;
}

struct search_person search_store_person(struct search_scan *scan, struct arena *arena) {
  struct db_rows *rows = &scan->rows;
  return (struct search_person){
      .person = db_column_int(rows, 0),
      .name = db_column_text(rows, COLUMN_NAME, arena),
      .role = db_column_text(rows, 2, arena),
      .is_active = db_column_int(rows, 3) != 0,
      .team = db_column_int(rows, COLUMN_TEAM),
      .team_name = db_column_text(rows, COLUMN_TEAM_NAME, arena),
      .email = scan->is_for_staff ? db_column_text(rows, COLUMN_EMAIL, arena) : NULL,
  };
}

enum err search_store_end(struct search_scan *scan) {
  enum err err = scan->rows.err;
  db_rows_end(&scan->rows);
  return err;
}

enum err search_store_teams(const struct act *act, int64_t course, struct search_team **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select id, name, state from teams where course_id = $1 and state <> 'dissolved' order by id",
               db_int(course));
  struct search_team *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct search_team){.team = db_column_int(&rows, 0),
                                        .name = db_column_text(&rows, 1, act->arena),
                                        .state = db_column_text(&rows, 2, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

static struct db_rows scan_for_staff(const struct act *act, int64_t course) {
  return db_query(act->db,
                  SEARCH_COLUMNS ", h.name, a.address, l.login, e.sis_id, e.section" SEARCH_TABLES
                                 "left join addresses a on a.person_id = e.person_id and a.is_primary = 1 "
                                 "left join logins l on l.person_id = e.person_id where e.course_id = $1",
                  db_int(course));
}

// That a member has dropped is not theirs to find out, so the place counts, not the enrolment.
static struct db_rows scan_for_students(const struct act *act, const struct course_view *course) {
  return db_query(act->db,
                  SEARCH_COLUMNS SEARCH_TABLES
                  "where e.course_id = $1 and (e.person_id = $2 or ($3 <> 0 and p.team_id = $3) "
                  "or (e.is_confidential = 0 and (p.team_id is not null "
                  "or (e.state = 'active' and (e.role <> 'student' or (p.id is null and exists "
                  "(select 1 from info_cards c where c.course_id = e.course_id and c.person_id = e.person_id "
                  "and c.is_seeking = 1)))))))",
                  db_int(course->id), db_int(act->actor), db_int(course->team));
}
