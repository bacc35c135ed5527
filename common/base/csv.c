// SPDX-License-Identifier: AGPL-3.0-or-later
#include "common/base/csv.h"

#include <string.h>

static void add_cell(struct text *out, enum csv_style style, const char *cell);
static bool is_formula(const char *cell);
static void add_escaped(struct text *out, enum csv_style style, const char *cell);

void csv_add_row(struct text *out, enum csv_style style, const char *const *cells, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      text_add_char(out, ',');
    if (cells[i] != NULL)
      add_cell(out, style, cells[i]);
  }
  text_add(out, "\r\n");
}

static void add_cell(struct text *out, enum csv_style style, const char *cell) {
  // RFC 4180 2.4: spaces are part of a cell; some readers trim those, and tabs, that no quote protects. Before a tab at
  // the front stands an apostrophe.
  size_t size = strlen(cell);
  bool has_edge = size > 0 && (cell[0] == ' ' || strchr(" \t", cell[size - 1]) != NULL);
  bool is_quoted = style == CSV_QUOTED && (has_edge || cell[strcspn(cell, ",\"\r\n")] != '\0');
  if (is_quoted)
    text_add_char(out, '"');
  if (is_formula(cell))
    text_add_char(out, '\'');
  add_escaped(out, style, cell);
  if (is_quoted)
    text_add_char(out, '"');
}

// The wide forms are signs of a formula too where Chinese or Japanese is written.
static bool is_formula(const char *cell) {
  static const char *const wide[] = {"＝", "＋", "－", "＠"};
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
    if (strncmp(cell, wide[i], strlen(wide[i])) == 0)
      return true;
  return cell[0] != '\0' && strchr("=+-@\t\r\n", cell[0]) != NULL;
}

static void add_escaped(struct text *out, enum csv_style style, const char *cell) {
  for (; *cell != '\0'; cell++) {
    if (style == CSV_MOODLE && *cell == ',')
      text_add(out, "&#44");
    else if (style == CSV_MOODLE && (*cell == '\r' || *cell == '\n'))
      text_add_char(out, ' ');
    else if (style == CSV_QUOTED && *cell == '"')
      text_add(out, "\"\"");
    else
      text_add_char(out, *cell);
  }
}
