// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_file.h"

#include <string.h>

#include "common/base/text.h"
#include "common/base/text_unseen.h"
#include "server/accounts/login.h"
#include "server/accounts/person.h"
#include "server/courses/roster_columns.h"
#include "server/courses/roster_index.h"

struct reading {
  struct arena *arena;
  struct problem *problem;
  const char *domain;
  struct roster_columns columns;
  const struct csv_table *table;
  struct roster_index *addresses; // SIS id to position in address_list; NULL: no second table
  const char **address_list;
  struct roster_entry *entries;
  size_t entry_count;
  struct roster_skip *skips;
  size_t skip_count;
};

// One row with its words as they stand.
struct row {
  const struct csv_row *csv;
  const char *place;
  const char *name;
  const char *login; // of a plain file: the address
  const char *sis_id;
  const char *login_name; // the institution's name for the person
  const char *login_key;
  const char *section;
};

// What no two rows may share.
struct seen {
  const char *what;
  size_t key_at; // of a const char * in struct roster_entry; so is word_at
  size_t word_at;
  struct roster_index *index;
};

static enum err read_tables(struct reading *reading, const struct csv_table *tables, size_t count);
static enum err read_addresses(struct reading *reading, const struct csv_table *table);
static enum err read_address(struct reading *reading, const struct roster_columns *columns, const struct csv_row *row,
                             size_t position, int *lines);
static enum err read_row(struct reading *reading, const struct csv_row *csv, bool is_last);
static enum err check_words(const struct reading *reading, const struct row *row);
static bool is_of_canvas(const struct reading *reading, const struct row *row);
static bool is_test_student(const struct reading *reading, const struct row *row);
static enum err read_login(const struct reading *reading, struct row *row);
static enum err read_person(struct reading *reading, const struct row *row);
static const char *address_of(const struct reading *reading, const struct row *row);
static void skip(struct reading *reading, const struct row *row, const char *reason, bool is_somebody);
static const char *why_no_address(const struct reading *reading, const struct row *row);
static enum err read_choice(const struct reading *reading, const struct row *row, enum column column,
                            const char *const *names, int *out);
static const char *first_last(struct arena *arena, const char *name);
static enum err check_twice(const struct reading *reading);
static enum err check_entry_twice(const struct reading *reading, const struct seen *seen, size_t count, size_t at);
static const char *text_at(const struct roster_entry *entry, size_t offset);
static void collect_sections(const struct reading *reading, struct roster_file *out);
static const char *next_section(struct arena *arena, const char **rest);

enum err roster_file_read(struct arena *arena, const char *bytes, size_t size, const char *domain,
                          struct problem *problem, struct roster_file *out) {
  struct csv_table tables[ROSTER_CSV_TABLES_MAX];
  size_t count = 0;
  struct reading reading = {.arena = arena, .problem = problem, .domain = domain};
  enum err err = roster_csv_read(arena, bytes, size, problem, tables, &count);
  if (err == ERR_OK)
    err = read_tables(&reading, tables, count);
  if (err != ERR_OK)
    return problem_raise(problem, PROBLEM_INVALID_CSV,
                         "Nothing was imported. Mend what is listed (at most 50 are) and send the file again.");
  *out = (struct roster_file){
      .is_canvas = reading.columns.is_canvas,
      .has_sections = reading.columns.at[COLUMN_SECTION] >= 0,
      .entries = reading.entries,
      .entry_count = reading.entry_count,
      .skips = reading.skips,
      .skip_count = reading.skip_count,
  };
  collect_sections(&reading, out);
  return ERR_OK;
}

bool roster_file_covers(const struct roster_file *file, struct arena *arena, const char *sections) {
  const char *rest = file->has_sections && sections != NULL ? text_drop_unseen(arena, sections) : NULL;
  bool is_any = false;
  for (const char *section; (section = next_section(arena, &rest)) != NULL;) {
    if (roster_index_get(file->sections, section) == ROSTER_INDEX_NONE)
      return false;
    is_any = true;
  }
  return is_any;
}

static enum err read_tables(struct reading *reading, const struct csv_table *tables, size_t count) {
  enum err result = roster_columns_read(reading->arena, &tables[0], reading->problem, &reading->columns);
  if (count > 1 && read_addresses(reading, &tables[1]) != ERR_OK)
    result = ERR_INVALID;
  if (result != ERR_OK)
    return result;
  size_t rows = tables[0].count;
  reading->table = &tables[0];
  reading->entries = arena_array(reading->arena, rows, sizeof *reading->entries);
  reading->skips = arena_array(reading->arena, rows, sizeof *reading->skips);
  for (size_t i = 1; i < rows; i++)
    if (read_row(reading, &tables[0].rows[i], i + 1 == rows) != ERR_OK)
      result = ERR_INVALID;
  if (result == ERR_OK && reading->entry_count + reading->skip_count == 0)
    result = problem_field(reading->problem, "", "there is nobody in the file");
  return result != ERR_OK ? result : check_twice(reading);
}

