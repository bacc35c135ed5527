// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/labs/lab_store.h"

static const char *const state_names[] = {"", "waiting", "offered", "seated", "expired", "withdrawn", "ended", NULL};

static void read_named(struct db_rows *rows, struct arena *arena, void *row);
static void read_entry(struct db_rows *rows, struct arena *arena, void *row);

enum err lab_store_counts(struct db *db, int64_t course, struct lab_counts *out) {
  struct db_rows rows DB_SCOPE = db_query(
      db,
      "select (select count(*) from placements where course_id = $1 and until_at is null and team_id is null), "
      "(select count(*) from lab_queue where course_id = $1 and state = 'offered'), "
      "(select count(*) from lab_queue where course_id = $1 and state = 'waiting')",
      db_int(course));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *out = (struct lab_counts){
      .seated = db_column_int(&rows, 0), .offers = db_column_int(&rows, 1), .waiting = db_column_int(&rows, 2)};
  return ERR_OK;
}

enum err lab_store_latest(struct db *db, int64_t course, int64_t person, struct queue_entry *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select id, person_id, state, asked_at, offer_expires_at, parked_at from lab_queue "
               "where course_id = $1 and person_id = $2 order by id desc limit 1",
               db_int(course), db_int(person));
  struct queue_entry found = {.person = person};
  enum err err = db_one(&rows, NULL, read_entry, &found);
  if (err != ERR_OK && err != ERR_NOT_FOUND)
    return err;
  *out = found;
  return ERR_OK;
}

enum err lab_store_entry(struct db *db, int64_t course, int64_t id, struct queue_entry *out) {
  struct db_rows rows DB_SCOPE = db_query(db,
                                          "select id, person_id, state, asked_at, offer_expires_at, parked_at from "
                                          "lab_queue where id = $1 and course_id = $2",
                                          db_int(id), db_int(course));
  return db_one(&rows, NULL, read_entry, out);
}

enum err lab_store_first(struct db *db, int64_t course, struct queue_entry *out) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select id, person_id, state, asked_at, offer_expires_at, parked_at from lab_queue "
               "where course_id = $1 and state = 'waiting' order by id limit 1",
               db_int(course));
  return db_one(&rows, NULL, read_entry, out);
}

enum err lab_store_place(struct db *db, int64_t course, int64_t id, int64_t *out) {
  return db_get_int(db, out, "select count(*) from lab_queue where course_id = $1 and state = 'waiting' and id <= $2",
                    db_int(course), db_int(id));
}

enum err lab_store_wait(const struct act *act, int64_t course, int64_t person, int64_t *id) {
  enum err err =
      db_exec(act->db, "insert into lab_queue (course_id, person_id, state, asked_at) values ($1, $2, 'waiting', $3)",
              db_int(course), db_int(person), db_int(act->now));
  if (err == ERR_OK)
    *id = db_last_id(act->db);
  return err;
}

enum err lab_store_offer(const struct act *act, int64_t id, int64_t expires_at) {
  return db_exec(act->db,
                 "update lab_queue set state = 'offered', offered_at = $1, offer_expires_at = $2 where id = $3",
                 db_int(act->now), db_int(expires_at), db_int(id));
}

enum err lab_store_end(const struct act *act, int64_t id, enum queue_state state) {
  return db_exec(act->db, "update lab_queue set state = $1, ended_at = $2 where id = $3", db_text(state_names[state]),
                 db_int(act->now), db_int(id));
}

enum err lab_store_end_all(const struct act *act, int64_t course) {
  return db_exec(act->db,
                 "update lab_queue set state = 'ended', ended_at = $2 "
                 "where course_id = $1 and state in ('waiting', 'offered')",
                 db_int(course), db_int(act->now));
}

enum err lab_store_park(const struct act *act, int64_t id) {
  return db_exec(act->db, "update lab_queue set state = 'withdrawn', ended_at = $1, parked_at = $1 where id = $2",
                 db_int(act->now), db_int(id));
}

enum err lab_store_return(const struct act *act, int64_t id, enum queue_state state) {
  return db_exec(act->db,
                 "update lab_queue set state = $1, ended_at = case when $1 = 'waiting' then null else $2 end, "
                 "offered_at = null, offer_expires_at = null, parked_at = null where id = $3",
                 db_text(state_names[state]), db_int(act->now), db_int(id));
}

enum err lab_store_list(struct db *db, struct arena *arena, int64_t course, enum queue_state state,
                        struct queue_entry **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      db,
      "select q.id, q.person_id, q.state, q.asked_at, q.offer_expires_at, q.parked_at, coalesce(h.preferred_name, "
      "h.name) "
      "from lab_queue q join people h on h.id = q.person_id where q.course_id = $1 and q.state = $2 order by q.id",
      db_int(course), db_text(state_names[state]));
  return db_list(&rows, arena, read_named, out, count);
}

enum err lab_store_waiting(struct db *db, struct arena *arena, int64_t course, int64_t after, int64_t limit,
                           struct queue_entry **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      db,
      "select q.id, q.person_id, q.state, q.asked_at, q.offer_expires_at, q.parked_at, coalesce(h.preferred_name, "
      "h.name) from lab_queue q join people h on h.id = q.person_id "
      "where q.course_id = $1 and q.state = 'waiting' and q.id > $2 order by q.id limit $3",
      db_int(course), db_int(after), db_int(limit));
  return db_list(&rows, arena, read_named, out, count);
}

enum err lab_store_seated(struct db *db, struct arena *arena, int64_t course, struct seated **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(db,
               "select p.person_id, coalesce(h.preferred_name, h.name), e.state = 'active' from placements p "
               "join people h on h.id = p.person_id "
               "join enrolments e on e.course_id = p.course_id and e.person_id = p.person_id "
               "where p.course_id = $1 and p.until_at is null and p.team_id is null order by p.id",
               db_int(course));
  struct seated *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = (struct seated){.person = db_column_int(&rows, 0),
                                   .name = db_column_text(&rows, 1, arena),
                                   .is_active = db_column_int(&rows, 2) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

static void read_named(struct db_rows *rows, struct arena *arena, void *row) {
  struct queue_entry *entry = row;
  read_entry(rows, arena, entry);
  entry->name = db_column_text(rows, 6, arena);
}

static void read_entry(struct db_rows *rows, struct arena *arena, void *row) {
  (void)arena;
  *(struct queue_entry *)row = (struct queue_entry){.id = db_column_int(rows, 0),
                                                    .person = db_column_int(rows, 1),
                                                    .state = (enum queue_state)db_column_choice(rows, 2, state_names),
                                                    .asked_at = db_column_int(rows, 3),
                                                    .offer_expires_at = db_column_int(rows, 4),
                                                    .parked_at = db_column_int(rows, 5)};
}
