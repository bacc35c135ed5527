// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone_store.h"

enum err milestone_store_people(const struct act *act, int64_t course, int64_t team, int64_t at, int64_t **out,
                                size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select p.person_id from placements p join enrolments e on e.course_id = p.course_id "
               "and e.person_id = p.person_id where p.team_id = $2 and p.course_id = $1 and p.from_at <= $3 "
               "and (p.until_at is null or p.until_at > $3) and p.is_undone = 0 "
               "and (e.state = 'active' or e.dropped_at > $3) order by p.id",
               db_int(course), db_int(team), db_int(at));
  return db_ids(&rows, act->arena, out, count);
}

// The team's own, then those that the person was in elsewhere, or handed in alone.
enum err milestone_store_handed_in(const struct act *act, int64_t course, int64_t person, int64_t team,
                                   struct handed_in **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select s.milestone, s.id, s.version, s.at, s.is_on_time, s.accepted_at, 0 from submissions s "
               "where s.team_id = $3 and s.course_id = $1 and s.counts = 1 union all "
               "select s.milestone, s.id, s.version, s.at, s.is_on_time, s.accepted_at, "
               "case when s.team_id is null then 0 else 1 end from submission_members m join submissions s "
               "on s.id = m.submission_id where m.person_id = $2 and s.course_id = $1 and s.counts = 1 "
               "and coalesce(s.team_id, 0) <> $3 order by 2",
               db_int(course), db_int(person), db_int(team == 0 ? -1 : team));
  struct handed_in *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct handed_in){.milestone = db_column_text(&rows, 0, act->arena),
                                      .submission = db_column_int(&rows, 1),
                                      .version = db_column_int(&rows, 2),
                                      .at = db_column_int(&rows, 3),
                                      .is_on_time = db_column_int(&rows, 4) != 0,
                                      .is_accepted = !db_column_is_null(&rows, 5),
                                      .is_elsewhere = db_column_int(&rows, 6) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err milestone_store_said(const struct act *act, int64_t course, int64_t person, int64_t team, struct said_of **out,
                              size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select milestone, is_excused, person_id from excusals where course_id = $1 "
                                          "and (person_id = $2 or team_id = $3)",
                                          db_int(course), db_int(person), db_int(team));
  struct said_of *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct said_of){.milestone = db_column_text(&rows, 0, act->arena),
                                    .is_excused = db_column_int(&rows, 1) != 0,
                                    .is_personal = !db_column_is_null(&rows, 2)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err milestone_store_holders(const struct act *act, int64_t course, struct holders *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select (select count(*) from teams where course_id = $1 and state = 'registered'), "
               "(select count(*) from placements p join enrolments e on e.course_id = p.course_id "
               "and e.person_id = p.person_id where p.course_id = $1 and p.until_at is null and p.team_id is null "
               "and e.state = 'active')",
               db_int(course));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *out = (struct holders){.teams = db_column_int(&rows, 0), .seats = db_column_int(&rows, 1)};
  return ERR_OK;
}

enum err milestone_store_counted(const struct act *act, int64_t course, struct counted **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "with holders as (select t.id as team, 0 as person from teams t where t.course_id = $1 "
               "and t.state = 'registered' union all select 0, p.person_id from placements p join enrolments e "
               "on e.course_id = p.course_id and e.person_id = p.person_id where p.course_id = $1 "
               "and p.until_at is null and p.team_id is null and e.state = 'active'), "
               "facts as (select s.milestone as milestone, 1 as is_in, 1 - s.is_on_time as is_late, 0 as is_excused "
               "from submissions s join holders h on h.team = coalesce(s.team_id, 0) "
               "and h.person = coalesce(s.person_id, 0) where s.course_id = $1 and s.counts = 1 union all "
               "select x.milestone, 0, 0, 1 from excusals x join holders h on h.team = coalesce(x.team_id, 0) "
               "and h.person = coalesce(x.person_id, 0) where x.course_id = $1 and x.is_excused = 1 "
               "and not exists (select 1 from submissions s where s.course_id = $1 and s.milestone = x.milestone "
               "and coalesce(s.team_id, 0) = h.team and coalesce(s.person_id, 0) = h.person and s.counts = 1)) "
               "select milestone, sum(is_in), sum(is_late), sum(is_excused) from facts group by milestone",
               db_int(course));
  struct counted *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct counted){.milestone = db_column_text(&rows, 0, act->arena),
                                    .handed_in = db_column_int(&rows, 1),
                                    .late = db_column_int(&rows, 2),
                                    .excused = db_column_int(&rows, 3)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err milestone_store_missing(const struct act *act, int64_t course, const char *milestone, bool is_of_teams,
                                 struct holder **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      is_of_teams
          ? db_query(act->db,
                     "select t.id, 0 from teams t where t.course_id = $1 and t.state = 'registered' "
                     "and not exists (select 1 from submissions s where s.team_id = t.id and s.milestone = $2 "
                     "and s.counts = 1) and not exists (select 1 from excusals x where x.team_id = t.id "
                     "and x.milestone = $2) order by t.id",
                     db_int(course), db_text(milestone))
          : db_query(act->db,
                     "select 0, p.person_id from placements p join enrolments e on e.course_id = p.course_id "
                     "and e.person_id = p.person_id where p.course_id = $1 and p.until_at is null "
                     "and p.team_id is null and e.state = 'active' and not exists (select 1 from submissions s "
                     "where s.course_id = $1 and s.person_id = p.person_id and s.milestone = $2 and s.counts = 1) "
                     "and not exists (select 1 from excusals x where x.course_id = $1 and x.person_id = p.person_id "
                     "and x.milestone = $2 and x.is_excused = 1) order by p.id",
                     db_int(course), db_text(milestone));
  struct holder *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct holder){.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
