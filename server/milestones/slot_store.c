// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/slot_store.h"

#include "server/courses/task.h"

// By person $2; what somebody held who is of the staff no more is the instructors'.
#define IS_HELD                                                                                                        \
  "(s.staff_id = $2 or (not exists (select 1 from enrolments g where g.course_id = s.course_id and g.person_id = "     \
  "s.staff_id and g.state = 'active' and g.role <> 'student') and exists (select 1 from enrolments g where "           \
  "g.course_id = s.course_id and g.person_id = $2 and g.state = 'active' and g.role = 'instructor')))"
// Of a booking b.
#define LIVE                                                                                                           \
  "b.ended_at is null and (exists (select 1 from teams lt where lt.id = b.team_id and lt.state = 'registered') "       \
  "or exists (select 1 from placements lp where lp.course_id = b.course_id and lp.person_id = b.person_id "            \
  "and lp.until_at is null and lp.team_id is null))"
#define TAKEN "(select count(*) from slot_bookings b where b.slot_id = s.id and " LIVE ")"
#define COLUMNS                                                                                                        \
  "s.id, s.milestone, s.staff_id, s.place, s.starts_at, s.ends_at - s.starts_at, s.capacity, " TAKEN                   \
  ", s.cancelled_at, coalesce(h.preferred_name, h.name)"

static void slot_from(struct db_rows *rows, struct arena *arena, void *row);

enum err slot_store_get(const struct act *act, int64_t course, int64_t id, struct slot *out) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select " COLUMNS " from slots s join people h on h.id = s.staff_id "
                                          "where s.id = $1 and s.course_id = $2",
                                          db_int(id), db_int(course));
  return db_one(&rows, act->arena, slot_from, out);
}

enum err slot_store_insert(const struct act *act, int64_t course, struct slot *slot) {
  enum err err = db_exec(act->db,
                         "insert into slots (course_id, milestone, staff_id, place, starts_at, ends_at, capacity, "
                         "offered_by, offered_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                         db_int(course), db_text(slot->milestone), db_int(slot->staff), db_text(slot->place),
                         db_int(slot->starts), db_int(slot->starts + slot->length_seconds), db_int(slot->capacity),
                         db_int_or_null(act->actor), db_int(act->now));
  if (err == ERR_OK)
    slot->id = db_last_id(act->db);
  return err;
}

enum err slot_store_overlap(const struct act *act, int64_t staff, int64_t from, int64_t until, int64_t *starts) {
  return db_get_int(act->db, starts,
                    "select coalesce(min(starts_at), 0) from slots where staff_id = $1 and cancelled_at is null "
                    "and starts_at < $3 and ends_at > $2",
                    db_int(staff), db_int(from), db_int(until));
}

enum err slot_store_list(const struct act *act, int64_t course, const struct slot_page *page, struct slot **out,
                         size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select " COLUMNS " from slots s join people h on h.id = s.staff_id where s.course_id = $1 and s.milestone = $2 "
      "and (s.starts_at > coalesce((select a.starts_at from slots a where a.id = $3), -1) "
      "or (s.starts_at = (select a.starts_at from slots a where a.id = $3) and s.id > $3)) "
      "and ($4 = 0 or (s.cancelled_at is null and s.starts_at > $5 and " TAKEN " < s.capacity) "
      "or exists (select 1 from slot_bookings m where m.slot_id = s.id and m.ended_at is null "
      "and coalesce(m.team_id, 0) = $6 and coalesce(m.person_id, 0) = $7)) order by s.starts_at, s.id limit $8",
      db_int(course), db_text(page->milestone), db_int(page->after), db_int(page->is_free_only ? 1 : 0),
      db_int(act->now), db_int(page->holder.team), db_int(page->holder.person), db_int(page->limit));
  return db_list(&rows, act->arena, slot_from, out, count);
}

enum err slot_store_set_place(const struct act *act, int64_t id, const char *place) {
  return db_exec(act->db, "update slots set place = $2 where id = $1", db_int(id), db_text(place));
}

