// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/outbound/mail_making.h"

#include "server/outbound/notice_choice.h"

struct making {
  struct db *db;
  struct arena *arena;
  const struct mail_times *times;
};

static enum err make_alone(const struct making *making, const struct mail_waiting *row);
static enum err make_of_person(const struct making *making, int64_t person);
static enum err postpone(const struct making *making, const struct mail_waiting *rows, size_t count, int64_t at);
static enum err judge(const struct making *making, const struct mail_waiting *row, enum outbox_outcome *out);
static bool has_been(const struct mail_waiting *rows, size_t count, int64_t person);

enum err mail_making_run(struct db *db, struct arena *arena, const struct mail_times *times, int64_t limit,
                         bool *is_more) {
  const struct making making = {db, arena, times};
  struct mail_waiting *rows = NULL;
  size_t count = 0;
  enum err err = mail_store_waiting(db, arena, times->now, limit, &rows, &count);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    if (rows[i].is_alone)
      err = make_alone(&making, &rows[i]);
    else if (!has_been(rows, i, rows[i].person))
      err = make_of_person(&making, rows[i].person);
  }
  *is_more = err == ERR_OK && count == (size_t)limit;
  return err;
}

static enum err make_alone(const struct making *making, const struct mail_waiting *row) {
  enum outbox_outcome outcome;
  enum err err = judge(making, row, &outcome);
  if (err != ERR_OK)
    return err;
  if (outcome != OUTBOX_WAITING)
    return mail_store_drop(making->db, row->id, outcome, making->times->now);
  int64_t mail = 0;
  err = mail_store_insert(making->db, row->person, true, row->not_after != 0, making->times, &mail);
  return err == ERR_OK ? mail_store_assign(making->db, mail, row->id) : err;
}

// The hour is held by moving the rows to its end: so that nobody looks at them each second until then.
static enum err make_of_person(const struct making *making, int64_t person) {
  struct db *db = making->db;
  int64_t newest = 0;
  enum err err = mail_store_newest(db, person, &newest);
  if (err != ERR_OK)
    return err;
  bool is_past = newest <= making->times->now; // else the clock was ahead then, and nobody is to wait for that
  struct mail_waiting *rows = NULL;
  size_t count = 0;
  int64_t mail = 0;
  err = mail_store_of_person(db, making->arena, person, MAIL_MESSAGES_MAX, &rows, &count);
  if (err == ERR_OK && newest != 0 && is_past && making->times->now < newest + MAIL_HOUR_SECONDS)
    return postpone(making, rows, count, newest + MAIL_HOUR_SECONDS);
  for (size_t i = 0; err == ERR_OK && i < count; i++) {
    enum outbox_outcome outcome;
    if ((err = judge(making, &rows[i], &outcome)) != ERR_OK)
      return err;
    if (outcome != OUTBOX_WAITING) {
      err = mail_store_drop(db, rows[i].id, outcome, making->times->now);
      continue;
    }
    if (mail == 0)
      err = mail_store_insert(db, person, false, false, making->times, &mail);
    if (err == ERR_OK)
      err = mail_store_assign(db, mail, rows[i].id);
  }
  return err;
}

// To the end of the hour, and where all of it can wait and the hour ends in the reader's night, to the end of that.
static enum err postpone(const struct making *making, const struct mail_waiting *rows, size_t count, int64_t at) {
  bool is_patient = true, is_held = false;
  for (size_t i = 0; i < count; i++) {
    const struct notice_kind *kind = notice_kind_find(rows[i].kind);
    is_patient = is_patient && kind != NULL && kind->pace == NOTICE_HOUR;
  }
  struct quiet_hours quiet;
  int64_t end = at;
  enum err err =
      count == 0 || !is_patient ? ERR_NOT_FOUND : notice_quiet_hours(making->db, making->arena, rows[0].person, &quiet);
  if (err == ERR_OK)
    err = quiet_hours_hold(making->arena, &quiet, at, &is_held, &end);
  if (err != ERR_OK && err != ERR_NOT_FOUND && err != ERR_INVALID) // without hours, or in a zone that is no more
    return err;
  return count == 0 ? ERR_OK : mail_store_postpone(making->db, rows[0].person, is_held ? end : at);
}

// What needs no mail.
static enum err judge(const struct making *making, const struct mail_waiting *row, enum outbox_outcome *out) {
  *out = OUTBOX_WAITING;
  if (!row->has_address)
    *out = OUTBOX_NO_ADDRESS;
  else if (row->is_disabled)
    *out = OUTBOX_DISABLED;
  else if (row->not_after != 0 && making->times->now >= row->not_after)
    *out = OUTBOX_EXPIRED;
  const struct notice_kind *kind = notice_kind_find(row->kind);
  // A kind of an older version that has no row any more leaves as it was meant to.
  if (*out != OUTBOX_WAITING || row->person == 0 || kind == NULL || !kind->may_be_off)
    return ERR_OK;
  bool is_on = true;
  enum err err = notice_is_on(making->db, row->person, kind, &is_on);
  if (err == ERR_OK && !is_on)
    *out = OUTBOX_TURNED_OFF;
  return err;
}

static bool has_been(const struct mail_waiting *rows, size_t count, int64_t person) {
  for (size_t i = 0; i < count; i++)
    if (rows[i].person == person && !rows[i].is_alone)
      return true;
  return false;
}
