// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/teams/seeker_store.h"

#include <string.h>

static enum err read_people(const struct act *act, const struct course_view *course, const struct seeker_filter *filter,
                            struct seeker **out, size_t *count);
static enum err read_skills(const struct act *act, const struct course_view *course, struct seeker *list, size_t count);
static enum err read_topics(const struct act *act, const struct course_view *course, struct seeker *list, size_t count);

enum err seeker_store_list(const struct act *act, const struct course_view *course, const struct seeker_filter *filter,
                           struct seeker **out, size_t *count) {
  struct seeker *list = NULL;
  size_t size = 0;
  enum err err = read_people(act, course, filter, &list, &size);
  if (err == ERR_OK && size > 0 && (err = read_skills(act, course, list, size)) == ERR_OK)
    err = read_topics(act, course, list, size);
  if (err != ERR_OK)
    return err;
  *out = list;
  *count = size;
  return ERR_OK;
}

// `cross join` keeps the engine from beginning with every card of the course: those who look are
// few. Counting here takes two thirds of the time of `group by`, which sorts.
enum err seeker_store_counts(const struct act *act, const struct course_view *course,
                             int counts[static SKILL_MAX][LEVEL_MAX + 1]) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select s.skill, s.counted_level from info_cards c "
               "cross join enrolments e cross join card_skills s "
               "where c.course_id = $1 and c.is_seeking = 1 "
               "and e.course_id = c.course_id and e.person_id = c.person_id "
               "and e.state = 'active' and e.role = 'student' and e.is_confidential = 0 "
               "and not exists (select 1 from placements p "
               "where p.course_id = c.course_id and p.person_id = c.person_id and p.until_at is null) "
               "and s.course_id = c.course_id and s.person_id = c.person_id",
               db_int(course->id));
  memset(counts, 0, sizeof(int[SKILL_MAX][LEVEL_MAX + 1]));
  while (db_next(&rows)) {
    int skill = course_skill(course->file, db_column_peek(&rows, 0));
    if (skill != NO_INDEX)
      counts[skill][db_column_int(&rows, 1)]++; // the schema's check keeps the level in bounds
  }
  return rows.err;
}

static enum err read_people(const struct act *act, const struct course_view *course, const struct seeker_filter *filter,
                            struct seeker **out, size_t *count) {
  const struct course *file = course->file;
  const char *skill = filter->skill == NO_INDEX ? "" : file->skills[filter->skill].id;
  const char *topic = filter->topic == NO_INDEX ? "" : file->topics[filter->topic].id;
  struct db_rows rows DB_SCOPE = db_query(
      act->db,
      "select c.person_id, coalesce(h.preferred_name, h.name), c.availability, c.about from info_cards c "
      "join enrolments e on e.course_id = c.course_id and e.person_id = c.person_id "
      "join people h on h.id = c.person_id "
      "where c.course_id = $1 and c.is_seeking = 1 and c.person_id > $2 and e.state = 'active' and e.role = 'student' "
      "and e.is_confidential <= $3 and not exists (select 1 from placements p "
      "where p.course_id = c.course_id and p.person_id = c.person_id and p.until_at is null) "
      "and coalesce((select s.counted_level from card_skills s "
      "where s.course_id = c.course_id and s.person_id = c.person_id and s.skill = $4), 0) >= $5 "
      "and ($6 = '' or exists (select 1 from card_topics t "
      "where t.course_id = c.course_id and t.person_id = c.person_id and t.topic = $6)) "
      "order by c.person_id limit $7",
      db_int(course->id), db_int(filter->after), db_int(filter->is_for_staff), db_text(skill),
      db_int(filter->skill == NO_INDEX ? 0 : filter->level), db_text(topic), db_int(filter->limit));
  struct seeker *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct seeker){.person = db_column_int(&rows, 0),
                                   .name = db_column_text(&rows, 1, act->arena),
                                   .availability = db_column_text(&rows, 2, act->arena),
                                   .about = db_column_text(&rows, 3, act->arena)};
  }
  *out = list;
  *count = size;
  return rows.err;
}

// Both lists are ordered by person: rows of people who are not on this page are passed over.
static enum err read_skills(const struct act *act, const struct course_view *course, struct seeker *list,
                            size_t count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select person_id, skill, counted_level from card_skills "
               "where course_id = $1 and person_id >= $2 and person_id <= $3 order by person_id",
               db_int(course->id), db_int(list[0].person), db_int(list[count - 1].person));
  size_t at = 0;
  while (db_next(&rows)) {
    int64_t person = db_column_int(&rows, 0);
    while (at < count && list[at].person < person)
      at++;
    int skill = course_skill(course->file, db_column_peek(&rows, 1));
    if (at < count && list[at].person == person && skill != NO_INDEX)
      list[at].levels[skill] = (int)db_column_int(&rows, 2);
  }
  return rows.err;
}

static enum err read_topics(const struct act *act, const struct course_view *course, struct seeker *list,
                            size_t count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select person_id, topic from card_topics "
               "where course_id = $1 and person_id >= $2 and person_id <= $3 order by person_id, topic",
               db_int(course->id), db_int(list[0].person), db_int(list[count - 1].person));
  size_t at = 0;
  int *topics = NULL;
  while (db_next(&rows)) {
    int64_t person = db_column_int(&rows, 0);
    while (at < count && list[at].person < person)
      at++;
    int topic = course_topic(course->file, db_column_peek(&rows, 1));
    if (at == count || list[at].person != person || topic == NO_INDEX)
      continue;
    if (list[at].topic_count == 0 || topics == NULL)
      list[at].topics = topics = arena_array(act->arena, course->file->topic_count, sizeof *topics);
    topics[list[at].topic_count++] = topic;
  }
  return rows.err;
}