static enum err read_addresses(struct reading *reading, const struct csv_table *table) {
  struct roster_columns columns;
  enum err result = roster_columns_read_addresses(reading->arena, table, reading->problem, &columns);
  if (result != ERR_OK)
    return result;
  reading->addresses = roster_index_new(reading->arena, table->count);
  reading->address_list = arena_array(reading->arena, table->count, sizeof *reading->address_list);
  int *lines = arena_array(reading->arena, table->count, sizeof *lines);
  for (size_t i = 1; i < table->count; i++)
    if (read_address(reading, &columns, &table->rows[i], i, lines) != ERR_OK)
      result = ERR_INVALID;
  return result;
}

static enum err read_address(struct reading *reading, const struct roster_columns *columns, const struct csv_row *row,
                             size_t position, int *lines) {
  struct arena *arena = reading->arena;
  const char *place = roster_csv_place(arena, 1, row->line);
  if (roster_columns_check_width(columns, row, place, reading->problem) != ERR_OK)
    return ERR_INVALID;
  const char *sis_id = roster_columns_cell(columns, arena, row, COLUMN_SIS_ID);
  const char *email = roster_columns_cell(columns, arena, row, COLUMN_EMAIL);
  if (email == NULL)
    return ERR_OK; // as if the row were not there
  if (sis_id == NULL)
    return problem_field(reading->problem, place, "has no sis_id");
  const char *clean, *key;
  if (!address_check(arena, email, &clean, &key))
    return problem_field(reading->problem, place, "its email is not an address; one looks like name@example.edu");
  ptrdiff_t earlier = roster_index_put(reading->addresses, sis_id, position);
  if (earlier != ROSTER_INDEX_NONE)
    return problem_field(reading->problem, place, "has the sis_id that line %d has already", lines[earlier]);
  lines[position] = row->line;
  reading->address_list[position] = clean;
  return ERR_OK;
}

static enum err read_row(struct reading *reading, const struct csv_row *csv, bool is_last) {
  const struct roster_columns *columns = &reading->columns;
  struct arena *arena = reading->arena;
  struct row row = {
      .csv = csv,
      .place = roster_csv_place(arena, 0, csv->line),
      .name = roster_columns_cell(columns, arena, csv, COLUMN_NAME),
      .login = roster_columns_cell(columns, arena, csv, COLUMN_EMAIL),
      .sis_id = roster_columns_cell(columns, arena, csv, COLUMN_SIS_ID),
      .section = roster_columns_cell(columns, arena, csv, COLUMN_SECTION),
  };
  if (columns->is_canvas && is_of_canvas(reading, &row))
    return ERR_OK;
  if (roster_columns_check_width(columns, csv, row.place, reading->problem) != ERR_OK ||
      check_words(reading, &row) != ERR_OK)
    return ERR_INVALID;
  if (is_last && is_test_student(reading, &row)) {
    skip(reading, &row, "is Canvas's test student", false);
    return ERR_OK;
  }
  if (columns->is_canvas)
    row.name = first_last(arena, row.name);
  if (read_login(reading, &row) != ERR_OK)
    return ERR_INVALID;
  return read_person(reading, &row);
}

static enum err check_words(const struct reading *reading, const struct row *row) {
  static const char *const names[] = {"name", "address", "SIS id", "section"};
  const char *const words[] = {row->name, row->login, row->sis_id, row->section};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (words[i] != NULL && text_has_control(words[i], false))
      return problem_field(reading->problem, row->place, "its %s holds a control character", names[i]);
  if (row->name == NULL)
    return problem_field(reading->problem, row->place, "has no name");
  if (utf8_length(row->name) > PERSON_NAME_MAX)
    return problem_field(reading->problem, row->place, "its name is longer than %d characters", PERSON_NAME_MAX);
  if (row->sis_id != NULL && utf8_length(row->sis_id) > ROSTER_SIS_ID_MAX)
    return problem_field(reading->problem, row->place, "its SIS id is longer than %d characters", ROSTER_SIS_ID_MAX);
  return ERR_OK;
}

// "Manual Posting" and "    Points Possible" stand above the students, about nobody.
static bool is_of_canvas(const struct reading *reading, const struct row *row) {
  if (row->name == NULL)
    return roster_columns_cell(&reading->columns, reading->arena, row->csv, COLUMN_ID) == NULL && row->sis_id == NULL &&
           row->login == NULL;
  return text_equal(row->name, "Points Possible") || text_equal(row->name, "Manual Posting");
}

