// SPDX-License-Identifier: AGPL-3.0-or-later
// A roster of any bytes, plain or Canvas, comma or semicolon; and cells of any text through the CSV writer and back.
// Input: a character ('0' no domain, '1' with one, '2' a table to write), then the file, or cells parted by |.
#include "tests/fuzz/fuzz.h"

#include "common/base/csv.h"
#include "common/base/text.h"
#include "server/courses/roster_columns.h"
#include "server/courses/roster_file.h"
#include "server/courses/roster_index.h"

enum { COLUMNS = 3, ROWS_MAX = 40, CELL_BYTES_MAX = 300 };

struct cells {
  const char *cells[ROWS_MAX][COLUMNS];
  size_t rows;
};

static void read_roster(struct fuzz_input input, const char *domain);
static void check_problem(const struct problem *problem, bool is_refused);
static void check_entries(struct arena *arena, const struct roster_file *file);
static void check_skips(const struct roster_file *file);
static void read_columns(struct arena *arena, const struct csv_table *tables, size_t count);
static void write_table(struct fuzz_input input);
static void cut_cells(struct arena *arena, struct fuzz_input input, struct cells *out);
static void check_back(struct arena *arena, const struct cells *written, const struct text *text);
static void check_moodle(struct arena *arena, const struct cells *written);
static bool is_word(const char *text);

// NOLINTNEXTLINE(readability-non-const-parameter): libFuzzer's signature
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  log_set_capture(fuzz_ignore_line, NULL);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_input input = fuzz_input_of(data, size);
  switch (fuzz_choice(&input, 3)) {
  case 0:
    read_roster(input, NULL);
    break;
  case 1:
    read_roster(input, "example.edu");
    break;
  default:
    write_table(input);
    break;
  }
  return 0;
}

static void read_roster(struct fuzz_input input, const char *domain) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct problem problem;
  problem_init(&problem, arena);
  struct csv_table tables[ROSTER_CSV_TABLES_MAX] = {{NULL, 0}};
  size_t count = 0;
  const char *bytes = input.left == 0 ? "" : input.at;
  enum err err = roster_csv_read(arena, bytes, input.left, &problem, tables, &count);
  check_problem(&problem, err != ERR_OK);
  if (err == ERR_OK)
    read_columns(arena, tables, count);
  problem_init(&problem, arena);
  struct roster_file file = {0};
  err = roster_file_read(arena, bytes, input.left, domain, &problem, &file);
  check_problem(&problem, err != ERR_OK);
  if (err != ERR_OK)
    return;
  check_entries(arena, &file);
  check_skips(&file);
}

static void check_problem(const struct problem *problem, bool is_refused) {
  require(is_refused ? problem->code != PROBLEM_NONE : problem->error_count == 0);
  require(problem->detail == NULL || utf8_is_valid(problem->detail, strlen(problem->detail)));
  for (size_t i = 0; i < problem->error_count; i++) {
    const struct field_error *error = &problem->errors[i];
    require(utf8_is_valid(error->field, strlen(error->field)) && !text_has_control(error->field, false));
    require(error->message[0] != '\0' && utf8_is_valid(error->message, strlen(error->message)));
  }
}

static void check_entries(struct arena *arena, const struct roster_file *file) {
  struct roster_index *keys = roster_index_new(arena, file->entry_count);
  struct roster_index *ids = roster_index_new(arena, file->entry_count);
  for (size_t i = 0; i < file->entry_count; i++) {
    const struct roster_entry *entry = &file->entries[i];
    require(entry->line > 1 && (i == 0 || file->entries[i - 1].line < entry->line));
    require(is_word(entry->name) && is_word(entry->email) && is_word(entry->email_key));
    require(strchr(entry->email, '@') != NULL && strpbrk(entry->email, " \t\r\n,;<>\"") == NULL);
    require(text_equal(text_fold(arena, entry->email), entry->email_key));
    require(roster_index_put(keys, entry->email_key, i) == ROSTER_INDEX_NONE);
    require(entry->sis_id == NULL || (is_word(entry->sis_id) && utf8_length(entry->sis_id) <= ROSTER_SIS_ID_MAX));
    require(entry->sis_id == NULL || roster_index_put(ids, entry->sis_id, i) == ROSTER_INDEX_NONE);
    require((entry->login == NULL) == (entry->login_key == NULL));
    require(entry->login == NULL || is_word(entry->login));
    require(entry->section == NULL || (file->has_sections && is_word(entry->section)));
    require(entry->section == NULL || roster_file_covers(file, arena, entry->section));
    require(entry->role >= ROLE_STUDENT);
  }
  require(!roster_file_covers(file, arena, NULL));
}

