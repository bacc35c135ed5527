// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/announcement_store.h"

enum { DAY_SECONDS = 86400 };

// The columns that read_row expects, in its order.
#define ANNOUNCEMENT_ROWS                                                                                              \
  "select a.id, a.audience, a.track, a.milestone, a.team_id, a.subject, a.words, a.is_urgent, a.also_to, a.send_at, "  \
  "a.sent_at, a.cancelled_at, a.recipients, a.by_id, coalesce(p.preferred_name, p.name), a.version "                   \
  "from announcements a left join people p on p.id = a.by_id "

static void read_row(struct db_rows *rows, struct arena *arena, void *row);

enum err announcement_store_insert(const struct act *act, int64_t course, struct announcement *announcement) {
  enum err err = db_exec(
      act->db,
      "insert into announcements (course_id, by_id, audience, track, milestone, team_id, subject, words, is_urgent, "
      "also_to, send_at, created_at, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)",
      db_int(course), db_int_or_null(act->actor), db_text(announcement_audience_names[announcement->audience]),
      db_text(announcement->track), db_text(announcement->milestone), db_int_or_null(announcement->team),
      db_text(announcement->subject), db_text(announcement->words), db_int(announcement->is_urgent),
      db_text(announcement->also_to), db_int(announcement->send_at), db_int(act->now));
  if (err == ERR_OK)
    announcement->id = db_last_id(act->db);
  return err;
}

enum err announcement_store_update(const struct act *act, const struct announcement *announcement) {
  return db_exec(
      act->db,
      "update announcements set audience = $2, track = $3, milestone = $4, team_id = $5, subject = $6, words = $7, "
      "is_urgent = $8, also_to = $9, send_at = $10, sent_at = $11, cancelled_at = $12, recipients = $13, "
      "by_id = $14, version = version + 1 where id = $1",
      db_int(announcement->id), db_text(announcement_audience_names[announcement->audience]),
      db_text(announcement->track), db_text(announcement->milestone), db_int_or_null(announcement->team),
      db_text(announcement->subject), db_text(announcement->words), db_int(announcement->is_urgent),
      db_text(announcement->also_to), db_int(announcement->send_at), db_int_or_null(announcement->sent_at),
      db_int_or_null(announcement->cancelled_at),
      announcement->sent_at == 0 ? db_null() : db_int(announcement->recipients), db_int_or_null(announcement->by));
}

enum err announcement_store_get(const struct act *act, int64_t course, int64_t id, struct announcement *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, ANNOUNCEMENT_ROWS "where a.course_id = $1 and a.id = $2", db_int(course), db_int(id));
  return db_one(&rows, act->arena, read_row, out);
}

enum err announcement_store_add_person(const struct act *act, int64_t id, int64_t person) {
  return db_exec(act->db, "insert into announcement_people (person_id, announcement_id) values ($1, $2)",
                 db_int(person), db_int(id));
}

enum err announcement_store_count_planned(const struct act *act, int64_t course, int64_t *out) {
  return db_get_int(act->db, out,
                    "select count(*) from announcements where course_id = $1 and sent_at is null "
                    "and cancelled_at is null",
                    db_int(course));
}

enum err announcement_store_count_near(const struct act *act, int64_t course, int64_t except, int64_t at, int64_t *all,
                                       int64_t *to_addresses) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select count(*), count(also_to) from announcements where course_id = $1 and "
               "send_at > $2 and send_at < $3 and id <> $4 and cancelled_at is null",
               db_int(course), db_int(at - DAY_SECONDS), db_int(at + DAY_SECONDS), db_int(except));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *all = db_column_int(&rows, 0);
  *to_addresses = db_column_int(&rows, 1);
  return ERR_OK;
}

enum err announcement_store_planned(const struct act *act, int64_t course, int64_t **ids, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select id from announcements where course_id = $1 and sent_at is null "
                                          "and cancelled_at is null order by id",
                                          db_int(course));
  return db_ids(&rows, act->arena, ids, count);
}

enum err announcement_store_list(const struct act *act, int64_t course, const struct announcement_reader *reader,
                                 struct announcement **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      ANNOUNCEMENT_ROWS
      "where a.course_id = $1 and ($2 = 0 or a.id = $2) and ($3 = 0 or (a.send_at, a.id) < "
      "((select x.send_at from announcements x where x.id = $3 and x.course_id = $1), $3)) "
      "and ($4 = 1 or (a.sent_at is not null and (a.audience = 'everybody' or (a.audience = 'track' and a.track = $5) "
      "or (a.audience = 'team' and a.team_id = $6) or exists (select 1 from announcement_people r "
      "where r.person_id = $7 and r.announcement_id = a.id)))) order by a.send_at desc, a.id desc limit $8",
      db_int(course), db_int(reader->only), db_int(reader->after), db_int(reader->is_staff), db_text(reader->track),
      db_int(reader->team), db_int(reader->person), db_int(reader->limit));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err announcement_store_everybody(const struct act *act, int64_t course, int64_t **people, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select person_id from enrolments where course_id = $1 and state = 'active' order by person_id",
               db_int(course));
  return db_ids(&rows, act->arena, people, count);
}

enum err announcement_store_placed(const struct act *act, int64_t course, bool is_seated, int64_t **people,
                                   size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select e.person_id from enrolments e join placements p on p.course_id = e.course_id and p.person_id = "
               "e.person_id and p.until_at is null where e.course_id = $1 and e.state = 'active' and "
               "e.role = 'student' and (p.team_id is null) = $2 order by e.person_id",
               db_int(course), db_int(is_seated));
  return db_ids(&rows, act->arena, people, count);
}

enum err announcement_store_members(const struct act *act, int64_t course, int64_t team, int64_t **people,
                                    size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select e.person_id from enrolments e join placements p on p.course_id = e.course_id and p.person_id = "
               "e.person_id and p.until_at is null where e.course_id = $1 and e.state = 'active' and p.team_id = $2 "
               "order by e.person_id",
               db_int(course), db_int(team));
  return db_ids(&rows, act->arena, people, count);
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct announcement *)row = (struct announcement){
      .id = db_column_int(rows, 0),
      .audience = (enum announcement_audience)db_column_choice(rows, 1, announcement_audience_names),
      .track = db_column_text(rows, 2, arena),
      .milestone = db_column_text(rows, 3, arena),
      .team = db_column_int(rows, 4),
      .subject = db_column_text(rows, 5, arena),
      .words = db_column_text(rows, 6, arena),
      .is_urgent = db_column_int(rows, 7) != 0,
      .also_to = db_column_text(rows, 8, arena),
      .send_at = db_column_int(rows, 9),
      .sent_at = db_column_int(rows, 10),
      .cancelled_at = db_column_int(rows, 11),
      .recipients = db_column_int(rows, 12),
      .by = db_column_int(rows, 13),
      .by_name = db_column_text(rows, 14, arena),
      .version = db_column_int(rows, 15)};
}
