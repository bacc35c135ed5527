// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/course/course_edit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/course/calendar.h"
#include "common/course/yaml_tree.h"

// Bytes of the old text that others take the place of.
struct cut {
  size_t start, end;
  const char *words;
};

// Of a milestone, before one of its fields is changed.
struct before {
  int line;          // of the field, or of `due`, behind which it comes
  size_t pairs_then; // how many there should be afterwards
};

struct editor {
  struct arena *arena;
  struct problem *problem;
  const char *text;
  size_t size;
  const struct node *root;
  struct calendar *calendar;
};

static enum err edit_one(struct editor *editor, const struct course_edit *edit);
static const struct node *find_milestone(const struct editor *editor, const char *id);
static const char *wall_words(const struct editor *editor, int64_t at);
static struct cut cut_of(const struct editor *editor, const struct node *milestone, enum edit_field field,
                         const char *words);
static struct cut cut_out(const struct editor *editor, bool is_flow, size_t start, size_t end);
static struct cut cut_in(const struct editor *editor, const struct node *milestone, enum edit_field field,
                         const char *words);
static const struct node *key_of(const struct node *map, const char *name);
static size_t offset_of(const struct editor *editor, const struct node *node);
static size_t offset_at(const struct editor *editor, int line, int column);
static size_t end_of(const struct editor *editor, const struct node *scalar);
static const char *words_at(const struct editor *editor, size_t start, size_t end, const char *words);
static enum err check_said(struct editor *editor, const struct course_edit *edit, const char *words,
                           const struct before *before);
static bool is_blank(const char *bytes, size_t size);
static void put(struct editor *editor, struct cut cut);
static enum err tell_findings(struct problem *problem, const char *field, const struct findings *findings);

static const char *const edit_field_names[] = {"opens", "due", "closes", NULL};

enum err course_edit_apply(struct arena *arena, const char *text, const struct course_edit *edits, size_t count,
                           struct problem *problem, const char **out_text, const struct course **out) {
  size_t size = strlen(text);
  struct findings findings = {0};
  const struct course *course = NULL;
  enum err err = course_file_read(arena, text, size, &findings, &course);
  if (err != ERR_OK)
    return tell_findings(problem, "", &findings);
  struct editor editor = {.arena = arena, .problem = problem, .text = text, .size = size};
  if ((err = calendar_open(arena, course->zone, &editor.calendar)) != ERR_OK)
    return err;
  for (size_t i = 0; i < count; i++)
    if ((err = edit_one(&editor, &edits[i])) != ERR_OK)
      return err;
  if (course_file_read(arena, editor.text, editor.size, &findings, &course) != ERR_OK)
    return tell_findings(problem, count == 1 ? edit_field_names[edits[0].field] : "", &findings);
  *out_text = editor.text;
  *out = course;
  return ERR_OK;
}

static enum err edit_one(struct editor *editor, const struct course_edit *edit) {
  const char *field = edit_field_names[edit->field];
  struct finding_list findings;
  finding_list_init(&findings, editor->arena);
  editor->root = yaml_tree_read(editor->arena, editor->text, editor->size, &findings);
  const struct node *milestone = find_milestone(editor, edit->milestone);
  if (milestone == NULL)
    return problem_field(editor->problem, "milestone", "There is no milestone '%s' in the course file.",
                         edit->milestone);
  if (edit->at == 0 && edit->field != EDIT_CLOSES)
    return problem_field(editor->problem, field, "A milestone always has this; give an instant.");
  const char *words = edit->at == 0 ? "" : wall_words(editor, edit->at);
  if (words == NULL)
    return problem_field(editor->problem, field,
                         "The course file states wall times to the minute; no such time of the course's zone is this "
                         "very instant. Choose a whole minute, outside an hour that comes twice.");
  const struct node *old = node_get(milestone, field);
  bool is_put_in = old == NULL && words[0] != '\0', is_cut_out = old != NULL && words[0] == '\0';
  const struct before before = {.line = old == NULL ? key_of(milestone, "due")->line : old->line,
                                .pairs_then = milestone->count + is_put_in - is_cut_out};
  put(editor, cut_of(editor, milestone, edit->field, words));
  return check_said(editor, edit, words, &before);
}

