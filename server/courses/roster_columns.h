// SPDX-License-Identifier: AGPL-3.0-or-later
// Which column of a roster file holds what: its header, in each of the forms that roster_file.h names.
#pragma once

#include <stdbool.h>

#include "server/courses/roster_csv.h"

enum column {
  COLUMN_NAME,
  COLUMN_EMAIL, // of Canvas: SIS Login ID
  COLUMN_SIS_ID,
  COLUMN_LOGIN, // of a plain file
  COLUMN_ROLE,
  COLUMN_CREDIT,
  COLUMN_SECTION,
  COLUMN_ID, // Canvas's own number
  COLUMN_COUNT,
};

struct roster_columns {
  bool is_canvas;
  int at[COLUMN_COUNT]; // -1: the file lacks it
  size_t width;         // of the header
  bool is_nameless[ROSTER_CSV_COLUMNS_MAX];
};

CHECKED enum err roster_columns_read(struct arena *arena, const struct csv_table *table, struct problem *problem,
                                     struct roster_columns *out);
// Of the second table, `sis_id,email`.
CHECKED enum err roster_columns_read_addresses(struct arena *arena, const struct csv_table *table,
                                               struct problem *problem, struct roster_columns *out);
// Whether the row's cells stand under the header's; else a field error at `place`.
CHECKED enum err roster_columns_check_width(const struct roster_columns *columns, const struct csv_row *row,
                                            const char *place, struct problem *problem);
// The cell with its white space squeezed and without what nobody sees; NULL when it is empty or the file lacks the
// column.
const char *roster_columns_cell(const struct roster_columns *columns, struct arena *arena, const struct csv_row *row,
                                enum column column);
// "its name has a character that nobody can see, …; it was left out", of the first such cell; NULL: there is none.
const char *roster_columns_left_out(const struct roster_columns *columns, struct arena *arena,
                                    const struct csv_row *row);
