// SPDX-License-Identifier: AGPL-3.0-or-later
// Which reminders leave together: all that falls within one hour for one person leaves as one mail, and of one subject
// and due the latest says it all. Pure; the planner and the forecast both go by it.
#pragma once

#include "server/reminders/ledger_store.h"
#include "server/reminders/plan.h"

enum { FOLD_SECONDS = 3600 };

// Reminders of one person, by instant.
struct fold_person {
  int64_t person;
  const struct reminder **items;
  size_t count;
};
// By person, without those that the ledger has (`told`).
struct fold_told {
  const struct ledger_row *rows;
  size_t count;
};
void fold_people(struct arena *arena, const struct plan_list *list, const struct fold_told *told,
                 struct fold_person **out, size_t *count);
// Whether a later one of the same subject and due is among items[i + 1 … end - 1].
bool fold_is_said_later(const struct reminder *const *items, size_t i, size_t end);
// The reminder that the ledger's row stands for, as things stand; NULL: there is none any more.
const struct reminder *fold_find(const struct plan_list *list, const struct ledger_row *row);
// 07:30 in the course's zone, the first such instant after `at`.
int64_t fold_daily_mail(struct calendar *calendar, int64_t at);