enum err slot_store_cancel(const struct act *act, int64_t id, const char *reason) {
  return db_exec(act->db, "update slots set cancelled_at = $2, cancelled_by = $3, cancel_reason = $4 where id = $1",
                 db_int(id), db_int(act->now), db_int_or_null(act->actor), db_text(reason));
}

enum err slot_store_booking(const struct act *act, int64_t course, const char *milestone, const struct holder *holder,
                            struct slot_booking *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select b.id, b.slot_id, b.booked_at from slot_bookings b where b.course_id = $1 and b.milestone = $2 "
               "and coalesce(b.team_id, 0) = $3 and coalesce(b.person_id, 0) = $4 and " LIVE,
               db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  *out = (struct slot_booking){.holder = *holder};
  if (!db_next(&rows))
    return rows.err;
  out->id = db_column_int(&rows, 0);
  out->slot = db_column_int(&rows, 1);
  out->booked_at = db_column_int(&rows, 2);
  return ERR_OK;
}

enum err slot_store_is_free_choice(const struct act *act, int64_t course, const char *milestone,
                                   const struct holder *holder, bool *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select case when ended_as = 'cancelled' then 1 else 0 end from slot_bookings where course_id = $1 "
               "and milestone = $2 and coalesce(team_id, 0) = $3 and coalesce(person_id, 0) = $4 "
               "order by id desc limit 1",
               db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  *out = db_next(&rows) && db_column_int(&rows, 0) != 0;
  return rows.err;
}

enum err slot_store_bookings(const struct act *act, int64_t course, const char *milestone, int64_t slot,
                             struct slot_booking **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select b.id, b.slot_id, b.team_id, b.person_id, coalesce(t.name, h.preferred_name, h.name), "
               "b.booked_at from slot_bookings b left join teams t on t.id = b.team_id "
               "left join people h on h.id = b.person_id where b.course_id = $1 and b.milestone = $2 "
               "and ($3 = 0 or b.slot_id = $3) and " LIVE " order by b.slot_id, b.id",
               db_int(course), db_text(milestone), db_int(slot));
  struct slot_booking *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct slot_booking){.id = db_column_int(&rows, 0),
                                         .slot = db_column_int(&rows, 1),
                                         .holder = {.team = db_column_int(&rows, 2), .person = db_column_int(&rows, 3)},
                                         .name = db_column_text(&rows, 4, act->arena),
                                         .booked_at = db_column_int(&rows, 5)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err slot_store_book(const struct act *act, int64_t course, const struct slot *slot, const struct holder *holder) {
  return db_exec(act->db,
                 "insert into slot_bookings (slot_id, course_id, milestone, team_id, person_id, booked_by, booked_at) "
                 "values ($1, $2, $3, $4, $5, $6, $7)",
                 db_int(slot->id), db_int(course), db_text(slot->milestone), db_int_or_null(holder->team),
                 db_int_or_null(holder->person), db_int_or_null(act->actor), db_int(act->now));
}

enum err slot_store_end(const struct act *act, int64_t booking, enum slot_end how) {
  static const char *const names[] = {
      [SLOT_END_MOVED] = "moved", [SLOT_END_GIVEN_UP] = "given up", [SLOT_END_CANCELLED] = "cancelled"};
  return db_exec(act->db, "update slot_bookings set ended_at = $2, ended_as = $3 where id = $1", db_int(booking),
                 db_int(act->now), db_text(names[how]));
}

enum err slot_store_lapse(const struct act *act, int64_t slot) {
  return db_exec(act->db,
                 "update slot_bookings set ended_at = $2, ended_as = 'lapsed' where slot_id = $1 and ended_at is null "
                 "and id not in (select b.id from slot_bookings b where b.slot_id = $1 and " LIVE ")",
                 db_int(slot), db_int(act->now));
}

enum err slot_store_offered(const struct act *act, int64_t course, struct slot_offered **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select o.milestone, count(*), sum(o.is_free), sum(o.is_free and o.starts_at - $2 >= $3) from "
               "(select s.milestone as milestone, s.starts_at, case when s.starts_at > $2 and " TAKEN " < s.capacity "
               "then 1 else 0 end as is_free from slots s where s.course_id = $1 and s.cancelled_at is null) o "
               "group by o.milestone order by o.milestone",
               db_int(course), db_int(act->now), db_int(SLOT_MOVE_UNTIL_SECONDS));
  struct slot_offered *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct slot_offered){.milestone = db_column_text(&rows, 0, act->arena),
                                         .offered = db_column_int(&rows, 1),
                                         .free = db_column_int(&rows, 2),
                                         .bookable = db_column_int(&rows, 3)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err slot_store_booked(const struct act *act, int64_t course, const struct holder *holder, struct slot **out,
                           size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select " COLUMNS " from slot_bookings m join slots s on s.id = m.slot_id "
               "join people h on h.id = s.staff_id where m.course_id = $1 and coalesce(m.team_id, 0) = $2 "
               "and coalesce(m.person_id, 0) = $3 and m.ended_at is null order by s.starts_at, s.id",
               db_int(course), db_int(holder->team), db_int(holder->person));
  return db_list(&rows, act->arena, slot_from, out, count);
}