static bool is_test_student(const struct reading *reading, const struct row *row) {
  return reading->columns.is_canvas && text_equal(row->name, "Student, Test") && row->sis_id == NULL;
}

// Canvas has logins that no proxy can name; they only fail to sign in that way.
static enum err read_login(const struct reading *reading, struct row *row) {
  const struct roster_columns *columns = &reading->columns;
  const char *cell =
      columns->is_canvas ? row->login : roster_columns_cell(columns, reading->arena, row->csv, COLUMN_LOGIN);
  const char *clean, *key;
  if (cell == NULL)
    return ERR_OK;
  if (login_check(reading->arena, cell, &clean, &key)) {
    row->login_name = clean;
    row->login_key = key;
    return ERR_OK;
  }
  return columns->is_canvas ? ERR_OK
                            : problem_field(reading->problem, row->place,
                                            "its login is not one word of at most %d characters", LOGIN_MAX);
}

static enum err read_person(struct reading *reading, const struct row *row) {
  int role = ROLE_STUDENT - 1, credit = CREDIT_CREDIT;
  enum err role_err = read_choice(reading, row, COLUMN_ROLE, role_names + ROLE_STUDENT, &role);
  enum err credit_err = read_choice(reading, row, COLUMN_CREDIT, credit_names, &credit);
  if (role_err != ERR_OK || credit_err != ERR_OK)
    return ERR_INVALID;
  const char *address = address_of(reading, row), *clean, *key;
  if (address == NULL) {
    skip(reading, row, why_no_address(reading, row), true);
    return ERR_OK;
  }
  if (!address_check(reading->arena, address, &clean, &key))
    return problem_field(reading->problem, row->place, "%s is not an e-mail address; one looks like name@example.edu",
                         address);
  const struct roster_columns *columns = &reading->columns;
  reading->entries[reading->entry_count++] = (struct roster_entry){
      .line = row->csv->line,
      .name = row->name,
      .email = clean,
      .email_key = key,
      .login = row->login_name,
      .login_key = row->login_key,
      .sis_id = row->sis_id,
      .section = row->section,
      .has_role = roster_columns_cell(columns, reading->arena, row->csv, COLUMN_ROLE) != NULL,
      .has_credit = roster_columns_cell(columns, reading->arena, row->csv, COLUMN_CREDIT) != NULL,
      .role = (enum role)(role + ROLE_STUDENT),
      .credit = (enum credit)credit,
      .left_out = roster_columns_left_out(columns, reading->arena, row->csv),
  };
  return ERR_OK;
}

// The second file's, else the login's own, else the login at the configured domain; NULL when there is none.
static const char *address_of(const struct reading *reading, const struct row *row) {
  ptrdiff_t position = ROSTER_INDEX_NONE;
  if (reading->addresses != NULL)
    position = roster_index_get(reading->addresses, row->sis_id);
  if (position != ROSTER_INDEX_NONE)
    return reading->address_list[position];
  if (row->login == NULL || !reading->columns.is_canvas || strchr(row->login, '@') != NULL)
    return row->login;
  return reading->domain == NULL ? NULL : arena_format(reading->arena, "%s@%s", row->login, reading->domain);
}

static void skip(struct reading *reading, const struct row *row, const char *reason, bool is_somebody) {
  reading->skips[reading->skip_count++] = (struct roster_skip){
      .line = row->csv->line,
      .reason = reason,
      .name_key = is_somebody ? text_fold(reading->arena, row->name) : NULL,
      .sis_id = is_somebody ? row->sis_id : NULL,
  };
}

static const char *why_no_address(const struct reading *reading, const struct row *row) {
  if (row->login != NULL)
    return arena_format(reading->arena,
                        "%s has no address: the login %s has no @; name its domain, or add a file sis_id,email",
                        row->name, row->login);
  if (reading->addresses != NULL && row->sis_id != NULL)
    return arena_format(reading->arena, "%s has no address, and the second file has none for %s", row->name,
                        row->sis_id);
  if (row->sis_id == NULL)
    return arena_format(reading->arena, "%s has neither an address nor a SIS id to find it by", row->name);
  return arena_format(reading->arena, "%s has no address; add a file sis_id,email", row->name);
}