static void check_skips(const struct roster_file *file) {
  for (size_t i = 0; i < file->skip_count; i++) {
    const struct roster_skip *row = &file->skips[i];
    require(row->line > 1 && row->reason[0] != '\0' && utf8_is_valid(row->reason, strlen(row->reason)));
  }
}

static void read_columns(struct arena *arena, const struct csv_table *tables, size_t count) {
  require(count >= 1 && count <= ROSTER_CSV_TABLES_MAX);
  struct problem problem;
  for (size_t i = 0; i < count; i++) {
    struct roster_columns columns = {0};
    problem_init(&problem, arena);
    enum err err = i == 0 ? roster_columns_read(arena, &tables[i], &problem, &columns)
                          : roster_columns_read_addresses(arena, &tables[i], &problem, &columns);
    check_problem(&problem, err != ERR_OK);
    for (size_t row = 0; err == ERR_OK && row < tables[i].count; row++) {
      require(row == 0 || tables[i].rows[row - 1].line < tables[i].rows[row].line);
      if (roster_columns_check_width(&columns, &tables[i].rows[row], "line", &problem) != ERR_OK)
        continue;
      for (int column = 0; column < COLUMN_COUNT; column++) {
        const char *cell = roster_columns_cell(&columns, arena, &tables[i].rows[row], (enum column)column);
        require(cell == NULL || (cell[0] != '\0' && columns.at[column] >= 0));
      }
    }
  }
}

static void write_table(struct fuzz_input input) {
  struct arena *arena SCOPED_ARENA = arena_new();
  struct cells *written = arena_alloc(arena, sizeof *written);
  cut_cells(arena, input, written);
  static const char *const header[COLUMNS] = {"team_id", "team", "state"};
  struct text text;
  text_init(&text, arena);
  csv_add_row(&text, CSV_QUOTED, header, COLUMNS);
  for (size_t i = 0; i < written->rows; i++)
    csv_add_row(&text, CSV_QUOTED, written->cells[i], COLUMNS);
  check_back(arena, written, &text);
  check_moodle(arena, written);
}

// What is no UTF-8 cannot be in the store and is left out.
static void cut_cells(struct arena *arena, struct fuzz_input input, struct cells *out) {
  for (; input.left > 0 && out->rows < ROWS_MAX; out->rows++)
    for (size_t i = 0; i < COLUMNS; i++) {
      struct fuzz_input part = fuzz_part(&input, '|');
      bool is_text = part.left > 0 && part.left <= CELL_BYTES_MAX && utf8_is_valid(part.at, part.left);
      out->cells[out->rows][i] = is_text ? arena_text_n(arena, part.at, part.left) : "";
    }
}

// Our own reader gives back what was written, but for the apostrophe before what a spreadsheet would compute.
static void check_back(struct arena *arena, const struct cells *written, const struct text *text) {
  struct problem problem;
  problem_init(&problem, arena);
  struct csv_table tables[ROSTER_CSV_TABLES_MAX];
  size_t count = 0;
  require(roster_csv_read(arena, text->bytes, text->size, &problem, tables, &count) == ERR_OK);
  require(count == 1 && tables[0].count == written->rows + 1);
  for (size_t i = 0; i < written->rows; i++) {
    const struct csv_row *row = &tables[0].rows[i + 1];
    require(row->count == COLUMNS);
    for (size_t j = 0; j < COLUMNS; j++) {
      const char *cell = written->cells[i][j], *read = row->cells[j];
      bool is_wide = strncmp(cell, "＝", 3) == 0 || strncmp(cell, "＋", 3) == 0 || strncmp(cell, "－", 3) == 0 ||
                     strncmp(cell, "＠", 3) == 0;
      bool is_formula = is_wide || (cell[0] != '\0' && strchr("=+-@\t\r\n", cell[0]) != NULL);
      require(strcmp(read, is_formula ? arena_format(arena, "'%s", cell) : cell) == 0);
      require(strchr("=+-@\t\r", read[0]) == NULL || read[0] == '\0');
    }
  }
}

// Moodle's reader cuts at every comma and line end.
static void check_moodle(struct arena *arena, const struct cells *written) {
  for (size_t i = 0; i < written->rows; i++) {
    struct text text;
    text_init(&text, arena);
    csv_add_row(&text, CSV_MOODLE, written->cells[i], COLUMNS);
    size_t commas = 0;
    for (size_t at = 0; at < text.size; at++)
      commas += text.bytes[at] == ',';
    require(commas == COLUMNS - 1);
    require(strcspn(text.bytes, "\r\n") == text.size - 2);
  }
}

static bool is_word(const char *text) {
  return text != NULL && text[0] != '\0' && utf8_is_valid(text, strlen(text)) && !text_has_control(text, false);
}
