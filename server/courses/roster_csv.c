// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/roster_csv.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

// One table on its way through libcsv, which is fed line by line so that each row knows where it began.
struct reader {
  struct arena *arena;
  struct problem *problem;
  size_t table;
  struct csv_parser parser;
  struct csv_row *rows;
  size_t count;
  int line;      // being fed
  int row_line;  // where the row that is open began
  bool is_open;  // a row has begun and not ended
  bool is_ended; // nothing more is taken: a fault, or too many rows
  bool is_sound;
  size_t width; // cells of the open row
  const char *cells[ROSTER_CSV_COLUMNS_MAX];
};

static enum err check_bytes(struct arena *arena, const char *bytes, size_t size, struct problem *problem);
static bool check_lines(struct arena *arena, const char *bytes, size_t size, struct problem *problem);
static size_t line_size(const char *bytes, size_t size);
static size_t content_size(const char *line, size_t size);
static bool is_blank(const char *line, size_t size);
static bool is_form_feed(const char *line, size_t size);
static size_t read_table(struct reader *reader, const char *bytes, size_t size);
static void feed(struct reader *reader, const char *line, size_t size);
static void end_table(struct reader *reader);
static unsigned char sniff(const char *bytes, size_t size);
static void refuse_syntax(struct reader *reader);
static void on_cell(void *bytes, size_t size, void *context);
static void on_row(int terminator, void *context);
static void fault(struct reader *reader, int line, const char *words);

enum err roster_csv_read(struct arena *arena, const char *bytes, size_t size, struct problem *problem,
                         struct csv_table tables[static ROSTER_CSV_TABLES_MAX], size_t *count) {
  enum err err = check_bytes(arena, bytes, size, problem);
  if (err != ERR_OK)
    return err;
  bool is_sound = true;
  size_t at = 0, found = 0;
  do {
    if (found == ROSTER_CSV_TABLES_MAX)
      return problem_field(problem, "", "there are more than two files in it, parted by form feed lines");
    struct reader *reader = arena_alloc(arena, sizeof *reader);
    *reader = (struct reader){.arena = arena, .problem = problem, .table = found, .is_sound = true};
    at += read_table(reader, bytes + at, size - at);
    is_sound = is_sound && reader->is_sound;
    tables[found++] = (struct csv_table){reader->rows, reader->count};
  } while (at < size);
  *count = found;
  return is_sound ? ERR_OK : ERR_INVALID;
}

const char *roster_csv_place(struct arena *arena, size_t table, int line) {
  return arena_format(arena, "%sline %d", table == 0 ? "" : "addresses ", line);
}

static enum err check_bytes(struct arena *arena, const char *bytes, size_t size, struct problem *problem) {
  if (size > ROSTER_CSV_BYTES_MAX)
    return problem_field(problem, "", "is larger than %d MiB", ROSTER_CSV_BYTES_MAX / (1024 * 1024));
  bool is_utf16 = size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0);
  if (is_utf16)
    return problem_field(problem, "line 1", "the file is UTF-16; save it as \"CSV UTF-8\"");
  return utf8_is_valid(bytes, size) || check_lines(arena, bytes, size, problem) ? ERR_OK : ERR_INVALID;
}

static bool check_lines(struct arena *arena, const char *bytes, size_t size, struct problem *problem) {
  bool is_sound = true;
  int line = 0;
  size_t table = 0;
  for (size_t at = 0, length; at < size; at += length) {
    length = line_size(bytes + at, size - at);
    line++;
    if (is_form_feed(bytes + at, length)) {
      table++;
      line = 0;
    } else if (!utf8_is_valid(bytes + at, length)) {
      is_sound = false;
      (void)problem_field(problem, roster_csv_place(arena, table, line),
                          "is not UTF-8 text; save the file as \"CSV UTF-8\"");
    }
  }
  return is_sound;
}

// With its terminator: LF, CRLF or CR.
static size_t line_size(const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (bytes[i] == '\n')
      return i + 1;
    if (bytes[i] == '\r')
      return i + 1 < size && bytes[i + 1] == '\n' ? i + 2 : i + 1;
  }
  return size;
}

static size_t content_size(const char *line, size_t size) {
  while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
    size--;
  return size;
}

// What libcsv leaves out between two rows.
static bool is_blank(const char *line, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (strchr(" \t\r\n", line[i]) == NULL)
      return false;
  return true;
}

static bool is_form_feed(const char *line, size_t size) { return content_size(line, size) == 1 && line[0] == '\f'; }

