// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/event_store.h"

#include <string.h>

#include "server/accounts/api_token.h"
#include "server/courses/course_state.h"
#include "server/courses/enrolment.h"

static struct db_rows query_holders(struct db *db, int64_t course, const struct event_subject *subject);
static bool is_noun(const struct event_subject *subject, const char *noun);
static void add_id(struct arena *arena, int64_t **ids, size_t *count, int64_t id);
static struct db_rows query_standing(struct db *db, const struct stream *stream, int64_t now);

enum err event_store_rows(struct db *db, struct arena *arena, int64_t course, int64_t from, int64_t to,
                          struct event_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db, "select seq, kind, subject from audit where course_id = $1 and seq > $2 and seq <= $3 order by seq",
               db_int(course), db_int(from), db_int(to));
  struct event_row *list = arena_array(arena, (size_t)(to - from), sizeof *list);
  size_t size = 0;
  while (db_next(&rows) && size < (size_t)(to - from))
    list[size++] = (struct event_row){.seq = db_column_int(&rows, 0),
                                      .kind = db_column_text(&rows, 1, arena),
                                      .subject = db_column_text(&rows, 2, arena)};
  *out = list;
  *count = size;
  return rows.err;
}

enum err event_store_details(struct db *db, struct arena *arena, int64_t course, int64_t seq, const char **before,
                             const char **after) {
  struct db_rows rows DB_SCOPE = db_query(
      db, "select before, after from audit_details where course_id = $1 and seq = $2", db_int(course), db_int(seq));
  bool is_there = db_next(&rows);
  *before = is_there ? db_column_text(&rows, 0, arena) : NULL;
  *after = is_there ? db_column_text(&rows, 1, arena) : NULL;
  return rows.err;
}

enum err event_store_holders(struct db *db, struct arena *arena, int64_t course, const struct event_subject *subject,
                             struct event_holders *out) {
  *out = (struct event_holders){.is_everybody = is_noun(subject, "milestone")};
  if (is_noun(subject, "person") && subject->number != 0)
    add_id(arena, &out->people, &out->people_count, subject->number);
  else if (is_noun(subject, "team") && subject->number != 0)
    add_id(arena, &out->teams, &out->team_count, subject->number);
  else if (subject->number != 0) {
    struct db_rows rows DB_SCOPE = query_holders(db, course, subject);
    while (rows.db != NULL && db_next(&rows)) {
      int64_t person = db_column_int(&rows, 0);
      int64_t team = db_column_int(&rows, 1);
      if (person != 0)
        add_id(arena, &out->people, &out->people_count, person);
      if (team != 0)
        add_id(arena, &out->teams, &out->team_count, team);
      // An extension of neither is everybody's (migration 0010).
      out->is_everybody = person == 0 && team == 0 && is_noun(subject, "extension");
    }
    return rows.err;
  }
  return ERR_OK;
}

enum err event_store_is_guarded(struct db *db, int64_t team, bool *out) {
  int64_t count = 0;
  enum err err = db_get_int(db, &count,
                            "select count(*) from placements p join enrolments e on e.course_id = p.course_id "
                            "and e.person_id = p.person_id where p.team_id = $1 and e.is_confidential = 1",
                            db_int(team));
  *out = count > 0;
  return err;
}

enum err event_store_standing(struct db *db, const struct stream *stream, int64_t now, struct course_view *out) {
  if (stream->is_operator) {
    *out = (struct course_view){.id = stream->course, .role = ROLE_INSTRUCTOR};
    return ERR_OK;
  }
  struct db_rows rows DB_SCOPE = query_standing(db, stream, now);
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct course_view){.id = stream->course,
                              .state = course_state_from(db_column_peek(&rows, 0)),
                              .role = (enum role)db_column_choice(&rows, 1, role_names),
                              .team = db_column_int(&rows, 2)};
  bool lacks_staff = stream->token != 0 && (db_column_int(&rows, 3) & SCOPE_STAFF) == 0;
  if (course_state_hides(out) || (lacks_staff && course_is_staff(out)))
    return ERR_NOT_FOUND;
  return ERR_OK;
}

// Columns person_id and team_id; no rows of a noun that is nobody's.
static struct db_rows query_holders(struct db *db, int64_t course, const struct event_subject *subject) {
  struct db_value id = db_int(subject->number), in_course = db_int(course);
  if (is_noun(subject, "invitation"))
    return db_query(db, "select person_id, team_id from invitations where id = $1 and course_id = $2", id, in_course);
  if (is_noun(subject, "proposal"))
    return db_query(db, "select null, team_id from proposals where id = $1 and course_id = $2", id, in_course);
  if (is_noun(subject, "submission"))
    return db_query(db, "select person_id, team_id from submissions where id = $1 and course_id = $2", id, in_course);
  if (is_noun(subject, "file"))
    return db_query(db, "select owner_id, team_id from files where id = $1 and course_id = $2", id, in_course);
  if (is_noun(subject, "extension"))
    return db_query(db, "select person_id, team_id from extensions where id = $1 and course_id = $2", id, in_course);
  if (is_noun(subject, "slot"))
    return db_query(db,
                    "select person_id, team_id from slot_bookings "
                    "where slot_id = $1 and course_id = $2 and ended_at is null",
                    id, in_course);
  if (is_noun(subject, "request"))
    return db_query(db,
                    "select person_id, null from petitions where id = $1 and course_id = $2 union all "
                    "select partner_id, null from petitions where id = $1 and course_id = $2",
                    id, in_course);
  return (struct db_rows){0};
}

static bool is_noun(const struct event_subject *subject, const char *noun) { return strcmp(subject->noun, noun) == 0; }

static void add_id(struct arena *arena, int64_t **ids, size_t *count, int64_t id) {
  *ids = arena_grow(arena, *ids, *count, *count + 1, sizeof **ids);
  (*ids)[(*count)++] = id;
}

static struct db_rows query_standing(struct db *db, const struct stream *stream, int64_t now) {
  struct db_value person = db_int(stream->person), course = db_int(stream->course), at = db_int(now);
  if (stream->token != 0)
    return db_query(db,
                    "select c.state, e.role, p.team_id, t.scopes from api_tokens t join people o on o.id = t.person_id "
                    "join enrolments e on e.course_id = $2 and e.person_id = t.person_id "
                    "join courses c on c.id = e.course_id left join placements p on p.course_id = e.course_id "
                    "and p.person_id = e.person_id and p.until_at is null "
                    "where t.id = $1 and t.person_id = $3 and t.expires_at > $4 and o.is_disabled = 0 "
                    "and e.state = 'active'",
                    db_int(stream->token), course, person, at);
  return db_query(db,
                  "select c.state, e.role, p.team_id from sessions s join people o on o.id = s.person_id "
                  "join enrolments e on e.course_id = $2 and e.person_id = s.person_id "
                  "join courses c on c.id = e.course_id left join placements p on p.course_id = e.course_id "
                  "and p.person_id = e.person_id and p.until_at is null "
                  "where s.id = $1 and s.person_id = $3 and s.expires_at > $4 and o.is_disabled = 0 "
                  "and e.state = 'active'",
                  db_int(stream->session), course, person, at);
}
