// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_shift.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/course/course_values.h"
#include "common/course/yaml_tree.h"

enum { DATE_BYTES = 10, DAYS_A_WEEK = 7, YEAR_MIN = 1970, YEAR_MAX = 9999 };

// A date, or the date of a wall time, where the file states it.
struct site {
  const struct node *node;
  const char *where; // "milestones final-report due"
  bool is_holiday;
  struct day day;
};

struct sites {
  struct arena *arena;
  struct site *list;
  size_t count;
};

struct shifter {
  struct arena *arena;
  struct problem *problem;
  const struct course_shift_wish *wish;
  const struct course *course; // of the old text
  const struct node *root;
  char *text; // a copy, of which the dates are changed in place: all are of one length
  size_t size;
  int days;
};

static enum err tell(struct problem *problem, const char *which, const struct findings *findings);
static enum err check_wish(struct shifter *shifter);
static void collect(struct sites *sites, const struct node *node, const char *where, bool is_holiday);
static void collect_map(struct sites *sites, const struct node *map, const char *where);
static bool is_date_key(const char *key);
static enum err move_dates(struct shifter *shifter, const struct sites *sites);
static enum err put_id(struct shifter *shifter);
static enum err put_holidays(struct shifter *shifter);
static const char *holiday_list(const struct shifter *shifter);
static size_t list_end(const struct shifter *shifter, const struct node *list, size_t start);
static void replace(struct shifter *shifter, size_t start, size_t end, const char *words);
static size_t offset_of(const struct shifter *shifter, const struct node *node);
static const struct node *read_tree(struct arena *arena, const char *text, size_t size);
static void take_notes(struct shifter *shifter, struct course_shift *out);
static void take_warnings(struct arena *arena, const struct findings *before, const struct findings *findings,
                          struct course_shift *out);
static bool is_in(const struct day *days, size_t count, struct day day);
static void add_note(struct arena *arena, struct course_shift *out, struct course_shift_note note);
static int by_line(const void *a, const void *b);
static long day_number(struct day day);
static struct day day_of(long number);
static const char *day_words(struct arena *arena, struct day day);

const char *const course_shift_kind_names[] = {"check this holiday", "falls on a holiday", "warning", NULL};

// Of every map in the file: what course_read_*.c read as a date or a wall time, and nothing else by these names.
static const char *const date_keys[] = {"starts", "ends", "opens", "due", "closes", "decide_by"};

enum err course_shift(struct arena *arena, const char *text, const struct course_shift_wish *wish,
                      struct problem *problem, struct course_shift *out) {
  struct shifter shifter = {.arena = arena, .problem = problem, .wish = wish, .size = strlen(text)};
  shifter.text = arena_text_n(arena, text, shifter.size);
  struct findings before = {0}, findings = {0};
  enum err err = course_file_read(arena, text, shifter.size, &before, &shifter.course);
  if (err != ERR_OK)
    return tell(problem, "old", &before);
  if ((err = check_wish(&shifter)) != ERR_OK)
    return err;
  shifter.root = read_tree(arena, shifter.text, shifter.size);
  struct sites sites = {.arena = arena};
  collect_map(&sites, shifter.root, "");
  err = move_dates(&shifter, &sites);
  if (err == ERR_OK)
    err = put_id(&shifter);
  if (err == ERR_OK && wish->has_holidays)
    err = put_holidays(&shifter);
  if (err != ERR_OK)
    return err;
  struct course_shift made = {.text = shifter.text, .weeks = shifter.days / DAYS_A_WEEK};
  err = course_file_read(arena, shifter.text, shifter.size, &findings, &made.course);
  if (err != ERR_OK)
    return tell(problem, "new", &findings);
  take_notes(&shifter, &made);
  take_warnings(arena, &before, &findings, &made);
  if (made.note_count > 0)
    qsort(made.notes, made.note_count, sizeof *made.notes, by_line);
  *out = made;
  return ERR_OK;
}

