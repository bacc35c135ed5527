// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_read_class.h"

#include <string.h>

#include "common/course/course_values.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { HOLIDAYS_MAX = 100, TERM_DAYS_MAX = 400 };

struct term {
  struct day starts;
  struct day ends;
};

static const struct key_row course_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct course, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct course, title), 1, 200, NULL},
    {"timezone", VALUE_LINE, true, offsetof(struct course, zone), 1, 64, NULL},
    {"term", VALUE_MAP, true, NO_TARGET, 0, 0, NULL},
    {"holidays", VALUE_LIST, false, NO_TARGET, 0, HOLIDAYS_MAX, NULL},
    {"exam_slot", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static const struct key_row term_rows[] = {
    {"starts", VALUE_DATE, true, offsetof(struct term, starts), 0, 0, NULL},
    {"ends", VALUE_DATE, true, offsetof(struct term, ends), 0, 0, NULL},
};

static const struct key_row exam_slot_rows[] = {
    {"starts", VALUE_WALL, true, offsetof(struct course, exam_slot.starts), 0, 0, NULL},
    {"ends", VALUE_WALL, true, offsetof(struct course, exam_slot.ends), 0, 0, NULL},
    {"use", VALUE_LINE, false, offsetof(struct course, exam_slot.use), 1, 200, NULL},
};

static const struct key_row skills_rows[] = {
    {"levels", VALUE_LIST, true, NO_TARGET, 2, LEVEL_MAX + 1, NULL},
    {"kinds", VALUE_LIST, true, NO_TARGET, 1, SKILL_MAX, NULL},
    {"expected", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static const struct key_row level_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct level, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct level, title), 1, 200, NULL},
    {"means", VALUE_LINE, true, offsetof(struct level, means), 1, 500, NULL},
};

static const struct key_row named_rows[] = {
    {"id", VALUE_ID, true, offsetof(struct named, id), 0, 0, NULL},
    {"title", VALUE_LINE, true, offsetof(struct named, title), 1, 200, NULL},
};

static const struct key_row expected_rows[] = {
    {"any_of", VALUE_LIST, true, NO_TARGET, 1, SKILL_MAX, NULL},
    {"level", VALUE_WORD, true, NO_TARGET, 0, 0, NULL},
};

static const struct key_row info_card_rows[] = {
    {"due", VALUE_WALL, true, offsetof(struct course, info_card.due), 0, 0, NULL},
    {"remind", VALUE_MAP, false, NO_TARGET, 0, 0, NULL},
};

static void open_calendar(struct course_reader *reader, const struct node *map);
static void read_term(struct course_reader *reader, const struct node *map);
static int64_t day_starts(struct course_reader *reader, struct day day);
static void read_holidays(struct course_reader *reader, const struct node *list);
static void read_expected(struct course_reader *reader, const struct node *map);

void course_read_head(struct course_reader *reader) {
  const struct node *map = node_map(reader->root, "course");
  reader_map(reader, map, course_rows, COUNT(course_rows), reader->course);
  open_calendar(reader, map);
  read_term(reader, node_map(map, "term"));
  read_holidays(reader, node_list(map, "holidays"));
  const struct node *exam = node_map(map, "exam_slot");
  reader_map(reader, exam, exam_slot_rows, COUNT(exam_slot_rows), reader->course);
  int64_t starts = reader->course->exam_slot.starts, ends = reader->course->exam_slot.ends;
  if (starts != 0 && ends != 0 && ends <= starts)
    reader_error(reader, node_get(exam, "ends"), "the exam slot ends before it starts");
}

void course_read_skills(struct course_reader *reader) {
  static const struct list_shape levels = {level_rows, COUNT(level_rows), sizeof(struct level), LEVEL_MAX + 1};
  static const struct list_shape kinds = {named_rows, COUNT(named_rows), sizeof(struct named), SKILL_MAX};
  struct course *course = reader->course;
  const struct node *map = node_map(reader->root, "skills");
  reader_map(reader, map, skills_rows, COUNT(skills_rows), NULL);

  size_t count;
  const struct level *read_levels = reader_list(reader, node_list(map, "levels"), &levels, &reader->levels, &count);
  memcpy(course->levels, read_levels, count * sizeof *read_levels);
  course->level_count = (int)count;
  const struct named *read_kinds = reader_list(reader, node_list(map, "kinds"), &kinds, &reader->skills, &count);
  memcpy(course->skills, read_kinds, count * sizeof *read_kinds);
  course->skill_count = (int)count;

  bool is_stated = node_get(reader->root, "skills") != NULL;
  if (is_stated && node_list(map, "levels") == NULL)
    reader->levels.is_whole = false;
  if (is_stated && node_list(map, "kinds") == NULL)
    reader->skills.is_whole = false;
  read_expected(reader, node_map(map, "expected"));
}

