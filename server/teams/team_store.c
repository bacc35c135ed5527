// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/team_store.h"

const char *const team_state_names[] = {"forming", "registered", "incomplete", "dissolved", NULL};

static void read_member(struct db_rows *rows, struct arena *arena, struct team_member *member);

enum err team_store_get(const struct act *act, int64_t course, int64_t team, struct team *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select id, course_id, name, state, contact_id, looking_for, gap_plan, registered_at, "
               "is_waived, waiver_reason, gap_since, gap_due, version, size_max from teams "
               "where id = $1 and course_id = $2",
               db_int(team), db_int(course));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *out = (struct team){.id = db_column_int(&rows, 0),
                       .course = db_column_int(&rows, 1),
                       .name = db_column_text(&rows, 2, act->arena),
                       .state = (enum team_state)db_column_choice(&rows, 3, team_state_names),
                       .contact = db_column_int(&rows, 4),
                       .looking_for = db_column_text(&rows, 5, act->arena),
                       .gap_plan = db_column_text(&rows, 6, act->arena),
                       .registered_at = db_column_int(&rows, 7),
                       .is_waived = db_column_int(&rows, 8) != 0,
                       .waiver_reason = db_column_text(&rows, 9, act->arena),
                       .gap_since = db_column_int(&rows, 10),
                       .gap_due = db_column_int(&rows, 11),
                       .version = db_column_int(&rows, 12),
                       .size_max = db_column_int(&rows, 13)};
  return ERR_OK;
}

enum err team_store_insert(const struct act *act, struct team *team, const char *name_key) {
  enum err err =
      db_exec(act->db,
              "insert into teams (course_id, name, name_key, state, contact_id, looking_for, version, created_at) "
              "values ($1, $2, $3, 'forming', $4, $5, 1, $6)",
              db_int(team->course), db_text(team->name), db_text(name_key), db_int(team->contact),
              db_text(team->looking_for), db_int(act->now));
  if (err != ERR_OK)
    return err;
  team->id = db_last_id(act->db);
  team->version = 1;
  return ERR_OK;
}

enum err team_store_update(const struct act *act, struct team *team, const char *name_key) {
  enum err err = db_exec(
      act->db,
      "update teams set name = $2, name_key = $3, state = $4, contact_id = $5, looking_for = $6, gap_plan = $7, "
      "registered_at = $8, is_waived = $9, waiver_reason = $10, gap_since = $11, gap_due = $12, size_max = $13, "
      "version = version + 1 where id = $1",
      db_int(team->id), db_text(team->name), db_text(name_key), db_text(team_state_names[team->state]),
      db_int(team->contact), db_text(team->looking_for), db_text(team->gap_plan), db_int_or_null(team->registered_at),
      db_int(team->is_waived), db_text(team->waiver_reason), db_int_or_null(team->gap_since),
      db_int_or_null(team->gap_due), db_int_or_null(team->size_max));
  if (err == ERR_OK)
    team->version++;
  return err;
}

enum err team_store_members(const struct act *act, const struct course_view *course, int64_t team,
                            struct team_members *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select h.id, p.from_at, coalesce(h.preferred_name, h.name), a.address, e.state = 'active', "
               "e.is_confidential, "
               "s.skill, s.level, s.counted_level from placements p "
               "join people h on h.id = p.person_id "
               "join enrolments e on e.course_id = $2 and e.person_id = h.id "
               "left join addresses a on a.person_id = h.id and a.is_primary = 1 "
               "left join card_skills s on s.course_id = $2 and s.person_id = h.id "
               "where p.team_id = $1 and p.until_at is null order by p.id",
               db_int(team), db_int(course->id));
  struct team_member *list = NULL;
  struct team_members members = {0};
  while (db_next(&rows)) { // a row for each skill of each member
    if (members.count == 0 || list[members.count - 1].person != db_column_int(&rows, 0)) {
      list = arena_more(act->arena, list, members.count, sizeof *list);
      read_member(&rows, act->arena, &list[members.count]);
      members.active += list[members.count].is_active;
      members.count++;
    }
    int skill = db_column_is_null(&rows, 6) ? NO_INDEX : course_skill(course->file, db_column_peek(&rows, 6));
    if (skill != NO_INDEX) {
      list[members.count - 1].levels[skill] = (int)db_column_int(&rows, 7);
      list[members.count - 1].counted[skill] = (int)db_column_int(&rows, 8);
    }
  }
  if (rows.err != ERR_OK)
    return rows.err;
  members.list = list;
  *out = members;
  return ERR_OK;
}

