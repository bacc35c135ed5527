// SPDX-License-Identifier: AGPL-3.0-or-later
// CSV as text of rows and cells (RFC 4180), with the line of each row. The only user of libcsv. Knows no roster.
// Comma or semicolon is sniffed from the first line; UTF-8 with or without a byte order mark; CRLF, LF or CR.
// A second table may follow the first after a line that holds one form feed (U+000C) and nothing else.
#pragma once

#include "common/base/arena.h"
#include "common/base/problem.h"

enum {
  ROSTER_CSV_BYTES_MAX = 4 * 1024 * 1024,
  ROSTER_CSV_ROWS_MAX = 20000, // a table, without its header
  ROSTER_CSV_COLUMNS_MAX = 200,
  ROSTER_CSV_CELL_MAX = 1000, // code points
  ROSTER_CSV_TABLES_MAX = 2,
};

struct csv_row {
  int line; // where it begins, from 1 in each table
  const char *const *cells;
  size_t count;
};

struct csv_table {
  const struct csv_row *rows; // blank lines are left out
  size_t count;
};

// Every fault is a field error of `problem` ("line 7"; of the second table "addresses line 7"); ERR_INVALID when there
// was one.
CHECKED enum err roster_csv_read(struct arena *arena, const char *bytes, size_t size, struct problem *problem,
                                 struct csv_table tables[static ROSTER_CSV_TABLES_MAX], size_t *count);
// "line 7", "addresses line 7"; table counts from 0.
const char *roster_csv_place(struct arena *arena, size_t table, int line);
