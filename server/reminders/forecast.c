// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/forecast.h"

#include <stdlib.h>

#include "server/outbound/notice_choice.h"
#include "server/reminders/fold.h"
#include "server/reminders/plan_words.h"

struct mails {
  struct arena *arena;
  struct forecast_mail *list;
  size_t count;
};

static void add_person(struct mails *mails, const struct plan *plan, const struct fold_person *person);
static void add_mails(struct mails *mails, const struct plan *plan, const struct reminder *const *items, size_t count,
                      bool is_daily);
static void add_mail(struct mails *mails, int64_t at, const struct reminder *const *items, size_t count);
static enum err settle_all(struct mails *mails, const struct plan *plan);
static enum err settle(const struct plan *plan, struct forecast_mail *mail);
static void join_all(struct mails *mails);
static int by_instant(const void *a, const void *b);

enum err forecast(const struct plan *plan, int64_t from, int64_t to, const struct forecast_mail **out, size_t *count) {
  const struct act *act = plan->act;
  struct ledger_course *course = NULL;
  struct ledger_row *rows = NULL;
  size_t courses = 0, row_count = 0, person_count = 0;
  enum err err = ledger_store_courses(act->db, act->arena, plan->roll.course->id, &course, &courses);
  if (err == ERR_OK && courses == 0)
    err = ERR_NOT_FOUND;
  if (err != ERR_OK)
    return err;
  int64_t planned = course[0].planned_until == 0 ? act->now : course[0].planned_until;
  from = from > planned ? from : planned; // what lies before is handled, or never will be
  struct ledger_span span = {.from = from, .to = to};
  if ((err = ledger_store_list(act, plan->roll.course->id, &span, &rows, &row_count)) != ERR_OK)
    return err;
  struct plan_list list = {0};
  if (course[0].is_live && from < to)
    plan_between(plan, from, to, &list);
  struct fold_person *people = NULL;
  fold_people(act->arena, &list, &(struct fold_told){rows, row_count}, &people, &person_count);
  struct mails mails = {.arena = act->arena};
  for (size_t i = 0; i < person_count; i++)
    add_person(&mails, plan, &people[i]);
  if ((err = settle_all(&mails, plan)) != ERR_OK)
    return err;
  if (mails.count > 1)
    qsort(mails.list, mails.count, sizeof *mails.list, by_instant);
  join_all(&mails);
  *out = mails.list;
  *count = mails.count;
  return ERR_OK;
}

// What leaves at once and what waits for the daily mail are told apart.
static void add_person(struct mails *mails, const struct plan *plan, const struct fold_person *person) {
  const struct reminder **items = arena_array(mails->arena, person->count, sizeof *items);
  for (int daily = 0; daily < 2; daily++) {
    size_t count = 0;
    for (size_t i = 0; i < person->count; i++)
      if ((person->items[i]->is_to_staff && !person->items[i]->is_urgent) == (daily == 1))
        items[count++] = person->items[i];
    add_mails(mails, plan, items, count, daily == 1);
  }
}

static void add_mails(struct mails *mails, const struct plan *plan, const struct reminder *const *items, size_t count,
                      bool is_daily) {
  for (size_t i = 0, end = 0; i < count; i = end) {
    int64_t leaves = items[i]->at;
    int64_t until = leaves + FOLD_SECONDS;
    if (is_daily)
      until = leaves = fold_daily_mail(plan->calendar, items[i]->at);
    for (end = i; end < count && items[end]->at <= until;)
      end++;
    add_mail(mails, leaves, items + i, end - i);
  }
}

static void add_mail(struct mails *mails, int64_t at, const struct reminder *const *items, size_t count) {
  const struct reminder **lines = arena_array(mails->arena, count, sizeof *lines);
  size_t size = 0;
  for (size_t i = 0; i < count; i++)
    if (!fold_is_said_later(items, i, count))
      lines[size++] = items[i];
  mails->list = arena_more(mails->arena, mails->list, mails->count, sizeof *mails->list);
  mails->list[mails->count++] = (struct forecast_mail){at, lines[0]->person, lines, size};
}

static enum err settle_all(struct mails *mails, const struct plan *plan) {
  size_t kept = 0;
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < mails->count; i++) {
    err = settle(plan, &mails->list[i]);
    if (mails->list[i].count > 0)
      mails->list[kept++] = mails->list[i];
  }
  mails->count = kept;
  return err;
}

// As its reader has chosen: without what they turned off, and at the end of quiet hours that hold all of it.
static enum err settle(const struct plan *plan, struct forecast_mail *mail) {
  const struct reminder **lines = arena_array(plan->act->arena, mail->count, sizeof *lines);
  struct act then = *plan->act;
  then.now = mail->at;
  size_t kept = 0;
  int64_t leaves = INT64_MAX; // with the daily mail, as long as it is that
  enum err err = ERR_OK;
  for (size_t i = 0; err == ERR_OK && i < mail->count; i++) {
    const struct reminder *line = mail->lines[i];
    struct notice_plan chosen = {0};
    err = notice_plan(&then, mail->person, notice_kind_find(plan_words(plan, line).kind),
                      line->due - mail->at > PLAN_DAY_SECONDS, &chosen);
    if (!chosen.is_off)
      lines[kept++] = line;
    if (!chosen.is_off && chosen.deliver_at != 0 && chosen.deliver_at < leaves)
      leaves = chosen.deliver_at;
  }
  mail->lines = lines;
  mail->count = kept;
  mail->at = leaves == INT64_MAX ? mail->at : leaves;
  return err;
}

// What the end of quiet hours brings to one instant leaves as one mail.
static void join_all(struct mails *mails) {
  size_t kept = 0;
  for (size_t i = 0; i < mails->count; i++) {
    const struct forecast_mail *mail = &mails->list[i];
    struct forecast_mail *last = kept > 0 ? &mails->list[kept - 1] : NULL;
    if (last == NULL || last->at != mail->at || last->person != mail->person) {
      mails->list[kept++] = *mail;
      continue;
    }
    const struct reminder **lines = arena_array(mails->arena, last->count + mail->count, sizeof *lines);
    for (size_t k = 0; k < last->count + mail->count; k++)
      lines[k] = k < last->count ? last->lines[k] : mail->lines[k - last->count];
    last->lines = lines;
    last->count += mail->count;
  }
  mails->count = kept;
}

static int by_instant(const void *a, const void *b) {
  const struct forecast_mail *left = a, *right = b;
  if (left->at != right->at)
    return left->at < right->at ? -1 : 1;
  if (left->person != right->person)
    return left->person < right->person ? -1 : 1;
  const struct reminder *first = left->lines[0], *second = right->lines[0];
  if (first->is_to_staff != second->is_to_staff)
    return first->is_to_staff - second->is_to_staff;
  return (first->at > second->at) - (first->at < second->at);
}
