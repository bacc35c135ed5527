// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_columns.h"

#include "common/base/text.h"
#include "common/base/text_unseen.h"

struct heading {
  const char *name; // folded
  enum column column;
};

static const struct heading plain_headings[] = {
    {"name", COLUMN_NAME}, {"email", COLUMN_EMAIL},   {"sis_id", COLUMN_SIS_ID},   {"login", COLUMN_LOGIN},
    {"role", COLUMN_ROLE}, {"credit", COLUMN_CREDIT}, {"section", COLUMN_SECTION},
};
static const struct heading address_headings[] = {{"sis_id", COLUMN_SIS_ID}, {"email", COLUMN_EMAIL}};
static const struct heading canvas_headings[] = {
    {"student", COLUMN_NAME},       {"id", COLUMN_ID},           {"sis user id", COLUMN_SIS_ID},
    {"sis login id", COLUMN_EMAIL}, {"section", COLUMN_SECTION},
};
enum { HEADINGS_MAX = sizeof plain_headings / sizeof *plain_headings };

// What a header may hold, and where its faults go.
struct header {
  const struct heading *headings;
  size_t count;
  const struct csv_row *row;
  struct arena *arena;
  const char *place;
  struct problem *problem;
};

static void clear(struct roster_columns *columns, size_t width);
static bool is_canvas(struct arena *arena, const struct csv_row *row);
static enum err read_canvas(const struct header *header, struct roster_columns *out);
static enum err read_strictly(const struct header *header, struct roster_columns *out);
static enum err read_heading(const struct header *header, size_t at, struct roster_columns *out);
static enum err refuse_heading(const struct header *header, const char *name);
static enum err refuse_missing(const struct header *header, const struct roster_columns *columns);
static bool is_headless(const struct header *header);
static const struct heading *find(const struct header *header, const char *name);
static const char *folded(struct arena *arena, const struct csv_row *row, size_t at);

enum err roster_columns_read(struct arena *arena, const struct csv_table *table, struct problem *problem,
                             struct roster_columns *out) {
  if (table->count == 0)
    return problem_field(problem, "line 1", "there is no header; the file is empty");
  const struct csv_row *row = &table->rows[0];
  const char *place = roster_csv_place(arena, 0, row->line);
  clear(out, row->count);
  if (is_canvas(arena, row))
    return read_canvas(
        &(struct header){canvas_headings, sizeof canvas_headings / sizeof *canvas_headings, row, arena, place, problem},
        out);
  const struct header header = {plain_headings, HEADINGS_MAX, row, arena, place, problem};
  if (is_headless(&header))
    return problem_field(
        problem, place,
        "is no header; begin with name,email (and sis_id, login, role, credit, section if you like), or take "
        "Canvas's gradebook export, which begins with Student,ID");
  return read_strictly(&header, out);
}

enum err roster_columns_read_addresses(struct arena *arena, const struct csv_table *table, struct problem *problem,
                                       struct roster_columns *out) {
  if (table->count == 0)
    return problem_field(problem, "addresses line 1", "there is no header; begin with sis_id,email");
  const struct csv_row *row = &table->rows[0];
  clear(out, row->count);
  const struct header header = {address_headings,
                                sizeof address_headings / sizeof *address_headings,
                                row,
                                arena,
                                roster_csv_place(arena, 1, row->line),
                                problem};
  return read_strictly(&header, out);
}

enum err roster_columns_check_width(const struct roster_columns *columns, const struct csv_row *row, const char *place,
                                    struct problem *problem) {
  size_t least = columns->width;
  if (columns->is_canvas) { // what follows the student block is not read
    least = 0;
    for (int i = 0; i < COLUMN_COUNT; i++)
      if (columns->at[i] >= (int)least)
        least = (size_t)columns->at[i] + 1;
  }
  if (row->count < least)
    return problem_field(problem, place, "has %zu cells, but the header has %zu", row->count, columns->width);
  for (size_t i = 0; i < row->count && !columns->is_canvas; i++) {
    if (row->cells[i][0] == '\0')
      continue;
    if (i >= columns->width)
      return problem_field(problem, place,
                           "has %zu cells, but the header has %zu; put a cell that holds a comma in quotes", row->count,
                           columns->width);
    if (columns->is_nameless[i])
      return problem_field(problem, place, "has something in column %zu, which has no name in the header", i + 1);
  }
  return ERR_OK;
}

const char *roster_columns_cell(const struct roster_columns *columns, struct arena *arena, const struct csv_row *row,
                                enum column column) {
  int at = columns->at[column];
  if (at < 0 || (size_t)at >= row->count)
    return NULL;
  const char *cell = text_squeeze(arena, text_drop_unseen(arena, row->cells[at]));
  return cell[0] == '\0' ? NULL : cell;
}