// How many bytes are this table's, the form feed line that ends it included.
static size_t read_table(struct reader *reader, const char *bytes, size_t size) {
  size_t at = size >= 3 && memcmp(bytes, byte_order_mark, 3) == 0 ? 3 : 0;
  if (csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
    abort();
  csv_set_delim(&reader->parser, sniff(bytes + at, size - at));
  bool is_over = false;
  while (at < size && !is_over) {
    size_t length = line_size(bytes + at, size - at);
    is_over = !reader->is_open && is_form_feed(bytes + at, length);
    reader->line++;
    if (!is_over && !reader->is_ended)
      feed(reader, bytes + at, length);
    at += length;
  }
  if (!reader->is_ended)
    end_table(reader);
  csv_free(&reader->parser);
  return at;
}

static void feed(struct reader *reader, const char *line, size_t size) {
  if (!reader->is_open) {
    if (is_blank(line, size))
      return;
    reader->is_open = true;
    reader->row_line = reader->line;
  }
  if (csv_parse(&reader->parser, line, size, on_cell, on_row, reader) != size)
    refuse_syntax(reader);
}

static void end_table(struct reader *reader) {
  if (csv_fini(&reader->parser, on_cell, on_row, reader) == 0)
    return;
  if (csv_error(&reader->parser) != CSV_EPARSE)
    abort(); // out of memory
  fault(reader, reader->row_line, "a quote that opens in this row is never closed");
}

// The header tells: its cells rarely hold either mark, and quoted ones do not count.
static unsigned char sniff(const char *bytes, size_t size) {
  size_t commas = 0, semicolons = 0;
  bool is_quoted = false;
  size_t at = 0;
  while (at < size && strchr(" \t\r\n", bytes[at]) != NULL)
    at++;
  for (; at < size && (is_quoted || (bytes[at] != '\n' && bytes[at] != '\r')); at++) {
    if (bytes[at] == '"')
      is_quoted = !is_quoted;
    commas += !is_quoted && bytes[at] == ',';
    semicolons += !is_quoted && bytes[at] == ';';
  }
  return semicolons > commas ? ';' : ',';
}

static void refuse_syntax(struct reader *reader) {
  if (csv_error(&reader->parser) != CSV_EPARSE)
    abort(); // out of memory
  const char *words =
      "a quote stands inside a cell; put the whole cell in quotes and write each inner one twice (\"\")";
  if (reader->row_line != reader->line)
    words = arena_format(reader->arena, "%s, or close the quote that opens on line %d", words, reader->row_line);
  fault(reader, reader->line, words);
  reader->is_ended = true;
  reader->is_open = false;
}

static void on_cell(void *bytes, size_t size, void *context) {
  struct reader *reader = context;
  const char *cell = arena_text_n(reader->arena, size == 0 ? "" : bytes, size);
  if (utf8_length(cell) > ROSTER_CSV_CELL_MAX)
    fault(reader, reader->row_line,
          arena_format(reader->arena, "cell %zu is longer than %d characters; is a quote not closed?",
                       reader->width + 1, ROSTER_CSV_CELL_MAX));
  if (reader->width < ROSTER_CSV_COLUMNS_MAX)
    reader->cells[reader->width] = cell;
  reader->width++;
}

static void on_row(int terminator, void *context) {
  (void)terminator;
  struct reader *reader = context;
  size_t width = reader->width;
  reader->width = 0;
  reader->is_open = false;
  if (width > ROSTER_CSV_COLUMNS_MAX) {
    fault(reader, reader->row_line,
          arena_format(reader->arena, "has %zu cells; at most %d are taken", width, ROSTER_CSV_COLUMNS_MAX));
    return;
  }
  if (reader->count > ROSTER_CSV_ROWS_MAX) {
    fault(reader, reader->row_line,
          arena_format(reader->arena, "is one row too many; at most %d are taken", ROSTER_CSV_ROWS_MAX));
    reader->is_ended = true;
    return;
  }
  reader->rows = arena_more(reader->arena, reader->rows, reader->count, sizeof *reader->rows);
  const char **cells = arena_array(reader->arena, width, sizeof *cells);
  for (size_t i = 0; i < width; i++)
    cells[i] = reader->cells[i];
  reader->rows[reader->count++] = (struct csv_row){reader->row_line, cells, width};
}

static void fault(struct reader *reader, int line, const char *words) {
  reader->is_sound = false;
  (void)problem_field(reader->problem, roster_csv_place(reader->arena, reader->table, line), "%s", words);
}