static const struct node *find_milestone(const struct editor *editor, const char *id) {
  const struct node *list = node_list(editor->root, "milestones");
  for (size_t i = 0; list != NULL && i < list->count; i++) {
    const struct node *name = node_get(list->values[i], "id");
    if (name != NULL && name->kind == NODE_SCALAR && strcmp(name->text, id) == 0)
      return list->values[i];
  }
  return NULL;
}

// NULL when the file cannot say it.
static const char *wall_words(const struct editor *editor, int64_t at) {
  struct wall wall;
  int second = 0;
  calendar_wall(editor->calendar, at, &wall, &second);
  int64_t back = 0;
  enum wall_trap trap;
  bool is_said = second == 0 && wall.year >= 1000 && wall.year <= 9999 &&
                 calendar_instant(editor->calendar, wall, &back, &trap) && back == at;
  return is_said ? arena_format(editor->arena, "%04d-%02d-%02d %02d:%02d", wall.year, wall.month, wall.day, wall.hour,
                                wall.minute)
                 : NULL;
}

static struct cut cut_of(const struct editor *editor, const struct node *milestone, enum edit_field field,
                         const char *words) {
  const struct node *value = node_get(milestone, edit_field_names[field]);
  if (value == NULL)
    return words[0] == '\0' ? (struct cut){0} : cut_in(editor, milestone, field, words);
  size_t start = offset_of(editor, value), end = end_of(editor, value);
  if (words[0] != '\0')
    return (struct cut){start, end, words_at(editor, start, end, words)};
  return cut_out(editor, milestone->is_flow, offset_of(editor, key_of(milestone, edit_field_names[field])), end);
}

// A key and its value: with the whole line when nothing else but a comment stands on it, else with the comma before it
// (it is never the first: a milestone begins with other keys, or the comma after it goes).
static struct cut cut_out(const struct editor *editor, bool is_flow, size_t start, size_t end) {
  const char *text = editor->text;
  size_t line = start;
  while (line > 0 && text[line - 1] != '\n')
    line--;
  size_t next = end;
  while (next < editor->size && text[next] != '\n')
    next++;
  size_t behind = end;
  while (behind < next && (text[behind] == ' ' || text[behind] == '\t'))
    behind++;
  if (!is_flow && is_blank(text + line, start - line) && (behind == next || text[behind] == '#'))
    return (struct cut){line, next < editor->size ? next + 1 : next, ""};
  size_t before = start;
  while (before > 0 && strchr(" \t\n", text[before - 1]) != NULL)
    before--;
  if (before > 0 && text[before - 1] == ',')
    return (struct cut){before - 1, end, ""};
  if (text[behind] == ',')
    behind++;
  while (behind < next && text[behind] == ' ')
    behind++;
  return (struct cut){start, behind, ""};
}

// Behind `due`, which every milestone has: on a line of its own where due has one, else after a comma.
static struct cut cut_in(const struct editor *editor, const struct node *milestone, enum edit_field field,
                         const char *words) {
  const struct node *key = key_of(milestone, "due");
  size_t start = offset_of(editor, key), end = end_of(editor, node_get(milestone, "due"));
  size_t line = start;
  while (line > 0 && editor->text[line - 1] != '\n')
    line--;
  size_t next = end;
  while (next < editor->size && editor->text[next] != '\n')
    next++;
  const char *name = edit_field_names[field];
  if (milestone->is_flow)
    return (struct cut){end, end, arena_format(editor->arena, ", %s: %s", name, words)};
  return (struct cut){next, next, arena_format(editor->arena, "\n%*s%s: %s", (int)(start - line), "", name, words)};
}

