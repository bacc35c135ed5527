// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/card_store.h"

static enum err read_skills(const struct act *act, const struct course_view *course, struct card *card);
static enum err read_topics(const struct act *act, const struct course_view *course, struct card *card);
static enum err put_skills(const struct act *act, const struct course_view *course, const struct card *card);
static enum err put_topics(const struct act *act, const struct course_view *course, const struct card *card);

enum err card_store_get(const struct act *act, const struct course_view *course, int64_t person, struct card *out) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select availability, about, is_seeking, version, updated_at from info_cards "
                                          "where course_id = $1 and person_id = $2",
                                          db_int(course->id), db_int(person));
  struct card card = {.person = person, .availability = "", .about = ""};
  for (int i = 0; i < SKILL_MAX; i++)
    card.skills[i].evidence = "";
  if (db_next(&rows)) {
    card.availability = db_column_text(&rows, 0, act->arena);
    card.about = db_column_text(&rows, 1, act->arena);
    card.is_seeking = db_column_int(&rows, 2) != 0;
    card.version = db_column_int(&rows, 3);
    card.updated_at = db_column_int(&rows, 4);
  }
  if (rows.err != ERR_OK)
    return rows.err;
  enum err err = ERR_OK;
  if (card.version > 0 && (err = read_skills(act, course, &card)) == ERR_OK)
    err = read_topics(act, course, &card);
  if (err == ERR_OK)
    *out = card;
  return err;
}

enum err card_store_put(const struct act *act, const struct course_view *course, const struct card *card) {
  enum err err = db_exec(
      act->db,
      "insert into info_cards (course_id, person_id, availability, about, is_seeking, version, created_at, updated_at) "
      "values ($1, $2, $3, $4, $5, 1, $6, $6) on conflict (course_id, person_id) do update set "
      "availability = excluded.availability, about = excluded.about, is_seeking = excluded.is_seeking, "
      "version = info_cards.version + 1, updated_at = excluded.updated_at",
      db_int(course->id), db_int(card->person), db_text(card->availability), db_text(card->about),
      db_int(card->is_seeking), db_int(act->now));
  if (err == ERR_OK)
    err = put_skills(act, course, card);
  return err == ERR_OK ? put_topics(act, course, card) : err;
}

enum err card_store_confirm(const struct act *act, int64_t course, int64_t person) {
  enum err err =
      db_exec(act->db, "update card_skills set counted_level = level where course_id = $1 and person_id = $2",
              db_int(course), db_int(person));
  if (err == ERR_OK)
    err = db_exec(act->db, "update info_cards set version = version + 1 where course_id = $1 and person_id = $2",
                  db_int(course), db_int(person));
  return err;
}

enum err card_store_stop_seeking_if_seated(const struct act *act, int64_t course, int64_t person) {
  return db_exec(act->db,
                 "update info_cards set is_seeking = 0, version = version + 1 "
                 "where course_id = $1 and person_id = $2 and is_seeking = 1 and exists (select 1 from placements p "
                 "where p.course_id = $1 and p.person_id = $2 and p.until_at is null and p.team_id is null)",
                 db_int(course), db_int(person));
}

enum err card_store_stop_seeking(const struct act *act, int64_t course, int64_t person) {
  return db_exec(act->db,
                 "update info_cards set is_seeking = 0, version = version + 1 "
                 "where course_id = $1 and person_id = $2 and is_seeking = 1",
                 db_int(course), db_int(person));
}

enum err card_store_stop_seeking_team(const struct act *act, int64_t course, int64_t team) {
  return db_exec(act->db,
                 "update info_cards set is_seeking = 0, version = version + 1 "
                 "where course_id = $1 and is_seeking = 1 and person_id in "
                 "(select p.person_id from placements p where p.team_id = $2 and p.until_at is null)",
                 db_int(course), db_int(team));
}

static enum err read_skills(const struct act *act, const struct course_view *course, struct card *card) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select skill, level, counted_level, evidence from card_skills "
                                          "where course_id = $1 and person_id = $2",
                                          db_int(course->id), db_int(card->person));
  while (db_next(&rows)) {
    int skill = course_skill(course->file, db_column_peek(&rows, 0));
    if (skill != NO_INDEX)
      card->skills[skill] = (struct card_skill){.level = (int)db_column_int(&rows, 1),
                                                .counted = (int)db_column_int(&rows, 2),
                                                .evidence = db_column_text(&rows, 3, act->arena)};
  }
  return rows.err;
}

static enum err read_topics(const struct act *act, const struct course_view *course, struct card *card) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select topic from card_topics where course_id = $1 and person_id = $2", db_int(course->id),
               db_int(card->person));
  bool *is_chosen = arena_array(act->arena, course->file->topic_count, sizeof *is_chosen);
  while (db_next(&rows)) {
    int topic = course_topic(course->file, db_column_peek(&rows, 0));
    if (topic != NO_INDEX)
      is_chosen[topic] = true;
  }
  int *topics = arena_array(act->arena, course->file->topic_count, sizeof *topics);
  for (size_t i = 0; i < course->file->topic_count; i++)
    if (is_chosen[i])
      topics[card->topic_count++] = (int)i;
  card->topics = topics;
  return rows.err;
}

static enum err put_skills(const struct act *act, const struct course_view *course, const struct card *card) {
  for (int i = 0; i < course->file->skill_count; i++) {
    const struct card_skill *skill = &card->skills[i];
    enum err err =
        db_exec(act->db,
                "insert into card_skills (course_id, person_id, skill, level, counted_level, evidence) "
                "values ($1, $2, $3, $4, $5, $6) on conflict (course_id, person_id, skill) do update set "
                "level = excluded.level, counted_level = excluded.counted_level, evidence = excluded.evidence",
                db_int(course->id), db_int(card->person), db_text(course->file->skills[i].id), db_int(skill->level),
                db_int(skill->counted), db_text(skill->evidence));
    if (err != ERR_OK)
      return err;
  }
  return ERR_OK;
}

static enum err put_topics(const struct act *act, const struct course_view *course, const struct card *card) {
  enum err err = db_exec(act->db, "delete from card_topics where course_id = $1 and person_id = $2", db_int(course->id),
                         db_int(card->person));
  for (size_t i = 0; err == ERR_OK && i < card->topic_count; i++)
    err = db_exec(act->db, "insert into card_topics (course_id, person_id, topic) values ($1, $2, $3)",
                  db_int(course->id), db_int(card->person), db_text(course->file->topics[card->topics[i]].id));
  return err;
}