static enum err tell(struct problem *problem, const char *which, const struct findings *findings) {
  for (size_t i = 0; i < findings->count; i++)
    if (!findings->list[i].is_warning)
      (void)problem_field(problem, "", "Line %d of the %s file: %s", findings->list[i].line, which,
                          findings->list[i].message);
  return ERR_INVALID;
}

static enum err check_wish(struct shifter *shifter) {
  const struct course_shift_wish *wish = shifter->wish;
  enum err err = ERR_OK;
  if (!value_id_is_valid(wish->id))
    err = problem_field(shifter->problem, "course",
                        "must be an id of small letters, digits and inner '-' (at most 64 characters)");
  long days = day_number(wish->starts) - day_number(shifter->course->starts);
  long past = ((days % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK;
  if (past != 0) {
    long before = day_number(wish->starts) - past;
    err = problem_field(shifter->problem, "starts",
                        "is not whole weeks from %s, so that no date would keep its weekday: take %s or %s",
                        day_words(shifter->arena, shifter->course->starts), day_words(shifter->arena, day_of(before)),
                        day_words(shifter->arena, day_of(before + DAYS_A_WEEK)));
  }
  shifter->days = (int)days;
  return err;
}

static void collect(struct sites *sites, const struct node *node, const char *where, bool is_holiday) {
  struct day day;
  struct arena *arena = sites->arena;
  const char *date =
      node->kind == NODE_SCALAR && strlen(node->text) >= DATE_BYTES ? arena_text_n(arena, node->text, DATE_BYTES) : "";
  if (!value_date(date, &day))
    return;
  sites->list = arena_grow(arena, sites->list, sites->count, sites->count + 1, sizeof *sites->list);
  sites->list[sites->count++] = (struct site){node, where, is_holiday, day};
}

static void collect_map(struct sites *sites, const struct node *map, const char *where) {
  for (size_t i = 0; map->kind == NODE_MAP && i < map->count; i++) {
    const struct node *value = map->values[i];
    const char *key = map->keys[i]->text;
    const char *path = where[0] == '\0' ? key : arena_format(sites->arena, "%s %s", where, key);
    bool is_holidays = strcmp(path, "course holidays") == 0;
    if (is_date_key(key))
      collect(sites, value, path, false);
    collect_map(sites, value, path);
    for (size_t k = 0; value->kind == NODE_LIST && k < value->count; k++) {
      const struct node *id = node_get(value->values[k], "id");
      if (is_holidays)
        collect(sites, value->values[k], path, true);
      collect_map(sites, value->values[k],
                  id != NULL && id->kind == NODE_SCALAR ? arena_format(sites->arena, "%s %s", path, id->text) : path);
    }
  }
}

static bool is_date_key(const char *key) {
  for (size_t i = 0; i < sizeof date_keys / sizeof date_keys[0]; i++)
    if (strcmp(key, date_keys[i]) == 0)
      return true;
  return false;
}

static enum err move_dates(struct shifter *shifter, const struct sites *sites) {
  for (size_t i = 0; i < sites->count; i++) {
    const struct site *site = &sites->list[i];
    if (site->is_holiday && shifter->wish->has_holidays)
      continue;
    size_t at = offset_of(shifter, site->node) + (site->node->is_plain ? 0 : 1);
    struct day day = day_of(day_number(site->day) + shifter->days);
    if (day.year < YEAR_MIN || day.year > YEAR_MAX)
      return problem_field(shifter->problem, "starts", "moves %s out of the years %d to %d", site->where, YEAR_MIN,
                           YEAR_MAX);
    if (at + DATE_BYTES > shifter->size || memcmp(shifter->text + at, site->node->text, DATE_BYTES) != 0)
      return problem_field(shifter->problem, "", "Line %d: write the date %.10s as it is, without escapes.",
                           site->node->line, site->node->text);
    const char *words = arena_format(shifter->arena, "%04d-%02d-%02d", day.year, day.month, day.day);
    memcpy(shifter->text + at, words, DATE_BYTES);
  }
  return ERR_OK;
}

// Behind the dates: bytes after it move, nodes before it stay where they are.
static enum err put_id(struct shifter *shifter) {
  const struct node *id = node_get(node_map(shifter->root, "course"), "id");
  size_t at = offset_of(shifter, id) + (id->is_plain ? 0 : 1), size = strlen(id->text);
  if (at + size > shifter->size || memcmp(shifter->text + at, id->text, size) != 0)
    return problem_field(shifter->problem, "", "Line %d: write the course's id as it is, without escapes.", id->line);
  replace(shifter, at, at + size, shifter->wish->id);
  return ERR_OK;
}

// As a list in brackets, where the old one stood; when there was none, before the id, which every file has.
static enum err put_holidays(struct shifter *shifter) {
  const struct node *course = node_map(read_tree(shifter->arena, shifter->text, shifter->size), "course");
  const struct node *old = node_get(course, "holidays");
  const char *words = holiday_list(shifter);
  if (old != NULL && old->kind == NODE_LIST) {
    size_t start = offset_of(shifter, old);
    bool is_flow = shifter->text[start] == '[';
    // Items may stand as far left as their key; a list in brackets may not.
    replace(shifter, start, list_end(shifter, old, start),
            is_flow ? words : arena_format(shifter->arena, "  %s", words));
    return ERR_OK;
  }
  if (old != NULL || shifter->wish->holiday_count == 0)
    return old == NULL ? ERR_OK : problem_field(shifter->problem, "holidays", "the file's own are no list");
  size_t key = 0;
  while (strcmp(course->keys[key]->text, "id") != 0)
    key++;
  size_t at = offset_of(shifter, course->keys[key]);
  replace(shifter, at, at,
          course->is_flow
              ? arena_format(shifter->arena, "holidays: %s, ", words)
              : arena_format(shifter->arena, "holidays: %s\n%*s", words, course->keys[key]->column - 1, ""));
  return ERR_OK;
}

static const char *holiday_list(const struct shifter *shifter) {
  struct text text;
  text_init(&text, shifter->arena);
  text_add_char(&text, '[');
  for (size_t i = 0; i < shifter->wish->holiday_count; i++) {
    struct day day = shifter->wish->holidays[i];
    text_add_format(&text, "%s%04d-%02d-%02d", i == 0 ? "" : ", ", day.year, day.month, day.day);
  }
  text_add_char(&text, ']');
  return text_get(&text);
}

// Dates hold no bracket, so that the next one outside a comment is the list's own.
static size_t list_end(const struct shifter *shifter, const struct node *list, size_t start) {
  const struct node *last = list->count == 0 ? NULL : list->values[list->count - 1];
  size_t end = last == NULL ? start : offset_of(shifter, last) + strlen(last->text) + (last->is_plain ? 0 : 2);
  if (shifter->text[start] != '[')
    return end;
  while (end < shifter->size && shifter->text[end] != ']') {
    if (shifter->text[end] == '#')
      while (end < shifter->size && strchr("\r\n", shifter->text[end]) == NULL)
        end++;
    end++;
  }
  return end + 1;
}

static void replace(struct shifter *shifter, size_t start, size_t end, const char *words) {
  struct text text;
  text_init(&text, shifter->arena);
  text_add_n(&text, shifter->text, start);
  text_add(&text, words);
  text_add_n(&text, shifter->text + end, shifter->size - end);
  shifter->size = text.size;
  shifter->text = text.bytes;
}

// Columns count code points; lines end as libyaml takes them to.
static size_t offset_of(const struct shifter *shifter, const struct node *node) {
  const char *text = shifter->text;
  size_t at = shifter->size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  for (int line = 1; line < node->line; at++)
    line += text[at] == '\n' || (text[at] == '\r' && text[at + 1] != '\n');
  for (int column = 1; column < node->column; column++) {
    uint32_t point;
    at += utf8_decode(text + at, shifter->size - at, &point);
  }
  return at;
}

static const struct node *read_tree(struct arena *arena, const char *text, size_t size) {
  struct finding_list findings;
  finding_list_init(&findings, arena);
  return yaml_tree_read(arena, text, size, &findings);
}

// A shift by whole weeks puts nothing on a weekend that was not on one: only holidays are new.
static void take_notes(struct shifter *shifter, struct course_shift *out) {
  struct arena *arena = shifter->arena;
  const struct course *was = shifter->course, *is = out->course;
  struct sites after = {.arena = arena};
  collect_map(&after, read_tree(arena, out->text, shifter->size), "");
  for (size_t i = 0; i < after.count; i++) {
    const struct site *site = &after.list[i];
    struct course_shift_note note = {.line = site->node->line};
    struct day old = day_of(day_number(site->day) - shifter->days);
    if (site->is_holiday) {
      note.kind = SHIFT_HOLIDAY_MOVED;
      note.words =
          arena_format(arena, "%s is a holiday because %s was one", day_words(arena, site->day), day_words(arena, old));
      if (!shifter->wish->has_holidays)
        add_note(arena, out, note);
      continue;
    }
    if (!is_in(is->holidays, is->holiday_count, site->day) || is_in(was->holidays, was->holiday_count, old))
      continue;
    note.kind = SHIFT_ON_HOLIDAY;
    note.words = arena_format(arena, "%s falls on the holiday %s", site->where, day_words(arena, site->day));
    add_note(arena, out, note);
  }
}

// Those that the old file has in the same words are no news; of holidays a note of its own tells more.
static void take_warnings(struct arena *arena, const struct findings *before, const struct findings *findings,
                          struct course_shift *out) {
  for (size_t i = 0; i < findings->count; i++) {
    const struct finding *finding = &findings->list[i];
    bool is_old = strstr(finding->message, "falls on a holiday") != NULL;
    for (size_t k = 0; k < before->count; k++)
      is_old = is_old || strcmp(before->list[k].message, finding->message) == 0;
    if (!is_old)
      add_note(arena, out, (struct course_shift_note){SHIFT_WARNING, finding->line, finding->message});
  }
}

static bool is_in(const struct day *days, size_t count, struct day day) {
  for (size_t i = 0; i < count; i++)
    if (day_equal(days[i], day))
      return true;
  return false;
}

static void add_note(struct arena *arena, struct course_shift *out, struct course_shift_note note) {
  out->notes = arena_grow(arena, out->notes, out->note_count, out->note_count + 1, sizeof *out->notes);
  out->notes[out->note_count++] = note;
}

static int by_line(const void *a, const void *b) {
  const struct course_shift_note *left = a, *right = b;
  if (left->line != right->line)
    return left->line < right->line ? -1 : 1;
  return (int)left->kind - (int)right->kind;
}

// Days since 1 March of year 0, by the Gregorian rule: a year that begins in March ends with its leap day.
static long day_number(struct day day) {
  long year = day.month < 3 ? day.year - 1 : day.year;
  long month = (day.month + 9) % 12;
  return year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day.day - 1;
}

static struct day day_of(long number) {
  long year = (10000 * number + 14780) / 3652425;
  long rest = number - (365 * year + year / 4 - year / 100 + year / 400);
  if (rest < 0) {
    year--;
    rest = number - (365 * year + year / 4 - year / 100 + year / 400);
  }
  long month = (100 * rest + 52) / 3060;
  return (struct day){(int)(year + (month + 2) / 12), (int)((month + 2) % 12 + 1),
                      (int)(rest - (month * 306 + 5) / 10 + 1)};
}

static const char *day_words(struct arena *arena, struct day day) {
  static const char *const names[] = {"Wed", "Thu", "Fri", "Sat", "Sun", "Mon", "Tue"}; // 0000-03-01 was a Wednesday
  return arena_format(arena, "%s %04d-%02d-%02d", names[day_number(day) % DAYS_A_WEEK], day.year, day.month, day.day);
}
