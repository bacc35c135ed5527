// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/check_in_board_store.h"

enum err check_in_board_store_holders(const struct act *act, int64_t course, bool is_of_teams,
                                      const struct board_page *page, struct board_holder **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select o.team_id, o.person_id, o.name, m.person_id, coalesce(h.preferred_name, h.name) from "
               "(select t.id as team_id, 0 as person_id, t.name as name from teams t where t.course_id = $1 and $2 = 1 "
               "and t.state = 'registered' union all select 0, p.person_id, coalesce(s.preferred_name, s.name) from "
               "placements p "
               "join people s on s.id = p.person_id where p.course_id = $1 and $2 = 0 and p.until_at is null "
               "and p.team_id is null) o left join team_mentors m on m.team_id = o.team_id and exists (select 1 "
               "from enrolments g where g.course_id = $1 and g.person_id = m.person_id and g.state = 'active' and "
               "g.role <> 'student') left join people h on h.id = m.person_id "
               "where o.team_id + o.person_id > $3 and ($4 = 0 or o.team_id + o.person_id = $4) "
               "order by o.team_id, o.person_id limit $5",
               db_int(course), db_int(is_of_teams ? 1 : 0), db_int(page->after),
               db_int(page->only.team + page->only.person), db_int(page->limit));
  struct board_holder *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct board_holder){.holder = {.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)},
                                         .name = db_column_text(&rows, 2, act->arena),
                                         .mentor = db_column_int(&rows, 3),
                                         .mentor_name = db_column_text(&rows, 4, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err check_in_board_store_members(const struct act *act, int64_t course, const char *milestone,
                                      struct board_member **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select coalesce(p.team_id, 0), case when p.team_id is null then p.person_id else 0 end, p.person_id, "
      "coalesce(h.preferred_name, h.name), case when e.state = 'active' then 1 else 0 end, r.state from placements p "
      "join enrolments e on e.course_id = p.course_id and e.person_id = p.person_id join people h on h.id = "
      "p.person_id "
      "left join check_in_results r on r.course_id = p.course_id and r.person_id = p.person_id and r.milestone = $2 "
      "where p.course_id = $1 and p.until_at is null order by p.id",
      db_int(course), db_text(milestone));
  struct board_member *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct board_member){.holder = {.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)},
                                         .person = db_column_int(&rows, 2),
                                         .name = db_column_text(&rows, 3, act->arena),
                                         .is_active = db_column_int(&rows, 4) != 0,
                                         .state = db_column_text(&rows, 5, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err check_in_board_store_updates(const struct act *act, int64_t course, const char *milestone,
                                      struct check_in_update **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select u.team_id, u.person_id, u.done, u.next, u.blocked, u.version, u.by_id, "
               "coalesce(h.preferred_name, h.name), "
               "u.at, u.first_at from check_in_updates u join people h on h.id = u.by_id where u.course_id = $1 "
               "and u.milestone = $2 order by u.id",
               db_int(course), db_text(milestone));
  struct check_in_update *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct check_in_update){.holder = {.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)},
                                 .done = db_column_text(&rows, 2, act->arena),
                                 .next = db_column_text(&rows, 3, act->arena),
                                 .blocked = db_column_text(&rows, 4, act->arena),
                                 .version = db_column_int(&rows, 5),
                                 .by = db_column_int(&rows, 6),
                                 .by_name = db_column_text(&rows, 7, act->arena),
                                 .at = db_column_int(&rows, 8),
                                 .first_at = db_column_int(&rows, 9)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err check_in_board_store_notes(const struct act *act, int64_t course, const char *milestone,
                                    struct board_note **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select coalesce(n.team_id, 0), case when n.team_id is null then n.person_id else 0 end, n.person_id, "
      "coalesce(h.preferred_name, h.name), n.note, n.at from check_in_notes n join people h on h.id = n.person_id "
      "where n.course_id = $1 and n.milestone = $2 order by n.id",
      db_int(course), db_text(milestone));
  struct board_note *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct board_note){.holder = {.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)},
                                       .person = db_column_int(&rows, 2),
                                       .name = db_column_text(&rows, 3, act->arena),
                                       .note = db_column_text(&rows, 4, act->arena),
                                       .at = db_column_int(&rows, 5)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err check_in_board_store_records(const struct act *act, int64_t course, const char *milestone,
                                      struct board_record **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select c.team_id, c.person_id, c.notes, c.risk, c.version, coalesce(h.preferred_name, h.name), c.at "
      "from check_ins c left join people h on h.id = c.by_id where c.course_id = $1 and c.milestone = $2 order by c.id",
      db_int(course), db_text(milestone));
  struct board_record *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct board_record){.holder = {.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)},
                                         .notes = db_column_text(&rows, 2, act->arena),
                                         .risk = db_column_text(&rows, 3, act->arena),
                                         .version = db_column_int(&rows, 4),
                                         .by_name = db_column_text(&rows, 5, act->arena),
                                         .at = db_column_int(&rows, 6)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err check_in_board_store_follow_ups(const struct act *act, int64_t course, struct board_follow_up **out,
                                         size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select f.team_id, f.person_id, f.id, f.milestone, f.words, f.opened_at from follow_ups f "
               "where f.course_id = $1 and f.closed_at is null order by f.id",
               db_int(course));
  struct board_follow_up *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct board_follow_up){.holder = {.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)},
                                 .id = db_column_int(&rows, 2),
                                 .milestone = db_column_text(&rows, 3, act->arena),
                                 .words = db_column_text(&rows, 4, act->arena),
                                 .opened_at = db_column_int(&rows, 5)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}
