// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/fold.h"

#include <stdlib.h>
#include <string.h>

enum { DAILY_MAIL_HOUR = 7, DAILY_MAIL_MINUTE = 30 };

static int by_person(const void *a, const void *b);
static int by_key(const void *a, const void *b);
static int keys_compare(const struct ledger_row *left, const struct ledger_row *right);

void fold_people(struct arena *arena, const struct plan_list *list, const struct fold_told *told,
                 struct fold_person **out, size_t *count) {
  const struct reminder **items = arena_array(arena, list->count, sizeof *items);
  const struct ledger_row **rows = arena_array(arena, told->count, sizeof *rows);
  size_t size = 0;
  for (size_t i = 0; i < told->count; i++)
    rows[i] = &told->rows[i];
  if (told->count > 1)
    qsort(rows, told->count, sizeof *rows, by_key);
  for (size_t i = 0; i < list->count; i++) {
    const struct reminder *item = &list->items[i];
    struct ledger_row wanted = {.person = item->person, .subject = item->key, .offset = item->offset, .due = item->due};
    const struct ledger_row *key = &wanted;
    if (told->count == 0 || bsearch(&key, rows, told->count, sizeof *rows, by_key) == NULL)
      items[size++] = item;
  }
  if (size > 1)
    qsort(items, size, sizeof *items, by_person);
  struct fold_person *people = arena_array(arena, size, sizeof *people);
  size_t used = 0;
  for (size_t i = 0; i < size; i++) {
    if (used == 0 || people[used - 1].person != items[i]->person)
      people[used++] = (struct fold_person){.person = items[i]->person, .items = items + i};
    people[used - 1].count++;
  }
  *out = people;
  *count = used;
}

bool fold_is_said_later(const struct reminder *const *items, size_t i, size_t end) {
  for (size_t k = i + 1; k < end; k++)
    if (items[k]->due == items[i]->due && items[k]->is_to_staff == items[i]->is_to_staff &&
        strcmp(items[k]->key, items[i]->key) == 0)
      return true;
  return false;
}

const struct reminder *fold_find(const struct plan_list *list, const struct ledger_row *row) {
  for (size_t i = 0; i < list->count; i++) {
    const struct reminder *item = &list->items[i];
    if (item->person == row->person && item->due == row->due && item->offset.days == row->offset.days &&
        item->offset.seconds == row->offset.seconds && strcmp(item->key, row->subject) == 0)
      return item;
  }
  return NULL;
}

int64_t fold_daily_mail(struct calendar *calendar, int64_t at) {
  struct wall wall;
  int second = 0;
  enum wall_trap trap;
  int64_t instant = at;
  calendar_wall(calendar, at, &wall, &second);
  wall.hour = DAILY_MAIL_HOUR;
  wall.minute = DAILY_MAIL_MINUTE;
  if (!calendar_instant(calendar, wall, &instant, &trap))
    return at + PLAN_DAY_SECONDS; // no such day: cannot be, the wall is a real one's
  return instant > at ? instant : calendar_add(calendar, instant, (struct span){.days = 1});
}

static int by_person(const void *a, const void *b) {
  const struct reminder *left = *(const struct reminder *const *)a, *right = *(const struct reminder *const *)b;
  if (left->person != right->person)
    return left->person < right->person ? -1 : 1;
  return left < right ? -1 : left > right; // within one the order of the plan
}

static int by_key(const void *a, const void *b) {
  return keys_compare(*(const struct ledger_row *const *)a, *(const struct ledger_row *const *)b);
}

static int keys_compare(const struct ledger_row *left, const struct ledger_row *right) {
  if (left->person != right->person)
    return left->person < right->person ? -1 : 1;
  if (left->due != right->due)
    return left->due < right->due ? -1 : 1;
  if (left->offset.days != right->offset.days)
    return left->offset.days < right->offset.days ? -1 : 1;
  if (left->offset.seconds != right->offset.seconds)
    return left->offset.seconds < right->offset.seconds ? -1 : 1;
  return strcmp(left->subject, right->subject);
}
