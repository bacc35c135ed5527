// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/syllabus_store.h"

enum err syllabus_store_attached(const struct act *act, int64_t course, const char *milestone, struct attached **out,
                                 size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select r.kind, coalesce(t.name, h.preferred_name, h.name) as holder from ("
      "select 0 as kind, team_id, person_id from submissions where course_id = $1 and milestone = $2 "
      "union all select 1, null, null from slots where course_id = $1 and milestone = $2 and cancelled_at is null "
      "union all select 2, team_id, person_id from slot_bookings where course_id = $1 and milestone = $2 "
      "and ended_at is null "
      "union all select 3, team_id, person_id from check_in_updates where course_id = $1 and milestone = $2 "
      "union all select 3, team_id, person_id from check_in_notes where course_id = $1 and milestone = $2 "
      "union all select 3, team_id, person_id from check_ins where course_id = $1 and milestone = $2 "
      "union all select 3, null, person_id from check_in_results where course_id = $1 and milestone = $2 "
      "union all select 3, team_id, person_id from follow_ups where course_id = $1 and milestone = $2 "
      "union all select 4, team_id, person_id from extensions where course_id = $1 and milestone = $2 "
      "and withdrawn_at is null "
      "union all select 5, team_id, person_id from excusals where course_id = $1 and milestone = $2) r "
      "left join teams t on t.id = r.team_id left join people h on h.id = r.person_id order by holder, r.kind",
      db_int(course), db_text(milestone));
  struct attached *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct attached){.kind = (enum attached_kind)db_column_int(&rows, 0),
                                     .holder = db_column_text(&rows, 1, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err syllabus_store_field(const struct act *act, int64_t course, const struct stored_field *field,
                              const char ***names, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select t.name from teams t where t.course_id = $1 and exists (select 1 from proposals p "
               "join proposal_values v on v.proposal_id = p.id where p.team_id = t.id and v.field = $2 "
               "and v.value <> '' and ($3 is null or v.kind <> $3 "
               "or (case when v.person_id is null then 0 else 1 end) <> $4) and not exists "
               "(select 1 from proposals n where n.team_id = p.team_id and n.round > p.round)) order by t.name",
               db_int(course), db_text(field->id), db_text(field->kind), db_int(field->is_per_member));
  return db_texts(&rows, act->arena, names, count);
}

enum err syllabus_store_skill(const struct act *act, int64_t course, const char *skill, int64_t *people) {
  return db_get_int(act->db, people,
                    "select count(*) from card_skills where course_id = $1 and skill = $2 "
                    "and (level > 0 or counted_level > 0)",
                    db_int(course), db_text(skill));
}

enum err syllabus_store_levels(const struct act *act, int64_t course, int64_t people[static LEVEL_MAX + 1]) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select r.level, count(distinct r.person_id) from "
               "(select level, person_id from card_skills where course_id = $1 "
               "union all select counted_level, person_id from card_skills where course_id = $1) r group by r.level",
               db_int(course));
  for (int i = 0; i <= LEVEL_MAX; i++)
    people[i] = 0;
  while (db_next(&rows))
    people[db_column_int(&rows, 0)] = db_column_int(&rows, 1); // the schema's check keeps the level in bounds
  return rows.err;
}

enum err syllabus_store_counts(const struct act *act, int64_t course, struct syllabus_counts *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select (select count(*) from submissions where course_id = $1), "
               "(select count(*) from teams where course_id = $1 and state <> 'dissolved'), "
               "(select count(distinct team_id) from proposals where course_id = $1), "
               "(select count(*) from placements where course_id = $1 and until_at is null and team_id is null), "
               "(select count(*) from lab_queue where course_id = $1 and state = 'offered'), "
               "(select count(*) from lab_queue where course_id = $1 and state = 'waiting')",
               db_int(course));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_INTERNAL;
  *out = (struct syllabus_counts){.submissions = db_column_int(&rows, 0),
                                  .teams = db_column_int(&rows, 1),
                                  .proposals = db_column_int(&rows, 2),
                                  .seated = db_column_int(&rows, 3),
                                  .offers = db_column_int(&rows, 4),
                                  .waiting = db_column_int(&rows, 5)};
  return ERR_OK;
}

enum err syllabus_store_larger(const struct act *act, int64_t course, int64_t size_max, int64_t *teams) {
  return db_get_int(act->db, teams,
                    "select count(*) from teams t where t.course_id = $1 and t.state <> 'dissolved' "
                    "and t.size_max is null and (select count(*) from placements p join enrolments e "
                    "on e.course_id = p.course_id and e.person_id = p.person_id where p.team_id = t.id "
                    "and p.until_at is null and e.state = 'active') > $2",
                    db_int(course), db_int(size_max));
}

enum err syllabus_store_registered(const struct act *act, int64_t course, int64_t **teams, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, "select id from teams where course_id = $1 and state = 'registered' order by id", db_int(course));
  return db_ids(&rows, act->arena, teams, count);
}

enum err syllabus_store_people(const struct act *act, int64_t course, struct syllabus_person **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select e.person_id, p.team_id, case when t.state = 'registered' then 1 else 0 end, "
      "case when p.id is not null and p.team_id is null then 1 else 0 end, "
      "case when exists (select 1 from info_cards c where c.course_id = e.course_id and c.person_id = e.person_id) "
      "then 1 else 0 end, case when exists (select 1 from lab_queue q where q.course_id = e.course_id "
      "and q.person_id = e.person_id and q.state = 'waiting') then 1 else 0 end, "
      "case when exists (select 1 from lab_queue o where o.course_id = e.course_id "
      "and o.person_id = e.person_id and o.state = 'offered') then 1 else 0 end, "
      "case when exists (select 1 from proposals r where r.team_id = p.team_id "
      "and r.state in ('approved', 'approved with conditions')) then 1 else 0 end "
      "from enrolments e left join placements p on p.course_id = e.course_id and p.person_id = e.person_id "
      "and p.until_at is null left join teams t on t.id = p.team_id "
      "where e.course_id = $1 and e.role = 'student' and e.state = 'active' order by e.person_id",
      db_int(course));
  struct syllabus_person *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct syllabus_person){.person = db_column_int(&rows, 0),
                                            .team = db_column_int(&rows, 1),
                                            .is_registered = db_column_int(&rows, 2) != 0,
                                            .is_seated = db_column_int(&rows, 3) != 0,
                                            .has_card = db_column_int(&rows, 4) != 0,
                                            .is_waiting = db_column_int(&rows, 5) != 0,
                                            .has_offer = db_column_int(&rows, 6) != 0,
                                            .is_approved = db_column_int(&rows, 7) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
