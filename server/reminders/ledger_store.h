// SPDX-License-Identifier: AGPL-3.0-or-later
// The SQL of the ledger: which reminders were sent or skipped, each once (the unique key of the table: person, subject,
// offset, effective due), and how far each course is handled.
#pragma once

#include "common/course/course.h"
#include "server/db/act.h"

struct ledger_row {
  int64_t person;
  const char *subject;
  struct span offset;
  int64_t due;
  int64_t at;      // when it fell due
  const char *why; // NULL: it was sent
  int64_t outbox;  // 0: none
  int64_t written_at;
};

struct ledger_course {
  int64_t course;
  int64_t planned_until; // 0: not begun
  int64_t created_at;
  int64_t counter; // of its changes
  bool is_live;    // neither a draft nor in the archive
};

// All courses, or one (`course` not 0).
CHECKED enum err ledger_store_courses(struct db *db, struct arena *arena, int64_t course, struct ledger_course **out,
                                      size_t *count);
CHECKED enum err ledger_store_plan(const struct act *act, int64_t course, int64_t planned_until);
// Only forward, and only while the course's changes count so many.
CHECKED enum err ledger_store_keep(struct db *db, int64_t course, int64_t planned_until, int64_t counter);
// *is_new tells; a row that is there already stays as it is.
CHECKED enum err ledger_store_put(const struct act *act, int64_t course, const struct ledger_row *row, bool *is_new);
CHECKED enum err ledger_store_set_outbox(const struct act *act, int64_t course, const struct ledger_row *row);
// Those that fell due in (from, to], of one person or of all (0), by instant, then number.
struct ledger_span {
  int64_t person;
  int64_t from, to;
};
CHECKED enum err ledger_store_list(const struct act *act, int64_t course, const struct ledger_span *span,
                                   struct ledger_row **out, size_t *count);
// Those to students whose message is held until later (quiet hours) and in no mail yet.
CHECKED enum err ledger_store_held(const struct act *act, int64_t course, struct ledger_row **out, size_t *count);
// Those to staff whose message waits for the daily mail, by person, then as above.
CHECKED enum err ledger_store_reports(const struct act *act, int64_t course, struct ledger_row **out, size_t *count);
// What such a message says from now on.
CHECKED enum err ledger_store_reword(const struct act *act, const struct ledger_row *row, const char *subject,
                                     const char *words);
// Takes a message that waits back; the reminder counts as skipped.
CHECKED enum err ledger_store_withdraw(const struct act *act, int64_t course, const struct ledger_row *row,
                                       const char *why);