// Of a key that the map has.
static const struct node *key_of(const struct node *map, const char *name) {
  for (size_t i = 0; i < map->count; i++)
    if (strcmp(map->keys[i]->text, name) == 0)
      return map->keys[i];
  abort();
}

static size_t offset_of(const struct editor *editor, const struct node *node) {
  return offset_at(editor, node->line, node->column);
}

// Columns count code points.
static size_t offset_at(const struct editor *editor, int line, int column) {
  size_t at = editor->size >= 3 && memcmp(editor->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  for (int i = 1; i < line; i++)
    at = (size_t)((const char *)memchr(editor->text + at, '\n', editor->size - at) - editor->text) + 1;
  for (int i = 1; i < column; i++) {
    uint32_t point;
    at += utf8_decode(editor->text + at, editor->size - at, &point);
  }
  return at;
}

// Quotes, escapes, several lines: all of it.
static size_t end_of(const struct editor *editor, const struct node *scalar) {
  size_t end = offset_at(editor, scalar->end_line, scalar->end_column);
  while (scalar->is_block && strchr(" \t\r\n", editor->text[end - 1]) != NULL)
    end--;
  return end;
}

// In the place of a value: with a blank behind a colon that has none, and before the comment beside a | or >.
static const char *words_at(const struct editor *editor, size_t start, size_t end, const char *words) {
  const char *old = editor->text + start;
  const char *comment = end > start && (*old == '|' || *old == '>') ? memchr(old, '#', end - start) : NULL;
  const char *line = comment == NULL ? NULL : memchr(old, '\n', end - start);
  const char *colon = editor->text[start - 1] == ':' ? " " : "";
  if (comment == NULL || line < comment)
    return arena_format(editor->arena, "%s%s", colon, words);
  size_t size = strcspn(comment, "\r\n");
  return arena_format(editor->arena, "%s%s %.*s", colon, words, (int)size, comment);
}

// YAML has more forms than are known here: what was not changed as it was meant is refused.
static enum err check_said(struct editor *editor, const struct course_edit *edit, const char *words,
                           const struct before *before) {
  const char *field = edit_field_names[edit->field];
  struct finding_list findings;
  finding_list_init(&findings, editor->arena);
  editor->root = yaml_tree_read(editor->arena, editor->text, editor->size, &findings);
  const struct node *milestone = find_milestone(editor, edit->milestone);
  const struct node *value = node_get(milestone, field);
  bool is_said = words[0] == '\0' ? value == NULL : value != NULL && text_equal(value->text, words);
  if (findings.errors == 0 && is_said && milestone != NULL && milestone->count == before->pairs_then)
    return ERR_OK;
  if (words[0] == '\0')
    return problem_field(editor->problem, field,
                         "Line %d of the course file is written in a form that this does not change. Take '%s' out of "
                         "the file yourself and apply it.",
                         before->line, field);
  return problem_field(editor->problem, field,
                       "Line %d of the course file is written in a form that this does not change. Write '%s: %s' into "
                       "the file yourself and apply it.",
                       before->line, field, words);
}

static bool is_blank(const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (bytes[i] != ' ' && bytes[i] != '\t')
      return false;
  return true;
}

static void put(struct editor *editor, struct cut cut) {
  if (cut.words == NULL)
    return;
  struct text text;
  text_init(&text, editor->arena);
  text_add_n(&text, editor->text, cut.start);
  text_add(&text, cut.words);
  text_add_n(&text, editor->text + cut.end, editor->size - cut.end);
  editor->text = text_get(&text);
  editor->size = text.size;
}

static enum err tell_findings(struct problem *problem, const char *field, const struct findings *findings) {
  for (size_t i = 0; i < findings->count; i++)
    if (!findings->list[i].is_warning)
      (void)problem_field(problem, field, "Line %d: %s", findings->list[i].line, findings->list[i].message);
  return ERR_INVALID;
}
