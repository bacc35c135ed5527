// SPDX-License-Identifier: AGPL-3.0-or-later
// The words of a reminder to its reader: what is missing, what lateness costs them, where to click; to staff who has
// handed in, who has not, who is at risk, their own teams first. What holds for one person stands in nobody else's.
#pragma once

#include "server/reminders/plan.h"

struct reminder_message {
  const char *kind;    // of the outbox: "reminder", "staff reminder", "urgent for staff"
  const char *subject; // one line
  const char *words;
  const char *link; // a path
};
struct reminder_message plan_words(const struct plan *plan, const struct reminder *reminder);