void course_read_topics(struct course_reader *reader) {
  static const struct list_shape shape = {named_rows, COUNT(named_rows), sizeof(struct named), TOPICS_MAX};
  const struct node *list = node_list(reader->root, "topics");
  reader->course->topics = reader_list(reader, list, &shape, &reader->topics, &reader->course->topic_count);
  if (list == NULL && node_get(reader->root, "topics") != NULL)
    reader->topics.is_whole = false;
}

void course_read_info_card(struct course_reader *reader) {
  const struct node *map = node_map(reader->root, "info_card");
  reader_map(reader, map, info_card_rows, COUNT(info_card_rows), reader->course);
  reader_reminders(reader, map, &reader->course->info_card.remind);
}

static void open_calendar(struct course_reader *reader, const struct node *map) {
  const char *zone = reader->course->zone;
  if (zone != NULL && calendar_open(reader->arena, zone, &reader->calendar) == ERR_OK) {
    reader->is_zone_known = true;
    return;
  }
  if (zone != NULL)
    reader_error(reader, node_get(map, "timezone"),
                 "there is no time zone %s; write an IANA name such as America/New_York", reader_quote(reader, zone));
  // With another zone the rest of the file can still be read; what depends on the zone itself stays unsaid.
  if (calendar_open(reader->arena, "Etc/UTC", &reader->calendar) != ERR_OK)
    finding_error(reader->findings, 0, 0, "this machine's time zone data does not even know Etc/UTC");
}

static void read_term(struct course_reader *reader, const struct node *map) {
  struct term term = {0};
  reader_map(reader, map, term_rows, COUNT(term_rows), &term);
  if (term.starts.year == 0 || term.ends.year == 0)
    return;
  if (day_compare(term.ends, term.starts) <= 0) {
    reader_error(reader, node_get(map, "ends"), "the term ends before it starts");
    return;
  }
  int64_t starts = day_starts(reader, term.starts);
  int64_t ends = calendar_add(reader->calendar, day_starts(reader, term.ends), (struct span){1, 0}) - 1;
  if (ends - starts > DAYS(TERM_DAYS_MAX)) {
    reader_error(reader, node_get(map, "ends"), "the term is longer than %d days", TERM_DAYS_MAX);
    return;
  }
  reader->course->starts = term.starts;
  reader->course->ends = term.ends;
  reader->course->starts_at = starts;
  reader->course->ends_at = ends;
}

static int64_t day_starts(struct course_reader *reader, struct day day) {
  int64_t at = 0;
  enum wall_trap trap;
  (void)calendar_instant(reader->calendar, (struct wall){day.year, day.month, day.day, 0, 0}, &at, &trap);
  return at;
}

static void read_holidays(struct course_reader *reader, const struct node *list) {
  static const struct key_row row = {"each holiday", VALUE_DATE, true, 0, 0, 0, NULL};
  const struct course *course = reader->course;
  size_t most = reader_count(list, HOLIDAYS_MAX), count = 0;
  struct day *days = arena_array(reader->arena, most, sizeof *days);
  for (size_t i = 0; i < most; i++) {
    const struct node *node = list->values[i];
    struct day day;
    if (!reader_value(reader, &row, node, &day))
      continue;
    for (size_t k = 0; k < count; k++)
      if (day_equal(days[k], day))
        reader_error(reader, node, "the holiday %s is stated twice", node->text);
    if (course->starts_at != 0 && (day_compare(day, course->starts) < 0 || day_compare(day, course->ends) > 0))
      reader_warning(reader, node, "the holiday %s is outside the term", node->text);
    days[count++] = day;
  }
  reader->course->holidays = days;
  reader->course->holiday_count = count;
}

static void read_expected(struct course_reader *reader, const struct node *map) {
  if (map == NULL)
    return;
  reader_map(reader, map, expected_rows, COUNT(expected_rows), NULL);
  size_t count;
  const int *skills = reader_references(reader, node_list(map, "any_of"), &reader->skills, "skill", &count);
  for (size_t i = 0; i < count; i++)
    reader->course->expected.any_of[skills[i]] = true;
  reader->course->expected.level = reader_reference(reader, node_get(map, "level"), &reader->levels, "level");
  reader->course->expected.is_present = true;
}
