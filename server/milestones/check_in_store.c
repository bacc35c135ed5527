// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_store.h"

#include "common/base/text.h"

enum err check_in_store_update(const struct act *act, int64_t course, const char *milestone,
                               const struct holder *holder, struct check_in_update *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select u.done, u.next, u.blocked, u.version, u.by_id, coalesce(h.preferred_name, h.name), u.at, "
               "u.first_at from check_in_updates u join people h on h.id = u.by_id where u.course_id = $1 "
               "and u.milestone = $2 and coalesce(u.team_id, 0) = $3 and coalesce(u.person_id, 0) = $4",
               db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  *out = (struct check_in_update){.holder = *holder, .done = "", .next = "", .blocked = ""};
  if (!db_next(&rows))
    return rows.err;
  out->done = db_column_text(&rows, 0, act->arena);
  out->next = db_column_text(&rows, 1, act->arena);
  out->blocked = db_column_text(&rows, 2, act->arena);
  out->version = db_column_int(&rows, 3);
  out->by = db_column_int(&rows, 4);
  out->by_name = db_column_text(&rows, 5, act->arena);
  out->at = db_column_int(&rows, 6);
  out->first_at = db_column_int(&rows, 7);
  return ERR_OK;
}

enum err check_in_store_put_update(const struct act *act, int64_t course, const char *milestone,
                                   const struct check_in_update *update) {
  if (update->version > 0)
    return db_exec(act->db,
                   "update check_in_updates set done = $5, next = $6, blocked = $7, version = version + 1, by_id = $8, "
                   "at = $9 where course_id = $1 and milestone = $2 and coalesce(team_id, 0) = $3 "
                   "and coalesce(person_id, 0) = $4",
                   db_int(course), db_text(milestone), db_int(update->holder.team), db_int(update->holder.person),
                   db_text(update->done), db_text(update->next), db_text(update->blocked), db_int(act->actor),
                   db_int(act->now));
  return db_exec(
      act->db,
      "insert into check_in_updates (course_id, milestone, team_id, person_id, done, next, blocked, version, "
      "by_id, at, first_at) values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $9)",
      db_int(course), db_text(milestone), db_int_or_null(update->holder.team), db_int_or_null(update->holder.person),
      db_text(update->done), db_text(update->next), db_text(update->blocked), db_int(act->actor), db_int(act->now));
}

enum err check_in_store_note(const struct act *act, int64_t course, const char *milestone, int64_t team,
                             const char **out) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select note from check_in_notes where course_id = $1 and milestone = $2 "
                                          "and person_id = $3 and coalesce(team_id, 0) = $4",
                                          db_int(course), db_text(milestone), db_int(act->actor), db_int(team));
  *out = db_next(&rows) ? db_column_text(&rows, 0, act->arena) : "";
  return rows.err;
}

enum err check_in_store_put_note(const struct act *act, int64_t course, const char *milestone, int64_t team,
                                 const char *note) {
  enum err err = db_exec(act->db,
                         "delete from check_in_notes where course_id = $1 and milestone = $2 and person_id = $3 "
                         "and coalesce(team_id, 0) = $4",
                         db_int(course), db_text(milestone), db_int(act->actor), db_int(team));
  if (err != ERR_OK || note[0] == '\0')
    return err;
  return db_exec(act->db,
                 "insert into check_in_notes (course_id, milestone, person_id, team_id, note, at) "
                 "values ($1, $2, $3, $4, $5, $6)",
                 db_int(course), db_text(milestone), db_int(act->actor), db_int_or_null(team), db_text(note),
                 db_int(act->now));
}

enum err check_in_store_get(const struct act *act, int64_t course, const char *milestone, const struct holder *holder,
                            struct check_in_row *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select id, notes, risk, version from check_ins where course_id = $1 and milestone = $2 "
               "and coalesce(team_id, 0) = $3 and coalesce(person_id, 0) = $4",
               db_int(course), db_text(milestone), db_int(holder->team), db_int(holder->person));
  *out = (struct check_in_row){.notes = ""};
  if (!db_next(&rows))
    return rows.err;
  out->id = db_column_int(&rows, 0);
  out->notes = db_column_text(&rows, 1, act->arena);
  if (!db_column_is_null(&rows, 2))
    out->risk = (enum check_in_risk)(1 + db_column_choice(&rows, 2, check_in_risk_names));
  out->version = db_column_int(&rows, 3);
  return ERR_OK;
}

enum err check_in_store_put(const struct act *act, int64_t course, const char *milestone, const struct holder *holder,
                            const struct check_in_row *row) {
  const char *risk = row->risk == CHECK_IN_NO_RISK_SAID ? NULL : check_in_risk_names[row->risk - 1];
  if (row->id != 0)
    return db_exec(act->db,
                   "update check_ins set notes = $2, risk = $3, version = version + 1, by_id = $4, at = $5 "
                   "where id = $1",
                   db_int(row->id), db_text(row->notes), db_text(risk), db_int_or_null(act->actor), db_int(act->now));
  return db_exec(act->db,
                 "insert into check_ins (course_id, milestone, team_id, person_id, notes, risk, version, by_id, at) "
                 "values ($1, $2, $3, $4, $5, $6, 1, $7, $8)",
                 db_int(course), db_text(milestone), db_int_or_null(holder->team), db_int_or_null(holder->person),
                 db_text(row->notes), db_text(risk), db_int_or_null(act->actor), db_int(act->now));
}

