// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/milestone_everyone_store.h"

#include "server/milestones/milestone_facts.h"

enum err milestone_everyone_store_people(const struct act *act, int64_t course, struct everyone_person **out,
                                         size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select e.person_id, coalesce(h.preferred_name, h.name), a.address, p.team_id, p.id, p.from_at from enrolments e "
      "join people h on h.id = e.person_id left join addresses a on a.person_id = e.person_id and a.is_primary = 1 "
      "left join placements p on p.course_id = e.course_id and p.person_id = e.person_id and p.until_at is null "
      "where e.course_id = $1 and e.state = 'active' and e.role = 'student' order by e.person_id",
      db_int(course));
  struct everyone_person *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct everyone_person){.person = db_column_int(&rows, 0),
                                            .name = db_column_text(&rows, 1, act->arena),
                                            .address = db_column_text(&rows, 2, act->arena),
                                            .team = db_column_int(&rows, 3),
                                            .is_placed = !db_column_is_null(&rows, 4),
                                            .placed_from = db_column_int(&rows, 5)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

// Of each their team's of today, then those that they were in elsewhere, or handed in alone: as
// milestone_store_handed_in.
enum err milestone_everyone_store_handed_in(const struct act *act, const struct course_view *course,
                                            struct everyone_handed_in **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select p.person_id, s.milestone, s.id, s.version, s.at, s.is_on_time, s.accepted_at, 0 from submissions s "
      "join placements p on p.team_id = s.team_id and p.until_at is null "
      "where s.course_id = $1 and s.counts = 1 union all "
      "select m.person_id, s.milestone, s.id, s.version, s.at, s.is_on_time, s.accepted_at, "
      "case when s.team_id is null then 0 else 1 end from submissions s join submission_members m "
      "on m.submission_id = s.id left join placements p on p.course_id = s.course_id and p.person_id = m.person_id "
      "and p.until_at is null where s.course_id = $1 and s.counts = 1 "
      "and coalesce(s.team_id, 0) <> coalesce(p.team_id, -1) order by 1, 3",
      db_int(course->id));
  struct everyone_handed_in *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    size_t milestone = milestone_index(course, db_column_peek(&rows, 1));
    if (milestone == course->file->milestone_count)
      continue; // of an earlier course file
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct everyone_handed_in){.person = db_column_int(&rows, 0),
                                               .milestone = milestone,
                                               .row = {.submission = db_column_int(&rows, 2),
                                                       .version = db_column_int(&rows, 3),
                                                       .at = db_column_int(&rows, 4),
                                                       .is_on_time = db_column_int(&rows, 5) != 0,
                                                       .is_accepted = !db_column_is_null(&rows, 6),
                                                       .is_elsewhere = db_column_int(&rows, 7) != 0}};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err milestone_everyone_store_said(const struct act *act, int64_t course, struct everyone_said **out,
                                       size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, "select milestone, person_id, team_id, is_excused from excusals where course_id = $1 order by id",
      db_int(course));
  struct everyone_said *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct everyone_said){.milestone = db_column_text(&rows, 0, act->arena),
                                          .person = db_column_int(&rows, 1),
                                          .team = db_column_int(&rows, 2),
                                          .is_excused = db_column_int(&rows, 3) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err milestone_everyone_store_results(const struct act *act, int64_t course, struct everyone_result **out,
                                          size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select milestone, person_id, state from check_in_results where course_id = $1 order by id",
               db_int(course));
  struct everyone_result *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct everyone_result){.milestone = db_column_text(&rows, 0, act->arena),
                                 .person = db_column_int(&rows, 1),
                                 .state = (enum check_in_state)db_column_choice(&rows, 2, check_in_state_names)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
