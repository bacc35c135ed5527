// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/roll_store.h"

#include <string.h>

static enum team_state team_state_from(const char *name);
static enum proposal_state read_proposal_state(struct db_rows *rows, int column);

enum err roll_store_standings(const struct act *act, int64_t course, struct roll_standing **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select e.person_id, exists (select 1 from info_cards c where c.course_id = e.course_id "
      "and c.person_id = e.person_id), exists (select 1 from lab_queue q where q.course_id = e.course_id "
      "and q.person_id = e.person_id and q.state = 'waiting'), e.credit, e.is_audit_approved "
      "from enrolments e where e.course_id = $1 and e.state = 'active' and e.role = 'student' order by e.person_id",
      db_int(course));
  struct roll_standing *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct roll_standing){.person = db_column_int(&rows, 0),
                                          .has_card = db_column_int(&rows, 1) != 0,
                                          .is_waiting = db_column_int(&rows, 2) != 0,
                                          .credit = (enum credit)db_column_choice(&rows, 3, credit_names),
                                          .is_audit_approved = db_column_int(&rows, 4) != 0};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_teams(const struct act *act, int64_t course, struct roll_team_row **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select t.id, t.name, t.state, m.person_id, (select c.risk from check_ins c where c.team_id = t.id "
      "and c.risk is not null order by c.at desc, c.id desc limit 1), p.id, p.state, exists (select 1 from "
      "proposal_decisions d where d.proposal_id = p.id and d.kind = 'decision' and d.told_at is null "
      "and d.taken_back_at is null), (select max(k.told_at) from proposal_decisions k where k.proposal_id = p.id), "
      "p.revise_until, case when p.state = 'draft' then b.propose_anew_by else "
      "p.propose_anew_by end, "
      "case when p.state = 'draft' then b.id else p.id end from teams t left join team_mentors m on m.team_id = t.id "
      "left join proposals p "
      "on p.team_id = t.id and not exists (select 1 from proposals n where n.team_id = t.id and n.round > p.round) "
      "left join proposals b on b.id = p.previous_id where t.course_id = $1 and t.state <> 'dissolved' order by t.id",
      db_int(course));
  struct roll_team_row *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct roll_team_row){.team = db_column_int(&rows, 0),
                                          .name = db_column_text(&rows, 1, act->arena),
                                          .state = team_state_from(db_column_peek(&rows, 2)),
                                          .mentor = db_column_int(&rows, 3),
                                          .risk = db_column_text(&rows, 4, act->arena),
                                          .proposal = db_column_int(&rows, 5),
                                          .proposal_state = read_proposal_state(&rows, 6),
                                          .is_decision_untold = db_column_int(&rows, 7) != 0,
                                          .told_at = db_column_int(&rows, 8),
                                          .revise_until = db_column_int(&rows, 9),
                                          .anew_by = db_column_int(&rows, 10),
                                          .anew_of = db_column_int(&rows, 11)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_offers(const struct act *act, int64_t course, struct roll_offer **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select q.id, q.person_id, q.offered_at, q.offer_expires_at from lab_queue q join enrolments e "
      "on e.course_id = q.course_id and e.person_id = q.person_id where q.course_id = $1 and q.state = 'offered' "
      "and e.state = 'active' order by q.id",
      db_int(course));
  struct roll_offer *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct roll_offer){.id = db_column_int(&rows, 0),
                                       .person = db_column_int(&rows, 1),
                                       .offered_at = db_column_int(&rows, 2),
                                       .expires_at = db_column_int(&rows, 3)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_invitations(const struct act *act, int64_t course, struct roll_invitation **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select i.id, i.person_id, i.created_at, i.expires_at, t.name from invitations i join teams t on t.id = "
               "i.team_id "
               "join enrolments e on e.course_id = i.course_id and e.person_id = i.person_id where i.course_id = $1 "
               "and i.state = 'open' and i.direction = 'invited' and e.state = 'active' order by i.id",
               db_int(course));
  struct roll_invitation *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct roll_invitation){.id = db_column_int(&rows, 0),
                                            .person = db_column_int(&rows, 1),
                                            .created_at = db_column_int(&rows, 2),
                                            .expires_at = db_column_int(&rows, 3),
                                            .team_name = db_column_text(&rows, 4, act->arena)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_bookings(const struct act *act, int64_t course, struct roll_booking **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select s.id, s.milestone, s.staff_id, s.place, s.starts_at, b.booked_at, b.team_id, b.person_id "
               "from slot_bookings b join slots s on s.id = b.slot_id left join teams t on t.id = b.team_id "
               "where b.course_id = $1 and b.ended_at is null and s.cancelled_at is null and (t.state = 'registered' "
               "or exists (select 1 from placements p where p.course_id = b.course_id and p.person_id = b.person_id "
               "and p.until_at is null and p.team_id is null)) order by s.id, b.id",
               db_int(course));
  struct roll_booking *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct roll_booking){.slot = db_column_int(&rows, 0),
                                         .milestone = db_column_text(&rows, 1, act->arena),
                                         .staff = db_column_int(&rows, 2),
                                         .place = db_column_text(&rows, 3, act->arena),
                                         .starts_at = db_column_int(&rows, 4),
                                         .booked_at = db_column_int(&rows, 5),
                                         .team = db_column_int(&rows, 6),
                                         .person = db_column_int(&rows, 7)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_updates(const struct act *act, int64_t course, struct roll_update **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select milestone, team_id, person_id from check_in_updates where course_id = $1 order by id",
               db_int(course));
  struct roll_update *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct roll_update){.milestone = db_column_text(&rows, 0, act->arena),
                                        .team = db_column_int(&rows, 1),
                                        .person = db_column_int(&rows, 2)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_staff(const struct act *act, int64_t course, struct roll_staff **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select e.person_id, coalesce(h.preferred_name, h.name), a.address, e.role from enrolments e "
      "join people h on h.id = e.person_id left join addresses a on a.person_id = e.person_id and a.is_primary = 1 "
      "where e.course_id = $1 and e.state = 'active' and e.role in ('staff', 'instructor') order by e.person_id",
      db_int(course));
  struct roll_staff *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] =
        (struct roll_staff){.person = db_column_int(&rows, 0),
                            .name = db_column_text(&rows, 1, act->arena),
                            .address = db_column_text(&rows, 2, act->arena),
                            .role = strcmp(db_column_peek(&rows, 3), "instructor") == 0 ? ROLE_INSTRUCTOR : ROLE_STAFF};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_reviewers(const struct act *act, int64_t course, struct roll_tie **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select r.team_id, r.person_id from proposal_reviewers r join teams t on t.id = r.team_id "
               "where t.course_id = $1 order by r.team_id, r.person_id",
               db_int(course));
  struct roll_tie *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct roll_tie){.team = db_column_int(&rows, 0), .person = db_column_int(&rows, 1)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err roll_store_seats_taken(const struct act *act, int64_t course, int64_t *out) {
  return db_get_int(
      act->db, out,
      "select (select count(*) from placements where course_id = $1 and until_at is null and team_id is null) + "
      "(select count(*) from lab_queue where course_id = $1 and state = 'offered')",
      db_int(course));
}

static enum team_state team_state_from(const char *name) {
  if (strcmp(name, "registered") == 0)
    return TEAM_REGISTERED;
  return strcmp(name, "incomplete") == 0 ? TEAM_INCOMPLETE : TEAM_FORMING;
}

// PROPOSAL_STATES: there is none.
static enum proposal_state read_proposal_state(struct db_rows *rows, int column) {
  return db_column_is_null(rows, column) ? PROPOSAL_STATES
                                         : (enum proposal_state)db_column_choice(rows, column, proposal_state_names);
}
