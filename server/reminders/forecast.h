// SPDX-License-Identifier: AGPL-3.0-or-later
// Which mails of reminders would leave a running course, as things stand: the planner's own plan, folded as it folds.
// What people do until then cancels some, what they turned off is left out; what is not a reminder is not forecast.
#pragma once

#include "server/reminders/plan.h"

struct forecast_mail {
  int64_t
      at; // when it leaves: of staff what waits for the daily mail at its instant, what quiet hours hold at their end
  int64_t person;
  const struct reminder *const *lines; // by instant
  size_t count;
};
// Those of reminders that fall due in (from, to] and are not handled yet, by instant, then person.
CHECKED enum err forecast(const struct plan *plan, int64_t from, int64_t to, const struct forecast_mail **out,
                          size_t *count);
