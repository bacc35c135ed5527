// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/staff_reports.h"

#include "server/reminders/fold.h"
#include "server/reminders/plan_words.h"

static enum err renew_person(const struct plan *plan, const struct plan_list *list, const struct ledger_row *rows,
                             size_t count);
static enum err reword(const struct plan *plan, const struct reminder *report, const struct ledger_row *row);

enum err staff_reports_renew(const struct act *act, const struct course_view *course) {
  struct ledger_row *rows = NULL;
  size_t count = 0;
  struct plan plan;
  struct plan_list list;
  enum err err = ledger_store_reports(act, course->id, &rows, &count);
  if (err != ERR_OK || count == 0 || (err = plan_load(act, course, &plan)) != ERR_OK)
    return err;
  int64_t first = rows[0].at, last = rows[0].at;
  for (size_t i = 1; i < count; i++) {
    first = rows[i].at < first ? rows[i].at : first;
    last = rows[i].at > last ? rows[i].at : last;
  }
  plan_between(&plan, first - 1, last, &list);
  for (size_t i = 0, end = 0; err == ERR_OK && i < count; i = end) {
    for (end = i; end < count && rows[end].person == rows[i].person;)
      end++;
    err = renew_person(&plan, &list, rows + i, end - i);
  }
  return err;
}

static enum err renew_person(const struct plan *plan, const struct plan_list *list, const struct ledger_row *rows,
                             size_t count) {
  const struct act *act = plan->act;
  int64_t course = plan->roll.course->id;
  const struct reminder **reports = arena_array(act->arena, count, sizeof *reports);
  const struct ledger_row **rows_of = arena_array(act->arena, count, sizeof *rows_of);
  size_t size = 0;
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    const struct reminder *report = fold_find(list, &rows[i]);
    if (report == NULL) {
      err =
          ledger_store_withdraw(act, course, &rows[i], "it moved, or concerned nobody any more, before the daily mail");
      continue;
    }
    reports[size] = report;
    rows_of[size++] = &rows[i];
  }
  for (size_t i = 0; err == ERR_OK && i < size; i++)
    err =
        fold_is_said_later(reports, i, size)
            ? ledger_store_withdraw(act, course, rows_of[i], "a later one of the same subject left with the same mail")
            : reword(plan, reports[i], rows_of[i]);
  return err;
}

// What was not urgent at its instant stays in the daily mail, whatever it has become.
static enum err reword(const struct plan *plan, const struct reminder *report, const struct ledger_row *row) {
  struct reminder daily = *report;
  daily.is_urgent = false;
  struct reminder_message message = plan_words(plan, &daily);
  return ledger_store_reword(plan->act, row, message.subject, message.words);
}