const char *roster_columns_left_out(const struct roster_columns *columns, struct arena *arena,
                                    const struct csv_row *row) {
  static const char *const names[COLUMN_COUNT] = {"name", "address", "SIS id", "login", "role", "credit", "section"};
  for (int i = 0; i < COLUMN_COUNT; i++) {
    int at = columns->at[i];
    if (names[i] == NULL || at < 0 || (size_t)at >= row->count)
      continue;
    const char *words = text_unseen_words(arena, row->cells[at], TEXT_NAME);
    if (words != NULL)
      return arena_format(arena, "its %s %s; it was left out", names[i], words);
  }
  return NULL;
}

static void clear(struct roster_columns *columns, size_t width) {
  *columns = (struct roster_columns){.width = width};
  for (int i = 0; i < COLUMN_COUNT; i++)
    columns->at[i] = -1;
}

static bool is_canvas(struct arena *arena, const struct csv_row *row) {
  return row->count >= 2 && text_equal(folded(arena, row, 0), "student") && text_equal(folded(arena, row, 1), "id");
}

// Canvas closes the student block with Section; behind it an assignment may have any name.
static enum err read_canvas(const struct header *header, struct roster_columns *out) {
  out->is_canvas = true;
  for (size_t i = 0; i < header->row->count && out->at[COLUMN_SECTION] < 0; i++) {
    const struct heading *heading = find(header, folded(header->arena, header->row, i));
    if (heading != NULL && out->at[heading->column] < 0)
      out->at[heading->column] = (int)i;
  }
  if (out->at[COLUMN_SECTION] < 0)
    return problem_field(header->problem, header->place,
                         "has no column Section; export the gradebook from Canvas again and send the file as it is");
  if (out->at[COLUMN_EMAIL] < 0 && out->at[COLUMN_SIS_ID] < 0)
    return problem_field(header->problem, header->place,
                         "has neither SIS Login ID nor SIS User ID, so nobody's address can be found");
  return ERR_OK;
}

static enum err read_strictly(const struct header *header, struct roster_columns *out) {
  enum err result = ERR_OK;
  for (size_t i = 0; i < header->row->count; i++)
    if (read_heading(header, i, out) != ERR_OK)
      result = ERR_INVALID;
  return refuse_missing(header, out) == ERR_OK ? result : ERR_INVALID;
}

static enum err read_heading(const struct header *header, size_t at, struct roster_columns *out) {
  const char *name = folded(header->arena, header->row, at);
  out->is_nameless[at] = name[0] == '\0';
  if (name[0] == '\0')
    return ERR_OK;
  if (text_has_control(name, false))
    return problem_field(header->problem, header->place, "has a control character in the name of column %zu", at + 1);
  const struct heading *heading = find(header, name);
  if (heading == NULL)
    return refuse_heading(header, name);
  if (out->at[heading->column] >= 0)
    return problem_field(header->problem, header->place, "has the column %s twice", name);
  out->at[heading->column] = (int)at;
  return ERR_OK;
}

static enum err refuse_heading(const struct header *header, const char *name) {
  const char *known[HEADINGS_MAX];
  struct text list;
  text_init(&list, header->arena);
  for (size_t i = 0; i < header->count; i++) {
    known[i] = header->headings[i].name;
    text_add_format(&list, "%s%s", i == 0 ? "" : ", ", known[i]);
  }
  const char *nearest = text_nearest(name, known, header->count);
  if (nearest != NULL)
    return problem_field(header->problem, header->place, "has an unknown column \"%s\"; did you mean %s?", name,
                         nearest);
  return problem_field(header->problem, header->place, "has an unknown column \"%s\"; the columns are %s", name,
                       text_get(&list));
}

static enum err refuse_missing(const struct header *header, const struct roster_columns *columns) {
  enum err result = ERR_OK;
  for (size_t i = 0; i < 2; i++) // the first two of each form are required
    if (columns->at[header->headings[i].column] < 0)
      result = problem_field(header->problem, header->place, "lacks the column %s", header->headings[i].name);
  return result;
}

static bool is_headless(const struct header *header) {
  for (size_t i = 0; i < header->row->count; i++) {
    const char *name = folded(header->arena, header->row, i);
    const char *known[HEADINGS_MAX];
    for (size_t j = 0; j < header->count; j++)
      known[j] = header->headings[j].name;
    if (find(header, name) != NULL || text_nearest(name, known, header->count) != NULL)
      return false;
  }
  return true;
}

static const struct heading *find(const struct header *header, const char *name) {
  for (size_t i = 0; i < header->count; i++)
    if (text_equal(header->headings[i].name, name))
      return &header->headings[i];
  return NULL;
}

static const char *folded(struct arena *arena, const struct csv_row *row, size_t at) {
  const char *name = text_fold(arena, row->cells[at]);
  return name == NULL ? "" : name; // not reached: the bytes were checked
}
