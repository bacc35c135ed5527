// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/milestones/outage_store.h"

#include <string.h>

// Milestones, and those of them that somebody is not in: what is more than before is told.
#define KNOWN "select count(*) + count(case when not_in > 0 then 1 end) from outage_milestones where outage_id = $1"

static enum err put_row(const struct act *act, int64_t course, struct outage *outage);

enum err outage_store_put(const struct act *act, int64_t course, struct outage *outage, bool *is_more) {
  int64_t known = 0, spanned = 0;
  enum err err = put_row(act, course, outage);
  if (err == ERR_OK)
    err = db_get_int(act->db, &known, KNOWN, db_int(outage->id));
  for (size_t i = 0; err == ERR_OK && i < outage->milestone_count; i++)
    err = db_exec(act->db,
                  "insert into outage_milestones (outage_id, milestone, not_in) values ($1, $2, $3) "
                  "on conflict (outage_id, milestone) do update set not_in = excluded.not_in",
                  db_int(outage->id), db_text(outage->milestones[i].milestone), db_int(outage->milestones[i].not_in));
  if (err == ERR_OK)
    err = db_get_int(act->db, &spanned, KNOWN, db_int(outage->id));
  *is_more = spanned > known;
  return err;
}

enum err outage_store_made_up(const struct act *act, int64_t course, int64_t *from) {
  return db_get_int(act->db, from,
                    "select coalesce(max(until_at), $2) from outages where course_id = $1 and granted_at is not null "
                    "and until_at > $2",
                    db_int(course), db_int(*from));
}

enum err outage_store_list(const struct act *act, int64_t course, struct outage **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(
      act->db, "select id, cause, from_at, until_at, granted_at from outages where course_id = $1 order by id desc",
      db_int(course));
  struct outage *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    bool is_store = strcmp(db_column_peek(&rows, 1), outage_cause_names[OUTAGE_STORE]) == 0;
    list[size++] = (struct outage){.id = db_column_int(&rows, 0),
                                   .cause = is_store ? OUTAGE_STORE : OUTAGE_DOWN,
                                   .from = db_column_int(&rows, 2),
                                   .until = db_column_int(&rows, 3),
                                   .granted_at = db_column_int(&rows, 4)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err outage_store_milestones(const struct act *act, int64_t course, struct outage_milestone **out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select m.outage_id, m.milestone, m.not_in from outage_milestones m join outages o "
               "on o.id = m.outage_id where o.course_id = $1 order by m.outage_id desc, m.milestone",
               db_int(course));
  struct outage_milestone *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct outage_milestone){.outage = db_column_int(&rows, 0),
                                             .milestone = db_column_text(&rows, 1, act->arena),
                                             .not_in = db_column_int(&rows, 2)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err outage_store_grant(const struct act *act, int64_t id) {
  return db_exec(act->db, "update outages set granted_at = $2, granted_by = $3 where id = $1", db_int(id),
                 db_int(act->now), db_int_or_null(act->actor));
}

enum err outage_store_courses(const struct act *act, int64_t **out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db, "select id from courses where state = 'running' order by id");
  return db_ids(&rows, act->arena, out, count);
}

static enum err put_row(const struct act *act, int64_t course, struct outage *outage) {
  const char *cause = outage_cause_names[outage->cause];
  outage->id = 0;
  enum err err = db_get_int(act->db, &outage->id,
                            "select coalesce(max(id), 0) from outages where course_id = $1 and cause = $2 "
                            "and from_at = $3 and granted_at is null",
                            db_int(course), db_text(cause), db_int(outage->from));
  if (err == ERR_OK && outage->id != 0)
    return db_exec(act->db, "update outages set until_at = $2 where id = $1", db_int(outage->id),
                   db_int(outage->until));
  if (err == ERR_OK)
    err = db_exec(act->db, "insert into outages (course_id, cause, from_at, until_at) values ($1, $2, $3, $4)",
                  db_int(course), db_text(cause), db_int(outage->from), db_int(outage->until));
  if (err == ERR_OK)
    outage->id = db_last_id(act->db);
  return err;
}
