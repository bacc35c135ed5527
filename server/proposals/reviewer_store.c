// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/proposals/reviewer_store.h"

// A reviewer who is staff no longer counts as none.
#define REVIEWS_STILL                                                                                                  \
  "join enrolments e on e.course_id = $1 and e.person_id = r.person_id and e.state = 'active' and e.role <> 'student'"

static void read_waiting(struct db_rows *rows, struct arena *arena, void *row);
static void read_undecidable(struct db_rows *rows, struct arena *arena, void *row);

enum err reviewer_store_list(const struct act *act, int64_t course, int64_t team, struct reviewer **out,
                             size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select r.team_id, r.person_id, coalesce(h.preferred_name, h.name), s.person_id, "
               "coalesce(i.preferred_name, i.name) from proposal_reviewers r " REVIEWS_STILL " "
               "join people h on h.id = r.person_id left join review_substitutes s on s.course_id = $1 "
               "and s.away_id = r.person_id and s.until_at >= $2 and exists (select 1 from enrolments x where "
               "x.course_id = $1 and x.person_id = s.person_id and x.state = 'active' and x.role <> 'student') and not "
               "exists (select 1 from review_conflicts c where c.team_id = r.team_id and c.person_id = s.person_id) "
               "left join people i on i.id = s.person_id where r.team_id = $3 or ($3 = 0 and exists (select 1 from "
               "proposals p where p.team_id = r.team_id and p.course_id = $1 and p.state in ('submitted', "
               "'resubmitted'))) order by r.team_id, r.person_id",
               db_int(course), db_int(act->now), db_int(team));
  struct reviewer *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct reviewer){.team = db_column_int(&rows, 0),
                                     .person = db_column_int(&rows, 1),
                                     .name = db_column_text(&rows, 2, act->arena),
                                     .substitute = db_column_int(&rows, 3),
                                     .substitute_name = db_column_text(&rows, 4, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err reviewer_store_clear(const struct act *act, int64_t team) {
  return db_exec(act->db, "delete from proposal_reviewers where team_id = $1", db_int(team));
}

enum err reviewer_store_add(const struct act *act, int64_t team, int64_t person) {
  return db_exec(act->db,
                 "insert into proposal_reviewers (team_id, person_id, at) values ($1, $2, $3) on conflict do nothing",
                 db_int(team), db_int(person), db_int(act->now));
}

enum err reviewer_store_has_conflict(const struct act *act, int64_t team, int64_t person, bool *out) {
  int64_t found = 0;
  enum err err =
      db_get_int(act->db, &found, "select count(*) from review_conflicts where team_id = $1 and person_id = $2",
                 db_int(team), db_int(person));
  *out = found > 0;
  return err;
}

enum err reviewer_store_conflicts(const struct act *act, int64_t course, int64_t person, struct review_conflict **out,
                                  size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select c.team_id, t.name, c.person_id, coalesce(h.preferred_name, h.name) from review_conflicts c "
               "join teams t on t.id = c.team_id join people h on h.id = c.person_id "
               "where t.course_id = $1 and ($2 = 0 or c.person_id = $2) order by c.team_id, c.person_id",
               db_int(course), db_int(person));
  struct review_conflict *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct review_conflict){.team = db_column_int(&rows, 0),
                                            .team_name = db_column_text(&rows, 1, act->arena),
                                            .person = db_column_int(&rows, 2),
                                            .name = db_column_text(&rows, 3, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err reviewer_store_clear_conflicts(const struct act *act, int64_t course) {
  return db_exec(act->db,
                 "delete from review_conflicts where person_id = $2 and team_id in (select id from teams where "
                 "course_id = $1)",
                 db_int(course), db_int(act->actor));
}

enum err reviewer_store_add_conflict(const struct act *act, int64_t team) {
  enum err err = db_exec(
      act->db, "insert into review_conflicts (team_id, person_id, at) values ($1, $2, $3) on conflict do nothing",
      db_int(team), db_int(act->actor), db_int(act->now));
  return err != ERR_OK ? err
                       : db_exec(act->db, "delete from proposal_reviewers where team_id = $1 and person_id = $2",
                                 db_int(team), db_int(act->actor));
}

enum err reviewer_store_bare_teams(const struct act *act, int64_t course, struct review_team **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select t.id, t.name from teams t where t.course_id = $1 and t.state = 'registered' and not exists (select 1 "
      "from proposal_reviewers r " REVIEWS_STILL " where r.team_id = t.id) order by t.id",
      db_int(course));
  struct review_team *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct review_team){.team = db_column_int(&rows, 0), .name = db_column_text(&rows, 1, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err reviewer_store_load(const struct act *act, int64_t course, int64_t person, int *out) {
  int64_t found = 0;
  enum err err = db_get_int(act->db, &found,
                            "select count(*) from proposal_reviewers r join teams t on t.id = r.team_id "
                            "where t.course_id = $1 and t.state = 'registered' and r.person_id = $2",
                            db_int(course), db_int(person));
  *out = (int)found;
  return err;
}

enum err reviewer_store_substitute(const struct act *act, int64_t course, struct substitute *out) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select s.person_id, coalesce(h.preferred_name, h.name), s.until_at from review_substitutes s "
               "join people h on h.id = s.person_id where s.course_id = $1 and s.away_id = $2 and s.until_at >= $3",
               db_int(course), db_int(act->actor), db_int(act->now));
  struct substitute found = {0};
  if (db_next(&rows))
    found = (struct substitute){.person = db_column_int(&rows, 0),
                                .name = db_column_text(&rows, 1, act->arena),
                                .until = db_column_int(&rows, 2)};
  if (rows.err != ERR_OK)
    return rows.err;
  *out = found;
  return ERR_OK;
}

enum err reviewer_store_set_substitute(const struct act *act, int64_t course, int64_t person, int64_t until) {
  if (person == 0)
    return db_exec(act->db, "delete from review_substitutes where course_id = $1 and away_id = $2", db_int(course),
                   db_int(act->actor));
  return db_exec(act->db,
                 "insert into review_substitutes (course_id, away_id, person_id, until_at) values ($1, $2, $3, $4) "
                 "on conflict (course_id, away_id) do update set person_id = excluded.person_id, "
                 "until_at = excluded.until_at",
                 db_int(course), db_int(act->actor), db_int(person), db_int(until));
}

enum err reviewer_store_stands_in_for_instructor(const struct act *act, int64_t course, bool *out) {
  int64_t found = 0;
  enum err err =
      db_get_int(act->db, &found,
                 "select count(*) from review_substitutes s join enrolments e on e.course_id = s.course_id "
                 "and e.person_id = s.away_id where s.course_id = $1 and s.person_id = $2 and s.until_at >= $3 "
                 "and e.role = 'instructor' and e.state = 'active'",
                 db_int(course), db_int(act->actor), db_int(act->now));
  *out = found > 0;
  return err;
}

// Who decides is as in review_may_decide.
enum err reviewer_store_undecidable(const struct act *act, const struct course_view *course, int64_t limit,
                                    struct waiting **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select p.team_id, t.name, p.submitted_at from proposals p join teams t on t.id = p.team_id where "
      "p.course_id = $1 and p.state in ('submitted', 'resubmitted') and not exists (select 1 from enrolments e where "
      "e.course_id = $1 and e.state = 'active' "
      "and e.role <> 'student' and (e.role = 'instructor' or $2 = 1 or exists (select 1 from review_substitutes s join "
      "enrolments a on a.course_id = $1 and a.person_id = s.away_id and a.role = 'instructor' and a.state = 'active' "
      "where s.course_id = $1 and s.person_id = e.person_id and s.until_at >= $3)) and not exists (select 1 from "
      "review_conflicts c where c.team_id = p.team_id and c.person_id = e.person_id)) order by p.submitted_at, p.id "
      "limit $4",
      db_int(course->id), db_int(course->file->proposals.staff_decide), db_int(act->now), db_int(limit));
  return db_list(&rows, act->arena, read_undecidable, out, count);
}

static void read_undecidable(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct waiting *)row = (struct waiting){
      .team = db_column_int(rows, 0), .team_name = db_column_text(rows, 1, arena), .since = db_column_int(rows, 2)};
}

// The inner query says what each is to the actor, the outer one what of it is theirs: what they (or who they stand in
// for) review or nobody does, until they have recommended; and for who decides, what somebody recommended something on.
enum err reviewer_store_waiting(const struct act *act, int64_t course, const struct waiting_page *page,
                                struct waiting **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select q.id, q.team_id, q.name, q.state, q.round, q.submitted_at, q.is_assigned, q.has_reviewer, q.is_barred, "
      "d.verdict, coalesce(h.preferred_name, h.name), d.at from (select p.id, p.team_id, t.name, p.state, p.round, "
      "p.submitted_at, (select count(*) from proposal_reviewers r " REVIEWS_STILL " where r.team_id = p.team_id and "
      "(r.person_id = $2 or r.person_id in (select s.away_id from review_substitutes s where s.course_id = $1 and "
      "s.person_id = $2 and s.until_at >= $3))) as is_assigned, (select count(*) from proposal_reviewers "
      "r " REVIEWS_STILL
      " where r.team_id = p.team_id) as has_reviewer, (select count(*) from review_conflicts c where "
      "c.team_id = p.team_id and c.person_id = $2) as is_barred, (select count(*) from proposal_decisions m where "
      "m.proposal_id = p.id and m.kind = 'recommendation' and m.of_submission = p.submitted_at and m.by_id = $2) as "
      "is_mine_done, (select max(n.id) from proposal_decisions n where n.proposal_id = p.id and n.kind = "
      "'recommendation' and n.of_submission = p.submitted_at) as recommendation from proposals p join teams t on "
      "t.id = p.team_id where p.course_id = $1 and p.state in ('submitted', 'resubmitted')) q left join "
      "proposal_decisions d on d.id = q.recommendation left join people h on h.id = d.by_id where ($4 = 0 or "
      "q.submitted_at > (select a.submitted_at from proposals a where a.id = $4) or (q.submitted_at = (select "
      "a.submitted_at from proposals a where a.id = $4) and q.id > $4)) and ($5 = 0 or (q.is_barred = 0 and "
      "(((q.is_assigned > 0 or q.has_reviewer = 0) and (q.is_mine_done = 0 or $6 = 1)) or ($6 = 1 and "
      "q.recommendation is not null)))) order by q.submitted_at, q.id limit $7",
      db_int(course), db_int(act->actor), db_int(act->now), db_int(page->after), db_int(page->is_mine),
      db_int(page->is_decider), db_int(page->limit));
  return db_list(&rows, act->arena, read_waiting, out, count);
}

static void read_waiting(struct db_rows *rows, struct arena *arena, void *row) {
  *(struct waiting *)row = (struct waiting){
      .proposal = db_column_int(rows, 0),
      .team = db_column_int(rows, 1),
      .team_name = db_column_text(rows, 2, arena),
      .state = (enum proposal_state)db_column_choice(rows, 3, proposal_state_names),
      .round = db_column_int(rows, 4),
      .since = db_column_int(rows, 5),
      .is_assigned = db_column_int(rows, 6) != 0,
      .has_reviewer = db_column_int(rows, 7) != 0,
      .is_barred = db_column_int(rows, 8) != 0,
      .is_recommended = !db_column_is_null(rows, 9),
      .verdict = (enum verdict)db_column_choice(rows, 9, verdict_names),
      .recommended_by = db_column_text(rows, 10, arena),
      .recommended_at = db_column_int(rows, 11),
  };
}