enum err team_store_list(const struct act *act, int64_t course, int64_t after, int64_t limit, struct team_listed **out,
                         size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select id, name, state, contact_id, looking_for, size_max from teams "
               "where course_id = $1 and id > $2 and state <> 'dissolved' order by id limit $3",
               db_int(course), db_int(after), db_int(limit));
  struct team_listed *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct team_listed){.id = db_column_int(&rows, 0),
                                        .name = db_column_text(&rows, 1, act->arena),
                                        .state = (enum team_state)db_column_choice(&rows, 2, team_state_names),
                                        .contact = db_column_int(&rows, 3),
                                        .looking_for = db_column_text(&rows, 4, act->arena),
                                        .size_max = db_column_int(&rows, 5)};
  }
  *out = list;
  *count = size;
  return rows.err;
}

enum err team_store_list_members(const struct act *act, int64_t course, int64_t first, int64_t last,
                                 struct team_listed_member **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select p.team_id, p.person_id, coalesce(h.preferred_name, h.name), e.is_confidential from teams t "
               "join placements p on p.team_id = t.id and p.until_at is null "
               "join people h on h.id = p.person_id "
               "join enrolments e on e.course_id = p.course_id and e.person_id = p.person_id "
               "where t.course_id = $1 and t.id >= $2 and t.id <= $3 order by t.id, p.id",
               db_int(course), db_int(first), db_int(last));
  struct team_listed_member *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct team_listed_member){.team = db_column_int(&rows, 0),
                                               .person = db_column_int(&rows, 1),
                                               .name = db_column_text(&rows, 2, act->arena),
                                               .is_confidential = db_column_int(&rows, 3) != 0};
  }
  *out = list;
  *count = size;
  return rows.err;
}

enum err team_store_unregistered(const struct act *act, int64_t course, int64_t **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select id from teams where course_id = $1 and state in ('forming', 'incomplete') order by id",
               db_int(course));
  return db_ids(&rows, act->arena, out, count);
}

enum err team_store_question(const struct act *act, int64_t team, int64_t person, struct member_question *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select asked_at, answered_at from member_questions where team_id = $1 and person_id = $2",
               db_int(team), db_int(person));
  struct member_question question = {0};
  if (db_next(&rows))
    question = (struct member_question){.asked_at = db_column_int(&rows, 0), .answered_at = db_column_int(&rows, 1)};
  if (rows.err == ERR_OK)
    *out = question;
  return rows.err;
}

enum err team_store_ask(const struct act *act, int64_t team, int64_t person) {
  return db_exec(act->db,
                 "insert into member_questions (team_id, person_id, asked_at) values ($1, $2, $3) "
                 "on conflict (team_id, person_id) do update set asked_at = excluded.asked_at, answered_at = null",
                 db_int(team), db_int(person), db_int(act->now));
}

enum err team_store_answer(const struct act *act, int64_t team, int64_t person) {
  return db_exec(act->db, "update member_questions set answered_at = $1 where team_id = $2 and person_id = $3",
                 db_int(act->now), db_int(team), db_int(person));
}

enum err team_store_forget_question(const struct act *act, int64_t team, int64_t person) {
  return db_exec(act->db, "delete from member_questions where team_id = $1 and person_id = $2", db_int(team),
                 db_int(person));
}

static void read_member(struct db_rows *rows, struct arena *arena, struct team_member *member) {
  *member = (struct team_member){.person = db_column_int(rows, 0),
                                 .from = db_column_int(rows, 1),
                                 .name = db_column_text(rows, 2, arena),
                                 .email = db_column_text(rows, 3, arena),
                                 .is_active = db_column_int(rows, 4) != 0,
                                 .is_confidential = db_column_int(rows, 5) != 0};
}
