// SPDX-License-Identifier: AGPL-3.0-or-later
// Cells of a CSV file as they are written; reading is libcsv's work (server/courses/roster_csv.c). A cell that a
// spreadsheet would take for a formula gets an apostrophe in front.
#pragma once

#include <stdbool.h>

#include "common/base/text.h"

enum csv_style {
  CSV_QUOTED, // RFC 4180: a comma, a quote or a line end puts the cell in quotes
  CSV_MOODLE, // Moodle's group import knows no quotes: a comma is &#44, a line end a space
};

// One row, ended by CRLF; NULL is an empty cell.
void csv_add_row(struct text *out, enum csv_style style, const char *const *cells, size_t count);