enum err check_in_store_result(const struct act *act, int64_t course, const char *milestone, int64_t person,
                               enum check_in_state *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select state from check_in_results where course_id = $1 and person_id = $2 and milestone = $3",
               db_int(course), db_int(person), db_text(milestone));
  *out = db_next(&rows) ? (enum check_in_state)db_column_choice(&rows, 0, check_in_state_names) : CHECK_IN_NONE;
  return rows.err;
}

enum err check_in_store_results(const struct act *act, int64_t course, int64_t person, struct check_in_result_of **out,
                                size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select milestone, state from check_in_results where course_id = $1 and person_id = $2",
               db_int(course), db_int(person));
  struct check_in_result_of *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct check_in_result_of){.milestone = db_column_text(&rows, 0, act->arena),
                                    .state = (enum check_in_state)db_column_choice(&rows, 1, check_in_state_names)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err check_in_store_put_result(const struct act *act, int64_t course, const char *milestone, int64_t person,
                                   enum check_in_state state) {
  if (state == CHECK_IN_NONE)
    return db_exec(act->db, "delete from check_in_results where course_id = $1 and person_id = $2 and milestone = $3",
                   db_int(course), db_int(person), db_text(milestone));
  return db_exec(act->db,
                 "insert into check_in_results (course_id, milestone, person_id, state, by_id, at) "
                 "values ($1, $2, $3, $4, $5, $6) on conflict (course_id, person_id, milestone) "
                 "do update set state = excluded.state, by_id = excluded.by_id, at = excluded.at",
                 db_int(course), db_text(milestone), db_int(person), db_text(check_in_state_names[state]),
                 db_int_or_null(act->actor), db_int(act->now));
}

enum err check_in_store_is_member(const struct act *act, int64_t course, int64_t team, int64_t person, int64_t at,
                                  bool *out) {
  int64_t count = 0;
  enum err err = db_get_int(act->db, &count,
                            "select count(*) from placements where course_id = $1 and team_id = $2 and person_id = $3 "
                            "and is_undone = 0 and (until_at is null or (from_at <= $4 and until_at > $4))",
                            db_int(course), db_int(team), db_int(person), db_int(at));
  *out = count > 0;
  return err;
}

enum err check_in_store_open_follow_up(const struct act *act, int64_t course, const char *milestone,
                                       const struct holder *holder, const char *words) {
  return db_exec(act->db,
                 "insert into follow_ups (course_id, team_id, person_id, milestone, words, opened_by, opened_at) "
                 "values ($1, $2, $3, $4, $5, $6, $7)",
                 db_int(course), db_int_or_null(holder->team), db_int_or_null(holder->person), db_text(milestone),
                 db_text(words), db_int_or_null(act->actor), db_int(act->now));
}

enum err check_in_store_close_follow_up(const struct act *act, int64_t course, const struct holder *holder, int64_t id,
                                        bool *known) {
  int64_t count = 0;
  const struct holder any = {0};
  const struct holder *of = holder == NULL ? &any : holder;
  enum err err = db_get_int(act->db, &count,
                            "select count(*) from follow_ups where id = $1 and course_id = $2 and (($3 = 0 and $4 = 0) "
                            "or (coalesce(team_id, 0) = $3 and coalesce(person_id, 0) = $4))",
                            db_int(id), db_int(course), db_int(of->team), db_int(of->person));
  *known = count > 0;
  if (err != ERR_OK || count == 0)
    return err;
  return db_exec(act->db, "update follow_ups set closed_at = $2, closed_by = $3 where id = $1 and closed_at is null",
                 db_int(id), db_int(act->now), db_int_or_null(act->actor));
}

enum err check_in_store_mentor(const struct act *act, int64_t course, int64_t team, struct team_mentor *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select m.person_id, coalesce(h.preferred_name, h.name) from team_mentors m "
               "join people h on h.id = m.person_id where m.team_id = $1 and m.course_id = $2 and exists (select "
               "1 from enrolments g where g.course_id = $2 and g.person_id = m.person_id and g.state = 'active' "
               "and g.role <> 'student')",
               db_int(team), db_int(course));
  *out = (struct team_mentor){0};
  if (!db_next(&rows))
    return rows.err;
  *out = (struct team_mentor){db_column_int(&rows, 0), db_column_text(&rows, 1, act->arena)};
  return ERR_OK;
}

enum err check_in_store_set_mentor(const struct act *act, int64_t course, int64_t team, int64_t person, bool *changed) {
  enum err err =
      person == 0
          ? db_exec(act->db, "delete from team_mentors where team_id = $1", db_int(team))
          : db_exec(act->db,
                    "insert into team_mentors (team_id, course_id, person_id, by_id, at) values ($1, $2, $3, $4, $5) "
                    "on conflict (team_id) do update set person_id = excluded.person_id, by_id = excluded.by_id, "
                    "at = excluded.at",
                    db_int(team), db_int(course), db_int(person), db_int_or_null(act->actor), db_int(act->now));
  *changed = err == ERR_OK && db_changes(act->db) > 0;
  return err;
}
