// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/invitation_store.h"

// The columns that read_row expects, in its order. Names by subqueries: most lists are empty and need not even open the
// tables that have them.
#define INVITATION_ROWS                                                                                                \
  "select i.id, i.course_id, i.team_id, i.person_id, i.direction = 'asked', i.message, i.made_by, i.state, "           \
  "i.created_at, i.expires_at, (select t.name from teams t where t.id = i.team_id), "                                  \
  "(select coalesce(h.preferred_name, h.name) from people h where h.id = i.person_id), "                               \
  "coalesce((select e.is_confidential from enrolments e where e.course_id = i.course_id "                              \
  "and e.person_id = i.person_id and not exists (select 1 from placements p where p.course_id = i.course_id "          \
  "and p.person_id = i.person_id and p.until_at is null and p.team_id = i.team_id)), 0) from invitations i "

const char *const invitation_state_names[] = {"open", "accepted", "declined", "withdrawn", "lapsed", NULL};

static void read_row(struct db_rows *rows, struct arena *arena, void *row);
static enum err read_one(struct db_rows *rows, struct arena *arena, struct invitation *out);

enum err invitation_store_get(const struct act *act, int64_t course, int64_t id, struct invitation *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, INVITATION_ROWS "where i.id = $1 and i.course_id = $2", db_int(id), db_int(course));
  return read_one(&rows, act->arena, out);
}

enum err invitation_store_find(const struct act *act, int64_t team, int64_t person, struct invitation *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, INVITATION_ROWS "where i.team_id = $1 and i.person_id = $2 and i.state = 'open'", db_int(team),
               db_int(person));
  return read_one(&rows, act->arena, out);
}

enum err invitation_store_insert(const struct act *act, struct invitation *invitation) {
  enum err err =
      db_exec(act->db,
              "insert into invitations (course_id, team_id, person_id, direction, message, made_by, state, created_at, "
              "expires_at) values ($1, $2, $3, $4, $5, $6, 'open', $7, $8)",
              db_int(invitation->course), db_int(invitation->team), db_int(invitation->person),
              db_text(invitation->is_request ? "asked" : "invited"), db_text(invitation->message),
              db_int(invitation->made_by), db_int(invitation->created_at), db_int(invitation->expires_at));
  if (err == ERR_OK)
    invitation->id = db_last_id(act->db);
  return err;
}

enum err invitation_store_set_state(const struct act *act, int64_t id, enum invitation_state state) {
  return db_exec(act->db, "update invitations set state = $1, answered_at = $2 where id = $3",
                 db_text(invitation_state_names[state]), db_int(act->now), db_int(id));
}

enum err invitation_store_end_all(const struct act *act, int64_t course) {
  return db_exec(act->db,
                 "update invitations set state = 'lapsed', answered_at = $2 "
                 "where team_id in (select id from teams where course_id = $1) and state = 'open'",
                 db_int(course), db_int(act->now));
}

enum err invitation_store_of_person(const struct act *act, int64_t course, int64_t person, struct invitation **out,
                                    size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, INVITATION_ROWS "where i.course_id = $1 and i.person_id = $2 and i.state = 'open' order by i.id",
      db_int(course), db_int(person));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err invitation_store_page(const struct act *act, int64_t course, int64_t person, int64_t after, int64_t limit,
                               struct invitation **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               INVITATION_ROWS "where i.course_id = $1 and i.person_id = $2 and i.state = 'open' and i.id > $3 "
                               "order by i.id limit $4",
               db_int(course), db_int(person), db_int(after), db_int(limit));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err invitation_store_of_team(const struct act *act, int64_t team, struct invitation **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, INVITATION_ROWS "where i.team_id = $1 and i.state = 'open' order by i.id", db_int(team));
  return db_list(&rows, act->arena, read_row, out, count);
}

enum err invitation_store_count_made(const struct act *act, int64_t course, const struct invitation *like,
                                     int64_t since, int64_t *out) {
  return db_get_int(act->db, out,
                    "select count(*) from invitations where course_id = $1 and person_id = $2 and made_by = $3 and "
                    "created_at > $4 and ($5 = 0 or (team_id = $6 and direction = 'asked'))",
                    db_int(course), db_int(like->person), db_int(act->actor), db_int(since), db_int(like->is_request),
                    db_int(like->team));
}

static void read_row(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct invitation *)row =
      (struct invitation){.id = db_column_int(rows, 0),
                          .course = db_column_int(rows, 1),
                          .team = db_column_int(rows, 2),
                          .person = db_column_int(rows, 3),
                          .is_request = db_column_int(rows, 4) != 0,
                          .message = db_column_text(rows, 5, arena),
                          .made_by = db_column_int(rows, 6),
                          .state = (enum invitation_state)db_column_choice(rows, 7, invitation_state_names),
                          .created_at = db_column_int(rows, 8),
                          .expires_at = db_column_int(rows, 9),
                          .team_name = db_column_text(rows, 10, arena),
                          .person_name = db_column_text(rows, 11, arena),
                          .is_confidential = db_column_int(rows, 12) != 0};
}

static enum err read_one(struct db_rows *rows, struct arena *arena, struct invitation *out) {
  return db_one(rows, arena, read_row, out);
}