enum err slot_store_coming(const struct act *act, int64_t course, int64_t until, struct slot **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select " COLUMNS " from slots s join people h on h.id = s.staff_id where s.course_id = $1 "
               "and " IS_HELD " and s.cancelled_at is null and s.ends_at > $3 and s.starts_at <= $4 and " TAKEN
               " > 0 order by s.starts_at, s.id limit $5",
               db_int(course), db_int(act->actor), db_int(act->now), db_int(until), db_int(TASKS_OF_A_KIND_MAX));
  return db_list(&rows, act->arena, slot_from, out, count);
}

enum err slot_store_held(const struct act *act, int64_t course, struct slot **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select " COLUMNS " from slots s join people h on h.id = s.staff_id where s.course_id = $1 "
               "and s.staff_id = $2 and s.cancelled_at is null order by s.starts_at, s.id",
               db_int(course), db_int(act->actor));
  return db_list(&rows, act->arena, slot_from, out, count);
}

enum err slot_store_unrecorded(const struct act *act, int64_t course, struct slot **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select " COLUMNS " from slots s join people h on h.id = s.staff_id where s.course_id = $1 and " IS_HELD
      " and s.cancelled_at is null and s.ends_at <= $3 and exists (select 1 from slot_bookings b join placements p "
      "on p.course_id = b.course_id and coalesce(p.team_id, 0) = coalesce(b.team_id, 0) "
      "and (b.team_id is not null or p.person_id = b.person_id) join enrolments e on e.course_id = p.course_id "
      "and e.person_id = p.person_id where b.slot_id = s.id and p.until_at is null and p.from_at <= s.starts_at "
      "and e.state = 'active' and not exists (select 1 from check_in_results r where r.course_id = p.course_id "
      "and r.person_id = p.person_id and r.milestone = s.milestone) and not exists (select 1 from excusals x "
      "where x.course_id = p.course_id and x.milestone = s.milestone and x.is_excused = 1 "
      "and (x.person_id = p.person_id or x.team_id = p.team_id)) and " LIVE ") "
      "order by s.starts_at, s.id limit $4",
      db_int(course), db_int(act->actor), db_int(act->now), db_int(TASKS_OF_A_KIND_MAX));
  return db_list(&rows, act->arena, slot_from, out, count);
}

static void slot_from(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct slot *)row = (struct slot){.id = db_column_int(rows, 0),
                                      .milestone = db_column_text(rows, 1, arena),
                                      .staff = db_column_int(rows, 2),
                                      .place = db_column_text(rows, 3, arena),
                                      .starts = db_column_int(rows, 4),
                                      .length_seconds = db_column_int(rows, 5),
                                      .capacity = db_column_int(rows, 6),
                                      .taken = db_column_int(rows, 7),
                                      .cancelled_at = db_column_int(rows, 8),
                                      .staff_name = db_column_text(rows, 9, arena)};
}