// Leaves *out alone when the cell says nothing.
static enum err read_choice(const struct reading *reading, const struct row *row, enum column column,
                            const char *const *names, int *out) {
  const char *cell = roster_columns_cell(&reading->columns, reading->arena, row->csv, column);
  if (cell == NULL)
    return ERR_OK;
  const char *what = column == COLUMN_ROLE ? "role" : "credit";
  if (text_has_control(cell, false))
    return problem_field(reading->problem, row->place, "its %s holds a control character", what);
  const char *word = text_fold(reading->arena, cell);
  size_t count = 0;
  for (; names[count] != NULL; count++) {
    if (!text_equal(names[count], word))
      continue;
    *out = (int)count;
    return ERR_OK;
  }
  const char *nearest = text_nearest(word, names, count);
  if (nearest != NULL)
    return problem_field(reading->problem, row->place, "\"%s\" is no %s; did you mean %s?", cell, what, nearest);
  return problem_field(reading->problem, row->place, "\"%s\" is no %s; write %s, %s or %s", cell, what, names[0],
                       names[1], names[2]);
}

// Canvas sorts by "Last, First" or "Last, First, Suffix".
static const char *first_last(struct arena *arena, const char *name) {
  const char *comma = strchr(name, ',');
  if (comma == NULL)
    return name;
  const char *last = arena_text_n(arena, name, (size_t)(comma - name));
  size_t size = strcspn(comma + 1, ",");
  const char *first = arena_text_n(arena, comma + 1, size);
  const char *suffix = comma[1 + size] == ',' ? comma + 2 + size : "";
  const char *turned = text_squeeze(arena, arena_format(arena, "%s %s %s", first, last, suffix));
  return turned[0] == '\0' ? name : turned;
}

static enum err check_twice(const struct reading *reading) {
  size_t room = reading->entry_count;
  const struct seen seen[] = {
      {"the address", offsetof(struct roster_entry, email_key), offsetof(struct roster_entry, email),
       roster_index_new(reading->arena, room)},
      {"the SIS id", offsetof(struct roster_entry, sis_id), offsetof(struct roster_entry, sis_id),
       roster_index_new(reading->arena, room)},
      {"the login", offsetof(struct roster_entry, login_key), offsetof(struct roster_entry, login),
       roster_index_new(reading->arena, room)},
  };
  enum err result = ERR_OK;
  for (size_t i = 0; i < reading->entry_count; i++)
    if (check_entry_twice(reading, seen, sizeof seen / sizeof *seen, i) != ERR_OK)
      result = ERR_INVALID;
  return result;
}

// Each word is put, also behind a first fault, so that later lines are told as well.
static enum err check_entry_twice(const struct reading *reading, const struct seen *seen, size_t count, size_t at) {
  const struct roster_entry *entry = &reading->entries[at];
  enum err result = ERR_OK;
  for (size_t i = 0; i < count; i++) {
    const char *key = text_at(entry, seen[i].key_at);
    ptrdiff_t earlier = key == NULL ? ROSTER_INDEX_NONE : roster_index_put(seen[i].index, key, at);
    if (earlier != ROSTER_INDEX_NONE && result == ERR_OK)
      result = problem_field(reading->problem, roster_csv_place(reading->arena, 0, entry->line),
                             "%s %s stands on line %d already; leave one of the two lines", seen[i].what,
                             text_at(entry, seen[i].word_at), reading->entries[earlier].line);
  }
  return result;
}

static const char *text_at(const struct roster_entry *entry, size_t offset) {
  return *(const char *const *)(const void *)((const char *)entry + offset);
}

static void collect_sections(const struct reading *reading, struct roster_file *out) {
  if (!out->has_sections)
    return;
  struct arena *arena = reading->arena;
  size_t count = 0;
  const char **list = NULL;
  struct roster_index *seen = roster_index_new(arena, reading->table->count);
  for (size_t i = 0; i < reading->entry_count; i++) {
    const char *rest = reading->entries[i].section;
    // Most rows repeat one sentence.
    if (rest == NULL || roster_index_put(seen, rest, i) != ROSTER_INDEX_NONE)
      continue;
    for (const char *section; (section = next_section(arena, &rest)) != NULL;) {
      list = arena_more(arena, list, count, sizeof *list);
      list[count++] = section;
    }
  }
  struct roster_index *sections = roster_index_new(arena, count);
  for (size_t i = 0; i < count; i++)
    (void)roster_index_put(sections, list[i], i);
  out->sections = sections;
}

// Takes "A and B" or "A, B, and C" apart (Canvas joins as English does); NULL at the end. A name that holds such a
// joint itself comes apart the same way wherever it stands.
static const char *next_section(struct arena *arena, const char **rest) {
  static const char *const joints[] = {", and ", ", ", " and "};
  while (*rest != NULL && **rest != '\0') {
    const char *start = *rest, *end = start + strlen(start), *next = end;
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
      const char *joint = strstr(start, joints[i]);
      if (joint != NULL && joint < end) {
        end = joint;
        next = joint + strlen(joints[i]);
      }
    }
    *rest = next;
    if (end > start)
      return arena_text_n(arena, start, (size_t)(end - start));
  }
  return NULL;
}
